"""LossForecast: what loss a training will end at, told while it trains."""

from __future__ import annotations

import dataclasses
import numbers
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np

from scaling_keras.callbacks.annealing_forecast import (
    Course,
    course_steps,
    forecast_under_schedule,
)
from scaling_keras.callbacks.curve_forecast import (
    FEWEST_POINTS,
    SKIPPED_SHARE,
    Floats,
    Forecast,
    forecast_loss,
)
from scaling_keras.callbacks.fit_watch import running_callback_list
from scaling_keras.callbacks.resuming import warn
from scaling_keras.callbacks.run_log import RunLog
from scaling_keras.callbacks.scaling_logger import ScalingLogger
from scaling_keras.callbacks.stopping import StopDecision
from scaling_keras.errors import RunsError
from scaling_keras.events.assembling import HELD_OUT_LOSS, TRAINING_LOSS

__all__ = ["Forecast", "LossForecast", "forecast_loss"]

_REFIT_RATIO = 1.1
"""Between two forecasts the examples seen grow by this."""

_METRICS = ("forecast_loss", "forecast_loss_low", "forecast_loss_high")

_RATE_CALLBACKS = (
    keras.callbacks.LearningRateScheduler,
    keras.callbacks.ReduceLROnPlateau,
)
"""Whoever is among the callbacks of a `fit` may change the rate in a way that can't be foretold."""


