// The choices, in one row.

import { fill, h } from "./dom";
import { share, statusText } from "./format";
import { AXES, type Choice, LEVELS, LOSSES, type Options, PARAM_CONVENTIONS } from "./options";
import { statusCounts } from "./runs";
import { currentAnswer, type State } from "./state";
import type { Store } from "./store";

const RUNS_HINT =
  "Names of the runs to show and fit, with commas between: demo for all below demo, mlp-* for any " +
  "ending, !*-old for all but those";

export class Toolbar {
  readonly element: HTMLElement;
  private readonly axis: HTMLElement;
  private readonly form: HTMLSelectElement;
  private readonly loss: HTMLSelectElement;
  private readonly params: HTMLSelectElement;
  private readonly level: HTMLSelectElement;
  private readonly runs: HTMLInputElement;
  private readonly status = h("div", { class: "status", role: "status" });
  private knownForms = "";

  constructor(private readonly store: Store<State>) {
    this.axis = this.axisChoice();
    this.form = this.select("Law", "form", []);
    this.loss = this.select("Loss", "loss", LOSSES);
    this.params = this.select("N counts", "paramConvention", PARAM_CONVENTIONS);
    const levels = LEVELS.map((level) => ({ value: String(level), label: share(level), hint: "" }));
    this.level = this.select("Intervals", "level", levels);
    this.runs = this.runsField();
    const fields = [this.form, this.loss, this.params, this.level, this.runs];
    this.element = h(
      "header",
      { class: "toolbar" },
      this.axis,
      ...fields.map((field) => field.parentElement),
      this.status,
    );
  }

  update(state: State, changed: ReadonlySet<keyof State>): void {
    if (changed.has("answer")) this.listForms(state);
    if (changed.has("options") || changed.has("answer")) this.showChoices(state.options);
    const matters = ["runs", "options", "fit", "problem", "answer"] as const;
    if (matters.some((key) => changed.has(key))) this.showStatus(state);
    this.element.classList.toggle("loading", state.loading);
  }

  private axisChoice(): HTMLElement {
    const radios = AXES.map(({ value, label, hint }) => {
      const input = h("input", { type: "radio", name: "axis", value });
      input.addEventListener("change", () => this.choose({ x: value }));
      return h("label", { title: hint }, input, h("span", {}, label));
    });
    const group = { class: "segments", role: "radiogroup", "aria-label": "Horizontal axis" };
    return h("div", group, ...radios);
  }

  private select(
    label: string,
    option: keyof Options,
    choices: readonly Choice<string>[],
  ): HTMLSelectElement {
    const select = h("select", { name: option }, ...choices.map(optionElement));
    select.addEventListener("change", () => {
      const value = option === "level" ? Number(select.value) : select.value;
      this.choose({ [option]: value });
    });
    h("label", { class: "field" }, h("span", {}, label), select);
    return select;
  }

  private runsField(): HTMLInputElement {
    const input = h("input", { name: "runs", type: "text", placeholder: "all", spellcheck: "false" });
    input.addEventListener("change", () => this.choose({ runs: input.value.trim() }));
    h("label", { class: "field", title: RUNS_HINT }, h("span", {}, "Runs"), input);
    return input;
  }

  private choose(patch: Partial<Options>): void {
    const options = { ...this.store.state.options, ...patch };
    // Another level moves no point; all else may, so the plot follows the data again.
    const view = "level" in patch ? this.store.state.view : null;
    this.store.set({ options, view });
  }

  private listForms({ answer, options }: State): void {
    const forms = answer?.forms ?? [];
    const names = forms.map((form) => form.name).join();
    if (names === this.knownForms) return;
    this.knownForms = names;
    const choices = forms.map(({ name, title }) => ({ value: name, label: title, hint: "" }));
    fill(this.form, ...choices.map(optionElement));
    this.form.value = options.form;
  }

  private showChoices(options: Options): void {
    for (const input of this.axis.querySelectorAll("input")) {
      input.checked = input.value === options.x;
    }
    this.form.value = options.form;
    this.loss.value = options.loss;
    this.params.value = options.paramConvention;
    this.level.value = String(options.level);
    this.runs.value = options.runs;
  }

  private showStatus(state: State): void {
    const { runs, problem } = state;
    const running = runs.filter((run) => run.status === "running").length;
    const kind = problem !== null ? "problem" : running ? "live" : "quiet";
    const title = problem ?? statusText(statusCounts(runs));
    const words = h("span", { title }, statusWords(state, running));
    fill(this.status, h("span", { class: `dot ${kind}` }), words);
  }
}

function statusWords(state: State, running: number): string {
  if (state.problem !== null) return "Not up to date";
  if (!state.answer) return "Reading runs …";
  if (!currentAnswer(state)) return "Fitting …";
  return running ? `${running} running` : "Up to date";
}

function optionElement({ value, label, hint }: Choice<string>): HTMLOptionElement {
  return h("option", { value, title: hint }, label);
}
