import assert from "node:assert/strict";
import { test } from "node:test";
import { between, padded, panned, shareAt, spanOf, valueAt, zoomed } from "../src/view";

const SPAN = { low: 10, high: 1000 };

const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual / expected - 1) < 1e-12, `${actual} is not ${expected}`);

test("the span of values passes over what a logarithm can't take", () => {
  assert.deepEqual(spanOf([3, null, -1, 0, NaN, Infinity, 12]), { low: 3, high: 12 });
  assert.equal(spanOf([null, 0]), null);
});

test("shares are even in logs, and values undo them", () => {
  near(shareAt(SPAN, 100), 0.5);
  near(valueAt(SPAN, shareAt(SPAN, 37)), 37);
});

test("zooming leaves the value under the pointer where it is", () => {
  const before = valueAt(SPAN, 0.3);
  const after = zoomed(SPAN, 0.3, 0.5);
  near(shareAt(after, before), 0.3);
  near(Math.log(after.high / after.low), 0.5 * Math.log(100));
});

test("zooming ends before the numbers do", () => {
  let span = SPAN;
  for (let turn = 0; turn < 200; turn++) span = zoomed(span, 0.5, 0.5);
  assert.ok(span.high > span.low);
  for (let turn = 0; turn < 400; turn++) span = zoomed(span, 0.5, 2);
  assert.ok(span.low > 0 && Number.isFinite(span.high));
});

test("panning keeps the length, and there and back is where it was", () => {
  const there = panned(SPAN, 0.25);
  near(there.high / there.low, 100);
  near(panned(there, -0.25).low, 10);
});

test("a box can be drawn from either corner", () => {
  assert.deepEqual(between(SPAN, 0.2, 0.6), between(SPAN, 0.6, 0.2));
  assert.deepEqual(between(SPAN, 0.4, 0.4), SPAN);
});

test("a single value gets room around it", () => {
  const { low, high } = padded({ low: 5, high: 5 }, 0.1, 0.1, 1.25);
  near(low, 4);
  near(high, 6.25);
});
