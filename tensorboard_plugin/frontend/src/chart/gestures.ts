// Wheel, drag, click and keys, turned into what they mean.

import { between, panned, type View, zoomed } from "../view";
import type { Geometry } from "./geometry";

export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export interface GestureHandlers {
  readonly geometry: () => Geometry;
  readonly onView: (view: View | null) => void;
  /** The rectangle that is being drawn, or null when it is gone. */
  readonly onBox: (box: Box | null) => void;
  readonly onMove: (x: number, y: number) => void;
  readonly onLeave: () => void;
  readonly onClick: (x: number, y: number) => void;
}

const DRAG_FROM = 5;
const WHEEL_RATE = 0.0016;

/** Listen on `element`: wheel zooms, drag zooms to a box, drag with shift moves, double click resets. */
export function listenToPointer(element: HTMLElement, handlers: GestureHandlers): void {
  element.addEventListener("wheel", (event) => onWheel(event, handlers), { passive: false });
  element.addEventListener("dblclick", () => handlers.onView(null));
  element.addEventListener("pointerleave", () => handlers.onLeave());
  let start: { x: number; y: number; view: View; pans: boolean } | null = null;
  let dragged = false;
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    start = { x: event.offsetX, y: event.offsetY, view: handlers.geometry().view, pans: event.shiftKey };
    dragged = false;
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    const { offsetX: x, offsetY: y } = event;
    if (!start) return handlers.onMove(x, y);
    dragged ||= Math.hypot(x - start.x, y - start.y) >= DRAG_FROM;
    if (!dragged) return;
    if (start.pans) handlers.onView(movedBy(start.view, handlers.geometry(), x - start.x, y - start.y));
    else handlers.onBox({ x0: start.x, y0: start.y, x1: x, y1: y });
  });
  element.addEventListener("pointerup", (event) => {
    if (start && !dragged) handlers.onClick(event.offsetX, event.offsetY);
    if (start && dragged && !start.pans) {
      handlers.onView(boxed(handlers.geometry(), start.x, start.y, event.offsetX, event.offsetY));
    }
    start = null;
    handlers.onBox(null);
  });
  element.addEventListener("pointercancel", () => {
    start = null;
    handlers.onBox(null);
  });
}

/** The view after zooming by `factor` around the middle; below 1 it shows less. */
export function zoomedView({ x, y }: View, factor: number): View {
  return { x: zoomed(x, 0.5, factor), y: zoomed(y, 0.5, factor) };
}

/** Whether the wheel alone zooms: where the page scrolls, the wheel is for that. */
export function wheelZooms(): boolean {
  const { scrollHeight, clientHeight } = document.documentElement;
  return scrollHeight <= clientHeight;
}

function onWheel(event: WheelEvent, { geometry: current, onView }: GestureHandlers): void {
  if (!wheelZooms() && !event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  const geometry = current();
  const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
  const factor = Math.exp(pixels * WHEEL_RATE);
  const { offsetX, offsetY } = event;
  // Over an axis, only that axis.
  const overX = offsetY > geometry.bottom;
  const overY = offsetX < geometry.left;
  const { x, y } = geometry.view;
  onView({
    x: overY ? x : zoomed(x, geometry.shareX(offsetX), factor),
    y: overX ? y : zoomed(y, geometry.shareY(offsetY), factor),
  });
}

function movedBy({ x, y }: View, geometry: Geometry, dx: number, dy: number): View {
  return {
    x: panned(x, -dx / geometry.innerWidth),
    y: panned(y, dy / geometry.innerHeight),
  };
}

function boxed(geometry: Geometry, x0: number, y0: number, x1: number, y1: number): View {
  const { x, y } = geometry.view;
  const clamp = (share: number): number => Math.min(Math.max(share, 0), 1);
  // A box that is much flatter or narrower than a person would aim for means one direction.
  const across = Math.abs(x1 - x0) >= 12;
  const up = Math.abs(y1 - y0) >= 12;
  return {
    x: across ? between(x, clamp(geometry.shareX(x0)), clamp(geometry.shareX(x1))) : x,
    y: up ? between(y, clamp(geometry.shareY(y0)), clamp(geometry.shareY(y1))) : y,
  };
}
