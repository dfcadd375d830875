"""What a sweep says of its plan."""

from __future__ import annotations

import keras
import keras_tuner
import numpy as np
import pytest
import tensorflow as tf

from scaling_keras.errors import SweepError
from scaling_keras.tuner.designs.hyperparameters import HyperparameterSweep
from scaling_keras.tuner.designs.tuned import TunedSweep
from scaling_keras.tuner.sweep import GridSweep
from tests.tuner.conftest import make_data


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


def test_what_is_not_tuned_with_transfer_is_recorded_and_handed_to_no_other_run(make_tuner, data):
    def build(hp):
        if hp["width"] > 2:
            hp.Float("share", 0.0, 0.9, default=0.5)
        return build_asking(hp)

    grid = GridSweep(sizes=[{"width": 2}, {"width": 4}], n_examples=[32])
    tuner = make_tuner(build, sweep=TunedSweep(grid, n_trials=2, transfer=True))
    tuner.search(data, validation_data=data)
    assert "defaults_taken" in {finding.code for finding in tuner.findings()}
    (large,) = (run for run in tuner.results() if run.size == "width4")
    assert large.facts["hyperparameters"]["share"] == 0.5
    plan = tuner.plan_at(size={"width": 4}, n_examples=32)
    assert plan.name == large.name


def test_hyperparameters_that_are_set_are_no_finding(make_tuner, data):
    tuner = make_tuner(build_asking, constants={"learning_rate": 1e-2})
    assert tuner.describe(data, validation_data=data, measure=False, n_trials=0).findings == ()


def test_amounts_of_data_that_are_the_same_in_whole_batches_are_a_finding(make_tuner, data):
    tuner = make_tuner(n_examples=(1, 5, 16))
    (finding,) = tuner.describe(data, validation_data=data, measure=False, n_trials=0).findings
    assert finding.code == "repeated_training"
    assert "width2_1_seed0 and width2_5_seed0 see 4 examples" in finding.message
    assert ", and 1 more such groups" in finding.message


@pytest.mark.parametrize("batch_size", [None, 8])
def test_a_model_that_asks_for_the_batch_size_hears_that_of_the_data(make_tuner, batch_size):
    heard = set()

    def build(hp):
        rate = 0.01 * hp.Choice("batch_size", [16, 32])
        if hp["n_steps"] < 100:
            heard.add(rate)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(hp["width"])])
        model.compile(optimizer=keras.optimizers.SGD(rate), loss="mse")
        return model

    def search():
        tuner.search(
            lambda seed, batch_size=4: make_data(batch_size=batch_size),
            validation_data=make_data(),
            batch_size=batch_size,
        )

    tuner = make_tuner(build, widths=(2,))
    search()
    size = batch_size or 4
    (run,) = tuner.results()
    assert run.facts["batch_size"] == run.facts["hyperparameters"]["batch_size"] == size
    assert heard == {0.01 * size}
    assert tuner.findings() == ()
    search()  # Nothing is left to train.
    assert [run.facts["attempt"] for run in tuner.results()] == [1]
    assert tuner.plan_at(size={"width": 4}, n_examples=32).hyperparameters == {}


def test_a_batch_size_that_is_given_is_not_tuned(make_tuner):
    def build(hp):
        hp.Choice("batch_size", [4, 8])
        return build_asking(hp)

    grid = GridSweep(sizes=[{"width": 2}], n_examples=[32])
    tuner = make_tuner(build, sweep=TunedSweep(grid, n_trials=2))

    def train(seed, batch_size):
        return make_data(16, batch_size=batch_size)

    tuner.search(train, validation_data=make_data(), batch_size=2)
    runs = [run.facts["hyperparameters"] for run in tuner.results()]
    assert [values["batch_size"] for values in runs] == [2, 2]
    assert len({values["learning_rate"] for values in runs}) == 2
    chosen = tuner.plan_at(size={"width": 4}, n_examples=32).hyperparameters
    assert "learning_rate" in chosen
    assert "batch_size" not in chosen


@pytest.mark.parametrize(("share", "is_said"), [(0.5, True), (0.0, True), (1.0, False)])
def test_runs_that_saw_far_fewer_examples_than_planned_are_a_finding(make_tuner, share, is_said):
    inputs = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
    weights = np.arange(32) % 4 < 4 * share
    arrays = (inputs, inputs.sum(axis=1, keepdims=True), weights.astype("float32"))
    weighted = tf.data.Dataset.from_tensor_slices(arrays).batch(4)
    tuner = make_tuner()
    tuner.search(weighted, validation_data=make_data())
    said = [finding.message for finding in tuner.findings() if finding.code == "fewer_examples"]
    assert len(said) == is_said
    assert all(f"seed0 saw {32 * share:.0f} of 32, and so did 1 more." in text for text in said)
    assert all("sample weight 0 is no example" in text for text in said)


def build_plain(hp):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(hp["width"])])
    model.compile(optimizer="sgd", loss="mse")
    return model


