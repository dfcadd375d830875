// The strip above the plot: what is up the axis, what the colours, shapes and lines mean.

import { colourAt } from "../colours";
import { type Child, fill, h, svg } from "../dom";
import { count, share } from "../format";
import { colourAxis, isPlaced, isTested, STATUSES } from "../runs";
import { currentLaw, exampleUnit, lossTitle, type State } from "../state";
import { type Span, spanOf } from "../view";
import { BEYOND, beyondText } from "./lines";
import { markIcon, MARKS, TESTED } from "./marks";

const STOPS = 9;
const MAIN_LINES = { frontier: "compute-optimal", law: "fitted law", slice: "" };
const LOSS_CHOICES = { final: "at the end of each run", best: "best of each run", tail: "mean of each run's last tenth" };

/** Draw the strip for `state`. */
export function drawLegend(element: HTMLElement, state: State): void {
  const placed = state.runs.filter((run) => isPlaced(run, state.options.x));
  const statuses = STATUSES.filter((status) => placed.some((run) => run.status === status));
  const predicted = state.runs.some((run) => run.prediction);
  const law = currentLaw(state);
  const title = h(
    "div",
    { class: "y-title" },
    h("span", {}, `↑ ${lossTitle(state)}`),
    h("span", { class: "muted" }, `${LOSS_CHOICES[state.options.loss]}, log scale`),
  );
  const hasSlices = law?.curves.some((curve) => curve.role === "slice");
  const main = law?.curves.find((curve) => curve.role !== "slice");
  const keys: Child[] = [
    ...(statuses.length > 1 ? statuses.map((status) => key(markIcon(MARKS[status]), status)) : []),
    predicted ? key(predictionIcon(), "predicted") : null,
    placed.some(isTested) ? key(markIcon(TESTED), "tests it, not fitted") : null,
    main ? key(lineIcon(), `${MAIN_LINES[main.role]}, ${share(law?.level ?? 0)} band`) : null,
    main?.extrapolation.some((factor) => factor > BEYOND)
      ? key(dashIcon(), beyondText(main.role))
      : null,
    hasSlices ? key(sliceIcon(state), sliceText(state)) : null,
    !main && hasSlices ? key(bandIcon(), `${share(law?.level ?? 0)} band`) : null,
  ];
  const bar = placed.length ? colourBar(state, colourSpan(state)) : null;
  fill(element, title, bar, h("div", { class: "keys" }, ...keys));
}

/** The values that the colours span: those of the completed runs, as soon as there are some. */
export function colourSpan({ runs, options }: State): Span | null {
  const completed = runs.filter((run) => run.status === "completed");
  const shown = completed.length >= 2 ? completed : runs;
  return spanOf(shown.map((run) => run[colourAxis(options.x)]));
}

function key(icon: Element, text: string): HTMLElement {
  return h("span", { class: "key" }, icon, text);
}

function colourBar(state: State, span: Span | null): HTMLElement | null {
  if (!span || span.high <= span.low) return null;
  const stops = Array.from({ length: STOPS }, (_, n) => colourAt(n / (STOPS - 1), state.theme));
  const bar = h("span", { class: "colour-bar" });
  bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  const isSize = colourAxis(state.options.x) === "n_params";
  const name = isSize ? "Parameters N" : `Data D (${exampleUnit(state)}s)`;
  return h(
    "span",
    { class: "key colour-key" },
    h("span", {}, name),
    h("span", { class: "number" }, count(span.low)),
    bar,
    h("span", { class: "number" }, count(span.high)),
  );
}

function sliceText({ options, ...state }: State): string {
  if (options.x === "n_params") return "law at one amount of data";
  return state.runs.some((run) => run.size) ? "law at one size" : "law at one N";
}

function predictionIcon(): SVGSVGElement {
  const path = "M7,1V13M4.5,1H9.5M4.5,13H9.5M7,4.5l2.5,2.5l-2.5,2.5l-2.5,-2.5Z";
  return icon(14, svg("path", { class: "prediction", d: path }));
}

function lineIcon(): SVGSVGElement {
  return icon(
    22,
    svg("rect", { class: "band", x: 0, y: 2, width: 22, height: 10, rx: 2 }),
    svg("path", { class: "law-line", d: "M0,7H22" }),
  );
}

function bandIcon(): SVGSVGElement {
  return icon(22, svg("rect", { class: "band", x: 0, y: 2, width: 22, height: 10, rx: 2 }));
}

function dashIcon(): SVGSVGElement {
  return icon(22, svg("path", { class: "law-line beyond", d: "M0,7H22" }));
}

function sliceIcon({ theme }: State): SVGSVGElement {
  const stroke = colourAt(0.5, theme);
  return icon(22, svg("path", { class: "slice", d: "M0,4C7,9 12,10 22,10.5", stroke }));
}

function icon(width: number, ...children: SVGElement[]): SVGSVGElement {
  const size = { viewBox: `0 0 ${width} 14`, width, height: 14, "aria-hidden": "true" };
  return svg("svg", size, ...children);
}
