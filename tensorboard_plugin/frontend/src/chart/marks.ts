// The shapes of runs by status, the same on the canvas, in the legend and in the table.

import { svg } from "../dom";
import { isTested, type Run, type Status } from "../runs";

export interface Mark {
  /** Path around the origin, for a radius of 1. */
  readonly path: string;
  /** Filled marks are in the fit; the others are open. */
  readonly filled: boolean;
}

const CIRCLE = "M1,0A1,1 0 1 1 -1,0A1,1 0 1 1 1,0Z";

export const MARKS: Readonly<Record<Status, Mark>> = {
  completed: { path: CIRCLE, filled: true },
  running: { path: CIRCLE, filled: false },
  stalled: { path: "M0,-1.25L1.25,0L0,1.25L-1.25,0Z", filled: false },
  stopped: { path: "M-0.9,-0.9H0.9V0.9H-0.9Z", filled: false },
  diverged: { path: "M-0.9,-0.9L0.9,0.9M-0.9,0.9L0.9,-0.9", filled: false },
  failed: { path: "M0,-1.2V1.2M-1.2,0H1.2", filled: false },
};

/** A ring around a dot: a target that was aimed at. */
export const TESTED: Mark = {
  path: `M1.25,0A1.25,1.25 0 1 1 -1.25,0A1.25,1.25 0 1 1 1.25,0ZM0.3,0A0.3,0.3 0 1 1 -0.3,0A0.3,0.3 0 1 1 0.3,0Z`,
  filled: false,
};

/** The mark of a run: that of its status, or that of a tested prediction. */
export function markOf(run: Run): Mark {
  return isTested(run) ? TESTED : MARKS[run.status];
}

/** A mark as a small picture in the colour of the text around it. */
export function markIcon({ path, filled }: Mark): SVGSVGElement {
  return svg(
    "svg",
    { class: "mark", viewBox: "-1.8 -1.8 3.6 3.6", width: 14, height: 14, "aria-hidden": "true" },
    svg("path", {
      d: path,
      fill: filled ? "currentColor" : "none",
      stroke: "currentColor",
      "stroke-width": 0.45,
    }),
  );
}
