"""Runs in which size and data rise together tell no split between the two, and must not seem to."""

import json

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.errors import FitError
from scaling_keras.laws.exponents import frontier_exponents
from scaling_keras.laws.inseparable import inseparable
from scaling_keras.laws.unseen import unseen
from scaling_keras.tuner.designs.buying import Goal, is_reached
from tests.strategies import HOFFMANN, chinchilla_loss, noisy_runs

SIZES = np.geomspace(1e6, 1e9, 20)
ASIDE = {"n_params": 1e9, "n_examples": 2e7}
OPTIMA = {1e18: 8.06e7, 1e19: 2.28e8}
"""The best sizes of two budgets under the law that is true, to three digits."""


def ladder(seed=0, *, scatter=0.0, noise=0.004, params=HOFFMANN):
    """Twenty runs of 20 examples per parameter, within `scatter` decades."""
    rng = np.random.default_rng(seed)
    n_examples = 20 * SIZES * 10 ** (scatter * rng.normal(size=20))
    loss = chinchilla_loss(params, SIZES, n_examples) * np.exp(rng.normal(scale=noise, size=20))
    return {"n_params": SIZES, "n_examples": n_examples, "loss": loss}


def fitted(runs, form="chinchilla", **options):
    options = {"n_resamples": 100, "check_held_out": False, **options}
    return laws.fit(form, runs, **options)


def pairs_of(runs):
    z = np.log(np.stack([runs["n_params"], runs["n_examples"]], axis=1))
    return inseparable(
        laws.FORMS["chinchilla"], z - z.mean(axis=0), np.log(runs["loss"]), np.ones(len(z))
    )


@pytest.fixture(scope="module")
def fit():
    return fitted(ladder())


@pytest.fixture(scope="module")
def separable():
    return fitted(noisy_runs(HOFFMANN, noise=0.004))


@pytest.mark.parametrize("seed", range(4))
def test_a_prediction_aside_of_runs_of_one_ratio_holds_the_truth(seed):
    prediction = fitted(ladder(seed), seed=seed).predict(**ASIDE)
    truth = chinchilla_loss(HOFFMANN, *ASIDE.values())
    assert prediction.low[0] < truth < prediction.high[0]
    assert prediction.extrapolation[0] == pytest.approx(1000)
    codes = [finding.code for finding in prediction.warnings]
    assert codes[:3] == ["not_separable", "far_extrapolation", "collinear"]


def test_the_interval_aside_goes_from_what_size_alone_gives_to_what_data_alone_gives(fit):
    low, high = (
        fit.predict(n_params=n, n_examples=20 * n)
        for n in (ASIDE["n_params"], ASIDE["n_examples"] / 20)
    )
    between = fit.predict(**ASIDE)
    assert between.low[0] == pytest.approx(low.mean[0], rel=0.02)
    assert between.high[0] == pytest.approx(high.mean[0], rel=0.02)


def test_predictions_on_the_line_are_those_of_the_law(fit):
    prediction = fit.predict(n_params=[1e7, 1e9, 1e10], n_examples=[2e8, 2e10, 2e11])
    z = fit.law.into_frame(np.array([[1e7, 2e8], [1e9, 2e10], [1e10, 2e11]]), fit.centre)
    expected = np.exp(np.median(fit.law.value(fit.resamples, z), axis=0) + fit.centre[-1])
    np.testing.assert_array_equal(prediction.mean, expected)
    truth = chinchilla_loss(HOFFMANN, np.array([1e7, 1e9]), np.array([2e8, 2e10]))
    np.testing.assert_allclose(prediction.mean[:2], truth, rtol=0.01)
    assert (prediction.high - prediction.low < 0.06 * prediction.mean).all()
    assert "not_separable" not in [finding.code for finding in prediction.warnings]


def assert_has_no_ends(interval):
    assert (interval.low, interval.high) == (0.0, np.inf)


def test_the_best_split_of_a_budget_has_no_ends(fit):
    best = fit.optimal_allocation(train_flops=list(OPTIMA))
    for interval in (best.n_params, best.n_examples):
        np.testing.assert_array_equal(interval.low, 0.0)
        np.testing.assert_array_equal(interval.high, np.inf)
    codes = [finding.code for finding in best.warnings]
    assert codes[0] == "not_separable"
    assert len(set(codes)) == len(codes)
    values = json.loads(json.dumps(best.to_dict(), allow_nan=False))
    assert values["n_params"]["high"] == [None, None]
    for exponent in frontier_exponents(fit, level=0.9).values():
        assert (exponent.low, exponent.high) == (0.0, 1.0)


