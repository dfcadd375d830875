"""`Fit`: a fitted law, what it predicts, and how sure it is."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws import fit_text
from scaling_keras.laws.columns import Columns
from scaling_keras.laws.diagnostics import extrapolation_findings
from scaling_keras.laws.extrapolation import extrapolation_factor
from scaling_keras.laws.forms import get_form
from scaling_keras.laws.forms.base import Floats, Form
from scaling_keras.laws.frontier import ExampleCost
from scaling_keras.laws.holdout import Backtest
from scaling_keras.laws.inseparable import (
    Inseparable,
    aside_findings,
    inseparable,
    law_draws,
)
from scaling_keras.laws.results import (
    Allocation,
    Finding,
    Interval,
    Prediction,
    caveats,
    distinct,
)
from scaling_keras.laws.row_options import real_numbers
from scaling_keras.laws.splitting import best_sizes, open_ends, unknown_runs
from scaling_keras.laws.stored_fit import ARRAYS, MAYBE_UNKNOWN, restored_fields
from scaling_keras.laws.uncertainty import limits, quantiles, with_noise
from scaling_keras.runs import Exclusion


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Fit:
    """A law fitted to runs.

    Attributes:
        form: Name of the functional form.
        law: The form itself.
        params: The parameters of its formula, by name, in the units of the data.
        fixed: Those of them that were held at a value instead of fitted.
        objective: The minimised value, summed over the data, at full precision.
        objective_name: What was minimised, as `laws.fit` calls it.
        huber_delta: Bend of Huber's function on log loss; None for other objectives.
        n_runs: Rows that were fitted.
        n_starts: Starting points that were tried.
        start_agreement: Share of them whose minimum is within a relative 1e-6 of the best, or
            meets the rows exactly.
        moved: Largest distance of the minimum from the start that reached it, as a share of the
            box that starts are drawn from.
        at_bound: Parameters that ended at a bound of their range.
        converged: Whether the best start reached a minimum, or meets the rows exactly.
        message: What happened if it did not; empty otherwise.
        warnings: Findings about the data and the fit.
        excluded: Runs of the table that were left out, with reasons.
        labels: `param_convention`, `loss_choice`, `loss_name`, `example_unit`, `x` and `metric` as
            far as they are known.
        example_cost: Training FLOPs of one example as a function of `n_params`.
        backtest: How the form, fitted to the cheaper runs, predicted the dearest; None if there
            are too few runs to tell.
        theta: The parameters in the centred frame of `laws.forms`, shape `(p,)`.
        centre: Mean log of each variable, then of the loss.
        values: The fitted rows of the variables, shape `(n_runs, variables)`.
        observed: Their losses, or whatever the form predicts, shape `(n_runs,)`.
        weights: Their weights, shape `(n_runs,)`.
        groups: Their clusters, resampled together, shape `(n_runs,)`.
        names: Their names, `row 0` and so on where there are none.
        resamples: `theta` of each bootstrap resample, shape `(n_resamples, p)`; none for a law
            taken from a publication, whose intervals are then `nan`.
        seed: Seed of the starts and resamples; None if a generator was passed.
        data_digest: Hash of the rows that were handed over, to tell whether two fits saw the same
            data.
        set_aside: Variables of rows that `auto` was handed and its formula leaves out, shape
            `(rows, variables)`. They were observed: a prediction among them is no extrapolation.
        versions: Version by package name.
        form_weights: Of an average of forms, the weight of each by name, the largest first, summing
            to 1; empty for a fit of one form.
    """

    form: str
    law: Form = dataclasses.field(repr=False)
    params: Mapping[str, float]
    fixed: Mapping[str, float]
    objective: float
    objective_name: str
    huber_delta: float | None
    n_runs: int
    n_starts: int
    start_agreement: float
    moved: float
    at_bound: tuple[str, ...]
    converged: bool
    message: str
    warnings: tuple[Finding, ...]
    excluded: tuple[Exclusion, ...]
    labels: Mapping[str, str]
    example_cost: ExampleCost
    backtest: Backtest | None
    theta: Floats = dataclasses.field(repr=False)
    centre: Floats = dataclasses.field(repr=False)
    values: Floats = dataclasses.field(repr=False)
    observed: Floats = dataclasses.field(repr=False)
    weights: Floats = dataclasses.field(repr=False)
    groups: np.ndarray = dataclasses.field(repr=False)
    names: tuple[str, ...] = dataclasses.field(repr=False)
    resamples: Floats = dataclasses.field(repr=False)
    seed: int | None
    data_digest: str
    set_aside: Floats = dataclasses.field(repr=False)
    versions: Mapping[str, str]
    form_weights: Mapping[str, float] = dataclasses.field(default_factory=dict)

    @property
    def leading_form(self) -> Form:
        """The form whose formula and parameters are shown: of an average, the weightiest.

        Its parameters are among `params`, which for an average are those of the widest form.
        """
        weights = self.form_weights or {self.form: 1.0}
        name = max(weights, key=weights.__getitem__)
        return self.law if name == self.form else get_form(name)

    @property
    def title(self) -> str:
        """What the law is, in words: the title of its form, or of an average the weights of all."""
        if not self.form_weights:
            return self.law.title
        weighted = sorted(self.form_weights.items(), key=lambda item: -item[1])
        return f"Average: {', '.join(f'{weight:.0%} {name}' for name, weight in weighted)}"

    @property
    def columns(self) -> Columns:
        """The rows that were fitted, as a fit takes them."""
        return Columns(
            values=self.values,
            observed=self.observed,
            weights=self.weights,
            groups=self.groups,
            names=self.names,
            labels=self.labels,
            excluded=self.excluded,
        )

    @property
    def residuals(self) -> Floats:
        """Log of each run's loss minus log of the fitted loss, shape `(n_runs,)`.

        Of a share, such as an accuracy, the difference itself.
        """
        fitted = self.law.value(self.theta[None], self.law.into_frame(self.values, self.centre))[0]
        residuals: Floats = self.law.target_into_frame(self.observed, self.centre) - fitted
        return residuals

    @functools.cached_property
    def inseparable(self) -> tuple[Inseparable, ...]:
        """Pairs of variables that the runs can't tell apart, as where all `D/N` are equal."""
        z = self.law.into_frame(self.values, self.centre)
        y = self.law.target_into_frame(self.observed, self.centre)
        return inseparable(self.law, z, y, self.weights)

    def predict(self, *, level: float = 0.9, **variables: Any) -> Prediction:
        """Return the loss that runs elsewhere are expected to reach.

        The value is the median of the law over the bootstrap resamples, which where the data
        constrain the law little errs less than the value of the best fit alone. The interval is
        for a single new run: it holds the spread of the resamples and the scatter of runs around
        the law, and grows beyond the data as far as the backtest missed there
        (`Backtest.widening`). Where the runs can't tell size from data, as when all have the same
        examples per parameter, it spans what either alone would give (`inseparable`).

        Args:
            level: Share of new runs that the interval is meant to contain, in `(0, 1)`.
            **variables: The variables of the form (`n_params` and `n_examples`, or `x`), numbers
                or arrays that broadcast to one shape, positive and finite.

        Raises:
            FitError: If a variable is missing, unknown or not positive and finite.

        References:
            Breiman, Bagging predictors (1996), doi:10.1007/BF00058655, for the value.

        Example:
        >>> import numpy as np
        >>> from scaling_keras import laws
        >>> x = np.array([1e3, 3e3, 1e4, 3e4, 1e5, 3e5])
        >>> fit = laws.fit("power_law_floor", x=x, loss=1.5 + 20 / x**0.4)
        >>> prediction = fit.predict(x=1e6)
        >>> f"{prediction.mean[0]:.4f}, {prediction.extrapolation[0]:.2f}x beyond the runs"
        '1.5796, 3.33x beyond the runs'
        """
        check_level(level)
        values = self._points(variables)
        z = self.law.into_frame(values, self.centre)
        draws = law_draws(self.law, self.resamples, z, self.inseparable)
        mean = np.median(draws, axis=0) if len(draws) else self.law.value(self.theta[None], z)[0]
        n_free = len(self.theta) - len(self.fixed)
        draws = with_noise(draws, self.residuals, n_free, weights=self.weights)
        factor = extrapolation_factor(values, self.values, self.law.variables)
        widening = self.backtest.widening(factor) if self.backtest else np.ones(len(factor))
        if len(self.set_aside):  # Observed, and yet where the law may not hold.
            seen = np.concatenate([self.values, self.set_aside])
            factor = extrapolation_factor(values, seen, self.law.variables)
        low, high = quantiles(mean, draws, level, widening)
        return Prediction(
            mean=self.law.target_from_frame(mean, self.centre),
            low=self.law.target_from_frame(low, self.centre),
            high=self.law.target_from_frame(high, self.centre),
            level=level,
            extrapolation=factor,
            warnings=distinct(
                (
                    *aside_findings(self.law, z, self.inseparable),
                    *extrapolation_findings(factor, self.backtest),
                    *caveats(self.warnings),
                )
            ),
        )

    def intervals(self, level: float = 0.9) -> dict[str, Interval]:
        """Return each parameter with its bootstrap percentile interval, never outside it.

        Parameters of a law are strongly correlated: compare decisions (`predict`,
        `optimal_allocation`) across fits, not coefficients.
        """
        check_level(level)
        draws = self.law.to_params(self.resamples, self.centre)
        found = {}
        for name, value in self.params.items():
            low, high = limits(value, draws[name], level)
            found[name] = Interval(value=value, low=low, high=high)
        return found

    def train_flops_per_example(self, n_params: Any) -> Floats:
        """Return the training FLOPs of one example for models of `n_params`.

        From the runs' counted FLOPs where they were logged, else `6 * n_params`.
        """
        return self.example_cost(n_params)

    def optimal_allocation(self, *, train_flops: Any, level: float = 0.9) -> Allocation:
        """Return the split of a compute budget that the law says reaches the lowest loss.

        Of an average of forms it is the split with the lowest prediction (`predict`), not that of
        the leading form alone.

        Where the runs can't tell size from data (`not_separable`), or don't show that the loss
        falls with one of them (`not_identified`), no split is known to be better than another: it
        then keeps to a ratio that the runs had, the intervals of both have no ends, and that
        finding says so.

        Args:
            train_flops: The budget: forward and backward FLOPs of the whole run. Positive and
                finite; a number or a one-dimensional array.
            level: Share that the intervals are meant to contain, in `(0, 1)`.

        Raises:
            FitError: If the form has no size and data to split the budget between, or
                `train_flops` is not positive and finite.

        Example:
        >>> import numpy as np
        >>> from scaling_keras import laws
        >>> n, d = (a.ravel() for a in np.meshgrid([1e6, 1e7, 1e8, 1e9], [1e8, 1e9, 1e10, 1e11]))
        >>> fit = laws.fit("chinchilla", n_params=n, n_examples=d,
        ...                loss=1.69 + 406.4 / n**0.34 + 410.7 / d**0.28)
        >>> best = fit.optimal_allocation(train_flops=1e21)
        >>> f"{best.n_params.value:.2g} params, {best.n_examples.value:.2g} examples"
        '1.8e+09 params, 9.1e+10 examples'
        """
        check_level(level)
        if not self.law.is_surface or len(self.law.variables) != 2:
            raise FitError(
                f"An optimal allocation needs a law of the loss by n_params and n_examples. "
                f"Received: a `{self.form}` fit of {self.law.target} by "
                f"{', '.join(self.law.variables)}. Fit a form of both, such as `chinchilla`."
            )
        budget = positive("train_flops", train_flops)
        cost = self.example_cost
        size, sizes = best_sizes(self, budget)
        data, datas = budget / cost(size), budget / cost(sizes)
        loss = self.predict(n_params=size, n_examples=data, level=level)
        unknown = unknown_runs(self, self._points({"n_params": size, "n_examples": data}))
        scalar = np.ndim(train_flops) == 0
        size_ends = np.exp(quantiles(np.log(size), np.log(sizes), level))
        data_ends = np.exp(quantiles(np.log(data), np.log(datas), level))
        size_ends, data_ends, opened = open_ends(self, size_ends, data_ends)
        if unknown:
            size_ends = data_ends = np.array([np.zeros(len(budget)), np.full(len(budget), np.inf)])
            opened = ()

        def interval(value: Floats, low: Floats, high: Floats) -> Interval:
            if scalar:
                return Interval(value=float(value[0]), low=float(low[0]), high=float(high[0]))
            return Interval(value=value, low=low, high=high)

        return Allocation(
            train_flops=float(budget[0]) if scalar else budget,
            n_params=interval(size, *size_ends),
            n_examples=interval(data, *data_ends),
            loss=interval(loss.mean, loss.low, loss.high),
            level=level,
            extrapolation=float(loss.extrapolation[0]) if scalar else loss.extrapolation,
            warnings=distinct((*unknown, *opened, *loss.warnings)),
            fit=self,
        )

    def formula(self) -> str:
        """Return the law in one line with its numbers; of an average, that of `leading_form`."""
        return fit_text.formula(self.leading_form, self.params)

    def summary(self, level: float = 0.9) -> str:
        """Return what a person wants to know of the fit, as text of a few lines."""
        return fit_text.summary(self, level)

    def to_dict(self, *, resamples: bool = True) -> dict[str, Any]:
        """Return the fit as plain, JSON-able values that `from_dict` restores exactly.

        Args:
            resamples: Whether to include the bootstrap resamples; without them the result is
                small, but no fit can be restored from it.
        """
        values: dict[str, Any] = {
            field.name: getattr(self, field.name) for field in dataclasses.fields(self)
        }
        for name in ARRAYS:
            values[name] = values[name].tolist()
        values["observed"] = [None if np.isnan(value) else value for value in values["observed"]]
        for name in MAYBE_UNKNOWN:
            values[name] = None if np.isnan(values[name]) else values[name]
        if not resamples:
            del values["resamples"]
        del values["law"]
        for name in ("at_bound", "names"):
            values[name] = list(values[name])
        for name in ("params", "fixed", "labels", "versions", "form_weights"):
            values[name] = dict(values[name])
        for name in ("warnings", "excluded"):
            values[name] = [dataclasses.asdict(item) for item in values[name]]
        values["example_cost"] = dataclasses.asdict(self.example_cost)
        values["backtest"] = dataclasses.asdict(self.backtest) if self.backtest else None
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], *, law: Form | None = None) -> Fit:
        """Return the fit that `to_dict` described.

        Args:
            values: What `to_dict` returned, by way of JSON or not.
            law: The form, if it is one of your own; those in `laws.FORMS` are found by name.

        Raises:
            FitError: If a field is missing, as `resamples` is where it was left out, or is none of
                a fit of this form, or the form is unknown.
        """
        if not isinstance(values, Mapping):
            raise FitError(
                f"`Fit.from_dict` needs a mapping, as `to_dict` gives it. Received: {values!r}. "
                f"Parse it first, as with json.loads."
            )
        names = {field.name for field in dataclasses.fields(cls)} - {"law"}
        # A fit that was saved before there were weights is of one form, as far as is known.
        values = {"form_weights": {}, **values}
        missing = sorted(names - set(values))
        if missing:
            raise FitError(
                f"`Fit.from_dict` needs every field that `to_dict` gives. Received: none of "
                f"{', '.join(missing)}. Save the fit with to_dict(resamples=True)."
            )
        known = {name: values[name] for name in names}
        return cls(**restored_fields(known, law or get_form(values["form"])))

    def _points(self, variables: Mapping[str, Any]) -> Floats:
        """Return the points of a prediction, checked, shape `(points, variables)`."""
        names = self.law.variables
        if set(variables) != set(names):
            raise FitError(
                f"A `{self.form}` fit predicts from {' and '.join(names)}. Received: "
                f"{', '.join(variables) or 'nothing'}. Pass {' and '.join(names)} by name."
            )
        columns = [
            positive(name, variables[name], or_zero=name in self.law.linear_variables)
            for name in names
        ]
        try:
            points = np.stack(np.broadcast_arrays(*columns), axis=1)
        except ValueError:
            raise FitError(
                f"{' and '.join(names)} must be numbers or arrays of one length. Received: "
                f"lengths {', '.join(str(len(column)) for column in columns)}."
            ) from None
        with np.errstate(over="ignore"):
            product = points.prod(axis=1)
        if not np.isfinite(product).all():
            raise FitError(
                f"The product of {' and '.join(names)} must be a finite number. Received: "
                f"{', '.join(f'{name}={variables[name]!r}' for name in names)}. Pass smaller ones."
            )
        return points


