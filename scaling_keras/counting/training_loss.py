"""What a traced step is to descend: the loss of its model, as far as that costs anything.

Keras's own losses do elementwise work, which isn't counted; all they tell is which outputs are
trained. A loss of a user's own may hold networks, so it is computed as the model does it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf

from scaling_keras.counting.own_thread import in_own_thread

TRACE_ERRORS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    tf.errors.OpError,
)
"""What a model's own code may raise when it is called on inputs of a kind it didn't expect."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrainingLoss:
    """The loss of a traced step.

    Attributes:
        value: What its gradients are taken of.
        predictions: The outputs that are trained; all of them where that can't be told.
        forward: The tensors that the forward pass is for.
        guesses: Stand-ins for targets that aren't known.
        error: Why the model's own loss isn't in it; empty if it is.
    """

    value: Any
    predictions: tuple[Any, ...]
    forward: tuple[Any, ...]
    guesses: tuple[Any, ...] = ()
    error: str = ""


def overrides_train_step(model: keras.Model) -> bool:
    """Return whether a model trains by a `train_step` of its own."""
    return "train_step" in vars(model) or type(model).train_step is not keras.Model.train_step


def has_own_loss(model: keras.Model) -> bool:
    """Return whether a model's loss is more than the elementwise work of Keras's losses."""
    # On the model itself a wrapper may stand, such as the one of a `fit` that is watched.
    compute = inspect.unwrap(model.compute_loss)
    is_keras = getattr(compute, "__func__", compute) is keras.Model.compute_loss
    if type(model).compute_loss is not keras.Model.compute_loss or not is_keras:
        return True
    losses = [each for each in keras.tree.flatten(_asked_of(model)) if each is not None]
    return not all(map(_is_plain, losses))


def outputs_asked_for(model: keras.Model) -> Any:
    """Return what tells models apart whose compiled losses train different outputs."""
    asked = _asked_of(model)
    if asked is None:
        return model.compiled
    if not keras.tree.is_nested(asked):
        return False  # All of them, as in a model that isn't compiled.
    return keras.tree.map_structure(lambda loss: loss is not None, asked)


def loss_of(model: keras.Model, inputs: Any, outputs: Any, targets: Any | None) -> TrainingLoss:
    """Return the loss of a model, inside the graph that its outputs are in.

    Where Keras's losses are all there is, the sum of the squares of the outputs that have one
    stands for them: a square makes every gradient a dense product, as a loss does (those of a plain
    sum are constants, which TensorFlow folds).

    Args:
        model: A built model.
        inputs: What it was called with.
        outputs: What it gave.
        targets: Targets and sample weights of the batch; None if they aren't known.
    """
    error = ""
    with _losses_made_anew(model):
        if not has_own_loss(model):
            return _of_squares(model, outputs)
        tried = [(*targets, ())] if targets is not None else _guessed(outputs)
        for y, weights, guesses in tried:
            try:
                value = model._compute_loss(inputs, y, outputs, weights, training=True)
            except TRACE_ERRORS as raised:
                error = error or f"{type(raised).__name__}: {raised}"
                continue
            value = tf.zeros(()) if value is None else tf.convert_to_tensor(value)
            return TrainingLoss(
                value=value,
                predictions=tuple(tensors_in(outputs)),
                forward=(value,),
                guesses=guesses,
            )
        return dataclasses.replace(_of_squares(model, outputs), error=error)


def tensors_in(nest: Any) -> list[Any]:
    """Return the tensors in a nest, the values of sparse gradients included."""
    leaves = keras.tree.flatten(nest)
    values = [leaf.values if isinstance(leaf, tf.IndexedSlices) else leaf for leaf in leaves]
    return [value for value in values if tf.is_tensor(value)]


def _asked_of(model: keras.Model) -> Any:
    """Return the losses that a model was compiled with, as the user named them."""
    return getattr(getattr(model, "_compile_loss", None), "_user_loss", None)


def _is_plain(loss: Any) -> bool:
    """Return whether a loss that a user named is one of Keras's."""
    if isinstance(loss, str):
        return True
    function = loss if inspect.isfunction(loss) else getattr(loss, "fn", type(loss))
    code = (function, loss if inspect.isfunction(loss) else type(loss))
    return all(each.__module__.partition(".")[0] == "keras" for each in code)


@contextlib.contextmanager
def _losses_made_anew(model: keras.Model) -> Iterator[None]:
    """Let the model make its losses, and their metrics, anew while this holds."""
    compiled = getattr(model, "_compile_loss", None)
    if compiled is None:
        yield
        return
    fresh = type(compiled)(
        compiled._user_loss, compiled._user_loss_weights, output_names=compiled.output_names
    )
    build = fresh.build
    # The metrics of several losses have variables, which aren't to be the traced function's.
    fresh.build = lambda y_true, y_pred: in_own_thread(lambda: build(y_true, y_pred))
    # Past `Model.__setattr__`, which tracks what it is given.
    vars(model)["_compile_loss"] = fresh
    try:
        yield
    finally:
        vars(model)["_compile_loss"] = compiled


def _of_squares(model: keras.Model, outputs: Any) -> TrainingLoss:
    """Return the sum of the squares of the outputs that are trained, and of the added losses."""
    trained = _trained(model, outputs)
    added = [tf.cast(each, tf.float32) for each in model.losses]
    squares = [
        tf.reduce_sum(tf.cast(output, tf.float32) ** 2)
        for output in trained
        if output.dtype.is_floating
    ]
    return TrainingLoss(
        value=tf.add_n([tf.zeros(()), *squares, *added]),
        predictions=tuple(trained or tensors_in(outputs)),
        forward=(*trained, *added),
    )


def _trained(model: keras.Model, outputs: Any) -> list[Any]:
    """Return the outputs that have a loss; all of them where no loss is known."""
    tensors = tensors_in(outputs)
    compiled = getattr(model, "_compile_loss", None)
    if compiled is None:
        trains_otherwise = model.compiled and model.losses and not overrides_train_step(model)
        return [] if trains_otherwise else tensors
    # Keras finds the outputs that the losses belong to; targets are structured as they are.
    compiled.build(outputs, outputs)
    found: set[int] = set()
    for each in compiled._flat_losses:
        part = outputs
        for key in each.path:
            part = part[key]
        found.update(map(id, tensors_in(part)))
    return [tensor for tensor in tensors if id(tensor) in found]


def _guessed(outputs: Any) -> Iterator[tuple[Any, None, tuple[Any, ...]]]:
    """Yield targets of the usual shapes: that of the outputs, then a class for each place."""

    def like(output: Any) -> Any:
        return _stand_in(output.shape, keras.config.floatx())

    def class_for(output: Any) -> Any:
        return _stand_in(output.shape[:-1], "int32")

    for make in (like, class_for):
        targets = keras.tree.map_structure(make, outputs)
        yield targets, None, tuple(tensors_in(targets))


def _stand_in(shape: tf.TensorShape, dtype: str) -> Any:
    """Return a tensor of which only that is known."""
    return tf.raw_ops.Placeholder(dtype=dtype, shape=shape)
