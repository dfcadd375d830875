"""A search goes on with runs of the model that is built now, and of no other."""

import keras
import pytest

from scaling_keras.callbacks.run_facts import versions
from scaling_keras.counting.model_count import ModelCount
from scaling_keras.errors import SweepError
from scaling_keras.events.records import read_run_dir
from scaling_keras.tuner.designs.hyperparameters import HyperparameterSweep
from scaling_keras.tuner.model_of_run import differences
from scaling_keras.tuner.tuner import ScalingTuner
from tests.tuner.conftest import NoTrials, build_model, make_data


def of(*layers, loss="mse"):
    def build(hp):
        model = keras.Sequential([keras.Input((3,)), *(layer(hp) for layer in layers)])
        model.compile(optimizer="sgd", loss=loss)
        return model

    return build


def dense(hp):
    return keras.layers.Dense(hp["width"])


def output(hp):
    return keras.layers.Dense(1)


def search(tuner):
    data = make_data()
    tuner.search(data, validation_data=data)


def test_runs_of_a_model_of_other_parameters_are_refused(make_tuner):
    search(make_tuner(of(dense, output)))
    with pytest.raises(SweepError, match=r"n_params=17 for run 'width2_32_seed0'.*n_params=11"):
        search(make_tuner(of(dense, dense, output)))


def upsampled(hp):
    return keras.layers.UpSampling1D(2)


def pooled(hp):
    return keras.layers.GlobalAveragePooling1D()


def as_sequence(hp):
    return keras.layers.Reshape((3, 1))


def test_runs_of_a_model_that_costs_other_flops_are_refused(make_tuner):
    search(make_tuner(of(as_sequence, dense, pooled, output), widths=(2,)))
    with pytest.raises(SweepError, match=r"train_flops_per_example=\d+.*was trained with train_"):
        search(make_tuner(of(as_sequence, upsampled, dense, pooled, output), widths=(2,)))


def test_flops_of_other_versions_are_not_compared(make_tuner, monkeypatch):
    search(make_tuner(of(as_sequence, dense, pooled, output), widths=(2,)))
    monkeypatch.setattr(
        "scaling_keras.tuner.model_of_run.versions", lambda: {"keras": "99.0", "numpy": "1"}
    )
    tuner = make_tuner(of(as_sequence, upsampled, dense, pooled, output), widths=(2,))
    search(tuner)
    assert [run.facts["attempt"] for run in tuner.results()] == [1]


def test_runs_whose_hyperparameters_change_their_size_are_gone_on_with(tmp_path):
    def build(hp):
        return of(*[dense] * hp["depth"], output)(hp)

    def tuner():
        return ScalingTuner(
            build,
            sweep=HyperparameterSweep(
                sizes=[{"width": 2}], n_examples=[32], values={"depth": [1, 2]}
            ),
            directory=tmp_path,
            distribution_strategy=None,
        )

    search(tuner())
    again = tuner()
    search(again)
    assert [run.facts["attempt"] for run in again.results()] == [1, 1]


@keras.saving.register_keras_serializable("tests")
class AcrossBatch(keras.layers.Layer):
    """Costs more for each item the more items a batch has."""

    def call(self, inputs):
        alike = keras.ops.matmul(inputs, keras.ops.transpose(inputs))
        return keras.ops.matmul(keras.ops.tanh(alike) / 100, inputs)


def test_runs_whose_items_work_on_each_other_are_gone_on_with(make_tuner):
    build = of(dense, lambda hp: AcrossBatch(), output)
    search(make_tuner(build, widths=(2,)))
    again = make_tuner(build, widths=(2,))
    search(again)
    assert [run.facts["attempt"] for run in again.results()] == [1]


class Subclassed(keras.Model):
    def __init__(self, hp):
        super().__init__()
        self.inner, self.outer = dense(hp), keras.layers.Dense(1)

    def build(self, input_shape):
        self.inner.build(input_shape)
        self.outer.build((None, self.inner.units))

    def call(self, inputs):
        return self.outer(self.inner(inputs))


def test_runs_of_a_subclassed_model_are_gone_on_with(make_tuner):
    def build(hp):
        model = Subclassed(hp)
        model.build((None, 3))
        model.compile(optimizer="sgd", loss="mse")
        return model

    search(make_tuner(build))
    again = make_tuner(build)
    search(again)
    assert [run.facts["attempt"] for run in again.results()] == [1, 1]
    with pytest.raises(SweepError, match=r"n_params=\d+ for run"):
        search(make_tuner(of(dense, dense, output)))


@pytest.mark.parametrize(("planned", "is_compared"), [(300, True), (400, False)])
def test_flops_of_examples_with_padding_are_not_compared(tmp_path, write_run, planned, is_compared):
    write_run(tmp_path, planned_examples=planned, versions=versions(), n_params=100)
    counted = ModelCount(
        model_name="model",
        groups={"trainable": 100},
        layers=(),
        example_unit="token",
        examples_per_item=4,
        train_flops_per_example=400.0,
        flops_method="graph",
    )
    found = differences(read_run_dir(tmp_path), counted)
    assert found == ({"train_flops_per_example": (600.0, 400.0)} if is_compared else {})


def test_the_same_model_is_gone_on_with(make_tuner):
    search(make_tuner(build_model))
    again = make_tuner(build_model)
    search(again)
    assert [run.facts["attempt"] for run in again.results()] == [1, 1]


def with_default(default, name="learning_rate"):
    """A model whose optimizer takes a default, which may depend on other hyperparameters."""

    def build(hp):
        value = default(hp) if callable(default) else default
        rate = hp.Float(name, 1e-4, 1e9, default=value)
        model = keras.Sequential([keras.Input((3,)), dense(hp), output(hp)])
        model.compile(optimizer=keras.optimizers.SGD(min(rate, 1e-3)), loss="mse")
        return model

    return build


def test_runs_of_other_defaults_are_refused(make_tuner):
    search(make_tuner(with_default(1e-2), widths=(2,)))
    message = r"learning_rate=0\.001 for run 'width2_32_seed0'.*trained with learning_rate=0\.01"
    with pytest.raises(SweepError, match=message):
        search(make_tuner(with_default(1e-3)))
    tuner = make_tuner(with_default(1e-2), executor=NoTrials(), widths=(2,))
    search(tuner)
    # What older runs don't record isn't known to differ.
    search(make_tuner(with_default(1e-2, "rate"), executor=NoTrials(), widths=(2,)))


def test_defaults_that_follow_from_the_steps_are_those_of_the_run(make_tuner):
    build = with_default(lambda hp: hp["n_steps"] / 10)
    search(make_tuner(build, n_examples=(16, 32)))
    search(make_tuner(build, n_examples=(16, 32), executor=NoTrials()))
    with pytest.raises(SweepError, match=r"learning_rate=0\.8 .*trained with learning_rate=0\.4"):
        search(make_tuner(with_default(lambda hp: hp["n_steps"] / 5), n_examples=(16,)))


def test_defaults_beside_the_values_of_a_sweep_are_compared_too(make_tuner):
    def sweep_of(build):
        sweep = HyperparameterSweep(
            sizes=[{"width": 2}], n_examples=[16], values={"momentum": [0.0, 0.5]}
        )
        return make_tuner(build, sweep=sweep)

    search(sweep_of(with_default(lambda hp: 0.1 + hp["momentum"])))
    search(sweep_of(with_default(lambda hp: 0.1 + hp["momentum"])))
    with pytest.raises(SweepError, match=r"learning_rate=0\.2 .*trained with learning_rate=0\.1"):
        search(sweep_of(with_default(lambda hp: 0.2 + hp["momentum"])))
