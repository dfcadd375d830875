"""Trace a training step of a built model without running it."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import keras
import tensorflow as tf

from scaling_keras.counting.dependence import DATA, TRAINED
from scaling_keras.counting.layer_scopes import numbered_scopes
from scaling_keras.counting.parameters import all_layers

TRACED_BATCH = 8
"""Items in a traced batch whose size the model leaves open: the count is divided by it again."""

_Result = TypeVar("_Result")


@dataclasses.dataclass(frozen=True, kw_only=True)
class TracedStep:
    """The graph of one training step.

    Attributes:
        graph: The `tf.Graph`. Each layer is a numbered scope in it, see `layer_scopes`.
        layers: The layers, by their numbers.
        predictions: The tensors of the forward pass's outputs.
        losses: The tensors that layers added to the loss.
        gradients: The tensors that the step is for: losses and gradients.
        updates: Operations that change state, such as moving averages.
        bits: What the graph's placeholders stand for, as `Dependence` takes it.
        n_forward_operations: The operations made before any gradient was taken, which are the first
            of the graph; 0 if it isn't known.
        batch_size: Items in the traced batch.
    """

    graph: Any
    layers: tuple[keras.layers.Layer, ...]
    predictions: tuple[Any, ...]
    gradients: tuple[Any, ...]
    updates: tuple[Any, ...]
    batch_size: int
    losses: tuple[Any, ...] = ()
    bits: Mapping[str, int] = dataclasses.field(default_factory=dict)
    n_forward_operations: int = 0


def input_specs(model: keras.Model, *, batch_size: int | None = None) -> Any | None:
    """Return the `tf.TensorSpec`s of a model's inputs, in its structure, as far as it knows them.

    A subclassed model knows the shapes it was built with; their type is taken to be float, which
    Keras's layers cast to what they need.

    Args:
        model: A built model.
        batch_size: Items of a batch; None for what the model says.

    Returns:
        The nest of specs, unknown sizes None; None if the model doesn't know its inputs.
    """
    specs = _own_input_specs(model)
    if specs is None or batch_size is None:
        return specs
    return keras.tree.map_structure(lambda spec: _with_batch(spec, batch_size), specs)


def _own_input_specs(model: keras.Model) -> Any | None:
    """Return the specs of a model's inputs, see `input_specs`."""
    inputs = _symbolic_inputs(model)
    if inputs is not None:
        return keras.tree.map_structure(_spec_of_keras_tensor, inputs)
    config = model.get_build_config() or {}
    if "input_shape" in config:
        return _specs_of_shapes(config["input_shape"])
    shapes = config.get("shapes_dict")
    if shapes and len(shapes) == 1:
        return _specs_of_shapes(next(iter(shapes.values())))
    return None


def knows_input_types(model: keras.Model) -> bool:
    """Return whether `input_specs` knows the types of the inputs, not only their shapes."""
    return _symbolic_inputs(model) is not None


def _symbolic_inputs(model: keras.Model) -> Any | None:
    """Return the symbolic inputs of a functional or sequential model, in its structure, or None."""
    if isinstance(model, keras.Sequential):
        return model.inputs[0] if model.inputs else None
    return model.input if hasattr(model, "inputs") else None


def specs_of(batch: Any) -> Any:
    """Return the specs of a nest of tensors, arrays or specs."""
    return keras.tree.map_structure(
        lambda each: tf.TensorSpec(each.shape, keras.backend.standardize_dtype(each.dtype)), batch
    )


def why_not_traceable(specs: Any | None) -> str:
    """Return why a step on such inputs can't be traced, or an empty string if it can."""
    if specs is None:
        return "the shapes of its inputs aren't known; pass a batch of them as `inputs`"
    for spec in keras.tree.flatten(specs):
        if spec.shape.rank is None or None in spec.shape.as_list()[1:]:
            return (
                f"its input of shape {tuple(spec.shape or ())} has axes of unknown size; pass a "
                f"batch as `inputs`"
            )
    return ""


def trace_training_step(
    model: keras.Model, specs: Any, *, batch_size: int | None = None
) -> TracedStep:
    """Trace the forward pass of `model` and its gradients with respect to the trainable weights.

    The gradients are those of the sum of the outputs' squares. A loss function does elementwise
    work, which isn't counted, and the square makes every gradient a dense product, as a loss does
    (those of a plain sum are constants, which TensorFlow folds). Neither optimizer nor metrics are
    touched; what the layers update (moving averages, seeds) becomes part of the graph only.

    Args:
        model: A built model.
        specs: Nest of `tf.TensorSpec`, as `model` takes it; every size but the batch's known.
        batch_size: Items to trace, whatever `specs` says.

    Returns:
        The trace. A batch of unknown size is traced as one of `TRACED_BATCH`.
    """
    specs = keras.tree.map_structure(lambda spec: _with_batch(spec, batch_size), specs)
    layers = tuple(all_layers(model))
    found: dict[str, Any] = {}

    def step(inputs: Any) -> None:
        training = {"training": True} if _takes_training(model) else {}
        with tf.GradientTape() as tape:
            outputs = _tensors_in(model(inputs, **training))
            losses = [tf.cast(each, tf.float32) for each in model.losses]
            squares = [
                tf.reduce_sum(tf.cast(output, tf.float32) ** 2)
                for output in outputs
                if output.dtype.is_floating
            ]
            loss = tf.add_n([tf.zeros(()), *squares, *losses])
        found["n_forward_operations"] = len(loss.graph.get_operations())
        gradients = tape.gradient(loss, [weight.value for weight in model.trainable_weights])
        found["predictions"] = tuple(outputs)
        found["losses"] = tuple(losses)
        found["gradients"] = (loss, *_tensors_in(gradients))

    with _without_cudnn(model), _losses_kept(model), numbered_scopes(layers):
        graph = _outside_strategies(
            lambda: tf.function(step, autograph=False).get_concrete_function(specs).graph
        )
    return TracedStep(
        graph=graph,
        layers=layers,
        updates=tuple(graph.control_outputs),
        bits=_placeholder_bits(graph, model),
        batch_size=keras.tree.flatten(specs)[0].shape[0],
        **found,
    )


