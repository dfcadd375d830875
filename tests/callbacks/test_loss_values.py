"""One example is what the loss averages over, whatever the shape of the output."""

import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from scaling_keras.callbacks.loss_values import LossWatch
from scaling_keras.callbacks.scaling_logger import ScalingLogger
from scaling_keras.errors import CountingError

pytestmark = pytest.mark.filterwarnings(
    "ignore:Your input ran out of data:UserWarning",
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning",
)

IMAGES, MAPS = np.ones((10, 8, 8, 3), "float32"), np.ones((10, 8, 8, 1), "float32")
FLOPS_OF_AN_IMAGE = 2 * (2 * 8 * 8 * 27)


def _segmentation():
    return keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(1, 3, padding="same")])


def _squares(y_true, y_pred):
    return ops.square(y_true - y_pred)


LOSSES = {
    "of each place": ("mse", 640, "example"),
    "of each item": (lambda y, p: ops.mean(_squares(y, p), axis=(1, 2, 3)), 10, "image"),
    "of the batch": (keras.losses.Dice(), 10, "image"),
    "of each row": (lambda y, p: ops.mean(_squares(y, p), axis=(2, 3)), 80, "example"),
    "of places in one row": (lambda y, p: ops.reshape(_squares(y, p), (-1,)), 640, "example"),
}


