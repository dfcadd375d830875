import json

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.laws.columns import gather
from scaling_keras.laws.curve_choice import FORM, average_laws


def auto(x, loss, **options):
    return laws.fit("auto", x=x, loss=loss, **{"n_resamples": 200, **options})


def noisy(loss, scale=0.004, seed=0):
    return loss * np.exp(np.random.default_rng(seed).normal(0, scale, len(loss)))


X = np.geomspace(1e6, 1e9, 50)


def slow_start(x):
    """A law that holds from a few times 1e7 on: before that the loss is nearly flat."""
    return 0.25 + 0.3 * (x / 1e7) ** -0.35 / (1 + (1e7 / x) ** 2) ** 0.25


@pytest.mark.parametrize("exponent", [0.11, 0.35, 1.3])
def test_a_law_that_holds_throughout_is_found(exponent):
    fit = auto(X, 0.3 + 0.6 * (X / 1e6) ** -exponent)
    assert fit.params["exponent"] == pytest.approx(exponent, rel=1e-4)
    assert fit.params["irreducible_loss"] == pytest.approx(0.3, rel=1e-3)
    true = 0.3 + 0.6 * 1e4**-exponent
    assert fit.predict(x=1e10).mean[0] == pytest.approx(true, rel=2e-3)


def test_a_curve_without_floor_is_extrapolated_as_one():
    fit = auto(X, 3 * X**-0.2)
    assert fit.predict(x=1e10).mean[0] == pytest.approx(3 * 1e10**-0.2, rel=5e-3)


@pytest.mark.parametrize(("exponent", "scale"), [(0.057, 0.003), (0.1, 0.003), (0.5, 0.01)])
def test_a_noisy_curve_without_floor_is_not_foretold_too_high(exponent, scale):
    x, ahead = np.geomspace(1, 1e4, 20), np.array([1e5, 1e6])
    off, held = [], 0
    for seed in range(8):
        p = auto(x, noisy(2.6 * x**-exponent, scale, seed)).predict(x=ahead)
        true = 2.6 * ahead**-exponent
        off.append(np.log(p.mean / true))
        held += np.sum((p.low <= true) & (true <= p.high))
    assert np.abs(np.mean(off, axis=0)).max() < 0.01
    assert held >= 14


def test_what_a_law_without_floor_counts_is_said():
    message = auto(X, noisy(3 * X**-0.2)).warnings[0].message
    assert "one without, which the rows follow throughout, counts most" in message
    assert "one without" not in auto(X, noisy(0.3 + 0.6 * (X / 1e6) ** -0.35)).warnings[0].message


def test_early_rows_that_follow_another_law_do_not_bend_the_extrapolation():
    misses = {"auto": [], "power_law_floor": []}
    ahead = np.array([2e9, 4e9])
    for seed in range(3):
        loss = noisy(slow_start(X), seed=seed)
        for form, found in misses.items():
            fit = laws.fit(form, x=X, loss=loss, n_resamples=100)
            found.append(np.abs(fit.predict(x=ahead).mean / slow_start(ahead) - 1).max())
    assert np.mean(misses["auto"]) < 0.5 * np.mean(misses["power_law_floor"])


def test_rows_before_the_law_begins_are_left_out_by_name():
    fit = auto(X, noisy(slow_start(X)))
    assert fit.n_runs + len(fit.excluded) == 50
    assert fit.excluded[0].name == "row 0"
    assert f"it lies before x = {fit.values.min():.4g}, from where on" in fit.excluded[0].reason
    message = fit.warnings[0].message
    assert fit.warnings[0].code == "form_chosen"
    assert f"laws from x = {fit.values.min():.4g} on count most" in message
    assert "laws with floor of all rows by" in message


