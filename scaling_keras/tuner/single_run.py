"""The plan of one training outside the sweep, with what is predicted of it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from scaling_keras import laws
from scaling_keras.errors import SweepError
from scaling_keras.runs import RunTable, count_under
from scaling_keras.tuner.prediction import check_keeps_to, prediction_facts
from scaling_keras.tuner.sizes import Size, TargetSize, size_name
from scaling_keras.tuner.sweep import TrialPlan, plan_trial
from scaling_keras.tuner.values import check_free, kind_of, plain_values, whole_numbers
from scaling_keras.tuner.workload import Workload


def place_of(
    allocation: laws.Allocation | laws.Plan | None,
    size: Size | TargetSize | None,
    n_examples: int | None,
    hyperparameters: Mapping[str, Any],
    *,
    workload: Workload,
    sizes: Sequence[Size],
    size_for: Callable[..., Size] | None,
    param_convention: str,
    share_seen: float,
) -> tuple[Size, int]:
    """Return where a run is to be: the size closest to an allocation or a plan, and its examples.

    The budget of an allocation buys examples of the size that was found; a plan names its own, as
    many as are to be seen.

    Args:
        allocation: See `ScalingTuner.train_at`.
        size: See there.
        n_examples: See there.
        hyperparameters: Those besides the size's, of which some may make a model larger.
        workload: What sizes cost.
        sizes: Those of the sweep, which show what makes a model larger.
        size_for: The family's own way from parameters to a size; None if it has none.
        param_convention: Which parameters are meant.
        share_seen: Share of its planned examples that a run sees.

    Raises:
        SweepError: If there is neither an allocation nor both of `size` and `n_examples`, the
            size is made of other hyperparameters than the sweep's, or no size can be found.
    """
    if allocation is None:
        if size is None or n_examples is None:
            raise SweepError(
                f"`train_at` needs an allocation, or both a size and a number of examples. "
                f"Received: size={size!r}, n_examples={n_examples!r}."
            )
        if not isinstance(size, TargetSize):
            size = plain_values(size, "size")
            check_made_of_the_same(size, sizes)
        elif not size.vary and size_for is None:
            size = varied(sizes, size.n_params)
        return workload.resolve(size, hyperparameters), n_examples
    n_params = float(allocation.n_params.value)
    convention = _convention(allocation.fit, param_convention)
    if size_for is None:
        target = varied(sizes, n_params)
        size = workload.closest(target, convention, hyperparameters)
        model = workload.model_of(plan_trial(size, 1, 0, hyperparameters=hyperparameters))
        _check_reaches(size, target, count_under(convention, workload.count(model).groups))
    else:
        size = size_for(n_params, param_convention=convention)
    if isinstance(allocation, laws.Plan):
        return size, max(1, round(allocation.n_examples.value / share_seen))
    like = plan_trial(size, 1, 0, hyperparameters=hyperparameters)
    return size, max(1, round(workload.examples_for(allocation.train_flops, like)))


def params_wanted(
    allocation: laws.Allocation | laws.Plan | None, size: Any, workload: Workload
) -> float:
    """Return how many parameters a run is to have, about; `nan` if that can't be known."""
    if allocation is not None:
        return float(allocation.n_params.value)
    if isinstance(size, TargetSize):
        return float(size.n_params)
    return math.nan if size is None else workload.n_params(plain_values(size, "size"))


def check_allocation(allocation: Any, size: Any, n_examples: Any, fit: Any) -> None:
    """Raise a `SweepError` if what is given is no allocation of one run, or not all there is."""
    if fit is not None and not isinstance(fit, laws.Fit):
        raise SweepError(
            f"`fit` must be a law that `fit_law` or `laws.fit` returned. Received: "
            f"{kind_of(fit)}, {fit!r}. Pass fit=tuner.fit_law('chinchilla'), or leave it out."
        )
    if allocation is None:
        return
    if not isinstance(allocation, laws.Allocation | laws.Plan):
        raise SweepError(
            f"`train_at` takes what `Fit.optimal_allocation`, `laws.allocate` or `laws.cheapest` "
            f"returns. Received: {allocation!r}. Pass one of those, or `size` and `n_examples`."
        )
    if size is not None or n_examples is not None:
        raise SweepError(
            f"An allocation or a plan says how large a model sees how much. Received: one, and "
            f"size={size!r}, n_examples={n_examples!r} besides. Pass either; `fit=best.fit` "
            f"predicts for a size of your own."
        )
    if np.ndim(allocation.n_params.value):
        raise SweepError(
            f"`train_at` trains one model. Received: an allocation of "
            f"{np.size(allocation.n_params.value)} budgets. Ask for one of them."
        )


