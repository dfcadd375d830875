// The card beside the pointer: a run, or the law.

import { type Child, fill, h } from "../dom";
import { count, factor, percent, share, significant } from "../format";
import { scientificHtml } from "../numbers";
import type { Axis } from "../options";
import type { Run } from "../runs";
import { BEYOND, beyondText } from "./lines";
import { markIcon, markOf } from "./marks";
import type { Readout } from "./readout";

const GAP = 16;

export class Tooltip {
  readonly element = h("div", { class: "tooltip", hidden: true, role: "presentation" });

  hide(): void {
    this.element.hidden = true;
  }

  /** Show `children` beside `(x, y)` in a frame of the given size, on the side with more room. */
  show(x: number, y: number, width: number, height: number, ...children: Child[]): void {
    fill(this.element, ...children);
    this.element.hidden = false;
    const { offsetWidth, offsetHeight } = this.element;
    const fitsRight = x + GAP + offsetWidth <= width - 4;
    const left = fitsRight ? x + GAP : Math.max(4, x - GAP - offsetWidth);
    const top = Math.min(Math.max(4, y - offsetHeight / 2), Math.max(4, height - offsetHeight - 4));
    this.element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}

/** The card of a run. */
export function runCard(
  run: Run,
  residual: number | undefined,
  unit: string,
  colour: string,
): Child[] {
  const icon = markIcon(markOf(run));
  icon.style.color = colour;
  const title = h("div", { class: "card-title" }, icon, h("span", {}, run.name));
  const rows: [string, Child][] = [
    ["Loss", significant(run.loss)],
    ["Parameters N", count(run.n_params)],
    [`${capitalised(unit)}s seen D`, count(run.n_examples)],
    ["Compute C", scientificHtml(run.train_flops)],
  ];
  if (residual !== undefined) rows.push(["Against the law", percent(residual, 2)]);
  if (run.prediction) {
    const { loss, low, high } = run.prediction;
    rows.push(["Predicted", `${significant(loss)} (${significant(low)} to ${significant(high)})`]);
  }
  const note = run.notFitted ? h("div", { class: "card-note" }, noteOf(run)) : null;
  return [title, definitions(rows), note];
}

/** The card of the law at one place. */
export function readoutCard(readout: Readout, axis: Axis, level: number, unit: string): Child[] {
  const place = axis === "train_flops" ? scientificHtml(readout.x, 3) : count(readout.x);
  const titles: Record<Axis, string> = { train_flops: "C = ", n_params: "N = ", n_examples: "D = " };
  const rows: [string, Child][] = [
    ["Loss by the law", significant(readout.mean)],
    [`${share(level)} interval`, `${significant(readout.low)} to ${significant(readout.high)}`],
  ];
  if (readout.nParams !== null && readout.nExamples !== null) {
    rows.push(["Best size N", count(readout.nParams)], [`Best ${unit}s D`, count(readout.nExamples)]);
  }
  const beyond = readout.extrapolation > BEYOND;
  const note = beyond
    ? `${factor(readout.extrapolation)} ${beyondText(readout.role)}`
    : "within the runs";
  return [
    h("div", { class: "card-title" }, h("span", {}, titles[axis], place)),
    definitions(rows),
    h("div", { class: beyond ? "card-note beyond" : "card-note" }, note),
  ];
}

/** Why a run is not in the fit, as a sentence for people. */
export function noteOf(run: Run): string {
  if (run.status === "running") {
    return run.prediction ? "Still running; it tests a prediction" : "Still running, so not in the fit yet";
  }
  return `Not in the fit: ${run.notFitted}`;
}

function definitions(rows: readonly [string, Child][]): HTMLElement {
  return h(
    "dl",
    {},
    ...rows.flatMap(([term, value]) => [h("dt", {}, term), h("dd", {}, value)]),
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
