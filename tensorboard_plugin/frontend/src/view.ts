// What part of the plane a plot shows, and how zooming and panning change it. All in logs.

/** A range of positive numbers, `low < high`. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

export interface View {
  readonly x: Span;
  readonly y: Span;
}

const LEAST_RATIO = 1.0005;
const GREATEST_RATIO = 1e40;

/** The range of the positive, finite ones among `values`; null if there are none. */
export function spanOf(values: Iterable<number | null>): Span | null {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value === null || !(value > 0) || value === Infinity) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? { low, high } : null;
}

/** `span` with a share of its length added at the ends, at least a factor of `least` each. */
export function padded(span: Span, before: number, after: number, least = 1.02): Span {
  const ratio = span.high / span.low;
  return {
    low: span.low / Math.max(ratio ** before, least),
    high: span.high * Math.max(ratio ** after, least),
  };
}

/** Where `value` lies in `span`: 0 at its low end, 1 at its high end. */
export function shareAt(span: Span, value: number): number {
  return Math.log(value / span.low) / Math.log(span.high / span.low);
}

/** The value at a share of `span`; the inverse of `shareAt`. */
export function valueAt(span: Span, share: number): number {
  return span.low * (span.high / span.low) ** share;
}

/** `span` scaled by `factor` around the value at `share`, which stays where it is. */
export function zoomed(span: Span, share: number, factor: number): Span {
  const candidate = {
    low: valueAt(span, share - share * factor),
    high: valueAt(span, share + (1 - share) * factor),
  };
  const ratio = candidate.high / candidate.low;
  return ratio >= LEAST_RATIO && ratio <= GREATEST_RATIO ? candidate : span;
}

/** `span` moved by a share of its own length. */
export function panned(span: Span, share: number): Span {
  return { low: valueAt(span, share), high: valueAt(span, 1 + share) };
}

/** The part of `span` between two shares, given in any order. */
export function between(span: Span, one: number, other: number): Span {
  const candidate = {
    low: valueAt(span, Math.min(one, other)),
    high: valueAt(span, Math.max(one, other)),
  };
  return candidate.high / candidate.low >= LEAST_RATIO ? candidate : span;
}
