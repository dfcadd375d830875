"""Watch a running `fit`: each training step, each reset of the metrics, and how it ends.

A callback hears nothing of an exception: `on_train_end` is not called when `fit` raises. And a hook
on batches makes Keras wait for the device at each of them. So, while a `fit` runs, this stands
around what `fit` calls:

- `model.train_function` and `model.test_function`, attributes that Keras sets and documents, where
  nearly all the time goes: out of memory, a failing op or data pipeline, Ctrl-C.
- `model.reset_metrics`, to know when the metrics stop being those of the training.
- `model.save` and `model.save_weights`, by which callbacks make checkpoints: what the model has
  seen is written down, to be known when it is restored.
- `model.compute_loss`, which is called when a training step is traced, to count its places there.
- the hooks of the `CallbackList` of this `fit`: an exception in another callback, and Ctrl-C there.

All of it is undone when the `fit` ends. What is left, Ctrl-C between two of those calls, is found
out when the `CallbackList` dies, or at the latest at the interpreter's exit.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import Any, Protocol

import keras
import tensorflow as tf

from scaling_keras.callbacks.fit_arguments import frames_above

_HOOKS = (
    "on_epoch_begin",
    "on_epoch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_test_begin",
    "on_test_end",
    "on_test_batch_begin",
    "on_test_batch_end",
    "on_train_end",
)

_MARK = "_scaling_keras_watch"
"""The attribute of a function of ours that holds its `FitWatch`."""

_END_OF_DATA = (StopIteration, tf.errors.OutOfRangeError)


class Watcher(Protocol):
    """Who wants to know; none of the methods may raise."""

    def before_step(self, iterator: Any) -> None:
        """A training step on the next batch of `iterator` is about to run."""

    def after_step(self) -> None:
        """It has run; on an accelerator, it may be running still."""

    def on_end_of_data(self) -> None:
        """It found no data: the epoch ends."""

    def before_reset(self) -> None:
        """The model's metrics are about to be reset."""

    def after_test_step(self) -> None:
        """A step of a validation has run."""

    def before_save(self) -> None:
        """The model is about to be saved."""

    def on_compute_loss(self, compute: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """A training step, being traced or run eagerly, wants `compute(...)` of these."""

    def on_step_error(self, error: BaseException) -> None:
        """The `fit` ends with an exception in a training step."""

    def on_error(self, error: BaseException | None) -> None:
        """It ends with an exception elsewhere; None if it ended in a way that was not seen."""


class FitWatch:
    """Stands around one `fit` until `stop`; see the module.

    Args:
        model: The model that is trained.
        watcher: Who wants to know.
    """

    def __init__(self, model: keras.Model, watcher: Watcher) -> None:
        self._model = model
        self._watcher = watcher
        self._wrapped: list[tuple[Any, str, Any]] = []
        self._callback_list: weakref.ref[Any] | None = None
        self._finalizer: weakref.finalize[..., Any] | None = None
        self._is_in_step = False

    def start(self) -> None:
        """Begin; called from within a callback's `on_train_begin`.

        Raises:
            RuntimeError: If another watch stands around this `fit`.
        """
        self._step_aside()
        self.watch_train_function()
        self._wrap(self._model, "reset_metrics", self._around_reset)
        for name in ("save", "save_weights"):
            self._wrap(self._model, name, self._around_save)
        self._wrap(self._model, "compute_loss", self._around_compute_loss)
        callback_list = running_callback_list()
        if callback_list is not None:
            for hook in _HOOKS:
                self._wrap(callback_list, hook, self._around_call)
            self._callback_list = weakref.ref(callback_list)
            self._finalizer = weakref.finalize(callback_list, self._watcher.on_error, None)

    def _step_aside(self) -> None:
        """End a watch that was left around the model by a `fit` whose end was not seen."""
        left = getattr(self._model.train_function, _MARK, None)
        if left is None:
            return
        if left._callback_list is not None and left._callback_list() is running_callback_list():
            raise RuntimeError("another ScalingLogger logs this `fit`; one is enough")
        left._watcher.on_error(None)
        left.stop()

    def watch_train_function(self) -> None:
        """Stand around the training step; again, if a callback has had it made anew."""
        self._wrap(self._model, "train_function", self._around_train_function)

    def watch_test_function(self) -> None:
        """Stand around the evaluation too; called from within `on_test_begin`."""
        if getattr(self._model, "test_function", None) is not None:
            self._wrap(self._model, "test_function", self._around_test_function)

    def stop(self) -> None:
        """Undo everything; stopping twice does nothing."""
        if self._finalizer is not None:
            self._finalizer.detach()
        while self._wrapped:
            weak_owner, name, original = self._wrapped.pop()
            owner = weak_owner()
            if owner is None or not hasattr(owner.__dict__.get(name), _MARK):
                continue  # Someone has set it anew, by compiling the model.
            if original is None:
                delattr(owner, name)
            else:
                setattr(owner, name, original)

    def _wrap(self, owner: Any, name: str, around: Callable[[Any], Any]) -> None:
        """Replace an attribute by a function around it, on this object only."""
        current = getattr(owner, name)
        if hasattr(current, _MARK):
            return
        wrapper = around(current)
        setattr(wrapper, _MARK, self)
        own = owner.__dict__.get(name)
        self._wrapped.append((weakref.ref(owner), name, own))
        setattr(owner, name, wrapper)

    def _around_train_function(self, function: Any) -> Any:
        def step(iterator: Any) -> Any:
            self._watcher.before_step(iterator)
            self._is_in_step = True
            try:
                outputs = _call(self._watcher.on_step_error, function, iterator)
            except _END_OF_DATA:
                self._watcher.on_end_of_data()
                raise
            finally:
                self._is_in_step = False
            self._watcher.after_step()
            return outputs

        # Ctrl-C may come while the watcher is busy, too.
        return functools.wraps(function)(self._around_call(step))

    def _around_test_function(self, function: Any) -> Any:
        def step(iterator: Any) -> Any:
            outputs = function(iterator)
            self._watcher.after_test_step()
            return outputs

        return functools.wraps(function)(self._around_call(step))

    def _around_reset(self, function: Any) -> Any:
        @functools.wraps(function)
        def reset_metrics() -> None:
            self._watcher.before_reset()
            function()

        return reset_metrics

    def _around_save(self, function: Any) -> Any:
        @functools.wraps(function)
        def save(*args: Any, **kwargs: Any) -> Any:
            self._watcher.before_save()
            return function(*args, **kwargs)

        return save

    def _around_compute_loss(self, function: Any) -> Any:
        @functools.wraps(function)
        def compute_loss(*args: Any, **kwargs: Any) -> Any:
            if self._is_in_step:
                return self._watcher.on_compute_loss(function, *args, **kwargs)
            return function(*args, **kwargs)

        return compute_loss

    def _around_call(self, function: Any) -> Any:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            return _call(self._watcher.on_error, function, *args, **kwargs)

        return call


def unwrapped(function: Any) -> Any:
    """Return the function that a watch stands around, or one that none does as it is."""
    return function.__wrapped__ if hasattr(function, _MARK) else function


def _call(
    on_error: Callable[[BaseException], None], function: Any, *args: Any, **kwargs: Any
) -> Any:
    """Return `function(...)`; tell of what it raises, the end of the data excepted."""
    try:
        return function(*args, **kwargs)
    except _END_OF_DATA:
        raise
    except BaseException as error:
        on_error(error)
        raise


def running_callback_list() -> keras.callbacks.CallbackList | None:
    """Return the list whose `on_train_begin` is calling us; Keras hands it to no callback."""
    owners = (frame.f_locals.get("self") for frame in frames_above())
    lists = (owner for owner in owners if isinstance(owner, keras.callbacks.CallbackList))
    return next(lists, None)
