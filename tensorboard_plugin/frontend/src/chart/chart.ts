// The plot: layers, what is drawn when, and what happens under the pointer and the keys.

import { Delaunay } from "d3-delaunay";
import { colourOf } from "../colours";
import { fill, h, setAttributes, svg } from "../dom";
import { count, plural, scientificText, significant } from "../format";
import type { Axis } from "../options";
import { colourAxis, residualsOf, type Run } from "../runs";
import { currentLaw, exampleUnit, runNamed, type State } from "../state";
import type { Store } from "../store";
import type { View } from "../view";
import { autoView, EMPTY_VIEW } from "./auto_view";
import { drawAxes } from "./axes";
import { Geometry } from "./geometry";
import { type Box, listenToPointer, zoomedView } from "./gestures";
import { colourSpan, drawLegend } from "./legend";
import { drawLines } from "./lines";
import { drawPoints, markRadius, type Placed, placedRuns, prepareCanvas } from "./points";
import { drawPredictions } from "./predictions";
import { readOut, readoutCurve } from "./readout";
import { readoutCard, runCard, Tooltip } from "./tooltip";

const REACH = 22;
const CROWD = 250;
const HELP =
  "Wheel or drag to zoom, shift and drag to move, double click to reset. Arrow keys step through " +
  "the runs, Enter selects one, plus, minus and zero zoom.";

export class Chart {
  readonly element: HTMLElement;
  private readonly legend = h("div", { class: "legend" });
  private readonly frame = h("div", {
    class: "frame",
    tabindex: 0,
    role: "application",
    "aria-roledescription": "scatter plot",
  });
  private readonly back = svg("svg", { class: "layer", "aria-hidden": "true" });
  private readonly canvas = h("canvas", { class: "layer" });
  private readonly front = svg("svg", { class: "layer", "aria-hidden": "true" });
  private readonly grid = svg("g");
  private readonly lines = svg("g", { "clip-path": "url(#scaling-clip)" });
  private readonly law = svg("g", { "clip-path": "url(#scaling-clip)" });
  private readonly predictions = svg("g", { "clip-path": "url(#scaling-clip)" });
  private readonly overlay = svg("g");
  private readonly clip = svg("rect");
  private readonly tooltip = new Tooltip();
  private readonly live = h("div", { class: "visually-hidden", "aria-live": "polite" });
  private readonly note = h("div", { class: "plot-note", hidden: true });
  private readonly outside = h("div", { class: "outside", hidden: true });
  private readonly reset = h("button", { class: "reset", type: "button", hidden: true }, "Reset zoom");
  private geometry = new Geometry(800, 400, EMPTY_VIEW);
  private placed: readonly Placed[] = [];
  /** Those of the placed runs that are inside the frame, in the order of `delaunay`. */
  private shown: readonly Placed[] = [];
  private delaunay: Delaunay<Placed> | null = null;
  private pointer: { x: number; y: number } | null = null;
  private box: Box | null = null;

  constructor(private readonly store: Store<State>) {
    const clipPath = svg("clipPath", { id: "scaling-clip" }, this.clip);
    this.back.append(svg("defs", {}, clipPath), this.grid, this.lines);
    this.front.append(this.predictions, this.overlay);
    this.frame.append(
      this.back, this.canvas, this.front, this.note, this.outside, this.tooltip.element, this.reset, this.live,
    );
    this.element = h("section", { class: "chart", "aria-label": "Plot" }, this.legend, this.frame);
    this.listen();
  }

  /** Draw what `changed` touches. */
  update(state: State, changed: ReadonlySet<keyof State>): void {
    const onlyPointer = [...changed].every((key) => key === "hovered" || key === "selected");
    if (!onlyPointer) this.draw(state);
    this.drawOverlay(state);
  }

