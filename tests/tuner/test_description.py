"""What a sweep says of the FLOPs that it is planned by."""

from __future__ import annotations

import math

import keras
import pytest
import tensorflow as tf

from scaling_keras.errors import FitError, RunsError, ScalingWarning, SweepError
from tests.tuner.conftest import build_model


class Decomposing(keras.layers.Layer):
    """Holds an operation that the counter has no rule for."""

    def call(self, x):
        return x * keras.ops.stop_gradient(keras.ops.sum(tf.linalg.svd(x, compute_uv=False)))


def build_decomposing(hp):
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(hp["width"]), Decomposing(), keras.layers.Dense(1)]
    )
    model.compile(optimizer="sgd", loss="mse")
    return model


def given_flops(size):
    return 1000.0 * size["width"]


def test_flops_that_are_a_lower_bound_are_a_finding(make_tuner, data):
    tuner = make_tuner(build_decomposing)
    described = tuner.describe(data, validation_data=data, measure=False, n_trials=0)
    (finding,) = described.findings
    assert finding.code == "flops_uncounted"
    assert "for width2, width4 by a lower bound, without Svd" in finding.message
    assert "flops_uncounted" in described.summary()
    assert described.to_dict()["findings"][0]["code"] == "flops_uncounted"
    with pytest.warns(ScalingWarning, match="Svd .1. in decomposing can't be counted"):
        tuner.search(data, validation_data=data)
    assert tuner.findings() == (finding,)
    assert all(math.isnan(run.train_flops) for run in tuner.results())


def test_flops_that_are_given_plan_the_sweep_and_are_what_its_runs_record(make_tuner, data):
    tuner = make_tuner(build_decomposing, train_flops_per_example=given_flops)
    described = tuner.describe(data, validation_data=data, measure=False, n_trials=0)
    assert described.findings == ()
    assert [trial.train_flops for trial in described.trials] == [64_000, 128_000]
    tuner.search(data, validation_data=data)
    assert sorted(run.train_flops for run in tuner.results()) == [64_000, 128_000]
    assert tuner.findings() == ()


def test_counted_flops_are_no_finding(make_tuner, data):
    described = make_tuner().describe(data, validation_data=data, measure=False, n_trials=0)
    assert described.findings == ()


def test_a_sweep_is_described_with_the_arguments_of_a_search(make_tuner, data):
    tuner, options = make_tuner(), {"validation_data": data, "measure": False, "n_trials": 0}
    described = tuner.describe(data, dataset_size=64, **options)
    assert described.to_dict() == tuner.describe(data, **options).to_dict()
    with pytest.raises(RunsError, match="dataset_size"):
        tuner.describe(data, dataset_size=0, **options)


@pytest.mark.parametrize("flops", [0, -1.0, float("nan"), float("inf"), "many"])
def test_given_flops_must_be_a_positive_number(make_tuner, data, flops):
    tuner = make_tuner(build_model, train_flops_per_example=lambda size: flops)
    with pytest.raises(SweepError, match="must return a positive number of FLOPs"):
        tuner.search(data, validation_data=data)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_trials": 5}, "`n_trials` must be at least 10"),
        ({"target": -1.0}, "`target` must be"),
        ({"target": {"n_params": 1e3}}, "`target` must be a budget in FLOPs, or n_params and"),
        ({"noise": -0.1}, "scale"),
        ({"law": "kepler"}, "kepler"),
    ],
)
def test_what_a_design_cannot_be_simulated_with_is_an_error(make_tuner, data, options, message):
    with pytest.raises(FitError, match=message):
        make_tuner().describe(data, validation_data=data, measure=False, **options)
