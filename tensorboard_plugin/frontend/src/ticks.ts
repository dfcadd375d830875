// Ticks of a logarithmic axis, also where it spans less than a decade: losses usually do.

import { ticks as linearTicks } from "d3-array";

export interface Tick {
  readonly value: number;
  /** Ticks without a label only structure the space between those with one. */
  readonly labelled: boolean;
}

const MULTIPLIER_SETS: readonly (readonly number[])[] = [
  [1, 3],
  [1, 2, 5],
  [1, 2, 3, 5],
  [1, 1.5, 2, 3, 5, 7],
  [1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9],
];

/**
 * The ticks between `low` and `high`, rising.
 *
 * Where three powers of ten or more fit, they are labelled and their multiples are not. On shorter
 * spans the roundest set of values is labelled that uses the room best: of those whose closest
 * neighbours keep the distance that `most` labels would have, the one with most labels.
 */
export function logTicks(low: number, high: number, most: number): Tick[] {
  if (!(low > 0 && high > low && Number.isFinite(high))) return [];
  const powers = multiples([1], low, high);
  if (powers.length >= 3) return decadeTicks(powers, low, high, most);
  const span = Math.log(high / low);
  const candidates = [
    ...MULTIPLIER_SETS.map((set) => multiples(set, low, high)),
    ...Array.from({ length: most }, (_, n) => linearTicks(low, high, n + 1).filter(isPositive)),
  ];
  let best: readonly number[] = powers;
  for (const candidate of candidates) {
    const roomy = closest(candidate) >= (0.75 * span) / Math.max(most, 1);
    if (roomy && candidate.length <= most && candidate.length > best.length) best = candidate;
  }
  return best.map((value) => ({ value, labelled: true }));
}

/** How many decimals the labels of `values` need, so that all have the same. */
export function decimalsOf(values: readonly number[]): number {
  for (let decimals = 0; decimals < 8; decimals++) {
    const exact = values.every(
      (value) => Math.abs(Number(value.toFixed(decimals)) / value - 1) < 1e-9,
    );
    if (exact) return decimals;
  }
  return 8;
}

function decadeTicks(powers: number[], low: number, high: number, most: number): Tick[] {
  const stride = Math.ceil(powers.length / Math.max(most, 1));
  const labelled = new Set(
    powers.filter((power) => Math.round(Math.log10(power)) % stride === 0),
  );
  const all = powers.length <= 8 ? multiples([1, 2, 3, 4, 5, 6, 7, 8, 9], low, high) : powers;
  return all.map((value) => ({ value, labelled: labelled.has(value) }));
}

function multiples(set: readonly number[], low: number, high: number): number[] {
  const values: number[] = [];
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  for (let exponent = first; exponent <= last; exponent++) {
    for (const multiplier of set) {
      // Parsed from text, a power of ten is the closest number to it; Math.pow's may not be.
      const value = Number(`${multiplier}e${exponent}`);
      if (value >= low && value <= high) values.push(value);
    }
  }
  return values;
}

function closest(values: readonly number[]): number {
  let distance = Infinity;
  values.forEach((value, index) => {
    const before = values[index - 1];
    if (before !== undefined) distance = Math.min(distance, Math.log(value / before));
  });
  return distance;
}

function isPositive(value: number): boolean {
  return value > 0;
}
