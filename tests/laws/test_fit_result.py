import dataclasses
import json

import numpy as np
import pytest
from scipy import optimize

from scaling_keras import laws
from scaling_keras.errors import FitError
from tests.strategies import HOFFMANN, chinchilla_loss, grid, noisy_runs


@pytest.fixture(scope="module")
def exact():
    n, d = grid()
    loss = chinchilla_loss(HOFFMANN, n, d)
    return laws.fit("chinchilla", n_params=n, n_examples=d, loss=loss, n_resamples=100)


@pytest.fixture(scope="module")
def noisy():
    return laws.fit("chinchilla", noisy_runs(HOFFMANN, noise=0.01), n_resamples=300)


def test_a_prediction_is_the_formula(exact):
    expected = chinchilla_loss(HOFFMANN, 1e9, np.array([1e10, 1e11]))
    prediction = exact.predict(n_params=1e9, n_examples=[1e10, 1e11])
    np.testing.assert_allclose(prediction.mean, expected, rtol=1e-6)


def test_the_interval_holds_the_mean_and_grows_with_the_level(noisy):
    narrow = noisy.predict(n_params=1e9, n_examples=1e11, level=0.5)
    wide = noisy.predict(n_params=1e9, n_examples=1e11, level=0.95)
    assert wide.low < narrow.low <= narrow.mean <= narrow.high < wide.high


def test_intervals_grow_with_the_distance_from_the_runs(noisy):
    inside = noisy.predict(n_params=1e6, n_examples=1e9)
    outside = noisy.predict(n_params=1e11, n_examples=1e13)
    assert inside.extrapolation[0] == 1.0
    assert outside.extrapolation[0] == pytest.approx(1e6)
    relative = [(p.high - p.low)[0] / p.mean[0] for p in (inside, outside)]
    assert relative[1] > relative[0]
    assert [finding.code for finding in outside.warnings] == ["far_extrapolation"]
    assert inside.warnings == ()


def test_no_other_split_of_the_budget_is_better(exact):
    best = exact.optimal_allocation(train_flops=1e21)

    def loss(log_n):
        n = np.exp(log_n)
        return chinchilla_loss(HOFFMANN, n, 1e21 / (6 * n))

    found = optimize.minimize_scalar(
        loss, bounds=(np.log(1e6), np.log(1e13)), method="bounded", options={"xatol": 1e-10}
    )
    assert best.n_params.value == pytest.approx(np.exp(found.x), rel=1e-4)
    assert best.loss.value == pytest.approx(found.fun, rel=1e-6)
    assert 6 * best.n_params.value * best.n_examples.value == pytest.approx(1e21)


def test_several_budgets_give_arrays(noisy):
    best = noisy.optimal_allocation(train_flops=[1e18, 1e20])
    assert best.loss.value.shape == (2,)
    one = noisy.optimal_allocation(train_flops=1e20)
    assert one.n_params.value == best.n_params.value[1]
    assert one.n_params.low < one.n_params.value < one.n_params.high
    assert one.n_examples.low < one.n_examples.value < one.n_examples.high
    assert json.loads(json.dumps(best.to_dict()))["loss"]["value"] == best.loss.value.tolist()


def test_parameter_intervals_contain_the_truth(noisy):
    for name, interval in noisy.intervals(0.99).items():
        assert interval.low <= HOFFMANN[name] <= interval.high, name
        assert interval.value == noisy.params[name]


def test_a_fit_survives_json_exactly(noisy):
    text = json.dumps(noisy.to_dict(), allow_nan=False)
    restored = laws.Fit.from_dict(json.loads(text))
    assert json.dumps(restored.to_dict()) == text
    before, after = (f.predict(n_params=1e9, n_examples=1e10) for f in (noisy, restored))
    assert before.low == after.low
    assert before.high == after.high


def test_a_fit_by_squares_survives_json_too():
    fit = laws.fit("chinchilla", noisy_runs(HOFFMANN), objective="squared_log", n_resamples=100)
    restored = laws.Fit.from_dict(json.loads(json.dumps(fit.to_dict(), allow_nan=False)))
    assert restored.huber_delta is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"form": "coupled"}, r"`theta` of a stored `coupled` fit of 16 runs .* of shape 6\."),
        ({"theta": [1, 2]}, r"`theta` of a .* shape 5\. Received: shape 2\. Pass what `to_dict`"),
        ({"theta": "none"}, r"`theta` of a .* Received: something else"),
        ({"resamples": [[1.0, 2.0]]}, r"`resamples` of a .* shape anyx5\. Received: shape 1x2"),
        ({"values": []}, r"`values` of a .* shape 16x2"),
        ({"params": {"exponent": 0.3}}, r"`params` of a .* must be param_coef, .*'exponent'"),
        ({"warnings": [{"text": "?"}]}, r"`warnings` of a .* must be made of code, message"),
        ({"names": None}, r"`names` of a stored fit must be a list\. Received: None"),
        ({"form_weights": {"kaplan": 1.0}}, r"`form_weights` .* must be weights of chinchilla by "),
        ({"backtest": {}}, r"`backtest` of a .* must be made of n_train, .* Received: \{\}"),
    ],
)
def test_what_is_no_stored_fit_of_its_form_is_refused(noisy, changes, message):
    with pytest.raises(FitError, match=message):
        laws.Fit.from_dict({**noisy.to_dict(), **changes})


def test_a_fit_that_was_saved_without_weights_of_forms_is_of_one(noisy):
    saved = noisy.to_dict()
    del saved["form_weights"]
    again = laws.Fit.from_dict(saved)
    assert again.form_weights == noisy.form_weights == {}
    assert again.leading_form is again.law


