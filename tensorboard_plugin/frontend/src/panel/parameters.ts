// The parameters of a law with their intervals.

import type { FittedLaw, Interval } from "../api";
import { type Child, h } from "../dom";
import { share, withInterval } from "../format";
import { numberHtml } from "../numbers";

interface Wording {
  readonly symbol: Child;
  readonly words: Child;
}

/** The letters of the literature; a parameter that has none is shown by its name. */
const LETTERS: Readonly<Record<string, readonly [string, string]>> = {
  irreducible_loss: ["E", "irreducible loss"],
  param_coef: ["A", "size coefficient"],
  param_exponent: ["α", "size exponent"],
  data_coef: ["B", "data coefficient"],
  data_exponent: ["β", "data exponent"],
  coupling_exponent: ["k", "coupling exponent"],
  coef: ["A", "coefficient"],
  exponent: ["α", "exponent"],
};

const FRONTIER: Readonly<Record<string, readonly [string, string, string]>> = {
  frontier_param_exponent: ["N", "a", "best size"],
  frontier_data_exponent: ["D", "b", "best data"],
};

/** The table of parameters, the exponents of the compute-optimal frontier below. */
export function parameterTable(law: FittedLaw): HTMLElement {
  const rows = [
    ...law.parameters.map((parameter) => row(wordingOf(parameter.name), parameter)),
    ...Object.entries(law.frontier).map(([name, interval]) => row(frontierWording(name), interval)),
  ];
  const first = law.parameters.length;
  rows[first]?.classList.add("separated");
  const head = h(
    "tr",
    {},
    h("th", { scope: "col", colspan: 2 }, "Parameter"),
    h("th", { scope: "col", class: "number" }, "Value"),
    h("th", { scope: "col", class: "number" }, `${share(law.level)} interval`),
  );
  return h("table", { class: "parameters" }, h("thead", {}, head), h("tbody", {}, ...rows));
}

function row({ symbol, words }: Wording, { value, low, high }: Interval): HTMLTableRowElement {
  const [shown = "–", from = "–", to = "–"] = withInterval(value, low, high);
  return h(
    "tr",
    { title: `${value} (${low} to ${high})` },
    h("th", { scope: "row", class: "symbol" }, symbol),
    h("td", { class: "words" }, words),
    h("td", { class: "number" }, numberHtml(shown)),
    h("td", { class: "number interval" }, numberHtml(from), " – ", numberHtml(to)),
  );
}

function wordingOf(name: string): Wording {
  const [letter, words] = LETTERS[name] ?? [name.replaceAll("_", " "), ""];
  return { symbol: h("i", {}, letter), words };
}

function frontierWording(name: string): Wording {
  const [letter, exponent, words] = FRONTIER[name] ?? ["?", "?", name];
  const growth = h("span", { class: "growth" }, h("i", {}, letter), " ∝ ", h("i", {}, "C"), h("sup", {}, h("i", {}, exponent)));
  return { symbol: h("i", {}, exponent), words: h("span", {}, `${words}, `, growth) };
}
