// The runs, on a canvas: thousands of them must be redrawn within a frame.

import { colourOf } from "../colours";
import type { Theme } from "../host";
import type { Axis } from "../options";
import { colourAxis, isPlaced, type Run } from "../runs";
import type { Span } from "../view";
import type { Geometry } from "./geometry";
import { markOf } from "./marks";

/** A run where it is drawn. */
export interface Placed {
  readonly run: Run;
  readonly x: number;
  readonly y: number;
}

/** The runs that can be drawn, in pixels. */
export function placedRuns(runs: readonly Run[], axis: Axis, geometry: Geometry): Placed[] {
  return runs
    .filter((run) => isPlaced(run, axis))
    .map((run) => ({ run, x: geometry.x(run[axis] ?? NaN), y: geometry.y(run.loss ?? NaN) }));
}

/** Smaller marks where there are many. */
export function markRadius(n: number): number {
  if (n <= 150) return 5;
  return n <= 600 ? 4 : n <= 2500 ? 3 : 2.25;
}

/** Match the pixels of `canvas` to those of the screen; return what to draw with. */
export function prepareCanvas(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  const context = canvas.getContext("2d");
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

/** Draw the marks, whole ones at the edge too; those that a fit leaves out are open. */
export function drawPoints(
  context: CanvasRenderingContext2D,
  shown: readonly Placed[],
  radius: number,
  axis: Axis,
  colours: Span | null,
  theme: Theme,
): void {
  const halo = theme === "dark" ? "#1d1f24" : "#ffffff";
  const paths = new Map<string, Path2D>();
  for (const { run, x, y } of shown) {
    const mark = markOf(run);
    const path = paths.get(mark.path) ?? new Path2D(mark.path);
    paths.set(mark.path, path);
    context.save();
    context.translate(x, y);
    context.scale(radius, radius);
    drawMark(context, path, mark.filled, run, colourOf(run[colourAxis(axis)], colours, theme), halo, radius);
    context.restore();
  }
}

function drawMark(
  context: CanvasRenderingContext2D,
  path: Path2D,
  filled: boolean,
  run: Run,
  colour: string,
  halo: string,
  radius: number,
): void {
  if (filled) {
    context.strokeStyle = halo;
    context.lineWidth = 2.4 / radius;
    context.stroke(path);
    context.globalAlpha = run.notFitted ? 0.4 : 1;
    context.fillStyle = colour;
    context.fill(path);
    return;
  }
  context.strokeStyle = halo;
  context.lineWidth = 4.4 / radius;
  context.stroke(path);
  context.strokeStyle = colour;
  context.lineWidth = 2 / radius;
  context.stroke(path);
}
