"""Models to tune, and trials that reach what they are told to."""

import math

import keras

from scaling_keras.tuner.executors.in_process import InProcess
from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.progress import SilentReporter
from tests.tuner.paper_models import completed

FAILED = TrialOutcome(status="failed", reason="no room")
WIDTHS = [{"width": 2}, {"width": 4}, {"width": 8}]


class Ends(SilentReporter):
    """Keeps the progress at the end of each trial."""

    def __init__(self):
        self.seen = []

    def trial_ended(self, plan, outcome, progress):
        self.seen.append(progress)


def build_tunable(hp):
    rate = hp.Float("learning_rate", 1e-3, 1e-1, sampling="log")
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(hp["width"], "relu"), keras.layers.Dense(1)]
    )
    model.compile(optimizer=keras.optimizers.SGD(rate), loss="mse")
    return model


class Pretends(InProcess):
    """Trains nothing: a trial reaches what a function of its plan says."""

    def __init__(self, loss):
        self.loss = loss
        self.plans = []

    def run(self, queue, run_trial):
        super().run(queue, self._run)

    def _run(self, plan):
        self.plans.append(plan)
        loss = self.loss(plan)
        return FAILED if math.isnan(loss) else completed(loss)


def build_of_any_depth(hp):
    layers = [keras.layers.Dense(hp["width"]) for _ in range(hp.Int("depth", 1, 3))]
    model = keras.Sequential([keras.Input((3,)), *layers, keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(hp.Float("rate", 1e-3, 1e-1)), loss="mse")
    return model


def rate(plan):
    return plan.hyperparameters["learning_rate"]