def test_what_is_left_open_is_in_the_intervals():
    # The rows stop where a small exponent with a low floor and a large one with a high floor part.
    x = np.geomspace(1e6, 1e7, 20)
    fit = auto(x, noisy(0.3 + 0.6 * (x / 1e6) ** -0.4))
    exponent = fit.intervals()["exponent"]
    assert exponent.high > 2 * exponent.low
    p = fit.predict(x=1e9)
    assert p.low[0] < 0.3 + 0.6 * 1e3**-0.4 < p.high[0]


def test_intervals_hold_new_rows_about_as_often_as_they_say():
    inside = []
    for seed in range(24):
        rng = np.random.default_rng(seed)
        exponent, floor = rng.uniform(0.2, 0.8), rng.uniform(0.1, 0.4)

        def law(x, exponent=exponent, floor=floor):
            return floor + 0.6 * (x / 1e6) ** -exponent

        ahead = np.array([1.5e9, 2e9, 4e9])
        p = auto(X, noisy(law(X), seed=seed)).predict(x=ahead)
        reached = noisy(law(ahead), seed=1000 + seed)
        inside.append(np.mean((p.low <= reached) & (reached <= p.high)))
    assert np.mean(inside) >= 0.8


def test_the_average_does_not_depend_on_units_or_the_order_of_rows():
    loss = noisy(slow_start(X))
    plain = auto(X, loss)
    scaled = auto(X * 1e-5, loss * 40)
    mixed = np.random.default_rng(1).permutation(50)
    shuffled = auto(X[mixed], loss[mixed])
    mean = plain.predict(x=5e9).mean
    np.testing.assert_allclose(scaled.predict(x=5e4).mean, 40 * mean, rtol=1e-6)
    np.testing.assert_allclose(shuffled.predict(x=5e9).mean, mean, rtol=2e-3)
    assert shuffled.objective == pytest.approx(plain.objective, rel=1e-6)


def test_a_row_of_weight_two_counts_as_two():
    loss = noisy(slow_start(X))
    twice = np.r_[np.arange(50), np.arange(25, 30)]
    rng = np.random.default_rng(0)
    none = {"weights": None, "groups": None}
    doubled = average_laws(
        gather(FORM, None, {"x": X[twice], "loss": loss[twice], **none}), 100, rng
    )
    weights = np.where((np.arange(50) >= 25) & (np.arange(50) < 30), 2.0, 1.0)
    given = {"x": X, "loss": loss, "weights": weights, "groups": None}
    weighted = average_laws(gather(FORM, None, given), 100, rng)
    for one, other in zip(doubled.laws, weighted.laws, strict=True):
        shift = doubled.centre - weighted.centre
        np.testing.assert_allclose(
            one.mean(np.array([3.0])), other.mean(np.array([3.0 + shift])), atol=1e-6
        )


@pytest.mark.parametrize("loss", [np.full(12, 2.0), np.linspace(1.0, 2.0, 12)])
def test_a_loss_that_does_not_fall_is_taken_as_flat(loss):
    fit = auto(np.geomspace(1e3, 1e6, 12), loss)
    p = fit.predict(x=1e7)
    assert np.isfinite([p.mean, p.low, p.high]).all()
    assert loss.min() - 1e-3 <= p.mean[0] <= loss.max() + 1e-3
    assert {"no_better_than_baseline", "at_bound"} & {f.code for f in fit.warnings}


def test_a_few_rows_are_enough_where_a_floor_can_be_fitted():
    x = np.array([1e3, 1e4, 1e5, 1e6, 1e7])
    fit = auto(x, 1.5 + 20 / x**0.4)
    assert fit.form == "power_law_floor"
    assert fit.backtest is None
    assert "no_backtest" in [finding.code for finding in fit.warnings]
    assert auto(x[:4], 20 / x[:4] ** 0.4).form == "power_law"


def test_a_held_parameter_or_another_objective_takes_the_best_single_form():
    loss = noisy(0.3 + 0.6 * (X / 1e6) ** -0.35)
    assert auto(X, loss).objective_name == "squared_log"
    other = auto(X, loss, objective="squared")
    assert other.objective_name == "squared"
    assert not other.excluded
    assert auto(X, loss, fixed={"irreducible_loss": 0.3}).fixed == {"irreducible_loss": 0.3}


