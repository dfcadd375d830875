import assert from "node:assert/strict";
import { test } from "node:test";
import { ordered, visibleRows } from "../src/table/order";
import { run } from "./samples";

const RUNS = [
  run({ name: "run-10", loss: 2.5, size: "b" }),
  run({ name: "run-9", loss: null, size: "" }),
  run({ name: "run-2", loss: 3.5, size: "a" }),
];

const names = (...arguments_: Parameters<typeof ordered>): string[] =>
  ordered(...arguments_).map(({ name }) => name);

test("numbers in names count as numbers", () => {
  assert.deepEqual(names(RUNS, { key: "name", descending: false }, new Map()), ["run-2", "run-9", "run-10"]);
});

test("runs without a value come last either way", () => {
  for (const key of ["loss", "size"] as const) {
    assert.equal(names(RUNS, { key, descending: false }, new Map()).at(-1), "run-9");
    assert.equal(names(RUNS, { key, descending: true }, new Map()).at(-1), "run-9");
  }
  assert.deepEqual(names(RUNS, { key: "loss", descending: true }, new Map()), ["run-2", "run-10", "run-9"]);
});

test("residuals can be sorted by", () => {
  const residuals = new Map([["run-2", -0.1], ["run-9", 0.2], ["run-10", 0]]);
  assert.deepEqual(names(RUNS, { key: "residual", descending: true }, residuals), ["run-9", "run-10", "run-2"]);
});

test("only rows near the visible part are drawn, and all rows have their place", () => {
  assert.deepEqual(visibleRows(0, 280, 28, 5), { from: 0, to: 5 });
  const { from, to } = visibleRows(28_000, 280, 28, 5000);
  assert.ok(from <= 1000 && to >= 1010 && to - from < 40);
  assert.deepEqual(visibleRows(1e6, 280, 28, 10), { from: 10, to: 10 });
});
