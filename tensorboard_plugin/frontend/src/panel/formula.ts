// A formula as it is written on paper, from the template that the law itself gives.

import type { FittedLaw } from "../api";
import { type Child, h } from "../dom";
import { scientific } from "../format";
import { scientificHtml } from "../numbers";
import type { Axis } from "../options";
import { letterElement, wordingOf } from "./symbols";
import {
  type Expression, hasCompoundExponent, hasQuotient, isSingle, parseTemplate, type Term,
} from "./template";

/**
 * The law with its numbers; what is on the axis by the letter it has elsewhere. Where exponents are
 * formulas themselves, numbers would bury the shape: then in letters, with the numbers in the table.
 */
export function formulaElement(law: FittedLaw): HTMLElement {
  const formula = parseTemplate(law.template);
  const label = { class: "formula", role: "math", "aria-label": law.formula };
  if (!formula) return h("div", { ...label, class: "formula plain" }, law.formula);
  const { left, right } = formula;
  const writer = new Writer(law, hasCompoundExponent(right));
  const leftSide = typeof left === "string" ? writer.call(left) : writer.expression(left);
  const equals = h("span", { class: "op" }, "=");
  return h("div", label, h("span", { class: "left" }, leftSide, equals), ...writer.sum(right));
}

class Writer {
  private readonly axis: Axis;

  constructor(
    private readonly law: FittedLaw,
    private readonly inLetters: boolean,
  ) {
    this.axis = law.x as Axis;
  }

  /** The value of a function: its letters in italics. */
  call(text: string): HTMLElement {
    const parts = text.split(/(\w+)/);
    return h("span", {}, ...parts.map((part) => (/^\w+$/.test(part) ? letterElement(part, this.axis) : part)));
  }

  /** The terms of a sum, each of which stays on one line. */
  sum(expression: Expression, flat = false): Child[] {
    const terms: readonly Term[] =
      expression.kind === "sum" ? expression.terms : [{ minus: false, value: expression }];
    return terms.map(({ minus, value }, index) => {
      const sign = index ? h("span", { class: "op" }, minus ? "−" : "+") : null;
      return h("span", { class: "summand" }, sign, this.expression(value, flat));
    });
  }

  /** An expression; a `flat` one has no fractions, as within one. */
  expression(expression: Expression, flat = false): Child {
    switch (expression.kind) {
      case "word":
        return letterElement(expression.text, this.axis);
      case "parameter":
        return this.parameter(expression.text);
      case "sum":
        return h("span", { class: "term" }, ...this.sum(expression, flat));
      case "product":
        return h("span", { class: "term product" }, ...expression.factors.map((factor) => this.grouped(factor, flat)));
      case "power": {
        const exponent = h("sup", {}, this.expression(expression.exponent, true));
        const { base } = expression;
        if (isSingle(base)) return h("span", { class: "power" }, this.expression(base), exponent);
        return this.group(base, flat, exponent);
      }
      case "quotient": {
        const { top, bottom } = expression;
        if (flat) return h("span", { class: "power" }, this.grouped(top, true), "/", this.grouped(bottom, true));
        return h(
          "span",
          { class: "fraction" },
          h("span", { class: "top" }, this.expression(top, true)),
          h("span", { class: "bottom" }, this.expression(bottom, true)),
        );
      }
    }
  }

  /** An expression as a factor: a sum in parentheses. */
  private grouped(expression: Expression, flat: boolean): Child {
    return expression.kind === "sum" ? this.group(expression, flat, null) : this.expression(expression, flat);
  }

  private group(inner: Expression, flat: boolean, exponent: Child): HTMLElement {
    const isTall = !flat && hasQuotient(inner);
    const parenthesis = (text: string): HTMLElement => h("span", { class: "parenthesis" }, text);
    const close = h("span", { class: "closing" }, parenthesis(")"), exponent);
    return h("span", { class: isTall ? "group tall" : "group" }, parenthesis("("), ...this.sum(inner, flat), close);
  }

  private parameter(name: string): Child {
    const parameter = this.law.parameters.find((candidate) => candidate.name === name);
    const { letter } = wordingOf(name);
    if (!parameter) return letterElement(letter || name, this.axis);
    const title = `${name} = ${parameter.value}`;
    if (this.inLetters && letter) return h("span", { title }, letterElement(letter, this.axis));
    return h("span", { title }, numberElement(parameter.value, parameter.exponent));
  }
}

/** Exponents with four decimals, others with five digits, tiny and huge ones as powers of ten. */
function numberElement(value: number, isExponent: boolean): Child {
  const { exponent } = scientific(value, 5);
  if (value !== 0 && (exponent >= 6 || exponent < -3)) return scientificHtml(value, 2);
  return value.toFixed(isExponent ? 4 : Math.min(Math.max(4 - exponent, 0), 6)).replace("-", "−");
}
