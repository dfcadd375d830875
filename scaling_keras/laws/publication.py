"""What a published law is: its numbers, where they stand, and what they count."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from importlib import metadata
from typing import Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.fit_result import Fit, positive
from scaling_keras.laws.forms import get_form
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.frontier import ExampleCost
from scaling_keras.laws.results import Finding

_FLOPS_PER_PARAM = 6.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Source:
    """Where published numbers come from and what they count.

    Attributes:
        authors: As one cites them.
        arxiv: Number on arXiv.
        place: Equation, table or section.
        param_convention: What N counts, a key of `runs.PARAM_CONVENTIONS`; empty if it isn't
            stated, or N does not occur.
        example_unit: What D counts.
        notes: What one should know before using the numbers, a sentence each.
    """

    authors: str
    arxiv: str
    place: str
    param_convention: str = ""
    example_unit: str = "token"
    notes: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        """The source in one line."""
        return f"{self.authors}, arXiv:{self.arxiv}, {self.place}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class PublishedLaw:
    """A law of the loss with the numbers of a publication.

    Attributes:
        name: What `published.get` calls it.
        form: Name of the functional form.
        params: The parameters of its formula, in parameters, examples and nats per example.
        standard_errors: Standard errors of the parameters as far as they are published. The
            parameters of a law are strongly correlated, so no interval of a prediction follows
            from them.
        ranges: Lowest and highest value among the runs behind the law, by variable, and of
            `train_flops` (counted as `6 N D`) where it is known.
        source: Where the numbers come from.
    """

    name: str
    form: str
    params: Mapping[str, float]
    standard_errors: Mapping[str, float] = dataclasses.field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]]
    source: Source

    def fit(self) -> Fit:
        """Return the law as a `Fit` without resamples: intervals are `nan`.

        Its `values` are the corners of the range that the runs cover, so that a prediction says
        how far beyond them it lies; `observed` is `nan`, for the runs themselves are not here.
        """
        law = get_form(self.form)
        params = {name: float(self.params[name]) for name in law.parameters}
        centre = np.zeros(len(law.variables) + 1)
        values = _corners(law.variables, self.ranges)
        return Fit(
            form=law.name,
            law=law,
            params=params,
            fixed={},
            objective=math.nan,
            objective_name="published",
            huber_delta=None,
            n_runs=0,
            n_starts=0,
            start_agreement=math.nan,
            moved=math.nan,
            at_bound=(),
            converged=True,
            message="",
            warnings=self._findings(),
            excluded=(),
            labels=self._labels(),
            example_cost=ExampleCost(),
            backtest=None,
            theta=law.from_params(params, centre),
            centre=centre,
            values=values,
            observed=np.full(len(values), np.nan),
            weights=np.zeros(len(values)),
            groups=np.arange(len(values)),
            names=tuple(f"corner {index}" for index in range(len(values))),
            resamples=np.empty((0, len(law.parameters))),
            seed=None,
            data_digest="",
            set_aside=values[:0],
            versions={"scaling-keras": metadata.version("scaling-keras")},
        )

    def _findings(self) -> tuple[Finding, ...]:
        no_interval = Finding(
            code="no_interval",
            message=f"The law is taken from {self.source.reference}, which gives no resamples, so "
            f"its predictions carry no interval. Fit your own runs to know how sure it is.",
        )
        notes = (Finding(code="source_note", message=note) for note in self.source.notes)
        return (no_interval, *notes)

    def _labels(self) -> dict[str, str]:
        labels = {
            "published": self.name,
            "source": self.source.reference,
            "example_unit": self.source.example_unit,
            "loss_name": "loss",
        }
        if self.source.param_convention:
            labels["param_convention"] = self.source.param_convention
        return labels


@dataclasses.dataclass(frozen=True, kw_only=True)
class PublishedPowerLaw:
    """A published product of powers: `target = coef * x1**e1 * x2**e2`.

    Such laws say what size, data, batch or learning rate suits a budget. Call it to evaluate it.

    Attributes:
        name: What `published.power_law` calls it.
        target: What it gives: `n_params`, `n_examples`, `train_flops_per_example`, `loss`,
            `learning_rate`, or `batch_size`, in examples (tokens, for language models).
        exponents: Variable to exponent: `train_flops`, `n_params`, `n_examples`, `loss`.
        coef: The factor; None where only the exponent is published.
        interval: Interval of the exponent; None where none is published.
        level: Level of that interval.
        ranges: Lowest and highest value of a variable among the runs, where it is known.
        source: Where the numbers come from.
    """

    name: str
    target: str
    exponents: Mapping[str, float]
    coef: float | None = None
    interval: tuple[float, float] | None = None
    level: float | None = None
    ranges: Mapping[str, tuple[float, float]] = dataclasses.field(default_factory=dict)
    source: Source

    def __call__(self, **variables: Any) -> Floats:
        """Return the target.

        Args:
            **variables: Those of `exponents`, numbers or arrays of one length, positive.

        Returns:
            Shape `(points,)`.

        Raises:
            FitError: If a variable is missing, unknown or not positive and finite, or only the
                exponent is published.
        """
        if self.coef is None:
            raise FitError(
                f"`{self.name}` has a published exponent only. Received: a call for values. "
                f"Use its `exponents`, or fit your own runs."
            )
        product: Floats = np.float64(self.coef) * np.ones(1)
        for name, values in self._checked(variables).items():
            product = product * values ** self.exponents[name]
        return product

    def extrapolation(self, **variables: Any) -> Floats:
        """Return the factor by which each point leaves the range of the runs behind the law.

        The largest over the variables whose range is known; 1 inside, `nan` if none is.

        Raises:
            FitError: As a call does.
        """
        factor = np.ones(1)
        for name, values in self._checked(variables).items():
            if name in self.ranges:
                low, high = self.ranges[name]
                factor = np.maximum(factor, np.maximum(values / high, low / values))
        return factor if self.ranges else np.full_like(factor, np.nan)

    def _checked(self, variables: Mapping[str, Any]) -> dict[str, Floats]:
        if set(variables) != set(self.exponents):
            raise FitError(
                f"`{self.name}` takes {' and '.join(self.exponents)}. Received: "
                f"{', '.join(variables) or 'nothing'}. Pass them by name."
            )
        return {name: positive(name, value) for name, value in variables.items()}


def _corners(variables: tuple[str, ...], ranges: Mapping[str, tuple[float, float]]) -> Floats:
    """Return points whose extremes are those of the runs, shape `(points, variables)`.

    The largest model was not trained on the most data: where the range of compute is known, the
    points keep to it.
    """
    ends = np.array([ranges[name] for name in variables], dtype=np.float64)
    if "train_flops" not in ranges:
        return ends.T.copy()
    size, data = variables.index("n_params"), variables.index("n_examples")
    points = []
    for end, budget in enumerate(ranges["train_flops"]):
        product = budget / _FLOPS_PER_PARAM
        for here, there in ((size, data), (data, size)):
            point = ends[:, end].copy()
            point[there] = np.clip(product / point[here], *ends[there])
            points.append(point)
    corners: Floats = np.unique(points, axis=0)
    return corners