class LossForecast(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types.
    """Predicts the final loss of a training from its own curve, and writes it beside the curve.

    It goes by the points of `val_loss`, or of `loss` where there are too few of those. At a
    constant learning rate no law is supposed: the interval is as wide as the slope's changes so far
    allow for; see `forecast_loss`. Under a `LearningRateSchedule` it is a law of the whole course
    of rates, which says what their fall does; see `annealing_forecast.forecast_under_schedule`.

    What the curve hasn't shown can't be known. Where it leaves open how far the loss will fall,
    before a rate has begun to fall, or where a callback such as `ReduceLROnPlateau` changes it, the
    forecast is an upper bound (`Forecast.is_upper_bound`): only `forecast_loss_high` is written,
    and nothing is stopped.

    The end is `planned_examples` of the logger's facts, less the padding where that isn't counted,
    else the epochs of the `fit`.

    Args:
        logger: The `ScalingLogger` among the same callbacks.
        stop_above: Stop the training once it will not come down to this loss, a target or what a
            rival has reached: after two fifths of it and 12 points, when in three forecasts one
            after the other the lower end of an interval of 99 % is above it, and so is what the
            trend of the last fifth would lead to; see `stopping`. By default nothing stops.
        level: Coverage that the interval is meant to have, in `(0, 1)`.

    Attributes:
        forecast: The last forecast; None before there was one.

    Raises:
        RunsError: If `logger` is no `ScalingLogger`, `stop_above` isn't positive, or `level` isn't
            between 0 and 1.

    Example:
    >>> logger = ScalingLogger("runs/wide")
    >>> callbacks = [logger, LossForecast(logger, stop_above=3.2)]
    """

    def __init__(
        self, logger: ScalingLogger, *, stop_above: float | None = None, level: float = 0.9
    ) -> None:
        super().__init__()
        if not isinstance(logger, ScalingLogger):
            raise RunsError(
                f"`logger` must be the ScalingLogger among the same callbacks. Received: "
                f"{logger!r}. Pass the one that `fit` is given."
            )
        if stop_above is not None and not (_is_number(stop_above) and stop_above > 0):
            raise RunsError(
                f"`stop_above` must be a positive loss. Received: {stop_above!r}. Leave it out to "
                f"let the training run to its end."
            )
        if not (_is_number(level) and 0 < level < 1):
            raise RunsError(
                f"`level` must be a share between 0 and 1. Received: {level!r}. Pass 0.9."
            )
        self.stop_above = stop_above
        self.level = level
        self.forecast: Forecast | None = None
        self._logger = logger
        self._forget()

    def _forget(self) -> None:
        """Begin anew."""
        self._next_examples = 0.0
        self._decision = None if self.stop_above is None else StopDecision(self.stop_above)
        self._course: Course | None = None
        self._is_rate_set_by_callback = False

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Forget the training before, and look who else is there."""
        self.forecast = None
        self._forget()
        others = getattr(running_callback_list(), "callbacks", ())
        self._is_rate_set_by_callback = any(isinstance(each, _RATE_CALLBACKS) for each in others)
        if others and self._logger not in others:
            warn(
                f"The logger of a LossForecast must be among the callbacks of the same `fit`. "
                f"Received: {', '.join(type(each).__name__ for each in others)}, without it. "
                f"Add it; until then nothing is foretold."
            )

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Have the logger tell of each point of this `fit`."""
        if self._on_point not in self._logger.on_point:
            self._logger.on_point.append(self._on_point)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Let go of the logger."""
        if self._on_point in self._logger.on_point:
            self._logger.on_point.remove(self._on_point)

    def _on_point(self, log: RunLog, end: float | None) -> Mapping[str, float]:
        """Forecast, if it is time to; return what to write beside the point."""
        curve = _curve(log.points)
        if curve is None:
            return {}
        n_examples = float(curve[-1, 0])
        if end is None or not n_examples < end or n_examples < self._next_examples:
            return {}
        self._next_examples = n_examples * _REFIT_RATIO
        forecast = self._forecast(log, curve, end, self.level)
        if forecast is None:
            return {}
        self.forecast = forecast
        if self._decision is not None and _is_of_target(log):
            forecast_at = partial(self._forecast, log, curve, end)
            if self._decision.look(curve, end=end, forecast_at=forecast_at):
                log.model.stop_training = True
        if forecast.is_upper_bound:
            return {_METRICS[-1]: forecast.high}
        return dict(zip(_METRICS, (forecast.loss, forecast.low, forecast.high), strict=True))

    def _forecast(self, log: RunLog, curve: Floats, end: float, level: float) -> Forecast | None:
        """Return the forecast from a curve of examples and losses, by the law that it follows."""
        examples, loss = curve.T
        begin, now = log.standing_at_begin, log.standing
        steps_here = (now.steps or 0) - (begin.steps or 0)
        steps_each = steps_here / max(now.n_examples - log.n_before, 1)
        steps = (begin.steps or 0) + (examples - log.n_before) * steps_each
        schedule = _schedule(log.model)
        course = None
        if schedule is not None and self._knows_all_rates(log):
            n_steps = round(steps[-1] + (end - examples[-1]) * steps_each)
            course = self._course_to(n_steps, schedule, log.model.optimizer.iterations.dtype)
        if course is not None and not course.is_constant_since(SKIPPED_SHARE * steps[-1]):
            return forecast_under_schedule(course, steps, loss, level=level)
        forecast = forecast_loss(examples, loss, end=end, level=level)
        is_rate_free = self._is_rate_set_by_callback or log.has_rate_changed
        is_rate_known = course is not None or (schedule is None and not is_rate_free)
        if forecast is None or is_rate_known:
            return forecast
        return dataclasses.replace(forecast, low=0.0, is_upper_bound=True)

    def _knows_all_rates(self, log: RunLog) -> bool:
        """Return whether a schedule tells the rates since the run's first step, and to its end."""
        is_whole = not log.n_before or bool(log.standing_at_begin.steps)
        return is_whole and not self._is_rate_set_by_callback

    def _course_to(
        self,
        n_steps: int,
        schedule: keras.optimizers.schedules.LearningRateSchedule,
        dtype: str,
    ) -> Course | None:
        """Return the rates of so many steps; None if they can't be such."""
        known = self._course
        if known is None or abs(known.n_steps - n_steps) > 0.01 * known.n_steps:
            as_steps = (keras.ops.convert_to_tensor(s, dtype) for s in course_steps(n_steps))
            rates = np.array([float(keras.ops.convert_to_numpy(schedule(s))) for s in as_steps])
            self._course = known = Course(rates=rates, n_steps=n_steps)
        return known if known.is_usable else None


def _is_number(value: Any) -> bool:
    """Return whether a value is a real number, NumPy's included."""
    return isinstance(value, numbers.Real)


def _curve(
    points: Mapping[str, Sequence[tuple[float, float, float]]],
) -> Floats | None:
    """Return examples and loss of the held-out loss, or of the training loss if it has too few."""
    for name in (HELD_OUT_LOSS, TRAINING_LOSS):
        if len(points.get(name, ())) >= FEWEST_POINTS:
            return np.array(points[name], dtype=np.float64)[:, ::2]
    return None


def _is_of_target(log: RunLog) -> bool:
    """Return whether the curve is of the loss that a target is for: held-out, if there is one."""
    n_held_out = len(log.points.get(HELD_OUT_LOSS, ()))
    return n_held_out == 0 or n_held_out >= FEWEST_POINTS


def _schedule(model: keras.Model) -> keras.optimizers.schedules.LearningRateSchedule | None:
    """Return the learning-rate schedule of a model's optimizer; None for a plain rate."""
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    rate = getattr(optimizer, "_learning_rate", None)
    is_schedule = isinstance(rate, keras.optimizers.schedules.LearningRateSchedule)
    return rate if is_schedule else None
