import numpy as np
import pytest

from scaling_keras.laws.isoflop_minimum import Profile
from scaling_keras.laws.isoflop_outliers import find_outliers
from tests.strategies import HOFFMANN, chinchilla_loss

BUDGETS = (1e18, 1e19, 1e20, 1e21)


def curves(*, n_sizes=8, budgets=BUDGETS, noise=0.002, seed=0, bad=()):
    """Profiles of runs around a law; `bad` has a budget, a row there and a factor each."""
    rng = np.random.default_rng(seed)
    found = []
    for place, flops in enumerate(budgets):
        n = 1.5e8 * (flops / 1e19) ** 0.45 * np.geomspace(1 / 6, 6, n_sizes)
        d = flops / (6 * n)
        loss = chinchilla_loss(HOFFMANN, n, d) * np.exp(rng.normal(0, noise, n_sizes))
        for budget, row, factor in bad:
            loss[row] *= factor if budget == place else 1.0
        found.append(Profile.of(flops, n, d, np.full(n_sizes, flops), loss, np.arange(n_sizes)))
    return found


def found_in(profiles):
    masks = find_outliers(profiles)
    assert [len(mask) for mask in masks] == [len(profile.loss) for profile in profiles]
    return {(place, int(row)) for place, mask in enumerate(masks) for row in np.flatnonzero(mask)}


@pytest.mark.parametrize("n_sizes", [3, 4, 5, 8, 12])
@pytest.mark.parametrize("noise", [0.0, 0.002, 0.02])
def test_runs_that_scatter_around_a_law_have_no_outliers(n_sizes, noise):
    for seed in range(10):
        assert not found_in(curves(n_sizes=n_sizes, noise=noise, seed=seed))


@pytest.mark.parametrize("row", range(8))
@pytest.mark.parametrize("factor", [0.9, 1.1, 3.0])
def test_a_bad_run_is_found_at_any_place(row, factor):
    assert found_in(curves(bad=[(2, row, factor)])) == {(2, row)}


def test_bad_runs_do_not_hide_one_another():
    bad = [(0, 0, 1.3), (2, 5, 1.25), (3, 7, 0.8)]
    assert found_in(curves(bad=bad)) == {(0, 0), (2, 5), (3, 7)}


def test_a_bad_run_of_exact_profiles_is_found():
    assert found_in(curves(noise=0.0, bad=[(1, 3, 1.01)])) == {(1, 3)}


def test_a_bad_run_is_found_at_a_single_budget():
    assert found_in(curves(n_sizes=10, budgets=(1e19,), bad=[(0, 1, 1.3)])) == {(0, 1)}


def test_a_profile_keeps_the_sizes_that_tell_which_run_is_off():
    profiles = curves(n_sizes=8)[:3] + curves(n_sizes=4, bad=[(3, 1, 1.3)])[3:]
    assert not any(place == 3 for place, _ in found_in(profiles))
