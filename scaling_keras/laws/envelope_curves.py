"""Training curves as an envelope needs them: loss against compute, one per run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.fit_text import listed
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.frontier import FALLBACK_FLOPS_PER_PARAM
from scaling_keras.laws.isoflop_rows import FLOPS_ASSUMED
from scaling_keras.laws.mixed_runs import refuse_mixed
from scaling_keras.laws.results import Finding
from scaling_keras.laws.rising_metrics import refuse_rising
from scaling_keras.laws.row_options import real_numbers, values_in_rows
from scaling_keras.runs import Exclusion, Run, RunTable

MIN_POINTS = 2
"""Fewer points are no curve."""

_UNMATCHED = Finding(
    code="unmatched_schedules",
    message="The curves are taken at amounts of data where their runs did not end: unless the "
    "learning rate was constant, those points lie above what a run ending there reaches, and the "
    "exponents are biased. Compare with final losses (`laws.isoflop`, `laws.fit`), or pass "
    "constant_schedule=True if rates were constant.",
)
_SCHEDULE_FACT = "learning_rate_schedule"


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class TrainingCurve:
    """The curve of one run.

    Attributes:
        name: Of the run.
        n_params: Its size.
        log_examples: Log of the examples seen at each point, rising, shape `(points,)`.
        log_flops: Log compute.
        log_loss: Log loss.
    """

    name: str
    n_params: float
    log_examples: Floats
    log_flops: Floats
    log_loss: Floats

    def after(self, skip: float) -> TrainingCurve:
        """Return the curve without the first share `skip` of its examples."""
        if not skip:
            return self
        kept = self.log_flops >= self.log_flops[-1] + np.log(skip)
        return dataclasses.replace(
            self,
            log_examples=self.log_examples[kept],
            log_flops=self.log_flops[kept],
            log_loss=self.log_loss[kept],
        )

    def examples(self, train_flops: Floats) -> Floats:
        """Return the examples seen at amounts of compute; beyond the curve, those at its end."""
        return np.interp(train_flops, np.exp(self.log_flops), np.exp(self.log_examples))

    def smoothed(self, train_flops: Floats, width: float) -> Floats:
        """Return the loss at amounts of compute, `nan` outside the curve.

        Where three points or more lie within `width`, the value there of the straight line
        through them by least squares; else on the line between the two neighbours.
        """
        places = np.log(train_flops)
        x, y = self.log_flops, self.log_loss
        values = np.interp(places, x, y)
        starts = np.searchsorted(x, places - width, side="left")
        ends = np.searchsorted(x, places + width, side="right")
        for index in np.flatnonzero(ends - starts >= 3):
            part = slice(starts[index], ends[index])
            there = x[part] - x[part].mean()
            spread = there @ there
            slope = there @ y[part] / spread if spread > 0 else 0.0
            values[index] = y[part].mean() + slope * (places[index] - x[part].mean())
        rounding = 1e-9
        outside = (places < x[0] - rounding) | (places > x[-1] + rounding)
        smooth: Floats = np.where(outside, np.nan, np.exp(values))
        return smooth


Curves = tuple[list[TrainingCurve], tuple[Exclusion, ...], tuple[Finding, ...]]


def curves_of_table(table: RunTable, metric: str | None, constant_schedule: bool) -> Curves:
    """Return the curves of a table's runs, the runs without one, and what is to be said.

    Stopped and running runs have curves as good as others; diverged and failed ones are left out.
    """
    table = table.of_law()
    curves, excluded = [], list(table.excluded)
    used: list[Run] = []
    lacking = {}
    for run in table:
        reason = _why_no_curve(run, metric)
        if reason:
            excluded.append(Exclusion(name=run.name, reason=reason))
            continue
        points = np.asarray(run.curves[metric or run.loss_name], dtype=np.float64)
        assumed = partial(np.multiply, FALLBACK_FLOPS_PER_PARAM * run.n_params)
        flops_at = run.flops_at if _knows_cost(run) else assumed
        curve = _curve(run.name, run.n_params, flops_at, points[:, 0], points[:, 1])
        if curve is None:
            excluded.append(Exclusion(name=run.name, reason="its curve has too few usable points"))
        else:
            curves.append(curve)
            used.append(run)
            lacking[run.name] = int((~np.isfinite(points).all(axis=1)).sum())
    _check_alike(used, metric)
    findings = _points_left_out(lacking)
    if not all(map(_knows_cost, used)):
        findings = (FLOPS_ASSUMED, *findings)
    constant = constant_schedule or all(
        _SCHEDULE_FACT in run.facts and run.facts[_SCHEDULE_FACT] is None for run in used
    )
    return curves, tuple(excluded), findings if constant else (*findings, _UNMATCHED)


def curves_of_arrays(
    data: Mapping[str, Any] | None, given: Mapping[str, Any], constant_schedule: bool
) -> Curves:
    """Return the curves of columns with a row per point.

    Raises:
        FitError: If a column is missing or unusable, or a run has several sizes.
    """
    labels = _column("run", data, given["run"])
    arrays = {}
    for name in ("n_params", "n_examples", "loss", "train_flops"):
        column = _column(name, data, given[name], optional=name == "train_flops")
        if column is not None:
            arrays[name] = _floats(name, column, len(labels), may_lack=name == "loss")
    rows_of: dict[Any, list[int]] = {}
    for row, label in enumerate(labels):
        rows_of.setdefault(label, []).append(row)
    lacking = {
        str(label): int((~np.isfinite(arrays["loss"][rows])).sum())
        for label, rows in rows_of.items()
    }
    findings = _points_left_out(lacking)
    if "train_flops" not in arrays:
        findings = (FLOPS_ASSUMED, *findings)
    curves, excluded = [], []
    for label, rows in rows_of.items():
        sizes = np.unique(arrays["n_params"][rows])
        if len(sizes) > 1:
            raise FitError(
                f"All points of a run must have one `n_params`. Received: {len(sizes)} values in "
                f"run {label!r}. Give each training its own label in `run`."
            )
        size, seen = float(sizes[0]), arrays["n_examples"][rows]
        cost = FALLBACK_FLOPS_PER_PARAM * size
        if "train_flops" in arrays:
            cost = float(np.median(arrays["train_flops"][rows] / seen))
        flops_at = partial(np.multiply, cost)
        curve = _curve(str(label), size, flops_at, seen, arrays["loss"][rows])
        if curve is None:
            excluded.append(
                Exclusion(name=str(label), reason="its curve has too few usable points")
            )
        else:
            curves.append(curve)
    return curves, tuple(excluded), findings if constant_schedule else (*findings, _UNMATCHED)


def _curve(
    name: str,
    n_params: float,
    flops_at: Callable[[Floats], Floats],
    seen: Floats,
    loss: Floats,
) -> TrainingCurve | None:
    """Return a curve of the usable points, repeated ones averaged; None with fewer than two."""
    usable = np.isfinite(seen) & (seen > 0) & np.isfinite(loss)
    places, inverse = np.unique(seen[usable], return_inverse=True)
    if len(places) < MIN_POINTS:
        return None
    counts = np.bincount(inverse)
    return TrainingCurve(
        name=name,
        n_params=n_params,
        log_examples=np.log(places),
        log_flops=np.log(flops_at(places)),
        log_loss=np.bincount(inverse, weights=np.log(loss[usable])) / counts,
    )


def _points_left_out(lacking: Mapping[str, int]) -> tuple[Finding, ...]:
    """Return what is to be said of the points of runs that are not finite, by their number."""
    holed = [name for name, count in lacking.items() if count]
    if not holed:
        return ()
    message = (
        f"{sum(lacking.values())} points are not finite and are left out of their curves "
        f"({listed(holed)}). Find out why, if you don't know."
    )
    return (Finding(code="points_left_out", message=message),)


def _why_no_curve(run: Run, metric: str | None) -> str:
    if run.status in ("diverged", "failed"):
        return run.status + (f": {run.reason}" if run.reason else "")
    if not (np.isfinite(run.n_params) and run.n_params > 0):
        return f"n_params is {run.n_params!r}, not a positive finite number"
    name = metric or run.loss_name
    if name not in run.curves:
        return f"it has no curve of {name}"
    values = np.asarray(run.curves[name], dtype=np.float64)[:, 1]
    bad = np.flatnonzero(np.isfinite(values) & (values <= 0))
    if len(bad):
        return f"its curve of {name} is not positive: {values_in_rows(values, bad)}"
    return ""


def _knows_cost(run: Run) -> bool:
    return bool(np.isfinite(run.train_flops_per_example) and run.train_flops_per_example > 0)


def _check_alike(runs: list[Run], metric: str | None) -> None:
    """Raise a `FitError` if curves can't be compared."""
    refuse_rising("An envelope", [metric or run.loss_name for run in runs])
    units = {run.example_unit: run for run in runs}
    losses = {} if metric else {run.loss_name: run for run in runs}
    for what, found in (("example unit", units), ("loss", losses)):
        if len(found) > 1:
            raise FitError(
                f"The runs of an envelope {refuse_mixed(what, found)}, or a curve with `metric`."
            )


