"""Which runs a law is fitted to: the one rule for `fit`, `plan`, `report`, dashboard and tuner."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from scaling_keras.metric_direction import is_higher_better

if TYPE_CHECKING:
    from scaling_keras.runs import Run

TUNING_SHARE = "tuning_share"
"""The hyperparameter that says on what share of a trial's examples values were tried out."""

LEFT_OUT = "left_out_of_laws"
"""The column of a CSV file that says why a run is left out, once what tells it is gone."""

_TESTS = "it tests a prediction"


def why_left_out(runs: Iterable[Run], *, include_tests: bool = False) -> dict[str, str]:
    """Return the runs that are no part of a law, by name, with the reason.

    Those are runs that tested a prediction, so that a test stays a test; runs that tried out
    hyperparameters on part of the data; and, where a sweep trained a size on the same data and
    seed with several hyperparameters, all but the best: the law is of the best hyperparameters.

    Args:
        runs: All runs, whatever their status.
        include_tests: Whether runs that tested a prediction are part of a law after all.
    """
    runs = list(runs)
    reasons = {run.name: reason for run in runs if (reason := _own_reason(run, include_tests))}
    best: dict[Any, Run] = {}
    for run in runs:
        if run.name not in reasons and _competes(run):
            key = _configuration(run)
            if key not in best or _is_better(run, best[key]):
                best[key] = run
    for run in runs:
        if run.name not in reasons and _competes(run):
            winner = best[_configuration(run)]
            if _setting(run) != _setting(winner):
                better = (
                    f"higher {run.loss_name}" if is_higher_better(run.loss_name) else "lower loss"
                )
                reasons[run.name] = f"other hyperparameters reached a {better}: {winner.name}"
    return reasons


def is_usable(value: float) -> bool:
    """Return whether a law can be fitted to a number, such as a loss: it must have a finite log."""
    return math.isfinite(value) and value > 0


def tests_prediction(run: Run) -> bool:
    """Return whether something was predicted of the run before it was trained."""
    return bool(run.facts.get("prediction"))


def _own_reason(run: Run, include_tests: bool) -> str:
    """Return why a run is no run of a law, whatever the others are; empty if it may be."""
    known = str(run.facts.get(LEFT_OUT) or "")
    if tests_prediction(run) or known == _TESTS:
        return "" if include_tests else _TESTS
    if _hyperparameters(run).get(TUNING_SHARE, 1) != 1:
        return "it tried out hyperparameters on part of the data"
    return known


def _competes(run: Run) -> bool:
    """Return whether a run is one of a sweep's that reached a loss."""
    return bool(run.facts.get("sweep")) and run.status == "completed" and math.isfinite(run.loss)


def _is_better(run: Run, other: Run) -> bool:
    """Return whether a run reached a better loss, or metric, than another."""
    return run.loss > other.loss if is_higher_better(run.loss_name) else run.loss < other.loss


def _configuration(run: Run) -> tuple[Any, ...]:
    """Return what the runs that compete with one another have in common."""
    examples = _hyperparameters(run).get("n_examples", run.n_examples)
    return run.facts["sweep"], run.family, run.size or run.n_params, examples, run.seed


def _setting(run: Run) -> str:
    """Return the hyperparameters of a run as one text: repetitions of a run share it."""
    values = {name: value for name, value in _hyperparameters(run).items() if name != "seed"}
    return json.dumps(values, sort_keys=True, default=str)


def _hyperparameters(run: Run) -> Mapping[str, Any]:
    return run.facts.get("hyperparameters") or {}
