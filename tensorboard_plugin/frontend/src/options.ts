// What a person can choose in the toolbar.

export type Axis = "train_flops" | "n_params" | "n_examples";
export type LossChoice = "final" | "best" | "tail";
export type ParamConvention = "total" | "non_embedding" | "non_embedding_plus_head";

export interface Options {
  readonly x: Axis;
  readonly form: string;
  readonly loss: LossChoice;
  readonly paramConvention: ParamConvention;
  readonly level: number;
  /** Patterns of the names of the runs to show and fit; empty for all. */
  readonly runs: string;
}

export interface Choice<T> {
  readonly value: T;
  readonly label: string;
  readonly hint: string;
}

export const DEFAULTS: Options = {
  x: "train_flops",
  form: "auto",
  loss: "final",
  paramConvention: "total",
  level: 0.9,
  runs: "",
};

export function areSame(one: Options, other: Options): boolean {
  return (Object.keys(DEFAULTS) as (keyof Options)[]).every((key) => one[key] === other[key]);
}

export const AXES: readonly Choice<Axis>[] = [
  { value: "train_flops", label: "Compute", hint: "Loss against the FLOPs of the whole training, C" },
  { value: "n_params", label: "Parameters", hint: "Loss against the size of the model, N" },
  { value: "n_examples", label: "Data", hint: "Loss against the examples seen, D" },
];

export const LOSSES: readonly Choice<LossChoice>[] = [
  { value: "final", label: "Final", hint: "The loss at the end of each run" },
  { value: "best", label: "Best", hint: "The lowest loss that each run reached" },
  { value: "tail", label: "Late mean", hint: "The mean over the last tenth of each run" },
];

export const PARAM_CONVENTIONS: readonly Choice<ParamConvention>[] = [
  { value: "total", label: "All layers", hint: "N counts every trainable parameter" },
  { value: "non_embedding", label: "Hidden only", hint: "N counts the hidden layers: no embeddings, no head" },
  { value: "non_embedding_plus_head", label: "Hidden and head", hint: "N counts the hidden layers and the head: no embeddings" },
];

export const LEVELS: readonly number[] = [0.5, 0.8, 0.9, 0.95, 0.99];

/** The letter that formulas use for what is on the horizontal axis. */
export const SYMBOLS: Readonly<Record<Axis, string>> = {
  train_flops: "C",
  n_params: "N",
  n_examples: "D",
};
