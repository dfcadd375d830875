import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.errors import FitError
from scaling_keras.laws import published
from tests.strategies import HOFFMANN, noisy_runs


def names(variations):
    return [variation.name for variation in variations]


def fit(runs, **options):
    return laws.fit("chinchilla", runs, n_resamples=100, **options)


def test_every_objective_is_tried_and_the_fit_itself_comes_first():
    found = laws.sensitivity(fit(noisy_runs(HOFFMANN, noise=0.005)))
    assert set(names(found)) >= set(laws.OBJECTIVES)
    assert (found[0].name, found[0].change) == ("huber", 0.0)


@pytest.mark.parametrize("objective", [name for name in laws.OBJECTIVES if name != "huber"])
def test_a_variation_is_the_fit_with_that_objective(objective):
    runs = noisy_runs(HOFFMANN, noise=0.005)
    (variation,) = (v for v in laws.sensitivity(fit(runs)) if v.name == objective)
    other = fit(runs, objective=objective)
    for name, value in other.params.items():
        assert variation.params[name] == pytest.approx(value, rel=1e-3)


def test_outliers_are_named_and_the_fit_without_them_is_that_of_the_other_rows():
    runs = noisy_runs(HOFFMANN, noise=0.002, sizes=(1e5, 1e6, 1e7, 1e8, 1e9))
    runs["loss"][[3, 11]] *= [1.2, 0.85]
    (variation,) = (v for v in laws.sensitivity(fit(runs)) if v.name == "without outliers")
    assert variation.rows == ("row 3", "row 11")
    kept = np.delete(np.arange(20), [3, 11])
    alone = fit({name: column[kept] for name, column in runs.items()})
    assert variation.params["data_exponent"] == pytest.approx(
        alone.params["data_exponent"], rel=1e-5
    )


def test_a_published_law_has_no_rows_to_do_otherwise_with():
    with pytest.raises(FitError, match=r"needs the rows .* Received: a published `chinchilla`"):
        laws.sensitivity(published.get("hoffmann"))


def test_an_exact_law_has_neither_outliers_nor_a_choice_that_matters():
    found = laws.sensitivity(fit(noisy_runs(HOFFMANN, noise=0.0)))
    assert "without outliers" not in names(found)
    assert all(abs(variation.change) < 1e-5 for variation in found)


def test_the_best_size_of_a_variation_is_that_of_a_fit_done_so():
    runs = noisy_runs(HOFFMANN, noise=0.005)
    as_is = fit(runs)
    variations = {variation.name: variation for variation in laws.sensitivity(as_is)}
    squared = variations["squared_log"]
    budget = 10 * 6 * (runs["n_params"] * runs["n_examples"]).max()
    first, other = (
        one.optimal_allocation(train_flops=budget).n_params.value
        for one in (as_is, fit(runs, objective="squared_log"))
    )
    assert variations["huber"].n_params == pytest.approx(first)
    assert (variations["huber"].n_params_change, variations["huber"].n_params_standard_errors) == (
        0.0,
        0.0,
    )
    assert squared.n_params == pytest.approx(other, rel=1e-3)
    assert squared.n_params_change == pytest.approx(other / first - 1, abs=1e-3)
    assert squared.n_params_standard_errors > 0


def test_runs_that_can_not_tell_size_from_data_have_no_best_size_to_move():
    n = np.geomspace(1e5, 1e9, 16)
    scatter = np.exp(np.random.default_rng(0).normal(0, 0.005, 16))
    found = laws.sensitivity(
        fit({"n_params": n, "n_examples": 20 * n, "loss": (1.7 + 20 / n**0.2) * scatter})
    )
    assert all(variation.n_params is None for variation in found)


def test_a_law_of_one_variable_has_no_best_size():
    x = np.geomspace(1e3, 1e7, 24)
    scatter = np.exp(np.random.default_rng(0).normal(0, 0.003, 24))
    curve = laws.fit("power_law_floor", x=x, loss=(1.5 + 20 / x**0.3) * scatter, n_resamples=100)
    assert all(variation.n_params is None for variation in laws.sensitivity(curve))
