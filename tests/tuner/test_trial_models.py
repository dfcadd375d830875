import pickle
from types import MappingProxyType

import keras
import numpy as np
import pytest
import tensorflow as tf

import scaling_keras as sk
from scaling_keras.tuner.sizes import TargetSize
from scaling_keras.tuner.sweep import plan_trial
from tests.requirements import require_module
from tests.tuner.conftest import make_data
from tests.tuner.test_workload import workload

WIDTHS = ({"width": 4}, {"width": 8})


def expanding(hp):
    """A model whose hidden layer is wider by a fraction: `5 * units + 1` parameters."""
    units = int(hp["width"] * hp["expand"])
    if not units:
        raise ValueError("a layer needs units")  # As Keras itself, but for old ones.
    layers = [keras.layers.Dense(units, "relu"), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((3,)), *layers])
    model.compile(optimizer=keras.optimizers.SGD(hp["learning_rate"]), loss="mse")
    return model


def work_of(build, values, sizes=WIDTHS, **options):
    first = {name: tried[0] for name, tried in values.items()}
    return workload(build=build, examples_of=first, values=values, sizes=sizes, **options)


def trial(width, **values):
    return plan_trial({"width": width}, 32, 0, hyperparameters=values)


def test_a_fraction_that_changes_a_model_is_part_of_it_and_a_learning_rate_is_not():
    values = {"expand": (1.0, 1.5, 8.0), "learning_rate": (0.1, 0.2, 0.4), "batch_size": (4,)}
    work = work_of(expanding, values)
    plan = trial(8, expand=1.5, learning_rate=0.4, batch_size=4)
    assert work.model_of(plan) == {"width": 8, "expand": 1.5}
    assert work.n_params(work.model_of(plan)) == 5 * 12 + 1
    assert work.work(plan).train_flops == 32 * 2 * (2 * 3 * 12 + 3 * 12)


def test_models_are_not_built_for_each_learning_rate_at_each_size():
    built = []

    def build(hp):
        built.append((hp["width"], hp["learning_rate"]))
        return expanding(hp)

    rates = (0.1, 0.2, 0.4)
    sizes = [{"width": width} for width in (2, 4, 8, 16)]
    work = work_of(build, {"learning_rate": rates}, sizes, constants={"expand": 1.0})
    for width in (16, 8, 4, 2):
        for rate in rates:
            work.work(trial(width, learning_rate=rate))
    assert [rate for width, rate in built if width in (4, 8)] == [0.1, 0.1]
    assert [rate for width, rate in built if width == 2] == list(rates)


@pytest.mark.parametrize(
    "build",
    [
        pytest.param(expanding, id="rounded away at the smallest size"),
        pytest.param(
            lambda hp: expanding({**hp.values, "expand": 1 + (hp["depth"] > 1) * hp["expand"]}),
            id="of no effect beside the first of another value",
        ),
    ],
)
def test_a_fraction_that_changes_only_some_models_is_part_of_them(build):
    values = {"depth": (1, 2), "expand": (1.0, 1.2), "learning_rate": (0.1,)}
    work = work_of(build, values, [{"width": 2}, {"width": 20}])
    plans = [trial(20, depth=2, expand=value, learning_rate=0.1) for value in values["expand"]]
    few, many = (work.n_params(work.model_of(plan)) for plan in plans)
    assert few < many


def test_a_fraction_that_the_sweep_does_not_vary_is_looked_at_with_its_trial():
    work = work_of(expanding, {}, constants={"learning_rate": 0.1, "expand": 1.0})
    assert work.model_of(trial(4, learning_rate=0.3)) == {"width": 4}
    wide = work.model_of(trial(4, expand=3.0, learning_rate=0.3))
    assert work.n_params(wide) == 5 * 12 + 1


