"""What a sweep says of its plan."""

from __future__ import annotations

import keras
import pytest

from scaling_keras.errors import SweepError


def build_asking(hp):
    rate = hp.Float("learning_rate", 1e-3, 1e-1, sampling="log")
    hp.Fixed("version", 3)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(hp["width"])])
    model.compile(optimizer=keras.optimizers.SGD(rate), loss="mse")
    return model


def test_hyperparameters_that_nobody_sets_are_a_finding_and_recorded(make_tuner, data):
    tuner = make_tuner(build_asking)
    described = tuner.describe(data, validation_data=data, measure=False, n_trials=0)
    (finding,) = described.findings
    assert finding.code == "defaults_taken"
    assert "asks for learning_rate, which" in finding.message
    assert "defaults: learning_rate=0.001." in finding.message
    tuner.search(data, validation_data=data)
    assert tuner.findings() == (finding,)
    for run in tuner.results():
        assert run.facts["hyperparameters"]["learning_rate"] == 1e-3
    # It is the sweep's own run, not another with a learning rate of its own.
    with pytest.raises(SweepError, match="a run that the sweep hasn't"):
        tuner.train_at(size={"width": 4}, n_examples=32)


def test_hyperparameters_that_are_set_are_no_finding(make_tuner, data):
    tuner = make_tuner(build_asking, constants={"learning_rate": 1e-2})
    assert tuner.describe(data, validation_data=data, measure=False, n_trials=0).findings == ()


def test_amounts_of_data_that_are_the_same_in_whole_batches_are_a_finding(make_tuner, data):
    tuner = make_tuner(n_examples=(1, 5, 16))
    (finding,) = tuner.describe(data, validation_data=data, measure=False, n_trials=0).findings
    assert finding.code == "repeated_training"
    assert "width2_1_seed0 and width2_5_seed0 see 4 examples" in finding.message
    assert ", and 1 more such groups" in finding.message
