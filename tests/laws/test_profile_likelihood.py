import json

import numpy as np
import pytest
from scipy import integrate, stats

from scaling_keras import laws
from scaling_keras.errors import FitError
from scaling_keras.laws import published
from scaling_keras.laws.solver import huber_sum
from scaling_keras.laws.working_likelihood import log_likelihood
from tests.strategies import HOFFMANN, chinchilla_loss, noisy_runs


@pytest.fixture(scope="module")
def fit():
    return laws.fit("chinchilla", noisy_runs(HOFFMANN, noise=0.003), n_resamples=100)


@pytest.mark.parametrize("name", list(HOFFMANN))
def test_the_interval_holds_the_estimate_and_its_ends_lose_what_the_level_allows(fit, name):
    found = laws.profile(fit, name, level=0.9)
    assert found.identified
    assert found.interval.low < fit.params[name] < found.interval.high
    for end in (found.interval.low, found.interval.high):
        lost = np.interp(end, found.values, found.deviance)
        assert lost == pytest.approx(found.threshold, abs=0.15)
    # Sixteen configurations, of which five parameters leave eleven.
    assert found.threshold == pytest.approx(stats.f.ppf(0.9, 1, 11))


def test_the_deviance_is_least_at_the_estimate_and_rises_on_both_sides(fit):
    found = laws.profile(fit, "data_exponent")
    assert found.deviance.min() == 0.0
    assert found.values[np.argmin(found.deviance)] == fit.params["data_exponent"]
    low, high = np.split(found.deviance, [int(np.argmin(found.deviance))])
    assert (np.diff(low) < 1e-6).all()
    assert (np.diff(high) > -1e-6).all()


def test_a_parameter_that_the_data_do_not_bound_is_not_identified():
    n = np.geomspace(1e5, 1e8, 12)
    scatter = np.exp(np.random.default_rng(0).normal(0, 0.01, 12))
    runs = {"n_params": n, "n_examples": 20 * n, "loss": chinchilla_loss(HOFFMANN, n, 20 * n)}
    fit = laws.fit("chinchilla", {**runs, "loss": runs["loss"] * scatter}, n_resamples=100)
    found = laws.profile(fit, "data_coef")
    assert not found.identified
    assert json.dumps(found.to_dict())


def test_a_wider_level_gives_a_wider_interval(fit):
    narrow, wide = (laws.profile(fit, "irreducible_loss", level=level) for level in (0.5, 0.95))
    assert wide.interval.low < narrow.interval.low < narrow.interval.high < wide.interval.high


@pytest.mark.parametrize("delta", [0.0, 0.3, np.inf])
def test_the_log_likelihood_is_that_of_a_density_at_its_best_scale(delta):
    residuals = np.random.default_rng(0).normal(0, 0.5, 40)
    rho = (lambda r: np.abs(r)) if delta == 0 else (lambda r: huber_sum(r[None], np.ones(1), delta))

    def at_scale(s):
        mass = 2 * integrate.quad(lambda r: np.exp(-rho(np.array(r))[()] / s), 0, 60)[0]
        return -len(residuals) * np.log(mass) - sum(rho(r)[()] for r in residuals) / s

    best = max(at_scale(s) for s in np.geomspace(0.02, 2, 300))
    assert log_likelihood(residuals, np.ones(40), delta) == pytest.approx(best, abs=0.01)


def runs_with_checkpoints(seed, together=0.01, alone=0.003):
    """Return 15 checkpoints of each of 8 runs, which differ by more than their points scatter."""
    rng = np.random.default_rng(seed)
    x = np.concatenate([np.geomspace(end / 10, end, 15) for end in np.geomspace(1e5, 1e8, 8)])
    run = np.repeat(np.arange(8), 15)
    off = rng.normal(0, together, 8)[run] + rng.normal(0, alone, 120)
    return x, (1.7 + 20 / x**0.3) * np.exp(off), run


@pytest.mark.slow
def test_the_interval_covers_where_the_rows_of_a_cluster_err_together():
    inside = {"by run": [], "by row": []}
    for seed in range(40):
        x, loss, run = runs_with_checkpoints(seed)
        for name, groups in (("by run", run), ("by row", None)):
            options = {"groups": groups, "n_resamples": 100, "check_held_out": False}
            law = laws.fit("power_law_floor", x=x, loss=loss, **options)
            interval = laws.profile(law, "irreducible_loss", level=0.9).interval
            inside[name].append(interval.low <= 1.7 <= interval.high)
    assert 0.75 <= np.mean(inside["by run"]) <= 0.99
    assert np.mean(inside["by row"]) < 0.5


@pytest.mark.parametrize("objective", ["huber", "squared_log", "absolute", "squared"])
def test_the_interval_covers_where_rows_are_independent(objective):
    inside = []
    x = np.geomspace(1e4, 1e8, 40)
    for seed in range(25):
        scatter = np.exp(np.random.default_rng(seed).normal(0, 0.003, 40))
        options = {"objective": objective, "n_resamples": 100, "check_held_out": False}
        law = laws.fit("power_law_floor", x=x, loss=(1.7 + 20 / x**0.3) * scatter, **options)
        interval = laws.profile(law, "irreducible_loss", level=0.8).interval
        inside.append(interval.low <= 1.7 <= interval.high)
    assert 0.6 <= np.mean(inside) <= 0.96


def test_a_common_factor_of_the_weights_has_no_effect():
    x, loss, run = runs_with_checkpoints(0)
    found = [
        laws.profile(
            laws.fit(
                "power_law_floor",
                x=x,
                loss=loss,
                groups=run,
                weights=np.full(120, factor),
                n_resamples=100,
                check_held_out=False,
            ),
            "irreducible_loss",
        ).interval
        for factor in (1.0, 1e-3, 1e3)
    ]
    for other in found[1:]:
        assert (other.low, other.high) == pytest.approx((found[0].low, found[0].high), rel=1e-6)


def test_a_cluster_given_twice_is_no_new_evidence():
    x, loss, run = runs_with_checkpoints(1)
    twice = np.tile(np.arange(120), 2)
    ends = []
    for rows in (np.arange(120), twice):
        options = {"groups": run[rows], "n_resamples": 100, "check_held_out": False}
        law = laws.fit(
            "power_law_floor", x=x[rows], loss=loss[rows], objective="squared_log", **options
        )
        interval = laws.profile(law, "exponent").interval
        ends.append((interval.low, interval.high))
    # Up to the few parameters that are counted off the rows.
    assert ends[0] == pytest.approx(ends[1], rel=0.01)


def test_a_published_law_has_no_profile():
    with pytest.raises(FitError, match=r"needs the rows .* Received: a published `chinchilla`"):
        laws.profile(published.get("hoffmann"), "irreducible_loss")


def test_only_fitted_parameters_have_a_profile(fit):
    with pytest.raises(FitError, match=r"`parameter` must be a fitted parameter: .*'slope'"):
        laws.profile(fit, "slope")
    held = laws.fit("chinchilla", noisy_runs(HOFFMANN), n_resamples=100, fixed={"data_coef": 410.7})
    with pytest.raises(FitError, match=r"fitted parameter: .*'data_coef'"):
        laws.profile(held, "data_coef")
