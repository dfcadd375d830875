import assert from "node:assert/strict";
import { test } from "node:test";
import { autoView, EMPTY_VIEW } from "../src/chart/auto_view";
import { Geometry } from "../src/chart/geometry";
import { beyondText, stretches } from "../src/chart/lines";
import { markRadius, placedRuns } from "../src/chart/points";
import { readOut, readoutCurve } from "../src/chart/readout";
import type { View } from "../src/view";
import { curve, law, run } from "./samples";

/** The automatic view, where there must be one. */
function viewOf(...arguments_: Parameters<typeof autoView>): View {
  const view = autoView(...arguments_);
  assert.ok(view);
  return view;
}

const SIX = [1, 2, 4, 8, 16, 32].map((size) =>
  run({ name: `${size}`, train_flops: size * 1e10, loss: 3 - 0.2 * Math.log2(size) }),
);

test("the automatic view shows every completed run and what was predicted", () => {
  const prediction = { loss: 1.8, low: 1.7, high: 1.95, level: 0.9 };
  const next = run({ status: "running", loss: null, train_flops: 1, plannedFlops: 4e12, prediction });
  const { x, y } = viewOf([...SIX, next], null, "train_flops");
  assert.ok(x.low < 1e10 && x.high > 4e12);
  assert.ok(y.low < 1.7 && y.high > 3);
});

test("a broken run far above does not squeeze the others", () => {
  const broken = run({ status: "diverged", loss: 900, train_flops: 2e10 });
  assert.ok(viewOf([...SIX, broken], null, "train_flops").y.high < 4);
  const early = run({ status: "running", loss: 3.1, train_flops: 2e10 });
  assert.ok(viewOf([...SIX, early], null, "train_flops").y.high > 3.1);
});

test("the automatic view makes room for where the law goes", () => {
  const falling = law({ curves: [curve({ x: [1e10, 3e11, 4e11, 1e14], mean: [3, 2, 1.5, 1] })] });
  const { x, y } = viewOf(SIX, falling, "train_flops");
  assert.ok(x.high > 4e11);
  assert.ok(y.low < 1.5 && y.low > 1);
});

test("without a run to show there is no view, and so no axis", () => {
  assert.equal(autoView([], null, "n_params"), null);
  assert.equal(autoView([run({ loss: null })], null, "n_params"), null);
  assert.ok(EMPTY_VIEW.x.high > EMPTY_VIEW.x.low);
});

test("pixels and values are inverse to each other", () => {
  const geometry = new Geometry(800, 400, { x: { low: 1, high: 100 }, y: { low: 1, high: 4 } });
  assert.ok(Math.abs(geometry.valueX(geometry.x(7)) - 7) < 1e-9);
  assert.equal(geometry.y(4), geometry.top);
  assert.equal(geometry.y(1), geometry.bottom);
  assert.ok(geometry.contains(geometry.x(10), geometry.y(2)));
});

test("runs without a loss are not drawn", () => {
  const geometry = new Geometry(800, 400, viewOf(SIX, null, "train_flops"));
  assert.equal(placedRuns([...SIX, run({ loss: null })], "train_flops", geometry).length, 6);
  assert.ok(markRadius(5000) < markRadius(20));
});

test("a line is dashed from where its card calls it beyond the runs", () => {
  assert.deepEqual(stretches([1, 1.04, 1.1]), [
    { from: 0, to: 2, beyond: false },
    { from: 2, to: 2, beyond: true },
  ]);
  assert.equal(beyondText("law"), "beyond the runs");
  assert.equal(beyondText("frontier"), "beyond the runs in size or data");
});

test("a line is cut where it leaves the data, without a gap", () => {
  assert.deepEqual(stretches([9, 1, 1, 1, 4, 5]), [
    { from: 0, to: 1, beyond: true },
    { from: 1, to: 4, beyond: false },
    { from: 4, to: 5, beyond: true },
  ]);
  assert.deepEqual(stretches([1, 1]), [{ from: 0, to: 1, beyond: false }]);
  assert.deepEqual(stretches([]), []);
});

test("the law is read between its places straight in logs", () => {
  const readout = readOut(curve(), 10 ** 1.5);
  assert.ok(readout);
  assert.ok(Math.abs(readout.mean - Math.sqrt(3 * 2.5)) < 1e-12);
  assert.ok(Math.abs((readout.nParams ?? 0) - Math.sqrt(20 * 40)) < 1e-9);
  assert.equal(readOut(curve(), 1)?.mean, 4);
  assert.equal(readOut(curve(), 0.5), null);
  assert.equal(readOut(curve(), 2000), null);
});

test("a readout follows the line with the band", () => {
  const bare = curve({ role: "slice", low: [], high: [] });
  const banded = curve({ role: "slice" });
  assert.equal(readoutCurve([bare, banded]), banded);
  assert.equal(readoutCurve([banded, curve()])?.role, "frontier");
  assert.equal(readoutCurve([bare]), undefined);
  assert.equal(readOut(bare, 10), null);
});
