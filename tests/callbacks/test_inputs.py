"""D is exact: the examples that a model was really trained on, for every kind of input."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from scaling_keras.callbacks.scaling_logger import ScalingLogger
from scaling_keras.errors import ScalingWarning

pytestmark = pytest.mark.filterwarnings(
    "ignore:Your input ran out of data:UserWarning",
    "ignore:`shuffle=True` was passed:UserWarning",
    "ignore:Your `PyDataset` class should call:UserWarning",
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning",
)

# Sequences padded with 0 to one length: 3, 2, 5, 1 tokens, and once more.
PADDED = np.array([[1, 2, 3, 0, 0], [4, 5, 0, 0, 0], [1, 1, 1, 1, 1], [2, 0, 0, 0, 0]] * 2)
N_TOKENS = 22


class Sequences(keras.utils.PyDataset):
    """Three batches, the first of them partial."""

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return PADDED[: 2 if index == 0 else 3], PADDED[: 2 if index == 0 else 3]


def _regression(inputs=None):
    inputs = keras.Input((3,)) if inputs is None else inputs
    parts = keras.tree.flatten(inputs)
    x = parts[0] if len(parts) == 1 else keras.layers.Concatenate()(parts)
    return keras.Model(inputs, keras.layers.Dense(1)(x)), "mse"


def _nested():
    inputs = {"a": keras.Input((2,), name="a"), "b": (keras.Input((1,), name="b"),)}
    return _regression(inputs)


def _language(mask_zero=False, length=5):
    tokens = keras.Input((length,), dtype="int32")
    embedded = keras.layers.Embedding(6, 2, mask_zero=mask_zero)(tokens)
    model = keras.Model(tokens, keras.layers.Dense(6)(embedded))
    return model, keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def _rows(n=10):
    return np.ones((n, 3), "float32"), np.ones((n, 1), "float32")


def _dataset(*arrays, batch_size=4):
    data = arrays if len(arrays) > 1 else arrays[0]
    return tf.data.Dataset.from_tensor_slices(data).batch(batch_size)


def _nested_rows():
    x, y = _rows()
    return {"a": x[:, :2], "b": (x[:, 2:],)}, y


def _generator():
    while True:
        yield tuple(each[:3] for each in _rows())


def _three():
    yield from zip(*_rows(3), strict=True)


ROW = (tf.TensorSpec((3,)), tf.TensorSpec((1,)))
TURNS = tf.data.Dataset.from_tensor_slices(np.array([0, 1] * 3, "int64"))


def _of_varying_length():
    lengths = tf.data.Dataset.from_tensor_slices([[3], [5], [4]])
    return lengths.map(lambda n: (tf.zeros((2, n[0]), tf.int32),) * 2)


# Model, arguments of fit, options of compile; then D after two epochs, and the unique examples.
KINDS = {
    "arrays": (
        _regression,
        lambda: {"x": _rows()[0], "y": _rows()[1], "batch_size": 4},
        {},
        20,
        10,
    ),
    "tf.data": (_regression, lambda: {"x": _dataset(*_rows())}, {}, 20, 10),
    "unknown cardinality, several steps an execution": (
        _regression,
        lambda: {"x": _dataset(*_rows()).filter(lambda x, y: True)},
        {"steps_per_execution": 2},
        20,
        10,
    ),
    "repeated, steps_per_epoch": (
        _regression,
        lambda: {"x": _dataset(*_rows()).repeat(), "steps_per_epoch": 4},
        {},
        # Batches of 4, 4, 2, 4 and then 4, 2, 4, 4.
        28,
        None,
    ),
    "repeated to an end": (_regression, lambda: {"x": _dataset(*_rows()).repeat(3)}, {}, 60, None),
    "repeated in a function": (
        _regression,
        lambda: {"x": tf.data.Dataset.range(1).flat_map(lambda _: _dataset(*_rows()).repeat(3))},
        {},
        60,
        None,
    ),
    "joined with itself": (
        _regression,
        lambda: {"x": _dataset(*_rows()).concatenate(_dataset(*_rows())).prefetch(1)},
        {},
        40,
        None,
    ),
    "taken by turns": (
        _regression,
        lambda: {"x": tf.data.Dataset.choose_from_datasets([_dataset(*_rows())] * 2, TURNS)},
        {},
        40,
        None,
    ),
    "dataset of a generator": (
        _regression,
        lambda: {"x": tf.data.Dataset.from_generator(_three, output_signature=ROW).batch(2)},
        {},
        6,
        None,
    ),
    "generator": (_regression, lambda: {"x": _generator(), "steps_per_epoch": 3}, {}, 18, None),
    "PyDataset": (_language, lambda: {"x": Sequences()}, {}, 80, 40),
    "dicts and tuples": (_nested, lambda: {"x": _dataset(*_nested_rows())}, {}, 20, 10),
    "weights of items": (
        _regression,
        lambda: {"x": _dataset(*_rows(), np.array([1.0, 0.0] * 5))},
        {},
        10,
        5,
    ),
    "gradient accumulation, jit": (
        _regression,
        lambda: {"x": _dataset(*_rows())},
        {
            "optimizer": lambda: keras.optimizers.SGD(gradient_accumulation_steps=2),
            "jit_compile": True,
        },
        20,
        10,
    ),
    "padding told by a mask": (
        lambda: _language(mask_zero=True),
        lambda: {"x": _dataset(PADDED, PADDED, batch_size=3)},
        {"jit_compile": True},
        2 * N_TOKENS,
        N_TOKENS,
    ),
    "padding told by weights, eagerly": (
        _language,
        lambda: {"x": _dataset(PADDED, PADDED, (PADDED > 0).astype("float32"), batch_size=3)},
        {"run_eagerly": True},
        2 * N_TOKENS,
        N_TOKENS,
    ),
    "text of varying length, padded within": (
        lambda: _language(mask_zero=True, length=None),
        lambda: {
            "x": tf.data.Dataset.from_tensor_slices(PADDED).map(lambda row: (row, row)).batch(3)
        },
        {"steps_per_execution": 2},
        2 * N_TOKENS,
        N_TOKENS,
    ),
    "text of varying length": (
        lambda: _language(length=None),
        lambda: {"x": _of_varying_length()},
        {},
        48,
        24,
    ),
}


class Changing(keras.utils.PyDataset):
    """Batches of two; another number of them in each epoch."""

    def __init__(self, *lengths):
        super().__init__()
        self._lengths = list(lengths)

    def __len__(self):
        return self._lengths[0]

    def __getitem__(self, index):
        return _rows(2)

    def on_epoch_end(self):
        self._lengths.append(self._lengths.pop(0))


def test_data_that_is_shorter_in_later_epochs_did_not_end_early(tmp_path, read_run):
    model, loss = _regression()
    model.compile("sgd", loss)
    model.fit(Changing(5, 4, 3), epochs=3, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, _ = read_run(tmp_path)
    assert (run.status, run.reason) == ("completed", "")
    assert (run.n_examples, run.dataset_size) == (24, 10)


def test_a_stop_within_data_that_may_change_its_length_is_seen(tmp_path, read_run):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 2

    model, loss = _regression()
    model.compile("sgd", loss)
    model.fit(Changing(5), epochs=1, callbacks=[Stop(), ScalingLogger(tmp_path)], verbose=0)
    run, _ = read_run(tmp_path)
    assert (run.status, run.reason) == ("stopped", "stopped by a callback in epoch 1 of 1")


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_seen_are_exact(kind, tmp_path, read_run):
    make, arguments, options, n_examples, dataset_size = KINDS[kind]
    model, loss = make()
    optimizer = options.get("optimizer", lambda: "sgd")()
    model.compile(optimizer, loss, **{k: v for k, v in options.items() if k != "optimizer"})
    model.fit(**arguments(), epochs=2, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, record = read_run(tmp_path)
    assert (run.status, run.n_examples) == ("completed", n_examples)
    assert run.curves["loss"][-1, 0] == n_examples
    np.testing.assert_equal(run.dataset_size, np.nan if dataset_size is None else dataset_size)
    is_text = make is not _regression and make is not _nested
    assert run.example_unit == ("token" if is_text else "example")
    # What is computed for padding is paid for too: per place, forward and back of the head are
    # three products of 2 by 6.
    if kind.startswith("padding"):
        assert run.train_flops == pytest.approx(2 * PADDED.size * 3 * 2 * 2 * 6)
        assert run.train_flops_per_example == pytest.approx(run.train_flops / n_examples)
    assert record.facts[1].flops_method in ("graph", "")


def test_what_one_example_is_can_be_given(tmp_path, read_run):
    model, loss = _language(mask_zero=True)
    model.compile("sgd", loss)
    logger = ScalingLogger(tmp_path, example_unit="codon")
    model.fit(PADDED, PADDED, callbacks=[logger], verbose=0)
    run, _ = read_run(tmp_path)
    assert (run.example_unit, run.n_examples) == ("codon", N_TOKENS)


@pytest.mark.parametrize(("times", "status"), [(1, "completed"), (2, "stopped")])
def test_a_plan_is_met_by_padded_data_whose_places_fill_it(tmp_path, read_run, times, status):
    model, loss = _language(mask_zero=True)
    model.compile("sgd", loss)
    logger = ScalingLogger(tmp_path, facts={"planned_examples": times * PADDED.size})
    model.fit(PADDED, PADDED, batch_size=1, callbacks=[logger], verbose=0)
    run, _ = read_run(tmp_path)
    assert (run.status, run.n_examples) == (status, N_TOKENS)


def test_a_model_that_was_trained_before_without_a_logger_is_counted_too(tmp_path, read_run):
    model, loss = _language(mask_zero=True)
    model.compile("sgd", loss)
    model.fit(PADDED, PADDED, verbose=0)
    for epochs in (1, 2):
        before = model.train_function
        logger = ScalingLogger(tmp_path / str(epochs), n_examples_before=0)
        model.fit(PADDED, PADDED, callbacks=[logger], verbose=0)
        assert read_run(tmp_path / str(epochs))[0].n_examples == N_TOKENS
        # The second of the two has not traced the step anew.
        assert (model.train_function is before) == (epochs == 2)


class OwnStep(keras.Model):
    """Trains by a step of its own, whose loss is `own_loss`."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.own_loss(x, y)
        variables = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        self._loss_tracker.update_state(loss, sample_weight=keras.ops.shape(x)[0])
        return {"loss": self._loss_tracker.result()}


