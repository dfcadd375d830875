import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from scaling_keras import laws
from scaling_keras.errors import FitError
from scaling_keras.laws.forms.chinchilla import Chinchilla
from scaling_keras.laws.planning import allocate, cheapest
from tests.strategies import HOFFMANN, chinchilla_loss, chinchilla_params, grid, noisy_runs


def exact_fit(params, n_resamples=100):
    n, d = grid()
    loss = chinchilla_loss(params, n, d)
    return laws.fit("chinchilla", n_params=n, n_examples=d, loss=loss, n_resamples=n_resamples)


@pytest.fixture(scope="module")
def exact():
    return exact_fit(HOFFMANN)


@pytest.fixture(scope="module")
def noisy():
    return laws.fit("chinchilla", noisy_runs(HOFFMANN, noise=0.01), n_resamples=300)


class Repeated(Chinchilla):
    """Chinchilla's law of the data's worth, which repetition raises to 16 times at most.

    `D' = U + 15 U (1 - exp(-(D / U - 1) / 15))` beyond the unique examples `U`; after
    Muennighoff et al., arXiv:2305.16264, equation 5.
    """

    name = "repeated"
    variables = ("n_params", "n_examples", "dataset_size")

    def value(self, theta, z):
        return super().value(theta, self.worth(z))

    def value_and_jacobian(self, theta, z):
        return super().value_and_jacobian(theta, self.worth(z))

    def worth(self, z):
        repeats = np.maximum(np.exp(np.minimum(z[:, 1] - z[:, 2], 50.0)) - 1, 0.0)
        repeated = z[:, 2] + np.log1p(15.0 * -np.expm1(-repeats / 15.0))
        return np.stack([z[:, 0], np.where(repeats > 0, repeated, z[:, 1])], axis=1)

    def centre_of(self, values, observed):
        centre = super().centre_of(values, observed)
        centre[2] = centre[1]  # The two are compared, so they share their unit.
        return centre

    def to_params(self, theta, centre):
        return super().to_params(theta, np.delete(centre, 2, axis=-1))

    def from_params(self, params, centre):
        return super().from_params(params, np.delete(centre, 2, axis=-1))

    def power_terms(self, params):
        return None


@pytest.fixture(scope="module")
def repeated():
    n, d, unique = (
        a.ravel() for a in np.meshgrid([1e6, 1e7, 1e8], [1e8, 1e9, 1e10], [1e7, 1e8, 1e10])
    )
    form = Repeated()
    centre = np.zeros(4)
    theta = form.from_params({k: np.array(v) for k, v in HOFFMANN.items()}, centre)
    values = np.stack([n, d, unique], axis=1)
    loss = np.exp(form.value(theta[None], np.log(values))[0])
    loss *= np.exp(np.random.default_rng(0).normal(0, 0.003, len(loss)))
    columns = {"n_params": n, "n_examples": d, "dataset_size": unique, "loss": loss}
    return laws.fit(form, columns, n_resamples=100)


def test_without_limits_a_budget_is_split_as_by_the_fit(noisy):
    plan, best = allocate(noisy, train_flops=1e19), noisy.optimal_allocation(train_flops=1e19)
    assert plan.n_params.to_dict() == pytest.approx(best.n_params.to_dict())
    assert plan.n_examples.to_dict() == pytest.approx(best.n_examples.to_dict())
    assert plan.loss.to_dict() == pytest.approx(best.loss.to_dict())
    assert plan.train_flops.to_dict() == {"value": 1e19, "low": 1e19, "high": 1e19}
    assert plan.warnings == best.warnings
    assert plan.target_loss is None


def test_the_cheapest_run_for_the_best_loss_of_a_budget_costs_that_budget(noisy):
    best = noisy.optimal_allocation(train_flops=1e19)
    plan = cheapest(noisy, loss=best.loss.value)
    assert plan.train_flops.value == pytest.approx(1e19, rel=1e-6)
    assert plan.n_params.value == pytest.approx(best.n_params.value, rel=1e-3)
    assert plan.loss.value == pytest.approx(best.loss.value, rel=1e-6)
    for interval in (plan.train_flops, plan.n_params, plan.n_examples, plan.loss):
        assert interval.low < interval.value < interval.high
    assert plan.unreached == 0.0


