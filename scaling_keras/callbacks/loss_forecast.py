"""LossForecast: what loss a training will end at, told while it trains."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt

from scaling_keras.callbacks.run_log import RunLog
from scaling_keras.callbacks.scaling_logger import ScalingLogger
from scaling_keras.errors import RunsError
from scaling_keras.events.assembling import HELD_OUT_LOSS, TRAINING_LOSS

FEWEST_POINTS = 8
"""A curve of three parameters through fewer points says nothing."""

_SKIPPED_SHARE = 0.1
"""Share of the examples seen, at the beginning, that a power law doesn't describe yet."""

_REFIT_RATIO = 1.1
"""Between two forecasts the examples seen grow by this."""

_BACKTESTED_SHARES = (0.4, 0.5, 0.6, 0.7, 0.8)
_EXPONENTS = np.geomspace(0.02, 3.0, 240)

Floats: TypeAlias = npt.NDArray[np.float64]
_METRICS = ("forecast_loss", "forecast_loss_low", "forecast_loss_high")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Forecast:
    """A predicted final loss.

    Attributes:
        loss: The loss at the end.
        low: Lower end of the interval.
        high: Upper end.
    """

    loss: float
    low: float
    high: float


class LossForecast(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types.
    """Predicts the final loss of a training from its own curve, and writes it beside the curve.

    A power law with a floor is fitted to the points of `val_loss`, or of `loss` where there are
    too few of those. Its interval is as wide as forecasts from the curve's earlier parts would
    have been wrong; see `forecast_loss`. It can't know what the curve hasn't shown: where the
    learning rate is yet to decay by a schedule, the loss falls faster near the end than the law
    says, so nothing is stopped then.

    The end is `planned_examples` of the logger's facts, else the epochs of the `fit`.

    Args:
        logger: The `ScalingLogger` among the same callbacks.
        stop_above: Stop the training once it will not come down to this loss: the lower end of the
            interval is above it, in two forecasts one after the other. By default nothing stops.
            A target, or the loss that a rival has reached.
        level: Coverage that the interval is meant to have, in `(0, 1)`.

    Attributes:
        forecast: The last forecast; None before there was one.

    Raises:
        RunsError: If `stop_above` isn't positive, or `level` isn't between 0 and 1.

    Example:
    >>> logger = ScalingLogger("runs/wide")
    >>> callbacks = [logger, LossForecast(logger, stop_above=3.2)]
    """

    def __init__(
        self, logger: ScalingLogger, *, stop_above: float | None = None, level: float = 0.9
    ) -> None:
        super().__init__()
        if stop_above is not None and not stop_above > 0:
            raise RunsError(
                f"`stop_above` must be a positive loss. Received: {stop_above!r}. Leave it out to "
                f"let the training run to its end."
            )
        if not 0 < level < 1:
            raise RunsError(
                f"`level` must be a share between 0 and 1. Received: {level!r}. Pass 0.9."
            )
        self.stop_above = stop_above
        self.level = level
        self.forecast: Forecast | None = None
        self._next_examples = 0.0
        self._times_above = 0
        logger.on_point.append(self._on_point)

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Forget the training before."""
        self.forecast = None
        self._next_examples = 0.0
        self._times_above = 0

    def _on_point(self, log: RunLog, share_done: float | None) -> Mapping[str, float]:
        """Forecast, if it is time to; return what to write beside the point."""
        curve = _curve(log.points)
        if curve is None:
            return {}
        n_examples = float(curve[-1, 0])
        end = _end(log, n_examples, share_done)
        if end is None or not n_examples < end or n_examples < self._next_examples:
            return {}
        self._next_examples = n_examples * _REFIT_RATIO
        forecast = forecast_loss(curve[:, 0], curve[:, 1], end=end, level=self.level)
        if forecast is None:
            return {}
        self.forecast = forecast
        self._stop_if_hopeless(log)
        return dict(zip(_METRICS, dataclasses.astuple(forecast), strict=True))

    def _stop_if_hopeless(self, log: RunLog) -> None:
        """Ask the `fit` to stop, if the loss that it is to reach is out of reach."""
        if self.stop_above is None or self.forecast is None or _may_decay(log):
            return
        is_above = self.forecast.low > self.stop_above
        self._times_above = self._times_above + 1 if is_above else 0
        if self._times_above >= 2:
            log.model.stop_training = True


def forecast_loss(
    n_examples: Sequence[float] | Floats,
    loss: Sequence[float] | Floats,
    *,
    end: float,
    level: float = 0.9,
) -> Forecast | None:
    """Return the loss that a curve will have reached at `end`.

    Fits `L(D) = E + A / D**alpha` to the points behind the first tenth of the examples. How well
    that holds is told by the curve itself: the law is fitted to its first 40, 50, ... 80 % and held
    against the rest. The half-width of the interval, in log loss, is the scatter about the law,
    and what those fits missed for each unit of log D, over the distance to `end`.

    Args:
        n_examples: Examples seen at each point, positive, rising.
        loss: The loss there.
        end: Examples seen at the end, beyond the last point.
        level: Coverage that the interval is meant to have.

    Returns:
        The forecast; None where there are too few points with a positive loss.
    """
    places, values = np.asarray(n_examples, float), np.asarray(loss, float)
    kept = (places > _SKIPPED_SHARE * places[-1]) & np.isfinite(values) & (values > 0)
    places, values = places[kept], values[kept]
    if len(places) < FEWEST_POINTS:
        return None
    law = _fit(places, values)
    residuals = np.log(values / law(places))
    scatter = float(np.quantile(np.abs(residuals), level))
    # From one point to the next a misfit hardly changes, but noise does.
    noise = float(np.quantile(np.abs(np.diff(residuals)), level)) / math.sqrt(2.0)
    rates = []
    for share in _BACKTESTED_SHARES:
        cut = max(int(share * len(places)), 3)
        missed = np.abs(np.log(_fit(places[:cut], values[:cut])(places[cut:]) / values[cut:]))
        distances = np.log(places[cut:] / places[cut - 1])
        missed = np.maximum(missed - noise, 0.0)
        rates.append(float(np.quantile(missed / np.maximum(distances, distances[-1] / 2), level)))
    rate = max(rates)
    mean = float(law(np.array([end]))[0])
    margin = math.exp(scatter + rate * math.log(end / places[-1]))
    return Forecast(loss=mean, low=mean / margin, high=mean * margin)


def _fit(places: Floats, values: Floats) -> Callable[[Floats], Floats]:
    """Return the law of one curve: from examples to loss. The one place that says which.

    For a given exponent `L = E + A * x**-alpha` is linear, so least squares of the relative
    residuals have a closed form, with `E` and `A` held at zero or above; the exponent is the best
    of a grid. It takes a millisecond, where `laws.fit` with its resamples and held-out checks takes
    seconds, during which the training would wait.
    """
    centre = math.exp(float(np.log(places).mean()))
    basis = (places / centre) ** -_EXPONENTS[:, None] / values
    ones = np.broadcast_to(1.0 / values, basis.shape)
    bb, bo, oo = ((u * v).sum(axis=1) for u, v in ((basis, basis), (basis, ones), (ones, ones)))
    b, o = basis.sum(axis=1), ones.sum(axis=1)
    determinant = np.maximum(bb * oo - bo**2, 1e-12 * bb * oo)
    coef = np.stack([(oo * b - bo * o) / determinant, b / bb, np.zeros_like(b)])
    floor = np.stack([(bb * o - bo * b) / determinant, np.zeros_like(b), o / oo])
    residuals = coef[..., None] * basis + floor[..., None] * ones - 1.0
    objective = np.where((coef >= 0) & (floor >= 0), (residuals**2).sum(axis=-1), np.inf)
    case, index = np.unravel_index(int(np.argmin(objective)), objective.shape)
    a, e, alpha = coef[case, index], floor[case, index], _EXPONENTS[index]
    return lambda x: np.asarray(e + a * (x / centre) ** -alpha, dtype=np.float64)


def _curve(
    points: Mapping[str, Sequence[tuple[float, float, float]]],
) -> Floats | None:
    """Return examples and loss of the held-out loss, or of the training loss if it has too few."""
    for name in (HELD_OUT_LOSS, TRAINING_LOSS):
        if len(points.get(name, ())) >= FEWEST_POINTS:
            return np.array(points[name], dtype=np.float64)[:, ::2]
    return None


def _end(log: RunLog, n_examples: float, share_done: float | None) -> float | None:
    """Return the examples that the run will have seen at its end; None if unknown."""
    if log.planned_examples is not None:
        return float(log.planned_examples)
    if share_done is None or not share_done > 0:
        return None
    return log.n_before + (n_examples - log.n_before) / share_done


def _may_decay(log: RunLog) -> bool:
    """Return whether the learning rate may yet fall by a schedule."""
    return log.facts is None or log.facts.learning_rate_schedule is not None
