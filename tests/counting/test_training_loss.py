"""What a model's own loss computes is part of its cost; outputs without a loss cost nothing."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from scaling_keras.counting.memory import fingerprint
from scaling_keras.counting.model_count import count, count_with_data
from scaling_keras.counting.step_cost import OWN_LOSS
from scaling_keras.counting.tracing import input_specs
from tests.counting.own_step import OwnStep

WIDTH, FEATURES = 6, 20
DENSE, NETWORK = 2 * WIDTH * WIDTH, 2 * WIDTH * FEATURES


def _model(loss=None, outputs=1):
    inputs = keras.Input((WIDTH,))
    made = [layers.Dense(WIDTH, use_bias=False, name=name)(inputs) for name in "ab"[:outputs]]
    model = keras.Model(inputs, made[0] if outputs == 1 else made)
    if loss is not None:
        model.compile("sgd", loss)
    return model


def _perceptual():
    features = keras.Sequential([keras.Input((WIDTH,)), layers.Dense(FEATURES, use_bias=False)])
    features.trainable = False
    return lambda y, y_pred: ops.mean((features(y) - features(y_pred)) ** 2, axis=-1)


def _data(y=(WIDTH,), batch=4, dtype="float32", weights=False):
    specs = tf.TensorSpec((batch, WIDTH)), tf.TensorSpec((batch, *y), dtype)
    return (*specs, tf.TensorSpec((batch,))) if weights else specs


def _elementwise(y, y_pred):
    return ops.mean((y - y_pred) ** 2, axis=-1)


@pytest.mark.parametrize("weights", [False, True])
def test_a_frozen_network_in_the_loss_costs_two_passes_and_one_back(weights):
    model = _model(_perceptual())
    counted = count_with_data(model, _data(weights=weights))
    assert (counted.flops_method, counted.coverage, counted.flops_reason) == ("graph", 1.0, "")
    assert counted.forward_flops_per_example == DENSE + 2 * NETWORK
    assert counted.train_flops_per_example == 2 * DENSE + 3 * NETWORK


def test_without_data_its_targets_are_a_guess_and_said_to_be_one():
    counted = count(_model(_perceptual()))
    assert counted.train_flops_per_example == 2 * DENSE + 3 * NETWORK
    assert counted.flops_method == "estimate"
    assert "targets are taken to have the shape of its outputs" in counted.flops_reason


def _class_for_each(y, y_pred):
    return keras.losses.sparse_categorical_crossentropy(y, y_pred, from_logits=True)


@pytest.mark.parametrize("loss", [_elementwise, _class_for_each])
def test_a_loss_of_its_own_that_multiplies_nothing_of_its_targets_is_exact_without_data(loss):
    counted = count(_model(loss))
    assert (counted.flops_method, counted.flops_reason) == ("graph", "")
    assert counted.train_flops_per_example == 2 * DENSE


def _contrastive(y, y_pred):
    return ops.mean(ops.matmul(y_pred, ops.transpose(y_pred)), axis=-1)


def test_a_loss_between_the_items_of_a_batch_counts_at_the_size_of_the_batch():
    counted = count_with_data(_model(_contrastive), _data(batch=32))
    assert counted.train_flops_per_example == 2 * DENSE + 3 * 2 * 32 * WIDTH


def test_a_batch_that_the_data_leaves_open_may_be_stated():
    specs = _data(batch=None)
    at_size = count_with_data(_model(_contrastive), specs, batch_size=32)
    assert at_size.train_flops_per_example == 2 * DENSE + 3 * 2 * 32 * WIDTH
    assert (at_size.flops_method, at_size.flops_reason) == ("graph", "")
    unknown = count_with_data(_model(_contrastive), specs)
    assert unknown.flops_method == "estimate"
    assert "the items of a batch work on each other" in unknown.flops_reason
    plain = (count_with_data(_model("mse"), specs, batch_size=n) for n in (None, 32))
    assert {each.train_flops_per_example for each in plain} == {2 * DENSE}


class OwnContrast(OwnStep):
    """Compares its items in a step of its own."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(WIDTH, use_bias=False)

    def call(self, x):
        return self.dense(x)

    def loss_of(self, x):
        return _contrastive(None, self(x))


def test_a_step_of_its_own_between_the_items_of_a_batch_counts_at_its_size():
    model = OwnContrast()
    model.compile("sgd")
    x = np.ones((4, WIDTH), "float32")
    model.train_on_batch(x, x)
    counted = count_with_data(model, _data(batch=None), batch_size=32)
    assert counted.train_flops_per_example == 2 * DENSE + 3 * 2 * 32 * WIDTH
    assert counted.flops_method == "graph"


class Matching(keras.Model):
    """Compares outputs by a layer that it trains, too."""

    def __init__(self, calls_super=False):
        super().__init__()
        self.dense = layers.Dense(WIDTH, use_bias=False)
        self.compared = layers.Dense(FEATURES, use_bias=False)
        self.calls_super = calls_super

    def build(self, shape):
        self.dense.build(shape)
        self.compared.build(shape)

    def call(self, x):
        return self.dense(x)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = ops.mean((self.compared(y_pred) - self.compared(y)) ** 2)
        if self.calls_super:
            loss += super().compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight)
        return loss