def test_the_interval_of_the_cost_holds_the_truth_and_grows_with_the_level(noisy):
    best = exact_fit(HOFFMANN).optimal_allocation(train_flops=1e19)
    narrow, wide = (cheapest(noisy, loss=best.loss.value, level=level) for level in (0.5, 0.99))
    assert wide.train_flops.low < narrow.train_flops.low
    assert narrow.train_flops.high < wide.train_flops.high
    assert wide.train_flops.low < 1e19 < wide.train_flops.high


@given(chinchilla_params(), st.floats(1e17, 1e22), st.sampled_from([0.0, 1e9, 1e12]))
@settings(max_examples=15, deadline=None)
def test_no_other_run_of_that_loss_is_cheaper(params, budget, served):
    fit = exact_fit(params)
    target = fit.optimal_allocation(train_flops=budget).loss.value
    plan = cheapest(fit, loss=target, examples_served=served)

    def total(log_n):
        """FLOPs to train and serve a model of that loss: `6 N (D + T / 3)`."""
        n = np.exp(log_n)
        left = target - fit.params["irreducible_loss"]
        left -= fit.params["param_coef"] / n ** fit.params["param_exponent"]
        if left <= 0:
            return np.inf
        d = (fit.params["data_coef"] / left) ** (1 / fit.params["data_exponent"])
        return np.log(6 * n * (d + served / 3))

    around = np.log(plan.n_params.value) + np.linspace(-3, 3, 601)
    serving = plan.inference_flops.value if served else 0.0
    chosen = np.log(plan.train_flops.value + serving)
    assert chosen <= min(map(total, around)) + 1e-6


def test_the_saving_by_inference_is_that_of_the_paper():
    """Sardana et al., arXiv:2401.00448, section 1: a 13B model that is asked for 2e12 tokens.

    "can reduce total compute by 1.7e22 FLOPs (17 %) by instead training a 7B model", with the
    law of Hoffmann et al. unrounded in its exponents as their equation 1 has it.
    """
    params = {**HOFFMANN, "param_exponent": 0.336, "data_exponent": 0.283}
    fit = exact_fit(params)

    def size_off(log_budget):
        best = fit.optimal_allocation(train_flops=np.exp(log_budget))
        return np.log(best.n_params.value / 13e9)

    budget = np.exp(optimize.brentq(size_off, np.log(1e21), np.log(1e24)))
    best = fit.optimal_allocation(train_flops=budget)
    plan = cheapest(fit, loss=best.loss.value, examples_served=2e12)
    assert f"{plan.n_params.value / 1e9:.0f}B" == "7B"
    assert f"{plan.saving.value:.0%}" == "17%"
    before = budget + 2 * 13e9 * 2e12
    after = plan.train_flops.value + plan.inference_flops.value
    assert f"{before - after:.1e}" == "1.7e+22"


def test_a_served_model_is_smaller_and_longer_trained(noisy):
    plain, served = (cheapest(noisy, loss=2.6, examples_served=t) for t in (0.0, 1e12))
    assert plain.saving is None
    assert plain.inference_flops is None
    assert served.n_params.high < plain.n_params.value
    assert served.n_examples.low > plain.n_examples.value
    assert 0 < served.saving.low < served.saving.value < served.saving.high < 1


def test_the_forward_share_weighs_what_is_served(noisy):
    third, half = (
        cheapest(noisy, loss=2.6, examples_served=1e12, forward_share=share)
        for share in (1 / 3, 1 / 2)
    )
    assert third.inference_flops.value == pytest.approx(2 * third.n_params.value * 1e12)
    assert half.n_params.value < third.n_params.value