  private listen(): void {
    const { store } = this;
    listenToPointer(this.frame, {
      geometry: () => this.geometry,
      onView: (view) => store.set({ view }),
      onBox: (box) => {
        this.box = box;
        this.drawOverlay(store.state);
      },
      onMove: (x, y) => {
        this.pointer = { x, y };
        store.set({ hovered: this.nearest(x, y)?.run.name ?? null });
        this.drawOverlay(store.state);
      },
      onLeave: () => {
        this.pointer = null;
        store.set({ hovered: null });
        this.drawOverlay(store.state);
      },
      onClick: (x, y) => store.set({ selected: this.nearest(x, y)?.run.name ?? null }),
    });
    this.frame.addEventListener("keydown", (event) => this.onKey(event));
    this.frame.addEventListener("blur", () => store.set({ hovered: null }));
    for (const kind of ["pointerdown", "dblclick"]) {
      this.reset.addEventListener(kind, (event) => event.stopPropagation());
    }
    this.reset.addEventListener("click", () => store.set({ view: null }));
    new ResizeObserver(() => {
      this.draw(store.state);
      this.drawOverlay(store.state);
    }).observe(this.frame);
  }

  private draw(state: State): void {
    const { clientWidth: width, clientHeight: height } = this.frame;
    if (!width || !height) return;
    const axis = state.options.x;
    const law = currentLaw(state);
    const view = state.view ?? autoView(state.runs, law, axis);
    const geometry = new Geometry(width, height, view ?? EMPTY_VIEW);
    this.geometry = geometry;
    for (const layer of [this.back, this.front]) setAttributes(layer, { width, height });
    setAttributes(this.clip, {
      x: geometry.left,
      y: geometry.top,
      width: geometry.innerWidth,
      height: geometry.innerHeight,
    });
    const colours = colourSpan(state);
    drawLegend(this.legend, state);
    if (view) drawAxes(this.grid, geometry, axis, axisTitle(axis, exampleUnit(state)));
    else this.grid.replaceChildren();
    drawLines(this.lines, this.law, geometry, law?.curves ?? [], colours, state.theme);
    drawPredictions(this.predictions, geometry, state.runs, axis);
    this.placed = placedRuns(state.runs, axis, geometry);
    // A few points are worth more than the line under them; thousands would bury it.
    if (this.placed.length > CROWD) this.front.prepend(this.law);
    else this.back.append(this.law);
    const shown = this.placed.filter(({ x, y }) => geometry.contains(x, y));
    this.delaunay = shown.length ? Delaunay.from(shown, (p) => p.x, (p) => p.y) : null;
    this.shown = shown;
    const context = prepareCanvas(this.canvas, width, height);
    const radius = markRadius(this.placed.length);
    if (context) drawPoints(context, shown, radius, axis, colours, state.theme);
    this.reset.hidden = state.view === null;
    this.drawNote(state);
    this.frame.setAttribute("aria-label", describe(state, this.placed.length));
  }

  private drawNote(state: State): void {
    const unplaced = state.runs.length - this.placed.length;
    const outside = this.placed.length - this.shown.length;
    this.outside.hidden = !outside;
    this.outside.textContent = `${plural(outside, "run")} outside this view`;
    const nothing = state.answer !== null && !this.placed.length;
    this.note.hidden = !nothing;
    if (nothing) fill(this.note, nothingToDraw(state.runs, state.options.x, unplaced));
  }

  private drawOverlay(state: State): void {
    const nodes: SVGElement[] = [];
    const radius = markRadius(this.placed.length) + 4;
    for (const [name, kind] of [[state.selected, "selected"], [state.hovered, "hovered"]] as const) {
      const at = this.placed.find(({ run }) => run.name === name);
      if (!at || !this.geometry.contains(at.x, at.y)) continue;
      nodes.push(svg("circle", { class: `ring ${kind}`, cx: at.x, cy: at.y, r: radius }));
    }
    if (this.box) nodes.push(boxOf(this.box));
    this.tooltip.hide();
    if (!this.box) nodes.push(...this.drawCard(state));
    this.overlay.replaceChildren(...nodes);
  }

