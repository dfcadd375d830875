// The table of runs: what the plot shows, for sorting, reading and finding.

import { markIcon, markOf } from "../chart/marks";
import { noteOf } from "../chart/tooltip";
import { colourOf } from "../colours";
import { colourSpan } from "../chart/legend";
import { type Child, fill, h } from "../dom";
import { count, percent, significant } from "../format";
import { scientificHtml } from "../numbers";
import { colourAxis, residualsOf, type Run } from "../runs";
import { currentLaw, exampleUnit, type State } from "../state";
import type { Store } from "../store";
import { ordered, type Sort, type SortKey, visibleRows } from "./order";

const ROW_HEIGHT = 28;

interface Column {
  readonly key: SortKey;
  readonly title: string;
  readonly hint: string;
  readonly numeric: boolean;
}

const COLUMNS: readonly Column[] = [
  { key: "name", title: "Run", hint: "Directory below the log directory", numeric: false },
  { key: "status", title: "Status", hint: "How the run stands", numeric: false },
  { key: "size", title: "Size", hint: "Name of the model's size", numeric: false },
  { key: "n_params", title: "N", hint: "Parameters, as counted above", numeric: true },
  { key: "n_examples", title: "D", hint: "Examples seen, repeats included", numeric: true },
  { key: "train_flops", title: "C", hint: "FLOPs of the whole training", numeric: true },
  { key: "loss", title: "Loss", hint: "The loss chosen above", numeric: true },
  { key: "residual", title: "vs law", hint: "Loss against what the law predicts there, by the lines of the plot; positive is worse. The law doesn't know a run that tests a prediction", numeric: true },
  { key: "note", title: "Note", hint: "Why it ended, or why the fit leaves it out", numeric: false },
];

export class RunsTable {
  readonly element: HTMLElement;
  private readonly scroller = h("div", { class: "scroller", tabindex: 0, "aria-label": "Runs" });
  private readonly head = h("tr");
  private readonly body = h("tbody");
  private readonly table: HTMLTableElement;
  private sort: Sort = { key: "train_flops", descending: true };
  private rows: Run[] = [];
  private residuals: ReadonlyMap<string, number> = new Map();

  constructor(private readonly store: Store<State>) {
    this.table = h("table", { class: "runs" }, h("thead", {}, this.head), this.body);
    this.scroller.append(this.table);
    this.element = this.scroller;
    this.listen();
    this.drawHead();
  }

  update(state: State, changed: ReadonlySet<keyof State>): void {
    const reorders = changed.has("runs") || changed.has("fit") || changed.has("options");
    if (reorders) this.reorder(state);
    if (changed.has("selected") && !reorders) this.reveal(state.selected);
    if (reorders || changed.has("theme")) this.drawRows(state);
    else if (changed.has("selected") || changed.has("hovered")) this.markRows(state);
  }

