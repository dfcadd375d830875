// The lower part of the page: the table of runs, and what was left out of it.

import type { Exclusion } from "../api";
import { fill, h, sentence } from "../dom";
import { plural, statusText } from "../format";
import { statusCounts } from "../runs";
import type { State } from "../state";
import type { Store } from "../store";
import { RunsTable } from "./runs_table";

export class Drawer {
  readonly element: HTMLElement;
  private readonly table: RunsTable;
  private readonly left = h("div", { class: "scroller left-out", tabindex: 0, "aria-label": "Left out" });
  private readonly runsTab = tab("Runs");
  private readonly leftTab = tab("Left out");
  private readonly counts = h("span", { class: "muted counts" });
  private readonly fold = h("button", { class: "fold", type: "button", "aria-expanded": "true" }, "Hide");
  private showsLeftOut = false;

  constructor(store: Store<State>) {
    this.table = new RunsTable(store);
    const tabs = h("div", { class: "tabs", role: "tablist" }, this.runsTab, this.leftTab);
    const bar = h("div", { class: "drawer-bar" }, tabs, this.counts, this.fold);
    this.element = h("section", { class: "drawer", "aria-label": "Runs" }, bar, this.table.element, this.left);
    this.runsTab.addEventListener("click", () => this.show(false));
    this.leftTab.addEventListener("click", () => this.show(true));
    this.fold.addEventListener("click", () => this.toggle());
    this.show(false);
  }

  update(state: State, changed: ReadonlySet<keyof State>): void {
    if (changed.has("answer") || changed.has("runs")) {
      const excluded = state.answer?.excluded ?? [];
      this.runsTab.textContent = plural(state.runs.length, "run");
      this.counts.textContent = statusText(statusCounts(state.runs));
      this.leftTab.textContent = `${excluded.length.toLocaleString("en")} left out`;
      this.leftTab.hidden = !excluded.length;
      if (!excluded.length && this.showsLeftOut) this.show(false);
      fill(this.left, exclusionList(excluded));
    }
    this.table.update(state, changed);
  }

  private show(leftOut: boolean): void {
    this.showsLeftOut = leftOut;
    this.table.element.hidden = leftOut;
    this.left.hidden = !leftOut;
    this.runsTab.setAttribute("aria-selected", String(!leftOut));
    this.leftTab.setAttribute("aria-selected", String(leftOut));
    if (this.element.classList.contains("folded")) this.toggle();
  }

  private toggle(): void {
    const folded = this.element.classList.toggle("folded");
    this.fold.textContent = folded ? "Show" : "Hide";
    this.fold.setAttribute("aria-expanded", String(!folded));
  }
}

function tab(label: string): HTMLButtonElement {
  return h("button", { type: "button", role: "tab", "aria-selected": "false" }, label);
}

function exclusionList(excluded: readonly Exclusion[]): HTMLElement {
  const rows = excluded.map(({ name, reason }) =>
    h("tr", {}, h("th", { scope: "row", class: "name" }, name), h("td", {}, sentence(reason))),
  );
  const head = h("tr", {}, h("th", { scope: "col" }, "Run"), h("th", { scope: "col" }, "Why it is not in the table"));
  return h("table", { class: "runs" }, h("thead", {}, head), h("tbody", {}, ...rows));
}