def test_only_a_mapping_can_be_a_stored_fit():
    with pytest.raises(FitError, match=r"needs a mapping, as `to_dict` gives it. Received: None"):
        laws.Fit.from_dict(None)


@pytest.mark.parametrize(
    "ask",
    [
        lambda fit: laws.sensitivity(3),
        lambda fit: laws.profile(3, "param_exponent"),
        lambda fit: laws.next_runs(3, train_flops=1e18),
        lambda fit: laws.allocate(3, train_flops=1e18),
        lambda fit: laws.compute_multiplier(fit, 3, train_flops=1e18),
        lambda fit: laws.compute_multiplier(3, fit, train_flops=1e18),
        lambda fit: laws.predict_downstream(fit, 3, n_params=1e8, n_examples=1e9),
    ],
)
def test_what_is_asked_of_a_fit_needs_one(noisy, ask):
    with pytest.raises(FitError, match=r"` must be a fit\. Received: .*=3\. Pass what `laws.fit`"):
        ask(noisy)


def test_without_resamples_a_fit_is_small_but_can_not_be_restored(noisy):
    small = noisy.to_dict(resamples=False)
    assert len(json.dumps(small)) < 10_000
    with pytest.raises(FitError, match=r"Received: none of resamples. Save the fit with to_dict"):
        laws.Fit.from_dict(small)


def test_residuals_are_those_of_log_loss(noisy):
    by_formula = chinchilla_loss(noisy.params, *noisy.values.T)
    np.testing.assert_allclose(noisy.residuals, np.log(noisy.observed / by_formula), atol=1e-12)


def test_a_prediction_is_the_median_of_the_law_over_the_resamples(noisy):
    draws = noisy.law.to_params(noisy.resamples, noisy.centre)
    laws_there = chinchilla_loss(draws, 1e9, 1e11)
    predicted = noisy.predict(n_params=1e9, n_examples=1e11).mean[0]
    assert predicted == pytest.approx(np.median(laws_there), rel=1e-6)


def test_the_formula_keeps_enough_digits(exact):
    assert exact.formula() == "L(N, D) = 1.6900 + 406.4000 / N^0.3400 + 410.7000 / D^0.2800"


def test_the_summary_tells_objective_agreement_and_findings(noisy):
    text = noisy.summary()
    assert f"{noisy.objective:.4g}" in text
    assert "starts agree" in text
    assert all(finding.message in text for finding in noisy.warnings)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"n_params": 1e6}, "predicts from n_params and n_examples. Received: n_params"),
        ({"x": 1.0}, "Received: x. Pass n_params and n_examples by name"),
        ({"n_params": -1.0, "n_examples": 1e6}, r"`n_params` must be a positive, finite number"),
        ({"n_params": 1e6, "n_examples": "many"}, r"Received: n_examples='many'"),
        ({"n_params": [1, 2], "n_examples": [1, 2, 3]}, "one length. Received: lengths 2, 3"),
        ({"n_params": 1e6, "n_examples": 1e6, "level": 90}, "`level` must be between 0 and 1"),
    ],
)
def test_bad_points_are_named(noisy, arguments, sentence):
    with pytest.raises(FitError, match=sentence):
        noisy.predict(**arguments)


@pytest.mark.parametrize("budget", [0.0, -1.0, np.nan, np.inf, [], "1e15 FLOPs"])
def test_a_budget_must_be_positive_and_finite(noisy, budget):
    with pytest.raises(FitError, match="`train_flops` must be a positive, finite number"):
        noisy.optimal_allocation(train_flops=budget)


def test_a_one_variable_law_has_nothing_to_allocate():
    x = np.geomspace(1, 1e4, 8)
    fit = laws.fit("power_law_floor", x=x, loss=1 + x**-0.5, n_resamples=100)
    with pytest.raises(
        FitError, match=r"needs a law of the loss by n_params and n_examples.*such as `chinchilla`"
    ):
        fit.optimal_allocation(train_flops=1e15)


def test_a_parameter_that_every_resample_agrees_on_is_identified(exact):
    text = exact.summary()
    assert exact.at_bound == ()
    assert "not identified" not in text
    assert "data_exponent     0.28       90% interval 0.28 to 0.28" in text


def test_a_parameter_at_its_bound_has_no_interval(noisy):
    fit = dataclasses.replace(noisy, at_bound=("irreducible_loss",))
    (line,) = (line for line in fit.summary().splitlines() if line.endswith("at its bound"))
    assert line.split()[0] == "irreducible_loss"
    assert "not identified" in line
    assert "interval" not in line


@pytest.mark.filterwarnings("error")
def test_a_point_whose_compute_is_no_number_is_refused():
    fit = laws.fit("chinchilla", noisy_runs(HOFFMANN), n_resamples=100)
    with pytest.raises(FitError, match=r"product of n_params and n_examples .* n_params=1e\+300"):
        fit.predict(n_params=1e300, n_examples=1e300)
    with pytest.raises(FitError, match=r"`n_params` must be a positive.*Received: n_params=1j"):
        fit.predict(n_params=1j, n_examples=1e9)
    far = fit.predict(n_params=1e150, n_examples=1e150)
    assert np.isfinite([far.low, far.mean, far.high]).all()


def test_rows_set_aside_survive_saving():
    x = np.geomspace(1e3, 1e7, 30)
    loss = (1.5 + 20 / x**0.3) * np.where(np.arange(30) == 15, 1.25, 1.0)
    fit = laws.fit("auto", x=x, loss=loss, n_resamples=100)
    again = laws.Fit.from_dict(json.loads(json.dumps(fit.to_dict())))
    np.testing.assert_array_equal(again.set_aside, fit.set_aside)
    plain = laws.fit("power_law", x=x, loss=loss, n_resamples=100)
    assert laws.Fit.from_dict(plain.to_dict()).set_aside.shape == (0, 1)
