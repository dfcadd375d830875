// What the law says under the pointer.

import type { Curve } from "../api";

export interface Readout {
  readonly role: Curve["role"];
  readonly x: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly extrapolation: number;
  /** The best size and data there; null off the frontier. */
  readonly nParams: number | null;
  readonly nExamples: number | null;
}

/** The line that a readout follows: the one with a band. */
export function readoutCurve(curves: readonly Curve[]): Curve | undefined {
  return curves.find((curve) => curve.role !== "slice") ?? curves.find((curve) => curve.low.length);
}

/** The law at `x`, between its computed places straight in logs; null outside them. */
export function readOut(curve: Curve, x: number): Readout | null {
  const after = curve.x.findIndex((place) => place >= x);
  const [right, left] = [curve.x[after], curve.x[Math.max(after - 1, 0)]];
  if (after < 0 || right === undefined || left === undefined || x < (curve.x[0] ?? Infinity)) {
    return null;
  }
  const share = right > left ? Math.log(x / left) / Math.log(right / left) : 0;
  const at = (values: readonly number[]): number | null => {
    const [a, b] = [values[Math.max(after - 1, 0)], values[after]];
    return a === undefined || b === undefined ? null : a * (b / a) ** share;
  };
  const [mean, low, high] = [at(curve.mean), at(curve.low), at(curve.high)];
  if (mean === null || low === null || high === null) return null;
  return {
    role: curve.role,
    x,
    mean,
    low,
    high,
    extrapolation: at(curve.extrapolation) ?? 1,
    nParams: at(curve.n_params),
    nExamples: at(curve.n_examples),
  };
}
