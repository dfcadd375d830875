"""How often 90 % intervals of `laws.fit` hold what is known of the law that runs come from."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable

import numpy as np

from scaling_keras import laws
from scaling_keras.laws.exponents import frontier_exponents
from scaling_keras.laws.frontier import ExampleCost, optimal_n_params
from tests.strategies import HOFFMANN, grid

LEVEL = 0.9
NOISE = 0.01
N_RESAMPLES = 200
POINTS = {
    "chinchilla": {
        "loss inside": {"n_params": 3e7, "n_examples": 3e9},
        "loss at the dearest run": {"n_params": 1e9, "n_examples": 1e11},
        "loss at 10x the compute": {"n_params": 3e9, "n_examples": 3e11},
    },
    "power_law_floor": {
        "loss inside": {"x": 3e5},
        "loss at the dearest run": {"x": 1e8},
        "loss at 10x the compute": {"x": 1e9},
    },
}
"""Where a new run is predicted, by the form of the truth."""
POINTS["coupled"] = POINTS["chinchilla"]
POINTS["power_law"] = POINTS["power_law_floor"]
BUDGETS = {"size for a budget inside": 6e19, "size for 10x the compute": 6e21}
LADDER_POINTS = {
    "loss inside": {"n_params": 1e7, "n_examples": 2e8},
    "loss at the dearest run": {"n_params": 1e8, "n_examples": 2e9},
    "loss at 100x the compute": {"n_params": 1e9, "n_examples": 2e10},
}
LADDER_BUDGETS = {"size for a budget inside": 1.2e16, "size for 100x the compute": 1.2e20}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Study:
    """Runs of a known law, and the form that is fitted to them.

    Attributes:
        fitted: The form that is fitted.
        truth: The form of the law.
        params: Its parameters.
        check_held_out: Whether fits hold out runs, as they do by default; it only ever widens
            predictions beyond the data, and takes most of the time.
        ratios: Examples per parameter that the sizes of a ladder have in turn; none for a grid.
        n_sizes: How many sizes a ladder has, from 1e6 to 1e8.
        noise: Scatter of runs about the law, in logs.
    """

    fitted: str
    truth: str
    params: dict[str, float]
    check_held_out: bool = False
    ratios: tuple[float, ...] = ()
    n_sizes: int = 10
    noise: float = NOISE

    def held(self, seeds: Iterable[int]) -> Counter[str]:
        """Return how many of the fits hold each quantity in their 90 % interval."""
        count: Counter[str] = Counter()
        for seed in seeds:
            rng = np.random.default_rng(seed)
            fit = self._fit(rng)
            for name, truth, interval in self._quantities(fit, rng):
                count[name] += bool(interval.low <= truth <= interval.high)
        return count

    @property
    def law(self):
        return laws.FORMS[self.truth]

    def _loss(self, values):
        centre = np.zeros(values.shape[1] + 1)
        theta = self.law.from_params(self.params, centre)
        return np.exp(self.law.value(theta[None], np.log(values))[0])

    def _fit(self, rng):
        if not self.law.is_surface:
            columns = {"x": np.geomspace(1e3, 1e8, 24)}
        elif self.ratios:
            sizes = np.geomspace(1e6, 1e8, self.n_sizes)
            columns = {"n_params": sizes, "n_examples": sizes * np.resize(self.ratios, len(sizes))}
        else:
            n, d = grid(np.geomspace(1e6, 1e9, 6), np.geomspace(1e8, 1e11, 5))
            columns = {"n_params": n, "n_examples": d}
        exact = self._loss(np.stack(list(columns.values()), axis=1))
        return laws.fit(
            self.fitted,
            **columns,
            loss=exact * np.exp(rng.normal(0, self.noise, len(exact))),
            n_resamples=N_RESAMPLES,
            check_held_out=self.check_held_out,
        )

    def _quantities(self, fit, rng):
        """Yield names, truths and intervals: of a new run's loss, sizes and exponents."""
        points = LADDER_POINTS if self.ratios else POINTS[self.truth]
        for name, point in points.items():
            found = fit.predict(**point, level=LEVEL)
            reached = self._loss(np.array([list(point.values())]))[0]
            interval = laws.Interval(value=found.mean[0], low=found.low[0], high=found.high[0])
            yield name, reached * np.exp(rng.normal(0, self.noise)), interval
        intervals = fit.intervals(LEVEL)
        for name in self.law.exponents:
            yield name, self.params[name], intervals[name]
        if "irreducible_loss" in self.params:
            yield "irreducible_loss", self.params["irreducible_loss"], intervals["irreducible_loss"]
        if not self.law.is_surface:
            return
        theta = self.law.from_params(self.params, fit.centre)[None]
        for name, budget in (LADDER_BUDGETS if self.ratios else BUDGETS).items():
            best = optimal_n_params(self.law, theta, fit.centre, ExampleCost(), np.array([budget]))[
                0, 0
            ]
            yield name, best, fit.optimal_allocation(train_flops=budget, level=LEVEL).n_params
        alpha, beta = (self.params[f"{name}_exponent"] for name in ("param", "data"))
        frontier = frontier_exponents(fit, level=LEVEL)["frontier_param_exponent"]
        yield "frontier_param_exponent", beta / (alpha + beta), frontier


COUPLED = {
    "irreducible_loss": 1.2,
    "param_coef": 600.0,
    "param_exponent": 0.5,
    "data_coef": 4000.0,
    "data_exponent": 0.5,
    "coupling_exponent": 0.6,
}
CURVE = {"irreducible_loss": 0.7, "coef": 5.0, "exponent": 0.3}


def _ladder(*ratios: float, n_sizes: int = 10) -> Study:
    """Return a study of sizes whose data is in proportion to them, or nearly so."""
    return Study(
        fitted="chinchilla",
        truth="chinchilla",
        params=HOFFMANN,
        check_held_out=True,
        ratios=ratios,
        n_sizes=n_sizes,
        noise=0.005,
    )


STUDIES = {
    "chinchilla": Study(fitted="chinchilla", truth="chinchilla", params=HOFFMANN),
    "coupled": Study(fitted="coupled", truth="coupled", params=COUPLED),
    "power_law_floor": Study(fitted="power_law_floor", truth="power_law_floor", params=CURVE),
    "auto of size and data": Study(
        fitted="auto", truth="chinchilla", params=HOFFMANN, check_held_out=True
    ),
    "auto of x": Study(fitted="auto", truth="power_law_floor", params=CURVE, check_held_out=True),
    "auto of x, without floor": Study(
        fitted="auto",
        truth="power_law",
        params={"coef": 5.0, "exponent": 0.1},
        check_held_out=True,
    ),
}

LADDERS = {
    "ladder of 20 examples per parameter": _ladder(20.0, n_sizes=12),
    "ladder of 18 and 22": _ladder(18.0, 22.0),
    "ladder of 17 and 24": _ladder(17.0, 24.0),
    "ladder of 14 and 28": _ladder(14.0, 28.0),
}
"""Sweeps in which size and data rise together, where intervals are known to hold less often."""
