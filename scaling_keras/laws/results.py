"""What a fit answers with: findings, intervals, predictions, allocations."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
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
        """Return `value`, `low` and `high` as plain numbers or lists."""
        return {key: np.asarray(getattr(self, key)).tolist() for key in ("value", "low", "high")}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Prediction:
    """Losses that a fit expects, one per point asked for.

    Attributes:
        mean: The loss expected at the points: the median of the law over the resamples. Shape
            `(points,)`.
        low: Lower ends of the intervals for the loss a single new run reaches.
        high: Upper ends.
        level: Share of new runs that the intervals are meant to contain, in `(0, 1)`.
        extrapolation: How far each point lies beyond the runs of the fit: the largest factor by
            which a variable, or the product of all, leaves the observed range; 1 inside.
        warnings: Findings about the prediction.
    """

    mean: Floats
    low: Floats
    high: Floats
    level: float
    extrapolation: Floats
    warnings: tuple[Finding, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain numbers and lists."""
        return {
            "mean": self.mean.tolist(),
            "low": self.low.tolist(),
            "high": self.high.tolist(),
            "level": self.level,
            "extrapolation": self.extrapolation.tolist(),
            "warnings": [dataclasses.asdict(finding) for finding in self.warnings],
        }


@dataclasses.dataclass(frozen=True, kw_only=True)
class Allocation:
    """How to spend a compute budget; floats, or arrays where several budgets were asked for.

    Attributes:
        train_flops: The budget: forward and backward FLOPs of the whole run.
        n_params: Parameters of the model that reaches the lowest loss.
        n_examples: Examples it sees.
        loss: The loss a run at that allocation reaches; its interval is a prediction's.
        level: Share that the intervals are meant to contain, in `(0, 1)`.
        extrapolation: Factor beyond the runs of the fit, as in `Prediction`.
        warnings: Findings about the allocation.
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
        """Return the fields, without the fit, as plain numbers and lists."""
        return {
            "train_flops": np.asarray(self.train_flops).tolist(),
            "n_params": self.n_params.to_dict(),
            "n_examples": self.n_examples.to_dict(),
            "loss": self.loss.to_dict(),
            "level": self.level,
            "extrapolation": np.asarray(self.extrapolation).tolist(),
            "warnings": [dataclasses.asdict(finding) for finding in self.warnings],
        }
