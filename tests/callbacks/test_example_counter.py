"""Models whose examples can't be read off the loss tracker, and those where it only seems so."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from scaling_keras.callbacks.example_counter import ExampleCounter, Seen
from scaling_keras.callbacks.scaling_logger import ScalingLogger
from scaling_keras.errors import ScalingWarning
from scaling_keras.events.reader import assemble, read_records

pytestmark = pytest.mark.filterwarnings("ignore:`shuffle=True` was passed:UserWarning")


class OwnStep(keras.Model):
    """A `train_step` as many tutorials write it."""

    def __init__(self, update=None, own_tracker=False):
        super().__init__(name="own")
        self.dense = keras.layers.Dense(1)
        self.update = update
        if own_tracker:
            self.own_tracker = keras.metrics.Mean(name="loss")

    def call(self, x):
        return self.dense(x)

    @property
    def metrics(self):
        return [self.own_tracker] if hasattr(self, "own_tracker") else super().metrics

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = keras.ops.mean((self(x) - y) ** 2)
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        if self.update is not None:
            self.update(self.metrics[0], loss, keras.ops.shape(x)[0])
        return {"loss": loss}


def _fit(model, data, tmp_path, **options):
    model.compile("sgd", "mse")
    return model.fit(*data, callbacks=[ScalingLogger(tmp_path)], verbose=0, **options)


@pytest.mark.parametrize("own_tracker", [True, False])
def test_a_tracker_that_is_updated_with_the_batch_size_counts(
    own_tracker, data, tmp_path, read_run
):
    model = OwnStep(lambda m, loss, size: m.update_state(loss, sample_weight=size), own_tracker)
    _fit(model, data, tmp_path, epochs=3)
    run, record = read_run(tmp_path)
    assert (run.status, run.n_examples) == ("completed", 300)
    assert record.facts[1].batch_size == 32
    assert (record.facts[1].flops_method, run.train_flops_per_example) == ("graph", 12)


@pytest.mark.parametrize(
    ("update", "reason"),
    [
        (None, "its `train_step` never updates the metric named `loss`"),
        (lambda m, loss, size: m.update_state(loss), "without a `sample_weight`"),
    ],
    ids=["never", "without weights"],
)
def test_a_tracker_that_does_not_count_is_never_believed(update, reason, data, tmp_path):
    with pytest.warns(ScalingWarning, match="In `train_step`, update a") as warned:
        _fit(OwnStep(update), data, tmp_path, epochs=3)
    assert len(warned) == 1
    assert reason in str(warned[0].message)
    (record,) = read_records(tmp_path)
    assert record.curves == {}
    assert record.facts[1].batch_size is None
    assert (record.results[1].n_examples, record.results[1].train_flops) == (0, None)
    table = assemble([record])
    assert len(table) == 0
    assert reason in table.excluded[0].reason


def test_batches_of_one_are_believed_where_the_data_says_so(data, tmp_path, read_run):
    dataset = tf.data.Dataset.from_tensor_slices(data).batch(1, drop_remainder=True)
    model = OwnStep(lambda m, loss, size: m.update_state(loss, sample_weight=size))
    _fit(model, (dataset,), tmp_path)
    run, _ = read_run(tmp_path)
    assert run.n_examples == 100


def test_a_model_that_lists_only_metrics_of_its_own_is_counted(data, tmp_path, read_run):
    class Hiding(keras.Sequential):
        @property
        def metrics(self):
            return [keras.metrics.Mean(name="other")]

        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            return {"loss": self._loss_tracker.result()}

    _fit(Hiding([keras.Input((3,)), keras.layers.Dense(1)]), data, tmp_path, epochs=3)
    run, _ = read_run(tmp_path)
    assert run.curves["loss"][:, 0].tolist() == [100, 200, 300]


def test_a_tracker_in_half_precision_is_not_believed(make_model, data):
    model = make_model()
    model.fit(*data, verbose=0)
    counter = ExampleCounter(model)
    assert counter.why_wrong(1, None) == "its `train_step` never updates the metric named `loss`"
    counter._tracker = keras.metrics.Mean(name="loss", dtype="float16")
    assert "counts in half precision" in counter.why_wrong(1, None)
    counter._tracker = None
    assert "has no metric named `loss`" in counter.why_wrong(1, None)


class Saturating(keras.callbacks.Callback):
    """Lets the tracker stand where a sum of ones in single precision stays."""

    def on_train_batch_end(self, batch, logs=None):
        if batch == 5:
            tracker = self.model._loss_tracker
            tracker.total.assign(tracker.total * 2.0**24 / 6)
            tracker.count.assign(2.0**24)


def test_items_one_by_one_are_counted_beyond_what_single_precision_can(
    make_model, tmp_path, read_run
):
    model = make_model(keras.optimizers.SGD(0.0))
    x, y = np.zeros((1005, 3), "float32"), np.ones((1005, 1), "float32")
    callbacks = [ScalingLogger(tmp_path), Saturating()]
    model.fit(x, y, batch_size=1, epochs=2, callbacks=callbacks, verbose=0)
    run, _ = read_run(tmp_path)
    assert (run.status, run.n_examples) == ("completed", 2010)
    np.testing.assert_allclose(run.curves["loss"][:, 1], 1.0)


def test_a_count_that_nothing_came_to_is_not_taken(make_model, data):
    model = make_model()
    model.fit(*data, verbose=0)
    counter = ExampleCounter(model, lambda: Seen(items=7.0))
    counter.resume()
    counter._tracker.count.assign(2.0**24)
    assert counter.seen().items == 2.0**24 - 100


def test_sums_of_what_was_seen():
    seen = Seen(items=30, loss_sum=60.0).minus(Seen(items=10, loss_sum=50.0))
    assert seen == Seen(items=20, loss_sum=10.0)
    assert seen.mean_loss == 0.5
    assert seen.plus(seen).items == 40
