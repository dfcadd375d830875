"""The plan of one training outside the sweep, with what is predicted of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from scaling_keras import laws
from scaling_keras.errors import SweepError
from scaling_keras.tuner.sweep import Size, TrialPlan, plan_trial
from scaling_keras.tuner.verdict import prediction_facts
from scaling_keras.tuner.workload import Workload


def place_of(
    allocation: laws.Allocation | None,
    size: Size | None,
    n_examples: int | None,
    *,
    workload: Workload,
    size_for: Callable[..., Size] | None,
    param_convention: str,
) -> tuple[Size, int]:
    """Return where a run is to be: the size closest to an allocation, and the examples it buys.

    Raises:
        SweepError: If there is neither an allocation nor both of `size` and `n_examples`, the
            allocation is of several budgets, or no size is known that comes close to it.
    """
    if allocation is None:
        if size is None or n_examples is None:
            raise SweepError(
                f"`train_at` needs an allocation, or both a size and a number of examples. "
                f"Received: size={size!r}, n_examples={n_examples!r}."
            )
        return size, n_examples
    if np.ndim(allocation.train_flops):
        raise SweepError(
            f"`train_at` trains one model. Received: an allocation of "
            f"{np.size(allocation.train_flops)} budgets. Ask for one of them."
        )
    if size_for is None:
        raise SweepError(
            f"A size must be known that comes close to the allocation. Received: "
            f"{allocation.n_params.value:.4g} parameters, and a `build_model` without a "
            f"`size_for` method. Pass `size` and `n_examples` instead."
        )
    size = size_for(allocation.n_params.value, param_convention=param_convention)
    flops = workload.train_flops_per_example(size)
    return size, max(1, round(allocation.train_flops / flops))


def plan_single_run(
    size: Size,
    n_examples: int,
    seed: int,
    hyperparameters: Mapping[str, Any],
    *,
    fit: laws.Fit | None,
    workload: Workload,
) -> TrialPlan:
    """Return the plan of a run, and with a fit what it predicts.

    Raises:
        DataError: If the data is too short.
    """
    plan = plan_trial(size, n_examples, seed, hyperparameters=hyperparameters)
    workload.check([plan])
    if fit is None:
        return plan
    work = workload.work(plan)
    workload.count(size)  # Raises what building it raises.
    prediction = prediction_facts(
        fit,
        n_params=workload.n_params(size),
        n_examples=work.n_examples,
        train_flops=work.train_flops,
    )
    return plan_trial(
        size, n_examples, seed, hyperparameters=hyperparameters, prediction=prediction
    )
