import json

import keras
import pytest
import tensorflow as tf

from scaling_keras.callbacks import run_facts
from scaling_keras.callbacks.scaling_logger import ScalingLogger


def _compiled(optimizer):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(optimizer, "mse")
    return model


def test_the_optimizer_is_its_name_and_its_numbers():
    facts = run_facts.optimizer_facts(_compiled(keras.optimizers.AdamW(0.25, weight_decay=0.5)))
    assert facts["class_name"] == "AdamW"
    assert (facts["learning_rate"], facts["weight_decay"]) == (0.25, 0.5)
    assert json.dumps(facts)


def test_the_optimizer_is_found_inside_a_loss_scale():
    model = _compiled(keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()))
    assert run_facts.optimizer_facts(model)["class_name"] == "Adam"


def test_a_schedule_is_its_class_and_its_numbers():
    schedule = keras.optimizers.schedules.CosineDecay(0.5, 100, alpha=0.125)
    model = _compiled(keras.optimizers.SGD(schedule))
    facts = run_facts.schedule_facts(model)
    assert facts["class_name"] == "CosineDecay"
    assert (facts["initial_learning_rate"], facts["decay_steps"], facts["alpha"]) == (
        0.5,
        100,
        0.125,
    )
    assert "learning_rate" not in run_facts.optimizer_facts(model)
    assert run_facts.schedule_facts(_compiled("sgd")) is None


def test_a_schedule_that_does_not_tell_its_configuration_is_named():
    class Mine(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.1

        def get_config(self):
            raise NotImplementedError

    class Reticent(keras.optimizers.SGD):
        pass

    model = _compiled("sgd")
    model.optimizer._learning_rate = Mine()
    assert run_facts.schedule_facts(model) == {"class_name": "Mine"}


def test_batches_of_accumulated_gradients_are_one(data, tmp_path, read_run):
    model = _compiled(keras.optimizers.SGD(gradient_accumulation_steps=4))
    model.fit(*data, batch_size=10, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    _, record = read_run(tmp_path)
    assert record.facts[1].batch_size == 40


def test_without_a_strategy_there_is_one_replica():
    facts = run_facts.strategy_facts(_compiled("sgd"))
    assert facts == {"n_replicas": 1, "strategy": "", "device_kind": facts["device_kind"]}
    assert facts["device_kind"] in ("CPU", "GPU", "TPU")


def test_versions_are_those_of_what_trains():
    assert {"scaling-keras", "keras", "tensorflow", "tensorboard", "numpy", "python"} == set(
        run_facts.versions()
    )


@pytest.mark.parametrize(
    ("spec", "is_plain", "size"),
    [
        (None, False, None),
        ((tf.TensorSpec((4, 3)), tf.TensorSpec((4, 1))), True, 4),
        ((tf.TensorSpec((None, 3)), tf.TensorSpec((None, 1))), True, None),
        ((tf.RaggedTensorSpec((4, None)), tf.TensorSpec((4, 1))), False, None),
        (tf.TensorSpec(None), True, None),
    ],
    ids=["unknown", "fixed", "open", "ragged", "of unknown rank"],
)
def test_specs_of_data(spec, is_plain, size):
    plain = run_facts.plain_specs(spec)
    assert (plain is not None) == is_plain
    assert run_facts.fixed_batch_size(plain) == size