class Twice(OwnStep):
    """Computes its loss of each batch twice, as where dropout is to make no difference."""

    def own_loss(self, x, y):
        losses = [self.compute_loss(x, y, self(x, training=True)) for _ in range(2)]
        return losses[0] + losses[1]


class WithoutPadding(OwnStep):
    """Leaves padding out by itself."""

    def own_loss(self, x, y):
        weights = keras.ops.cast(keras.ops.not_equal(y, 0), "float32")
        losses = keras.losses.sparse_categorical_crossentropy(y, self(x, training=True))
        return keras.ops.sum(losses * weights) / keras.ops.sum(weights)


def _with_own_step(kind, length=5, **options):
    model, loss = _language(length=length, **options)
    model = kind(model.inputs, model.outputs[0])
    model.compile("sgd", loss)
    return model


@pytest.mark.parametrize("mask_zero", [True, False])
@pytest.mark.parametrize("length", [5, None])
def test_a_batch_whose_loss_is_computed_twice_was_seen_once(mask_zero, length, tmp_path, read_run):
    model = _with_own_step(Twice, length=length, mask_zero=mask_zero)
    model.fit(PADDED, PADDED, batch_size=3, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, record = read_run(tmp_path)
    assert run.n_examples == (N_TOKENS if mask_zero else PADDED.size)
    assert record.facts[1].examples_per_item == 5


@pytest.mark.parametrize("length", [5, None])
def test_a_step_that_hides_which_places_are_padding_is_warned_of(length, tmp_path):
    model = _with_own_step(WithoutPadding, length=length, mask_zero=True)
    with pytest.warns(ScalingWarning, match="whose `train_step` never calls `compute_loss`"):
        model.fit(PADDED, PADDED, callbacks=[ScalingLogger(tmp_path / "a")], verbose=0)
    logger = ScalingLogger(tmp_path / "b", examples_per_item=5, n_examples_before=0)
    model.fit(PADDED, PADDED, callbacks=[logger], verbose=0)


def test_a_step_that_hides_its_loss_is_not_warned_of_without_padding(tmp_path):
    model = _with_own_step(WithoutPadding)
    model.fit(PADDED, PADDED, callbacks=[ScalingLogger(tmp_path)], verbose=0)


class ShowingPadding(OwnStep):
    """Leaves padding out by itself, in a loss that shows the weights."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        losses = keras.losses.sparse_categorical_crossentropy(y, y_pred)
        return keras.ops.sum(losses * sample_weight) / keras.ops.sum(sample_weight)

    def own_loss(self, x, y):
        weights = keras.ops.cast(keras.ops.not_equal(y, 0), "float32")
        y_pred = self(x, training=True)
        return self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=weights)


def test_a_step_whose_own_loss_is_given_the_weights_shows_its_padding(tmp_path, read_run):
    model = _with_own_step(ShowingPadding, mask_zero=True)
    model.fit(PADDED, PADDED, batch_size=3, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, _ = read_run(tmp_path)
    assert run.n_examples == N_TOKENS
