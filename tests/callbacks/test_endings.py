"""However a `fit` ends, its run says so, and the model is left as it was."""

import copy
import errno
import gc
import os
import shutil
import subprocess
import sys
import textwrap

import keras
import numpy as np
import pytest
import tensorflow as tf

from scaling_keras.callbacks.scaling_logger import ScalingLogger
from scaling_keras.errors import ScalingWarning
from scaling_keras.events import event_file
from scaling_keras.events.event_file import DirectoryLock
from scaling_keras.events.reader import read_runs

pytestmark = pytest.mark.filterwarnings(
    "ignore:Your input ran out of data:UserWarning",
    "ignore:`shuffle=True` was passed:UserWarning",
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning",
)


class Raising(keras.callbacks.Callback):
    """Raises at the n-th call of one hook."""

    def __init__(self, hook, error, n=1):
        super().__init__()
        self.left = n

        def raise_error(*args, **kwargs):
            self.left -= 1
            if self.left == 0:
                raise error

        setattr(self, hook, raise_error)


class RaisingStep(keras.Model):
    """Raises in a training step, or a test step, once a batch holds a large value."""

    def __init__(self, error=None, where="train"):
        super().__init__(name="raising")
        self.dense = keras.layers.Dense(1)
        self.error = error
        self.where = where

    def call(self, x, training=False):
        if self.error is not None and training == (self.where == "train"):
            x = tf.numpy_function(self._check, [x], tf.float32)
            x.set_shape((None, 3))
        return self.dense(x)

    def _check(self, x):
        if x.max() > 100:
            raise self.error
        return x


def _is_as_it_was(model):
    return not {"reset_metrics", "compute_loss"} & set(vars(model)) and not hasattr(
        model.train_function, "_scaling_keras_watch"
    )


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    "hook",
    ["on_epoch_begin", "on_epoch_end", "on_train_batch_begin", "on_train_batch_end", "on_test_end"],
)
@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (ValueError("no luck"), "failed", "ValueError: no luck"),
        (KeyboardInterrupt(), "stopped", "interrupted (KeyboardInterrupt)"),
    ],
    ids=["error", "ctrl-c"],
)
def test_an_exception_in_another_callback_ends_the_run_with_its_reason(
    hook, order, error, status, reason, data, make_model, tmp_path, read_run
):
    model = make_model()
    callbacks = [ScalingLogger(tmp_path), Raising(hook, error, n=2)][::order]
    with pytest.raises(type(error)):
        model.fit(*data, epochs=5, validation_data=data, callbacks=callbacks, verbose=0)
    run, _ = read_run(tmp_path, metric="loss")
    assert (run.status, run.reason) == (status, reason)
    assert run.n_params == 4
    assert _is_as_it_was(model)


