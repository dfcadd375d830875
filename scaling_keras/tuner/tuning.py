"""KerasTuner's oracles as advisers: they propose values, and nothing of theirs is written."""

from __future__ import annotations

import copy
import math
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

import keras_tuner
from keras_tuner.engine import hyperparameters as spaces
from keras_tuner.engine import trial as keras_tuner_trial

from scaling_keras.tuner.executors.interface import TrialOutcome

METHODS = ("random", "bayesian", "hyperband")

_OBJECTIVE = "objective"
_MAX_EPOCHS = 9
_FACTOR = 3
_EDGE = 0.05
"""Share of a range, at either end, in which an optimum may as well lie beyond it."""


class _WritesNothing:
    """Keeps an oracle from writing files: a search is resumed from the runs' events."""

    def save(self) -> None:
        """Write nothing."""

    def reload(self) -> None:
        """Read nothing."""

    def _save_trial(self, trial: keras_tuner_trial.Trial) -> None:
        """Write nothing."""


class _Random(_WritesNothing, keras_tuner.oracles.RandomSearchOracle):  # type: ignore[misc] # keras_tuner has no types
    """Random search."""


class _Bayesian(_WritesNothing, keras_tuner.oracles.BayesianOptimizationOracle):  # type: ignore[misc] # keras_tuner has no types
    """Bayesian optimization."""


class _Hyperband(_WritesNothing, keras_tuner.oracles.HyperbandOracle):  # type: ignore[misc] # keras_tuner has no types
    """Hyperband."""


class Adviser:
    """Proposes values of the hyperparameters that are tuned at one size, and learns what came.

    The same values come again after a restart, as long as the same outcomes are told in the same
    order.

    Args:
        method: One of `METHODS`.
        space: The hyperparameters to tune.
        n_trials: How many proposals; Hyperband decides that itself.
        seed: Not negative.
    """

    def __init__(
        self, method: str, space: keras_tuner.HyperParameters, n_trials: int, seed: int
    ) -> None:
        objective = keras_tuner.Objective(_OBJECTIVE, "min")
        # KerasTuner takes a seed of 0 for none.
        common = {"objective": objective, "hyperparameters": space, "seed": seed + 1}
        if method == "hyperband":
            self._oracle = _Hyperband(max_epochs=_MAX_EPOCHS, factor=_FACTOR, **common)
        elif method == "bayesian":
            self._oracle = _Bayesian(max_trials=n_trials, **common)
        else:
            self._oracle = _Random(max_trials=n_trials, **common)
        self._oracle.verbose = 0
        self._oracle.max_consecutive_failed_trials = 10**9
        self._trials: dict[str, keras_tuner_trial.Trial] = {}
        self._n_again = 0 if method == "hyperband" else n_trials
        self._seed = seed
        self._n_sampled = 0
        self.is_done = False

    def propose(self, name: str) -> tuple[dict[str, Any], float] | None:
        """Return values to try, and the share of the data to try them on; None for none now.

        Args:
            name: Whatever the proposal is called when its outcome is told.
        """
        trial = self._oracle.create_trial(name)
        if trial.status != keras_tuner_trial.TrialStatus.RUNNING:
            self.is_done = self.is_done or not self._oracle.ongoing_trials
            return None
        self._trials[name] = trial
        values = dict(trial.hyperparameters.values)
        share = values.get("tuner/epochs", _MAX_EPOCHS) / _MAX_EPOCHS
        # What begins so is the oracle's own.
        own = {key: value for key, value in values.items() if not key.startswith("tuner/")}
        return own, share

    def extend(self, name: str, space: keras_tuner.HyperParameters) -> dict[str, Any]:
        """Return values for what a proposal turned out to ask for too; it is tuned from now on."""
        self._oracle.update_space(space)
        hyperparameters = self._trials[name].hyperparameters
        hyperparameters.merge(space)
        values = {}
        for item in space.space:
            self._n_sampled += 1
            values[item.name] = item.random_sample(self._seed + self._n_sampled)
        hyperparameters.values.update(values)
        return values

    def ask_again(self) -> None:
        """Allow another proposal for one that was a repetition; as often as it has trials."""
        if self._n_again:
            self._n_again -= 1
            self._oracle.max_trials += 1

    def tell(self, name: str, outcome: TrialOutcome, objective: str) -> None:
        """Take in what came of a proposal."""
        trial = self._trials[name]
        if outcome.status == "completed" and objective in outcome.metrics:
            trial.status = keras_tuner_trial.TrialStatus.COMPLETED
            self._oracle.update_trial(trial.trial_id, {_OBJECTIVE: outcome.metrics[objective]})
        else:
            trial.status = keras_tuner_trial.TrialStatus.FAILED
            trial.message = outcome.reason or f"no finite {objective}"
        self._oracle.end_trial(trial)


