"""How a law moves when it is fitted otherwise, or when its runs are counted otherwise."""

from __future__ import annotations

from scaling_keras.errors import FitError
from scaling_keras.laws.conventions import convention_variations
from scaling_keras.laws.fit_result import Fit, check_fit
from scaling_keras.laws.resample_findings import problem_of
from scaling_keras.laws.variations import Variation, variations
from scaling_keras.runs import RunTable


def sensitivity(fit: Fit, runs: RunTable | None = None) -> tuple[Variation, ...]:
    """Return how prediction and best size beyond the data move when the fit is done otherwise.

    Args:
        fit: A fit to data.
        runs: The table that it is a fit of, for what its runs recorded of their parameters.

    Returns:
        The fit as it is, then with each other objective, then without its outliers, if it has
        any, and without the cheapest fifth of its rows. With `runs` that recorded their
        parameters by group, then with N counted in each other way; and with C as `6 N D`, if the
        FLOPs were counted, which moves the frontier exponent alone.

    Raises:
        FitError: If the fit holds no rows.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> x = np.geomspace(1e3, 1e7, 24)
    >>> scatter = np.random.default_rng(0).normal(0, 0.003, 24)
    >>> fit = laws.fit("power_law_floor", x=x, loss=(1.5 + 20 / x**0.3) * np.exp(scatter))
    >>> [variation.name for variation in laws.sensitivity(fit)][:3]
    ['huber', 'squared_log', 'absolute_log']
    """
    check_fit("fit", fit)
    if not fit.n_runs:
        raise FitError(
            f"A sensitivity table needs the rows that a law was fitted to. Received: a published "
            f"`{fit.form}` law. Fit runs of your own."
        )
    problem = problem_of(fit)
    tried = variations(problem, fit.theta, fit.resamples, fit.example_cost)
    if runs is None:
        return tried
    return (*tried, *convention_variations(problem, fit.theta, fit.resamples, runs))
