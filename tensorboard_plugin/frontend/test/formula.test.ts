import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTemplate } from "../src/panel/formula";

test("a sum of powers and quotients is understood", () => {
  assert.deepEqual(parseTemplate("L(N, D) = {e} + {a} / N^{alpha} + {b} / D^{beta}"), {
    left: "L(N, D)",
    terms: [
      { top: { base: "{e}", exponent: null }, bottom: null },
      { top: { base: "{a}", exponent: null }, bottom: { base: "N", exponent: "{alpha}" } },
      { top: { base: "{b}", exponent: null }, bottom: { base: "D", exponent: "{beta}" } },
    ],
  });
});

test("a sum in parentheses may be raised to a power", () => {
  assert.deepEqual(parseTemplate("L(N, D) = {e} + ({a} / N^{alpha} + {b} / D^{beta})^{k}"), {
    left: "L(N, D)",
    terms: [
      { top: { base: "{e}", exponent: null }, bottom: null },
      {
        terms: [
          { top: { base: "{a}", exponent: null }, bottom: { base: "N", exponent: "{alpha}" } },
          { top: { base: "{b}", exponent: null }, bottom: { base: "D", exponent: "{beta}" } },
        ],
        exponent: "{k}",
      },
    ],
  });
});

test("a template of another shape is left to be shown as text", () => {
  for (const template of ["", "L = ", "L = a = b", "L = exp({a} * x)", "L = {a} / x / y", "L = ({a} + x", "L = ({a} / x / y)^{k}"]) {
    assert.equal(parseTemplate(template), null);
  }
});
