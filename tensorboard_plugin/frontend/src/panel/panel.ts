// The side panel: the law in numbers, how far to trust it, and what is wrong.

import type { FittedLaw } from "../api";
import { type Child, fill, h, sentence } from "../dom";
import { ago, plural, weightText } from "../format";
import { currentAnswer, currentLaw, lossTitle, type State } from "../state";
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
    const law = currentLaw(state);
    const reason = currentAnswer(state)?.reason ?? null;
    const isFitting = !law && reason === null && state.problem === null;
    const select = (name: string): void => this.store.set({ selected: name });
    fill(
      this.element,
      state.problem === null ? null : h("section", { class: "card problem", role: "alert" }, sentence(state.problem)),
      reason === null ? null : notYet(reason, state.runs.length > 0),
      law && this.lawSection(law, state),
      isFitting ? h("section", { class: "card muted" }, "Fitting …") : null,
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
      h("h2", {}, h("span", { title: law.source }, lawTitle(law)), this.age),
      formulaElement(law),
      parameterTable(law),
      h(
        "p",
        { class: "muted small" },
        `${lossTitle(state)} of ${plural(law.n_runs, "completed run")}${formulaSource(law)}, ` +
          `lines and predictions are the median of ${plural(law.n_resamples, "resample")}.`,
      ),
    );
  }

  private tellAge(): void {
    const seconds = (Date.now() - this.store.state.fittedAt) / 1000;
    this.age.textContent = `fitted ${ago(seconds)}`;
  }
}

/** What the law is called: of an average, the share of each law in it. */
function lawTitle({ title, average }: FittedLaw): string {
  if (!average.length) return title;
  return `Average: ${average.map((law) => `${weightText(law.weight)} ${law.title}`).join(", ")}`;
}

function formulaSource({ title, average, source }: FittedLaw): string {
  if (!average.length) return `; ${source}. The formula is the best fit`;
  return `. The formula is the best fit of ${title} (${source})`;
}

function notYet(reason: string, hasRuns: boolean): HTMLElement {
  const title = hasRuns ? "No law yet" : "No runs chosen";
  return h("section", { class: "card not-yet", role: "status" }, h("h2", {}, title), h("p", {}, sentence(reason)));
}

function findingsSection(law: FittedLaw | null): HTMLElement | null {
  if (!law?.findings.length) return null;
  const items: Child[] = law.findings.map(({ message }) => h("li", {}, sentence(message)));
  return h("section", { class: "card" }, h("h2", {}, "Findings"), h("ul", { class: "findings" }, ...items));
}
