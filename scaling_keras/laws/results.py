"""What a fit answers with: findings, intervals, predictions, allocations."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scaling_keras.laws.forms.base import Floats

if TYPE_CHECKING:
    from scaling_keras.laws.fit_result import Fit


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finding:
    """Something a careful reader of the numbers should know.

    Attributes:
        code: A stable name, such as `short_range`.
        message: One sentence that says what was seen and what to do.
    """

    code: str
    message: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Interval:
    """An estimate with an equal-tailed interval; floats, or arrays of one shape.

    Attributes:
        value: The estimate of the fit itself.
        low: Lower end.
        high: Upper end.
    """

    value: Any
    low: Any
    high: Any

    def to_dict(self) -> dict[str, Any]:
        """Return `value`, `low` and `high` as plain numbers or lists; not finite ones as None."""
        return {key: _plain(getattr(self, key)) for key in ("value", "low", "high")}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Prediction:
    """Losses that a fit expects, one per point asked for.

    Attributes:
        mean: The loss expected at the points: the median of the law over the resamples. Shape
            `(points,)`.
        low: Lower ends of the intervals for the loss a single new run reaches.
        high: Upper ends.
        level: Share of new runs that the intervals are meant to contain, in `(0, 1)`.
        extrapolation: How far each point lies beyond the runs of the fit: the factor in size,
            data, compute or examples per parameter to the nearest point between them
            (`extrapolation_factor`); 1 between them.
        warnings: Findings about the prediction, and those about the fit that bear on it.
    """

    mean: Floats
    low: Floats
    high: Floats
    level: float
    extrapolation: Floats
    warnings: tuple[Finding, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain numbers and lists; not finite ones as None."""
        return {
            "mean": _plain(self.mean),
            "low": _plain(self.low),
            "high": _plain(self.high),
            "level": self.level,
            "extrapolation": self.extrapolation.tolist(),
            "warnings": [dataclasses.asdict(finding) for finding in self.warnings],
        }


@dataclasses.dataclass(frozen=True, kw_only=True)
class Allocation:
    """How to spend a compute budget; floats, or arrays where several budgets were asked for.

    Where the runs don't show which split is best (the findings `not_separable` and
    `not_identified`), the two keep to a ratio that the runs had, and their intervals go from 0 to
    infinity.

    Attributes:
        train_flops: The budget: forward and backward FLOPs of the whole run.
        n_params: Parameters of the model that reaches the lowest loss.
        n_examples: Examples it sees.
        loss: The loss a run at that allocation reaches; its interval is a prediction's.
        level: Share that the intervals are meant to contain, in `(0, 1)`.
        extrapolation: Factor beyond the runs of the fit, as in `Prediction`.
        warnings: Findings about the allocation, and those about the fit that bear on it.
        fit: The fit that it comes from.
    """

    train_flops: Any
    n_params: Interval
    n_examples: Interval
    loss: Interval
    level: float
    extrapolation: Any
    warnings: tuple[Finding, ...]
    fit: Fit = dataclasses.field(repr=False, compare=False)

    def to_dict(self) -> Mapping[str, Any]:
        """Return the fields, without the fit, as plain numbers and lists; infinite ones as None."""
        return {
            "train_flops": np.asarray(self.train_flops).tolist(),
            "n_params": self.n_params.to_dict(),
            "n_examples": self.n_examples.to_dict(),
            "loss": self.loss.to_dict(),
            "level": self.level,
            "extrapolation": np.asarray(self.extrapolation).tolist(),
            "warnings": [dataclasses.asdict(finding) for finding in self.warnings],
        }


CAVEATS = frozenset(
    {
        "checkpoints_as_runs",
        "collinear",
        "early_rows",
        "few_runs",
        "lack_of_fit",
        "loss_rises",
        "misfit",
        "no_backtest",
        "no_better_than_baseline",
        "no_interval",
        "not_identified",
        "not_moved",
        "objective_sensitive",
        "source_note",
        "starts_disagree",
    }
)
"""Findings about a fit for which its answers, or their intervals, may be wrong."""


def caveats(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return those findings about a fit that each of its answers has to carry."""
    return tuple(finding for finding in findings if finding.code in CAVEATS)


def distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings without repetitions, in the order in which they first came."""
    return tuple(dict.fromkeys(findings))


def _plain(numbers: Any) -> Any:
    """Return a number, or an array as a list; what JSON has no number for as None."""
    array = np.asarray(numbers, dtype=np.float64)
    plain = array.astype(object)
    plain[~np.isfinite(array)] = None
    return plain.tolist()
