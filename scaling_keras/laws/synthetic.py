"""Runs of a known law, with realistic noise: to test a fit, or a sweep before it is paid for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws import published
from scaling_keras.laws.fit_result import Fit, positive
from scaling_keras.laws.forms import FORMS, get_form
from scaling_keras.laws.forms.base import Floats, Form
from scaling_keras.laws.frontier import ExampleCost
from scaling_keras.runs import Run, RunTable

_KNOWN_VARIABLES = ("n_examples", "n_params", "dataset_size")
_CURVE_SPAN = 100.0
"""A curve begins where the run has seen one part in so many of its examples."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Noise:
    """How far single runs scatter around a law.

    Attributes:
        scale: Standard deviation of log loss: 0.005 is half a percent. Not negative.
        shrinking: Exponent with which it falls with compute, relative to the cheapest run: at
            0.1, a run of 1000 times the compute scatters half as much. Not negative.
        outlier_share: Share of runs that went badly, in `[0, 1]`: those lie above the law.
        outlier_scale: How many times farther than others they scatter. At least 1.
        diverged_share: Share of runs that diverged, in `[0, 1]`: those have no loss.
        correlation: Of neighbouring points of one learning curve, in `[0, 1)`.
    """

    scale: float = 0.005
    shrinking: float = 0.0
    outlier_share: float = 0.0
    outlier_scale: float = 10.0
    diverged_share: float = 0.0
    correlation: float = 0.9

    def __post_init__(self) -> None:
        for name, low, high in (
            ("scale", 0.0, np.inf),
            ("shrinking", 0.0, np.inf),
            ("outlier_share", 0.0, 1.0),
            ("outlier_scale", 1.0, np.inf),
            ("diverged_share", 0.0, 1.0),
            ("correlation", 0.0, 0.999),
        ):
            value = getattr(self, name)
            if not (isinstance(value, (int, float)) and low <= value <= high and value < np.inf):
                limits = f"at least {low:g}" if high == np.inf else f"from {low:g} to {high:g}"
                raise FitError(f"`{name}` of noise must be {limits}. Received: {name}={value!r}.")

    def spread(self, train_flops: Floats, cheapest: float) -> Floats:
        """Return the standard deviation of the log loss of runs, outliers aside."""
        spread: Floats = self.scale * (train_flops / cheapest) ** -self.shrinking
        return spread


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Design:
    """Which runs a sweep consists of.

    Attributes:
        n_params: Parameters of each configuration, shape `(configurations,)`, positive.
        n_examples: Examples it sees, shape `(configurations,)`, positive.
        dataset_size: Unique examples it has, shape `(configurations,)`; None for fresh data.
        n_seeds: How often each configuration is trained.

    Example:
    >>> Design.grid(n_params=[1e6, 1e7, 1e8], n_examples=[1e8, 1e9]).n_runs
    6
    """

    n_params: Any
    n_examples: Any
    dataset_size: Any = None
    n_seeds: int = 1

    def __post_init__(self) -> None:
        if not (isinstance(self.n_seeds, int) and self.n_seeds > 0):
            raise FitError(
                f"`n_seeds` must be a positive whole number. Received: n_seeds={self.n_seeds!r}."
            )
        size = positive("n_params", self.n_params)
        data = positive("n_examples", self.n_examples)
        unique = data if self.dataset_size is None else positive("dataset_size", self.dataset_size)
        try:
            size, data, unique = np.broadcast_arrays(size, data, unique)
        except ValueError:
            raise FitError(
                f"The columns of a design must have one length. Received: {len(size)} values of "
                f"`n_params`, {len(data)} of `n_examples`, {len(unique)} of `dataset_size`. Pass "
                f"one value per configuration, or use `Design.grid`."
            ) from None
        object.__setattr__(self, "n_params", size)
        object.__setattr__(self, "n_examples", data)
        object.__setattr__(self, "dataset_size", unique)

    @property
    def n_runs(self) -> int:
        """Trainings, seeds included."""
        return len(self.n_params) * self.n_seeds

    @classmethod
    def grid(cls, *, n_params: Any, n_examples: Any, n_seeds: int = 1) -> Design:
        """Return every size with every amount of data."""
        sizes, data = positive("n_params", n_params), positive("n_examples", n_examples)
        size, seen = (grid.ravel() for grid in np.meshgrid(sizes, data, indexing="ij"))
        return cls(n_params=size, n_examples=seen, n_seeds=n_seeds)

    @classmethod
    def ladder(cls, *, n_params: Any, examples_per_param: Any, n_seeds: int = 1) -> Design:
        """Return every size with as many examples as its parameters times each ratio."""
        sizes = positive("n_params", n_params)
        ratios = positive("examples_per_param", examples_per_param)
        size, ratio = (grid.ravel() for grid in np.meshgrid(sizes, ratios, indexing="ij"))
        return cls(n_params=size, n_examples=size * ratio, n_seeds=n_seeds)

    @classmethod
    def iso_flops(
        cls,
        *,
        train_flops: Any,
        n_params: Any,
        examples_per_param: tuple[float, float] = (0.0, np.inf),
        example_cost: ExampleCost | None = None,
        n_seeds: int = 1,
    ) -> Design:
        """Return every budget spent on every size.

        Args:
            train_flops: Budgets.
            n_params: Sizes.
            examples_per_param: Lowest and highest ratio of data to size that is kept.
            example_cost: What an example costs; `6 N` by default.
            n_seeds: How often each configuration is trained.

        Raises:
            FitError: If an argument isn't positive and finite, or no configuration is kept.
        """
        budgets, sizes = positive("train_flops", train_flops), positive("n_params", n_params)
        budget, size = (grid.ravel() for grid in np.meshgrid(budgets, sizes, indexing="ij"))
        seen = budget / (example_cost or ExampleCost())(size)
        low, high = examples_per_param
        kept = (seen >= low * size) & (seen <= high * size) & (seen >= 1)
        if not kept.any():
            raise FitError(
                f"`examples_per_param` must leave some configurations. Received: "
                f"{examples_per_param!r}, where the ratios run from {(seen / size).min():.3g} to "
                f"{(seen / size).max():.3g}. Widen it, or choose other sizes."
            )
        return cls(n_params=size[kept], n_examples=seen[kept], n_seeds=n_seeds)


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Truth:
    """A law with its parameters, to draw runs from.

    Attributes:
        law: The functional form.
        theta: Its parameters in the solver's frame, shape `(p,)`.
        centre: Origin of that frame.
        example_cost: Training FLOPs of one example as a function of the size.
        params: The parameters of the published formula.
    """

    law: Form
    theta: Floats
    centre: Floats
    example_cost: ExampleCost
    params: Mapping[str, float]

    def loss(self, **variables: Floats) -> Floats:
        """Return the law at points, shape `(points,)`; variables it has not are passed over."""
        values = np.stack([variables[name] for name in self.law.variables], axis=1)
        value = self.law.value(self.theta[None], self.law.into_frame(values, self.centre))[0]
        return self.law.target_from_frame(value, self.centre)


