// May the law be believed? What was held out, and what was predicted before it was trained.

import type { Backtest } from "../api";
import { type Child, h } from "../dom";
import { factor, percent, plural, share, significant } from "../format";
import type { Run } from "../runs";

/** The held-out check: the law's error beside that of guessing the best loss so far. */
export function backtestSection(backtest: Backtest | null): HTMLElement | null {
  if (!backtest) return null;
  const { n_train, n_test, extrapolation, error, baseline_error } = backtest;
  const most = Math.max(error, baseline_error);
  return h(
    "section",
    { class: "card" },
    h("h2", {}, "Held-out check"),
    h(
      "p",
      {},
      `Fitted to the ${plural(n_train, "cheaper run")}, asked for the ${n_test} dearest, ` +
        `${factor(extrapolation)} beyond:`,
    ),
    bar("The law errs by", error, most, "good"),
    bar("Guessing the best so far", baseline_error, most, "plain"),
  );
}

/** Every run of which something was predicted, and whether it came true. */
export function predictionSection(
  runs: readonly Run[],
  select: (name: string) => void,
): HTMLElement | null {
  const predicted = runs.filter((run) => run.prediction);
  if (!predicted.length) return null;
  return h(
    "section",
    { class: "card" },
    h("h2", {}, "Predicted before training"),
    ...predicted.map((run) => predictionItem(run, select)),
  );
}

function predictionItem(run: Run, select: (name: string) => void): HTMLElement {
  const button = h("button", { class: "run-link", type: "button" }, run.name);
  button.addEventListener("click", () => select(run.name));
  return h("div", { class: "predicted" }, button, outcome(run), numbers(run));
}

function outcome({ prediction, status, loss }: Run): HTMLElement {
  if (!prediction || status !== "completed" || loss === null) {
    return h("span", { class: "badge" }, status);
  }
  const hit = loss >= prediction.low && loss <= prediction.high;
  return h("span", { class: hit ? "badge hit" : "badge miss" }, hit ? "inside" : "missed");
}

function numbers({ prediction, status, loss }: Run): Child {
  if (!prediction) return null;
  const level = prediction.level === null ? "" : `${share(prediction.level)}: `;
  const parts = [
    `Predicted ${significant(prediction.loss)} (${level}${significant(prediction.low)} to ` +
      `${significant(prediction.high)})`,
  ];
  if (loss !== null && status === "completed") {
    parts.push(`reached ${significant(loss)}, ${percent(loss / prediction.loss - 1, 2)} against the prediction`);
  } else if (loss !== null) {
    parts.push(`at ${significant(loss)} so far`);
  }
  return h("p", {}, `${parts.join("; ")}.`);
}

function bar(label: string, value: number, most: number, kind: string): HTMLElement {
  const fillElement = h("span", { class: `bar-fill ${kind}` });
  fillElement.style.width = `${most > 0 ? Math.max(1, (100 * value) / most) : 0}%`;
  return h(
    "div",
    { class: "bar" },
    h("span", {}, label),
    h("span", { class: "number" }, share(Number(value.toPrecision(2)))),
    h("span", { class: "bar-track" }, fillElement),
  );
}