def codes(fit):
    return {finding.code for finding in fit.warnings}


def test_an_objective_that_was_asked_for_is_the_one_that_is_minimised():
    loss = noisy(0.3 + 0.6 * (X / 1e6) ** -0.35)
    alone = laws.fit("power_law_floor", x=X, loss=loss, n_resamples=100)
    asked = auto(X, loss, objective="huber", n_resamples=100)
    assert (asked.objective_name, asked.huber_delta) == ("huber", 1e-3)
    assert asked.objective == pytest.approx(alone.objective, rel=1e-9)
    same = auto(X, loss, objective="squared_log")
    np.testing.assert_array_equal(same.resamples, auto(X, loss).resamples)


@pytest.mark.parametrize("row", [6, 15, 29])
def test_one_row_far_off_neither_bends_the_law_nor_widens_its_intervals(row):
    x = np.geomspace(1e3, 1e7, 30)
    clean = noisy(1.5 + 20 / x**0.3, scale=0.003)
    plain = auto(x, clean).predict(x=1e9)
    off = auto(x, np.where(np.arange(30) == row, 1.25, 1.0) * clean)
    p = off.predict(x=1e9)
    assert p.low[0] < 1.5 + 20 / 1e9**0.3 < p.high[0]
    assert (p.high - p.low)[0] < 1.25 * (plain.high - plain.low)[0]
    (said,) = [finding.message for finding in off.warnings if finding.code == "outliers"]
    assert said.startswith("1 of 30 rows lie more than 8 robust standard deviations off the line")
    assert f"neighbours (row {row}) and are left out" in said
    assert (f"row {row}", "it lies far off its neighbours") in [
        (item.name, item.reason) for item in off.excluded
    ]


def test_what_the_residuals_of_an_average_show_is_told():
    x = np.geomspace(1e3, 1e7, 30)
    loss = noisy(1.5 + 20 / x**0.3, scale=0.003)
    loss[[26, 27]] *= 1.2  # Side by side, so that they may be what the curve is like.
    fit = auto(x, loss)
    assert "it lies far off its neighbours" not in [item.reason for item in fit.excluded]
    (said,) = [finding.message for finding in fit.warnings if finding.code == "outliers"]
    assert "2 rows lie more than 6 robust standard deviations off the law (row 26, row 27)" in said
    assert not {"outliers", "objective_sensitive", "early_rows"} & codes(
        auto(x, noisy(1.5 + 20 / x**0.3, scale=0.003))
    )


def test_rows_before_the_law_begins_were_observed_and_count_as_data():
    loss = noisy(slow_start(X))
    fit = auto(X, loss)
    assert fit.values.min() > X[0]
    np.testing.assert_array_equal(fit.set_aside[:, 0], X[fit.values.min() > X])
    p = fit.predict(x=[X[0] / 2, X[0], X[-1], 2 * X[-1]])
    np.testing.assert_allclose(p.extrapolation, [2, 1, 1, 2])
    changed = auto(X, np.r_[1.001 * loss[0], loss[1:]])
    assert changed.data_digest != fit.data_digest
    assert auto(X, loss, n_resamples=100).data_digest == fit.data_digest


def test_thousands_of_rows_are_no_matter():
    x = np.geomspace(1e3, 1e9, 3000)
    fit = auto(x, noisy(1.0 + 20 / x**0.3), n_resamples=100)
    assert fit.predict(x=1e10).mean[0] == pytest.approx(1.0 + 20 / 1e3, rel=5e-3)


def test_an_average_survives_json():
    fit = auto(X, noisy(slow_start(X)))
    back = laws.Fit.from_dict(json.loads(json.dumps(fit.to_dict(), allow_nan=False)))
    np.testing.assert_array_equal(back.predict(x=5e9).mean, fit.predict(x=5e9).mean)
    assert back.excluded == fit.excluded