def truth_of(law: Truth | Fit | Form | str, params: Mapping[str, float] | None = None) -> Truth:
    """Return the law to draw runs from.

    Args:
        law: A fit, the name of a published law, or, with `params`, a form or its name; a `Truth`
            is returned as it is.
        params: The parameters of the form's formula.

    Raises:
        FitError: If the name is unknown, a parameter is missing or unknown, or the law is not one
            of size and data.
    """
    if isinstance(law, Truth):
        return law
    if isinstance(law, str) and params is None:
        law = published.get(law)
    if isinstance(law, Fit):
        if params is not None:
            raise FitError(
                f"`params` come with a fit already. Received: params={dict(params)!r} beside a "
                f"`{law.form}` fit. Leave them out, or name the form."
            )
        truth = Truth(
            law=law.law,
            theta=law.theta,
            centre=law.centre,
            example_cost=law.example_cost,
            params=law.params,
        )
    else:
        form = get_form(law)
        given = dict(params or {})
        if set(given) != set(form.parameters):
            raise FitError(
                f"`params` of a `{form.name}` law must be {', '.join(form.parameters)}. "
                f"Received: {', '.join(given) or 'none'}. Pass each by name."
            )
        centre = np.zeros(len(form.variables) + 1)
        truth = Truth(
            law=form,
            theta=form.from_params({name: float(v) for name, v in given.items()}, centre),
            centre=centre,
            example_cost=ExampleCost(),
            params=given,
        )
    names = set(truth.law.variables)
    if not truth.law.is_surface or names - set(_KNOWN_VARIABLES):
        surfaces = [name for name, form in FORMS.items() if form.is_surface]
        raise FitError(
            f"Synthetic runs need a law of the loss over n_params and n_examples. Received: "
            f"`{truth.law.name}`. Choose one of {', '.join(surfaces)}."
        )
    return truth


