import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.laws.forms.chinchilla import Chinchilla
from scaling_keras.laws.forms.kaplan import Kaplan
from scaling_keras.laws.frontier import ExampleCost, fit_example_cost, optimal_n_params
from tests.strategies import HOFFMANN, noisy_runs

CENTRE = np.array([16.0, 21.0, 1.0])
PARAMS = {
    "param_coef": 400.0,
    "param_exponent": 0.34,
    "data_coef": 400.0,
    "data_exponent": 0.28,
    "irreducible_loss": 1.7,
}
THETA = Chinchilla().from_params(PARAMS, CENTRE)


class WithoutClosedForm(Chinchilla):
    def power_terms(self, params):
        return None


def test_the_cost_of_an_example_is_six_per_parameter_without_counts():
    cost = fit_example_cost(np.array([1e6]), np.array([np.nan]))
    assert not cost.counted
    assert cost(1e6) == pytest.approx(6e6)


def test_counted_flops_give_a_power_law_of_the_size():
    n = np.array([1e5, 1e6, 1e7, 1e7])
    cost = fit_example_cost(n, 40 * n**0.9)
    assert cost.exponent == pytest.approx(0.9)
    assert cost(1e8) == pytest.approx(40 * 1e8**0.9)
    assert cost.max_error < 1e-12


def test_two_sizes_keep_the_proportion():
    cost = fit_example_cost(np.array([1e5, 1e6]), np.array([8e5, 8e6]))
    assert (cost.coef, cost.exponent) == (pytest.approx(8.0), 1.0)


def test_a_scatter_of_counts_is_reported():
    cost = fit_example_cost(np.array([1e5, 1e6, 1e7]), np.array([6e5, 9e6, 6e7]))
    assert cost.max_error > 0.1


@pytest.mark.parametrize(
    "flops",
    [
        pytest.param([9e7, 8e7, 6e7, 3e7], id="fall with the size"),
        pytest.param([6e7, 6.1e7, 6.2e7, 6.3e7], id="do not rise"),
        pytest.param([6e5, 6e9, 6e6, 6e8], id="miss any power law"),
    ],
)
def test_counts_that_no_power_law_can_be_made_of_are_not_used(flops):
    n = np.array([1e5, 1e6, 1e7, 1e8])
    cost = fit_example_cost(n, np.array(flops))
    assert not cost.counted
    np.testing.assert_allclose(cost(n), 6 * n)
    assert cost.max_error == pytest.approx(np.abs(flops / (6 * n) - 1).max())


@pytest.mark.parametrize("form", [Chinchilla(), WithoutClosedForm()])
@pytest.mark.parametrize("exponent", [0.8, 1.0, 1.3])
def test_no_other_size_on_the_budget_is_better(exponent, form):
    cost, budget = ExampleCost(coef=9.0, exponent=exponent), np.array([1e18])
    best = optimal_n_params(form, THETA[None], CENTRE, cost, budget)

    def loss(n):
        d = budget / cost(n)
        return 400 * n**-0.34 + 400 * d**-0.28

    assert loss(best) < loss(best * 1.001)
    assert loss(best) < loss(best * 0.999)


def test_many_draws_and_budgets_broadcast():
    budgets = np.geomspace(1e15, 1e20, 4)
    draws = THETA + np.random.default_rng(0).normal(0, 0.02, (7, 5))
    closed = optimal_n_params(Chinchilla(), draws, CENTRE, ExampleCost(), budgets)
    assert closed.shape == (7, 4)
    searched = optimal_n_params(WithoutClosedForm(), draws, CENTRE, ExampleCost(), budgets)
    np.testing.assert_allclose(searched, closed, rtol=1e-3)


@pytest.mark.parametrize(
    "fixed", [{"param_exponent": 0}, {"param_exponent": 0, "data_exponent": 0}]
)
def test_a_term_that_does_nothing_is_no_division_by_zero(fixed):
    fit = laws.fit(
        "chinchilla", noisy_runs(HOFFMANN), fixed=fixed, n_resamples=100, check_held_out=False
    )
    best = fit.optimal_allocation(train_flops=1e20)
    assert (best.n_params.low, best.n_params.high) == (0.0, np.inf)


def test_kaplans_law_of_a_loss_that_rises_raises_no_warning():
    runs = noisy_runs(HOFFMANN)
    fit = laws.fit("kaplan", {**runs, "loss": 1 / runs["loss"]}, n_resamples=100)
    assert "not_identified" in [finding.code for finding in fit.warnings]


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_a_scale_beyond_all_numbers_has_a_best_size(scale):
    params = {"param_scale": scale, "param_exponent": 0.5, "data_scale": 1e9, "data_exponent": 0.01}
    theta = Kaplan().from_params(params, CENTRE)[None]
    best = optimal_n_params(Kaplan(), theta, CENTRE, ExampleCost(), np.array([1e18]))
    assert np.isfinite(best).all()