def positive(name: str, given: Any, *, or_zero: bool = False) -> Floats:
    """Return `given` as a one-dimensional array, or raise a `FitError` that names it."""
    try:
        array = np.atleast_1d(real_numbers(given))
    except (TypeError, ValueError):
        array = np.array([np.nan])
    usable = np.isfinite(array) & ((array >= 0) if or_zero else (array > 0))
    if array.ndim != 1 or not array.size or not usable.all():
        wanted = "finite number, not negative" if or_zero else "positive, finite number"
        raise FitError(
            f"`{name}` must be a {wanted}, or an array of such. Received: {name}={given!r}."
        )
    return array


def check_fit(name: str, given: Any) -> None:
    """Raise a `FitError` that names the argument unless it is a fit."""
    if not isinstance(given, Fit):
        raise FitError(
            f"`{name}` must be a fit. Received: {name}={given!r}. Pass what `laws.fit` or "
            f"`laws.published.get` returned."
        )


def check_level(level: float) -> None:
    """Raise a `FitError` unless `level` is a share between 0 and 1."""
    if not (isinstance(level, (int, float)) and 0 < level < 1):
        raise FitError(
            f"`level` must be between 0 and 1, the share that an interval is meant to contain. "
            f"Received: level={level!r}. Pass 0.9 for 90 %."
        )
