"""Trace a training step of a built model without running it."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import keras
import tensorflow as tf

from scaling_keras.counting.dependence import DATA, GUESSED, TABLE, TRAINED
from scaling_keras.counting.layer_scopes import numbered_scopes
from scaling_keras.counting.own_thread import in_own_thread
from scaling_keras.counting.parameters import all_layers, embedding_tables
from scaling_keras.counting.training_loss import has_own_loss, loss_of, tensors_in

TRACED_BATCH = 103
"""Items in a traced batch whose size the model leaves open: the count is divided by it again.

A prime that is hardly ever another size of a model. So a product whose cost its square divides is
one between the items of a batch, as a rule; see `StepCost.of_pairs`.
"""

_Result = TypeVar("_Result")


@dataclasses.dataclass(frozen=True, kw_only=True)
class TracedStep:
    """The graph of one training step.

    Attributes:
        graph: The `tf.Graph`. Each layer is a numbered scope in it, see `layer_scopes`.
        layers: The layers, by their numbers.
        predictions: The tensors of the outputs that are trained.
        forward: The tensors that the forward pass is for.
        gradients: The tensors that the step is for: losses and gradients.
        updates: Operations that change state, such as moving averages.
        bits: What the graph's placeholders stand for, as `Dependence` takes it.
        n_forward_operations: The operations made before any gradient was taken, which are the first
            of the graph; 0 if it isn't known.
        batch_size: Items in the traced batch of a replica.
        n_replicas: How many replicas the step is of.
        loss_error: Why the loss of the model's own isn't part of it; empty if it is.
    """

    graph: Any
    layers: tuple[keras.layers.Layer, ...]
    predictions: tuple[Any, ...]
    gradients: tuple[Any, ...]
    updates: tuple[Any, ...]
    batch_size: int
    n_replicas: int = 1
    forward: tuple[Any, ...] = ()
    bits: Mapping[str, int] = dataclasses.field(default_factory=dict)
    n_forward_operations: int = 0
    loss_error: str = ""


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
        # Before it is built it has no inputs to ask for: Keras raises.
        return model.inputs[0] if model.built and model.inputs else None
    return model.input if hasattr(model, "inputs") else None


def has_open_batch(specs: Any) -> bool:
    """Return whether the specs of inputs leave the size of a batch open."""
    return any(spec.shape.as_list()[:1] == [None] for spec in keras.tree.flatten(specs))


def with_open_batch(specs: Any, batch_size: int) -> Any:
    """Return specs where a batch whose size they leave open has this one."""

    def closed(spec: tf.TensorSpec | None) -> tf.TensorSpec | None:
        is_open = spec is not None and spec.shape.as_list()[:1] == [None]
        return _with_batch(spec, batch_size) if is_open else spec

    return keras.tree.map_structure(closed, specs)


def specs_of(batch: Any) -> Any:
    """Return the specs of a nest of tensors, arrays or specs; None where it has nothing."""

    def spec(each: Any) -> Any:
        if each is None:
            return None
        return tf.TensorSpec(each.shape, keras.backend.standardize_dtype(each.dtype))

    return keras.tree.map_structure(spec, batch)


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
    model: keras.Model, specs: Any, *, targets: Any | None = None, batch_size: int | None = None
) -> TracedStep:
    """Trace the forward pass of `model` and its gradients with respect to the trainable weights.

    The gradients are those of its loss, see `loss_of`. Neither optimizer nor metrics are touched;
    what the layers update (moving averages, seeds) becomes part of the graph only.

    Args:
        model: A built model.
        specs: Nest of `tf.TensorSpec`, as `model` takes it; every size but the batch's known.
        targets: The specs of targets and sample weights, either None where the data has none; None
            if the data isn't known.
        batch_size: Items to trace, whatever `specs` says.

    Returns:
        The trace. A batch of unknown size is traced as one of `TRACED_BATCH`.
    """
    if not has_own_loss(model):
        targets = None  # Of no consequence.
    batch = keras.tree.map_structure(lambda spec: _with_batch(spec, batch_size), (specs, targets))
    layers = tuple(all_layers(model))
    found: dict[str, Any] = {}

    def step(inputs: Any, targets: Any) -> None:
        training = {"training": True} if _takes_training(model) else {}
        with tf.GradientTape() as tape:
            loss = loss_of(model, inputs, model(inputs, **training), targets)
        found["n_forward_operations"] = len(loss.value.graph.get_operations())
        gradients = tape.gradient(loss.value, [weight.value for weight in model.trainable_weights])
        found["gradients"] = (loss.value, *tensors_in(gradients))
        found["loss"] = loss

    with _without_cudnn(model), _losses_kept(model), numbered_scopes(layers):
        graph = _outside_strategies(
            lambda: tf.function(step, autograph=False).get_concrete_function(*batch).graph
        )
    loss = found.pop("loss")
    return TracedStep(
        graph=graph,
        layers=layers,
        predictions=loss.predictions,
        forward=loss.forward,
        loss_error=loss.error,
        updates=tuple(graph.control_outputs),
        bits=_placeholder_bits(graph, model, loss.guesses),
        batch_size=keras.tree.flatten(batch)[0].shape[0],
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
        batch_size=n_items,
        n_replicas=strategy.num_replicas_in_sync,
    )


def _takes_training(model: keras.Model) -> bool:
    """Return whether the model's `call` takes a `training` argument."""
    parameters = inspect.signature(model.call).parameters.values()
    return any(each.name == "training" or each.kind is each.VAR_KEYWORD for each in parameters)


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


def _with_batch(spec: tf.TensorSpec | None, batch_size: int | None = None) -> tf.TensorSpec | None:
    """Return a spec of `batch_size` items; by default those it has, or else `TRACED_BATCH`."""
    if spec is None:
        return None
    sizes = list(spec.shape)
    if sizes and batch_size is not None:
        sizes[0] = batch_size
    elif sizes and sizes[0] is None:
        sizes[0] = TRACED_BATCH
    return tf.TensorSpec(sizes, spec.dtype)


def _placeholder_bits(graph: Any, model: keras.Model, guesses: Sequence[Any]) -> dict[str, int]:
    """Return which placeholders of a graph are data, which trainable weights, which embeddings."""
    trained, tables = _handles(model.trainable_weights), _handles(embedding_tables(model))
    bits = {tensor.name: DATA for tensor in graph.inputs}
    bits |= {tensor.name: DATA | GUESSED for tensor in guesses}
    for outer, inner in graph.captures:
        own = TRAINED if id(outer) in trained else 0
        bits[inner.name] = own | TABLE if id(outer) in tables else own
    return bits


def _handles(weights: Sequence[Any]) -> set[int]:
    """Return the identities of the handles by which a graph captures weights."""
    return {
        id(copy.handle)
        for weight in weights
        for copy in getattr(weight.value, "values", (weight.value,))
    }


def _outside_strategies(trace: Callable[[], _Result]) -> _Result:
    """Return `trace()`, run outside of any distribution strategy's scope.

    Inside one, variables can only be read by a replica.
    """
    return in_own_thread(trace) if tf.distribute.has_strategy() else trace()


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
