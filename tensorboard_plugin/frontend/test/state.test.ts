import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS, type Options } from "../src/options";
import { currentAnswer, currentLaw } from "../src/state";
import { fitAnswer, state } from "./samples";

const OTHER: Options = {
  x: "n_params",
  form: "chinchilla",
  loss: "best",
  paramConvention: "non_embedding",
  level: 0.99,
  runs: "demo",
};

test("a law is shown for the options that it was asked for with, and no others", () => {
  const fit = fitAnswer(DEFAULTS);
  assert.equal(currentLaw(state({ fit, options: { ...DEFAULTS } })), fit);
  for (const key of Object.keys(DEFAULTS) as (keyof Options)[]) {
    const options = { ...DEFAULTS, [key]: OTHER[key] };
    assert.equal(currentLaw(state({ fit, options })), null, key);
    assert.equal(currentAnswer(state({ fit, options })), null, key);
    assert.ok(currentLaw(state({ fit: fitAnswer(options), options })), key);
  }
});

test("an answer that brings no law is none", () => {
  const fit = { version: "1", form: "auto", x: "train_flops", level: 0.9, reason: "Too few runs." };
  const answered = state({ fit: { ...fit, ageSeconds: 0, asked: DEFAULTS } });
  assert.equal(currentAnswer(answered)?.reason, "Too few runs.");
  assert.equal(currentLaw(answered), null);
});
