"""What the records of the runs themselves say against fitting them together."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from scaling_keras.laws.results import Finding
from scaling_keras.runs import Run, RunTable

MANY_EPOCHS = 4.0
"""Up to so many epochs, repeated data is worth nearly as much as new (arXiv:2305.16264)."""
SAME_LENGTH = 1.5
"""Lengths of runs closer than this count as one when their schedules are compared."""


def run_findings(table: RunTable) -> tuple[Finding, ...]:
    """Return the findings on runs whose facts were logged.

    Args:
        table: The runs of a fit.
    """
    logged = [run for run in table if "attempt" in run.facts]
    return (
        *_training_loss(logged),
        *_repeated_data(logged),
        *_unmatched_schedules(logged),
        *_several_settings(logged),
        *_diverged(table),
    )


def _training_loss(runs: Sequence[Run]) -> Iterator[Finding]:
    trained_on = [run for run in runs if not run.loss_name.startswith("val_")]
    if trained_on:
        yield Finding(
            code="training_loss",
            message=f"{_of(trained_on, runs)} recorded no held-out loss, so the fit is of the "
            f"training loss, which is averaged over a stretch of training and flatters repeated "
            f"data. Pass `validation_data` to `fit`.",
        )


def _repeated_data(runs: Sequence[Run]) -> Iterator[Finding]:
    repeated = [
        run
        for run in runs
        if (size := run.facts.get("dataset_size")) and run.n_examples > MANY_EPOCHS * size
    ]
    if repeated:
        yield Finding(
            code="repeated_data",
            message=f"{_of(repeated, runs)} saw their data more than {MANY_EPOCHS:g} times, where "
            f"an example is worth less than a new one. Fit `data_constrained`, or leave them out.",
        )


def _unmatched_schedules(runs: Sequence[Run]) -> Iterator[Finding]:
    by_schedule = defaultdict(list)
    for run in runs:
        if run.facts.get("learning_rate_schedule"):
            key = json.dumps(run.facts["learning_rate_schedule"], sort_keys=True, default=str)
            by_schedule[key].append(run)
    unmatched = [
        group
        for group in by_schedule.values()
        if max(run.n_examples for run in group) > SAME_LENGTH * min(run.n_examples for run in group)
    ]
    if unmatched:
        together = [run for group in unmatched for run in group]
        yield Finding(
            code="unmatched_schedules",
            message=f"{_of(together, runs)} share a learning-rate schedule though they differ in "
            f"length, so some ended in the middle of their decay and their loss is too high. Let "
            f"each schedule end with its run.",
        )


def _several_settings(runs: Sequence[Run]) -> Iterator[Finding]:
    by_configuration = defaultdict(set)
    for run in runs:
        found = run.facts.get("hyperparameters")
        settings = dict(found) if isinstance(found, Mapping) else {}
        settings.pop("seed", None)
        text = json.dumps(settings, sort_keys=True, default=str)
        by_configuration[run.n_params, run.n_examples].add(text)
    mixed = [key for key, settings in by_configuration.items() if len(settings) > 1]
    if mixed:
        yield Finding(
            code="several_settings",
            message=f"{len(mixed)} of {len(by_configuration)} combinations of size and data were "
            f"trained with several hyperparameters, and all of them are fitted. Keep the best of "
            f"each with `RunTable.where`, and train it again with a fresh seed.",
        )


def _diverged(table: RunTable) -> Iterator[Finding]:
    lost = [item.name for item in table.excluded if item.reason.startswith(("diverged", "failed"))]
    if lost:
        names = ", ".join(lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
        yield Finding(
            code="runs_lost",
            message=f"{len(lost)} runs diverged or failed and are not fitted ({names}). If they "
            f"are the large ones, the law rests on the small; train them again.",
        )


def _of(some: Sequence[Run], runs: Sequence[Run]) -> str:
    return f"All {len(runs)} runs" if len(some) == len(runs) else f"{len(some)} of {len(runs)} runs"