def law_of(*, with_size, with_data):
    """Parameters of a law of size and data in the solver's frame, either effect left out."""
    form = laws.FORMS["chinchilla"]
    params = {
        **HOFFMANN,
        "param_coef": HOFFMANN["param_coef"] if with_size else 1e-30,
        "data_coef": HOFFMANN["data_coef"] if with_data else 1e-30,
    }
    return form.from_params(params, np.zeros(3))


def test_of_two_that_are_told_apart_by_nothing_one_alone_is_not_unseen():
    """Which of the two a search, or a resample of it, ends at is chance."""
    form = laws.FORMS["chinchilla"]
    runs = ladder()
    z = np.log(np.stack([runs["n_params"], runs["n_examples"]], axis=1))
    pairs = inseparable(form, z, np.log(runs["loss"]), np.ones(len(z)))
    by_size, by_data, by_neither = (
        law_of(with_size=size, with_data=data) for size, data in [(1, 0), (0, 1), (0, 0)]
    )
    either = np.stack([by_size, by_data])
    assert unseen(form, by_size, either, z) == ("n_params", "n_examples")
    assert unseen(form, by_size, either, z, pairs) == ()
    assert unseen(form, by_neither, either, z, pairs) == ("n_params", "n_examples")


def test_nor_has_that_of_averaged_forms():
    fit = fitted(ladder(), "auto", check_held_out=True)
    assert_has_no_ends(fit.optimal_allocation(train_flops=1e19).n_params)


def test_exact_runs_of_equal_exponents_are_no_surer():
    equal = {**HOFFMANN, "param_exponent": 0.3, "data_exponent": 0.3}
    fit = fitted(ladder(noise=0.0, params=equal))
    assert_has_no_ends(fit.optimal_allocation(train_flops=1e18).n_params)


@pytest.mark.parametrize(
    ("scatter", "noise", "are_separable"),
    [
        (0.0, 0.0, False),
        (0.0, 0.004, False),
        (0.005, 0.004, False),
        (0.1, 0.004, True),
        (0.1, 0.0, True),
        (0.02, 0.0005, True),
        (0.02, 0.02, False),
    ],
)
def test_whether_runs_near_a_line_are_separable_depends_on_their_noise(
    scatter, noise, are_separable
):
    """Correlations here are all above 0.99."""
    for seed in range(10):
        assert (pairs_of(ladder(seed, scatter=scatter, noise=noise)) == ()) == are_separable


def test_a_fit_to_runs_of_one_ratio_says_so_and_rows_without_weight_do_not_hide_it():
    runs = ladder(noise=0.001)
    aside = {"n_params": 1e8, "n_examples": 2e8, "loss": chinchilla_loss(HOFFMANN, 1e8, 2e8)}
    both = {name: np.append(column, aside[name]) for name, column in runs.items()}
    said = [
        [finding.code for finding in fitted(rows, **options).warnings].count("not_separable")
        for rows, options in ((runs, {}), (both, {"weights": np.append(np.ones(20), 0)}))
    ]
    assert said == [1, 1]


def test_runs_of_one_budget_are_separable():
    """Along them more size lowers the loss, and less data raises it."""
    n_examples = 1e18 / (6 * SIZES)
    loss = chinchilla_loss(HOFFMANN, SIZES, n_examples)
    assert pairs_of({"n_params": SIZES, "n_examples": n_examples, "loss": loss}) == ()


def test_runs_near_a_line_keep_the_ends_of_their_intervals():
    covered = 0
    for seed in range(6):
        best = fitted(ladder(seed, scatter=0.1)).optimal_allocation(train_flops=1e19)
        assert 0 < best.n_params.low < best.n_params.high < 1e12
        covered += best.n_params.low < OPTIMA[1e19] < best.n_params.high
    assert covered >= 4


def test_the_best_size_of_a_sweep_that_is_nearly_a_ladder_holds_as_often_as_it_says():
    sizes = np.geomspace(1e6, 1e8, 10)
    covered = 0
    for seed in range(20):
        n_examples = sizes * np.resize([18.0, 22.0], 10)
        scatter = np.random.default_rng(seed).normal(0, 0.005, 10)
        runs = {"n_params": sizes, "n_examples": n_examples}
        runs["loss"] = chinchilla_loss(HOFFMANN, sizes, n_examples) * np.exp(scatter)
        best = fitted(runs).optimal_allocation(train_flops=1e19).n_params
        covered += best.low < OPTIMA[1e19] < best.high
    assert covered >= 17


