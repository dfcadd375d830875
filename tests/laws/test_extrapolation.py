import numpy as np
import pytest

from scaling_keras.laws.extrapolation import extrapolation_factor

OBSERVED = np.array([[1.0, 10.0], [10.0, 1.0]])


@pytest.mark.parametrize(
    ("point", "factor"),
    [
        ((2.0, 5.0), 1.0),
        ((3.0, 3.0), 10 / 9),
        ((20.0, 0.5), 2.0),
        ((0.25, 4.0), 10.0),
        ((10.0, 10.0), 10.0),
        ((1.0, 50.0), 5.0),
    ],
)
def test_the_factor_is_the_farthest_of_all_ranges(point, factor):
    # The product of both runs is 10: the corner (10, 10) is inside each range but at 10x compute,
    # and (0.25, 4), at a tenth of it.
    assert extrapolation_factor(np.array([point]), OBSERVED, ("n_params", "n_examples"))[
        0
    ] == pytest.approx(factor)


def test_a_loss_is_measured_in_lengths_of_its_range():
    seen = np.array([[2.0], [4.0]])
    asked = np.array([[3.0], [1.5], [4.2], [2.0]])
    np.testing.assert_allclose(extrapolation_factor(asked, seen, ("loss",)), [1, 1.25, 1.1, 1])
