// Colours that stand for a number: viridis, which the colour-blind read as well, cut at the end
// that would vanish into the background.

import { interpolateViridis } from "d3-scale-chromatic";
import type { Theme } from "./host";
import { shareAt, type Span } from "./view";

const USED: Readonly<Record<Theme, readonly [number, number]>> = {
  light: [0.02, 0.88],
  dark: [0.3, 1],
};

/** The colour at a share of the scale, 0 to 1. */
export function colourAt(share: number, theme: Theme): string {
  const [first, last] = USED[theme];
  return interpolateViridis(first + Math.min(Math.max(share, 0), 1) * (last - first));
}

/** The colour of a value on the logarithmic scale over `span`. */
export function colourOf(value: number | null, span: Span | null, theme: Theme): string {
  if (value === null || !span || !(value > 0)) return theme === "dark" ? "#9aa3af" : "#7b8794";
  return colourAt(span.high > span.low ? shareAt(span, value) : 0.5, theme);
}
