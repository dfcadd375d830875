import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ago, count, duration, factor, percent, plural, scientific, scientificText, share, significant,
  statusText, weightText, withInterval,
} from "../src/format";

test("scientific notation drops zeros and a mantissa of one", () => {
  assert.deepEqual(scientific(3.2e14), { mantissa: "3.2", exponent: 14 });
  assert.deepEqual(scientific(3e14), { mantissa: "3", exponent: 14 });
  assert.deepEqual(scientific(1e-7), { mantissa: "", exponent: -7 });
  assert.deepEqual(scientific(9.99e5), { mantissa: "", exponent: 6 });
  assert.deepEqual(scientific(3e14, 2, { trim: false }), { mantissa: "3.0", exponent: 14 });
  assert.equal(scientificText(3.16e14), "3.2e14");
  assert.equal(scientificText(NaN), "unknown");
});

test("counts are short and say billions as people do", () => {
  const shown = [831, 45_231, 1_050_000, 1.4e9, 3.7e12].map(count);
  assert.deepEqual(shown, ["831", "45.2k", "1.05M", "1.4B", "3.7T"]);
  assert.equal(count(null), "–");
  assert.equal(count(NaN), "–");
});

test("a loss has four significant digits", () => {
  assert.deepEqual([1.8298, 12.345, 0.012345].map((loss) => significant(loss)), ["1.830", "12.35", "0.01235"]);
  assert.equal(significant(0), "0");
  assert.equal(significant(-0.25, 2), "−0.25");
  assert.equal(significant(null), "–");
});

test("a difference has a sign unless it is none", () => {
  assert.equal(percent(0.0042), "+0.4 %");
  assert.equal(percent(-0.0042), "−0.4 %");
  assert.equal(percent(-0.00001), "0.0 %");
  assert.equal(percent(10), "+1000.0 %");
  assert.equal(percent(4388.6), "4.39k×");
  assert.equal(percent(null), "–");
  assert.equal(share(0.9), "90 %");
  assert.equal(share(0.995), "99.5 %");
});

test("an interval decides how many decimals mean something", () => {
  assert.deepEqual(withInterval(0.33727, 0.28736, 0.38522), ["0.337", "0.287", "0.385"]);
  assert.deepEqual(withInterval(20.49, 8.9, 3232.7), ["20", "9", "3233"]);
  assert.deepEqual(withInterval(1.81, 1.81, 1.81), ["1.8100", "1.8100", "1.8100"]);
  assert.deepEqual(withInterval(2e7, 1.25e7, 3e7), [
    { mantissa: "2", exponent: 7 },
    { mantissa: "1.3", exponent: 7 },
    { mantissa: "3", exponent: 7 },
  ]);
  assert.deepEqual(withInterval(4.29, 1.31, 3e13), ["4.29", "1.31", { mantissa: "3", exponent: 13 }]);
  const tiny = { mantissa: "8", exponent: -7 };
  assert.deepEqual(withInterval(8e-7, 8e-7, 0.013), [tiny, tiny, "0.013"]);
  assert.deepEqual(withInterval(0, 0, 0.013), ["0", "0", "0.013"]);
  assert.deepEqual(withInterval(0.02, -0.004, 1.3), ["0.0200", "−0.00400", "1.3"]);
  assert.deepEqual(withInterval(NaN, 1, 2), ["–", "–", "–"]);
});

test("a weight is neither nothing nor all", () => {
  assert.deepEqual([0.957, 0.0043, 0.9957, 0.5].map(weightText), ["96 %", "<1 %", ">99 %", "50 %"]);
});

test("times are told in the largest unit that fits", () => {
  assert.deepEqual([12, 200, 8000, 400_000].map(duration), ["12 s", "3 min", "2 h", "5 d"]);
  assert.equal(duration(null), "–");
  assert.equal(ago(2), "just now");
  assert.equal(ago(61), "1 min ago");
});

test("factors and numbers of things read as a person would write them", () => {
  assert.deepEqual([1.43, 17.2, 12_345].map(factor), ["1.4×", "17×", "12.3k×"]);
  assert.equal(plural(1, "run"), "1 run");
  assert.equal(plural(3000, "run"), "3,000 runs");
  assert.equal(statusText([["completed", 9], ["running", 3]]), "9 completed, 3 running");
});
