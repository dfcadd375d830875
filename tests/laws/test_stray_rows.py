import numpy as np
import pytest

from scaling_keras.laws.stray_rows import stray_rows

X = np.linspace(0.0, 7.0, 30)


def scatter(seed=0, n=30):
    return np.random.default_rng(seed).normal(0, 0.003, n)


def with_rows_off(*rows, by=0.2):
    off = scatter()
    off[list(rows)] += by
    return off


@pytest.mark.parametrize("row", [3, 15, 28, 29])
def test_a_row_far_off_is_found_in_any_order(row):
    off = with_rows_off(row)
    assert np.flatnonzero(stray_rows(X, off)).tolist() == [row]
    mixed = np.random.default_rng(1).permutation(30)
    assert mixed[np.flatnonzero(stray_rows(X[mixed], off[mixed]))].tolist() == [row]


def test_a_smooth_miss_of_the_law_is_not_the_rows_fault():
    assert not stray_rows(X, 0.2 * np.sin(X)).any()
    assert not stray_rows(X, 0.2 * np.sin(X) + scatter()).any()


def test_a_step_a_bent_start_and_many_rows_are_what_the_curve_is_like():
    assert not stray_rows(X, with_rows_off(14, 15)).any()
    assert not stray_rows(X, scatter() + np.exp(-5 * X)).any()
    assert not stray_rows(X, with_rows_off(4, 10, 16, 22)).any()


def test_few_rows_and_exact_laws_have_none():
    assert not stray_rows(X[:9], with_rows_off(5)[:9]).any()
    assert not stray_rows(X, np.zeros(30)).any()


def test_scatter_alone_is_hardly_ever_stray():
    found = sum(stray_rows(X, scatter(seed)).sum() for seed in range(100))
    assert found <= 3


def test_seeds_at_one_place_are_neighbours():
    x = np.repeat([0.0, 1.0, 2.0, 3.0], 8)
    off = scatter(n=32)
    off[20] += 0.2
    assert np.flatnonzero(stray_rows(x, off)).tolist() == [20]