def test_a_given_size_needs_so_much_data(exact):
    plan = cheapest(exact, loss=2.6, n_params=1e9)
    assert chinchilla_loss(HOFFMANN, 1e9, plan.n_examples.value) == pytest.approx(2.6, rel=1e-5)
    assert plan.n_params.to_dict() == {"value": 1e9, "low": 1e9, "high": 1e9}
    assert plan.train_flops.value == pytest.approx(6e9 * plan.n_examples.value)


def test_a_given_size_that_is_served_saves_nothing(exact):
    plan = cheapest(exact, loss=2.6, n_params=1e9, examples_served=1e10)
    assert plan.saving.value == 0.0
    assert plan.inference_flops.value == pytest.approx(2e19)


def test_a_budget_for_a_given_size_buys_data(exact):
    plan = allocate(exact, train_flops=6e19, n_params=1e9)
    assert plan.n_examples.value == pytest.approx(1e10)
    assert plan.loss.value == pytest.approx(chinchilla_loss(HOFFMANN, 1e9, 1e10), rel=1e-5)


def test_limited_data_is_seen_once_by_a_larger_model(noisy):
    free = allocate(noisy, train_flops=1e20)
    plan = allocate(noisy, train_flops=1e20, dataset_size=1e9)
    assert free.n_examples.low > 1e9
    assert plan.n_examples.value == pytest.approx(1e9)
    assert plan.n_params.value == pytest.approx(1e20 / 6e9)
    assert plan.n_epochs.value == pytest.approx(1.0)
    assert plan.loss.value > free.loss.value
    assert plan.warnings[0].code == "data_limited"


def test_enough_data_limits_nothing(noisy):
    free, plan = (allocate(noisy, train_flops=1e18, dataset_size=u) for u in (None, 1e13))
    assert plan.n_params == free.n_params
    assert plan.n_epochs.value == pytest.approx(free.n_examples.value / 1e13)
    assert "data_limited" not in [finding.code for finding in plan.warnings]
    free, plan = (cheapest(noisy, loss=2.8, dataset_size=u) for u in (None, 1e13))
    assert plan.n_params == free.n_params


def test_a_target_loss_with_limited_data_takes_a_larger_model(exact):
    free = cheapest(exact, loss=2.6)
    plan = cheapest(exact, loss=2.6, dataset_size=free.n_examples.value / 3)
    assert plan.n_examples.value == pytest.approx(free.n_examples.value / 3)
    assert chinchilla_loss(HOFFMANN, plan.n_params.value, plan.n_examples.value) == pytest.approx(
        2.6, rel=1e-5
    )
    assert plan.train_flops.value > free.train_flops.value
    assert plan.warnings[0].code == "data_limited"


def test_a_law_of_repetition_chooses_size_and_epochs(repeated):
    plan = allocate(repeated, train_flops=1e20, dataset_size=1e9)
    assert 1.0 < plan.n_epochs.value < 16.0
    assert plan.n_epochs.low <= plan.n_epochs.value <= plan.n_epochs.high

    def loss(log_n):
        n = np.exp(log_n)
        return repeated.predict(n_params=n, n_examples=1e20 / (6 * n), dataset_size=1e9).mean[0]

    log_n = np.log(plan.n_params.value)
    assert loss(log_n) <= min(loss(log_n + shift) for shift in (-1.0, -0.1, 0.1, 1.0))
    # Seeing each example once would be worse.
    assert plan.loss.value < loss(np.log(1e20 / 6e9))


def test_a_law_of_repetition_reaches_a_target_by_epochs(repeated):
    plan = cheapest(repeated, loss=3.0, dataset_size=5e8)
    reached = repeated.predict(
        n_params=plan.n_params.value, n_examples=plan.n_examples.value, dataset_size=5e8
    )
    assert reached.mean[0] == pytest.approx(3.0, rel=1e-6)
    assert plan.n_epochs.value > 1.0
    unlimited = cheapest(repeated, loss=3.0, dataset_size=1e13)
    assert unlimited.train_flops.value < plan.train_flops.value


