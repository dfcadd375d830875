import assert from "node:assert/strict";
import { test } from "node:test";
import { decimalsOf, logTicks } from "../src/ticks";

const labels = (low: number, high: number, most: number): number[] =>
  logTicks(low, high, most).filter((tick) => tick.labelled).map((tick) => tick.value);

test("powers of ten are labelled where three or more fit, their multiples are not", () => {
  const ticks = logTicks(5e9, 2e13, 8);
  assert.deepEqual(labels(5e9, 2e13, 8), [1e10, 1e11, 1e12, 1e13]);
  assert.ok(ticks.some((tick) => tick.value === 3e11 && !tick.labelled));
});

test("the powers that are labelled are thinned out evenly where they get crowded", () => {
  assert.deepEqual(labels(1, 1e12, 4), [1, 1e4, 1e8, 1e12]);
});

test("within a decade there are several labels, evenly readable", () => {
  for (const [low, high] of [[2.1, 2.9], [1.72, 3.4], [0.31, 0.36], [11, 97], [2.31, 2.33]] as const) {
    const found = labels(low, high, 8);
    assert.ok(found.length >= 3, `${low} to ${high}: ${found.join()}`);
    assert.ok(found.length <= 8);
    assert.ok(found.every((value) => value >= low && value <= high));
  }
});

test("ticks rise and keep their distance", () => {
  for (const most of [2, 3, 5, 8, 12]) {
    for (const ratio of [1.01, 1.3, 2, 5, 20, 300]) {
      const found = labels(1.7, 1.7 * ratio, most);
      const gaps = found.slice(1).map((value, index) => Math.log(value / (found[index] ?? NaN)));
      assert.ok(gaps.every((gap) => gap > 0));
      if (found.length > 2) assert.ok(Math.min(...gaps) >= (0.5 * Math.log(ratio)) / most);
    }
  }
});

test("powers of ten are exact", () => {
  assert.ok(labels(1e-5, 1e5, 20).every((value) => Number(value.toExponential(0)) === value));
});

test("a range that is none has no ticks", () => {
  assert.deepEqual(logTicks(0, 10, 5), []);
  assert.deepEqual(logTicks(3, 3, 5), []);
  assert.deepEqual(logTicks(1, Infinity, 5), []);
});

test("labels share the decimals that the finest of them needs", () => {
  assert.equal(decimalsOf([2, 2.5, 3]), 1);
  assert.equal(decimalsOf([2, 3, 5]), 0);
  assert.equal(decimalsOf([0.315, 0.32]), 3);
});
