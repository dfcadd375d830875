import assert from "node:assert/strict";
import { test } from "node:test";
import { isPlaced, isTested, plannedPlace, residualsOf, rowsOf, statusCounts } from "../src/runs";
import { law, run, runsAnswer } from "./samples";

test("columns become rows", () => {
  const [first, second] = rowsOf(runsAnswer(2));
  assert.equal(first?.name, "run-0");
  assert.equal(second?.loss, 2.5);
  assert.equal(second?.train_flops, null);
});

test("a prediction counts only with all of its numbers", () => {
  const answer = runsAnswer(3);
  const prediction = [{ loss: 2, low: 1.9, high: 2.1, level: 0.9 }, { loss: 2, low: null, high: 2 }, null];
  const rows = rowsOf({ ...answer, columns: { ...answer.columns, prediction } });
  assert.deepEqual(rows.map((row) => row.prediction), [{ loss: 2, low: 1.9, high: 2.1, level: 0.9 }, null, null]);
});

test("a run is drawn where it has a loss and a place", () => {
  assert.ok(isPlaced(run(), "train_flops"));
  assert.ok(!isPlaced(run({ loss: null }), "n_params"));
  assert.ok(!isPlaced(run({ train_flops: null }), "train_flops"));
  assert.ok(!isPlaced(run({ n_examples: 0 }), "n_examples"));
});

test("a running run is planned to end farther on, a completed one is where it is", () => {
  const running = run({ status: "running", plannedFlops: 9e10, plannedExamples: 2e6 });
  assert.equal(plannedPlace(running, "train_flops"), 9e10);
  assert.equal(plannedPlace(running, "n_examples"), 2e6);
  assert.equal(plannedPlace(running, "n_params"), 1e4);
  assert.equal(plannedPlace(run({ plannedFlops: 9e10 }), "train_flops"), 6e10);
});

test("residuals are relative, positive where a run is worse than the law", () => {
  const residuals = residualsOf(
    law({ residuals: { name: ["a", "b"], log_residual: [Math.log(1.01), null] } }),
  );
  assert.ok(Math.abs((residuals.get("a") ?? 0) - 0.01) < 1e-12);
  assert.equal(residuals.has("b"), false);
  assert.equal(residualsOf(null).size, 0);
});

test("a run that tested a prediction has its distance from the law that doesn't know it", () => {
  const tested = { name: ["t"], log_residual: [Math.log(0.9)] };
  const residuals = residualsOf(law({ tested }));
  assert.ok(Math.abs((residuals.get("t") ?? 0) + 0.1) < 1e-12);
});

test("a tested prediction is a completed run that was predicted and is not fitted", () => {
  const prediction = { loss: 2, low: 1.9, high: 2.1, level: 0.9 };
  const notFitted = "it tests a prediction";
  assert.ok(isTested(run({ prediction, notFitted })));
  assert.ok(!isTested(run({ prediction, notFitted, status: "running" })));
  assert.ok(!isTested(run({ notFitted })));
  assert.ok(!isTested(run({ prediction })));
});

test("statuses are counted in one order", () => {
  const runs = [run({ status: "failed" }), run(), run({ status: "running" }), run()];
  assert.deepEqual(statusCounts(runs), [["completed", 2], ["running", 1], ["failed", 1]]);
});
