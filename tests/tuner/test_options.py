"""The options of a tuner are checked where it is made."""

import math

import pytest

from scaling_keras.errors import SweepError
from scaling_keras.tuner.executors.in_process import InProcess
from scaling_keras.tuner.executors.local_processes import LocalProcesses
from scaling_keras.tuner.sweep import GridSweep


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("sweep", GridSweep, "Received: the class GridSweep"),
        ("sweep", None, "Received: None"),
        ("sweep", [{"width": 2}], "Received: a list"),
        ("executor", None, "Received: None"),
        ("executor", 4, "Received: 4"),
        ("executor", InProcess, "Received: <class"),
        ("max_n_params", "10M", "'10M'"),
        ("max_n_params", math.nan, "nan"),
        ("max_n_params", 0, "=0"),
        ("train_flops_per_example", 3.0, "a function .*=3.0"),
        ("checkpoint_seconds", "1m", "'1m'"),
        ("checkpoint_seconds", -1, "=-1"),
        ("checkpoint_seconds", math.nan, "=nan"),
        ("reporter", "x", "a `Reporter`, told how searches go, or None.*'x'"),
        ("keep_weights", "no", "True or False.*'no'"),
        ("overwrite", "yes", "True or False.*'yes'"),
        ("halve_batch", None, "True or False.*None"),
    ],
)
def test_what_is_no_option_is_refused_before_anything_is_made(
    make_tuner, tmp_path, name, value, message
):
    with pytest.raises(SweepError, match=f"`{name}` must be.*{message}"):
        make_tuner(**{name: value})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("constants", [{"x": [4]}, {"x": None}, {"x": math.inf}, [4], {4: 4}])
def test_constants_are_plain_values(make_tuner, constants):
    with pytest.raises(SweepError, match="The hyperparameters of a search must be"):
        make_tuner(constants=constants)


def test_what_is_an_option_is_taken(make_tuner):
    for options in (
        {"checkpoint_seconds": 0, "max_n_params": 1e7, "keep_weights": 1},
        {"checkpoint_seconds": math.inf, "max_n_params": math.inf, "constants": {}},
        {"checkpoint_seconds": None, "max_n_params": None, "train_flops_per_example": len},
    ):
        make_tuner(**options)


@pytest.mark.parametrize("n_workers", ["2", 1.5])
def test_workers_are_a_whole_number(n_workers):
    with pytest.raises(SweepError, match="`n_workers` must be a whole number of at least 1"):
        LocalProcesses(n_workers=n_workers)
