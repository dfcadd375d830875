import json
import re

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.errors import FitError
from scaling_keras.laws.averaging import weights_of
from scaling_keras.laws.planning import allocate, cheapest
from tests.strategies import grid


def columns(k=0.6, noise=0.004, seed=0):
    """Runs of a law between the two forms that `auto` averages."""
    n, d = grid(sizes=np.geomspace(1e5, 1e8, 5), budgets=np.geomspace(1e7, 1e10, 5))
    loss = 1.2 + (60 / n**0.4 + 200 / d**0.4) ** k
    scatter = np.random.default_rng(seed).normal(0, noise, len(n))
    return {"n_params": n, "n_examples": d, "loss": loss * np.exp(scatter)}


@pytest.fixture(scope="module")
def fit():
    return laws.fit("auto", columns(), n_resamples=100)


@pytest.fixture(scope="module")
def alone():
    return [laws.fit(form, columns(), n_resamples=100) for form in ("chinchilla", "coupled")]


def test_weights_fall_with_the_fourth_power_of_the_errors():
    np.testing.assert_allclose(weights_of([0.01, 0.02]), [16 / 17, 1 / 17])
    np.testing.assert_allclose(weights_of([0.0, 0.02]), [1.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(weights_of([0.01, np.inf]), [1.0, 0.0])


def test_forms_without_any_check_weigh_the_same():
    np.testing.assert_allclose(weights_of([np.inf, np.inf]), [0.5, 0.5])


def test_the_resamples_are_of_both_forms(fit):
    k = fit.law.to_params(fit.resamples, fit.centre)["coupling_exponent"]
    assert fit.form == "coupled"
    assert 0 < np.mean(k == 1.0) < 1
    assert "averaged" in fit.warnings[0].message


@pytest.mark.parametrize(("k", "leading"), [(0.6, "coupled"), (1.0, "chinchilla")])
def test_an_average_knows_its_weights_and_shows_the_form_that_has_most(k, leading):
    fit = laws.fit("auto", columns(k), n_resamples=100)
    assert fit.form == "coupled"
    assert set(fit.form_weights) == {"chinchilla", "coupled"}
    assert sum(fit.form_weights.values()) == pytest.approx(1)
    assert fit.form_weights[leading] == max(fit.form_weights.values())
    assert f"{fit.form_weights[leading]:.0%} `{leading}`" in fit.warnings[0].message
    assert fit.leading_form is laws.FORMS[leading]
    alone = laws.fit(leading, columns(k), n_resamples=100)
    assert fit.formula() == alone.formula()
    restored = laws.Fit.from_dict(json.loads(json.dumps(fit.to_dict(), sort_keys=True)))
    assert restored.form_weights == fit.form_weights
    assert restored.formula() == fit.formula()


def test_the_prediction_lies_between_those_of_the_forms(fit, alone):
    at = {"n_params": 1e9, "n_examples": 1e11}
    means = [item.predict(**at).mean[0] for item in alone]
    both = fit.predict(**at)
    assert min(means) * 0.999 <= both.mean[0] <= max(means) * 1.001
    assert both.low[0] < both.mean[0] < both.high[0]


def test_an_average_survives_json_exactly(fit):
    same = laws.Fit.from_dict(json.loads(json.dumps(fit.to_dict(), allow_nan=False)))
    assert same.to_dict() == fit.to_dict()
    np.testing.assert_array_equal(
        same.predict(n_params=1e9, n_examples=1e11).high,
        fit.predict(n_params=1e9, n_examples=1e11).high,
    )


def test_an_average_plans_like_any_fit(fit):
    best = fit.optimal_allocation(train_flops=1e19)
    plan = laws.allocate(fit, train_flops=1e19)
    assert plan.n_params.value == pytest.approx(best.n_params.value, rel=1e-3)
    assert best.n_params.low < best.n_params.value < best.n_params.high
    cheapest = laws.cheapest(fit, loss=float(best.loss.value) * 1.02)
    assert cheapest.train_flops.value < 1e19
    assert laws.next_runs(fit, train_flops=1e19, n=1).runs
    assert "coupling_exponent" in fit.summary()
    assert laws.sensitivity(fit)


def test_an_average_does_not_depend_on_units_or_order(fit):
    given = columns()
    order = np.random.default_rng(1).permutation(len(given["loss"]))
    moved = laws.fit(
        "auto",
        n_params=given["n_params"][order] / 1e6,
        n_examples=given["n_examples"][order] / 1e9,
        loss=given["loss"][order],
        n_resamples=100,
    )
    here = fit.predict(n_params=1e9, n_examples=1e11)
    there = moved.predict(n_params=1e3, n_examples=1e2)
    # The draws are those of the same clusters, so even the median is the same up to rounding.
    np.testing.assert_allclose(there.mean, here.mean, rtol=2e-3)
    np.testing.assert_allclose(there.high - there.low, here.high - here.low, rtol=0.3)


def test_the_check_is_that_of_the_average(fit, alone):
    errors = [item.backtest.error for item in alone]
    assert fit.backtest.error <= max(errors) * 1.001
    assert fit.backtest.n_test == alone[0].backtest.n_test
    codes = [finding.code for finding in fit.warnings]
    assert codes.count("widened") == (fit.backtest.miss_ratio >= 1.05)


@pytest.mark.slow
@pytest.mark.parametrize("k", [1.0, 0.6])
def test_intervals_of_an_average_hold_new_runs_about_as_often_as_they_say(k):
    held = []
    for seed in range(40):
        fit = laws.fit("auto", columns(k, seed=seed), n_resamples=100)
        at = {"n_params": np.array([3e8]), "n_examples": np.array([3e10])}
        new = 1.2 + (60 / at["n_params"] ** 0.4 + 200 / at["n_examples"] ** 0.4) ** k
        new *= np.exp(np.random.default_rng(1000 + seed).normal(0, 0.004))
        prediction = fit.predict(**at)
        held.append(prediction.low <= new <= prediction.high)
    assert np.mean(held) >= 0.8


def test_a_form_that_was_not_judged_is_said_to_be_the_first():
    n = np.geomspace(1e5, 1e8, 12)
    loss = 1.2 + 60 / n**0.4 + 200 / (1e15 / n) ** 0.4
    fit = laws.fit("auto", n_params=n, n_examples=1e15 / n, loss=loss, n_resamples=100)
    assert fit.form == "chinchilla"
    assert fit.warnings[0].code == "form_chosen"
    assert "no runs were held out to tell whether `coupled` is better" in fit.warnings[0].message


def test_a_form_that_the_runs_can_not_determine_is_named():
    few = {name: column[[0, 6, 12, 18, 24, 4, 20]] for name, column in columns().items()}
    message = laws.fit("auto", few, n_resamples=100).warnings[0].message
    assert message.startswith("The form is `chinchilla`, by order and not by its errors: the runs")
    assert "can't determine `coupled`" in message


def test_a_curve_without_a_floor_for_want_of_rows_says_so():
    x = np.array([1e3, 1e4, 1e5, 1e6])
    fit = laws.fit("auto", x=x, loss=2 + 20 / x**0.3, n_resamples=100)
    assert fit.form == "power_law"
    assert fit.warnings[0].code == "form_chosen"
    assert "can't determine `power_law_floor`. It has no floor" in fit.warnings[0].message


def disagreeing():
    """Few runs with much noise, of which the forms make different splits of a budget."""
    n, d = grid(sizes=np.geomspace(1e5, 1e7, 5), budgets=np.geomspace(1e7, 1e9, 4))
    loss = 0.2 + (60 / n**0.4 + 20 / d**0.3) ** 0.7
    scatter = np.random.default_rng(2).normal(0, 0.05, len(n))
    return {"n_params": n, "n_examples": d, "loss": loss * np.exp(scatter)}


@pytest.fixture(scope="module")
def torn():
    return laws.fit("auto", disagreeing(), n_resamples=100)


def test_the_best_split_of_an_average_has_its_lowest_prediction(torn):
    leading = laws.fit(torn.leading_form.name, disagreeing(), n_resamples=100)
    alone = leading.optimal_allocation(train_flops=1e18).n_params.value
    best = torn.optimal_allocation(train_flops=[1e16, 1e18])
    assert abs(np.log(best.n_params.value[1] / alone)) > np.log(1.5)
    for place, budget in enumerate((1e16, 1e18)):
        sizes = best.n_params.value[place] * np.geomspace(1e-3, 1e3, 301)
        losses = torn.predict(n_params=sizes, n_examples=budget / (6 * sizes)).mean
        assert best.loss.value[place] <= losses.min() * (1 + 1e-6)


def test_plans_of_an_average_agree_with_its_best_split(torn):
    best = torn.optimal_allocation(train_flops=1e18)
    plan = allocate(torn, train_flops=1e18)
    assert plan.n_params == best.n_params
    assert plan.loss == best.loss
    back = cheapest(torn, loss=best.loss.value)
    assert back.train_flops.value == pytest.approx(1e18, rel=1e-4)
    assert back.loss.value == pytest.approx(best.loss.value, rel=1e-6)
    data = cheapest(torn, loss=best.loss.value, n_params=best.n_params.value)
    assert data.n_examples.value == pytest.approx(best.n_examples.value, rel=1e-4)


def test_a_served_model_of_an_average_saves_against_its_own_cheapest(torn):
    loss = torn.optimal_allocation(train_flops=1e18).loss.value
    plain, plan = (cheapest(torn, loss=loss, examples_served=t) for t in (0.0, 1e12))
    totals = [run.train_flops.value + 2 * run.n_params.value * 1e12 for run in (plain, plan)]
    assert plan.n_params.value < plain.n_params.value
    assert plan.loss.value == pytest.approx(loss, rel=1e-6)
    assert plan.saving.value == pytest.approx(1 - totals[1] / totals[0], abs=1e-3)


def test_a_target_that_an_average_never_reaches_is_refused(torn):
    with pytest.raises(FitError, match="the lowest loss of a model of any size"):
        cheapest(torn, loss=1e-3)


def test_groups_are_compared_by_what_averages_say(torn):
    found = laws.compute_multiplier(torn, torn, train_flops=1e16)
    assert found.multiplier.value == pytest.approx(1.0)
    assert found.loss.value == pytest.approx(
        torn.optimal_allocation(train_flops=1e16).loss.value, rel=0.02
    )


def test_an_interval_that_a_finding_tells_is_the_one_in_the_table():
    fit = laws.fit("auto", columns(noise=0.1), n_resamples=100)
    assert len(fit.form_weights) == 2
    told = {
        name: (float(low), float(high))
        for finding in fit.warnings
        for name, low, high in re.findall(
            r"`(\w+)` is not identified: its 90 % interval runs from (\S+) to ([\d.e+-]+)\. ",
            finding.message,
        )
    }
    assert told
    for name, ends in told.items():
        own = fit.intervals(0.9)[name]
        assert ends == pytest.approx((own.low, own.high), rel=1e-4)


def test_the_standard_errors_of_a_finding_are_those_of_the_sensitivity_table():
    runs = columns(noise=0.1)
    runs["loss"][12] *= 4
    fit = laws.fit("auto", runs, n_resamples=100)
    assert len(fit.form_weights) == 2
    moved = [f.message for f in fit.warnings if f.code in ("early_rows", "outliers")]
    assert moved
    errors = [f"({variation.standard_errors:.1f} " for variation in laws.sensitivity(fit)]
    assert all(any(each in message for each in errors) for message in moved)
