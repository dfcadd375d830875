"""Runs as lines of a CSV file: what a run logged about itself in single values, and back again."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from scaling_keras.errors import RunsError

HYPERPARAMETERS = "hyperparameter_names"
"""The column of a CSV file that says which of the others are a run's hyperparameters."""

FINAL = "final_"
"""How the columns of the final values of the metrics that a run logged begin."""

COUNTED = ("embedding", "head", "hidden")
"""The groups of trainable parameters from which N is counted; together they are all of them."""

COUNTS = "n_params_"
"""How the columns of the numbers of parameters by group begin."""

_GROUPS = ("hyperparameters", "optimizer", "learning_rate_schedule")
"""Facts that are mappings themselves, whose values are columns too."""

_PEAKS = ("peak", "warmup_target", "initial_learning_rate", "learning_rate")
"""Names of the peak rate in the configuration of a schedule, the first that is there."""

_PARTS = ("hyperparameters", "result")
"""Facts that are always mappings, which a column of that name can't be."""

_OF_RESULT = ("elapsed_seconds", "examples_per_second")
_NUMBERS = ("batch_size", "examples_per_item", "forward_flops_per_example", "n_replicas")
"""Facts that are read as numbers, not as text: what asks for them calculates with them."""

_OTHER_SIGNS = {";": "semicolons", "\t": "tabs"}


def flat(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a run that are single values, by name.

    Of two of one name the run's own comes first, then a hyperparameter, the optimizer's and the
    schedule's. A schedule gives its class as `learning_rate_schedule` and its peak as
    `learning_rate`; the result its times, and the final value of each metric as `final_<metric>`.
    """
    groups = (facts.get(name) for name in _GROUPS)
    found: dict[str, Any] = {}
    for group in (facts, *(group for group in groups if isinstance(group, Mapping))):
        _add(found, group)
    schedule, result = facts.get("learning_rate_schedule"), facts.get("result")
    if isinstance(schedule, Mapping):
        peak = next((schedule[name] for name in _PEAKS if schedule.get(name) is not None), None)
        kind = schedule.get("class_name")
        _add(found, {"learning_rate": peak, "learning_rate_schedule": kind})
    if isinstance(result, Mapping):
        _add(found, {name: result.get(name) for name in _OF_RESULT})
        losses = result.get("losses") or {}
        _add(found, {f"{FINAL}{name}": losses[name].get("final") for name in losses})
    return {name: value for name, value in found.items() if value != ""}


def _add(found: dict[str, Any], group: Mapping[str, Any]) -> None:
    """Add the single values of a group that aren't there yet."""
    for name, value in group.items():
        if isinstance(value, (bool, int, float, str)) and found.get(name, "") == "":
            found[name] = value


def names_of_hyperparameters(facts: Mapping[str, Any]) -> str | None:
    """Return the names of a run's hyperparameters as one text; None if it doesn't tell which."""
    found = facts.get("hyperparameters")
    return ", ".join(map(str, found)) if isinstance(found, Mapping) else None


def nested(facts: Mapping[str, str], row: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the facts of a run as it logged them, as far as columns tell.

    Args:
        facts: The columns that are facts, none of them blank.
        row: All columns.

    Returns:
        The facts. Those in `hyperparameters` and `result` are columns of the table, too.
    """
    passed_over = (HYPERPARAMETERS, *_PARTS)
    found: dict[str, Any] = {key: text for key, text in facts.items() if key not in passed_over}
    for name in _NUMBERS:
        if as_number(facts.get(name)) is not None:
            found[name] = _value(facts[name])
    if HYPERPARAMETERS in row and facts:  # Without any, the run logged nothing.
        names = [name.strip() for name in (row[HYPERPARAMETERS] or "").split(",")]
        chosen = {name: text for name in names if (text := row.get(name))}
        found["hyperparameters"] = {name: _value(text) for name, text in chosen.items()}
    result: dict[str, Any] = {
        name: number for name in _OF_RESULT if (number := as_number(facts.get(name))) is not None
    }
    losses = {
        name.removeprefix(FINAL): {"final": number}
        for name, text in facts.items()
        if name.startswith(FINAL) and (number := as_number(text)) is not None
    }
    if result or losses:
        found["result"] = {**result, "losses": losses}
    return found


def counts_by_group(row: Mapping[str, str | None]) -> dict[str, int]:
    """Return the trainable parameters by group, empty unless the columns tell all of them."""
    counts = {group: as_number(row.get(f"{COUNTS}{group}")) for group in COUNTED}
    whole = {g: int(n) for g, n in counts.items() if n is not None and n.is_integer()}
    return whole if len(whole) == len(COUNTED) else {}


def as_number(value: Any) -> float | None:
    """Return a fact as a number, None if it isn't one."""
    try:
        return None if value is None else float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _value(text: str) -> bool | int | float | str:
    """Return the value that was written as this text."""
    if text in ("True", "False"):
        return text == "True"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def read_csv_rows(
    path: str | Path, open_file: Callable[[], BinaryIO] | None = None
) -> tuple[list[str], list[dict[str, str | None]]]:
    """Return the header of a CSV file, and its lines by the names of that.

    A short line lacks its last columns, which are None; a long one is cut.

    Args:
        path: The file.
        open_file: Opens it to read bytes, where it isn't on the local disk.

    Raises:
        RunsError: If the file can't be read, or two of its columns have one name.
    """
    try:
        with (open_file or (lambda: Path(path).open("rb")))() as content:
            text = io.TextIOWrapper(content, newline="", encoding="utf-8-sig")
            lines = list(csv.reader(text))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or error
        raise RunsError(
            f"`path` must be a readable CSV file in UTF-8. Received: {str(path)!r} ({why}). "
            f"Check the path and the file."
        ) from None
    header = [name.strip() for name in lines[0]] if lines else []
    if len(header) == 1 and (apart := [sign for sign in _OTHER_SIGNS if sign in header[0]]):
        raise RunsError(
            f"The columns of a CSV file must be separated by commas. Received: {str(path)!r} with "
            f"one column, {shortened(header)}, whose names {_OTHER_SIGNS[apart[0]]} separate. "
            f"Save it with commas, and numbers with decimal points."
        )
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise RunsError(
            f"The columns of a CSV file must have different names. Received: {shortened(twice)} "
            f"more than once in {str(path)!r}. Rename all but one of them, or take them out."
        )
    rows = [dict(itertools.zip_longest(header, line[: len(header)])) for line in lines[1:] if line]
    return header, rows


def shortened(names: Iterable[str]) -> str:
    """Return names for a message, cut where they are many or not meant to be names."""
    text = ", ".join(map(repr, names))
    return text if len(text) <= 120 else f"{text[:117]}..."
