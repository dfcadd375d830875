"""The runs of an IsoFLOP design: their columns, and which of them share a budget."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from scaling_keras.errors import FitError
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.frontier import FALLBACK_FLOPS_PER_PARAM
from scaling_keras.laws.mixed_runs import refuse_mixed
from scaling_keras.laws.results import Finding
from scaling_keras.laws.rising_metrics import refuse_rising
from scaling_keras.laws.row_options import check_data, cluster_numbers, real_numbers, values_in_rows
from scaling_keras.runs import Exclusion, RunTable

COLUMNS = ("n_params", "n_examples", "loss")

FLOPS_ASSUMED = Finding(
    code="flops_assumed",
    message=f"No counted FLOPs came with the runs, so their cost is taken as "
    f"{FALLBACK_FLOPS_PER_PARAM:g} FLOPs per parameter and example. Pass `train_flops`, or log "
    f"runs with ScalingLogger.",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rows:
    """The checked columns of an IsoFLOP design.

    Attributes:
        n_params: Shape `(rows,)`, as the others.
        n_examples: Examples seen.
        loss: Loss reached.
        train_flops: What each run cost.
        budget: The budget each run was meant for, if it was said; else empty.
        clusters: Which rows are one run or configuration, integers from 0.
        names: Name of each row, `row 0` and so on where there are none.
        excluded: Runs of a table that were left out.
        findings: What was assumed.
    """

    n_params: Floats
    n_examples: Floats
    loss: Floats
    train_flops: Floats
    budget: Floats
    clusters: np.ndarray
    names: tuple[str, ...]
    excluded: tuple[Exclusion, ...]
    findings: tuple[Finding, ...]


def read_rows(data: RunTable | Mapping[str, Any] | None, given: Mapping[str, Any]) -> Rows:
    """Return the checked columns.

    Args:
        data: A table, a mapping of columns, or None if all are in `given`.
        given: `n_params`, `n_examples`, `loss`, `train_flops`, `budget`, `groups`: arrays, names
            of columns of a mapping, or None.

    Raises:
        FitError: If a column is missing or holds what it can't.
    """
    check_data(data)
    excluded: tuple[Exclusion, ...] = ()
    if isinstance(data, RunTable):
        data = _usable(data)
        excluded = data.excluded
        for name in ("budget", "groups"):
            if given[name] is not None:
                raise FitError(
                    f"A RunTable leaves out runs, so `{name}` can't be matched to those that "
                    f"stay. Received: `{name}` beside a table. Pass arrays or a mapping instead."
                )
    arrays = {name: _column(name, data, given[name]) for name in (*COLUMNS, "train_flops")}
    arrays["budget"] = _column("budget", data, given["budget"])
    length = len(arrays["n_params"])
    for name, array in arrays.items():
        if len(array) != length and (name in COLUMNS or len(array)):
            raise FitError(
                f"The columns must have one length, a value per run. Received: {length} values "
                f"of `n_params` and {len(array)} of `{name}`. Pass one value per run."
            )
    findings: tuple[Finding, ...] = ()
    if not len(arrays["train_flops"]):
        arrays["train_flops"] = arrays["budget"]
        if not len(arrays["budget"]):
            arrays["train_flops"] = (
                FALLBACK_FLOPS_PER_PARAM * arrays["n_params"] * arrays["n_examples"]
            )
            findings = (FLOPS_ASSUMED,)
    pairs = np.stack([arrays["n_params"], arrays["n_examples"]], axis=1)
    groups = _lookup("groups", data, given["groups"])
    clusters = cluster_numbers(groups, pairs, np.arange(length), length)
    if isinstance(data, RunTable):
        names = tuple(run.name for run in data)
    else:
        names = tuple(f"row {row}" for row in range(length))
    return Rows(**arrays, clusters=clusters, names=names, excluded=excluded, findings=findings)


def group_budgets(rows: Rows, ratio: float) -> list[tuple[float, npt.NDArray[np.intp]]]:
    """Return each budget and its rows, by rising budget.

    Runs whose FLOPs lie next to one another within `ratio` share a budget, which is then the
    geometric mean; where `budget` says what it was meant to be, equal values do.
    """
    values = rows.budget if len(rows.budget) else rows.train_flops
    if not len(values):
        return []
    # Budgets that were said are equal up to rounding.
    gap = np.log1p(1e-9) if len(rows.budget) else np.log(ratio)
    order = np.argsort(values, kind="stable")
    steps = np.diff(np.log(values[order]))
    parts = np.split(order, np.flatnonzero(steps > gap) + 1)
    return [(float(np.exp(np.log(values[part]).mean())), part) for part in parts]


def _usable(table: RunTable) -> RunTable:
    """Return the runs that can be used; those without FLOPs are left out if others have them."""
    table = table.usable()
    for what, found in (
        ("example unit", {run.example_unit: run for run in table}),
        ("loss", {run.loss_name: run for run in table}),
    ):
        if len(found) > 1:
            raise FitError(f"The runs of a profile {refuse_mixed(what, found)}.")
    refuse_rising("An IsoFLOP profile", [run.loss_name for run in table])
    known = np.isfinite(table["train_flops"])
    if not known.any():
        return table
    lacking = tuple(
        Exclusion(name=run.name, reason="it has no train_flops")
        for run, has_it in zip(table, known, strict=True)
        if not has_it
    )
    kept = tuple(run for run, has_it in zip(table, known, strict=True) if has_it)
    return dataclasses.replace(table, runs=kept, excluded=(*table.excluded, *lacking))


def _lookup(name: str, data: Any, given: Any) -> Any:
    """Return a column as it was handed over, None if it was not."""
    if given is not None and not isinstance(given, str):
        return given
    key = given or name
    if isinstance(data, RunTable):
        if name in COLUMNS:
            return data[key]
        known = name == "train_flops" and len(data) and np.isfinite(data[name]).all()
        return data[name] if known else None
    if data is not None and key in data:
        return data[key]
    if name in COLUMNS or given is not None:
        raise FitError(
            f"The runs need the column `{key}`. Received: "
            f"{', '.join(map(str, data)) if data is not None and len(data) else 'nothing'}. "
            f"Add it, or pass `{name}=`."
        )
    return None


def _column(name: str, data: Any, given: Any) -> Floats:
    """Return a column as positive floats, empty if it was not handed over."""
    found = _lookup(name, data, given)
    if found is None:
        return np.empty(0)
    try:
        array = real_numbers(found)
    except (TypeError, ValueError):
        array = np.array([[np.nan]])
    if array.ndim != 1:
        raise FitError(
            f"`{name}` must be a one-dimensional array of numbers, a value per run. Received: "
            f"{found!r}. Convert it first."
        )
    bad = np.flatnonzero(~(np.isfinite(array) & (array > 0)))
    if len(bad):
        raise FitError(
            f"`{name}` must hold positive, finite numbers. Received: {values_in_rows(array, bad)}. "
            f"Drop those rows, or pass a RunTable, which leaves out runs that did not complete."
        )
    return array
