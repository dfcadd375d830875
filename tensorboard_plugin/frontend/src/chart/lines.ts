// The law: slices at one size or data budget, the frontier or the one-variable law, and its band.

import { area, line } from "d3-shape";
import type { Curve } from "../api";
import { colourOf } from "../colours";
import { setAttributes, svg } from "../dom";
import type { Theme } from "../host";
import type { Span } from "../view";
import type { Geometry } from "./geometry";

/** From this factor on a place lies beyond the runs: the line is dashed there, and its card says so. */
export const BEYOND = 1.05;

/** What a line is beyond where it is dashed. A surface may leave the runs at a compute that they have. */
export function beyondText(role: Curve["role"]): string {
  return role === "law" ? "beyond the runs" : "beyond the runs in size or data";
}

/** Indices `[from, to]` of a stretch of a line that is all inside or all beyond the data. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly beyond: boolean;
}

/** Cut a line into stretches; neighbours share a point, so that no gap shows. */
export function stretches(extrapolation: readonly number[]): Stretch[] {
  const found: Stretch[] = [];
  let from = 0;
  for (let index = 1; index <= extrapolation.length; index++) {
    const beyond = (extrapolation[from] ?? 1) > BEYOND;
    const ended = index === extrapolation.length;
    if (!ended && (extrapolation[index] ?? 1) > BEYOND === beyond) continue;
    found.push({ from, to: ended ? index - 1 : index, beyond });
    from = index;
  }
  return found;
}

/** Draw the bands and slices of a law into `below`, which the points cover, its line into `above`. */
export function drawLines(
  below: SVGGElement,
  above: SVGGElement,
  geometry: Geometry,
  curves: readonly Curve[],
  colours: Span | null,
  theme: Theme,
): void {
  const nodes: SVGElement[] = [];
  for (const curve of curves) if (curve.low.length) nodes.push(bandOf(curve, geometry));
  for (const curve of curves) {
    if (curve.role !== "slice") continue;
    const path = svg("path", { class: "slice", d: pathOf(curve, geometry, 0, curve.x.length - 1) });
    setAttributes(path, { stroke: colourOf(curve.value, colours, theme) });
    nodes.push(path);
  }
  below.replaceChildren(...nodes);
  const main = curves.filter((curve) => curve.role !== "slice");
  above.replaceChildren(...main.flatMap((curve) => lawLine(curve, geometry)));
}

function lawLine(curve: Curve, geometry: Geometry): SVGPathElement[] {
  const whole = pathOf(curve, geometry, 0, curve.x.length - 1);
  return [
    svg("path", { class: "law-halo", d: whole }),
    ...stretches(curve.extrapolation).map(({ from, to, beyond }) => {
      const name = beyond ? `${curve.role} law-line beyond` : `${curve.role} law-line`;
      return svg("path", { class: name, d: pathOf(curve, geometry, from, to) });
    }),
  ];
}

function pathOf(curve: Curve, geometry: Geometry, from: number, to: number): string {
  const places = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const path = line<number>(
    (index) => geometry.x(curve.x[index] ?? NaN),
    (index) => geometry.y(curve.mean[index] ?? NaN),
  );
  return path(places) ?? "";
}

function bandOf(curve: Curve, geometry: Geometry): SVGPathElement {
  const path = area<number>(
    (index) => geometry.x(curve.x[index] ?? NaN),
    (index) => geometry.y(curve.low[index] ?? NaN),
    (index) => geometry.y(curve.high[index] ?? NaN),
  );
  return svg("path", { class: "band", d: path(curve.x.map((_, index) => index)) ?? "" });
}
