import numpy as np
import pytest
from scipy.optimize import linprog

from scaling_keras.laws.extrapolation import extrapolation_factor

OBSERVED = np.array([[1.0, 10.0], [10.0, 1.0]])


@pytest.mark.parametrize(
    ("point", "factor"),
    [
        ((2.0, 5.0), 1.0),
        ((3.0, 3.0), 10 / 9),
        ((20.0, 0.5), 4.0),
        ((0.25, 4.0), 10.0),
        ((10.0, 10.0), 10.0),
        ((1.0, 50.0), 5.0),
    ],
)
def test_the_factor_is_the_farthest_of_size_data_compute_and_ratio(point, factor):
    # The product of both runs is 10: the corner (10, 10) is inside each range but at 10x compute,
    # and (0.25, 4), at a tenth of it. (20, 0.5) is at their compute, with a ratio of 40 where the
    # runs have 10 at most.
    assert extrapolation_factor(np.array([point]), OBSERVED, ("n_params", "n_examples"))[
        0
    ] == pytest.approx(factor)


def test_a_loss_is_measured_in_lengths_of_its_range():
    seen = np.array([[2.0], [4.0]])
    asked = np.array([[3.0], [1.5], [4.2], [2.0]])
    np.testing.assert_allclose(extrapolation_factor(asked, seen, ("loss",)), [1, 1.25, 1.1, 1])


def test_the_corners_of_a_grid_are_inside_it():
    grid = np.array([(n, d) for n in np.geomspace(1e6, 1e9, 4) for d in np.geomspace(1e8, 1e11, 4)])
    between = np.sqrt(grid[:, None] * grid).reshape(-1, 2)
    np.testing.assert_array_equal(
        extrapolation_factor(between, grid, ("n_params", "n_examples")), 1.0
    )
    # Twice the size at the corner; twice both there, which is four times the compute.
    asked = np.array([[2e9, 1e11], [2e9, 2e11]])
    np.testing.assert_allclose(
        extrapolation_factor(asked, grid, ("n_params", "n_examples")), [2, 4]
    )


@pytest.mark.parametrize("exponent", [0.5, 1.0, 2.0])
def test_runs_on_a_line_say_nothing_aside_of_it(exponent):
    size = np.geomspace(1e6, 1e9, 20)
    line = np.stack([size, 20 * size**exponent], axis=1)
    np.testing.assert_array_equal(extrapolation_factor(line, line, ("n_params", "n_examples")), 1.0)
    aside = line[10] * [30, 1 / 30]
    assert extrapolation_factor(aside[None], line, ("n_params", "n_examples"))[0] > 100
    on = line[-1] * [10, 10**exponent]
    assert extrapolation_factor(on[None], line, ("n_params", "n_examples"))[0] == pytest.approx(
        10 ** (1 + exponent)
    )


def test_passes_over_the_data_count_as_a_ratio():
    unique = np.geomspace(1e8, 1e10, 5)
    rows = np.array([(n, e * u, u) for n in (1e7, 1e8) for u in unique for e in (1, 2)])
    asked = np.array([[3e7, 2e10, 1e8], [3e7, 2e9, 1e9]])
    names = ("n_params", "n_examples", "dataset_size")
    np.testing.assert_allclose(extrapolation_factor(asked, rows, names), [100, 1])


@pytest.mark.parametrize("names", [("n_params", "n_examples"), ("n_examples", "dataset_size")])
def test_the_factor_is_the_distance_to_the_nearest_mixture_of_runs(names):
    """By linear programming over the mixtures, of clouds and of lines."""
    rng = np.random.default_rng(0)
    ways = [(1, 0), (0, 1), (1, -1), *([(1, 1)] if names[0] == "n_params" else [])]
    both = np.array([*ways, *(-np.array(ways))])
    for trial in range(40):
        rows = rng.normal(size=(rng.integers(1, 9), 2))
        if trial % 4 == 0:
            rows[:, 1] = 3 + rng.choice([0.5, 1, 2]) * rows[:, 0]
        point = 2 * rng.normal(size=2)
        nearest = linprog(
            np.append(np.zeros(len(rows)), 1),
            A_ub=np.column_stack([-both @ rows.T, -np.ones(len(both))]),
            b_ub=-both @ point,
            A_eq=[np.append(np.ones(len(rows)), 0)],
            b_eq=[1],
        )
        factor = extrapolation_factor(np.exp(point)[None], np.exp(rows), names)[0]
        assert factor == pytest.approx(np.exp(nearest.fun), rel=1e-7)
