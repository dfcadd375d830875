import numpy as np
import pytest

from scaling_keras.laws.isoflop_minimum import Profile, columns_of, count_sizes
from scaling_keras.laws.isoflop_outliers import _removals, _sizes_without_each, find_outliers
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


def refitted_removals(profiles, shapes):
    """What `_removals` finds, with every curve fitted anew without every run."""
    kept = [np.ones(len(profile.loss), dtype=bool) for profile in profiles]
    n_rows = sum(map(len, kept))

    def squares(profile, rows, shape):
        columns = columns_of(profile.log_n, profile.log_d, shape)[rows]
        coefs = np.linalg.lstsq(columns, profile.loss[rows], rcond=None)[0]
        return float(((profile.loss[rows] - columns @ coefs) ** 2).sum())

    removed = []
    free = n_rows - 3 * len(profiles) - (2 if shapes[0] else 0)
    while len(removed) < min(int(0.2 * n_rows), free - 2):
        options = []
        for shape in shapes:
            each = [squares(p, k, shape) for p, k in zip(profiles, kept, strict=True)]
            for place, (profile, rows) in enumerate(zip(profiles, kept, strict=True)):
                for row in np.flatnonzero(rows):
                    others = rows & (np.arange(len(rows)) != row)
                    if count_sizes(profile.log_n[others]) >= 4:
                        left = sum(each) - each[place] + squares(profile, others, shape)
                        options.append((left, sum(each) - left, place, int(row)))
        if not options:
            break
        left, gain, place, row = min(options)
        scatter = np.sqrt(left / (free - 1 - len(removed)))
        removed.append((place, row, np.sqrt(gain) / max(scatter, 1e-9)))
        kept[place][row] = False
    return removed


@pytest.mark.parametrize("shapes", [[None], [(0.05, 0.4), (0.3, 0.3), (1.0, 0.1)]])
@pytest.mark.parametrize("n_sizes", [5, 8, 20])
def test_runs_are_taken_out_as_if_every_curve_were_fitted_anew(n_sizes, shapes):
    bad = [(0, 0, 1.3), (1, n_sizes - 1, 3.0), (2, 2, 0.9)]
    profiles = curves(n_sizes=n_sizes, budgets=BUDGETS[:3], noise=0.01, bad=bad)
    found = _removals(profiles, shapes)
    expected = refitted_removals(profiles, shapes)
    assert [(one.profile, one.row) for one in found] == [one[:2] for one in expected]
    np.testing.assert_allclose(
        [one.deviation for one in found], [one[2] for one in expected], rtol=1e-6
    )


def test_sizes_are_counted_as_without_each_run():
    rng = np.random.default_rng(0)
    for _ in range(200):
        log_n = rng.choice([0.0, 4e-4, 8e-4, 1.2e-3, 0.5, 0.5011, 3.0], rng.integers(2, 9))
        expected = [count_sizes(np.delete(log_n, row)) for row in range(len(log_n))]
        assert _sizes_without_each(log_n).tolist() == expected
