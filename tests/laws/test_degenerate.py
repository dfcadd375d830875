"""Data that are legal and say little: a fit with findings, or an error that names the reason."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scaling_keras import laws
from scaling_keras.errors import FitError, TooFewRunsError
from scaling_keras.laws.exponents import frontier_exponents
from tests.strategies import HOFFMANN, chinchilla_loss, grid

N, D = grid()


def fit_of(n, d, noise=0.004, **options):
    scatter = np.random.default_rng(0).normal(0, noise, len(n))
    loss = chinchilla_loss(HOFFMANN, n, d) * np.exp(scatter)
    return laws.fit("chinchilla", n_params=n, n_examples=d, loss=loss, n_resamples=100, **options)


def codes(fit):
    return {finding.code for finding in fit.warnings}


@pytest.mark.parametrize("name", ["n_params", "n_examples"])
@pytest.mark.parametrize("form", ["chinchilla", "auto"])
def test_one_size_or_one_budget_of_data_is_refused_by_name(form, name):
    runs = {"n_params": np.geomspace(1e6, 1e9, 12), "n_examples": np.geomspace(1e8, 1e11, 12)}
    runs[name] = np.full(12, 1e8)
    with pytest.raises(TooFewRunsError, match=rf"3 distinct values of `{name}`. Received: 1"):
        laws.fit(form, **runs, loss=np.linspace(4, 2, 12))


@pytest.mark.parametrize("slope", [1, -1])
def test_size_and_data_that_determine_each_other_are_a_finding(slope):
    n = np.geomspace(1e6, 1e9, 12)
    fit = fit_of(n, 1e9 * (n / 1e7) ** slope)
    assert "collinear" in codes(fit)


def test_a_perfect_fit_does_not_claim_a_miss():
    fit = fit_of(N, D, noise=0.0)
    assert fit.backtest.miss_ratio == pytest.approx(1.0)
    prediction = fit.predict(n_params=1e9, n_examples=1e11)
    truth = chinchilla_loss(HOFFMANN, 1e9, 1e11)
    assert prediction.mean[0] == pytest.approx(truth, rel=1e-6)


@settings(max_examples=15, deadline=None)
@given(
    times=st.lists(st.integers(1, 4), min_size=16, max_size=16),
    objective=st.sampled_from(["huber", "squared_log"]),
    seed=st.integers(0, 2**16),
)
def test_rows_given_several_times_are_rows_of_that_weight(times, objective, seed):
    scatter = np.random.default_rng(seed).normal(0, 0.004, 16)
    runs = {"n_params": N, "n_examples": D, "loss": chinchilla_loss(HOFFMANN, N, D)}
    runs["loss"] = runs["loss"] * np.exp(scatter)
    repeated = {name: np.repeat(column, times) for name, column in runs.items()}
    options = {"n_resamples": 100, "check_held_out": False, "objective": objective}
    several = laws.fit("chinchilla", repeated, **options)
    weighted = laws.fit("chinchilla", runs, weights=times, **options)
    assert several.objective == pytest.approx(weighted.objective, rel=1e-9)
    assert several.params == pytest.approx(weighted.params, rel=1e-6)
    assert ("duplicate_rows" in codes(several)) == (max(times) > 1)


def test_a_loss_that_never_changes_identifies_no_exponent():
    fit = laws.fit("chinchilla", n_params=N, n_examples=D, loss=np.full(16, 2.0), n_resamples=100)
    assert fit.predict(n_params=1e9, n_examples=1e11).mean[0] == pytest.approx(2.0, rel=1e-3)
    assert codes(fit) & {"not_identified", "at_bound", "no_better_than_baseline"}


FORMS = ("chinchilla", "coupled")


def without(*names):
    """Losses that don't change with some of the variables, and have no noise."""
    parts = {"n_params": 400 / N**0.35, "n_examples": 1200 / D**0.37}
    return 1.8 + sum(part for name, part in parts.items() if name not in names) + 0 * N


def exact(form, loss):
    return laws.fit(form, n_params=N, n_examples=D, loss=loss, n_resamples=100)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("names", [("n_params",), ("n_examples",), ("n_params", "n_examples")])
def test_a_variable_without_effect_is_not_identified_and_no_split_of_a_budget_is(form, names):
    fit = exact(form, without(*names))
    said = [f.message for f in fit.warnings if f.code == "not_identified"]
    assert any(f"do not show that the loss changes with {' or '.join(names)}" in m for m in said)
    best = fit.optimal_allocation(train_flops=1e19)
    assert "not_identified" in [finding.code for finding in best.warnings]
    plan = laws.allocate(fit, train_flops=1e19)
    ratio = plan.n_examples.value / plan.n_params.value
    assert (D / N).min() * 0.999 <= ratio <= (D / N).max() * 1.001
    for interval in (best.n_params, best.n_examples, plan.n_params, plan.n_examples):
        assert (interval.low, interval.high) == (0.0, np.inf)
    exponents = frontier_exponents(fit, level=0.9)
    for interval in exponents.values():
        assert (interval.low, interval.high) == (0.0, 1.0)
    with pytest.raises(FitError, match="don't show what size and data are each worth"):
        laws.cheapest(fit, loss=2.5)


