// The parameters of a law with their intervals.

import type { FittedLaw, Interval } from "../api";
import { type Child, h } from "../dom";
import { share, withInterval } from "../format";
import { numberHtml } from "../numbers";
import type { Axis } from "../options";
import { letterElement, wordingOf } from "./symbols";

const FRONTIER: Readonly<Record<string, readonly [string, string, string]>> = {
  frontier_param_exponent: ["N", "a", "best size"],
  frontier_data_exponent: ["D", "b", "best data"],
};

/** The table of parameters, the exponents of the compute-optimal frontier below. */
export function parameterTable(law: FittedLaw): HTMLElement {
  const rows = [
    ...law.parameters.map((parameter) => {
      const { letter, words } = wordingOf(parameter.name);
      const symbol = letter ? letterElement(letter, law.x as Axis) : null;
      return row(parameter.name, symbol, words, parameter, parameter.at_bound);
    }),
    ...Object.entries(law.frontier).map(([name, interval]) => frontierRow(name, interval)),
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

function row(
  name: string,
  symbol: Child,
  words: Child,
  { value, low, high }: Interval,
  isAtBound = false,
): HTMLTableRowElement {
  const [shown = "–", from = "–", to = "–"] = withInterval(value, low, high);
  const breaks = [from, to].some((end) => typeof end !== "string");
  return h(
    "tr",
    { title: `${name} = ${value} (${isAtBound ? "a bound of its range" : `${low} to ${high}`})` },
    h("th", { scope: "row", class: "symbol" }, symbol),
    h("td", { class: "words" }, words),
    h("td", { class: "number" }, numberHtml(shown)),
    isAtBound
      ? h("td", { class: "number interval" }, "at its bound")
      : h("td", { class: breaks ? "number interval breaks" : "number interval" }, numberHtml(from), "\u00a0– ", numberHtml(to)),
  );
}

function frontierRow(name: string, interval: Interval): HTMLTableRowElement {
  const [letter, exponent, words] = FRONTIER[name] ?? ["?", "?", name];
  const growth = h("span", { class: "growth" }, h("i", {}, letter), " ∝ ", h("i", {}, "C"), h("sup", {}, h("i", {}, exponent)));
  return row(name, h("i", {}, exponent), h("span", {}, `${words}, `, growth), interval);
}