  /** Show the card of the hovered run, else of the law under the pointer; return its marks. */
  private drawCard(state: State): SVGElement[] {
    const { width, height } = this.geometry;
    const unit = exampleUnit(state);
    const hovered = this.placed.find(({ run }) => run.name === state.hovered);
    if (hovered && this.geometry.contains(hovered.x, hovered.y)) {
      const { run, x, y } = hovered;
      const residual = residualsOf(currentLaw(state)).get(run.name);
      const colour = colourOf(run[colourAxis(state.options.x)], colourSpan(state), state.theme);
      this.tooltip.show(x, y, width, height, ...runCard(run, residual, unit, colour));
      return [];
    }
    const { pointer } = this;
    const law = currentLaw(state);
    const curve = law && readoutCurve(law.curves);
    if (!curve || !pointer || !this.geometry.contains(pointer.x, pointer.y)) return [];
    const readout = readOut(curve, this.geometry.valueX(pointer.x));
    if (!readout) return [];
    const [x, y] = [pointer.x, this.geometry.y(readout.mean)];
    if (!this.geometry.contains(x, y)) return [];
    const card = readoutCard(readout, state.options.x, law.level, unit);
    this.tooltip.show(x, y, width, height, ...card);
    const { top, bottom } = this.geometry;
    return [
      svg("line", { class: "crosshair", x1: x, x2: x, y1: top, y2: bottom }),
      svg("circle", { class: "law-dot", cx: x, cy: y, r: 4 }),
    ];
  }

  private nearest(x: number, y: number): Placed | undefined {
    const found = this.delaunay && this.shown[this.delaunay.find(x, y)];
    return found && Math.hypot(found.x - x, found.y - y) <= REACH ? found : undefined;
  }

  private onKey(event: KeyboardEvent): void {
    const { store } = this;
    const { key } = event;
    if (key === "ArrowRight" || key === "ArrowLeft") this.step((p) => p.x, key === "ArrowRight");
    else if (key === "ArrowUp" || key === "ArrowDown") this.step((p) => p.y, key === "ArrowDown");
    else if (key === "Enter" || key === " ") store.set({ selected: store.state.hovered });
    else if (key === "Escape") store.set({ selected: null, hovered: null });
    else if (key === "+" || key === "=") this.zoomBy(1 / 1.4);
    else if (key === "-") this.zoomBy(1.4);
    else if (key === "0") store.set({ view: null });
    else return;
    event.preventDefault();
  }

  private zoomBy(factor: number): void {
    const view: View = zoomedView(this.geometry.view, factor);
    this.store.set({ view });
  }

  /** Hover the next run in the order of `place`, and say which it is. */
  private step(place: (at: Placed) => number, forwards: boolean): void {
    const order = [...this.shown].sort((a, b) => place(a) - place(b));
    if (!order.length) return;
    const { hovered, selected } = this.store.state;
    const from = order.findIndex(({ run }) => run.name === (hovered ?? selected));
    const to = from < 0 ? (forwards ? 0 : order.length - 1) : from + (forwards ? 1 : -1);
    const next = order[Math.min(Math.max(to, 0), order.length - 1)];
    if (!next) return;
    this.pointer = null;
    this.store.set({ hovered: next.run.name });
    this.live.textContent = spoken(next.run);
  }

  /** Say which run is selected when it was chosen elsewhere. */
  announce(state: State): void {
    const run = runNamed(state, state.selected);
    if (run) this.live.textContent = `Selected: ${spoken(run)}`;
  }
}

function axisTitle(axis: Axis, unit: string): string {
  if (axis === "train_flops") return "Training compute C (FLOPs)";
  return axis === "n_params" ? "Parameters N" : `Data D (${unit}s seen)`;
}

function describe(state: State, placed: number): string {
  const law = currentLaw(state);
  const formula = law ? ` Fitted law: ${law.formula}.` : "";
  return `Loss of ${placed} runs against ${state.options.x}.${formula} ${HELP}`;
}

function spoken(run: Run): string {
  return (
    `${run.name}, ${run.status}: loss ${significant(run.loss)}, ${count(run.n_params)} parameters, ` +
    `${count(run.n_examples)} examples, ${scientificText(run.train_flops ?? NaN)} FLOPs`
  );
}

function nothingToDraw(runs: readonly Run[], axis: Axis, unplaced: number): string {
  if (!runs.length) return "No run has a name that matches the field Runs.";
  const noPlace = runs.filter((run) => run[axis] === null).length;
  if (axis === "train_flops" && noPlace === runs.length) {
    return "No run states its FLOPs. Choose parameters or data for the horizontal axis.";
  }
  return `None of the ${unplaced} runs has a loss yet. They will show up here as they train.`;
}

function boxOf({ x0, y0, x1, y1 }: Box): SVGRectElement {
  return svg("rect", {
    class: "zoom-box",
    x: Math.min(x0, x1),
    y: Math.min(y0, y1),
    width: Math.abs(x1 - x0),
    height: Math.abs(y1 - y0),
  });
}
