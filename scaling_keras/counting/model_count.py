"""What a model costs: its parameters by group, and the FLOPs of training it on one example."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import keras

from scaling_keras.counting import examples, parameters, report, step_cost, tracing
from scaling_keras.counting.measured import Measured, measure, rows_of
from scaling_keras.counting.memory import remembered
from scaling_keras.counting.parameters import LayerCount
from scaling_keras.counting.training_loss import TRACE_ERRORS, overrides_train_step
from scaling_keras.runs import PARAM_CONVENTIONS, count_under

_OWN_STEP = "the model has a `train_step` of its own, an ordinary one is counted"
_GUESSED = "its loss is one of its own; the targets are taken to have the shape of its outputs"
_PAIRS = (
    f"the items of a batch work on each other, they are counted in one of {tracing.TRACED_BATCH}; "
    f"pass a batch as `inputs`"
)
_NO_CALL = (
    "it has never been called as a whole; call it, `model(batch)`, unless its own `train_step` "
    "calls its parts only, which a ScalingLogger counts"
)
_OWN_LOSS = "its loss is one of its own, tracing that failed"

_NONE: Mapping[str, Any] = MappingProxyType({})


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelCount:
    """The size of a model and the cost of training it; `print` it for a table.

    Attributes:
        model_name: `model.name`.
        groups: Parameters by group: `embedding`, `head` and `hidden` are trainable and disjoint,
            `trainable` is their sum, `non_trainable` the rest, `total` all. `token_embedding` and
            `position_embedding` are the parts of `embedding`, `norm_and_bias` and `other` those of
            `hidden`.
        layers: The parameters and FLOPs of each layer directly below the model.
        example_unit: What one example is: `token`, `image`, `example`.
        examples_per_item: Examples in one item of a batch; None if unknown.
        forward_flops_per_example: FLOPs of the forward pass of one example, up to the loss; None if
            unknown.
        train_flops_per_example: FLOPs of forward and backward pass together, of matrix products
            and convolutions; None if unknown.
        flops_by_convention: `train_flops_per_example` counted in other ways: `products` is the
            same; `products_without_head`, `products_without_attention` (without products of two
            activations) and `products_without_head_and_attention`; `everything`, elementwise work
            included; `6n_total`, `6n_non_embedding` and `6n_non_embedding_plus_head`, six times the
            parameters. What isn't known is left out.
        recompute_flops_per_example: What rematerialisation does a second time; not part of any of
            the above.
        flops_per_step: Products that each step makes whatever the size of its batch, such as those
            of two weights in LoRA; not part of any of the above.
        flops_method: `graph` if the step that trains the model was counted operation by operation;
            `estimate` if the model overrides `train_step` and an ordinary step stands for it, if
            its own loss multiplies targets whose shape isn't known, or if the items of a batch work
            on each other and its size isn't known; empty if the FLOPs are unknown.
        flops_reason: Why the FLOPs are unknown or estimated; empty if they are neither.
        flops_by_op: `train_flops_per_example` by TensorFlow operation.
        uncounted: Operations that could not be counted, by name, with how often they occur; where
            there are any, the FLOPs are too low.
        uncounted_layers: Names of the layers, directly below the model, that those are in.
        coverage: How much of the total is known to be covered: 1.0 if nothing is uncounted. None
            if something is, since what can't be counted may be any share, or if the FLOPs are
            unknown.
    """

    model_name: str
    groups: Mapping[str, int]
    layers: tuple[LayerCount, ...]
    example_unit: str
    examples_per_item: int | None
    forward_flops_per_example: float | None = None
    train_flops_per_example: float | None = None
    flops_by_convention: Mapping[str, float] = dataclasses.field(default_factory=lambda: _NONE)
    recompute_flops_per_example: float = 0.0
    flops_per_step: float = 0.0
    flops_method: str = ""
    flops_reason: str = ""
    flops_by_op: Mapping[str, float] = dataclasses.field(default_factory=lambda: _NONE)
    uncounted: Mapping[str, int] = dataclasses.field(default_factory=lambda: _NONE)
    uncounted_layers: tuple[str, ...] = ()
    coverage: float | None = None

    @property
    def n_params(self) -> int:
        """Trainable parameters, embeddings included."""
        return self.groups["trainable"]

    @property
    def n_params_non_embedding(self) -> int:
        """Trainable parameters without embeddings and without the head."""
        return self.groups["hidden"]

    @property
    def depends_on_batch(self) -> bool:
        """Whether an example costs another amount in a batch of another size."""
        return self.flops_per_step > 0 or _PAIRS in self.flops_reason

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as JSON has it; the names are those of the attributes."""
        return {
            **{field.name: getattr(self, field.name) for field in dataclasses.fields(self)},
            "n_params": self.n_params,
            "n_params_non_embedding": self.n_params_non_embedding,
            "groups": dict(self.groups),
            "layers": [dataclasses.asdict(layer) for layer in self.layers],
            "flops_by_convention": dict(self.flops_by_convention),
            "flops_by_op": dict(self.flops_by_op),
            "uncounted": dict(self.uncounted),
            "uncounted_layers": list(self.uncounted_layers),
        }

    def __str__(self) -> str:
        """Return the table."""
        return report.as_text(self.to_dict())