  private listen(): void {
    const { store } = this;
    this.scroller.addEventListener("scroll", () => this.drawRows(store.state), { passive: true });
    new ResizeObserver(() => this.drawRows(store.state)).observe(this.scroller);
    this.body.addEventListener("pointerover", (event) => store.set({ hovered: nameAt(event) }));
    this.body.addEventListener("pointerleave", () => store.set({ hovered: null }));
    // Not "click": that is lost where new data redraw the rows between press and release.
    let pressed: string | null = null;
    this.body.addEventListener("pointerdown", (event) => {
      pressed = event.button === 0 ? nameAt(event) : null;
    });
    this.body.addEventListener("pointerup", (event) => {
      const name = nameAt(event);
      if (name === null || name !== pressed) return;
      store.set({ selected: name === store.state.selected ? null : name });
    });
    this.scroller.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      this.step(event.key === "ArrowDown" ? 1 : -1);
    });
  }

  private step(by: number): void {
    const from = this.rows.findIndex((run) => run.name === this.store.state.selected);
    const to = Math.min(Math.max(from + by, 0), this.rows.length - 1);
    const run = this.rows[to];
    if (run) this.store.set({ selected: run.name });
  }

  private reorder(state: State): void {
    this.residuals = residualsOf(currentLaw(state));
    this.rows = ordered(state.runs, this.sort, this.residuals);
    this.table.setAttribute("aria-rowcount", String(this.rows.length + 1));
  }

  private drawHead(): void {
    const cells = COLUMNS.map((column) => {
      const { key, title, hint, numeric } = column;
      const isSorted = this.sort.key === key;
      const arrow = isSorted ? (this.sort.descending ? " ↓" : " ↑") : "";
      const button = h("button", { type: "button", title: hint }, title, h("span", { class: "arrow" }, arrow));
      button.addEventListener("click", () => this.sortBy(column));
      const order = isSorted ? (this.sort.descending ? "descending" : "ascending") : null;
      return h("th", { scope: "col", class: numeric ? "number" : null, "aria-sort": order }, button);
    });
    fill(this.head, ...cells);
  }

  private sortBy({ key, numeric }: Column): void {
    const again = this.sort.key === key;
    const descending = again ? !this.sort.descending : numeric && key !== "loss";
    this.sort = { key, descending };
    this.drawHead();
    this.reorder(this.store.state);
    this.drawRows(this.store.state);
  }

  /** Scroll the row of a run into sight. */
  private reveal(name: string | null): void {
    const index = this.rows.findIndex((run) => run.name === name);
    if (index < 0) return;
    const { scrollTop, clientHeight } = this.scroller;
    const top = index * ROW_HEIGHT;
    const room = clientHeight - 2 * ROW_HEIGHT; // The head stays on top.
    if (top < scrollTop || top > scrollTop + room) {
      this.scroller.scrollTop = Math.max(0, top - room / 2);
    }
  }

  private drawRows(state: State): void {
    const { scrollTop, clientHeight } = this.scroller;
    const { from, to } = visibleRows(scrollTop, clientHeight, ROW_HEIGHT, this.rows.length);
    const span = colourSpan(state);
    const unit = exampleUnit(state);
    const rows = this.rows.slice(from, to).map((run, index) => {
      const row = h("tr", { "data-run": run.name, "aria-rowindex": from + index + 2 });
      const icon = h("span", { class: "swatch" }, markIcon(markOf(run)));
      icon.style.color = colourOf(run[colourAxis(state.options.x)], span, state.theme);
      row.append(...this.cells(run, icon, unit));
      return row;
    });
    fill(this.body, spacer(from), ...rows, spacer(this.rows.length - to));
    this.markRows(state);
  }

  /** Show which rows are selected and pointed at. */
  private markRows({ selected, hovered }: State): void {
    for (const row of this.body.rows) {
      const name = row.getAttribute("data-run");
      row.classList.toggle("selected", name !== null && name === selected);
      row.classList.toggle("hovered", name !== null && name === hovered);
    }
  }

  private cells(run: Run, icon: Child, unit: string): HTMLElement[] {
    const residual = this.residuals.get(run.name) ?? null;
    const note = run.reason || (run.notFitted ? noteOf(run) : "");
    const number = (child: Child): HTMLElement => h("td", { class: "number" }, child);
    return [
      h("th", { scope: "row", class: "name", title: run.name }, icon, h("span", {}, run.name)),
      h("td", {}, h("span", { class: `status-text ${run.status}` }, run.status)),
      h("td", {}, run.size || "–"),
      number(count(run.n_params)),
      h("td", { class: "number", title: `${run.n_examples ?? "unknown"} ${unit}s` }, count(run.n_examples)),
      number(scientificHtml(run.train_flops, 2, { trim: false })),
      number(significant(run.loss)),
      number(percent(residual, 2)),
      h("td", { class: "note", title: note }, note),
    ];
  }
}

function nameAt(event: Event): string | null {
  const row = event.target instanceof Element ? event.target.closest("tr") : null;
  return row?.getAttribute("data-run") ?? null;
}

function spacer(rows: number): HTMLElement | null {
  if (rows <= 0) return null;
  const row = h("tr", { class: "spacer", "aria-hidden": "true" });
  row.style.height = `${rows * ROW_HEIGHT}px`;
  return row;
}
