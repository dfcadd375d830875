"""Turn the records of runs into a table: attempts merged, one loss chosen for all of them."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from scaling_keras.errors import RunsError
from scaling_keras.events import schema
from scaling_keras.events.attempts import flops_at, flops_course, holding
from scaling_keras.events.records import RunRecord
from scaling_keras.metric_direction import is_higher_better
from scaling_keras.runs import Exclusion, Run, RunTable, check_param_convention, count_under

LOSS_CHOICES = ("final", "best", "tail")
HELD_OUT_LOSS = "val_loss"
TRAINING_LOSS = "loss"
TAIL_FRACTION = 0.1
"""`tail` is the mean over the points of this last part of the examples seen."""

STALL_SECONDS = 600.0
"""A run without a result whose last event is older is `stalled`, not `running`: ScalingLogger
writes a point at least every two minutes unless a single step takes longer."""

_SUM_AMONG_MEANS = (
    "its loss is the sum over each batch (reduction='sum'), that of others the mean of its "
    "examples; losses of different kinds are never mixed (`metric` may name a mean)"
)


def assemble(
    records: Sequence[RunRecord],
    *,
    loss: str = "final",
    metric: str | None = None,
    param_convention: str = "total",
    now: float | None = None,
) -> RunTable:
    """Return the table of the runs that `records` describe.

    Args:
        records: One a run, with unique names. Where a run has a result, its losses are taken from
            there, so that its curves may be left out.
        loss: `final`, `best` or `tail`; see `reader.read_runs`.
        metric: The metric to take the loss from; see `reader.read_runs`.
        param_convention: Which parameters `n_params` counts: a key of `runs.PARAM_CONVENTIONS`.
        now: Seconds since the epoch, against which a run is found stalled; the clock's by default.

    Returns:
        The runs in the order of `records`. A run that has not got to the metric yet is there with
        a loss of NaN; a completed run without it, and one that can't be read, is in `excluded`.

    Raises:
        RunsError: If an option isn't one of those named, or no run has the metric.
    """
    if loss not in LOSS_CHOICES:
        raise RunsError(
            f"`loss` must be one of {', '.join(LOSS_CHOICES)}. Received: {loss!r}. To take it from "
            f"another metric, name that as `metric`."
        )
    check_param_convention(param_convention)
    now = time.time() if now is None else now
    records = [_corrected(record) for record in records]
    described = [record for record in records if not _why_left_out(record)]
    loss_name = _loss_name(described, metric)
    mixes_sums = len({_is_sum(record, loss_name) for record in described}) > 1
    runs: list[Run] = []
    excluded: list[Exclusion] = []
    for record in records:
        reason = _why_left_out(record)
        if reason:
            excluded.append(Exclusion(name=record.name, reason=reason))
            continue
        run = _run(record, loss, loss_name, param_convention, now)
        reason = _why_not_comparable(run, record, loss_name)
        if not reason and run.status == "completed" and mixes_sums and _is_sum(record, loss_name):
            reason = _SUM_AMONG_MEANS
        if reason:
            excluded.append(Exclusion(name=record.name, reason=reason))
        else:
            runs.append(run)
    return RunTable(
        runs=tuple(runs),
        excluded=tuple(excluded),
        param_convention=param_convention,
        loss_choice=loss,
    )


def merge_attempts(
    points: npt.NDArray[np.float64], facts: Mapping[int, schema.RunFacts]
) -> npt.NDArray[np.float64]:
    """Return one curve from the points of all attempts: the newest attempt wins.

    An attempt goes on from `n_examples_before`; what an earlier one wrote beyond that belongs to
    weights that are gone. Within what is left, a point at or before its predecessor's place
    replaces it, as in TensorBoard's data server.

    Args:
        points: Examples seen, wall time and value, in any order; shape `(points, 3)`.
        facts: Attempt to its facts.

    Returns:
        The points that hold, by rising examples seen, no two at the same place.
    """
    if len(facts) == 1 and _rises(points) and (points[1:, 1] >= points[:-1, 1]).all():
        return points
    ordered: npt.NDArray[np.float64] = points[np.argsort(points[:, 1], kind="stable")]
    for attempt in facts.values():
        superseded = ordered[:, 1] < attempt.start_time
        superseded &= ordered[:, 0] > attempt.n_examples_before
        ordered = ordered[~superseded]
    if _rises(ordered):
        return ordered
    # A point holds if every later one lies beyond it.
    later = np.minimum.accumulate(ordered[::-1, 0])[::-1]
    ordered = ordered[np.append(ordered[:-1, 0] < later[1:], True)]
    return ordered


def _rises(points: npt.NDArray[np.float64]) -> bool:
    """Return whether each point lies beyond its predecessor."""
    return bool((points[1:, 0] > points[:-1, 0]).all())


def choose_losses(
    curve: npt.NDArray[np.float64], *, higher_is_better: bool = False
) -> dict[str, float]:
    """Return the `final`, `best` and `tail` loss of a curve.

    Args:
        curve: Its first column is examples seen, rising, its last the value; one point at least.
        higher_is_better: Whether `best` is the highest value, as of an accuracy.

    Returns:
        Choice to loss. `best` passes over NaN; the others don't.
    """
    places, values = curve[:, 0], curve[:, -1]
    finite = values[np.isfinite(values)]
    best = np.max if higher_is_better else np.min
    tail = values[places > (1.0 - TAIL_FRACTION) * places[-1]]
    return {
        "final": float(values[-1]),
        "best": float(best(finite)) if len(finite) else math.nan,
        "tail": float(tail.mean()) if len(tail) else float(values[-1]),
    }


def _loss_name(records: Sequence[RunRecord], metric: str | None) -> str:
    """Return the metric that the loss of every run is taken from."""
    recorded = {name for record in records for name in _metrics(record)}
    if metric is None:
        return HELD_OUT_LOSS if HELD_OUT_LOSS in recorded else TRAINING_LOSS
    if records and metric not in recorded:
        names = ", ".join(sorted(recorded - schema.OWN_METRICS)) or "none yet"
        raise RunsError(
            f"`metric` must be one that a run recorded. Received: {metric!r}; recorded: {names}. "
            f"Name one of those, as Keras names it."
        )
    return metric


def _metrics(record: RunRecord) -> set[str]:
    """Return the metrics that a run has points of."""
    return {*record.curves, *(name for r in record.results.values() for name in r.losses)}


def _run(record: RunRecord, loss: str, loss_name: str, param_convention: str, now: float) -> Run:
    """Return the run that a record with facts describes."""
    attempt = max(record.facts)
    facts, result = record.facts[attempt], record.results.get(attempt)
    curves = {name: merge_attempts(points, record.facts) for name, points in record.curves.items()}
    curve = curves.get(loss_name)
    losses = _losses(curve, result, loss_name)
    n_examples = _n_examples(curves, facts, result)
    status, reason = _status(record, result, losses["final"], loss_name, now)
    flops_curve = record.curves.get(schema.FLOPS_METRIC)
    flops_per_example, train_flops = _flops(facts, result, n_examples, flops_curve)
    dataset_size = facts.dataset_size
    if dataset_size is None:
        results = [record.results[each] for each in holding(record.facts) if each in record.results]
        measured = (each.dataset_size for each in results if each.dataset_size is not None)
        dataset_size = max(measured, default=None)  # One attempt may see but a part of the data.
    return Run(
        name=record.name,
        n_params=count_under(param_convention, facts.n_params) if facts.n_params else math.nan,
        n_examples=n_examples,
        loss=losses[loss],
        loss_name=loss_name,
        train_flops=train_flops,
        train_flops_per_example=flops_per_example,
        flops_course=flops_course(record.facts),
        dataset_size=_or_nan(dataset_size),
        status=status,
        reason=reason,
        size=facts.size,
        family=facts.family,
        example_unit=facts.example_unit,
        seed=facts.seed,
        param_counts=facts.n_params,
        facts=_facts(record, facts, result),
        curves={name: points[:, ::2] for name, points in curves.items()},
    )


def _flops(
    facts: schema.RunFacts,
    result: schema.RunResult | None,
    n_examples: float,
    curve: npt.NDArray[np.float64] | None,
) -> tuple[float, float]:
    """Return the FLOPs of one example, on average, and of all.

    Zero is what a count gives that found nothing it knows, so that the FLOPs are unknown.
    """
    is_measured = (result is not None and result.train_flops) or curve is not None
    if n_examples and (is_measured or facts.train_flops_before):
        train_flops = flops_at(facts, result, n_examples, curve) or math.nan
        return train_flops / n_examples, train_flops
    flops_per_example = facts.train_flops_per_example or math.nan
    return flops_per_example, flops_per_example * n_examples


def _losses(
    curve: npt.NDArray[np.float64] | None, result: schema.RunResult | None, loss_name: str
) -> Mapping[str, float]:
    """Return the losses of a run by choice: those of its result, else those of its curve."""
    higher_is_better = is_higher_better(loss_name)
    of_curve = dict.fromkeys(LOSS_CHOICES, math.nan)
    if curve is not None and len(curve):
        of_curve = choose_losses(curve, higher_is_better=higher_is_better)
    if not (result and loss_name in result.losses):
        return of_curve
    losses = {name: _or_nan(result.losses[loss_name].get(name)) for name in LOSS_CHOICES}
    # A result's best is the lowest of whatever metric.
    return {**losses, "best": of_curve["best"]} if higher_is_better else losses


def _n_examples(
    curves: Mapping[str, npt.NDArray[np.float64]],
    facts: schema.RunFacts,
    result: schema.RunResult | None,
) -> float:
    """Return the examples that a run has seen so far."""
    if result:
        return float(result.n_examples)
    seen = (points[-1, 0] for points in curves.values() if len(points))
    return float(max(seen, default=facts.n_examples_before))


def _status(
    record: RunRecord,
    result: schema.RunResult | None,
    final_loss: float,
    loss_name: str,
    now: float,
) -> tuple[str, str]:
    """Return how a run stands, and why."""
    correction = _correction(record)
    if correction is not None and correction.status:
        return correction.status, f"set by hand: {correction.reason}"
    if result is None:
        silent_seconds = now - record.last_wall_time
        if abs(silent_seconds) < STALL_SECONDS:
            return "running", "; ".join(record.skipped)
        when = "old" if silent_seconds > 0 else "ahead of the clock"
        reason = f"its last event is {abs(silent_seconds) / 60:.0f} minutes {when}"
        return "stalled", "; ".join([reason, *record.skipped])
    has_loss = loss_name in _metrics(record)
    if result.status == "completed" and has_loss and not math.isfinite(final_loss):
        return "diverged", f"its final {loss_name} is not finite"
    return result.status, result.reason


def _why_left_out(record: RunRecord) -> str:
    """Return why a run has no row, or an empty string if it has one."""
    correction = _correction(record)
    if correction is not None and correction.is_excluded:
        return f"excluded by hand: {correction.reason}"
    if record.problems:
        return "; ".join(record.problems)
    if max(record.results, default=0) > max(record.facts, default=0) or not record.facts:
        why = "; ".join(record.skipped) or "its training ended before the model was known"
        return f"it has points but no facts of its last attempt: {why}"
    return ""


def _correction(record: RunRecord) -> schema.RunCorrection | None:
    """Return the correction of a run that holds, or None."""
    return record.corrections[max(record.corrections)] if record.corrections else None


def _corrected(record: RunRecord) -> RunRecord:
    """Return the record with the facts, of every attempt, that its correction gives anew."""
    correction = _correction(record)
    if correction is None or not correction.facts:
        return record
    changes = {
        name: correction.facts[name] for name in schema.CORRECTABLE if name in correction.facts
    }
    results, curves = record.results, record.curves
    if "train_flops_per_example" in changes:
        # The totals were made with the figure that was wrong.
        changes["train_flops_before"] = None
        curves = {name: c for name, c in curves.items() if name != schema.FLOPS_METRIC}
        results = {
            attempt: dataclasses.replace(result, train_flops=None)
            for attempt, result in results.items()
        }
    facts = {
        attempt: dataclasses.replace(facts, **changes) for attempt, facts in record.facts.items()
    }
    return dataclasses.replace(record, facts=facts, results=results, curves=curves)


def _why_not_comparable(run: Run, record: RunRecord, loss_name: str) -> str:
    """Return why a completed run can't stand beside the others, or an empty string."""
    if run.status != "completed":
        return ""
    steps = record.facts[max(record.facts)].unrecorded_steps
    if steps:
        return (
            f"the examples it has seen are unknown: of the {steps:,} optimizer steps before it, "
            f"some are in no log; if its own are all that count, say so with "
            f'`correct_run(..., facts={{"unrecorded_steps": 0}})`'
        )
    metrics = _metrics(record) - schema.OWN_METRICS
    if loss_name in metrics:
        return ""
    if run.reason:
        return run.reason
    return (
        f"it has no {loss_name}, only {', '.join(sorted(metrics)) or 'no points'}; losses of "
        f"different kinds are never mixed (`metric`, on the command line `--metric`, chooses one)"
    )


def _is_sum(record: RunRecord, loss_name: str) -> bool:
    """Return whether a loss is summed over each batch: that of a model, not a metric beside it."""
    is_of_model = loss_name in (HELD_OUT_LOSS, TRAINING_LOSS)
    return is_of_model and record.facts[max(record.facts)].loss_reduction == "sum"


def _facts(
    record: RunRecord, facts: schema.RunFacts, result: schema.RunResult | None
) -> dict[str, Any]:
    """Return the facts of a run by name, with its result where it has one, and what was skipped."""
    found: dict[str, Any] = {**vars(facts)}
    found["result"] = None if result is None else dict(vars(result))
    if record.skipped:
        found["skipped"] = record.skipped
    return found


def _or_nan(value: float | None) -> float:
    """Return `value` as a float, NaN for None."""
    return math.nan if value is None else float(value)
