"""What loss a training will end at whose learning rate falls by a schedule that is known."""

from __future__ import annotations

import dataclasses
import statistics

import numpy as np
import numpy.typing as npt

from scaling_keras.callbacks.curve_forecast import SKIPPED_SHARE, Forecast
from scaling_keras.laws.schedules import schedule_variables

FEWEST_POINTS = 10
"""The law has four parameters and a momentum; fewer points than twice that say nothing."""

_MOMENTA = (0.9, 0.97, 0.99, 0.997, 0.999)
"""The fit can't find the momentum well, so all of these have a say in a forecast."""

_EXPONENTS = np.geomspace(0.05, 3.0, 40)
_WIDEST = 0.5
"""An interval wider than this share of the loss: the curve hasn't shown what a fall does."""

_FINEST_COURSE = 500
_BACKTESTED_SHARES = (0.6, 0.8)
_QUANTILES = np.array(
    [statistics.NormalDist().inv_cdf((i + 0.5) / 101) for i in range(101)], dtype=np.float64
)

Floats = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Course:
    """The learning rates of a training, from the optimizer's first step to its last.

    Attributes:
        rates: The rate at steps of equal distance.
        n_steps: Steps in all.
    """

    rates: Floats
    n_steps: int

    @property
    def is_usable(self) -> bool:
        """Whether these can be learning rates: finite, none negative, not all zero."""
        return bool(np.isfinite(self.rates).all() and self.rates.min() >= 0 and self.rates.any())

    def is_constant_since(self, step: float) -> bool:
        """Return whether the rate stays the same from a step to the end."""
        rest = self.rates[self.places(np.array([step]))[0] :]
        return bool(np.ptp(rest) <= 1e-6 * rest.max())

    def variables(self, momentum: float) -> tuple[Floats, Floats]:
        """Return `S_1` and `S_2` along the course; see `laws.schedule_variables`."""
        distance = self.n_steps / len(self.rates)
        found = schedule_variables(self.rates, momentum=momentum**distance)
        return distance * found["learning_rate_sum"], distance * found["annealing_area"]

    def places(self, steps: Floats) -> npt.NDArray[np.intp]:
        """Return where in the course these steps are."""
        places = np.round(steps * (len(self.rates) / self.n_steps)).astype(np.intp) - 1
        return np.clip(places, 0, len(self.rates) - 1)


def course_steps(n_steps: int) -> npt.NDArray[np.int64]:
    """Return the steps, from 0 on, whose rates make up a `Course`."""
    count = min(n_steps, _FINEST_COURSE)
    return ((np.arange(count) + 0.5) * (n_steps / count)).astype(np.int64)


def forecast_under_schedule(
    course: Course, steps: Floats, loss: Floats, *, level: float
) -> Forecast | None:
    """Return the loss at the end of a course of learning rates.

    Fits `L = L_0 + A S_1^-alpha - C S_2` (see `laws.schedule_variables`) to the points behind the
    first tenth. The exponent and the momentum are not chosen but averaged over, with the weights
    that their misfit gives them; each makes a normal distribution of the loss at the end, that of
    its least squares and of one more point's scatter. Points whose misfits are alike count as
    fewer. The interval is widened by what fits to the first 60 and 80 % of the points missed the
    last one by, where that is more than theirs allowed for.

    What a fall of the rate does can be learnt only from a fall. Where the curve hasn't shown it,
    the forecast is that without any effect of falls, which is an upper bound.

    Args:
        course: The learning rates of the whole training.
        steps: The optimizer's steps at each point, positive, rising.
        loss: The loss there.
        level: Coverage that the interval is meant to have.

    Returns:
        The forecast; None where there are too few points with a positive loss.
    """
    kept = (steps > SKIPPED_SHARE * steps[-1]) & np.isfinite(loss) & (loss > 0)
    steps, loss = steps[kept], loss[kept]
    if len(steps) < FEWEST_POINTS:
        return None
    low, middle, high = _at(course, steps, loss, course.n_steps, level)
    if low > 0 and high - low <= _WIDEST * middle:
        wider = _backtested(course, steps, loss, level)
        return Forecast(
            loss=middle,
            low=max(middle - wider * (middle - low), 0.0),
            high=middle + wider * (high - middle),
        )
    _, middle, high = _at(course, steps, loss, course.n_steps, level, has_fall=False)
    return Forecast(loss=middle, low=0.0, high=high, is_upper_bound=True)


def _backtested(course: Course, steps: Floats, loss: Floats, level: float) -> float:
    """Return by how much the intervals of earlier forecasts should have been wider; 1 or above."""
    misses = []
    for share in _BACKTESTED_SHARES:
        cut = int(share * len(steps))
        if cut < FEWEST_POINTS:
            continue
        low, middle, high = _at(course, steps[:cut], loss[:cut], steps[-1], level)
        is_above = loss[-1] > middle
        allowed = max(high - middle if is_above else middle - low, 1e-300)
        # Of a normal distribution, half-widths of the interval to standard deviations.
        misses.append((loss[-1] - middle) / allowed * _deviations(level))
    return max(1.0, float(np.sqrt(np.mean(np.square(misses))))) if misses else 1.0


