// All that the dashboard shows depends on this, and on nothing else.

import type { FitAnswer, FittedLaw, RunsAnswer } from "./api";
import type { Theme } from "./host";
import { areSame, type Options } from "./options";
import type { Run } from "./runs";
import type { View } from "./view";

export interface State {
  readonly options: Options;
  /** The part of the plane that the user has zoomed to; null where the plot follows the data. */
  readonly view: View | null;
  /** Name of the run under the pointer, or null. */
  readonly hovered: string | null;
  /** Name of the run that was clicked, or null. */
  readonly selected: string | null;
  readonly theme: Theme;
  /** Null until the first answer. */
  readonly answer: RunsAnswer | null;
  readonly runs: readonly Run[];
  /** The last fit that came, perhaps for other options than the present; null before the first. */
  readonly fit: FitAnswer | null;
  /** When the law was fitted, in milliseconds of this computer's clock. */
  readonly fittedAt: number;
  readonly loading: boolean;
  /** What went wrong with the last request, a sentence; null if nothing did. */
  readonly problem: string | null;
}

/** The answer of the fit route if it is for the present options. */
export function currentAnswer({ fit, options }: State): FitAnswer | null {
  return fit && areSame(fit.asked, options) ? fit : null;
}

/** The law to show: fitted, and for the present options. */
export function currentLaw(state: State): FittedLaw | null {
  const answer = currentAnswer(state);
  return answer?.reason === null ? answer : null;
}

/** The run called `name`, if it is still there. */
export function runNamed(state: State, name: string | null): Run | undefined {
  return name === null ? undefined : state.runs.find((run) => run.name === name);
}

/** What the loss is called in a sentence: held-out or training loss. */
export function lossTitle(state: State): string {
  const name = state.answer?.loss_name ?? "";
  if (name === "") return "Loss";
  if (name === "val_loss") return "Held-out loss";
  return name === "loss" ? "Training loss" : name;
}

/** What one example is, if all runs agree. */
export function exampleUnit(state: State): string {
  const units = new Set(state.runs.map((run) => run.exampleUnit));
  const [unit] = units;
  return units.size === 1 && unit ? unit : "example";
}