UNREAD = HyperparameterSweep(
    sizes=[{"width": 2, "dpeth": 1}, {"width": 2, "dpeth": 2}],
    n_examples=[32],
    values={"learning_rate": [0.1, 0.2], "batch_size": [4]},
)


def findings_of(tuner, train):
    return tuner.describe(train, validation_data=make_data(), measure=False, n_trials=0).findings


def test_hyperparameters_that_nobody_reads_are_a_finding(make_tuner, data):
    (finding,) = findings_of(make_tuner(build_plain, sweep=UNREAD), data)
    assert finding.code == "never_read"
    assert "The sweep sets dpeth, learning_rate, which neither" in finding.message
    # The function that gives the data may be what reads them.
    (finding,) = findings_of(
        make_tuner(build_plain, sweep=UNREAD), lambda hp: make_data(8 * hp["dpeth"])
    )
    assert "The sweep sets learning_rate, which" in finding.message


@pytest.mark.parametrize(
    "look",
    [
        lambda hp: (hp.values["width"], hp.values["learning_rate"]),
        lambda hp: (hp.values.get("width"), hp.values.get("learning_rate")),
        lambda hp: (lambda width, learning_rate, **others: (width, learning_rate))(**hp.values),
        lambda hp: [dict(hp.values.items())[name] for name in ("width", "learning_rate")],
        lambda hp: [dict(hp.values)[name] for name in ("width", "learning_rate")],
        lambda hp: [hp.values.copy()[name] for name in ("width", "learning_rate")],
        lambda hp: [hp.get_config()["values"][name] for name in ("width", "learning_rate")],
        lambda hp: [
            dict(zip(hp.values.keys(), hp.values.values(), strict=True))[name]
            for name in ("width", "learning_rate")
        ],
    ],
    ids=["item", "get", "unpacked", "items", "dict", "copy", "config", "values"],
)
def test_hyperparameters_are_read_whichever_way_they_are_looked_up(make_tuner, data, look):
    def build(hp):
        width, rate = look(hp)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(width)])
        model.compile(optimizer=keras.optimizers.SGD(rate), loss="mse")
        return model

    sweep = HyperparameterSweep(
        sizes=[{"width": 2}, {"width": 4}], n_examples=[32], values={"learning_rate": [0.1, 0.2]}
    )
    assert findings_of(make_tuner(build, sweep=sweep), data) == ()


def test_a_look_at_one_value_reads_no_other(make_tuner, data):
    def build(hp):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(hp.values["width"])])
        model.compile(optimizer="sgd", loss="mse")
        return model

    (finding,) = findings_of(make_tuner(build, sweep=UNREAD), data)
    assert "The sweep sets dpeth, learning_rate, which neither" in finding.message


def test_a_model_that_fits_itself_may_read_hyperparameters_there(make_tuner, data):
    class Model(keras_tuner.HyperModel):
        def build(self, hp):
            return build_plain(hp)

        def fit(self, hp, model, *arguments, **options):
            return model.fit(*arguments, **options)

    assert findings_of(make_tuner(Model(), sweep=UNREAD), data) == ()


class Augmenting(keras_tuner.HyperModel):
    """Has a `fit` of its own that asks for something."""

    def build(self, hp):
        return build_asking(hp)

    def fit(self, hp, model, *arguments, **options):
        hp.Choice("augment", [0, 1])
        return model.fit(*arguments, **options)


def test_what_a_fit_asks_for_is_recorded_and_a_finding(make_tuner, data):
    tuner = make_tuner(Augmenting(), widths=(2,), constants={"learning_rate": 0.01})
    tuner.search(data, validation_data=data)
    (run,) = tuner.results()
    assert run.facts["hyperparameters"]["augment"] == 0
    (finding,) = tuner.findings()
    assert finding.code == "defaults_taken"
    assert "the model's `fit` asks for augment, which" in finding.message
    assert "take the defaults: augment=0." in finding.message
    tuner = make_tuner(
        Augmenting(),
        widths=(2,),
        constants={"learning_rate": 0.01, "augment": 1},
        project_name="set",
    )
    tuner.search(data, validation_data=data)
    assert tuner.findings() == ()


def test_runs_that_saw_more_than_was_planned_are_a_finding(make_tuner, data):
    class Longer(keras_tuner.HyperModel):
        def build(self, hp):
            return build_plain(hp)

        def fit(self, hp, model, *arguments, **options):
            return model.fit(*arguments, **{**options, "epochs": 3})

    tuner = make_tuner(Longer())
    tuner.search(data, validation_data=data)
    (finding,) = tuner.findings()
    assert finding.code == "more_examples"
    assert "width2_32_seed0 saw 96 for 32, and so did 1 more." in finding.message


def test_a_fit_that_drops_the_callbacks_is_refused_by_name(make_tuner, data):
    class Dropping(Augmenting):
        def fit(self, hp, model, x, *, callbacks, **options):
            return model.fit(x, **options)

    with pytest.raises(SweepError, match=r"must pass on the `callbacks`.*width2_32_seed0"):
        make_tuner(Dropping()).search(data, validation_data=data)
