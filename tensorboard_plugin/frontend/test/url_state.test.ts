import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS } from "../src/options";
import { parseHash, type SharedState, updatedHash } from "../src/url_state";

const STATE: SharedState = {
  options: { x: "n_params", form: "power_law_floor", loss: "tail", paramConvention: "non_embedding", level: 0.5, runs: "demo/*,!*-old" },
  view: { x: { low: 1e3, high: 2.5e6 }, y: { low: 1.75, high: 3 } },
  selected: "sweep/a&b=c %",
};

test("a hash without our parameters is the default state", () => {
  const expected = { options: DEFAULTS, view: null, selected: null };
  for (const hash of ["", "#", "#scaling", "#timeseries&tagFilter=loss"]) {
    assert.deepEqual(parseHash(hash), expected);
  }
});

test("what is written is read back", () => {
  assert.deepEqual(parseHash(updatedHash("#scaling", STATE)), STATE);
});

test("other parts of the hash stay, and ours are not repeated", () => {
  const once = updatedHash("#scaling&tagFilter=loss", STATE);
  const twice = updatedHash(once, STATE);
  assert.equal(twice, once);
  assert.ok(twice.startsWith("#scaling&tagFilter=loss&p.scaling."));
});

test("the default state adds nothing", () => {
  assert.equal(updatedHash("#scaling", parseHash("#scaling")), "#scaling");
});

test("what is not understood takes its default", () => {
  const hash =
    "#scaling&p.scaling.x=weight&p.scaling.form=<b>&p.scaling.level=2&p.scaling.view=3,2,1&p.scaling.loss";
  assert.deepEqual(parseHash(hash), parseHash("#scaling"));
});

test("a view must be two rising ranges of positive numbers", () => {
  for (const view of ["1,2,3", "2,1,3,4", "0,1,2,3", "1,2,3,4,5", "a,b,c,d", "1,Infinity,1,2"]) {
    assert.equal(parseHash(`#scaling&p.scaling.view=${view}`).view, null);
  }
});

test("a percent sign that was cut short does no harm", () => {
  assert.equal(parseHash("#scaling&p.scaling.run=100%").selected, "100%");
});
