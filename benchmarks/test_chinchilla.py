"""The fit of Besiroglu et al. to the points of Hoffmann et al., figure 4.

Their rows may not be redistributed: pass `--data DIR` with `chinchilla_epoch245.csv`.
"""

from __future__ import annotations

import time

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.laws.columns import gather
from scaling_keras.laws.objectives import get_objective
from scaling_keras.laws.problem import AGREEMENT, Problem
from scaling_keras.laws.solver import solve
from tests.strategies import HOFFMANN, noisy_runs

PUBLISHED_MINIMUM = {240: 0.0010182740178006, 245: 0.00182601052306933}
"""Objective at the exact minimum: Huber's function, delta 1e-3, on log loss, summed."""

STANDARD_ERRORS = {
    "param_coef": (123.0, 0.15),
    "data_coef": (1300.0, 0.15),
    "irreducible_loss": (0.0255, 0.05),
    "param_exponent": (0.0152, 0.05),
    "data_exponent": (0.0205, 0.05),
}
"""Standard error of each parameter over bootstrap resamples, and how close to come."""

EPOCH_BOX = {
    "param_coef": (0.0, 25.0),
    "param_exponent": (0.0, 2.0),
    "data_coef": (0.0, 25.0),
    "data_exponent": (0.0, 2.0),
    "irreducible_loss": (-1.0, 1.0),
}
"""Ends of the grid of 4500 starts of Hoffmann et al., section D.2, which Besiroglu et al. (Epoch)
took over: of exponents, and of the logs of the others."""


def columns(rows):
    return {name: rows[name] for name in ("n_params", "n_examples", "loss")}


def fitted_rows(points, n_rows):
    return points[points["kept_in_paper_fit"] == 1] if n_rows == 240 else points


def starts_in_box(n_starts, seed=0):
    """Return parameters drawn evenly from `EPOCH_BOX`, in the coordinates of its grid."""
    rng = np.random.default_rng(seed)
    drawn = {name: rng.uniform(*ends, n_starts) for name, ends in EPOCH_BOX.items()}
    return {
        name: values if name.endswith("exponent") else np.exp(values)
        for name, values in drawn.items()
    }


@pytest.fixture(scope="module")
def points(measurements):
    return np.genfromtxt(measurements("chinchilla_epoch245.csv"), delimiter=",", names=True)


@pytest.mark.parametrize("n_rows", [240, 245])
def test_the_exact_minimum_is_reached(points, n_rows, capsys):
    rows = fitted_rows(points, n_rows)
    begin = time.process_time()
    fit = laws.fit("chinchilla", columns(rows))
    seconds = time.process_time() - begin
    with capsys.disabled():
        print(
            f"\n{n_rows} rows: objective {fit.objective:.17g}, {fit.start_agreement:.1%} of "
            f"{fit.n_starts} starts agree, {seconds:.2f} CPU s with 1000 resamples and backtest"
        )
        print(f"  {fit.formula()}")
    assert fit.objective == pytest.approx(PUBLISHED_MINIMUM[n_rows], rel=1e-9)
    assert fit.start_agreement >= 0.95


@pytest.mark.parametrize("n_rows", [240, 245])
def test_starts_all_over_the_published_grid_agree(points, n_rows, capsys):
    form, objective = laws.FORMS["chinchilla"], get_objective("huber", 1e-3)
    given = {**columns(fitted_rows(points, n_rows)), "weights": None, "groups": None}
    problem = Problem.of(form, gather(form, None, given), objective, {})
    starts = form.from_params(starts_in_box(1000), problem.centre)
    weights = problem.columns.weights
    found = solve(form, problem.z, problem.y, weights, starts, delta=objective.delta, far=True)
    agree = np.mean(found.objective <= PUBLISHED_MINIMUM[n_rows] * (1 + AGREEMENT))
    with capsys.disabled():
        print(f"\n{n_rows} rows: {agree:.1%} of 1000 starts from the box of Epoch's grid agree")
    assert agree >= 0.95


def test_standard_errors_of_the_resamples(points, capsys):
    fit = laws.fit("chinchilla", columns(fitted_rows(points, 240)))
    form = laws.FORMS["chinchilla"]
    draws = form.to_params(fit.resamples, fit.centre)
    with capsys.disabled():
        print()
        for name, (published, share) in STANDARD_ERRORS.items():
            reached = float(draws[name].std(ddof=1))
            print(
                f"  SE {name}: {reached:.5g} (published {published:g}, wanted within {share:.0%})"
            )
            assert reached == pytest.approx(published, rel=share)


def test_time_of_a_fit(benchmark):
    runs = noisy_runs(HOFFMANN, sizes=tuple(np.geomspace(1e6, 1e10, 15)), noise=0.01)
    fit = benchmark(laws.fit, "chinchilla", runs, n_resamples=1000)
    assert fit.converged
