"""Which runs of a project a law is fitted to."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from scaling_keras.runs import Exclusion, Run, RunTable

BATCH_DIVISOR = "batch_divisor"
"""The hyperparameter that says by how much a batch was divided because memory ran out."""

TUNING_SHARE = "tuning_share"
"""The hyperparameter that says on what share of a trial's examples values were tried out."""


def law_runs(runs: RunTable) -> RunTable:
    """Return the runs that make up a law, the others excluded with the reason.

    Left out are runs that tested a prediction, so that a test stays a test; runs that tried out
    hyperparameters on part of the data; and, of several runs of one size, amount of data and seed,
    all but the one with the lowest loss: the law is of the best hyperparameters.
    """
    usable = {run.name for run in runs.usable()}
    best: dict[Any, Run] = {}
    for run in runs:
        if not _why_left_out(run) and run.name in usable:
            key = _configuration(run)
            if key not in best or run.loss < best[key].loss:
                best[key] = run
    kept, excluded = [], []
    for run in runs:
        reason = _why_left_out(run)
        winner = best.get(_configuration(run))
        if not reason and run.name in usable and winner is not None and winner is not run:
            reason = f"other hyperparameters reached a lower loss: {winner.name}"
        if reason:
            excluded.append(Exclusion(name=run.name, reason=reason))
        else:
            kept.append(run)
    return RunTable(
        runs=tuple(kept),
        excluded=(*runs.excluded, *excluded),
        param_convention=runs.param_convention,
        loss_choice=runs.loss_choice,
    )


def _why_left_out(run: Run) -> str:
    """Return why a run is no run of a law, whatever the others are; empty if it may be."""
    if run.facts.get("prediction"):
        return "it tests a prediction"
    hyperparameters = run.facts.get("hyperparameters") or {}
    if hyperparameters.get(TUNING_SHARE, 1) != 1:
        return "it tried out hyperparameters on part of the data"
    return ""


def _configuration(run: Run) -> tuple[Any, ...]:
    """Return what the runs that compete with one another have in common."""
    hyperparameters = run.facts.get("hyperparameters") or {}
    return run.size, hyperparameters.get("n_examples", run.n_examples), run.seed


def hyperparameters_near(runs: RunTable, n_params: float, known: Collection[str]) -> dict[str, Any]:
    """Return what the run of a law that is closest in size was trained with besides its size.

    Args:
        runs: The runs of a project.
        n_params: The size.
        known: Names of hyperparameters that are set otherwise.
    """
    usable = law_runs(runs).usable()
    if not len(usable) or not n_params > 0:
        return {}
    nearest = min(usable, key=lambda run: (abs(math.log(run.n_params / n_params)), -run.n_examples))
    found = nearest.facts.get("hyperparameters") or {}
    ours = {*known, "n_examples", "n_steps", "seed", BATCH_DIVISOR, TUNING_SHARE}
    return {name: value for name, value in found.items() if name not in ours}
