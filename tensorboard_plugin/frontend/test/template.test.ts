import assert from "node:assert/strict";
import { test } from "node:test";
import { wordingOf } from "../src/panel/symbols";
import { type Expression, hasCompoundExponent, hasQuotient, parseTemplate } from "../src/panel/template";

/** An expression with all its parentheses. */
function text(expression: Expression | string): string {
  if (typeof expression === "string") return expression;
  switch (expression.kind) {
    case "word":
      return expression.text;
    case "parameter":
      return `{${expression.text}}`;
    case "sum":
      return `(${expression.terms.map(({ minus, value }, n) => `${n ? (minus ? "-" : "+") : ""}${text(value)}`).join("")})`;
    case "product":
      return `[${expression.factors.map(text).join(" ")}]`;
    case "quotient":
      return `<${text(expression.top)}/${text(expression.bottom)}>`;
    case "power":
      return `${text(expression.base)}^${text(expression.exponent)}`;
  }
}

function both(template: string): string {
  const formula = parseTemplate(template);
  assert.ok(formula, template);
  return `${text(formula.left)} = ${text(formula.right)}`;
}

test("a sum of powers and quotients is understood", () => {
  assert.equal(
    both("L(N, D) = {e} + {a} / N^{alpha} + {b} / D^{beta}"),
    "L(N, D) = ({e}+<{a}/N^{alpha}>+<{b}/D^{beta}>)",
  );
});

test("parentheses may be raised to a power, and stand within others", () => {
  assert.equal(
    both("L(N, D) = {e} + ({a} / N^{alpha} + {b} / D^{beta})^{k}"),
    "L(N, D) = ({e}+(<{a}/N^{alpha}>+<{b}/D^{beta}>)^{k})",
  );
  assert.equal(
    both("L(N, D) = (({n} / N)^({alpha} / {beta}) + {d} / D)^{beta}"),
    "L(N, D) = (<{n}/N>^<{alpha}/{beta}>+<{d}/D>)^{beta}",
  );
});

test("the left side may have parameters as well", () => {
  assert.equal(both("(L - {e}) / ({i} - L)^{g} = {a} / x^{b}"), "<(L-{e})/({i}-L)^{g}> = <{a}/x^{b}>");
});

test("one division after another divides by all of them", () => {
  assert.equal(
    both("L(x) = {e} + {a} / x^{b} / (1 + (x / {at})^(1 / {w}))^({c} {w})"),
    "L(x) = ({e}+<{a}/[x^{b} (1+<x/{at}>^<1/{w}>)^[{c} {w}]]>)",
  );
});

test("what follows the formula to explain it is left to the table", () => {
  assert.equal(both("L(N, D, U) = {e} + {a} / N'^{alpha}, R_D = {d}, R_N = {n}"), "L(N, D, U) = ({e}+<{a}/N'^{alpha}>)");
});

test("a template of another shape is left to be shown as text", () => {
  for (const template of ["", "L", "L = ", "L = a = b", "L = exp({a} x)", "L = {a} * x", "L = ({a} + x", "L = {a} + ", "L = {a})"]) {
    assert.equal(parseTemplate(template), null, template);
  }
});

test("exponents that are formulas and fractions are found at any depth", () => {
  const right = (template: string): Expression => parseTemplate(`L(x) = ${template}`)?.right ?? assert.fail();
  assert.ok(hasCompoundExponent(right("{e} + {a} / (1 + x^({c} {w}))")));
  assert.ok(!hasCompoundExponent(right("{e} + ({a} / x^{b})^{k}")));
  assert.ok(hasQuotient(right("{e} + ({a} / x)^{b}")));
  assert.ok(!hasQuotient(right("{e} + {a} x^{b}")));
});

test("a parameter has a letter and words, or its name", () => {
  assert.deepEqual(wordingOf("param_scale"), { letter: "N_c", words: "size scale" });
  assert.deepEqual(wordingOf("break_at_2"), { letter: "x_2", words: "place of break 2" });
  assert.deepEqual(wordingOf("constant_rate_loss"), { letter: "", words: "constant rate loss" });
});
