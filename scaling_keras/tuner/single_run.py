"""The plan of one training outside the sweep, with what is predicted of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from scaling_keras import laws
from scaling_keras.errors import SweepError
from scaling_keras.laws.verdicts import prediction_facts
from scaling_keras.tuner.project import Project, has_ended
from scaling_keras.tuner.sweep import (
    Size,
    TargetSize,
    TrialPlan,
    model_of,
    plan_trial,
    whole_numbers,
)
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
            size is made of other hyperparameters than the sweep's, the allocation is of several
            budgets, or it can't be told what makes a model larger.
    """
    if allocation is None:
        if size is None or n_examples is None:
            raise SweepError(
                f"`train_at` needs an allocation, or both a size and a number of examples. "
                f"Received: size={size!r}, n_examples={n_examples!r}."
            )
        if not isinstance(size, TargetSize):
            _check_made_of_the_same(size, sizes)
        elif not size.vary and size_for is None:
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


def _check_made_of_the_same(size: Size, sizes: Sequence[Size]) -> None:
    """Raise a `SweepError` if a size is made of other hyperparameters than those of a sweep."""
    if sizes and all(set(size) != set(known) for known in sizes):
        raise SweepError(
            f"A `size` must be made of what the sizes of the sweep are: {', '.join(sizes[0])}. "
            f"Received: size={size!r}. Put other hyperparameters in `hyperparameters`."
        )


def check_is_new(plan: TrialPlan, project: Project, workload: Workload) -> None:
    """Raise a `SweepError` if a training was made already, other than as that test itself.

    Runs of other names may be the same training: data comes in whole batches.
    """
    training = _training(plan, workload)
    for record in project.records().values():
        facts = record.facts.get(max(record.facts, default=0))
        is_named_so = record.name == plan.name
        if not has_ended(record) or (is_named_so and facts is not None and facts.prediction):
            continue
        if is_named_so or (facts is not None and _told_apart_by(facts.hyperparameters) == training):
            same = "" if is_named_so else f", in whole batches the same as {record.name!r}"
            raise SweepError(
                f"`train_at` trains a run that the sweep hasn't, or it would take its place and "
                f"test nothing. Received: {plan.name!r}{same}, which has ended. Pass another "
                f"`size`, `n_examples` or `seed`."
            )


def _training(plan: TrialPlan, workload: Workload) -> dict[str, Any] | None:
    """Return what tells a training from others; None if its model can't be built."""
    if not workload.can_be_built(plan.size):
        return None
    return _told_apart_by({**workload.tuned(plan.size).values, **workload.values(plan)})


def _told_apart_by(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the hyperparameters that make a training: steps, not the examples asked for."""
    return {name: value for name, value in values.items() if name != "n_examples"}


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
        SweepError: If `n_examples` or `seed` isn't a whole number, or out of its range.
    """
    (n_examples,) = whole_numbers("n_examples", [n_examples], 1)
    (seed,) = whole_numbers("seed", [seed], 0)
    plan = plan_trial(size, n_examples, seed, hyperparameters=hyperparameters)
    workload.check([plan])
    if fit is None:
        return plan
    work = workload.work(plan)
    workload.count(model_of(plan))  # Raises what building it raises.
    prediction = prediction_facts(
        fit,
        n_params=workload.n_params(model_of(plan)),
        n_examples=work.n_examples,
        train_flops=work.train_flops,
    )
    return plan_trial(
        size, n_examples, seed, hyperparameters=hyperparameters, prediction=prediction
    )
