import numpy as np
import pytest

from scaling_keras.errors import SweepError
from scaling_keras.tuner.designs.hyperparameters import HyperparameterSweep
from scaling_keras.tuner.sizes import in_order_of_runs, size_name
from scaling_keras.tuner.sweep import GridSweep

SIZES = ({"width": 32, "depth": 2}, {"width": 16, "depth": 2})


def test_there_must_be_a_size():
    with pytest.raises(SweepError, match="`sizes` must hold at least one size"):
        GridSweep(sizes=[], n_examples=[1])


@pytest.mark.parametrize("size", [{}, {"depth": 2}, {"width": 1, "depth": 1, "seed": 3}], ids=str)
def test_sizes_must_have_the_same_names_and_leave_ours_alone(size):
    with pytest.raises(SweepError, match="must map the same hyperparameter names to values"):
        GridSweep(sizes=[SIZES[0], size], n_examples=[1])
    with pytest.raises(SweepError, match="n_examples, n_steps, seed, which the tuner sets"):
        GridSweep(sizes=[{"n_steps": 5}], n_examples=[1])


def test_numbers_of_numpy_are_plain_values():
    (small, _) = GridSweep(
        sizes=[{"width": width, "rate": np.float32(0.5)} for width in np.array([4, 8])],
        n_examples=np.array([16, 32]),
    ).sizes
    assert small == {"width": 4, "rate": 0.5}
    assert [type(value) for value in small.values()] == [int, float]
    sweep = HyperparameterSweep(
        sizes=[small], n_examples=[16], values={"batch_size": 2 ** np.arange(4, 6)}
    )
    assert sweep.values == {"batch_size": (16, 32)}
    assert {type(value) for value in sweep.values["batch_size"]} == {int}


@pytest.mark.parametrize("value", [None, [1, 2], float("inf")])
def test_a_size_is_made_of_plain_values(value):
    with pytest.raises(SweepError, match="must be numbers, strings or booleans"):
        GridSweep(sizes=[{"width": value}], n_examples=[1])


def test_the_same_size_twice_is_refused():
    with pytest.raises(SweepError, match="`sizes` must be different"):
        GridSweep(sizes=[SIZES[0], SIZES[0]], n_examples=[1])


@pytest.mark.parametrize(
    "other", [{"depth": 2, "width": 32}, {"width": 32.0, "depth": 2}], ids=["order", "kind"]
)
def test_a_size_that_is_the_same_in_other_words_is_refused(other):
    with pytest.raises(SweepError, match="`sizes` must be different"):
        GridSweep(sizes=[SIZES[0], other], n_examples=[1])


def test_names_of_sizes_are_in_the_order_of_the_first():
    sweep = GridSweep(sizes=[SIZES[0], {"depth": 2, "width": 16}], n_examples=[1])
    assert [size_name(size) for size in sweep.sizes] == ["width32-depth2", "width16-depth2"]


def test_a_size_is_named_as_its_runs_on_disk_are():
    runs = ["depth2-width32_100_seed0", "h1-width16_100_seed0", "notes", "width8-h1_5_seed0"]

    def named(**size):
        return size_name(in_order_of_runs(size, runs))

    assert named(width=32, depth=2) == "depth2-width32"
    assert named(width=16, h=1) == "h1-width16"
    assert named(h=1, width=8) == "width8-h1"
    assert named(width=3, depth=2) == "width3-depth2"
    both = [*runs, "width32-depth2_400_seed0"]
    assert size_name(in_order_of_runs({"width": 32, "depth": 2}, both)) == "width32-depth2"
