"""What IsoFLOP profiles answer with."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.frontier_line import FrontierLine, FrontierPoint, point_on
from scaling_keras.laws.results import Finding, Interval
from scaling_keras.runs import Exclusion


@dataclasses.dataclass(frozen=True, kw_only=True)
class IsoFlopProfile:
    """The loss against size at one budget.

    Attributes:
        train_flops: The budget.
        rows: The runs' places in the arrays that were handed over, or among the usable runs of
            the table; without outliers.
        n_sizes: How many distinct sizes they have.
        n_params: The size with the lowest loss. Where the curve has no dip between the runs, the
            smallest or the largest of them. On a side where the minimum may lie beyond the runs
            the interval is open: it goes down to 0, or up to infinity.
        n_examples: The data it sees on this budget; its interval is open where that of the size is.
        loss: The loss at that size, a new run's scatter not included.
        n_params_parabola: The size where a parabola in `log N` is lowest.
        curvature: Second derivative of the loss by `log N` at the minimum: how much a wrong size
            costs. Not positive if there is no dip.
        bracketed: Whether the minimum lies between the smallest and the largest size.
        bracketed_share: Share of the resamples for which it does; `nan` without resamples.
    """

    train_flops: float
    rows: tuple[int, ...]
    n_sizes: int
    n_params: Interval
    n_examples: Interval
    loss: Interval
    n_params_parabola: float
    curvature: float
    bracketed: bool
    bracketed_share: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {
            name: value.to_dict() if isinstance(value, Interval) else value
            for name, value in {**vars(self), "rows": list(self.rows)}.items()
        }


@dataclasses.dataclass(frozen=True, kw_only=True)
class IsoFlop:
    """The compute-optimal frontier as IsoFLOP profiles show it.

    Attributes:
        profiles: One per budget with three sizes or more, by rising budget.
        n_params: `N_opt` against compute, through the profiles whose minimum is bracketed; None
            if there are fewer than two.
        n_examples: The same of `D_opt`.
        parabola_n_params: `N_opt` against compute by parabolas, for comparison with the
            literature. None as above.
        parabola_n_examples: The same of `D_opt`.
        minimum: How minima were found: `powers` or `parabola`.
        shape: The exponents `param_exponent` and `data_exponent` that the curves of `powers`
            share; empty for `parabola`. They shape the curves; the frontier does not follow from
            them.
        level: Share that the intervals are meant to contain, in `(0, 1)`.
        n_runs: Runs in the profiles.
        excluded: Runs of the table that were left out, with reasons.
        findings: What a careful reader should know.
    """

    profiles: tuple[IsoFlopProfile, ...]
    n_params: FrontierLine | None
    n_examples: FrontierLine | None
    parabola_n_params: FrontierLine | None
    parabola_n_examples: FrontierLine | None
    minimum: str
    shape: Mapping[str, float]
    level: float
    n_runs: int
    excluded: tuple[Exclusion, ...]
    findings: tuple[Finding, ...]

    @property
    def exponents(self) -> dict[str, Interval]:
        """`frontier_param_exponent` (a) and `frontier_data_exponent` (b), if identified."""
        if self.n_params is None or self.n_examples is None:
            return {}
        return {
            "frontier_param_exponent": self.n_params.exponent,
            "frontier_data_exponent": self.n_examples.exponent,
        }

    @property
    def coefs(self) -> dict[str, Interval]:
        """`frontier_param_coef` and `frontier_data_coef`, the optima at one FLOP."""
        if self.n_params is None or self.n_examples is None:
            return {}
        return {
            "frontier_param_coef": self.n_params.coef,
            "frontier_data_coef": self.n_examples.coef,
        }

    def predict(self, train_flops: Any) -> FrontierPoint:
        """Return the compute-optimal size and data at other budgets.

        Args:
            train_flops: Budgets, a number or a one-dimensional array, positive and finite.

        Raises:
            FitError: If fewer than two budgets have a bracketed minimum, or a budget is not
                positive and finite.
        """
        if self.n_params is None or self.n_examples is None:
            raise FitError(
                "A prediction needs two budgets whose minimum is bracketed. Received: "
                f"{sum(p.bracketed for p in self.profiles)}. Add sizes beyond the ends of the "
                "profiles, or another budget."
            )
        seen = np.array([p.train_flops for p in self.profiles if p.bracketed])
        return point_on(self.n_params, self.n_examples, train_flops, seen)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain, JSON-able values."""
        lines = {
            name: line.to_dict() if line else None
            for name, line in (
                ("n_params", self.n_params),
                ("n_examples", self.n_examples),
                ("parabola_n_params", self.parabola_n_params),
                ("parabola_n_examples", self.parabola_n_examples),
            )
        }
        return {
            "profiles": [profile.to_dict() for profile in self.profiles],
            **lines,
            "minimum": self.minimum,
            "shape": dict(self.shape),
            "level": self.level,
            "n_runs": self.n_runs,
            "excluded": [dataclasses.asdict(item) for item in self.excluded],
            "findings": [dataclasses.asdict(item) for item in self.findings],
        }
