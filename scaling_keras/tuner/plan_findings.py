"""What must be said of a sweep's plan, and of what became of it."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

import keras_tuner
from keras_tuner.engine import hyperparameters as spaces

from scaling_keras import laws
from scaling_keras.events.records import RunRecord
from scaling_keras.tuner.designs.tuned import TunedSweep
from scaling_keras.tuner.sizes import Size, size_name
from scaling_keras.tuner.sweep import Sweep, by_training
from scaling_keras.tuner.workload import Workload

_FEWER, _MORE = 0.9, 1.1
"""Shares of the examples planned below which a run saw far fewer, and above which far more."""


def plan_findings(sweep: Sweep, models: Workload) -> tuple[laws.Finding, ...]:
    """Return what must be said of what a sweep plans."""
    return (
        *_cost_findings(sweep, models),
        *_repeat_findings(sweep, models),
        *_default_findings(sweep, models),
        *_unread_findings(sweep, models),
    )


def unset(sweep: Sweep, models: Workload, size: Size) -> keras_tuner.HyperParameters:
    """Return the hyperparameters that nobody sets at a size, so that trials take the defaults."""
    space = keras_tuner.HyperParameters()
    if not models.can_be_built(size):
        return space
    if not isinstance(sweep, TunedSweep):
        return models.tuned(size)
    for item in sweep.untuned(models, size):
        # Whether it is asked for depends on values that aren't known before they are tuned.
        item = copy.copy(item)
        item.conditions = []
        space.merge([item])
    return space


def _default_findings(sweep: Sweep, models: Workload) -> tuple[laws.Finding, ...]:
    """Return the finding that `build_model` asks for hyperparameters that nobody sets."""
    taken: dict[str, Any] = {}
    for size in sweep.resolved(models):
        space = unset(sweep, models, size)
        for item in space.space:
            # A batch is as large as the data has it.
            if item.name != "batch_size" and not isinstance(item, spaces.Fixed):
                taken.setdefault(item.name, space.values.get(item.name, item.default))
    advice = "Tune them with `TunedSweep`, or set them in `constants`."
    if isinstance(sweep, TunedSweep):
        advice = "Let the smallest size ask for them too, or set them in `constants`."
    return _taken(taken, "`build_model`", advice)


def fit_findings(
    sweep: Sweep, models: Workload, records: Iterable[RunRecord]
) -> tuple[laws.Finding, ...]:
    """Return the finding that a `fit` asks for what nobody sets, as the runs say that it did."""
    plans = sweep.trials(models)
    set_names = {name for plan in plans for name in (*plan.size, *plan.hyperparameters)}
    taken: dict[str, Any] = {}
    for facts in (facts for record in records for facts in record.facts.values()):
        for name, value in models.asked_by_fit(facts.hyperparameters).items():
            if name not in set_names:
                taken.setdefault(name, value)
    return _taken(taken, "the model's `fit`", "Set them in `constants`, or ask in `build`.")


def seen_findings(records: Iterable[RunRecord]) -> tuple[laws.Finding, ...]:
    """Return the findings that runs saw far fewer or far more examples than was planned."""
    fewer, more = [], []
    for record in records:
        attempt = max(record.facts, default=0)
        result = record.results.get(attempt)
        planned = record.facts[attempt].planned_examples if attempt else None
        if result is None or result.status != "completed" or not planned:
            continue
        if result.n_examples < _FEWER * planned:
            fewer.append(f"{record.name} saw {result.n_examples:,} of {planned:,}")
        elif result.n_examples > _MORE * planned:
            more.append(f"{record.name} saw {result.n_examples:,} for {planned:,}")
    found = []
    if fewer:
        found.append(
            laws.Finding(
                code="fewer_examples",
                message=f"Runs saw far fewer examples than was planned: {_first_of(fewer)}. An "
                f"item of sample weight 0 is no example, nor is a masked place, and batches may "
                f"not have been full. The law takes what they saw; the sweep's amounts of data, "
                f"ratios and budgets weren't reached. Leave such items out of the data, or ask for "
                f"more.",
            )
        )
    if more:
        found.append(
            laws.Finding(
                code="more_examples",
                message=f"Runs saw far more examples than was planned: {_first_of(more)}. A `fit` "
                f"of the model's own may have asked for more epochs or steps than it was given. "
                f"The law takes what they saw; the sweep's amounts of data, ratios and budgets "
                f"were passed. Let `fit` take its arguments as they are.",
            )
        )
    return tuple(found)


def _first_of(cases: list[str]) -> str:
    """Return the first of some cases, and how many more there are."""
    return cases[0] + (f", and so did {len(cases) - 1} more" if len(cases) > 1 else "")


def _taken(values: Mapping[str, Any], who: str, advice: str) -> tuple[laws.Finding, ...]:
    """Return the finding that trials take the defaults of what nobody sets."""
    if not values:
        return ()
    each = ", ".join(f"{name}={value!r}" for name, value in values.items())
    return (
        laws.Finding(
            code="defaults_taken",
            message=f"{who} asks for {', '.join(values)}, which the sweep doesn't set, so that "
            f"trials take the defaults: {each}. {advice}",
        ),
    )


def _unread_findings(sweep: Sweep, models: Workload) -> tuple[laws.Finding, ...]:
    """Return the finding that the sweep sets hyperparameters that nobody reads."""
    names = ", ".join(models.unread(sweep.trials(models)))
    if not names:
        return ()
    return (
        laws.Finding(
            code="never_read",
            message=f"The sweep sets {names}, which neither `build_model` nor the data asks for, "
            f"so that trials that differ in nothing else are the same training. Read it as in "
            f"`hp[...]`, correct its name, or leave it out.",
        ),
    )


def _repeat_findings(sweep: Sweep, models: Workload) -> tuple[laws.Finding, ...]:
    """Return the finding that trials see the same examples once those are whole batches."""
    plans = (plan for plan in sweep.trials(models) if models.can_be_built(models.model_of(plan)))
    repeats = [group for group in by_training(plans, models) if len(group) > 1]
    if not repeats:
        return ()
    first = repeats[0]
    more = f", and {len(repeats) - 1} more such groups" if len(repeats) > 1 else ""
    return (
        laws.Finding(
            code="repeated_training",
            message=f"Data comes in whole batches, which the replicas share equally, so trials are "
            f"the same training: {' and '.join(plan.name for plan in first)} see "
            f"{models.n_examples(first[0]):,} examples{more}. Choose amounts of data that differ "
            f"by a batch at least, and batch sizes that are multiples of the replicas.",
        ),
    )


def _cost_findings(sweep: Sweep, models: Workload) -> tuple[laws.Finding, ...]:
    """Return what must be said of the FLOPs that a sweep is planned by."""
    doubts: dict[str, list[str]] = {}
    for size in sweep.resolved(models):
        for model in sweep.models_of(size, models):
            doubt = models.flops_doubt(model)
            if doubt:
                doubts.setdefault(doubt, []).append(size_name(model))
    if not doubts:
        return ()
    each = "; ".join(f"for {', '.join(names)} by {doubt}" for doubt, names in doubts.items())
    return (
        laws.Finding(
            code="flops_uncounted",
            message=f"What an example costs can't be counted exactly. The sweep is planned {each}. "
            f"Pass `train_flops_per_example` to ScalingTuner if you know it: budgets are off "
            f"otherwise, and the runs record no compute.",
        ),
    )