def left_to_tune(
    asked: keras_tuner.HyperParameters, known: Collection[str], fixed: Mapping[str, Any]
) -> keras_tuner.HyperParameters:
    """Return the hyperparameters that a model asked for, without those that were given to it.

    Args:
        asked: What it asked for.
        known: Names of all that were given.
        fixed: Those of them that aren't tuned, name to value. Nobody who samples what is returned
            knows them, so it depends on none of them, and what their values rule out isn't in it.
    """
    items = []
    for item in asked.space:
        met = [each for each in item.conditions if each.name in fixed]
        if item.name not in known and all(each.is_active(fixed) for each in met):
            own = copy.copy(item)
            own.conditions = [each for each in item.conditions if each.name not in fixed]
            items.append(own)
    space = keras_tuner.HyperParameters()
    space.merge(items)
    return space


def can_vary(space: keras_tuner.HyperParameters) -> bool:
    """Return whether any hyperparameter has more than one value."""
    return any(len(set(extremes(item))) > 1 for item in space.space)


def tuning_shares(method: str, n_trials: int) -> dict[float, int]:
    """Return how many trials tune, by the share of the examples that they see."""
    if method != "hyperband":
        return {1.0: n_trials}
    plan = Adviser(method, keras_tuner.HyperParameters(), n_trials, 0)._oracle
    found: Counter[float] = Counter()
    for bracket in range(plan._get_num_brackets()):
        for around in range(plan._get_num_rounds(bracket)):
            share = plan._get_epochs(bracket, around) / _MAX_EPOCHS
            found[share] += plan._get_size(bracket, around)
    return dict(found)


def names_at_edge(space: keras_tuner.HyperParameters, values: Mapping[str, Any]) -> dict[str, str]:
    """Return the numbers that lie at an end of the range that was searched.

    Args:
        space: The hyperparameters that were tuned.
        values: The best values.

    Returns:
        Name to the range, for a sentence.
    """
    found = {}
    for item in space.space:
        if item.name not in values:
            continue
        low, high = _range(item)
        if low is not None and high is not None and low < high:
            place = _place(item, values[item.name], low, high)
            if not _EDGE < place < 1 - _EDGE:
                found[item.name] = f"{low:g} to {high:g}"
    return found


def extremes(item: Any) -> tuple[Any, ...]:
    """Return the values of a hyperparameter between which all others lie: of a choice, each."""
    if isinstance(item, (spaces.Float, spaces.Int)):
        return item.min_value, item.max_value
    return tuple(item.values) if isinstance(item, (spaces.Choice, spaces.Boolean)) else ()


def _range(item: Any) -> tuple[float | None, float | None]:
    """Return the ends of a hyperparameter's range; None for what has no order."""
    if isinstance(item, (spaces.Float, spaces.Int)):
        return float(item.min_value), float(item.max_value)
    if isinstance(item, spaces.Choice) and all(
        isinstance(value, (int, float)) and not isinstance(value, bool) for value in item.values
    ):
        return float(min(item.values)), float(max(item.values))
    return None, None


def _place(item: Any, value: float, low: float, high: float) -> float:
    """Return where in its range a value lies, from 0 to 1."""
    if isinstance(item, spaces.Choice):
        return 0.0 if value in (low, high) else 0.5
    if item.sampling in ("log", "reverse_log"):
        return math.log(value / low) / math.log(high / low)
    return (value - low) / (high - low)