def count(
    model: keras.Model,
    *,
    inputs: Any | None = None,
    example_unit: str | None = None,
    examples_per_item: int | None = None,
) -> ModelCount:
    """Count the parameters and FLOPs of a built Keras model.

    The FLOPs are those of a training step that is traced, not run: weights, optimizer and random
    seeds stay as they are. Matrix products, convolutions and einsums count, a multiply-add as 2;
    elementwise work and the optimizer's update don't. An attention counts in full, whatever its
    mask hides. Of a compiled model the loss counts, and what has no loss doesn't.

    Args:
        model: A built model; it need not be compiled, then each of its outputs has a loss.
        inputs: A batch of its inputs (tensors, arrays, or a `tf.TensorSpec` for each), for a model
            that leaves the size of an axis other than the batch open, or whose inputs can't be
            known from it.
        example_unit: What one example is, where the model doesn't show it. `image` makes each item
            of a batch one example; any other is only a name.
        examples_per_item: Examples in one item of a batch, where they aren't the places of the
            output. Positive.

    Returns:
        The counts. Where the step can't be traced, FLOPs are None and `flops_reason` says why.

    Raises:
        CountingError: If the model isn't built, or `examples_per_item` isn't a positive integer.

    Example:
    >>> model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(5, use_bias=False)])
    >>> counted = count(model)
    >>> counted.n_params, counted.forward_flops_per_example, counted.train_flops_per_example
    (50, 100.0, 200.0)
    """
    parameters.check_built(model)
    specs = tracing.input_specs(model) if inputs is None else tracing.specs_of(inputs)
    types_known = inputs is not None or tracing.knows_input_types(model)
    n_per_item = examples.given_per_item(example_unit, examples_per_item)
    return _count(model, specs, example_unit, n_per_item, types_known=types_known)[0]


def count_with_data(
    model: keras.Model,
    data_specs: Any,
    *,
    example_unit: str | None = None,
    examples_per_item: int | None = None,
    batch_size: int | None = None,
) -> ModelCount:
    """Count a model that has trained a step on data of these specs; see `count`.

    Args:
        model: A compiled, built model.
        data_specs: What `train_step` takes: the specs of `x`, `(x, y)` or `(x, y, weights)`.
        example_unit: What one example is, where the model doesn't show it.
        examples_per_item: Examples in one item of a batch, where the loss has shown them.
        batch_size: Items in a batch of a replica, where `data_specs` leave that open; it matters
            where they work on each other.

    Returns:
        The counts. A `train_step` of the model's own is counted as it is, also that of a model
        which is never called as a whole; then an item is taken to be an example.
    """
    x_specs, *targets = keras.utils.unpack_x_y_sample_weight(data_specs)
    parameters.check_built(model)
    n_per_item = examples.given_per_item(example_unit, examples_per_item)
    counted, ordinary = _count(
        model,
        tracing.specs_of(x_specs),
        example_unit,
        n_per_item,
        types_known=True,
        targets=tracing.specs_of(tuple(targets)),
        batch_size=batch_size,
    )
    if counted.flops_method == "graph" or (ordinary is not None and ordinary.pairs_items):
        return counted
    if not counted.flops_method:
        is_open = tracing.why_not_traceable(tracing.specs_of(x_specs))
        if ordinary is not None or is_open or not overrides_train_step(model):
            return counted
        counted = dataclasses.replace(counted, examples_per_item=counted.examples_per_item or 1)
    try:
        own = _measure_own_step(model, data_specs, ordinary, batch_size)
    except TRACE_ERRORS as error:
        if ordinary is not None:
            return counted
        return dataclasses.replace(counted, flops_reason=_untraceable(error))
    return _with_flops(counted, own, reason="")


