// Formatted numbers as elements.

import { type Child, h, svg } from "./dom";
import { type NumberText, scientific, type Scientific } from "./format";

/** 3.2×10¹⁴ as HTML. */
export function scientificHtml(value: number | null, digits = 2, { trim = true } = {}): Child {
  if (value === null || !Number.isFinite(value)) return "–";
  return numberHtml(scientific(value, digits, { trim }));
}

/** A formatted number as HTML. */
export function numberHtml(number: NumberText): Child {
  if (typeof number === "string") return number;
  const { mantissa, exponent } = number;
  return h("span", { class: "sci" }, mantissa && `${mantissa} × `, "10", superscript(exponent));
}

/** The same, in a text element of SVG. */
export function scientificSvg({ mantissa, exponent }: Scientific): SVGTSpanElement[] {
  return [
    svg("tspan", {}, mantissa ? `${mantissa}×10` : "10"),
    svg("tspan", { dy: "-0.55em", "font-size": "75%" }, minus(exponent)),
  ];
}

function superscript(exponent: number): HTMLElement {
  return h("sup", {}, minus(exponent));
}

function minus(exponent: number): string {
  return String(exponent).replace("-", "−");
}
