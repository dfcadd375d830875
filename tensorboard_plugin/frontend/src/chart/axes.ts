// Axes, their ticks and the grid behind the plot.

import { svg } from "../dom";
import { count, scientific } from "../format";
import { scientificSvg } from "../numbers";
import type { Axis } from "../options";
import { decimalsOf, logTicks, type Tick } from "../ticks";
import type { Geometry } from "./geometry";
import { wheelZooms } from "./gestures";

const PIXELS_PER_LABEL = { x: 84, y: 46 } as const;
const TICK = 5;
const HINT = "Drag or turn the wheel to zoom, double-click to reset";
const SCROLLING_HINT = "Drag or turn the wheel with Ctrl to zoom, double-click to reset";
const HINT_FROM = 560;

/** Draw the grid, the frame and the labels of both axes into `layer`. */
export function drawAxes(layer: SVGGElement, geometry: Geometry, axis: Axis, title: string): void {
  const { left, right, top, bottom, view } = geometry;
  const xTicks = logTicks(view.x.low, view.x.high, labelsAlong("x", geometry.innerWidth));
  const yTicks = logTicks(view.y.low, view.y.high, labelsAlong("y", geometry.innerHeight));
  const nodes: SVGElement[] = [];
  for (const tick of xTicks) {
    const x = Math.round(geometry.x(tick.value)) + 0.5;
    nodes.push(gridLine(tick, x, x, top, bottom));
    if (!tick.labelled) continue;
    nodes.push(svg("line", { class: "tick", x1: x, x2: x, y1: bottom, y2: bottom + TICK }));
    nodes.push(xLabel(tick.value, x, bottom + TICK + 13, axis));
  }
  const decimals = decimalsOf(yTicks.filter((tick) => tick.labelled).map((tick) => tick.value));
  for (const tick of yTicks) {
    const y = Math.round(geometry.y(tick.value)) + 0.5;
    nodes.push(gridLine(tick, left, right, y, y));
    if (!tick.labelled) continue;
    nodes.push(svg("line", { class: "tick", x1: left - TICK, x2: left, y1: y, y2: y }));
    nodes.push(yLabel(tick.value, left - TICK - 4, y, decimals));
  }
  const floor = Math.round(bottom) + 0.5;
  nodes.push(svg("line", { class: "axis", x1: left, x2: right, y1: floor, y2: floor }));
  const label = { class: "axis-title", x: right, y: bottom + 38, "text-anchor": "end" };
  nodes.push(svg("text", label, `${title} →`));
  if (geometry.innerWidth >= HINT_FROM) {
    const hint = wheelZooms() ? HINT : SCROLLING_HINT;
    nodes.push(svg("text", { class: "hint", x: left, y: bottom + 38 }, hint));
  }
  layer.replaceChildren(...nodes);
}

function labelsAlong(direction: "x" | "y", pixels: number): number {
  return Math.max(2, Math.floor(pixels / PIXELS_PER_LABEL[direction]));
}

function gridLine(tick: Tick, x1: number, x2: number, y1: number, y2: number): SVGLineElement {
  return svg("line", { class: tick.labelled ? "grid" : "grid minor", x1, x2, y1, y2 });
}

function xLabel(value: number, x: number, y: number, axis: Axis): SVGTextElement {
  const attributes = { class: "tick-label", x, y, "text-anchor": "middle" };
  // FLOPs have no everyday names; parameters and examples do.
  if (axis !== "train_flops") return svg("text", attributes, count(value));
  return svg("text", attributes, ...scientificSvg(scientific(value, 3)));
}

function yLabel(value: number, x: number, y: number, decimals: number): SVGTextElement {
  const attributes = { class: "tick-label", x, y, dy: "0.32em", "text-anchor": "end" };
  const plain = value >= 1e-3 && value < 1e5;
  if (plain) return svg("text", attributes, value.toFixed(decimals));
  return svg("text", attributes, ...scientificSvg(scientific(value, 3)));
}