@pytest.mark.parametrize("epochs", [(1,), (1, 1.5, 2)])
def test_what_many_epochs_are_worth_is_not_told_by_runs_of_few(epochs):
    truth = laws.published.get("muennighoff")
    rows = np.array(
        [
            (n, e * u, u)
            for n in np.geomspace(1e7, 1e9, 4)
            for u in np.geomspace(1e8, 1e10, 5)
            for e in epochs
        ]
    )
    runs = dict(zip(truth.law.variables, rows.T, strict=True))
    scatter = np.random.default_rng(0).normal(scale=0.004, size=len(rows))
    runs["loss"] = truth.predict(**runs).mean * np.exp(scatter)
    fit = fitted(runs, "data_constrained")
    asked = {"n_params": 1e8, "n_examples": 2e10, "dataset_size": 1e8}
    prediction = fit.predict(**asked)
    assert prediction.low[0] < truth.predict(**asked).mean[0] < prediction.high[0]
    assert prediction.extrapolation[0] == pytest.approx(200 / max(epochs))
    assert prediction.warnings[0].code == "not_separable"
    assert "dataset_size rises with n_examples" in prediction.warnings[0].message
    fresh = fit.predict(n_params=1e8, n_examples=1e9, dataset_size=1e9)
    assert "not_separable" not in [finding.code for finding in fresh.warnings]
    assert fresh.high[0] / fresh.low[0] < 1.05


def test_the_plan_of_a_budget_has_no_ends_but_what_is_given(fit):
    plan = laws.allocate(fit, train_flops=1e19)
    assert_has_no_ends(plan.n_examples)
    assert plan.train_flops.low == plan.train_flops.high == 1e19
    assert plan.warnings[0].code == "not_separable"
    values = json.loads(json.dumps(plan.to_dict(), allow_nan=False))
    assert values["n_params"]["high"] is None


def test_the_split_keeps_the_ratio_of_the_runs_and_so_its_loss_is_known(fit):
    best = fit.optimal_allocation(train_flops=1e19)
    plan = laws.allocate(fit, train_flops=1e19)
    assert best.n_params.value == pytest.approx(np.sqrt(1e19 / 120))
    assert best.n_examples.value == pytest.approx(20 * best.n_params.value)
    assert plan.n_params.value == pytest.approx(best.n_params.value)
    assert best.extrapolation == 1.0
    truth = chinchilla_loss(HOFFMANN, best.n_params.value, best.n_examples.value)
    for loss in (best.loss, plan.loss):
        assert loss.low < truth < loss.high < 1.06 * loss.low


def test_the_cheapest_run_of_a_loss_is_refused(fit):
    with pytest.raises(FitError, match="The cheapest run of a loss is not identified"):
        laws.cheapest(fit, loss=2.7)


def test_a_budget_for_a_given_size_buys_what_it_buys(fit):
    plan = laws.allocate(fit, train_flops=6 * 20 * 1e14, n_params=1e7)
    assert plan.n_examples.low == pytest.approx(plan.n_examples.high)
    assert "not_separable" not in [finding.code for finding in plan.warnings]


def test_runs_of_one_ratio_give_no_multiplier_by_size_and_data(fit, separable):
    with pytest.raises(FitError, match="a fit whose runs can't tell the two apart"):
        laws.compute_multiplier(separable, fit, train_flops=1e19)


def test_advice_on_an_optimum_that_is_not_identified_is_refused(fit):
    with pytest.raises(FitError, match="The best size of a budget is not identified"):
        laws.next_runs(fit, train_flops=1e19)


def test_advice_on_a_run_aside_is_to_go_aside(fit):
    (run,) = laws.next_runs(fit, target=ASIDE, n=1).runs
    assert abs(np.log(run.n_examples / run.n_params / 20)) > 0.3
    assert run.cut > 0.3


def test_an_optimum_without_ends_is_never_narrow_enough(fit):
    assert not is_reached(Goal(target={"train_flops": 1e19}, width=1e9), fit)


def test_a_metric_aside_of_the_runs_is_as_unsure_as_its_loss(fit):
    loss = fit.observed
    error = 0.85 - 2.1 * np.exp(-0.75 * loss)
    downstream = laws.fit("downstream_error", loss=loss, error=error, n_resamples=100)
    found = laws.predict_downstream(fit, downstream, **ASIDE)
    ends = fit.predict(**ASIDE)
    through = [0.85 - 2.1 * np.exp(-0.75 * end[0]) for end in (ends.low, ends.high)]
    assert found.low[0] < through[0] + 0.03
    assert found.high[0] > through[1] - 0.03
    assert "not_separable" in [finding.code for finding in found.warnings]
