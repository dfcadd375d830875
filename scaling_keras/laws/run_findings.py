"""What the records of the runs themselves say against fitting them together."""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scaling_keras.laws.fit_text import listed
from scaling_keras.laws.mixed_runs import WAYS_TO_CHOOSE, mixed_findings
from scaling_keras.laws.results import Finding
from scaling_keras.runs import ENDS_EARLY, Run, RunTable

MANY_EPOCHS = 4.0
"""Up to so many epochs, repeated data is worth nearly as much as new (arXiv:2305.16264)."""
SAME_LENGTH = 1.5
"""Lengths of runs closer than this count as one when their schedules are compared."""
LONG_WARMUP = 0.01
"""Share of a run below which it doesn't matter how long its warm-up is."""
ONE_RATE = 10.0
"""Ratio of sizes above which one learning rate can't be the best for all."""
_WARMUPS = ("warmup_steps", "n_warmup_steps", "num_warmup_steps")
_RATES = ("peak", "warmup_target", "initial_learning_rate", "learning_rate", "lr")
"""Names of the peak learning rate, the first that is there: those of schedules, then a constant."""
_SETTINGS = (
    *_RATES,
    *_WARMUPS,
    "batch_size",
    "beta_1",
    "beta_2",
    "dropout",
    "momentum",
    "optimizer",
    "weight_decay",
)
"""Columns that are hyperparameters by their names, in tables that don't say which are."""
_MUP = re.compile(r"(^|_)(mup|mutransfer|base_width)(_|$)", re.IGNORECASE)
_TUNED = ("other hyperparameters reached", "it tried out hyperparameters")
"""How the reasons begin for which a sweep leaves out what it tuned with."""


def run_findings(table: RunTable) -> tuple[Finding, ...]:
    """Return the findings on runs whose facts were logged, or are columns of another source.

    Args:
        table: The runs of a fit.
    """
    return (
        *mixed_findings(table),
        *_training_loss(table.runs),
        *_summed_loss(table.runs),
        *_repeated_data(table.runs),
        *_unmatched_schedules(table.runs),
        *_warmup_not_scaled(table),
        *_untuned(table),
        *_several_settings(table.runs),
        *_diverged(table),
        *_end_early(table.runs),
    )


def _training_loss(runs: Sequence[Run]) -> Iterator[Finding]:
    trained_on = [run for run in runs if _is_of_training(run)]
    if trained_on:
        yield Finding(
            code="training_loss",
            message=f"{_of(trained_on, runs)} recorded no held-out loss, so the fit is of the "
            f"training loss, which is averaged over a stretch of training and flatters repeated "
            f"data. Pass `validation_data` to `fit`.",
        )


def _is_of_training(run: Run) -> bool:
    """Return whether a loss is known to be one of training; a bare `loss` of a file may be any."""
    if "attempt" in run.facts:  # Keras, whose losses of held-out data are called `val_`.
        return not run.loss_name.startswith("val_")
    return run.loss_name.startswith("train")


def _summed_loss(runs: Sequence[Run]) -> Iterator[Finding]:
    is_of_model = ("loss", "val_loss")
    summed = [
        run
        for run in runs
        if run.facts.get("loss_reduction") == "sum" and run.loss_name in is_of_model
    ]
    if summed:
        yield Finding(
            code="summed_loss",
            message=f"{_of(summed, runs)} were compiled with a loss that is summed over each batch "
            f"(reduction='sum'), so it grows with the batch and the law is not one of the loss of "
            f"an example. Compile with the default reduction, or take the mean as a metric.",
        )


