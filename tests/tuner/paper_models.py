"""Models on paper: what sweeps ask about models, answered without building any."""

from __future__ import annotations

import math

import keras_tuner
import numpy as np

from scaling_keras.laws.synthetic import truth_of
from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.sweep import Asked

LAW = {
    "irreducible_loss": 1.8,
    "param_coef": 482.0,
    "param_exponent": 0.35,
    "data_coef": 2085.0,
    "data_exponent": 0.37,
}


class PaperModels:
    """Models of `n` parameters, `{"n": 1e6}`; an example costs `6 n**exponent` FLOPs.

    Data comes in batches of `step` examples.
    """

    def __init__(self, *, exponent=1.0, limit=math.inf, broken=(), space=None, step=1):
        self.objective = "val_loss"
        self.exponent = exponent
        self.limit = limit
        self.broken = broken
        self.space = space or keras_tuner.HyperParameters()
        self.step = step

    def resolve(self, size):
        return size if isinstance(size, dict) else {"n": size.n_params}

    def model_of(self, plan):
        return plan.size

    def n_params(self, size):
        return math.nan if size["n"] in self.broken else float(size["n"])

    def train_flops_per_example(self, plan):
        n = plan.size["n"]
        return math.inf if n in self.broken else 6.0 * n**self.exponent

    def examples_for(self, train_flops, plan):
        return train_flops / self.train_flops_per_example(plan)

    def why_skipped(self, size):
        return "too large" if size["n"] > self.limit else ""

    def tuned(self, size):
        return self.space

    def asked_with(self, size, values):
        return Asked(more=keras_tuner.HyperParameters(), used=frozenset(values))

    def examples_per_step(self, plan):
        return self.step

    def n_examples(self, plan):
        return max(1, round(plan.n_examples / self.step)) * self.step


def sizes(*numbers):
    return [{"n": number} for number in numbers]


def never(plan):
    """No trial has ended in an earlier search."""
    return None


def completed(loss):
    return TrialOutcome(status="completed", metrics={"val_loss": loss, "loss": loss})


class Nature:
    """Answers trials by a law with noise that depends on the trial's name alone."""

    def __init__(self, rng, *, noise=0.005, params=LAW):
        self.truth = truth_of("chinchilla", params)
        self.rng = rng
        self.noise = noise
        self.seen = {}

    def loss(self, n_params, n_examples):
        return float(self.truth.loss(n_params=_row(n_params), n_examples=_row(n_examples))[0])

    def __call__(self, plan):
        if plan.name not in self.seen:
            expected = self.loss(plan.size["n"], plan.n_examples)
            self.seen[plan.name] = expected * math.exp(self.noise * self.rng.standard_normal())
        return completed(self.seen[plan.name])


def _row(number):

    return np.array([float(number)])
