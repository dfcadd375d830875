"""What a user may say of single rows: how much they count, and which belong together."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from scaling_keras.errors import FitError, TooFewRunsError
from scaling_keras.laws.forms.base import Floats
from scaling_keras.runs import RunTable

MIN_CLUSTERS = 3
"""Fewest clusters that a resample can vary: of one all are alike, of two there are three."""


def check_data(given: Any) -> None:
    """Raise a `FitError` unless `data` is a table, has columns under names, or is None."""
    if given is not None and not isinstance(given, RunTable) and not hasattr(given, "keys"):
        raise FitError(
            f"`data` must be a RunTable, or a mapping of columns. Received: {given!r}. Read a "
            f"logdir with `read_runs`, or a CSV file with `RunTable.from_csv`, first."
        )


def check_table(name: str, given: Any) -> None:
    """Raise a `FitError` that names the argument unless it is a table of runs."""
    if not isinstance(given, RunTable):
        raise FitError(
            f"`{name}` must be a table of runs. Received: {given!r}. Pass a RunTable, as "
            f"`read_runs` returns it."
        )


def real_numbers(given: Any) -> Floats:
    """Return `given` as an array of floats, `nan` where a masked array hides its value.

    Raises:
        TypeError: If it holds complex numbers, whose imaginary part NumPy would drop.
        ValueError: If it holds anything else that is no number.
    """
    array = np.ma.asarray(given) if np.ma.isMaskedArray(given) else np.asarray(given)
    if np.iscomplexobj(array):
        raise TypeError("complex numbers")
    floats = array.astype(np.float64)
    numbers: Floats = floats.filled(np.nan) if isinstance(floats, np.ma.MaskedArray) else floats
    return numbers


def number_per_row(name: str, given: Any, length: int | None = None) -> Floats:
    """Return a column as floats.

    Args:
        name: What to call it in an error.
        given: As the user passed it.
        length: How many values it must have; None if the caller looks.

    Raises:
        FitError: If it isn't an array of one number per row.
    """
    try:
        array = real_numbers(given)
    except (TypeError, ValueError):
        raise FitError(
            f"`{name}` must be an array of numbers, none complex. Received: {given!r}. "
            f"Convert it first."
        ) from None
    if array.ndim != 1:
        raise FitError(
            f"`{name}` must be one-dimensional, a value per run. Received: shape {array.shape}. "
            f"Flatten it first."
        )
    if length is not None and len(array) != length:
        raise FitError(
            f"`{name}` must hold a value for each of {length} runs. Received: {len(array)} "
            f"values. Pass one per run."
        )
    return array


def values_in_rows(values: Floats, places: np.ndarray, rows: np.ndarray | None = None) -> str:
    """Return some values and the rows they stand in, the first three of many, for an error.

    Args:
        values: A column.
        places: Where in it the values are.
        rows: What to call each row of the column; by default its place.
    """
    names = np.arange(len(values)) if rows is None else rows
    shown = ", ".join(f"{float(values[i])!r} in row {names[i]}" for i in places[:3])
    return shown + (f" and {len(places) - 3} more" if len(places) > 3 else "")


def row_option(name: str, given: Any, source: RunTable | Mapping[str, Any] | None) -> Any:
    """Return the values of `weights` or `groups`; a text names a column of the data.

    Of a table `groups` may be a fact that is no number, too.
    """
    if not isinstance(given, str):
        return given
    known: Any = () if source is None else source
    if isinstance(source, RunTable):
        known = source.label_columns if name == "groups" else source.columns
    if source is None or given not in known:
        columns = ", ".join(map(str, known)) or "none, as no `data` was passed"
        raise FitError(
            f"`{name}` must hold a value per run, or name a column of the data. Received: "
            f"{given!r}, and the columns {columns}. Pass an array."
        )
    if isinstance(source, RunTable) and name == "groups":
        return source.labels(given)
    return source[given]


def checked_weights(weights: Any, length: int, *, or_all_zero: bool = False) -> Floats:
    """Return the weights as floats, ones if None.

    Args:
        weights: As the user passed them.
        length: How many there must be.
        or_all_zero: Whether all may be zero, since the caller says what is lacking then.
    """
    if weights is None:
        return np.ones(length)
    received, array = "", np.empty(0)
    try:
        array = real_numbers(weights)
    except (TypeError, ValueError):
        received = repr(weights)
    bad = np.flatnonzero(~(np.isfinite(array) & (array >= 0)))
    if not received and array.shape != (length,):
        received = f"an array of shape {array.shape}"
    elif len(bad):
        received = values_in_rows(array, bad)
    elif not (received or or_all_zero or array.any()):
        received = "zeros only"
    if received:
        wanted = "none negative" if or_all_zero else "none negative and not all zero"
        raise FitError(
            f"`weights` must hold {length} finite numbers, {wanted}. Received: {received}. Pass "
            f"one per row."
        )
    return array


def cluster_numbers(groups: Any, values: Floats, rows: np.ndarray, length: int) -> np.ndarray:
    """Return the cluster of each row, numbered from 0; by default a configuration is one.

    Seeds of a configuration share what the law gets wrong there, so they are drawn together.

    Args:
        groups: As the user passed them, a label for each row; or None.
        values: The variables of the rows that are used, shape `(used, variables)`.
        rows: The places of those among all rows, shape `(used,)`.
        length: How many rows there are in all.

    Raises:
        FitError: If there isn't a label for each row.
        TooFewRunsError: If the labels name fewer than `MIN_CLUSTERS` clusters.
    """
    if groups is None:
        by_default: np.ndarray = np.unique(values, axis=0, return_inverse=True)[1].reshape(-1)
        return by_default
    labels = _labels(groups, length)
    unknown = [row for row in rows if labels[row] is None or labels[row] != labels[row]]
    if unknown:
        more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
        raise FitError(
            f"`groups` must name the cluster of every run. Received: "
            f"{', '.join(f'{labels[row]} in row {row}' for row in unknown[:3])}{more}. Give a run "
            f"that stands alone a name of its own."
        )
    numbers: dict[Hashable, int] = {}
    found = np.array([numbers.setdefault(labels[row], len(numbers)) for row in rows], dtype=int)
    if len(numbers) < MIN_CLUSTERS:
        raise TooFewRunsError(
            f"`groups` must name at least {MIN_CLUSTERS} clusters, for intervals come from drawing "
            f"whole clusters. Received: {len(numbers)}. Add runs, or leave `groups` out if the "
            f"rows are independent."
        )
    return found


def _labels(groups: Any, length: int) -> list[Hashable]:
    """Return the labels as a list of things that can be told apart."""
    try:
        labels: list[Any] = [None if label is np.ma.masked else label for label in groups]
        for label in labels:
            hash(label)
    except TypeError:
        raise FitError(
            f"`groups` must be a list or array with a number or name for each of {length} runs. "
            f"Received: {groups!r}. Pass one label per run."
        ) from None
    if len(labels) != length:
        raise FitError(
            f"`groups` must name the cluster of each of {length} runs. Received: {len(labels)} "
            f"values. Pass one per run."
        )
    return labels
