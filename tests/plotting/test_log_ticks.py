import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaling_keras.plotting.log_ticks import log_ticks, tick_label


@given(
    low=st.floats(1e-12, 1e25),
    log_ratio=st.floats(0.001, 25.0),
    limit=st.integers(3, 12),
)
def test_ticks_lie_on_the_axis_and_are_neither_too_many_nor_too_few(low, log_ratio, limit):
    high = low * 10**log_ratio
    ticks = np.array(log_ticks(low, high, limit=limit))
    assert ((ticks >= low * (1 - 1e-6)) & (ticks <= high * (1 + 1e-6))).all()
    assert (np.diff(ticks) > 0).all()
    assert 1 <= len(ticks) <= limit


@given(low=st.floats(1e-6, 1e20), log_ratio=st.floats(0.02, 20.0))
def test_labels_of_ticks_differ(low, log_ratio):
    high = low * 10**log_ratio
    labels = [tick_label(tick, low, high) for tick in log_ticks(low, high)]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("ends", [(0, 1), (-1, 1), (1, 1), (1, np.inf), (np.nan, 1)])
def test_an_axis_that_no_logarithm_can_show_has_no_ticks(ends):
    assert log_ticks(*ends) == []


def test_what_is_not_positive_has_no_label():
    assert tick_label(0.0, 1.0, 10.0) == ""
