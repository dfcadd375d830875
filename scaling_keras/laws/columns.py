"""From what the user hands over to the clean columns that a fit works on."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scaling_keras.errors import FitError, RunsError, TooFewRunsError
from scaling_keras.laws.best_settings import best_settings
from scaling_keras.laws.counted_flops import counted_flops
from scaling_keras.laws.forms import get_form
from scaling_keras.laws.forms.base import Floats, Form
from scaling_keras.laws.mixed_runs import refuse_mixed
from scaling_keras.laws.results import Finding
from scaling_keras.laws.rising_metrics import refuse_rising
from scaling_keras.laws.row_options import (
    check_data,
    checked_weights,
    cluster_numbers,
    number_per_row,
    row_option,
    values_in_rows,
)
from scaling_keras.laws.run_findings import run_findings
from scaling_keras.metric_direction import LOWER, metric_direction
from scaling_keras.runs import NUMERIC_COLUMNS, Exclusion, Run, RunTable

MIN_DISTINCT = 3
"""Fewest distinct values of a variable: with two, floor and slope can't be told apart."""
AXES = ("train_flops", "n_params", "n_examples")
"""What the command line fits a one-variable form against."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Columns:
    """The rows of a fit.

    Attributes:
        values: The variables, shape `(rows, variables)`, positive; linear ones may be zero.
        observed: The target, the loss for most forms. Shape `(rows,)`.
        weights: Shape `(rows,)`, positive.
        groups: Cluster of each row for resampling, integers from 0. Shape `(rows,)`.
        names: Name of each row, `row 0` and so on where there are none.
        labels: What is known of the table: `param_convention`, `loss_choice`, `loss_name`,
            `example_unit`, `x` (the column a one-variable form was fitted against), `metric` (what
            a form of a metric was fitted to).
        excluded: Runs that were left out, with reasons.
        findings: What can be said of how the runs were trained.
        n_params: Parameters of each run where FLOPs were counted, else empty.
        train_flops_per_example: Counted FLOPs of each run, `nan` where unknown, else empty.
    """

    values: Floats
    observed: Floats
    weights: Floats
    groups: np.ndarray
    names: tuple[str, ...]
    labels: Mapping[str, str]
    excluded: tuple[Exclusion, ...] = ()
    findings: tuple[Finding, ...] = ()
    n_params: Floats = dataclasses.field(default_factory=lambda: np.empty(0))
    train_flops_per_example: Floats = dataclasses.field(default_factory=lambda: np.empty(0))

    def take(self, rows: np.ndarray) -> Columns:
        """Return the columns of the rows where a mask is true, the clusters numbered anew."""
        known = len(self.n_params) > 0
        return dataclasses.replace(
            self,
            values=self.values[rows],
            observed=self.observed[rows],
            weights=self.weights[rows],
            groups=np.unique(self.groups[rows], return_inverse=True)[1],
            names=tuple(name for name, kept in zip(self.names, rows, strict=True) if kept),
            n_params=self.n_params[rows] if known else self.n_params,
            train_flops_per_example=(
                self.train_flops_per_example[rows] if known else self.train_flops_per_example
            ),
        )

    def digest(self) -> str:
        """Return a hash of the numbers, to tell whether two fits saw the same data."""
        state = hashlib.sha256()
        for array in (self.values, self.observed, self.weights, self.groups.astype(np.int64)):
            state.update(np.ascontiguousarray(array).tobytes())
        return state.hexdigest()[:16]


def gather(
    form: Form,
    data: RunTable | Mapping[str, Any] | None,
    given: Mapping[str, Any],
) -> Columns:
    """Return the checked columns for a fit of `form`.

    Args:
        form: The law to be fitted.
        data: A table or a mapping of columns; None if all are in `given`.
        given: The columns, `weights` and `groups` that were passed to `fit` by name, None where
            not given. With `data`, a text names the column to take.

    Raises:
        FitError: If something can't be used, naming the argument.
        TooFewRunsError: If too little is left to fit.
    """
    check_data(data)
    _check_given(form, given)
    if form.is_optimum and isinstance(data, RunTable):
        return _of_best_settings(form, data, given)
    return _gathered(form, data, given, ())


def _gathered(
    form: Form,
    data: RunTable | Mapping[str, Any] | None,
    given: Mapping[str, Any],
    left_out: tuple[Exclusion, ...],
) -> Columns:
    """Return the checked columns; `left_out` says why some rows are not among them."""
    table = _usable(form, data, given) if isinstance(data, RunTable) else None
    source: Any = data if table is None else table
    columns = (*form.variables, form.target)
    _refuse_rising(form, source, given)
    arrays = {name: _column(name, source, given.get(name), form) for name in columns}
    length = len(arrays[form.target])
    for name, array in arrays.items():
        if len(array) != length:
            raise FitError(
                f"The columns of a fit must have one length. Received: {length} values of "
                f"`{form.target}` and {len(array)} of `{name}`. Pass one value per run."
            )
    names = [f"row {i}" for i in range(length)] if table is None else [run.name for run in table]
    weights = checked_weights(row_option("weights", given["weights"], source), length)
    rows = np.flatnonzero(weights > 0)
    arrays = {name: array[rows] for name, array in arrays.items()}
    table = None if table is None else _with_runs(table, rows)
    excluded = (
        *(left_out if table is None else table.excluded),
        *(Exclusion(name=names[i], reason="its weight is 0") for i in np.flatnonzero(weights == 0)),
    )
    _check_range(form, arrays, rows)
    _check_enough(form, arrays, excluded, _other_columns(form, data, given.get("x")))
    values = np.stack([arrays[name] for name in form.variables], axis=1)
    groups = row_option("groups", given["groups"], source)
    return Columns(
        values=values,
        observed=arrays[form.target],
        weights=weights[rows],
        groups=cluster_numbers(groups, values, rows, length),
        names=tuple(names[i] for i in rows),
        labels=_labels(form, table, given),
        excluded=excluded,
        findings=() if table is None else _findings_of(form, table),
        **counted_flops(source, arrays, rows, length),
    )


def _findings_of(form: Form, table: RunTable) -> tuple[Finding, ...]:
    """Return what the records of the runs say against a fit of a form."""
    knows_repeats = "dataset_size" in form.variables
    found = run_findings(table)
    return tuple(f for f in found if not (knows_repeats and f.code == "repeated_data"))


def _with_runs(table: RunTable, rows: np.ndarray) -> RunTable:
    """Return the table of the runs at some places."""
    return dataclasses.replace(table, runs=tuple(table.runs[i] for i in rows))


def _of_best_settings(form: Form, table: RunTable, given: Mapping[str, Any]) -> Columns:
    """Return a row for each size and amount of data: the best of the settings that were tried."""
    own = {name: given[name] for name in ("weights", "groups") if given[name] is not None}
    arrays = [name for name in (*form.variables, form.target) if given.get(name) is not None]
    if own or arrays:
        raise FitError(
            f"A `{form.name}` fit of a table finds the best runs itself. Received: "
            f"{', '.join([*own, *arrays])} beside the table. Leave that out, or pass columns "
            f"instead of the table."
        )
    best = best_settings(table, form.target)
    inside = ~best.at_edge
    names = [name for name, kept in zip(best.names, inside, strict=True) if kept]
    at_edge = tuple(
        Exclusion(
            name=name, reason=f"its {form.target} is the best, but at the edge of those tried"
        )
        for name, kept in zip(best.names, inside, strict=True)
        if not kept
    )
    columns = {name: getattr(best, name)[inside] for name in form.variables}
    excluded = (*best.excluded, *at_edge)
    rows = _gathered(form, {**columns, form.target: best.values[inside]}, given, excluded)
    usable = table.usable()
    of_runs = (f for f in run_findings(usable) if f.code not in ("several_settings", "runs_lost"))
    return dataclasses.replace(
        rows,
        names=tuple(names),
        labels=_labels(form, usable, given),
        findings=(*best.warnings, *of_runs),
    )


def _check_given(form: Form, given: Mapping[str, Any]) -> None:
    """Refuse a column that the form has no use for."""
    for name, column in given.items():
        known = (*form.variables, form.target, "weights", "groups")
        if column is not None and name not in known:
            raise FitError(
                f"A `{form.name}` fit takes {', '.join(form.variables)} and {form.target}. "
                f"Received: `{name}`. Leave it out, or choose a form that uses it."
            )


def _usable(form: Form, table: RunTable, given: Mapping[str, Any]) -> RunTable:
    """Return the runs that a fit may use; a run without one of the columns is left out."""
    table = table.usable()
    for name in (*form.variables, form.target):
        column = name if given.get(name) is None else given[name]
        if not isinstance(column, str) or column == "x" or not len(table):
            continue
        values = _of_table(table, column, form)
        if values.dtype == object:  # Text, which is refused with the other columns.
            continue
        known = np.isfinite(values) & ((values > 0) | (column not in NUMERIC_COLUMNS))
        lacking = tuple(
            Exclusion(name=run.name, reason=f"it has no {column}")
            for run, has_it in zip(table, known, strict=True)
            if not has_it
        )
        kept = tuple(run for run, has_it in zip(table, known, strict=True) if has_it)
        table = dataclasses.replace(table, runs=kept, excluded=(*table.excluded, *lacking))
    return table


def _of_table(table: RunTable, column: str, form: Form) -> Floats:
    """Return a column of a table; the seconds of a step from the throughput that runs recorded."""
    if column == "step_seconds" and column not in table.columns:
        return np.array([_step_seconds(run) for run in table])
    if _is_read_metric(form, table, column):
        return _read_metric(form, table)
    try:
        values: Floats = table[column]
    except RunsError:
        if column not in (*form.variables, form.target):
            raise
        raise RunsError(
            f"A `{form.name}` fit needs `{column}` of the runs, a number that they logged or a "
            f"column of their file. Received: runs without it. Log it as a fact or hyperparameter, "
            f"or fit another form."
        ) from None
    return values


def _is_read_metric(form: Form, table: RunTable, column: str) -> bool:
    """Return whether a column is the metric that the runs were read with, in place of a loss."""
    is_metric = column == "metric" == form.target and "loss" not in form.variables
    return is_metric and column not in table.columns


def _read_metric(form: Form, table: RunTable) -> Floats:
    """Return the metric that runs were read with, unless that is a loss."""
    losses = [run.loss_name for run in table if metric_direction(run.loss_name) == LOWER]
    if losses:
        raise RunsError(
            f"A `{form.name}` fit needs a metric of the runs that is better when higher. Received: "
            f"runs with {losses[0]}, which is better when lower. Read them with another, as with "
            f"`--metric val_accuracy` on the command line, or "
            f"`read_runs(..., metric='val_accuracy')`; or pass `metric=`, a value per run."
        )
    values: Floats = table["loss"]
    return values


def _refuse_rising(form: Form, source: Any, given: Mapping[str, Any]) -> None:
    """Refuse a metric that is known to be better when higher as the loss of a form."""
    column = given.get("loss")
    if "loss" not in (*form.variables, form.target):
        return
    names = {column} if isinstance(column, str) else set()
    if isinstance(source, RunTable) and (column is None or column == "loss"):
        names = {run.loss_name for run in source}
    refuse_rising(f"A `{form.name}` fit", sorted(names))


def _step_seconds(run: Run) -> float:
    """Return the time of an optimizer step, `nan` if the run recorded no throughput."""
    per_second = (run.facts.get("result") or {}).get("examples_per_second")
    batch = run.facts.get("batch_size")
    if not per_second or not batch:
        return float("nan")
    return float(batch) * float(run.facts.get("examples_per_item") or 1) / float(per_second)


def _labels(form: Form, table: RunTable | None, given: Mapping[str, Any]) -> dict[str, str]:
    """Return what a table says about its own columns; refuse to mix units or losses."""
    labels = {name: given[name] for name in ("x", "metric") if isinstance(given.get(name), str)}
    if table is None:
        return labels
    units = {run.example_unit: run for run in table}
    losses = {run.loss_name: run for run in table}
    for what, found in (("example unit", units), ("loss", losses)):
        if len(found) > 1:
            raise FitError(f"The runs of a fit {refuse_mixed(what, found)}.")
    if given.get("metric") is None and _is_read_metric(form, table, form.target):
        labels["metric"] = next(iter(losses), "metric")
    return {
        **labels,
        "param_convention": table.param_convention,
        "loss_choice": table.loss_choice,
        "example_unit": next(iter(units), "example"),
        "loss_name": next(iter(losses), "loss"),
    }


def _column(name: str, source: Any, given: Any, form: Form) -> Floats:
    """Return one column as floats, from the argument if given, else from the data."""
    if source is not None and (given is None or isinstance(given, str)):
        key = given or name
        if not isinstance(source, RunTable) and key not in source:
            raise FitError(
                f"A `{form.name}` fit needs the column `{key}`. Received: a mapping with "
                f"{', '.join(map(str, source)) or 'nothing'}. Add it, or pass `{name}=`."
            )
        if isinstance(source, RunTable) and key == "x":
            raise FitError(
                f"A `{form.name}` fit of a table needs `x`, the column to fit against. "
                f"Received: x=None. Pass x='train_flops', 'n_params' or 'n_examples'."
            )
        given = _of_table(source, key, form) if isinstance(source, RunTable) else source[key]
    if given is None:
        raise FitError(
            f"A `{form.name}` fit needs {', '.join(form.variables)} and {form.target}. Received: "
            f"no `{name}`. Pass an array, or a RunTable as `data`."
        )
    return number_per_row(name, given)


def _check_range(form: Form, arrays: Mapping[str, Floats], rows: np.ndarray) -> None:
    """Raise a `FitError` that names the rows where a column can't be what it is.

    Args:
        form: The law.
        arrays: The columns of the rows that are used.
        rows: Their places among all rows, to name them by.
    """
    for name, array in arrays.items():
        if name == form.target and form.link == "share":
            usable, wanted = (array >= 0) & (array <= 1), "shares from 0 to 1"
        elif name in form.linear_variables:
            usable, wanted = array >= 0, "finite numbers, none negative"
        else:
            usable, wanted = array > 0, "positive, finite numbers"
        bad = np.flatnonzero(~(np.isfinite(array) & usable))
        if len(bad):
            raise FitError(
                f"`{name}` must hold {wanted}. Received: {values_in_rows(array, bad, rows)}. Drop "
                f"those rows, or pass a RunTable, which leaves out runs that did not complete."
            )


def _check_enough(
    form: Form, arrays: Mapping[str, Floats], excluded: Sequence[Exclusion], others: Sequence[str]
) -> None:
    """Raise a `TooFewRunsError` unless the rows can determine the form."""
    dropped = ""
    if excluded:
        shown = "; ".join(f"{item.name} ({item.reason})" for item in excluded[:3])
        more = f" and {len(excluded) - 3} more" if len(excluded) > 3 else ""
        dropped = f" after leaving out {len(excluded)}: {shown}{more}"
    rows = np.stack([arrays[name] for name in form.variables], axis=1)
    distinct, needed = len(np.unique(rows, axis=0)), len(form.parameters) + 2
    if distinct < needed:
        raise TooFewRunsError(
            f"A `{form.name}` fit has {len(form.parameters)} parameters and needs at least "
            f"{needed} runs with distinct ({', '.join(form.variables)}). "
            f"Received: {distinct}{dropped}. Add runs"
            f"{f', or fit against {_as_x(others)}' if others else _simpler(form, arrays)}."
        )
    for index, name in enumerate(form.variables):
        values = np.unique(rows[:, index])
        if len(values) < MIN_DISTINCT:
            raise TooFewRunsError(
                f"A `{form.name}` fit needs at least {MIN_DISTINCT} distinct values of `{name}`. "
                f"Received: {len(values)} ({', '.join(f'{v:g}' for v in values)}){dropped}. "
                f"Add runs with other values{_simpler(form, arrays)}."
            )


def _other_columns(form: Form, data: Any, x: Any) -> list[str]:
    """Return the columns that a one-variable form can be fitted against in place of `x`."""
    if not isinstance(data, RunTable) or x not in AXES:
        return []
    usable, needed = data.usable(), len(form.parameters) + 2
    return [name for name in AXES if name != x and len(np.unique(usable[name])) >= needed]


def _simpler(form: Form, arrays: Mapping[str, Floats]) -> str:
    """Return advice to fall back on a one-variable form, where the runs have enough for one."""
    if len(form.variables) < 2:
        return ""
    needed = len(get_form("power_law_floor").parameters) + 2
    rich = [n for n in form.variables if n in AXES and len(np.unique(arrays[n])) >= needed]
    return f", or fit `power_law_floor` against {_as_x(rich)}" if rich else ""


def _as_x(names: Sequence[str]) -> str:
    """Return what to fit against, and how to choose it wherever the sentence is read."""
    return (
        f"{' or '.join(names)} (`--x {names[0]}` on the command line, the axis of the dashboard, "
        f"or `x={names[0]!r}`)"
    )