# What a `numpy_function` costs nobody knows.
@pytest.mark.filterwarnings("ignore:ScalingLogger must know the FLOPs:UserWarning")
def test_an_exception_in_a_training_step_is_the_reason(data, tmp_path, read_run):
    x = data[0].copy()
    x[70] = 1000.0
    model = RaisingStep(ValueError("too large"))
    model.compile("sgd", "mse")
    with pytest.raises(tf.errors.InvalidArgumentError, match="too large"):
        model.fit(x, data[1], shuffle=False, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, record = read_run(tmp_path)
    assert run.status == "failed"
    assert run.reason == "InvalidArgumentError: ValueError: too large"
    assert run.n_examples == 64  # Two whole batches.
    assert "loss" not in record.curves  # The failed step may have spoilt the losses.
    assert _is_as_it_was(model)


def test_an_exception_in_the_first_step_leaves_a_run_too(data, tmp_path, read_run):
    model = RaisingStep(ValueError("too large"))
    model.compile("sgd", "mse")
    with pytest.raises(tf.errors.InvalidArgumentError):
        model.fit(1000 + data[0], data[1], callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, record = read_run(tmp_path)
    assert (run.status, run.n_examples, run.n_params) == ("failed", 0, 4)
    assert record.facts[1].batch_size is None


def test_a_model_that_can_not_even_be_built_leaves_a_run(data, tmp_path, read_run):
    class Broken(keras.Model):
        def call(self, x):
            raise RuntimeError("no forward pass")

    model = Broken(name="broken")
    model.compile("sgd", "mse")
    with pytest.raises(RuntimeError, match="no forward pass"):
        model.fit(*data, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, _ = read_run(tmp_path)
    assert run.status == "failed"
    assert run.reason == "RuntimeError: no forward pass"
    assert (run.n_params, run.n_examples) == (0, 0)


def test_an_exception_in_the_validation_is_the_reason(data, tmp_path, read_run):
    model = RaisingStep(ValueError("too large"), where="test")
    model.compile("sgd", "mse")
    with pytest.raises(tf.errors.InvalidArgumentError):
        model.fit(
            *data,
            validation_data=(1000 + data[0], data[1]),
            callbacks=[ScalingLogger(tmp_path)],
            verbose=0,
        )
    run, _ = read_run(tmp_path)
    assert run.status == "failed"
    assert run.reason.startswith("InvalidArgumentError")
    assert run.n_examples == 100


def test_broken_data_is_the_reason(make_model, tmp_path, read_run):
    def batches():
        for _ in range(5):
            yield np.ones((4, 3)), np.ones((4, 1))
        raise OSError("the disk is gone")

    with pytest.raises((OSError, tf.errors.OpError)):
        make_model().fit(batches(), callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, _ = read_run(tmp_path)
    assert run.status == "failed"
    assert "the disk is gone" in run.reason
    assert run.n_examples == 20


PROGRAM = """
import signal, os, sys
import keras, numpy as np
from scaling_keras.callbacks.scaling_logger import ScalingLogger

# A shell that runs the tests in the background has them ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")

def batches():
    for index in range(10**9):
        if index == 20:
            os.kill(os.getpid(), signal.SIGINT)
        yield np.ones((4, 3)), np.ones((4, 1))

model.fit(batches(), steps_per_epoch=10**6, callbacks=[ScalingLogger(sys.argv[1])], verbose=0)
"""


def test_ctrl_c_anywhere_leaves_a_stopped_run(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    (run,) = read_runs(tmp_path)
    assert run.status == "stopped", (run.reason, done.stderr)
    assert run.reason == "interrupted (KeyboardInterrupt)"
    assert run.n_examples >= 4


def test_ctrl_c_while_the_log_is_written_is_seen_too(
    data, make_model, tmp_path, read_run, monkeypatch
):
    from scaling_keras.callbacks import run_facts

    def interrupt():
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(run_facts, "versions", interrupt)
    with pytest.raises(KeyboardInterrupt):
        make_model().fit(*data, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, _ = read_run(tmp_path)
    assert (run.status, run.n_examples) == ("stopped", 64)


def test_a_model_can_be_saved_and_copied_while_it_trains(data, make_model, tmp_path, read_run):
    class Copying(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.copy = copy.deepcopy(self.model)

    copying = Copying()
    checkpoint = keras.callbacks.ModelCheckpoint(str(tmp_path / "model.keras"))
    model = make_model()
    callbacks = [ScalingLogger(tmp_path / "run"), checkpoint, copying]
    model.fit(*data, epochs=2, callbacks=callbacks, verbose=0)
    run, _ = read_run(tmp_path / "run")
    assert run.n_examples == 200
    copying.copy.fit(*data, epochs=1, verbose=0)
    keras.models.load_model(tmp_path / "model.keras").fit(*data, verbose=0)
    assert run.n_examples == 200


class Unforeseen(Exception):
    pass


def _break_between_calls(model, monkeypatch):
    """Let `fit` raise where no callback, step or metric is involved."""

    def fail(*args):
        raise Unforeseen

    monkeypatch.setattr(type(model), "_get_metrics_result_or_logs", fail)


def test_an_end_that_nobody_saw_is_found_out_when_fit_is_gone(
    data, make_model, tmp_path, read_run, monkeypatch
):
    model = make_model()
    with monkeypatch.context() as patch:
        _break_between_calls(model, patch)
        with pytest.raises(Unforeseen):
            model.fit(*data, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    gc.collect()
    run, _ = read_run(tmp_path)
    assert run.status == "failed"
    assert "callbacks could not see" in run.reason
    assert run.n_examples == 100
    assert _is_as_it_was(model)


def test_a_fit_after_an_end_that_nobody_saw_is_the_next_attempt(
    data, make_model, tmp_path, read_run, monkeypatch
):
    model = make_model()
    logger = ScalingLogger(tmp_path)
    gc.disable()
    try:
        with monkeypatch.context() as patch:
            _break_between_calls(model, patch)
            with pytest.raises(Unforeseen):
                model.fit(*data, callbacks=[logger], verbose=0)
        model.fit(*data, callbacks=[logger], verbose=0)
    finally:
        gc.enable()
    run, record = read_run(tmp_path)
    assert record.results[1].status == "failed"
    assert (run.status, run.n_examples) == ("completed", 200)
    assert _is_as_it_was(model)


def test_a_fit_without_the_logger_after_an_unseen_end_is_left_alone(
    data, make_model, tmp_path, read_run, monkeypatch
):
    model = make_model()
    with monkeypatch.context() as patch:
        _break_between_calls(model, patch)
        with pytest.raises(Unforeseen):
            model.fit(*data, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    gc.collect()
    model.fit(*data, epochs=3, verbose=0)
    run, _ = read_run(tmp_path)
    assert run.n_examples == 100


def test_early_stopping_is_a_stopped_run(data, make_model, tmp_path, read_run):
    stopping = keras.callbacks.EarlyStopping("loss", patience=0, min_delta=1e9)
    make_model().fit(*data, epochs=9, callbacks=[stopping, ScalingLogger(tmp_path)], verbose=0)
    run, _ = read_run(tmp_path)
    assert (run.status, run.reason) == ("stopped", "stopped by a callback after epoch 2 of 9")


def test_a_stop_inside_the_last_epoch_is_a_stopped_run(data, make_model, tmp_path, read_run):
    class Stopping(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 1

    make_model().fit(*data, callbacks=[Stopping(), ScalingLogger(tmp_path)], verbose=0)
    run, _ = read_run(tmp_path)
    assert (run.status, run.reason) == ("stopped", "stopped by a callback in epoch 1 of 1")
    assert run.n_examples == 64


def test_data_that_ends_early_is_a_stopped_run(data, make_model, tmp_path, read_run):
    dataset = tf.data.Dataset.from_tensor_slices(data).batch(32)
    make_model().fit(dataset, steps_per_epoch=10, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, _ = read_run(tmp_path)
    assert run.status == "stopped"
    assert run.reason.startswith("its data ended after 4 of 10 steps in epoch 1 of 1; give it more")


def test_less_data_than_planned_is_a_stopped_run(data, make_model, tmp_path, read_run):
    logger = ScalingLogger(tmp_path, facts={"planned_examples": 1000})
    make_model().fit(*data, callbacks=[logger], verbose=0)
    run, _ = read_run(tmp_path)
    assert (run.status, run.reason[:39]) == ("stopped", "it saw 100 of 1,000 planned examples; g")


@pytest.mark.parametrize("callbacks", [[], [keras.callbacks.TerminateOnNaN()]], ids=len)
def test_a_loss_of_nan_is_a_diverged_run(callbacks, data, make_model, tmp_path, read_run):
    model = make_model(keras.optimizers.SGD(1e30))
    model.fit(*data, epochs=5, callbacks=[*callbacks, ScalingLogger(tmp_path)], verbose=0)
    run, _ = read_run(tmp_path)
    assert run.status == "diverged"
    assert run.reason.startswith("its loss became ")


def test_a_log_that_can_not_be_written_warns_once_and_lets_the_training_be(
    data, make_model, tmp_path
):
    logger = ScalingLogger(tmp_path / "file" / "run")
    (tmp_path / "file").touch()
    model = make_model()
    advice = "Give a `log_dir` that can be written. The training goes on without a log"
    with pytest.warns(ScalingWarning, match=advice) as warned:
        history = model.fit(*data, epochs=3, callbacks=[logger], verbose=0)
    assert len(warned) == 1
    assert len(history.history["loss"]) == 3
    assert _is_as_it_was(model)


def test_where_warnings_are_errors_a_log_that_can_not_be_written_is_one(data, make_model, tmp_path):
    logger = ScalingLogger(tmp_path / "file" / "run")
    (tmp_path / "file").touch()
    model = make_model()
    with pytest.raises(ScalingWarning, match="goes on without a log"):
        model.fit(*data, callbacks=[logger], verbose=0)
    assert _is_as_it_was(model)


def test_a_run_that_is_deleted_under_the_training_warns_once(data, make_model, tmp_path):
    delete = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: shutil.rmtree(tmp_path / "run") if epoch == 1 else None
    )
    callbacks = [ScalingLogger(tmp_path / "run"), delete]
    with pytest.warns(ScalingWarning, match=r"run' was deleted while it was written") as warned:
        history = make_model().fit(*data, epochs=4, callbacks=callbacks, verbose=0)
    assert len(warned) == 1
    assert len(history.history["loss"]) == 4


def test_a_run_that_is_moved_under_the_training_is_written_to_its_end(
    data, make_model, tmp_path, read_run
):
    move = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: epoch or (tmp_path / "a").rename(tmp_path / "b")
    )
    make_model().fit(*data, epochs=3, callbacks=[ScalingLogger(tmp_path / "a"), move], verbose=0)
    run, _ = read_run(tmp_path)
    assert (run.name, run.status, run.n_examples) == ("b", "completed", 300)


def test_a_log_that_fails_later_warns_once_and_lets_the_training_be(
    data, make_model, tmp_path, monkeypatch
):
    from scaling_keras.events.writer import RunWriter

    def fail(self, n_examples, values):
        raise OSError("no space left on device")

    monkeypatch.setattr(RunWriter, "write_point", fail)
    model = make_model()
    with pytest.warns(ScalingWarning, match="OSError: no space left on device") as warned:
        history = model.fit(*data, epochs=3, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    assert len(warned) == 1
    assert len(history.history["loss"]) == 3


def test_two_loggers_in_one_fit_are_one_too_many(data, make_model, tmp_path, read_run):
    loggers = [ScalingLogger(tmp_path / "a"), ScalingLogger(tmp_path / "b")]
    with pytest.warns(ScalingWarning, match="another ScalingLogger logs this `fit`"):
        make_model().fit(*data, epochs=2, callbacks=loggers, verbose=0)
    run, _ = read_run(tmp_path)
    assert (run.name, run.status, run.n_examples) == ("a", "completed", 200)


def test_data_without_a_batch_is_a_failed_run(make_model, tmp_path, read_run):
    empty = tf.data.Dataset.from_tensor_slices((np.ones((0, 3)), np.ones((0, 1)))).batch(2)
    make_model().fit(empty, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, _ = read_run(tmp_path)
    assert (run.status, run.reason) == ("failed", "its data holds not one batch")
    assert run.n_examples == 0


def test_data_that_ends_in_an_epoch_before_the_last_is_a_stopped_run(
    data, make_model, tmp_path, read_run
):
    dataset = tf.data.Dataset.from_tensor_slices(data).batch(32)
    options = {"steps_per_epoch": 3, "epochs": 4, "verbose": 0}
    make_model().fit(dataset, callbacks=[ScalingLogger(tmp_path)], **options)
    run, _ = read_run(tmp_path)
    assert run.status == "stopped"
    assert "of 3 steps in epoch 2 of 4" in run.reason


class MakingAnew(keras.callbacks.Callback):
    """Has the training function made anew, as one does to thaw layers."""

    def __init__(self, hook):
        super().__init__()
        setattr(self, hook, lambda *args, **kwargs: self.model.make_train_function(force=True))


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("hook", ["on_epoch_end", "on_train_batch_end"])
def test_a_training_function_made_anew_is_watched_again(
    hook, order, data, make_model, tmp_path, read_run
):
    callbacks = [ScalingLogger(tmp_path), MakingAnew(hook)][::order]
    make_model().fit(*data, epochs=3, callbacks=callbacks, verbose=0)
    run, _ = read_run(tmp_path)
    assert run.curves["loss"][:, 0].tolist() == [100, 200, 300]


def test_a_training_function_that_can_not_be_watched_ends_the_log_with_a_warning(
    data, make_model, tmp_path
):
    callbacks = [ScalingLogger(tmp_path), MakingAnew("on_epoch_begin")]
    with pytest.warns(ScalingWarning, match="without a call of `model.train_function`"):
        make_model().fit(*data, epochs=3, callbacks=callbacks, verbose=0)


def test_a_directory_that_another_training_writes_to_is_left_to_it(
    data, make_model, tmp_path, read_run
):
    pytest.importorskip("fcntl")
    (tmp_path / "run").mkdir()
    lock = DirectoryLock(tmp_path / "run")
    with pytest.warns(ScalingWarning, match="takes one training at a time.*run-2") as warned:
        make_model().fit(*data, callbacks=[ScalingLogger(tmp_path / "run")], verbose=0)
    assert len(warned) == 1
    run, _ = read_run(tmp_path)
    assert (run.name, run.n_examples) == ("run-2", 100)
    lock.release()
    make_model().fit(*data, callbacks=[ScalingLogger(tmp_path / "run")], verbose=0)
    assert read_run(tmp_path / "run")[0].n_examples == 100


def test_a_disk_that_runs_full_leaves_what_was_written_readable(
    data, make_model, tmp_path, read_run, monkeypatch
):
    real_write, left = os.write, [4000]

    def write(descriptor, content):
        if left[0] <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        n_bytes = real_write(descriptor, content[: max(left[0], 1)])
        left[0] -= n_bytes
        return n_bytes

    monkeypatch.setattr(event_file.os, "write", write)
    model = make_model()
    with pytest.warns(ScalingWarning, match="No space left on device") as warned:
        history = model.fit(*data, epochs=30, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    assert len(warned) == 1
    assert len(history.history["loss"]) == 30
    run, record = read_run(tmp_path)
    assert 0 < len(run.curves["loss"]) < 30
    assert (run.status, record.skipped) == ("running", ())
    assert _is_as_it_was(model)
