// In what order the table shows runs.

import type { Run } from "../runs";

export type SortKey =
  | "name"
  | "status"
  | "size"
  | "n_params"
  | "n_examples"
  | "train_flops"
  | "loss"
  | "residual"
  | "note";

export interface Sort {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** The runs in order; those without a value come last, whichever way it goes. */
export function ordered(
  runs: readonly Run[],
  { key, descending }: Sort,
  residuals: ReadonlyMap<string, number>,
): Run[] {
  const direction = descending ? -1 : 1;
  const valued = runs.map((run) => ({ run, value: valueOf(run, key, residuals) }));
  valued.sort((a, b) => {
    if (a.value === null || b.value === null) {
      return Number(a.value === null) - Number(b.value === null) || byName(a.run, b.run);
    }
    const difference =
      typeof a.value === "string" || typeof b.value === "string"
        ? collator.compare(String(a.value), String(b.value))
        : a.value - b.value;
    return direction * difference || byName(a.run, b.run);
  });
  return valued.map(({ run }) => run);
}

/** The rows to draw when `first` pixels are scrolled away of `n` rows of `rowHeight` pixels. */
export function visibleRows(
  first: number,
  height: number,
  rowHeight: number,
  n: number,
): { readonly from: number; readonly to: number } {
  const spare = 8;
  const from = Math.max(0, Math.floor(first / rowHeight) - spare);
  return { from: Math.min(from, n), to: Math.min(n, Math.ceil((first + height) / rowHeight) + spare) };
}

const collator = new Intl.Collator("en", { numeric: true });

function byName(a: Run, b: Run): number {
  return collator.compare(a.name, b.name);
}

function valueOf(
  run: Run,
  key: SortKey,
  residuals: ReadonlyMap<string, number>,
): number | string | null {
  if (key === "residual") return residuals.get(run.name) ?? null;
  if (key === "note") return run.reason || run.notFitted || null;
  const value = run[key];
  return value === "" ? null : value;
}
