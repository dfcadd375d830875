"""What a request may ask for, checked."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Mapping

from scaling_keras.errors import ScalingError
from scaling_keras.laws.fitting import AUTO
from scaling_keras.runs import PARAM_CONVENTIONS

LOSS_CHOICES = ("final", "best", "tail")
X_COLUMNS = ("train_flops", "n_params", "n_examples")
DEFAULT_LEVEL = 0.9
_LEVEL_RANGE = (0.01, 0.999)


class RequestError(ScalingError, ValueError):
    """A request that can't be served as it is: the browser gets a 400 with the message."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TableOptions:
    """How runs become a table.

    Attributes:
        loss: Which loss of a run counts: `final`, `best`, or `tail`, the mean of the last tenth.
        param_convention: Which parameters N counts, a key of `PARAM_CONVENTIONS`.
        runs: Patterns of the names of the runs to take, as in `read_runs`; empty for all.
    """

    loss: str = "final"
    param_convention: str = "total"
    runs: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> TableOptions:
        """Return the options of a request.

        Raises:
            RequestError: If a parameter is unknown or its value is not among the choices.
        """
        _check_known(query, ("loss", "param_convention", "runs"))
        return cls._from_known(query)

    @classmethod
    def _from_known(cls, query: Mapping[str, str]) -> TableOptions:
        """Return the options, other parameters of the query left to the caller."""
        return cls(
            loss=_choice(query, "loss", LOSS_CHOICES, "final"),
            param_convention=_choice(query, "param_convention", tuple(PARAM_CONVENTIONS), "total"),
            runs=query.get("runs", ""),
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class FitOptions:
    """Which law is fitted to what, and how it is drawn.

    Attributes:
        table: How runs become a table.
        form: The law: one of the registered forms, or `auto`, which averages surfaces by
            how they predict held-out runs.
        x: The column on the horizontal axis, one of `X_COLUMNS`; a one-variable law is fitted
            against it.
        level: Share that the intervals are meant to contain, in `(0, 1)`.
    """

    table: TableOptions = TableOptions()
    form: str = AUTO
    x: str = "train_flops"
    level: float = DEFAULT_LEVEL

    @classmethod
    def from_query(cls, query: Mapping[str, str], *, forms: Collection[str]) -> FitOptions:
        """Return the options of a request.

        Args:
            query: Its parameters.
            forms: The laws there are.

        Raises:
            RequestError: If a parameter is unknown or its value is not among the choices.
        """
        _check_known(query, ("loss", "param_convention", "runs", "form", "x", "level"))
        return cls(
            table=TableOptions._from_known(query),
            form=_choice(query, "form", (AUTO, *forms), AUTO),
            x=_choice(query, "x", X_COLUMNS, "train_flops"),
            level=_level(query),
        )


def _check_known(query: Mapping[str, str], known: Collection[str]) -> None:
    """Raise a `RequestError` if the query has a parameter that nothing reads."""
    unknown = sorted(set(query) - set(known))
    if unknown:
        raise RequestError(
            f"This route takes the parameters {', '.join(known) or '(none)'}. "
            f"Received: {', '.join(unknown)}. Leave out what it doesn't take."
        )


def check_no_parameters(query: Mapping[str, str]) -> None:
    """Raise a `RequestError` if the query is not empty."""
    _check_known(query, ())


def _choice(query: Mapping[str, str], name: str, choices: Collection[str], default: str) -> str:
    """Return a parameter that is one of `choices`."""
    value = query.get(name, default)
    if value not in choices:
        raise RequestError(
            f"`{name}` must be one of {', '.join(choices)}. Received: {value!r}. Ask for one of "
            f"those."
        )
    return value


def _level(query: Mapping[str, str]) -> float:
    """Return the level of the intervals."""
    text = query.get("level", str(DEFAULT_LEVEL))
    low, high = _LEVEL_RANGE
    try:
        level = float(text)
    except ValueError:
        level = math.nan
    if not low <= level <= high:
        raise RequestError(
            f"`level` must be a share from {low} to {high}. Received: {text!r}. Pass 0.9 for 90 % "
            f"intervals."
        )
    return level
