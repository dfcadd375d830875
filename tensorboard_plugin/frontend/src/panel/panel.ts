// The side panel: the law in numbers, how far to trust it, and what is wrong.

import type { FittedLaw } from "../api";
import { type Child, fill, h, sentence } from "../dom";
import { ago, plural } from "../format";
import { currentAnswer, lossTitle, type State } from "../state";
import type { Store } from "../store";
import { backtestSection, predictionSection } from "./checks";
import { formulaElement } from "./formula";
import { parameterTable } from "./parameters";

const AGE_INTERVAL_MS = 5000;

export class Panel {
  readonly element = h("aside", { class: "panel", "aria-label": "Fitted law" });
  private readonly age = h("span", { class: "age" });

  constructor(private readonly store: Store<State>) {
    window.setInterval(() => this.tellAge(), AGE_INTERVAL_MS);
  }

  update(state: State, changed: ReadonlySet<keyof State>): void {
    const matters = ["fit", "fittedAt", "options", "runs", "problem", "answer"] as const;
    if (matters.some((key) => changed.has(key))) this.draw(state);
  }

  private draw(state: State): void {
    const answer = currentAnswer(state);
    const law = answer?.reason === null ? answer : null;
    const reason = answer?.reason ?? null;
    const select = (name: string): void => this.store.set({ selected: name });
    fill(
      this.element,
      state.problem === null ? null : h("section", { class: "card problem", role: "alert" }, sentence(state.problem)),
      reason === null ? null : notYet(reason),
      law && this.lawSection(law, state),
      answer ? null : h("section", { class: "card muted" }, "Fitting …"),
      findingsSection(law),
      backtestSection(law?.fit.backtest ?? null),
      predictionSection(state.runs, select),
    );
    this.tellAge();
  }

  private lawSection(law: FittedLaw, state: State): HTMLElement {
    return h(
      "section",
      { class: "card law" },
      h("h2", {}, h("span", { title: law.source }, law.title), this.age),
      formulaElement(law),
      parameterTable(law),
      h(
        "p",
        { class: "muted small" },
        `${lossTitle(state)} of ${plural(law.n_runs, "completed run")}; ${law.source}.`,
      ),
    );
  }

  private tellAge(): void {
    const seconds = (Date.now() - this.store.state.fittedAt) / 1000;
    this.age.textContent = `fitted ${ago(seconds)}`;
  }
}

function notYet(reason: string): HTMLElement {
  return h("section", { class: "card not-yet", role: "status" }, h("h2", {}, "No law yet"), h("p", {}, sentence(reason)));
}

function findingsSection(law: FittedLaw | null): HTMLElement | null {
  if (!law?.findings.length) return null;
  const items: Child[] = law.findings.map(({ message }) => h("li", {}, sentence(message)));
  return h("section", { class: "card" }, h("h2", {}, "Findings"), h("ul", { class: "findings" }, ...items));
}