def trace_own_train_step(model: keras.Model, data_specs: Any) -> TracedStep:
    """Trace the `train_step` that a model overrides, on one batch for each of its replicas.

    Only for a model that has trained a step: before, its optimizer and metrics may have state yet
    to create.

    Args:
        model: A compiled, built model.
        data_specs: Nest of `tf.TensorSpec`, as `train_step` takes it; see `trace_training_step`.

    Returns:
        The trace; its `predictions` are empty, for a step of its own need not have any.
    """
    data_specs = keras.tree.map_structure(_with_batch, data_specs)
    layers = tuple(all_layers(model))
    strategy = model.distribute_strategy

    def step(data: Any) -> Any:
        return strategy.run(model.train_step, args=(data,))

    with _without_cudnn(model), _losses_kept(model), numbered_scopes(layers):
        function = tf.function(step, autograph=False)
        graph = _outside_strategies(lambda: function.get_concrete_function(data_specs).graph)
    n_items: int = keras.tree.flatten(data_specs)[0].shape[0]
    return TracedStep(
        graph=graph,
        layers=layers,
        predictions=(),
        gradients=tuple(graph.outputs),
        updates=tuple(graph.control_outputs),
        batch_size=n_items * strategy.num_replicas_in_sync,
    )


def overrides_train_step(model: keras.Model) -> bool:
    """Return whether a model trains by a `train_step` of its own."""
    return "train_step" in vars(model) or type(model).train_step is not keras.Model.train_step


def _takes_training(model: keras.Model) -> bool:
    """Return whether the model's `call` takes a `training` argument."""
    parameters = inspect.signature(model.call).parameters.values()
    return any(each.name == "training" or each.kind is each.VAR_KEYWORD for each in parameters)


def _tensors_in(nest: Any) -> list[Any]:
    """Return the tensors in a nest, the values of sparse gradients included."""
    leaves = keras.tree.flatten(nest)
    values = [leaf.values if isinstance(leaf, tf.IndexedSlices) else leaf for leaf in leaves]
    return [value for value in values if tf.is_tensor(value)]


def _spec_of_keras_tensor(tensor: Any) -> tf.TensorSpec:
    """Return the spec of a symbolic input."""
    return tf.TensorSpec(tensor.shape, tensor.dtype)


def _specs_of_shapes(shapes: Any) -> Any:
    """Return float specs for a shape, or a nest of shapes."""
    if isinstance(shapes, dict):
        return {name: _specs_of_shapes(shape) for name, shape in shapes.items()}
    if shapes and isinstance(shapes[0], (list, tuple, dict)):
        return type(shapes)(_specs_of_shapes(shape) for shape in shapes)
    return tf.TensorSpec(shapes, keras.config.floatx())


def _with_batch(spec: tf.TensorSpec, batch_size: int | None = None) -> tf.TensorSpec:
    """Return a spec of `batch_size` items; by default those it has, or else `TRACED_BATCH`."""
    sizes = list(spec.shape)
    if sizes and batch_size is not None:
        sizes[0] = batch_size
    elif sizes and sizes[0] is None:
        sizes[0] = TRACED_BATCH
    return tf.TensorSpec(sizes, spec.dtype)


def _placeholder_bits(graph: Any, model: keras.Model) -> dict[str, int]:
    """Return which placeholders of a graph are inputs, and which trainable weights."""
    handles = {
        id(copy.handle)
        for weight in model.trainable_weights
        for copy in getattr(weight.value, "values", (weight.value,))
    }
    bits = {tensor.name: DATA for tensor in graph.inputs}
    for outer, inner in graph.captures:
        bits[inner.name] = TRAINED if id(outer) in handles else 0
    return bits


def _outside_strategies(trace: Callable[[], _Result]) -> _Result:
    """Return `trace()`, run outside of any distribution strategy's scope.

    Inside one, variables can only be read by a replica. A scope belongs to a thread, so a thread
    of its own is outside.
    """
    if not tf.distribute.has_strategy():
        return trace()
    results: list[_Result] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            results.append(trace())
        except Exception as error:  # Raised again in the caller's thread.
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


@contextlib.contextmanager
def _without_cudnn(model: keras.Model) -> Iterator[None]:
    """Let recurrent layers trace their own loop, not one opaque cuDNN call, while this holds."""
    layers = [layer for layer in all_layers(model) if hasattr(layer, "use_cudnn")]
    before = [layer.use_cudnn for layer in layers]
    try:
        for layer in layers:
            layer.use_cudnn = False
        yield
    finally:
        for layer, use_cudnn in zip(layers, before, strict=True):
            layer.use_cudnn = use_cudnn


@contextlib.contextmanager
def _losses_kept(model: keras.Model) -> Iterator[None]:
    """Leave the losses that layers hold from their last call as they are, whatever is traced."""
    held = [(layer, list(layer._losses)) for layer in (model, *all_layers(model))]
    try:
        yield
    finally:
        for layer, losses in held:
            layer._losses[:] = losses
