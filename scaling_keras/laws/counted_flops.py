"""What an example costs, as the rows of a fit count it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.row_options import number_per_row, values_in_rows
from scaling_keras.runs import RunTable

_COUNTED = ("train_flops_per_example", "train_flops")


def counted_flops(
    source: RunTable | Mapping[str, Any] | None,
    known: Mapping[str, Floats],
    rows: np.ndarray,
    length: int,
) -> dict[str, Floats]:
    """Return `n_params` and `train_flops_per_example` of each row, empty where no row has both.

    The FLOPs of an example are those that a row tells, else `train_flops / n_examples`.

    Args:
        source: The table or mapping; None if there is none.
        known: The columns of the fit's variables, of the rows that are used.
        rows: The places of those among all rows.
        length: How many rows there are in all.

    Raises:
        FitError: If a column can't hold FLOPs, or has another length.
    """
    if source is None or not (isinstance(source, RunTable) or set(_COUNTED) & set(source)):
        return {"n_params": np.empty(0), "train_flops_per_example": np.empty(0)}
    columns = dict(known)
    for name in ("n_params", "n_examples", *_COUNTED):
        if name in columns:
            continue
        columns[name] = np.full(len(rows), np.nan)
        if isinstance(source, RunTable) or name in source:
            columns[name] = number_per_row(name, source[name], length)[rows]
    for name in _COUNTED:
        _check(name, columns[name], rows)
    size, seen, each, whole = (columns[name] for name in ("n_params", "n_examples", *_COUNTED))
    cost = np.where(np.isnan(each), whole / np.where(seen > 0, seen, np.nan), each)
    cost[~(np.isfinite(size) & (size > 0))] = np.nan
    if np.isnan(cost).all():
        size = cost = np.empty(0)
    return {"n_params": size, "train_flops_per_example": cost}


def _check(name: str, flops: Floats, rows: np.ndarray) -> None:
    """Raise a `FitError` that names the rows whose FLOPs can't be such; `nan` is unknown."""
    bad = np.flatnonzero(np.isinf(flops) | (flops <= 0))
    if len(bad):
        raise FitError(
            f"`{name}` must hold positive, finite numbers, or nan where unknown. Received: "
            f"{values_in_rows(flops, bad, rows)}. Correct those rows, or pass a RunTable, which "
            f"leaves such runs out."
        )