def test_an_effect_that_every_twentieth_resample_lacks_is_not_identified_either():
    scatter = np.random.default_rng(1).normal(0, 0.004, len(N))
    fit = exact("chinchilla", without("n_examples") * np.exp(scatter))
    best = fit.optimal_allocation(train_flops=1e19)
    assert best.warnings[0].code == "not_identified"
    assert best.n_params.high == np.inf


def test_a_law_of_both_is_identified_without_noise():
    fit = exact("chinchilla", without())
    assert "not_identified" not in codes(fit)
    best = fit.optimal_allocation(train_flops=1e19)
    assert best.n_params.low == pytest.approx(best.n_params.high, rel=1e-6)


@pytest.mark.parametrize("form", [*FORMS, "auto"])
def test_no_estimate_lies_outside_its_own_interval(form):
    fit = exact(form, np.full(len(N), 2.5))
    for interval in (*fit.intervals().values(), *frontier_exponents(fit, level=0.9).values()):
        assert interval.low <= interval.value <= interval.high


def test_a_profile_of_a_parameter_that_is_left_free_has_no_ends():
    fit = exact("chinchilla", np.full(len(N), 2.5))
    found = laws.profile(fit, "data_exponent")
    assert not found.identified
    assert (found.interval.low, found.interval.high) == (0.0, np.inf)


def test_a_parameter_at_the_bound_of_its_range_is_not_identified():
    x = np.geomspace(1e3, 1e8, 12)
    fit = laws.fit("power_law_floor", x=x, loss=20 / x**0.1, n_resamples=100)
    assert "irreducible_loss" in fit.at_bound
    assert any("`irreducible_loss` is not identified: it ended" in f.message for f in fit.warnings)


@pytest.mark.parametrize("form", FORMS)
def test_rounding_is_neither_a_misfit_nor_a_reason_to_widen(form):
    assert not codes(exact(form, np.full(len(N), 2.5))) & {"misfit", "widened"}
    assert not codes(exact(form, without("n_examples"))) & {"misfit", "widened"}


def test_an_optimum_that_never_moves_is_identified():
    fit = laws.fit(
        "optimal_learning_rate",
        n_params=N,
        n_examples=D,
        learning_rate=np.full(len(N), 3e-3),
        n_resamples=100,
    )
    assert "not_identified" not in codes(fit)


def test_seeds_that_differ_by_rounding_are_no_measure_of_scatter():
    n, d, loss = (np.repeat(column, 2) for column in (N, D, without()))
    scatter = np.random.default_rng(0).normal(0, 0.004, len(N))
    loss *= np.repeat(np.exp(scatter), 2)
    loss[::2] *= 1 + 1e-9
    fit = laws.fit("chinchilla", n_params=n, n_examples=d, loss=loss, n_resamples=100)
    assert "lack_of_fit" not in codes(fit)


SIZE = np.geomspace(1e6, 1e9, 12)
CURVE = np.geomspace(1e3, 1e7, 40)


@pytest.mark.parametrize(
    ("form", "columns"),
    [
        (
            "coupled",
            {
                "n_params": SIZE,
                "n_examples": 20 * SIZE,
                "loss": chinchilla_loss(HOFFMANN, SIZE, 20 * SIZE),
            },
        ),
        ("m4", {"x": CURVE, "loss": 1.5 + 20 / CURVE**0.4}),
    ],
)
def test_a_law_that_meets_the_rows_exactly_has_converged(form, columns):
    fit = laws.fit(form, **columns, n_resamples=100, check_held_out=False)
    assert fit.converged
    np.testing.assert_allclose(fit.residuals, 0, atol=1e-7)
    assert "not_identified" in codes(fit)


def test_starts_agree_that_meet_the_rows_exactly():
    n, d = np.tile([1e6, 1e7, 1e8], 4), np.repeat([1e8, 1e9, 1e10, 1e11], 3)
    rate = 1.79 * n**-0.713 * d**0.307
    columns = {"n_params": n, "n_examples": d, "learning_rate": rate}
    fits = [
        laws.fit("optimal_learning_rate", **columns, n_resamples=100),
        laws.fit("auto", x=CURVE, loss=2 + 3 / CURVE**0.5, n_resamples=100),
    ]
    for fit in fits:
        assert fit.start_agreement == 1.0
        assert "starts_disagree" not in codes(fit)