def with_floors(fit, floors):
    """The fit with as many resamples as floors, which differ in nothing else."""
    resamples = np.repeat(fit.theta[None], len(floors), axis=0)
    resamples[:, 4] = np.log(floors) - fit.centre[2]
    return dataclasses.replace(fit, resamples=resamples, backtest=None)


def test_draws_that_never_get_there_leave_the_upper_end_open(exact):
    fit = with_floors(exact, np.where(np.arange(100) < 90, 1.7, 2.7))
    plan = cheapest(fit, loss=2.5)
    assert plan.unreached == pytest.approx(0.1)
    for interval in (plan.train_flops, plan.n_params, plan.n_examples):
        assert np.isfinite([interval.value, interval.low]).all()
        assert np.isinf(interval.high)
    (finding,) = (f for f in plan.warnings if f.code == "target_may_be_unreachable")
    assert "In 10% of the resamples the law never reaches a loss of 2.5" in finding.message
    assert json.loads(json.dumps(plan.to_dict(), allow_nan=False))["train_flops"]["high"] is None


def test_a_few_draws_that_never_get_there_leave_it_closed(exact):
    fit = with_floors(exact, np.where(np.arange(100) < 98, 1.7, 2.7))
    plan = cheapest(fit, loss=2.5)
    assert plan.unreached == pytest.approx(0.02)
    assert np.isfinite(plan.train_flops.high)
    assert "target_may_be_unreachable" not in [finding.code for finding in plan.warnings]
    assert np.isinf(cheapest(fit, loss=2.5, level=0.99).train_flops.high)


def test_a_given_size_stays_given_where_draws_never_get_there(exact):
    fit = with_floors(exact, np.where(np.arange(100) < 90, 1.7, 2.7))
    plan = cheapest(fit, loss=2.5, n_params=1e10, examples_served=1e9)
    assert plan.n_params.high == 1e10
    assert np.isinf(plan.n_examples.high)
    assert plan.saving.to_dict() == {"value": 0.0, "low": 0.0, "high": 0.0}


def with_smaller_sizes(fit, n_draws):
    """The fit with 100 resamples, in so many of which the best size is less than a 1000th."""
    params = {name: np.full(100, value) for name, value in fit.params.items()}
    params["param_coef"][:n_draws] /= 100
    resamples = fit.law.from_params(params, fit.centre)
    return dataclasses.replace(fit, resamples=resamples, backtest=None)


def test_a_size_that_some_draws_put_below_one_parameter_has_no_lower_end(exact):
    fit = with_smaller_sizes(exact, 10)
    best = fit.optimal_allocation(train_flops=[1e6, 1e21])
    assert best.n_params.value[0] > 100
    assert best.n_params.low[0] == 0.0
    assert best.n_params.low[1] > 1e5
    assert best.n_examples.high[0] == np.inf
    assert best.n_examples.high[1] < 1e21
    assert np.isfinite([best.n_params.high, best.n_examples.low]).all()
    plan = allocate(fit, train_flops=1e6)
    assert (plan.n_params.low, plan.n_examples.high) == (0.0, np.inf)
    assert plan.n_params.high == pytest.approx(best.n_params.high[0])
    for found in (best, plan):
        (finding,) = (f for f in found.warnings if f.code == "not_identified")
        assert "How small the best `n_params` may be is not identified" in finding.message


def test_a_size_that_few_draws_put_below_one_parameter_keeps_its_lower_end(exact):
    best = with_smaller_sizes(exact, 2).optimal_allocation(train_flops=1e6)
    assert best.n_params.low > 1
    assert np.isfinite(best.n_examples.high)
    assert "not_identified" not in [finding.code for finding in best.warnings]


def test_a_law_without_resamples_plans_without_intervals(exact):
    fit = dataclasses.replace(exact, resamples=np.empty((0, 5)), backtest=None)
    plan = cheapest(fit, loss=2.5, examples_served=1e12)
    assert plan.train_flops.value > 0
    assert np.isnan([plan.train_flops.low, plan.n_params.high, plan.saving.low]).all()
    assert json.loads(json.dumps(plan.to_dict(), allow_nan=False))["n_params"]["low"] is None


