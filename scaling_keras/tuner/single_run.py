"""The plan of one training outside the sweep, with what is predicted of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from scaling_keras import laws
from scaling_keras.errors import SweepError
from scaling_keras.tuner.project import Project, has_ended
from scaling_keras.tuner.sweep import Size, TargetSize, TrialPlan, plan_trial
from scaling_keras.tuner.verdict import prediction_facts
from scaling_keras.tuner.workload import Workload


def place_of(
    allocation: laws.Allocation | None,
    size: Size | TargetSize | None,
    n_examples: int | None,
    *,
    workload: Workload,
    sizes: Sequence[Size],
    size_for: Callable[..., Size] | None,
    param_convention: str,
) -> tuple[Size, int]:
    """Return where a run is to be: the size closest to an allocation, and the examples it buys.

    Args:
        allocation: See `ScalingTuner.train_at`.
        size: See there.
        n_examples: See there.
        workload: What sizes cost.
        sizes: Those of the sweep, which show what makes a model larger.
        size_for: The family's own way from parameters to a size; None if it has none.
        param_convention: Which parameters are meant.

    Raises:
        SweepError: If there is neither an allocation nor both of `size` and `n_examples`, the
            allocation is of several budgets, or it can't be told what makes a model larger.
    """
    if allocation is None:
        if size is None or n_examples is None:
            raise SweepError(
                f"`train_at` needs an allocation, or both a size and a number of examples. "
                f"Received: size={size!r}, n_examples={n_examples!r}."
            )
        if isinstance(size, TargetSize) and not size.vary and size_for is None:
            size = varied(sizes, size.n_params)
        return workload.resolve(size), n_examples
    if np.ndim(allocation.train_flops):
        raise SweepError(
            f"`train_at` trains one model. Received: an allocation of "
            f"{np.size(allocation.train_flops)} budgets. Ask for one of them."
        )
    n_params = float(allocation.n_params.value)
    if size_for is None:
        size = workload.closest(varied(sizes, n_params))
    else:
        size = size_for(n_params, param_convention=param_convention)
    flops = workload.train_flops_per_example(size)
    return size, max(1, round(allocation.train_flops / flops))


def varied(sizes: Sequence[Size], n_params: float) -> TargetSize:
    """Return a number of parameters as a size that differs from some sizes as those do.

    Raises:
        SweepError: If they don't differ in one whole number alone.
    """
    names = [name for name in sizes[0] if len({size[name] for size in sizes}) > 1] if sizes else []
    values = [size[names[0]] for size in sizes] if len(names) == 1 else []
    if not values or not all(isinstance(value, int) and value > 0 for value in values):
        raise SweepError(
            f"A size is found for a number of parameters by varying the whole number in which the "
            f"sizes of the sweep differ. Received: {n_params:.4g} parameters, and sizes that "
            f"differ in {', '.join(names) or 'nothing'}. Pass `size` and `n_examples`, or give "
            f"`build_model` a `size_for` method."
        )
    fixed = {name: value for name, value in sizes[0].items() if name != names[0]}
    return TargetSize(
        n_params=n_params, vary=names[0], fixed=fixed, multiple=math.gcd(*map(int, values))
    )


def check_is_new(plan: TrialPlan, project: Project) -> None:
    """Raise a `SweepError` if a run was trained already, other than to test a prediction."""
    record = project.records().get(plan.name)
    if record is None or not has_ended(record):
        return
    facts = record.facts.get(max(record.facts, default=0))
    if facts is None or not facts.prediction:
        raise SweepError(
            f"`train_at` trains a run that the sweep hasn't, or it would take its place. "
            f"Received: {plan.name!r}, which has ended. Pass another `size`, `n_examples` or "
            f"`seed`."
        )


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
