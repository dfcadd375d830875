"""When a run will not reach a loss: a decision taken again and again, by laws that may fail.

The interval of a law is of use only if the curve follows the law. Curves of real trainings stand on
plateaus and then fall, or fall ever faster; a law through their beginning is then too high. And
who looks at every epoch sees, sooner or later, an interval that is wrong. So a run is given up only
late, after several looks, and only if its trend leads nowhere, whatever law it follows.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from scaling_keras.callbacks.curve_forecast import Floats, Forecast

SOONEST_STOP = 0.4
"""Share of the training that must have been seen."""

LOOKS = 3
"""So many looks in a row must say the same."""

STRICT_LEVEL = 0.99
"""Coverage of the interval whose lower end must be above the loss to reach."""

_FEWEST_IN_LINE = 6
"""A line through fewer points has no slope to speak of."""

FEWEST_POINTS = 2 * _FEWEST_IN_LINE

_LAST_SHARE, _BEFORE_SHARE = 0.2, 0.4
"""Of the examples seen: where the trend is taken from, and with what lies before it."""


class StopDecision:
    """Whether to give a run up.

    Args:
        target: The loss that it is to reach.
    """

    def __init__(self, target: float) -> None:
        self._target = target
        self._looks = 0

    def look(
        self, curve: Floats, *, end: float, forecast_at: Callable[[float], Forecast | None]
    ) -> bool:
        """Return whether to stop the run now.

        Args:
            curve: Examples seen and loss at each point so far, shape `(points, 2)`.
            end: Examples seen at the end.
            forecast_at: Returns the forecast with an interval of this coverage.
        """
        self._looks = self._looks + 1 if self._is_hopeless(curve, end, forecast_at) else 0
        return self._looks >= LOOKS

    def _is_hopeless(
        self, curve: Floats, end: float, forecast_at: Callable[[float], Forecast | None]
    ) -> bool:
        """Return whether by this look alone the run will not reach its loss."""
        curve = curve[np.isfinite(curve[:, 1])]
        if len(curve) < FEWEST_POINTS or curve[-1, 0] < SOONEST_STOP * end:
            return False
        forecast = forecast_at(STRICT_LEVEL)
        if forecast is None or forecast.is_upper_bound or forecast.low <= self._target:
            return False
        return not may_reach(curve[:, 0], curve[:, 1], target=self._target, end=end)


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Line:
    """A straight line through points: its loss at the last one, and how sure it is."""

    last: float
    slope: float
    slope_error: float
    scatter: float


def may_reach(n_examples: Floats, loss: Floats, *, target: float, end: float) -> bool:
    """Return whether a curve may yet come down to a loss, whatever law it follows.

    A curve whose fall only slows down stays above its tangent. So a line through the last fifth of
    the examples seen is carried on to the end, its slope steeper by two standard errors and its end
    lower by twice the scatter about it. Where the fall gets faster no tangent holds the curve: if
    the last fifth falls faster than the one before, by more than their standard error, it may reach
    anything.

    Args:
        n_examples: Examples seen at each point, rising; `FEWEST_POINTS` or more.
        loss: The loss there, finite.
        target: The loss to reach.
        end: Examples seen at the end.
    """
    now = n_examples[-1]
    n_last = max(int((n_examples > (1 - _LAST_SHARE) * now).sum()), _FEWEST_IN_LINE)
    n_both = int((n_examples > (1 - _BEFORE_SHARE) * now).sum())
    n_both = max(n_both, n_last + _FEWEST_IN_LINE)
    last = _line(n_examples[-n_last:], loss[-n_last:])
    before = _line(n_examples[-n_both:-n_last], loss[-n_both:-n_last])
    if last.slope + math.hypot(last.slope_error, before.slope_error) < before.slope:
        return True
    steepest = min(last.slope - 2 * last.slope_error, 0.0)
    return bool(last.last + steepest * (end - now) - 2 * last.scatter <= target)


def _line(x: Floats, y: Floats) -> _Line:
    """Return the least-squares line through three points or more."""
    from_mean = x - x.mean()
    squares = float((from_mean**2).sum())
    slope = float((from_mean * y).sum()) / squares
    misses = y - y.mean() - slope * from_mean
    scatter = math.sqrt(float((misses**2).sum()) / (len(x) - 2))
    return _Line(
        last=float(y.mean() + slope * from_mean[-1]),
        slope=slope,
        slope_error=scatter / math.sqrt(squares),
        scatter=scatter,
    )
