// Runs as rows, and where they stand in the plot.

import type { AgainstLaw, FittedLaw, Prediction, RunsAnswer } from "./api";
import type { Axis } from "./options";

export type Status = "completed" | "running" | "stalled" | "stopped" | "diverged" | "failed";

export interface Run {
  readonly name: string;
  readonly status: Status;
  readonly reason: string;
  /** Why a fit leaves the run out; empty where it doesn't. */
  readonly notFitted: string;
  readonly size: string;
  readonly exampleUnit: string;
  readonly loss: number | null;
  readonly n_params: number | null;
  readonly n_examples: number | null;
  readonly train_flops: number | null;
  readonly plannedExamples: number | null;
  readonly plannedFlops: number | null;
  readonly seed: number | null;
  readonly elapsedSeconds: number | null;
  readonly prediction: ReadyPrediction | null;
}

/** A prediction whose every number is there. */
export type ReadyPrediction = { readonly [key in "loss" | "low" | "high"]: number } & {
  readonly level: number | null;
};

export function rowsOf({ columns }: RunsAnswer): Run[] {
  return columns.name.map((name, row) => ({
    name,
    status: (columns.status[row] ?? "completed") as Status,
    reason: columns.reason[row] ?? "",
    notFitted: columns.not_fitted[row] ?? "",
    size: columns.size[row] ?? "",
    exampleUnit: columns.example_unit[row] ?? "example",
    loss: columns.loss[row] ?? null,
    n_params: columns.n_params[row] ?? null,
    n_examples: columns.n_examples[row] ?? null,
    train_flops: columns.train_flops[row] ?? null,
    plannedExamples: columns.planned_examples[row] ?? null,
    plannedFlops: columns.planned_flops[row] ?? null,
    seed: columns.seed[row] ?? null,
    elapsedSeconds: columns.elapsed_seconds[row] ?? null,
    prediction: readyPrediction(columns.prediction[row] ?? null),
  }));
}

/** Where a run will end on an axis: for one that goes on, where its plan ends. */
export function plannedPlace(run: Run, axis: Axis): number | null {
  if (axis === "n_params") return run.n_params;
  const planned = axis === "train_flops" ? run.plannedFlops : run.plannedExamples;
  return run.status === "completed" ? run[axis] : (planned ?? run[axis]);
}

/** What colours stand for: the size, or the data where the size is on the axis already. */
export function colourAxis(axis: Axis): "n_params" | "n_examples" {
  return axis === "n_params" ? "n_examples" : "n_params";
}

/** Whether a run can be drawn: it has a loss, and a place on the axis. */
export function isPlaced(run: Run, axis: Axis): boolean {
  const place = run[axis];
  return place !== null && place > 0 && run.loss !== null && run.loss > 0;
}

/** Whether a run has tested a prediction, and is left out of the fit for that. */
export function isTested(run: Run): boolean {
  return run.prediction !== null && run.status === "completed" && run.notFitted !== "";
}

/**
 * The relative distance of each run from the law: +0.01 is a loss 1 % above it. Of a fitted run, and
 * of one that tested a prediction, which the law doesn't know.
 */
export function residualsOf(law: FittedLaw | null): ReadonlyMap<string, number> {
  const residuals = new Map<string, number>();
  const keep = ({ name, log_residual }: AgainstLaw): void =>
    name.forEach((run, row) => {
      const log = log_residual[row];
      if (typeof log === "number") residuals.set(run, Math.expm1(log));
    });
  if (law) [law.residuals, law.tested].forEach(keep);
  return residuals;
}

/** How many runs there are of each status, in the order of `STATUSES`, none left out silently. */
export function statusCounts(runs: readonly Run[]): [Status, number][] {
  return STATUSES.map((status): [Status, number] => [
    status,
    runs.filter((run) => run.status === status).length,
  ]).filter(([, n]) => n > 0);
}

export const STATUSES: readonly Status[] = [
  "completed",
  "running",
  "stalled",
  "stopped",
  "diverged",
  "failed",
];

function readyPrediction(given: Partial<Prediction> | null): ReadyPrediction | null {
  if (!given) return null;
  const { loss, low, high } = given;
  if (!isPositive(loss) || !isPositive(low) || !isPositive(high)) return null;
  return { loss, low, high, level: given.level ?? null };
}

function isPositive(value: number | null | undefined): value is number {
  return typeof value === "number" && value > 0;
}