def _repeated_data(runs: Sequence[Run]) -> Iterator[Finding]:
    repeated = [
        run
        for run in runs
        if run.n_examples > MANY_EPOCHS * run.dataset_size  # Never where that is unknown.
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
        if schedule := _schedule(run):
            by_schedule[schedule].append(run)
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


def _schedule(run: Run) -> str:
    """Return a run's schedule as a text, its length among it; empty if that is unknown."""
    schedule = run.facts.get("learning_rate_schedule")
    if schedule and isinstance(schedule, Mapping):
        return json.dumps(schedule, sort_keys=True, default=str)
    # As columns a file may have them; the name of a kind of schedule tells nothing of its length.
    named = {name: _number(run.facts.get(name)) for name in ("decay_steps", "batch_size")}
    return json.dumps(named) if named["decay_steps"] else ""


def _warmup_not_scaled(table: RunTable) -> Iterator[Finding]:
    by_warmup = defaultdict(list)
    for run in table:
        warmup = _first_number(run, _WARMUPS)
        if warmup:
            by_warmup[warmup].append(run)
    fixed = [
        run
        for warmup, runs in by_warmup.items()
        if _ratio([run.n_examples for run in runs]) > SAME_LENGTH
        and max(_share_of_steps(run, warmup) for run in runs) > LONG_WARMUP
        for run in runs
    ]
    if fixed:
        steps = sorted({_first_number(run, _WARMUPS) or 0.0 for run in fixed})
        yield Finding(
            code="warmup_not_scaled",
            message=f"{_of(fixed, table.runs)} warm up for {_listed(steps)} steps though they "
            f"differ {_ratio([run.n_examples for run in fixed]):.2g}x in length, so the short ones "
            f"spend much of their training on it, and the optimum moves to larger models "
            f"(arXiv:2406.19146). Let the warm-up be a fixed share of each run.",
        )


def _share_of_steps(run: Run, warmup: float) -> float:
    """Return what share of a run's steps its warm-up takes; infinity if unknown."""
    batch = _number(run.facts.get("batch_size"))
    if not batch:
        return math.inf
    per_item = _number(run.facts.get("examples_per_item")) or 1.0
    return warmup * batch * per_item / run.n_examples


def _untuned(table: RunTable) -> Iterator[Finding]:
    if any(item.reason.startswith(_TUNED) for item in table.excluded):
        return
    tried, by_rate = defaultdict(set), defaultdict(list)
    for run in table:
        rate = _first_number(run, _RATES)
        # With muP one rate is meant to be the best for all sizes.
        if rate and not any(value and _MUP.search(name) for name, value in _settings(run).items()):
            tried[run.n_params, run.n_examples].add(rate)
            by_rate[rate].append(run)
    if any(len(rates) > 1 for rates in tried.values()):
        return
    same = {
        rate: runs
        for rate, runs in by_rate.items()
        if _ratio([run.n_params for run in runs]) > ONE_RATE
    }
    if same:
        runs = [run for group in same.values() for run in group]
        yield Finding(
            code="untuned",
            message=f"{_of(runs, table.runs)} share their learning rate ({_listed(sorted(same))})"
            f"{_shared_batch(runs)} though they differ {_ratio([run.n_params for run in runs]):.2g}"
            f"x in size, and nothing shows that others were tried. The best differs with size, and "
            f"a law of badly tuned runs is a law of bad tuning (arXiv:2406.19146). Tune the "
            f"smallest and the largest, and scale in between.",
        )


def _shared_batch(runs: Sequence[Run]) -> str:
    """Return that the runs share their batch size, too, for a sentence; empty if not."""
    sizes = {_number(run.facts.get("batch_size")) for run in runs}
    (size, *others) = sizes
    return "" if others or size is None else f" and batch size ({size:g})"


def _settings(run: Run) -> dict[str, Any]:
    """Return the facts of a run by name; of two of one name, what it was really trained with."""
    groups = ("learning_rate_schedule", "optimizer", "hyperparameters", None)
    found: dict[str, Any] = {}
    for name in groups:
        facts = run.facts if name is None else run.facts.get(name)
        for key, value in facts.items() if isinstance(facts, Mapping) else ():
            found.setdefault(key, value)
    return found


def _first_number(run: Run, names: Sequence[str]) -> float | None:
    """Return the first of some facts that a run knows as a number."""
    settings = _settings(run)
    return next((n for name in names if (n := _number(settings.get(name))) is not None), None)


def _number(value: Any) -> float | None:
    """Return a fact as a number, also where a CSV file has it as text; None if it isn't one."""
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def _ratio(values: Sequence[float]) -> float:
    return max(values) / min(values)


def _several_settings(runs: Sequence[Run]) -> Iterator[Finding]:
    by_configuration = defaultdict(set)
    for run in runs:
        text = json.dumps(_chosen(run), sort_keys=True, default=str)
        by_configuration[run.n_params, run.n_examples].add(text)
    mixed = [key for key, settings in by_configuration.items() if len(settings) > 1]
    if mixed:
        yield Finding(
            code="several_settings",
            message=f"{len(mixed)} of {len(by_configuration)} combinations of size and data were "
            f"trained with several hyperparameters, and all of them are fitted. Keep the best of "
            f"each with {WAYS_TO_CHOOSE}, and train it again with a fresh seed.",
        )


def _chosen(run: Run) -> dict[str, Any]:
    """Return the hyperparameters of a run, its seed aside, by name."""
    found = run.facts.get("hyperparameters")
    if isinstance(found, Mapping):
        return {name: value for name, value in found.items() if name != "seed"}
    known = ((name, run.facts.get(name)) for name in _SETTINGS)
    # A file has numbers as text, perhaps 0.001 in one row and 1e-3 in the next.
    return {name: value if (n := _number(value)) is None else n for name, value in known}


def _diverged(table: RunTable) -> Iterator[Finding]:
    lost = [item.name for item in table.excluded if item.reason.startswith(("diverged", "failed"))]
    if lost:
        yield Finding(
            code="runs_lost",
            message=f"{len(lost)} runs diverged or failed and are not fitted ({listed(lost)}). "
            f"If they are the large ones, the law rests on the small; train them again.",
        )


def _end_early(runs: Sequence[Run]) -> Iterator[Finding]:
    early = [run for run in runs if run.reason.startswith(ENDS_EARLY)]
    if early:
        names = listed([run.name for run in early])
        yield Finding(
            code="may_be_unfinished",
            message=f"{_of(early, runs)} may have been cut off ({names}): their "
            f"loss ends at an earlier step than that of most, and nothing says that they "
            f"were over. Unless they were meant to end there, leave them out with "
            f"{WAYS_TO_CHOOSE}.",
        )


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in values[:3]) + (" and more" * (len(values) > 3))


def _of(some: Sequence[Run], runs: Sequence[Run]) -> str:
    return f"All {len(runs)} runs" if len(some) == len(runs) else f"{len(some)} of {len(runs)} runs"
