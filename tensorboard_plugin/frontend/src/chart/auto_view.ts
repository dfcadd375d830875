// What a plot shows while nobody has zoomed: the runs that a fit is about, every prediction, some
// of what lies ahead, and of the other runs those that are not far off.

import type { FittedLaw } from "../api";
import type { Axis } from "../options";
import { isPlaced, plannedPlace, type Run } from "../runs";
import { padded, type Span, spanOf, type View } from "../view";

/** For a plot of nothing, whose axes have no numbers. */
export const EMPTY_VIEW: View = { x: { low: 1, high: 10 }, y: { low: 1, high: 10 } };

/** How far off, as a share of what the others span. A loss can be anything when a run breaks. */
const NEAR = 0.3;

/** From so many completed runs on, they decide what is shown. */
const ENOUGH = 5;

/** The view that follows the data; null while there is nothing to show. */
export function autoView(runs: readonly Run[], law: FittedLaw | null, axis: Axis): View | null {
  const placed = runs.filter((run) => isPlaced(run, axis));
  const completed = placed.filter((run) => run.status === "completed");
  const core = completed.length >= ENOUGH ? completed : placed;
  const predicted = runs.filter((run) => run.prediction && plannedPlace(run, axis));
  const coreAcross = spanOf([
    ...core.map((run) => run[axis]),
    ...predicted.map((run) => plannedPlace(run, axis)),
  ]);
  const coreUp = spanOf([
    ...core.map((run) => run.loss),
    ...predicted.flatMap(({ prediction }) => prediction && [prediction.low, prediction.high]),
  ]);
  if (!coreAcross || !coreUp) return null;
  const across = widened(coreAcross, placed.map((run) => run[axis]));
  const x = padded(across, 0.05, 0.1, 1.25);
  const inside = placed.filter((run) => contains(x, run[axis]));
  const up = widened(coreUp, inside.map((run) => run.loss));
  const ahead = spanOf([up.low, up.high, ...lossesAhead(law, across, x)]) ?? up;
  return { x, y: padded(ahead, 0.06, 0.06) };
}

/** `span` with those of `values` that are inside or not far off. */
function widened(span: Span, values: readonly (number | null)[]): Span {
  const near = padded(span, NEAR, NEAR, 1.1);
  const found = spanOf(values.filter((value) => contains(near, value))) ?? span;
  return { low: Math.min(span.low, found.low), high: Math.max(span.high, found.high) };
}

function contains({ low, high }: Span, value: number | null): boolean {
  return value !== null && value >= low && value <= high;
}

/** What the law says of the room that the view leaves beyond the last run. */
function lossesAhead(law: FittedLaw | null, across: Span, x: Span): number[] {
  const line = law?.curves.find((curve) => curve.role !== "slice");
  if (!line) return [];
  return line.x.flatMap((place, index) =>
    place >= across.high && place <= x.high ? [line.mean[index] ?? NaN] : [],
  );
}
