"""C is what a training cost, or unknown with a reason: never a figure that lacks a part."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from scaling_keras.callbacks.scaling_logger import ScalingLogger
from scaling_keras.counting.model_count import count
from scaling_keras.errors import ScalingWarning
from scaling_keras.events.assembling import assemble

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning",
    "ignore:Your input ran out of data:UserWarning",
)

LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def _attention(length):
    tokens = keras.Input((length,), dtype="int32")
    embedded = layers.Embedding(9, 8)(tokens)
    mixed = layers.MultiHeadAttention(2, 4)(embedded, embedded, use_causal_mask=True)
    return keras.Model(tokens, layers.Dense(9)(mixed))


def _texts(lengths):
    def batches():
        for length in lengths:
            yield np.ones((2, length), "int32"), np.ones((2, length), "int32")

    spec = tf.TensorSpec((None, None), tf.int32)
    return tf.data.Dataset.from_generator(batches, output_signature=(spec, spec))


@pytest.mark.parametrize("lengths", [(4, 4, 64, 64), (31, 64, 7), (2, 3, 1)])
@pytest.mark.parametrize("eager", [False, True])
def test_text_of_varying_length_costs_what_its_batches_cost(lengths, eager, tmp_path, read_run):
    model = _attention(None)
    model.compile("sgd", LOSS, run_eagerly=eager)
    model.fit(_texts(lengths), callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, record = read_run(tmp_path)
    assert (run.n_examples, run.example_unit) == (2 * sum(lengths), "token")
    counts = {length: count(_attention(length)) for length in set(lengths)}
    expected = sum(2 * n * counts[n].train_flops_per_example for n in lengths)
    assert run.train_flops == pytest.approx(expected, rel=1e-12)
    assert record.facts[1].flops_method == "graph"


class Cubic(layers.Layer):
    def call(self, x):
        square = x @ ops.transpose(x, (0, 2, 1))
        return square @ square @ x


def test_a_cost_that_is_no_square_of_the_length_is_an_estimate(tmp_path, read_run):
    tokens = keras.Input((None,), dtype="int32")
    model = keras.Model(tokens, layers.Dense(9)(Cubic()(layers.Embedding(9, 4)(tokens))))
    model.compile("sgd", LOSS)
    model.fit(_texts([40, 40]), callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, record = read_run(tmp_path)
    assert record.facts[1].flops_method == "estimate"
    assert "in proportion, as at length 40" in record.facts[1].flops_reason
    assert run.train_flops > 0


def test_a_network_in_the_loss_is_part_of_the_cost(tmp_path, read_run):
    features = keras.Sequential([keras.Input((16,)), layers.Dense(256), layers.Dense(256)])
    features.trainable = False
    model = keras.Sequential([keras.Input((16,)), layers.Dense(16, use_bias=False)])
    model.compile("sgd", lambda y, y_pred: ops.mean((features(y) - features(y_pred)) ** 2, axis=-1))
    x = np.ones((8, 16), "float32")
    model.fit(x, x, batch_size=4, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, record = read_run(tmp_path)
    assert record.facts[1].flops_method == "graph"
    assert run.train_flops_per_example == 2 * (2 * 16 * 16) + 3 * 2 * (16 * 256 + 256 * 256)
    assert run.train_flops == 8 * run.train_flops_per_example


def _images(sizes):
    def batches():
        for height, width in sizes:
            yield np.ones((2, height, width, 3), "float32"), np.zeros((2, 2), "float32")

    specs = (tf.TensorSpec((None, None, None, 3)), tf.TensorSpec((None, 2)))
    return tf.data.Dataset.from_generator(batches, output_signature=specs)


def _image_model(size=None):
    images = keras.Input((size, size, 3))
    pooled = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(images))
    return keras.Model(images, layers.Dense(2)(pooled))


def test_square_images_of_varying_size_are_counted(tmp_path, read_run):
    model = _image_model()
    model.compile("sgd", "mse")
    sizes = (8, 16, 32)
    data = _images([(n, n) for n in sizes])
    model.fit(data, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, _ = read_run(tmp_path)
    expected = sum(2 * count(_image_model(n)).train_flops_per_example for n in sizes)
    assert (run.n_examples, run.train_flops) == (6, pytest.approx(expected, rel=1e-12))


def test_inputs_that_vary_in_several_sizes_leave_the_cost_unknown(tmp_path, read_run):
    model = _image_model()
    model.compile("sgd", "mse")
    data = _images([(8, 16), (16, 8)])
    with pytest.warns(ScalingWarning, match="that are open differ in their size"):
        model.fit(data, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, record = read_run(tmp_path)
    assert (run.status, run.n_examples) == ("completed", 4)
    assert np.isnan(run.train_flops)
    assert "differ in their size" in record.facts[1].flops_reason


class Decomposing(layers.Layer):
    def call(self, x):
        return ops.sum(ops.svd(x, compute_uv=False), -1, keepdims=True)

    def compute_output_shape(self, shape):
        return (*shape[:-2], 1)


def _decomposing():
    inputs = keras.Input((4, 4))
    hidden = Decomposing(name="decomposing")(layers.Dense(4)(inputs))
    model = keras.Model(inputs, layers.Dense(1)(hidden), name="odd")
    model.compile("sgd", "mse")
    return model


def test_what_can_not_be_counted_makes_the_cost_unknown_and_warns_once(tmp_path, read_run):
    logger = ScalingLogger(tmp_path)
    data = np.ones((6, 4, 4), "float32"), np.ones((6, 1), "float32")
    with pytest.warns(ScalingWarning, match="pass `train_flops_per_example`") as warned:
        _decomposing().fit(*data, batch_size=2, epochs=2, callbacks=[logger], verbose=0)
    assert len(warned) == 1
    assert "'odd', where Svd (2) in decomposing can't be counted" in str(warned[0].message)
    run, record = read_run(tmp_path)
    facts = record.facts[1]
    assert (run.status, run.n_examples) == ("completed", 12)
    assert np.isnan(run.train_flops)
    assert np.isnan(run.train_flops_per_example)
    assert (facts.train_flops_per_example, facts.forward_flops_per_example) == (None, None)
    assert (facts.flops_method, facts.coverage, facts.uncounted) == ("", None, {"Svd": 2})
    assert "Svd (2) in decomposing" in facts.flops_reason
    assert set(facts.flops_by_convention) == {
        "6n_total",
        "6n_non_embedding",
        "6n_non_embedding_plus_head",
    }


def test_a_given_cost_stands_for_what_can_not_be_counted(tmp_path, read_run):
    logger = ScalingLogger(tmp_path, train_flops_per_example=1e3)
    data = np.ones((6, 4, 4), "float32"), np.ones((6, 1), "float32")
    _decomposing().fit(*data, callbacks=[logger], verbose=0)
    run, record = read_run(tmp_path)
    assert (run.train_flops, record.facts[1].flops_method) == (6e3, "given")
    assert record.facts[1].flops_reason == ""


def test_what_is_counted_in_full_says_so(make_model, data, tmp_path, read_run):
    make_model().fit(*data, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    facts = read_run(tmp_path)[1].facts[1]
    assert (facts.flops_method, facts.flops_reason, facts.coverage) == ("graph", "", 1.0)


def test_conventions_have_the_unit_of_the_figure_beside_them(tmp_path, read_run):
    tokens = keras.Input((5,), dtype="int32")
    model = keras.Model(tokens, layers.Dense(7)(layers.Embedding(7, 4, mask_zero=True)(tokens)))
    model.compile("sgd", LOSS)
    padded = np.array([[1, 2, 3, 0, 0], [4, 5, 0, 0, 0], [1, 1, 1, 1, 1], [2, 0, 0, 0, 0]])
    model.fit(padded, padded, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    facts = read_run(tmp_path)[1].facts[1]
    conventions = facts.flops_by_convention
    # 20 places are computed, 11 of them are examples.
    assert facts.train_flops_per_example == pytest.approx(3 * 2 * 4 * 7 * 20 / 11)
    assert conventions["products"] == facts.train_flops_per_example
    plain = count(model).flops_by_convention
    assert conventions["everything"] == pytest.approx(plain["everything"] * 20 / 11)
    assert conventions["6n_total"] == plain["6n_total"] == 6 * (7 * 4 + 4 * 7 + 7)


@pytest.mark.parametrize(
    "optimizer", ["sgd", lambda: keras.optimizers.SGD(gradient_accumulation_steps=5)]
)
def test_what_each_step_costs_is_part_of_the_cost(optimizer, tmp_path, read_run):
    dense = layers.Dense(8, use_bias=False)
    model = keras.Sequential([keras.Input((16,)), layers.Dense(32), dense])
    dense.enable_lora(2)
    model.compile(optimizer if isinstance(optimizer, str) else optimizer(), "mse")
    counted = count(model)
    assert counted.flops_per_step > 0
    x, y = np.ones((10, 16), "float32"), np.ones((10, 8), "float32")
    model.fit(x, y, batch_size=2, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, record = read_run(tmp_path)
    assert record.facts[1].flops_per_step == counted.flops_per_step
    of_examples = 10 * counted.train_flops_per_example
    assert run.train_flops == of_examples + 5 * counted.flops_per_step


class Noting(layers.Layer):
    """Notes each time that it is traced."""

    calls = 0

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 2))

    def call(self, x):
        Noting.calls += 1
        return x @ self.kernel


def test_a_second_fit_counts_nothing_anew(tmp_path, read_run):
    model = keras.Sequential([keras.Input((3,)), Noting()])
    model.compile("sgd", "mse")
    x, y = np.ones((8, 3), "float32"), np.ones((8, 2), "float32")
    model.fit(x, y, callbacks=[ScalingLogger(tmp_path / "a")], verbose=0)
    calls = Noting.calls
    model.fit(x, y, callbacks=[ScalingLogger(tmp_path / "b", n_examples_before=0)], verbose=0)
    assert Noting.calls == calls
    first, second = (read_run(tmp_path / name)[0] for name in "ab")
    assert first.train_flops == second.train_flops == 8 * 2 * 2 * 6


def _of_unknown_length(x, y, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(batch_size)
    return dataset.filter(lambda *_: True)


@pytest.mark.parametrize("steps_per_execution", [1, 3])
def test_a_step_that_finds_no_data_costs_nothing(steps_per_execution, tmp_path, read_run):
    dense = layers.Dense(8, use_bias=False)
    model = keras.Sequential([keras.Input((16,)), layers.Dense(32), dense])
    dense.enable_lora(2)
    model.compile("sgd", "mse", steps_per_execution=steps_per_execution)
    counted = count(model)
    x, y = np.ones((12, 16), "float32"), np.ones((12, 8), "float32")
    data = _of_unknown_length(x, y, batch_size=3)
    model.fit(data, epochs=3, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, _ = read_run(tmp_path)
    of_examples = 36 * counted.train_flops_per_example
    assert run.train_flops == of_examples + 12 * counted.flops_per_step


def _partly_frozen():
    base = keras.Sequential([keras.Input((16,)), layers.Dense(32), layers.Dense(32)])
    return base, keras.Sequential([keras.Input((16,)), base, layers.Dense(1)])


@pytest.mark.parametrize("is_new_logger", [False, True])
def test_each_attempt_costs_what_the_model_was_while_it_trained(is_new_logger, tmp_path, read_run):
    base, model = _partly_frozen()
    x, y = np.ones((12, 16), "float32"), np.ones((12, 1), "float32")
    logger, costs = ScalingLogger(tmp_path), []
    for is_trainable, epochs in ((False, 3), (True, 2)):
        base.trainable = is_trainable
        model.compile("sgd", "mse")
        costs.append(12 * epochs * count(model).train_flops_per_example)
        model.fit(x, y, epochs=epochs, callbacks=[logger], verbose=0)
        if is_new_logger:
            logger = ScalingLogger(tmp_path, n_examples_before=36)
    run, record = read_run(tmp_path)
    assert (run.n_examples, run.train_flops) == (60, sum(costs))
    assert record.facts[2].train_flops_before == costs[0]
    expected = [costs[0] / 3, costs[0], costs[0] + costs[1] / 2, sum(costs)]
    assert run.flops_at(np.array([12.0, 36.0, 48.0, 60.0])).tolist() == pytest.approx(expected)
    # What the logger wrote and what is read of a run that has no result yet are one figure.
    (unfinished,) = assemble([dataclasses.replace(record, results={})])
    assert unfinished.train_flops == run.train_flops


def test_what_weights_cost_before_without_a_log_is_taken_to_be_as_here(tmp_path, read_run):
    _, model = _partly_frozen()
    model.compile("sgd", "mse")
    x, y = np.ones((12, 16), "float32"), np.ones((12, 1), "float32")
    logger = ScalingLogger(tmp_path, n_examples_before=100)
    model.fit(x, y, epochs=2, callbacks=[logger], verbose=0)
    run, record = read_run(tmp_path)
    assert record.facts[1].train_flops_before is None
    assert run.train_flops == 124 * count(model).train_flops_per_example
    assert run.dataset_size == 12


def _contrastive(y, y_pred):
    return ops.mean(ops.matmul(y_pred, ops.transpose(y_pred)), axis=-1)


@pytest.mark.parametrize("is_dataset", [False, True])
@pytest.mark.parametrize("accumulated", [None, 2])
def test_a_loss_across_the_batch_costs_what_it_does_in_batches_of_that_size(
    is_dataset, accumulated, tmp_path, read_run
):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(6, use_bias=False)])
    optimizer = keras.optimizers.SGD(gradient_accumulation_steps=accumulated)
    model.compile(optimizer, _contrastive)
    x, y = np.ones((65, 4), "float32"), np.zeros((65, 6), "float32")
    data, options = (x, y), {"batch_size": 16}
    if is_dataset:
        data, options = (tf.data.Dataset.from_tensor_slices(data).batch(16),), {}
    model.fit(*data, **options, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, record = read_run(tmp_path)
    assert record.facts[1].flops_method == "graph"
    assert run.train_flops_per_example == 2 * 2 * 24 + 3 * 2 * 16 * 6
    assert run.train_flops == 65 * run.train_flops_per_example


class InParts(keras.Model):
    """Is never called as a whole."""

    def __init__(self, *others):
        super().__init__()
        self.first = layers.Dense(2, use_bias=False)
        self.others = others
        self.tracker = keras.metrics.Mean(name="loss")

    @property
    def metrics(self):
        return [self.tracker]

    def train_step(self, x):
        with tf.GradientTape() as tape:
            loss = ops.mean(self.first(x) ** 2)
        weights = self.trainable_weights
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        self.tracker.update_state(loss, sample_weight=tf.shape(x)[0])
        return {"loss": self.tracker.result()}


def test_a_model_that_is_never_called_as_a_whole_has_its_size_and_cost(tmp_path, read_run):
    model = InParts()
    model.compile("sgd")
    model.fit(np.ones((8, 3), "float32"), callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, record = read_run(tmp_path)
    assert (run.n_params, run.train_flops) == (6, 8 * 2 * 2 * 6)
    assert record.facts[1].flops_method == "graph"


def test_a_model_whose_size_is_unknown_is_warned_of(tmp_path, read_run):
    model = InParts(layers.Dense(2))
    model.compile("sgd")
    with pytest.warns(ScalingWarning, match="where some of its layers have no weights"):
        model.fit(np.ones((8, 3), "float32"), callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, record = read_run(tmp_path)
    assert np.isnan(run.train_flops)
    assert "some of its layers have no weights" in record.facts[1].flops_reason