@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("fixed", [True, False], ids=["fixed batches", "open batches"])
def test_an_example_is_what_the_loss_gives_a_value_for(kind, fixed, tmp_path, read_run):
    loss, n_examples, unit = LOSSES[kind]
    model = _segmentation()
    model.compile("sgd", loss)
    data = tf.data.Dataset.from_tensor_slices((IMAGES, MAPS)).batch(5, drop_remainder=fixed)
    model.fit(data, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, record = read_run(tmp_path)
    assert (run.n_examples, run.example_unit) == (n_examples, unit)
    assert record.facts[1].examples_per_item == n_examples // 10
    assert run.train_flops == 10 * FLOPS_OF_AN_IMAGE
    assert record.facts[1].train_flops_per_example == run.train_flops / n_examples


@pytest.mark.parametrize(
    ("options", "n_examples"),
    [
        ({"example_unit": "image"}, 10),
        ({"example_unit": "pixel"}, 640),
        ({"example_unit": "row", "examples_per_item": 8}, 80),
        ({"example_unit": "image", "examples_per_item": 2}, 20),
    ],
)
def test_what_is_given_decides_how_many_examples_there_are(options, n_examples, tmp_path, read_run):
    model = _segmentation()
    model.compile("sgd", "mse")
    logger = ScalingLogger(tmp_path, **options)
    model.fit(IMAGES, MAPS, batch_size=4, callbacks=[logger], verbose=0)
    run, _ = read_run(tmp_path)
    assert (run.n_examples, run.example_unit) == (n_examples, options["example_unit"])
    assert run.train_flops == 10 * FLOPS_OF_AN_IMAGE
    assert run.dataset_size == n_examples


def test_the_examples_of_an_item_are_checked():
    with pytest.raises(CountingError, match="`examples_per_item` must be a positive integer"):
        ScalingLogger(examples_per_item=0)


TOKENS = np.array([[1, 2, 3, 0, 0], [4, 5, 0, 0, 0], [1, 1, 1, 1, 1], [2, 0, 0, 0, 0]])


def _language_model(**options):
    tokens = keras.Input((5,), dtype="int32")
    model = keras.Model(tokens, layers.Dense(6)(layers.Embedding(6, 4, **options)(tokens)))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
    model.compile("sgd", loss)
    return model


@pytest.mark.parametrize("options", [{}, {"mask_zero": True}])
def test_an_ignored_class_is_no_example(options, tmp_path, read_run):
    model = _language_model(**options)
    model.fit(TOKENS, TOKENS, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, record = read_run(tmp_path)
    assert (run.n_examples, run.example_unit) == (11, "token")
    assert record.facts[1].examples_per_item == 5
    assert run.train_flops == 20 * 3 * 2 * 4 * 6


def test_a_model_with_such_a_loss_that_was_trained_before_is_counted_too(tmp_path, read_run):
    model = _language_model()
    model.fit(TOKENS, TOKENS, verbose=0)
    for attempt in ("first", "second"):
        before = model.train_function
        logger = ScalingLogger(tmp_path / attempt, n_examples_before=0)
        model.fit(TOKENS, TOKENS, callbacks=[logger], verbose=0)
        assert read_run(tmp_path / attempt)[0].n_examples == 11
        assert (model.train_function is before) == (attempt == "second")


def test_a_step_without_weights_between_two_with_them_is_counted_by_itself(tmp_path, read_run):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.ones((4, 3), "float32"), np.ones((4, 1), "float32")
    weights = np.array([1.0, 0.0, 1.0, 0.0])
    for name, given, expected in (("a", None, 4), ("b", weights, 2), ("c", None, 4)):
        logger = ScalingLogger(tmp_path / name, n_examples_before=0)
        model.fit(x, y, sample_weight=given, callbacks=[logger], verbose=0)
        assert read_run(tmp_path / name)[0].n_examples == expected


def test_outputs_that_differ_in_their_places_make_an_item_an_example(tmp_path, read_run):
    tokens = keras.Input((5,), dtype="int32")
    embedded = layers.Embedding(6, 4)(tokens)
    whole = layers.Dense(2, name="whole")(layers.GlobalAveragePooling1D()(embedded))
    model = keras.Model(tokens, {"each": layers.Dense(6, name="each")(embedded), "whole": whole})
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", {"each": loss, "whole": loss})
    targets = {"each": TOKENS, "whole": np.zeros(4)}
    model.fit(TOKENS, targets, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    assert read_run(tmp_path)[0].n_examples == 4


FEW, ALL = np.repeat([0.0, 1.0], [48, 16]), np.ones(64)
MIDDLE = np.repeat([0.0, 1.0, 0.0], [40, 16, 8])
WEIGHTS = {
    "one keeps all": ({"b": ALL, "a": FEW}, 64),
    "the other keeps all": ({"a": ALL, "b": FEW}, 64),
    "each keeps some": ({"a": FEW, "b": MIDDLE}, 24),
    "the same for both": (FEW, 16),
}


@pytest.mark.parametrize("kind", WEIGHTS)
@pytest.mark.parametrize("length", [None, 3], ids=["items", "places of one output"])
def test_an_item_that_any_outputs_weight_keeps_is_seen(kind, length, tmp_path, read_run):
    x = np.ones((64, 3), "float32")
    inputs = keras.Input((3,))
    one = layers.Dense(1, name="a")(inputs)
    many = layers.Dense(6)(inputs)
    many = layers.Reshape((6,) if length is None else (length, 2), name="b")(many)
    model = keras.Model(inputs, {"b": many, "a": one})
    model.compile("sgd", {"a": "mse", "b": "mse"})
    weights, n_examples = WEIGHTS[kind]
    weights = keras.tree.map_structure(lambda each: each[:, None], weights)
    targets = {"a": x[:, :1], "b": np.ones((64, *many.shape[1:]))}
    logger = ScalingLogger(tmp_path)
    model.fit(x, targets, sample_weight=weights, callbacks=[logger], verbose=0)
    assert read_run(tmp_path)[0].n_examples == n_examples


@pytest.mark.parametrize("jit", [True, False])
@pytest.mark.parametrize("cut", [0, 2], ids=["as long", "shorter"])
def test_a_place_that_any_outputs_weight_keeps_is_seen(jit, cut, tmp_path, read_run):
    tokens = keras.Input((None,), dtype="int32")
    embedded = layers.Embedding(6, 4)(tokens)
    shorter = layers.Cropping1D((0, cut))(embedded) if cut else embedded
    model = keras.Model(tokens, [layers.Dense(6)(embedded), layers.Dense(6)(shorter)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", [loss, loss], jit_compile=jit)
    targets = [TOKENS, TOKENS[:, : 5 - cut]]
    weights = [(TOKENS == 1).astype("float32"), (targets[1] > 1).astype("float32")]
    batch = (TOKENS, tuple(targets), tuple(weights))
    specs = tf.nest.map_structure(lambda each: tf.TensorSpec((None, None), each.dtype), batch)
    data = tf.data.Dataset.from_generator(lambda: iter([batch]), output_signature=specs)
    model.fit(data, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    assert read_run(tmp_path)[0].n_examples == 11


def test_nothing_stays_around_a_loss(tmp_path):
    loss = keras.losses.MeanSquaredError()
    model = _segmentation()
    model.compile("sgd", loss)
    model.fit(IMAGES, MAPS, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    assert "call" not in vars(loss)
    assert "build" not in vars(model._compile_loss)
    assert pickle.loads(pickle.dumps(loss)).reduction == loss.reduction


def test_a_loss_that_fails_is_let_go_of(tmp_path):
    def failing(y_true, y_pred):
        raise ValueError("no such loss")

    model = _segmentation()
    model.compile("sgd", failing)
    with pytest.raises(ValueError, match="no such loss"):
        model.fit(IMAGES, MAPS, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    assert all("call" not in vars(each.loss) for each in model._compile_loss._flat_losses or ())


def test_a_watch_gives_a_method_of_the_objects_own_back():
    loss = keras.losses.MeanSquaredError()
    own = vars(loss)["call"] = loss.call
    model = _segmentation()
    model.compile("sgd", loss)
    model.train_on_batch(IMAGES, MAPS)
    watch = LossWatch(model)
    assert vars(loss)["call"] is not own
    watch.stop()
    assert vars(loss)["call"] is own
    assert watch.averaged(None, None) == []