@pytest.mark.parametrize("calls_super", [False, True])
def test_an_overridden_compute_loss_is_counted(calls_super):
    model = Matching(calls_super)
    model.build((None, WIDTH))
    model.compile("sgd", "mse")
    counted = count_with_data(model, _data())
    # Of the compared outputs both gradients, of the compared targets that of the weight.
    assert counted.train_flops_per_example == 2 * DENSE + (3 + 2) * NETWORK
    assert counted.flops_method == "graph"
    rows = {row.name: row.train_flops_per_example for row in counted.layers}
    assert rows[model.compared.name] == 5 * NETWORK


class Distilled(keras.Model):
    """Has a loss that knows no `training`, as in Keras's example of distillation."""

    def __init__(self, student, teacher):
        super().__init__()
        self.student, self.teacher = student, teacher
        teacher.trainable = False

    def call(self, x):
        return self.student(x)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, allow_empty=False):
        return ops.mean((self.teacher(x, training=False) - y_pred) ** 2)


def test_a_teacher_costs_its_forward_pass_known_data_or_not():
    teacher = keras.Sequential([keras.Input((WIDTH,)), layers.Dense(FEATURES, use_bias=False)])
    teacher.add(layers.Dense(WIDTH, use_bias=False))
    model = Distilled(_model(), teacher)
    model(np.zeros((1, WIDTH), "float32"))
    model.compile("sgd")
    for counted in (count(model), count_with_data(model, _data())):
        assert counted.train_flops_per_example == 2 * DENSE + 2 * NETWORK
        assert counted.flops_method == "graph"


@pytest.mark.parametrize("loss", [["mse", None], {"a": "mse"}])
def test_an_output_without_a_loss_costs_nothing(loss):
    model = _model(outputs=2)
    if isinstance(loss, dict):
        model = keras.Model(model.input, dict(zip("ab", model.outputs, strict=True)))
    assert count(model).train_flops_per_example == 4 * DENSE
    model.compile("sgd", loss)
    counted = count(model)
    assert counted.forward_flops_per_example == DENSE
    assert counted.train_flops_per_example == 2 * DENSE
    assert counted.flops_method == "graph"


def test_a_model_that_adds_its_only_loss_trains_no_output():
    class Adding(layers.Layer):
        def call(self, x):
            self.add_loss(ops.mean(x**2))
            return x

    inputs = keras.Input((WIDTH,))
    hidden = Adding()(layers.Dense(WIDTH, use_bias=False)(inputs))
    model = keras.Model(inputs, layers.Dense(FEATURES, use_bias=False)(hidden))
    model.compile("sgd")
    assert count(model).train_flops_per_example == 2 * DENSE
    model.compile("sgd", "mse")
    assert count(model).train_flops_per_example == 2 * DENSE + 3 * NETWORK


def test_models_whose_losses_train_other_outputs_are_not_mistaken_for_each_other():
    def key(loss):
        model = _model(loss, outputs=2)
        return fingerprint(model, input_specs(model))

    keras.backend.clear_session()
    keys = []
    for loss in (None, "mse", ["mse", "mae"], ["mse", None], [None, "mse"], _elementwise):
        keras.backend.clear_session()
        keys.append(key(loss))
    assert keys[0] == keys[1]
    assert keys[-1] is None
    assert len({*keys[1:5]}) == 4


def test_a_loss_that_can_not_be_traced_is_named_as_uncounted():
    counted = count(_model(lambda y, y_pred: ops.mean(y["left"] - y_pred)))
    assert counted.uncounted == {OWN_LOSS: 1}
    assert counted.coverage is None
    assert "tracing that failed: TypeError: " in counted.flops_reason
    assert "not counted, so the true cost is higher: the model's own loss (1)" in str(counted)


class Tracking(Matching):
    def __init__(self):
        super().__init__()
        self.tracker = keras.metrics.Mean(name="tracked")
        self.dropout = layers.Dropout(0.5)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = super().compute_loss(x, y, self.dropout(y_pred, training=True), sample_weight)
        self.tracker.update_state(loss)
        return loss


def test_counting_a_loss_changes_no_metric_no_seed_and_no_weight():
    tracking = Tracking()
    tracking.build((None, WIDTH))
    tracking.compile("adam")
    several = _model([_elementwise, _perceptual()], outputs=2)
    x = np.ones((4, WIDTH), "float32")
    for model, y in ((tracking, x), (several, [x, x])):
        fresh = model._compile_loss
        count(model)
        assert model._compile_loss is fresh
        assert fresh is None or not fresh.built
        model.train_on_batch(x, y)
        variables = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
        before = [variable.numpy() for variable in variables]
        traced = model.train_function
        count_with_data(model, (_data()[0], keras.tree.map_structure(lambda _: _data()[1], y)))
        assert model.train_function is traced
        assert model._compile_loss is fresh
        after = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
        assert [id(each) for each in after] == [id(each) for each in variables]
        for variable, value in zip(variables, before, strict=True):
            np.testing.assert_array_equal(variable.numpy(), value)