def _deviations(level: float) -> float:
    """Return how many standard deviations the interval of a normal distribution reaches."""
    return statistics.NormalDist().inv_cdf((1 + level) / 2)


def _at(
    course: Course,
    steps: Floats,
    loss: Floats,
    step: float,
    level: float,
    *,
    has_fall: bool = True,
) -> tuple[float, float, float]:
    """Return lower end, median and upper end of the loss at a step, as these points tell it."""
    candidates = _Candidates()
    places = course.places(np.append(steps, step))
    for momentum in _MOMENTA:
        sums, areas = course.variables(momentum)
        candidates.add(sums[places], areas[places], loss, has_fall)
    return candidates.quantiles(level)


class _Candidates:
    """Fits of one curve with other exponents and momenta, and what each says of the end."""

    def __init__(self) -> None:
        self._objective: list[Floats] = []
        self._mean: list[Floats] = []
        self._variance: list[Floats] = []
        self._best_residuals = np.empty(0)
        self._best = np.inf

    def add(self, sums: Floats, areas: Floats, loss: Floats, has_fall: bool) -> None:
        """Add the fits at all exponents; the last of `sums` and `areas` are those of the end."""
        centre = float(np.exp(np.log(sums[:-1]).mean()))
        widest = max(float(np.abs(areas).max()), 1e-300)
        basis = np.empty((len(_EXPONENTS), len(sums), 3))
        basis[..., 0] = 1.0
        basis[..., 1] = (sums / centre) ** -_EXPONENTS[:, None]
        basis[..., 2] = -areas / widest
        rows, end = basis[:, :-1] / loss[:, None], basis[:, -1]
        objective = np.full(len(_EXPONENTS), np.inf)
        mean, variance = np.zeros_like(objective), np.zeros_like(objective)
        residuals = np.zeros(rows.shape[:2])
        # Each coefficient is zero or above: the best of the subsets that are.
        for kept in ([0, 1, 2], [1, 2]) if has_fall else ():
            self._improve(rows[..., kept], end[:, kept], objective, mean, variance, residuals)
        for kept in ([0, 1], [1]):
            self._improve(rows[..., kept], end[:, kept], objective, mean, variance, residuals)
        best = int(np.argmin(objective))
        if objective[best] < self._best:
            self._best, self._best_residuals = float(objective[best]), residuals[best]
        self._objective.append(objective)
        self._mean.append(mean)
        self._variance.append(variance)

    @staticmethod
    def _improve(
        rows: Floats,
        end: Floats,
        objective: Floats,
        mean: Floats,
        variance: Floats,
        residuals: Floats,
    ) -> None:
        """Put in place the fits of these columns that are feasible and better."""
        products = np.swapaxes(rows, 1, 2) @ rows
        ridge = 1e-12 * np.trace(products, axis1=1, axis2=2)
        products = products + ridge[:, None, None] * np.eye(rows.shape[-1])
        inverse = np.linalg.inv(products)
        coefs = (inverse @ rows.sum(axis=1)[..., None])[..., 0]
        misses = 1.0 - (rows @ coefs[..., None])[..., 0]
        squares = (misses**2).sum(axis=1)
        better = (coefs >= 0).all(axis=1) & (squares < objective)
        objective[better] = squares[better]
        mean[better] = (end * coefs).sum(axis=1)[better]
        variance[better] = np.einsum("ai,aij,aj->a", end, inverse, end)[better]
        residuals[better] = misses[better]

    def quantiles(self, level: float) -> tuple[float, float, float]:
        """Return lower end, median and upper end of the loss at the end."""
        objective = np.concatenate(self._objective)
        mean, variance = np.concatenate(self._mean), np.concatenate(self._variance)
        misses, n_points = self._best_residuals, len(self._best_residuals)
        total = max(float((misses**2).sum()), 1e-300)
        alike = float(np.clip((misses[1:] * misses[:-1]).sum() / total, 0.0, 0.95))
        n_effective = max(n_points * (1 - alike) / (1 + alike), 4.0)
        scatter = max(self._best / max(n_points - 5, 2), 1e-18)
        weights = np.exp(-(objective - self._best) / (2 * scatter) * n_effective / n_points)
        spread = np.sqrt(scatter * (variance * n_points / n_effective + mean**2))
        values = (mean[:, None] + spread[:, None] * _QUANTILES).ravel()
        order = np.argsort(values)
        shares = np.cumsum(np.repeat(weights, len(_QUANTILES))[order])
        wanted = np.array([(1 - level) / 2, 0.5, (1 + level) / 2]) * shares[-1]
        low, middle, high = values[order][np.searchsorted(shares, wanted)]
        return float(low), float(middle), float(high)
