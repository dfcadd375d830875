import numpy as np
import pytest
from scipy import optimize

from scaling_keras.laws import solver
from scaling_keras.laws.forms import FORMS
from tests.strategies import HOFFMANN, noisy_runs

FORM = FORMS["chinchilla"]


def centred(runs):
    logs = np.log(np.stack([runs["n_params"], runs["n_examples"]], axis=1))
    y = np.log(runs["loss"])
    return logs - logs.mean(axis=0), y - y.mean()


def starts(n, seed=0):
    return np.random.default_rng(seed).uniform(FORM.start_low, FORM.start_high, (n, 5))


def test_huber_is_quadratic_within_delta_and_linear_beyond():
    residuals = np.array([0.5, -0.5, 2.0, -3.0])
    total = solver.huber_sum(residuals, np.array([1.0, 2.0, 1.0, 3.0]), 1.0)
    assert total == pytest.approx(0.125 + 2 * 0.125 + 1.5 + 3 * 2.5)


@pytest.mark.parametrize("delta", [1e-3, 1e-2, np.inf])
def test_no_point_nearby_is_lower_than_the_minimum_found(delta):
    z, y = centred(noisy_runs(HOFFMANN, noise=0.01))
    solution = solver.solve(FORM, z, y, np.ones(len(y)), starts(32), delta=delta, far=True)
    best = solution.theta[np.argmin(solution.objective)]
    lowest = solution.objective.min()
    nearby = best + np.random.default_rng(1).normal(0, 1e-4, (2000, 5))
    around = solver.huber_sum(FORM.value(nearby, z) - y, np.ones(len(y)), delta)
    assert around.min() >= lowest * (1 - 1e-12)


def test_the_minimum_is_that_of_a_general_optimiser():
    z, y = centred(noisy_runs(HOFFMANN, noise=0.01, seed=3))
    solution = solver.solve(FORM, z, y, np.ones(len(y)), starts(32), delta=1e-2, far=True)
    best = int(np.argmin(solution.objective))

    def objective(theta):
        return solver.huber_sum(FORM.value(theta[None], z)[0] - y, np.ones(len(y)), 1e-2)

    other = optimize.minimize(
        objective,
        solution.theta[best] + 0.05,
        method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-16, "maxiter": 20000, "maxfev": 20000},
    )
    assert solution.objective[best] <= other.fun * (1 + 1e-9)
    np.testing.assert_allclose(solution.theta[best], other.x, rtol=1e-3, atol=1e-3)


def test_most_starts_reach_the_best_minimum_and_know_it():
    z, y = centred(noisy_runs(HOFFMANN))
    solution = solver.solve(FORM, z, y, np.ones(len(y)), starts(64), delta=1e-3, far=True)
    assert np.mean(solution.objective <= solution.objective.min() * (1 + 1e-6)) > 0.8
    assert solution.converged[np.argmin(solution.objective)]


def test_a_weight_of_two_is_a_row_given_twice():
    z, y = centred(noisy_runs(HOFFMANN, noise=0.02))
    start = starts(1)
    weights = np.ones(len(y))
    weights[3] = 2.0
    weighted = solver.solve(FORM, z, y, weights, start, delta=1e-3, far=True)
    z2, y2 = np.vstack([z, z[3:4]]), np.append(y, y[3])
    repeated = solver.solve(FORM, z2, y2, np.ones(len(y2)), start, delta=1e-3, far=True)
    assert weighted.objective[0] == pytest.approx(repeated.objective[0], rel=1e-10)
    np.testing.assert_allclose(weighted.theta, repeated.theta, rtol=1e-6)


def test_problems_of_a_batch_do_not_touch_each_other():
    z, y = centred(noisy_runs(HOFFMANN, noise=0.02))
    together = solver.solve(FORM, z, y, np.ones(len(y)), starts(8), delta=1e-3, far=True)
    alone = solver.solve(FORM, z, y, np.ones(len(y)), starts(8)[5:6], delta=1e-3, far=True)
    np.testing.assert_allclose(together.objective[5], alone.objective[0], rtol=1e-10)


def test_a_parameter_that_the_data_does_not_ask_for_ends_at_its_bound():
    z, _ = centred(noisy_runs(HOFFMANN))
    pure = -0.3 * z[:, 0]  # no floor, and no effect of the data
    solution = solver.solve(FORM, z, pure, np.ones(len(z)), starts(32), delta=1e-3, far=True)
    best = int(np.argmin(solution.objective))
    assert solution.objective[best] < 1e-6
    assert solution.theta[best, 1] == pytest.approx(0.3, rel=1e-2)


def test_exact_data_converges_to_rounding():
    z, y = centred(noisy_runs(HOFFMANN, noise=0.0))
    solution = solver.solve(FORM, z, y, np.ones(len(y)), starts(32), delta=1e-3, far=True)
    best = int(np.argmin(solution.objective))
    assert solution.converged[best]
    assert solution.objective[best] < 1e-20


def test_problems_that_advance_in_turns_reach_what_they_reach_together(monkeypatch):
    z, y = centred(noisy_runs(HOFFMANN, seed=1))
    problem = (FORM, z, y, np.ones(len(z)), starts(9))
    together = solver.solve(*problem, delta=1e-3, far=True)
    monkeypatch.setattr(solver, "_NUMBERS_AT_ONCE", 2 * len(z) * 5)
    in_turns = solver.solve(*problem, delta=1e-3, far=True)
    np.testing.assert_allclose(in_turns.objective, together.objective, rtol=1e-9)
    np.testing.assert_array_equal(in_turns.converged, together.converged)
