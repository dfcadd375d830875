// What was predicted of a run before it was trained, beside what it reached.

import { svg } from "../dom";
import type { Axis } from "../options";
import { plannedPlace, type Run } from "../runs";
import type { Geometry } from "./geometry";

const ASIDE = 11;
const CAP = 4;
const DIAMOND = 4.5;

/** Draw an error bar for every run that was predicted, where it ends or is planned to end. */
export function drawPredictions(
  layer: SVGGElement,
  geometry: Geometry,
  runs: readonly Run[],
  axis: Axis,
): void {
  const nodes = runs.flatMap((run) => {
    const place = plannedPlace(run, axis);
    if (!run.prediction || !place) return [];
    // Beside the point that was reached; until there is one, at the very place.
    const x = geometry.x(place) - (run.status === "completed" ? ASIDE : 0);
    const [low, loss, high] = [run.prediction.low, run.prediction.loss, run.prediction.high];
    const [yLow, y, yHigh] = [geometry.y(low), geometry.y(loss), geometry.y(high)];
    const bar =
      `M${x},${yLow}V${yHigh}` +
      `M${x - CAP},${yLow}H${x + CAP}M${x - CAP},${yHigh}H${x + CAP}`;
    const diamond = `M${x},${y - DIAMOND}l${DIAMOND},${DIAMOND}l${-DIAMOND},${DIAMOND}l${-DIAMOND},${-DIAMOND}Z`;
    return [
      svg("path", { class: "prediction halo", d: bar }),
      svg("path", { class: "prediction", d: bar }),
      svg("path", { class: "prediction diamond", d: diamond }),
    ];
  });
  layer.replaceChildren(...nodes);
}
