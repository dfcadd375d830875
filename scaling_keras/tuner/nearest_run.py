"""What the trial of a sweep that is closest in size was trained with."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from scaling_keras.runs import RunTable
from scaling_keras.tuner.values import RESERVED


def hyperparameters_near(runs: RunTable, n_params: float, known: Collection[str]) -> dict[str, Any]:
    """Return what the run of a law that is closest in size was trained with besides its size.

    Args:
        runs: The trials of a sweep. A run made beside them isn't among them: what is trained next
            would depend on what has been trained before, and a program's second time on its first.
        n_params: The size.
        known: Names of hyperparameters that are set otherwise.
    """
    usable = runs.usable()
    if not len(usable) or not n_params > 0:
        return {}
    nearest = min(usable, key=lambda run: (abs(math.log(run.n_params / n_params)), -run.n_examples))
    found = nearest.facts.get("hyperparameters") or {}
    return {n: value for n, value in found.items() if n not in known and n not in RESERVED}
