"""The lines that show a fitted law along one axis, with its band."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from scaling_keras.laws.fit_result import Fit
from scaling_keras.laws.forms import FORMS
from scaling_keras.laws.forms.base import Floats, Form
from scaling_keras.laws.results import Prediction
from scaling_keras.runs import RunTable

MAX_SLICES = 12
"""More lines than this can't be told apart; those drawn are spread evenly over the values."""

CLUSTER_RATIO = 1.1
"""Values of a variable closer than this are one value: budgets are rounded to whole batches."""

_LINE_POINTS = 121
_SLICE_POINTS = 49
_MARGIN_BELOW = 2.0
_MARGIN_BEYOND = 30.0
_SLICE_MARGIN = 3.0

_DRAWN_VARIABLES = {"x", "n_params", "n_examples", "dataset_size"}
DRAWN_FORMS: Mapping[str, Form] = MappingProxyType(
    {
        name: form
        for name, form in FORMS.items()
        if form.target == "loss" and _DRAWN_VARIABLES.issuperset(form.variables)
    }
)
"""The laws that can be drawn over runs: those of the loss by what every run records."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Curve:
    """A line of the plot.

    Attributes:
        role: `law`, a one-variable law; `frontier`, the compute-optimal loss at each budget;
            `slice`, the loss at one size or one data budget.
        label: What it shows, for a legend.
        value: Of a slice, the size or data budget that is fixed; else None.
        x: Places on the horizontal axis, rising.
        mean: The law there.
        low: Lower edge of the band; empty for a line without one.
        high: Upper edge.
        extrapolation: How far each place lies beyond the runs, at least 1.
        n_params: On the frontier, the best size at each place; empty for other lines.
        n_examples: On the frontier, the best amount of data.
    """

    role: str
    label: str
    value: float | None
    x: Floats
    mean: Floats
    low: Floats
    high: Floats
    extrapolation: Floats
    n_params: Floats = dataclasses.field(default_factory=lambda: np.empty(0))
    n_examples: Floats = dataclasses.field(default_factory=lambda: np.empty(0))

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in vars(self).items()
        }


def law_curves(fit: Fit, table: RunTable, *, x: str, level: float) -> list[Curve]:
    """Return the lines that show `fit` against `x`.

    Args:
        fit: The law, fitted to the usable runs of `table`.
        table: All runs; lines reach somewhat beyond the farthest of them, planned ends included.
        x: `train_flops`, `n_params` or `n_examples`.
        level: Share of new runs that a band is meant to contain.
    """
    if len(fit.values[0]) == 2:
        return _surface_curves(fit, table, x=x, level=level)
    places = _places(table, x)
    if not len(places):
        return []
    return [_curve("law", "Fitted law", None, places, fit.predict(x=places, level=level))]


def clusters(values: Floats) -> list[npt.NDArray[np.intp]]:
    """Return the rows that share a value, within `CLUSTER_RATIO`, by rising value.

    Args:
        values: Positive, shape `(rows,)`.
    """
    order = np.argsort(values, kind="stable")
    groups: list[list[int]] = []
    for row in order:
        if groups and values[row] <= CLUSTER_RATIO * values[groups[-1][0]]:
            groups[-1].append(int(row))
        else:
            groups.append([int(row)])
    return [np.array(group) for group in groups]


def spread(n: int, limit: int) -> list[int]:
    """Return at most `limit` of the indices `0..n-1`, evenly spread, both ends among them.

    Example:
    >>> spread(9, 5)
    [0, 2, 4, 6, 8]
    """
    if n <= limit:
        return list(range(n))
    return [round(index * (n - 1) / (limit - 1)) for index in range(limit)]


def _surface_curves(fit: Fit, table: RunTable, *, x: str, level: float) -> list[Curve]:
    """Return the lines of a law of size and data."""
    usable = table.usable()
    if x != "train_flops":
        fixed = "n_examples" if x == "n_params" else "n_params"
        slices = _slices(fit, usable, x=x, fixed=fixed, level=level)
        # The one band is on the dearest slice: the one that a next run extends.
        return [curve if curve is slices[-1] else _without_band(curve) for curve in slices]
    places = _places(table, x)
    if not len(places):
        return []
    best = fit.optimal_allocation(train_flops=places, level=level)
    frontier = Curve(
        role="frontier",
        label="Compute-optimal frontier",
        value=None,
        x=places,
        mean=best.loss.value,
        low=best.loss.low,
        high=best.loss.high,
        extrapolation=best.extrapolation,
        n_params=best.n_params.value,
        n_examples=best.n_examples.value,
    )
    slices = _slices(fit, usable, x=x, fixed="n_params", level=level)
    return [*map(_without_band, slices), frontier]


def _slices(fit: Fit, usable: RunTable, *, x: str, fixed: str, level: float) -> list[Curve]:
    """Return the law along `x` at the values of `fixed` that runs have, in rising order."""
    groups = clusters(usable[fixed])
    curves = []
    for index in spread(len(groups), MAX_SLICES):
        rows = groups[index]
        value = float(np.median(usable[fixed][rows]))
        along = usable[x][rows]
        along = along[np.isfinite(along) & (along > 0)]
        if not len(along):
            continue
        places = np.geomspace(
            along.min() / _SLICE_MARGIN, along.max() * _SLICE_MARGIN, _SLICE_POINTS
        )
        asked = {fixed: np.full_like(places, value)}
        if x == "train_flops":
            asked["n_examples"] = places / _flops_per_example(fit, usable, rows, value)
        else:
            asked[x] = places
        label = _slice_label(usable, rows, fixed, value)
        curves.append(_curve("slice", label, value, places, fit.predict(level=level, **asked)))
    return curves


def _flops_per_example(
    fit: Fit, usable: RunTable, rows: npt.NDArray[np.intp], n_params: float
) -> float:
    """Return what an example costs at a size: as its runs counted it, else as the fit says."""
    counted = usable["train_flops_per_example"][rows]
    counted = counted[np.isfinite(counted) & (counted > 0)]
    return float(np.median(counted) if len(counted) else fit.train_flops_per_example(n_params))


def _slice_label(usable: RunTable, rows: npt.NDArray[np.intp], fixed: str, value: float) -> str:
    """Return what a slice shows: the name of the size if its runs have one, else the number."""
    names: list[str] = sorted({usable.runs[row].size for row in rows})
    if fixed == "n_params" and len(names) == 1 and names[0]:
        return names[0]
    return f"{'N' if fixed == 'n_params' else 'D'} = {value:.3g}"


def _curve(
    role: str, label: str, value: float | None, places: Floats, prediction: Prediction
) -> Curve:
    """Return the line of a prediction along one axis."""
    return Curve(
        role=role,
        label=label,
        value=value,
        x=places,
        mean=prediction.mean,
        low=prediction.low,
        high=prediction.high,
        extrapolation=prediction.extrapolation,
    )


def _without_band(curve: Curve) -> Curve:
    """Return a line alone."""
    return dataclasses.replace(curve, low=np.empty(0), high=np.empty(0))


def _places(table: RunTable, x: str) -> Floats:
    """Return where to evaluate a line: from below the first run to well beyond the last.

    Nowhere, if no run knows its `x`.
    """
    known: Floats = table[x]
    known = known[np.isfinite(known) & (known > 0)]
    if not len(known):
        return known
    return np.geomspace(known.min() / _MARGIN_BELOW, known.max() * _MARGIN_BEYOND, _LINE_POINTS)
