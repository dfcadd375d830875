"""The metric that scores trials: its name, and whether a trial shows that it can score none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import keras
import keras_tuner
from keras_tuner.engine import metrics_tracking

from scaling_keras.callbacks.example_counter import COUNT_ADVICE
from scaling_keras.errors import SweepError
from scaling_keras.events.schema import RunResult


def metric_name(objective: Any) -> str:
    """Return the name of the metric that an objective is of.

    Args:
        objective: A name, or a `keras_tuner.Objective` whose direction is `min`.

    Raises:
        SweepError: If it is neither, or more is better of it.
    """
    if isinstance(objective, keras_tuner.Objective) and objective.direction == "max":
        raise more_is_better(objective.name)
    name = objective.name if isinstance(objective, keras_tuner.Objective) else objective
    if not isinstance(name, str):
        raise SweepError(
            f"`objective` must be the name of one metric, as Keras names it. Received: "
            f"{objective!r}. Pass 'val_loss', or the name of another metric."
        )
    return name


def more_is_better(name: str) -> SweepError:
    """Return the error for a metric of which more is better."""
    return SweepError(
        f"`objective` must be a metric of which less is better: the least counts where one of "
        f"several trials is chosen. Received: {name!r}. Pass 'val_loss', and read the others with "
        f"`read_runs(..., metric={name!r})`."
    )


def not_among(objective: str, names: Iterable[str]) -> SweepError:
    """Return the error for an objective that runs with metrics of these names don't have."""
    return SweepError(
        f"`objective` must be a metric that the runs have. Received: {objective!r}; they have "
        f"{', '.join(sorted(names)) or 'none'}. Name one that they have; what has been trained is "
        f"kept."
    )


def check_scores(objective: str, run: str, result: RunResult, model: keras.Model) -> None:
    """Raise a `SweepError` if a trial that completed shows that the objective can score none.

    Args:
        objective: The metric's name.
        run: The name of the trial's run.
        result: What the run wrote at its end.
        model: The model, once trained: only then are all its metrics made.
    """
    if not result.losses:
        raise SweepError(
            f"A trial must say what loss it reached. Received: {run!r}, of which no loss is known: "
            f"{result.reason or 'its log has no points'}. {COUNT_ADVICE} Then search again."
        )
    if objective not in result.losses:
        raise not_among(objective, result.losses)
    if any(_is_of_more(metric) for metric in _metrics_of(model, objective)):
        raise more_is_better(objective)


def _metrics_of(model: keras.Model, objective: str) -> list[Any]:
    """Return the metrics of a model that may be the one of this name in its logs."""
    name = objective.removeprefix("val_")
    metrics = list(_flat(getattr(model, "metrics", ())))
    # Of a model with several outputs the logs name the output first.
    own = [each for each in metrics if each.name == name]
    outputs = getattr(model, "output_names", None) or ()
    return own or [each for each in metrics if name in {f"{o}_{each.name}" for o in outputs}]


def _flat(metrics: Any) -> Iterator[Any]:
    """Return metrics, and those inside the containers in which Keras keeps what was compiled."""
    for metric in metrics:
        yield metric
        yield from _flat(getattr(metric, "metrics", ()))


def _is_of_more(metric: Any) -> bool:
    """Return whether more is better of a metric, as its class says."""
    # What Keras's own callbacks go by, where a metric has it; KerasTuner knows the others by class.
    is_up = getattr(metric, "_direction", "") == "up"
    return is_up or metrics_tracking.infer_metric_direction(metric) == "max"
