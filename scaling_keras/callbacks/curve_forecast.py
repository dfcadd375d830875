"""What loss a training at a constant learning rate will end at: a power law with a floor."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FEWEST_POINTS = 8
"""A curve of three parameters through fewer points says nothing."""

SKIPPED_SHARE = 0.1
"""Share of the examples seen, at the beginning, that a power law doesn't describe yet."""

_BACKTESTED_SHARES = (0.4, 0.5, 0.6, 0.7, 0.8)
_EXPONENTS = np.geomspace(0.02, 3.0, 240)

Floats: TypeAlias = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Forecast:
    """A predicted final loss.

    Attributes:
        loss: The loss at the end.
        low: Lower end of the interval.
        high: Upper end.
        is_upper_bound: Whether only the upper end is known: the learning rate is yet to fall, and
            the curve hasn't shown what that does. Then `low` is 0 and `loss` is what would be
            reached if it did nothing.
    """

    loss: float
    low: float
    high: float
    is_upper_bound: bool = False


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
    kept = (places > SKIPPED_SHARE * places[-1]) & np.isfinite(values) & (values > 0)
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