def test_the_intervals_grow_as_far_as_the_held_out_check_missed(noisy):
    missed, hit = (
        dataclasses.replace(
            noisy, backtest=dataclasses.replace(noisy.backtest, miss_ratio=ratio, extrapolation=3.0)
        )
        for ratio in (3.0, 1.0)
    )
    wide, narrow = (cheapest(fit, loss=2.2).train_flops for fit in (missed, hit))
    assert wide.value == narrow.value
    assert np.log(wide.high / wide.low) > 2 * np.log(narrow.high / narrow.low)


def test_a_plan_survives_json(noisy):
    values = json.loads(json.dumps(cheapest(noisy, loss=2.0).to_dict(), allow_nan=False))
    assert values["target_loss"] == 2.0
    assert values["warnings"][0]["code"] == "far_extrapolation"
    assert "fit" not in values


@pytest.mark.parametrize(
    ("function", "arguments", "sentence"),
    [
        (cheapest, {"loss": 1.5}, r"one that the law reaches\. Received: loss=1\.5, .* is 1\.69"),
        (cheapest, {"loss": 2.0, "n_params": 1e4}, "a model of 10000 parameters with endless data"),
        (cheapest, {"loss": 2.0, "dataset_size": 1e5}, "any size with 100000 unique examples is"),
        (cheapest, {"loss": 0.0}, "`loss` must be a positive, finite number"),
        (cheapest, {"loss": [2.0, 2.1]}, "`loss` must be one number"),
        (cheapest, {"loss": 1e6}, "at least one parameter and one example. Received"),
        (cheapest, {"loss": 2.6, "examples_served": -1.0}, "`examples_served` must be a finite"),
        (cheapest, {"loss": 2.6, "forward_share": 0.0}, r"`forward_share` must be in \(0, 1\]"),
        (cheapest, {"loss": 2.6, "level": 95}, "`level` must be between 0 and 1"),
        (cheapest, {"loss": 2.6, "n_params": -1}, "`n_params` must be a positive"),
        (allocate, {"train_flops": 1e300}, r"`train_flops` must be at most 1e\+40 FLOPs"),
        (allocate, {"train_flops": 1.0}, "at least one parameter and one example. Received"),
        (allocate, {"train_flops": 0.0}, "`train_flops` must be a positive, finite number"),
        (allocate, {"train_flops": 1e18, "dataset_size": "all"}, "`dataset_size` must be a pos"),
        (
            allocate,
            {"train_flops": 1e18, "n_params": 1e6, "dataset_size": 1e9},
            "A budget must fit the data .* buys 1.667e",
        ),
    ],
)
def test_goals_that_can_not_be_met_are_one_sentence(exact, function, arguments, sentence):
    with pytest.raises(FitError, match=sentence):
        function(exact, **arguments)


def test_a_law_of_repetition_must_know_the_data(repeated):
    with pytest.raises(FitError, match=r"needs the unique examples at hand.*Pass `dataset_size`"):
        allocate(repeated, train_flops=1e18)


def test_a_law_of_one_variable_plans_nothing():
    x = np.geomspace(1, 1e4, 8)
    fit = laws.fit("power_law_floor", x=x, loss=1 + x**-0.5, n_resamples=100)
    for ask in (lambda: cheapest(fit, loss=1.1), lambda: allocate(fit, train_flops=1e9)):
        with pytest.raises(FitError, match=r"law of the loss by n_params and n_examples"):
            ask()


def test_sizes_in_units_of_their_own_may_be_below_one():
    n, d = grid()
    loss = chinchilla_loss(HOFFMANN, n, d)
    fit = laws.fit("chinchilla", n_params=n / 1e9, n_examples=d / 1e9, loss=loss, n_resamples=100)
    assert cheapest(fit, loss=4.0).n_params.value < 0.1