def _measure_own_step(
    model: keras.Model, data_specs: Any, ordinary: Measured | None, batch_size: int | None
) -> Measured:
    """Return what the `train_step` of the model's own costs.

    Args:
        model: A compiled, built model.
        data_specs: What it takes.
        ordinary: What an ordinary step costs; None if the model can't take one.
        batch_size: Items in a batch, where `data_specs` leave that open; None if unknown.
    """

    def measured(n_items: int) -> Measured:
        specs = tracing.with_open_batch(data_specs, n_items)
        step = tracing.trace_own_train_step(model, specs)
        return measure(model, step, makers=ordinary.makers if ordinary else ())

    n_traced = ordinary.n_items if ordinary else tracing.TRACED_BATCH
    own = measured(n_traced)
    is_same = ordinary is not None and own.total_per_item == ordinary.total_per_item
    if ordinary is not None and is_same and not ordinary.loss_error:
        return ordinary  # It calls the ordinary step: of that one more is known.
    if batch_size not in (None, n_traced) and own.cost.of_pairs:
        return measured(batch_size)
    return own


def _untraceable(error: BaseException) -> str:
    """Return why the FLOPs are unknown of a step that can't be traced."""
    return f"tracing it failed: {type(error).__name__}: {error}"


def _count(
    model: keras.Model,
    specs: Any,
    example_unit: str | None,
    n_per_item: int | None,
    *,
    types_known: bool,
    targets: Any | None = None,
    batch_size: int | None = None,
) -> tuple[ModelCount, Measured | None]:
    """Return what is known of a model, and the step it is known from."""
    measured, reason = _measure(model, specs, targets, batch_size)
    predictions = measured.predictions if measured else None
    if n_per_item is None and model.built:
        n_per_item = examples.examples_per_item(model, predictions=predictions)
    elif n_per_item is None:
        n_per_item = 1  # It has no output of its own, so that an item is an example.
    layers = parameters.all_layers(model)
    makers = [layers[number] for number in measured.makers] if measured else []
    counted = ModelCount(
        model_name=model.name,
        groups=parameters.count_params(model, makers=makers),
        layers=parameters.count_params_by_layer(model),
        example_unit=example_unit
        or examples.example_unit(model, specs, n_per_item, types_known=types_known),
        examples_per_item=n_per_item,
        flops_reason=reason,
    )
    if measured is None:
        return counted, None
    if n_per_item is None:
        reason = "its output has axes of unknown size"
        return dataclasses.replace(counted, flops_reason=reason), measured
    return _with_flops(counted, measured, reason=reason), measured


def _measure(
    model: keras.Model, specs: Any | None, targets: Any | None, batch_size: int | None
) -> tuple[Measured | None, str]:
    """Return what a step costs, and why that isn't known, or isn't that of the model's own."""
    reason = tracing.why_not_traceable(specs) if model.built else _NO_CALL
    if reason:
        return None, reason
    try:
        measured = remembered(model, specs, lambda: _measure_step(model, specs, targets))
        if measured.pairs_items and batch_size is not None:
            known = tracing.with_open_batch((specs, targets), batch_size)
            measured = remembered(model, known[0], lambda: _measure_step(model, *known))
    except TRACE_ERRORS as error:
        return None, _untraceable(error)
    reasons = [_OWN_STEP] if overrides_train_step(model) else []
    if measured.loss_error:
        reasons.append(f"{_OWN_LOSS}: {measured.loss_error}")
    elif measured.cost.has_guesses:
        reasons.append(_GUESSED)
    if measured.pairs_items:
        reasons.append(_PAIRS)
    return measured, "; ".join(reasons)


