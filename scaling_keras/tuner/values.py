"""The numbers, lists and hyperparameters that sweeps and tuners are given, checked."""

from __future__ import annotations

import dataclasses
import math
import numbers
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np

from scaling_keras.errors import SweepError
from scaling_keras.events.schema import RunFacts, RunResult
from scaling_keras.law_runs import TUNING_SHARE
from scaling_keras.runs import NUMERIC_COLUMNS, TEXT_COLUMNS

BATCH_DIVISOR = "batch_divisor"
"""The hyperparameter that says by how much a batch was divided because memory ran out."""
RESERVED = (BATCH_DIVISOR, TUNING_SHARE, "n_examples", "n_steps", "seed")
"""Hyperparameters that the tuner sets."""
_AS_HYPERPARAMETERS = ("batch_size", "learning_rate_schedule", "optimizer", *RESERVED)
"""Names of the same thing, whether a run has it as a fact or as a hyperparameter."""
_SAYS_OTHERWISE = {
    *NUMERIC_COLUMNS,
    *TEXT_COLUMNS,
    *(field.name for kind in (RunFacts, RunResult) for field in dataclasses.fields(kind)),
}.difference(_AS_HYPERPARAMETERS)
"""Names by which runs and tables of them tell something else."""


def listed(name: str, values: Any) -> tuple[Any, ...]:
    """Return the items of a list, or raise a `SweepError` if it is a single value."""
    try:
        found = None if isinstance(values, (str, bytes, Mapping)) else iter(values)
    except TypeError:
        found = None
    if found is None:
        raise SweepError(
            f"`{name}` must be a list, of one item where there is one only. Received: "
            f"{name}={values!r}. Put it in brackets."
        )
    return tuple(found)


def kind_of(value: Any) -> str:
    """Return what a value is, for a message: that a class was given in place of one of its kind."""
    if isinstance(value, type):
        return f"the class {value.__name__}"
    return "None" if value is None else f"a {type(value).__name__}"


def distinct(name: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return values, or raise a `SweepError` if there are none or duplicates."""
    if not values or len(set(values)) < len(values):
        raise SweepError(
            f"`{name}` must be a list of different numbers, at least one. "
            f"Received: {name}={values!r}. Remove the duplicates."
        )
    return values


def is_positive(value: Any) -> bool:
    """Return whether a value is a number above 0, which may be infinite."""
    try:
        return not isinstance(value, str) and float(value) > 0
    except (TypeError, ValueError):
        return False


def positive_numbers(name: str, values: Any) -> tuple[float, ...]:
    """Return values as floats, or raise a `SweepError` unless they are positive and finite."""
    found = listed(name, values)
    for value in found:
        if not (is_positive(value) and math.isfinite(value)):
            raise SweepError(f"`{name}` must be positive, finite numbers. Received: {value!r}.")
    return tuple(map(float, found))


def lowest_and_highest(name: str, values: Any) -> tuple[Any, Any]:
    """Return two values, or raise a `SweepError` if they aren't two numbers."""
    found = listed(name, values)
    if len(found) != 2 or not all(isinstance(value, numbers.Real) for value in found):
        raise SweepError(
            f"`{name}` must be two numbers, the lowest and the highest. "
            f"Received: {name}={values!r}. Pass {name}=(lowest, highest)."
        )
    return found[0], found[1]


def whole_numbers(name: str, values: Any, least: int) -> tuple[int, ...]:
    """Return values as ints, or raise a `SweepError` that names them."""
    return tuple(_whole(name, value, least, "whole numbers") for value in listed(name, values))


def whole_number(name: str, value: Any, least: int) -> int:
    """Return a value as an int, or raise a `SweepError` that names it."""
    return _whole(name, value, least, "a whole number")


def check_whole(least: int, **values: int | None) -> None:
    """Raise a `SweepError` unless values, by name, are whole numbers of at least that, or None."""
    for name, value in values.items():
        if value is not None:
            whole_number(name, value, least)


def _whole(name: str, value: Any, least: int, what: str) -> int:
    """Return `value` as an int, or raise a `SweepError` that names it."""
    try:
        number = math.nan if isinstance(value, str) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not (math.isfinite(number) and number == int(number) and number >= least):
        raise SweepError(f"`{name}` must be {what} of at least {least}. Received: {value!r}.")
    return int(number)


def plain_values(values: Any, what: str) -> dict[str, Any]:
    """Return hyperparameters with NumPy's numbers as Python's, or raise unless those are plain.

    Args:
        values: Name to value.
        what: What they are of, for the message.

    Raises:
        SweepError: If they are no mapping of names to plain values, a `batch_size` is none, or
            one of the names is that of something else that runs tell.
    """
    if not isinstance(values, Mapping) or not all(isinstance(name, str) for name in values):
        raise SweepError(
            f"The hyperparameters of a {what} must be a mapping of names to values. "
            f"Received: {values!r}. Pass one such as {{'width': 16}}."
        )
    check_own_names(values, f"a {what}")
    plain = {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in values.items()
    }
    for name, value in plain.items():
        is_finite = not isinstance(value, float) or math.isfinite(value)
        if not isinstance(value, (int, float, str)) or not is_finite:
            raise SweepError(
                f"The hyperparameters of a {what} must be numbers, strings or booleans. "
                f"Received: {name}={value!r}. Give the name of a choice instead."
            )
    if "batch_size" in plain:
        whole_number("batch_size", plain["batch_size"], 1)
    return plain


def of_one_kind(values: Collection[Any]) -> tuple[Any, ...]:
    """Return values as floats where whole numbers are mixed with others, else as they are."""
    kinds = {type(value) for value in values}
    return tuple(map(float, values)) if kinds == {int, float} else tuple(values)


def check_free(argument: str, values: Mapping[str, Any], taken: Collection[str], by: str) -> None:
    """Raise a `SweepError` if hyperparameters have names of which the values are set elsewhere.

    Args:
        argument: What they are given as.
        values: Name to value.
        taken: Names that are set elsewhere; those that the tuner sets are, too.
        by: By what, for the message.
    """
    twice = [f"{n}={value!r}" for n, value in values.items() if n in taken or n in RESERVED]
    if twice:
        raise SweepError(
            f"`{argument}` must be hyperparameters that neither {by} nor the tuner sets. "
            f"Received: {', '.join(twice)}. Set each of them in one place only."
        )


def check_own_names(names: Iterable[str], what: str) -> None:
    """Raise a `SweepError` if hyperparameters have names by which tables of runs give others.

    Args:
        names: Names of hyperparameters.
        what: What they are of, for the message.
    """
    taken = [name for name in names if name in _SAYS_OTHERWISE]
    if taken:
        raise SweepError(
            f"A hyperparameter must not have the name of something else that runs tell, which a "
            f"table of runs would give in its place. Received: {', '.join(map(repr, taken))} of "
            f"{what}. Choose another name, such as {f'my_{taken[0]}'!r}."
        )
