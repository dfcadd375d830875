// What parameters are called: the letters of the literature, and words beside them.

import { h } from "../dom";
import { type Axis, SYMBOLS } from "../options";

export interface Wording {
  /** A letter, after an underscore its index; empty for a parameter that has none. */
  readonly letter: string;
  readonly words: string;
}

const WORDINGS: Readonly<Record<string, readonly [string, string]>> = {
  irreducible_loss: ["E", "irreducible loss"],
  initial_loss: ["E_0", "loss before training"],
  param_coef: ["A", "size coefficient"],
  param_exponent: ["α", "size exponent"],
  param_scale: ["N_c", "size scale"],
  param_repetitions: ["R_N", "scale of excess size"],
  data_coef: ["B", "data coefficient"],
  data_exponent: ["β", "data exponent"],
  data_scale: ["D_c", "data scale"],
  data_repetitions: ["R_D", "scale of repetitions"],
  coupling_exponent: ["k", "coupling exponent"],
  coef: ["A", "coefficient"],
  exponent: ["α", "exponent"],
  saturation_exponent: ["γ", "saturation exponent"],
};

const BREAK = /^break_(change|at|width)_(\d+)$/;
const BREAK_WORDINGS: Readonly<Record<string, readonly [string, string]>> = {
  change: ["c", "change of slope"],
  at: ["x", "place of break"],
  width: ["w", "width of break"],
};

/** How to write a parameter; one that is not known by its name. */
export function wordingOf(name: string): Wording {
  const [, part = "", number = ""] = BREAK.exec(name) ?? [];
  const [letter, words] = BREAK_WORDINGS[part] ?? [];
  if (letter && words) return { letter: `${letter}_${number}`, words: `${words} ${number}` };
  const [known, said] = WORDINGS[name] ?? ["", name.replaceAll("_", " ")];
  return { letter: known, words: said };
}

/** A letter with its index; `x` stands for what is on the axis. */
export function letterElement(text: string, axis: Axis): HTMLElement {
  const [letter = "", index] = text.split("_");
  const shown = (letter === "x" ? SYMBOLS[axis] : letter).replace("'", "′");
  // Digits stand upright.
  const base = h(/^\d/.test(shown) ? "span" : "i", {}, shown);
  return index === undefined ? base : h("span", {}, base, h("sub", {}, index));
}