def _measure_step(model: keras.Model, specs: Any, targets: Any | None) -> Measured:
    """Trace an ordinary step and return what it costs.

    Where some of that may not grow with the batch as its items do, a step twice as large tells: it
    shows what each step costs whatever its batch, and whether items work on each other. For a model
    that takes batches of one size only, there is no difference.
    """

    def measured(batch_size: int | None = None) -> Measured:
        step = tracing.trace_training_step(model, specs, targets=targets, batch_size=batch_size)
        return measure(model, step)

    once = measured()
    may_pair = bool(once.cost.of_pairs) and tracing.has_open_batch(specs)
    if not (once.cost.has_fixed_part or may_pair):
        return once
    try:
        larger = measured(2 * once.n_items)
    except TRACE_ERRORS:
        return once
    if may_pair and larger.cost.of_pairs > 2 * once.cost.of_pairs:
        return dataclasses.replace(once, pairs_items=True)
    growing, fixed = step_cost.without_fixed_part(once.cost.figures, larger.cost.figures)
    if not once.cost.has_fixed_part or fixed[(step_cost.TRAIN,)] < 0:
        return once
    return dataclasses.replace(
        once, cost=dataclasses.replace(once.cost, figures=growing), fixed=fixed
    )


def _with_flops(counted: ModelCount, measured: Measured, *, reason: str) -> ModelCount:
    """Return `counted` with the FLOPs of a step."""
    n_examples = measured.n_items * (counted.examples_per_item or 1)
    each = {key: flops / n_examples for key, flops in measured.cost.figures.items()}
    forward: float | None = each.get((step_cost.FORWARD,), 0.0)
    if not measured.predictions:  # Of a step of the model's own, the passes aren't known.
        forward = counted.forward_flops_per_example
    layers = rows_of(counted.layers, each, has_passes=bool(measured.predictions))
    uncounted_layers = _names(counted.layers, measured)
    return dataclasses.replace(
        counted,
        layers=layers,
        forward_flops_per_example=forward,
        train_flops_per_example=each.get((step_cost.TRAIN,), 0.0),
        flops_by_convention=_conventions(counted.groups, each, measured),
        recompute_flops_per_example=each.get((step_cost.RECOMPUTED,), 0.0),
        flops_per_step=float(measured.fixed[(step_cost.TRAIN,)]),
        flops_by_op={key[1]: flops for key, flops in each.items() if key[0] == step_cost.KIND},
        uncounted=dict(measured.cost.uncounted),
        uncounted_layers=uncounted_layers,
        coverage=None if measured.cost.uncounted else 1.0,
        flops_method="estimate" if reason else "graph",
        flops_reason=reason,
    )


def _conventions(
    groups: Mapping[str, int], each: Mapping[tuple[str, ...], float], measured: Measured
) -> dict[str, float]:
    """Return the FLOPs of training on one example by convention."""

    def part(*key: str) -> float:
        return each.get(key, 0.0)

    train, head = part(step_cost.TRAIN), part(step_cost.HEAD)
    found = {"products": train, "products_without_head": train - head}
    if measured.predictions:
        attention = part(step_cost.ATTENTION)
        in_both = part(step_cost.HEAD_AND_ATTENTION)
        found["products_without_attention"] = train - attention
        found["products_without_head_and_attention"] = train - head - attention + in_both
    if measured.cost.has_all:
        found["everything"] = part(step_cost.EVERYTHING, step_cost.TRAIN)
    for convention in PARAM_CONVENTIONS:
        found[f"6n_{convention}"] = 6 * count_under(convention, groups)
    return found


def _names(layers: tuple[LayerCount, ...], measured: Measured) -> tuple[str, ...]:
    """Return the names of the layers that hold something uncounted."""
    rows = measured.cost.uncounted_rows
    names = [layer.name for row, layer in enumerate(layers) if row in rows]
    return (*names, parameters.OUTSIDE) if None in rows else tuple(names)
