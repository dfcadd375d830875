// Runs and laws for the tests.

import type { Curve, FitAnswer, FittedLaw, RunsAnswer } from "../src/api";
import { DEFAULTS, type Options } from "../src/options";
import type { Run } from "../src/runs";
import type { State } from "../src/state";

export function run(values: Partial<Run> = {}): Run {
  return {
    name: "run",
    status: "completed",
    reason: "",
    notFitted: "",
    size: "",
    exampleUnit: "token",
    loss: 2.5,
    n_params: 1e4,
    n_examples: 1e6,
    train_flops: 6e10,
    plannedExamples: null,
    plannedFlops: null,
    seed: 0,
    elapsedSeconds: 1,
    prediction: null,
    ...values,
  };
}

export function curve(values: Partial<Curve> = {}): Curve {
  return {
    role: "frontier",
    label: "Compute-optimal frontier",
    value: null,
    x: [1, 10, 100, 1000],
    mean: [4, 3, 2.5, 2.2],
    low: [3.9, 2.9, 2.4, 2.1],
    high: [4.1, 3.1, 2.6, 2.3],
    extrapolation: [1, 1, 1, 10],
    n_params: [10, 20, 40, 80],
    n_examples: [1, 5, 25, 125],
    ...values,
  };
}

export function law(values: Partial<FittedLaw> = {}): FittedLaw {
  return {
    version: "1",
    form: "chinchilla",
    x: "train_flops",
    level: 0.9,
    reason: null,
    n_runs: 9,
    n_resamples: 1000,
    average: [],
    title: "Chinchilla",
    source: "",
    template: "",
    formula: "",
    parameters: [],
    frontier: {},
    findings: [],
    fit: { backtest: null },
    curves: [curve()],
    residuals: { name: [], log_residual: [] },
    tested: { name: [], log_residual: [] },
    fitted_at: 0,
    ...values,
  };
}

export function fitAnswer(asked: Options, values: Partial<FittedLaw> = {}): FitAnswer {
  return { ...law({ form: asked.form, x: asked.x, level: asked.level, ...values }), ageSeconds: 0, asked };
}

export function state(values: Partial<State> = {}): State {
  return {
    options: DEFAULTS,
    view: null,
    hovered: null,
    selected: null,
    theme: "light",
    answer: null,
    runs: [],
    fit: null,
    fittedAt: 0,
    loading: false,
    problem: null,
    ...values,
  };
}

export function runsAnswer(n: number): RunsAnswer {
  const filled = <T>(value: T): T[] => Array.from({ length: n }, () => value);
  return {
    version: "1",
    reason: null,
    loss_name: "val_loss",
    forms: [],
    excluded: [],
    columns: {
      name: Array.from({ length: n }, (_, index) => `run-${index}`),
      status: filled("completed"),
      reason: filled(""),
      not_fitted: filled(""),
      size: filled("small"),
      family: filled(""),
      example_unit: filled("token"),
      loss: filled(2.5),
      n_params: filled(1e4),
      n_examples: filled(1e6),
      train_flops: filled(null),
      train_flops_per_example: filled(null),
      seed: filled(0),
      planned_examples: filled(null),
      planned_flops: filled(null),
      elapsed_seconds: filled(null),
      start_time: filled(null),
      prediction: filled(null),
    },
  };
}