def synthetic_runs(
    law: Truth | Fit | Form | str,
    design: Design,
    *,
    params: Mapping[str, float] | None = None,
    noise: float | Noise = 0.005,
    curve_points: int = 0,
    seed: int | np.random.Generator | None = 0,
) -> RunTable:
    """Return runs as a law would have them, scattered around it.

    The log loss of a run is the law's plus a normal deviation, so that losses stay positive.
    A learning curve is the law along the run's examples, with noise that neighbouring points
    share; it knows of no learning-rate schedule.

    Args:
        law: A fit, the name of a published law (`published.PUBLISHED`), or, with `params`, a form
            or its name.
        design: Which runs.
        params: The parameters of the form's formula, by name.
        noise: Standard deviation of log loss, or a `Noise` with more to say.
        curve_points: Points of each run's learning curve (`Run.curves`), none by default.
        seed: Of the noise: a whole number, a generator, or None for a fresh one.

    Returns:
        A table of the runs, `val_loss` their loss, with FLOPs as the law's `example_cost` has them.

    Raises:
        FitError: If an argument can't be used.

    Example:
    >>> from scaling_keras.laws.synthetic import Design, synthetic_runs
    >>> design = Design.ladder(n_params=[1e7, 1e8, 1e9], examples_per_param=[5, 20, 80])
    >>> runs = synthetic_runs("besiroglu", design, noise=0.003)
    >>> len(runs), runs["loss"].round(2).tolist()[:2]
    (9, [6.77, 5.5])
    """
    truth = truth_of(law, params)
    noise = as_noise(noise)
    if curve_points < 0 or curve_points == 1:
        raise FitError(
            f"`curve_points` must be 0, or 2 and more. Received: curve_points={curve_points!r}."
        )
    rng = np.random.default_rng(seed)
    size, seen, unique = (
        np.repeat(column, design.n_seeds)
        for column in (design.n_params, design.n_examples, design.dataset_size)
    )
    per_example = truth.example_cost(size)
    spread = noise.spread(per_example * seen, float((per_example * seen).min()))
    deviation = _deviations(noise, spread, rng)
    diverged = rng.random(len(size)) < noise.diverged_share
    loss = truth.loss(n_params=size, n_examples=seen, dataset_size=unique) * np.exp(deviation)
    loss[diverged] = np.nan
    deviation[diverged] = np.nan
    runs = []
    for row in range(len(size)):
        curves = {}
        if curve_points:
            places = np.geomspace(seen[row] / _CURVE_SPAN, seen[row], curve_points)
            along = truth.loss(
                n_params=np.full(curve_points, size[row]),
                n_examples=places,
                dataset_size=np.minimum(unique[row], places),
            )
            path = _path(deviation[row], spread[row], noise.correlation, curve_points, rng)
            curves["val_loss"] = np.column_stack([places, along * np.exp(path)])
        runs.append(
            Run(
                name=f"run-{row:03d}",
                n_params=float(size[row]),
                n_examples=float(seen[row]),
                loss=float(loss[row]),
                loss_name="val_loss",
                train_flops=float(per_example[row] * seen[row]),
                train_flops_per_example=float(per_example[row]),
                dataset_size=float(unique[row]),
                status="diverged" if diverged[row] else "completed",
                reason="the design drew it as diverged" if diverged[row] else "",
                seed=row % design.n_seeds,
                curves=curves,
            )
        )
    return RunTable(runs=tuple(runs))


def as_noise(noise: float | Noise) -> Noise:
    """Return a standard deviation as a `Noise`."""
    return noise if isinstance(noise, Noise) else Noise(scale=noise)


def _deviations(noise: Noise, spread: Floats, rng: np.random.Generator) -> Floats:
    """Return what each run's log loss deviates by; outliers lie above the law."""
    deviation: Floats = rng.standard_normal(len(spread)) * spread
    outlier = rng.random(len(spread)) < noise.outlier_share
    deviation[outlier] = np.abs(deviation[outlier]) * noise.outlier_scale
    return deviation


def _path(
    last: float, spread: float, correlation: float, points: int, rng: np.random.Generator
) -> Floats:
    """Return the deviations along one curve that ends at `last`, shape `(points,)`.

    An autoregressive process of first order, drawn from its end: it is the same both ways. A run
    that diverged (`last` is `nan`) does so at the last point.
    """
    path = np.empty(points)
    path[-1] = last
    here = last if np.isfinite(last) else 0.0
    fresh = spread * np.sqrt(1 - correlation**2)
    for index in range(points - 2, -1, -1):
        here = correlation * here + fresh * rng.standard_normal()
        path[index] = here
    return path
