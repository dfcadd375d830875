// A formula as it is written on paper, from the template that the law itself gives.

import type { FittedLaw, Parameter } from "../api";
import { type Child, h } from "../dom";
import { scientific } from "../format";
import { type Axis, SYMBOLS } from "../options";
import { scientificHtml } from "../numbers";

/** `base` or `base ^ exponent`; a parameter is in braces. */
export interface Power {
  readonly base: string;
  readonly exponent: string | null;
}

/** A power, or a quotient of two. */
export interface Quotient {
  readonly top: Power;
  readonly bottom: Power | null;
}

/** A sum in parentheses, raised to a power. */
export interface Group {
  readonly terms: readonly Quotient[];
  readonly exponent: string | null;
}

export type Term = Quotient | Group;

export interface Formula {
  readonly left: string;
  readonly terms: readonly Term[];
}

const POWER = /^(\{\w+\}|\w+)(?:\^(\{\w+\}|\w+))?$/;
const GROUP = /^\(([^()]+)\)(?:\^(\{\w+\}|\w+))?$/;
/** A plus sign that no parenthesis encloses. */
const OUTER_PLUS = / \+ (?![^(]*\))/;

/**
 * Read a template such as `L(N) = {floor} + {coef} / N^{exponent}`: a sum of terms, each a power, a
 * quotient of two, or a sum of such in parentheses raised to a power. Null for a template of another
 * shape; then the formula is shown as text.
 */
export function parseTemplate(template: string): Formula | null {
  const [left, right, ...more] = template.split(" = ");
  if (left === undefined || right === undefined || more.length) return null;
  const terms: Term[] = [];
  for (const text of right.split(OUTER_PLUS)) {
    const term = parseGroup(text) ?? parseQuotient(text);
    if (!term) return null;
    terms.push(term);
  }
  return { left, terms };
}

/** The law with its numbers; what is on the axis by the letter it has elsewhere. */
export function formulaElement(law: FittedLaw): HTMLElement {
  const formula = parseTemplate(law.template);
  const label = { class: "formula", role: "math", "aria-label": law.formula };
  if (!formula) return h("div", label, law.formula);
  const write = (text: string): Child => written(text, law.parameters, law.x as Axis);
  const equals = h("span", { class: "op" }, "=");
  return h("div", label, leftSide(formula.left, law.x as Axis), equals, ...sum(formula.terms, write));
}

function sum(terms: readonly Term[], write: (text: string) => Child): Child[] {
  return terms.map((term, index) => {
    const sign = index ? h("span", { class: "op" }, "+") : null;
    return h("span", { class: "summand" }, sign, termElement(term, write));
  });
}

function parseGroup(text: string): Group | null {
  const match = GROUP.exec(text.trim());
  const terms = match?.[1]?.split(" + ").map(parseQuotient) ?? [];
  const read = terms.filter((term) => term !== null);
  if (!read.length || read.length < terms.length) return null;
  return { terms: read, exponent: match?.[2] ?? null };
}

function parseQuotient(text: string): Quotient | null {
  const [top, bottom, ...rest] = text.split(" / ").map(parsePower);
  if (!top || bottom === null || rest.length) return null;
  return { top, bottom: bottom ?? null };
}

function parsePower(text: string): Power | null {
  const match = POWER.exec(text.trim());
  return match?.[1] === undefined ? null : { base: match[1], exponent: match[2] ?? null };
}

function termElement(term: Term, write: (text: string) => Child): HTMLElement {
  if ("terms" in term) {
    const { terms, exponent } = term;
    const power = exponent === null ? null : h("sup", {}, write(exponent));
    const close = h("span", { class: "closing" }, h("span", { class: "parenthesis" }, ")"), power);
    const open = h("span", { class: "parenthesis" }, "(");
    return h("span", { class: "group" }, open, ...sum(terms, write), close);
  }
  return quotientElement(term, write);
}

function quotientElement({ top, bottom }: Quotient, write: (text: string) => Child): HTMLElement {
  const power = ({ base, exponent }: Power): Child[] => [
    write(base),
    exponent === null ? null : h("sup", {}, write(exponent)),
  ];
  if (!bottom) return h("span", { class: "term" }, ...power(top));
  return h(
    "span",
    { class: "fraction" },
    h("span", { class: "top" }, ...power(top)),
    h("span", { class: "bottom" }, ...power(bottom)),
  );
}

function written(text: string, parameters: readonly Parameter[], axis: Axis): Child {
  const parameter = parameters.find(({ name }) => text === `{${name}}`);
  if (!parameter) return h("i", {}, variable(text, axis));
  const { value, exponent } = parameter;
  const number = exponent ? value.toFixed(4) : plainNumber(value);
  return h("span", { title: `${parameter.name} = ${value}` }, number ?? scientificHtml(value, 2));
}

/** Five significant digits, or null where that takes an exponent. */
function plainNumber(value: number): string | null {
  const { exponent } = scientific(value, 5);
  if (exponent >= 6 || exponent < -3) return null;
  return value.toFixed(Math.min(Math.max(4 - exponent, 0), 6));
}

function leftSide(left: string, axis: Axis): HTMLElement {
  const letters = left.split(/(\w+)/).map((part) =>
    /^\w+$/.test(part) ? h("i", {}, variable(part, axis)) : part,
  );
  return h("span", { class: "left" }, ...letters);
}

function variable(letter: string, axis: Axis): string {
  return letter === "x" ? SYMBOLS[axis] : letter;
}