def _column(
    name: str, data: Mapping[str, Any] | None, given: Any, *, optional: bool = False
) -> Any:
    """Return a column as it was handed over."""
    if given is not None and not isinstance(given, str):
        return given
    key = given or name
    if data is not None and key in data:
        return data[key]
    if optional and given is None:
        return None
    raise FitError(
        f"An envelope needs the column `{key}`. Received: "
        f"{', '.join(map(str, data)) if data else 'nothing'}. Add it, pass `{name}=`, or pass a "
        f"RunTable with curves."
    )


def _floats(name: str, column: Any, length: int, *, may_lack: bool) -> Floats:
    """Return a column as floats, one per point; losses of a diverging run may be `nan`."""
    try:
        array = real_numbers(column)
    except (TypeError, ValueError):
        array = np.empty((0, 0))
    if array.shape != (length,):
        raise FitError(
            f"`{name}` must hold a number for each of the {length} points that `run` labels. "
            f"Received: {column!r}. Pass one value per point."
        )
    finite = np.isfinite(array)
    bad = np.flatnonzero(finite & (array <= 0) if may_lack else ~(finite & (array > 0)))
    if len(bad):
        what = "positive numbers, or what is not finite" if may_lack else "positive, finite numbers"
        raise FitError(
            f"`{name}` must hold {what}. Received: {values_in_rows(array, bad)}. Drop such points."
        )
    return array