def _convention(fit: laws.Fit, default: str) -> str:
    """Return which parameters a law counts; those of the tuner if it can't be known."""
    return fit.labels.get("param_convention", default)


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


def _check_reaches(size: Size, target: TargetSize, n_params: float) -> None:
    """Raise a `SweepError` if the largest size that is tried is smaller than what is wanted."""
    if size[target.vary] + target.multiple > target.highest and n_params * 1.25 < target.n_params:
        raise SweepError(
            f"A size is found by trying {target.vary!r} up to {target.highest}. Received: "
            f"{target.n_params:.4g} parameters, where {size_name(size)!r} has {n_params:.4g}. Ask "
            f"for less, or pass `n_examples` and a `size`, which may be a `TargetSize` of another "
            f"`highest`."
        )


def check_made_of_the_same(size: Size, sizes: Sequence[Size]) -> None:
    """Raise a `SweepError` if a size is made of other hyperparameters than those of a sweep."""
    if sizes and all(set(size) != set(known) for known in sizes):
        raise SweepError(
            f"A `size` must be made of what the sizes of the sweep are: {', '.join(sizes[0])}. "
            f"Received: size={size!r}. Put other hyperparameters in `hyperparameters`."
        )


def check_read(plan: TrialPlan, given: Mapping[str, Any], workload: Workload) -> None:
    """Raise a `SweepError` if neither the model nor the data of a run asks for what it was given.

    Its test would be one of other hyperparameters than meant, and is made once.
    """
    unread = [name for name in workload.unread([plan]) if name in given]
    if unread:
        raise SweepError(
            f"`hyperparameters` must be what `build_model` or the data asks for. Received: "
            f"{', '.join(f'{name}={given[name]!r}' for name in unread)}, which neither does. "
            f"Correct the name, or leave it out."
        )


def plan_single_run(
    size: Size,
    n_examples: int,
    seed: int,
    hyperparameters: Mapping[str, Any],
    *,
    fit: laws.Fit | None,
    runs: RunTable,
    workload: Workload,
    dataset_size: int | None,
    share_seen: float,
) -> TrialPlan:
    """Return the plan of a run, and with a fit what it predicts.

    Args:
        size: Of the model.
        n_examples: Examples to see, those that a mask or a weight of zero leaves out among them.
        seed: Random seed.
        hyperparameters: Those besides the size's.
        fit: The law that predicts; None for no prediction.
        runs: The project's runs; a law that doesn't say what N counts counts as they do.
        workload: What trials take.
        dataset_size: Unique examples in the data; None if unknown.
        share_seen: Share of its planned examples that the run will see, which the law is asked for.

    Raises:
        DataError: If the data is too short.
        SweepError: If `n_examples` or `seed` isn't a whole number, or out of its range,
            `hyperparameters` aren't plain values or are set elsewhere, or the law is about other
            runs.
    """
    hyperparameters = plain_values(hyperparameters, "run")
    set_elsewhere = {*size, *workload.given} - {"batch_size"}
    check_free("hyperparameters", hyperparameters, set_elsewhere, "the size, nor `constants`,")
    (n_examples,) = whole_numbers("n_examples", [n_examples], 1)
    (seed,) = whole_numbers("seed", [seed], 0)
    plan = plan_trial(size, n_examples, seed, hyperparameters=hyperparameters)
    workload.check([plan])
    if fit is None:
        return plan
    work = workload.work(plan)
    n_seen = work.n_examples * share_seen
    groups = workload.count(workload.model_of(plan)).groups  # Raises what building it raises.
    n_params = count_under(runs.param_convention, groups)
    check_keeps_to(runs, fit, n_params=n_params, n_examples=n_seen)
    prediction = prediction_facts(
        fit,
        objective=workload.objective,
        n_params=count_under(_convention(fit, runs.param_convention), groups),
        n_examples=n_seen,
        train_flops=work.train_flops,
        dataset_size=dataset_size,
    )
    return dataclasses.replace(plan, prediction=prediction)