def test_where_no_size_can_be_built_with_the_first_values_each_model_is_looked_at():
    work = work_of(expanding, {"expand": (0.1, 2.0), "learning_rate": (0.1, 0.2)})
    assert not work.can_be_built({"width": 4})
    plan = trial(4, expand=2.0, learning_rate=0.2)
    assert work.n_params(work.model_of(plan)) == 5 * 8 + 1
    assert work.n_examples(plan) == 32


def test_another_process_is_told_which_fractions_change_a_model():
    cloudpickle = require_module("cloudpickle")
    sizes = [TargetSize(n_params=21, vary="width", fixed=MappingProxyType({}))]
    values = {"expand": (1.0, 1.5), "learning_rate": (0.1, 0.2)}
    work = work_of(expanding, values, sizes, train=lambda: make_data())
    sent = pickle.loads(cloudpickle.dumps(work))
    plan = trial(4, expand=1.5, learning_rate=0.2)
    assert sent.model_of(plan) == work.model_of(plan) == {"width": 4, "expand": 1.5}


def of_length(hp):
    model = keras.Sequential([keras.Input((hp["length"], 3)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    return model


def sequences(hp):
    x = np.ones((64, hp["length"], 3), "float32")
    data = tf.data.Dataset.from_tensor_slices((x, x[..., :1]))
    return data.batch(4, drop_remainder=True).repeat()


def test_a_value_may_change_how_many_examples_an_item_holds():
    work = work_of(of_length, {"length": (2, 4)}, train=sequences)
    plans = [trial(4, length=length) for length in (2, 4)]
    assert [work.examples_per_step(plan) for plan in plans] == [8, 16]
    assert [work.n_steps(plan) for plan in plans] == [4, 2]
    assert [work.work(plan).n_examples for plan in plans] == [32, 32]


def swept(tmp_path, values, **options):
    sweep = sk.HyperparameterSweep(sizes=WIDTHS, n_examples=[32], values=values)
    return sk.ScalingTuner(
        expanding,
        sweep=sweep,
        directory=tmp_path,
        constants={"learning_rate": 0.1},
        distribution_strategy=None,
        **options,
    )


def described(tuner):
    data = make_data()
    return tuner.describe(data, validation_data=data, measure=False, n_trials=0)


@pytest.mark.parametrize("expand", [[1, 1.5, 8], [8, 1, 1.5]])
def test_a_limit_holds_for_each_value_whichever_comes_first(tmp_path, expand):
    tuner = swept(tmp_path, {"expand": expand}, max_n_params=50)
    will = described(tuner)
    assert {trial.name: trial.n_params for trial in will.trials} == {
        "width4_32_expand1.0_seed0": 21,
        "width4_32_expand1.5_seed0": 31,
        "width8_32_expand1.0_seed0": 41,
    }
    assert {each.name for each in will.skipped} == {
        "width4-expand8.0",
        "width8-expand1.5",
        "width8-expand8.0",
    }
    tuner.search(make_data(), validation_data=make_data())
    assert {run.name: run.n_params for run in tuner.results()} == {
        trial.name: trial.n_params for trial in will.trials
    }
    assert {run.name: run.train_flops for run in tuner.results()} == {
        trial.name: trial.train_flops for trial in will.trials
    }
    assert {each.name for each in tuner.results().excluded} == {e.name for e in will.skipped}


def test_a_size_of_which_all_models_are_too_large_is_left_out_as_one(tmp_path):
    will = described(swept(tmp_path, {"expand": [1.0, 1.5]}, max_n_params=35))
    assert [each.name for each in will.skipped] == ["width8"]


def test_a_size_is_trained_with_the_values_with_which_it_can_be_built(tmp_path):
    will = described(swept(tmp_path, {"expand": [0.125, 1.0]}))
    assert {trial.name for trial in will.trials} == {
        "width4_32_expand1.0_seed0",
        "width8_32_expand0.125_seed0",
        "width8_32_expand1.0_seed0",
    }
    assert [each.name for each in will.failing] == ["width4-expand0.125"]
    assert not will.skipped
