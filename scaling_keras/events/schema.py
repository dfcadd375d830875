"""What a run writes: tags, payloads and their version. The one place, for writer, reader, plugin.

A run directory holds, under the plugin name `scaling`:

- `scaling/run/<attempt>`: the facts of the run (`RunFacts`), JSON in the summary metadata, with an
  empty tensor. The first metadata of a tag in a directory wins in every TensorBoard loader, so a
  resumed run writes a tag of its own: attempt 2.
- `scaling/<metric>`: curves, one scalar a point; the step is the number of examples seen.
  `scaling/iterations` is the optimizer's count of steps, where the points before don't tell it;
  `scaling/train_flops` what the run has cost, where its facts don't tell it.
- `scaling/result/<attempt>`: how the attempt ended (`RunResult`), like the facts.
- `scaling/correction/<number>`: what someone changed about the run afterwards (`RunCorrection`),
  like the facts, in an event file of its own. The highest number holds.
"""

from __future__ import annotations

import dataclasses
import json
import re
import typing
from collections.abc import Mapping
from typing import Any, TypeAlias, TypeVar

from scaling_keras.errors import LogdirError
from scaling_keras.events.field_types import as_type, plain

PLUGIN_NAME = "scaling"
PAYLOAD_VERSION = 1
"""Raised when a reader of the version before would misread a payload; readers accept all older."""

TAG_PREFIX = "scaling/"
ITERATIONS_METRIC = "iterations"
"""The curve of the optimizer's steps, from which a resumed run knows how much data it has seen."""

FLOPS_METRIC = "train_flops"
"""The curve of what a run has cost, where that isn't as many FLOPs an example as its facts say."""

OWN_METRICS = frozenset(
    {
        ITERATIONS_METRIC,
        FLOPS_METRIC,
        "examples_per_second",
        "flops_utilisation",
        "learning_rate",
        "memory_peak_bytes",
        "seconds_per_step",
    }
)
"""Curves that are no result of the training: no loss is taken from them."""

_PAYLOAD_TAG = re.compile(r"scaling/(run|result|correction)/([0-9]+)")

CORRECTABLE = (
    "dataset_size",
    "example_unit",
    "family",
    "hyperparameters",
    "n_params",
    "planned_examples",
    "seed",
    "size",
    "train_flops_per_example",
    "unrecorded_steps",
)
"""The fields of `RunFacts` that a correction may give anew."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunFacts:
    """What is fixed when a run begins.

    Attributes:
        attempt: 1, or one more than the last attempt in the same directory (a resumed run).
        model_name: `model.name`.
        n_params: Parameters by group: `embedding`, `head` and `hidden` are trainable and disjoint,
            `trainable` is their sum, `non_trainable` the rest, `total` all. Newer runs also tell
            the parts of these groups, which no convention uses: `token_embedding`,
            `position_embedding`, `norm_and_bias`, `other`.
        train_flops_per_example: Forward and backward FLOPs of one example; None if unknown.
        forward_flops_per_example: The forward part alone; None if unknown.
        flops_by_convention: `train_flops_per_example` counted in other ways, by name.
        recompute_flops_per_example: What rematerialisation does again, on top.
        flops_per_step: What each step of a replica costs whatever the size of its batch, on top.
        flops_method: How they were counted: `graph`, `estimate` or `given`; empty if unknown.
        flops_reason: Why they are unknown or an estimate; empty if they are neither.
        uncounted: Operations that could not be counted, by name, with how often they occur. Where
            there are any, the FLOPs are unknown.
        coverage: 1.0 if nothing is uncounted; None if something is, or the FLOPs are not counted.
        example_unit: What the loss is averaged over: `token`, `image`, `example`.
        examples_per_item: Examples in one item of a batch: 64 for sequences of 64 tokens.
        batch_size: Items per optimizer step, over all replicas; None if unknown.
        n_replicas: Copies of the model that train in step.
        strategy: Class name of the distribution strategy; empty for none.
        device_kind: `CPU`, `GPU` or `TPU`.
        device_name: As it reports itself; empty if it doesn't.
        peak_flops_per_second: What one device can do at most; None if unknown.
        loss_reduction: `sum` where the loss of a batch is the sum over its examples; empty where
            it is their mean, or not known.
        dtype_policy: Name of the model's dtype policy, such as `mixed_bfloat16`; empty if unknown.
        optimizer: Its `name` and the numbers of its configuration.
        learning_rate_schedule: The schedule's configuration; None for a constant rate.
        planned_examples: Examples that the run is meant to see; None if unknown.
        dataset_size: Unique examples in the training data; None if unknown.
        hyperparameters: What the user or the tuner varied, by name.
        size: Name of the size within its family.
        family: Name of the model family.
        seed: Random seed of the run; None if none was set.
        sweep: Id of the sweep that asked for the run; empty for none.
        trial: Id of its trial within the sweep; empty for none.
        prediction: `loss`, `low`, `high`, `level` and `form` of a prediction that was made before
            the run began, and its `loss_name` as far as it is known; None for none. The form of an
            average is `auto`, with `form_weights` by name; older runs name its widest form.
        n_examples_before: Examples seen by earlier attempts whose weights this one goes on from;
            0 if it began with new weights. Points of earlier attempts beyond it are superseded.
        train_flops_before: FLOPs of those; None if unknown: then they are taken to have cost what
            this attempt's cost.
        unrecorded_steps: The optimizer's steps when the attempt began, if the examples of some are
            in no log, so that D is unknown; 0 if all are, or the user said what counts.
        training: Digests of the configurations of model, optimizer and loss before the training,
            after the version of Keras; empty if unknown.
        held_out: What is known of a sweep's held-out data: `min_items` and `max_items`, between
            which the number of its items lies, and `items`, a digest of all in any order; without
            what isn't known, and empty where the run is none of a sweep's.
        versions: Version by package name.
        start_time: Seconds since the epoch.
    """

    attempt: int = 1
    model_name: str = ""
    n_params: Mapping[str, int] = dataclasses.field(default_factory=dict)
    train_flops_per_example: float | None = None
    forward_flops_per_example: float | None = None
    flops_by_convention: Mapping[str, float] = dataclasses.field(default_factory=dict)
    recompute_flops_per_example: float = 0.0
    flops_per_step: float = 0.0
    flops_method: str = ""
    flops_reason: str = ""
    uncounted: Mapping[str, int] = dataclasses.field(default_factory=dict)
    coverage: float | None = None
    example_unit: str = "example"
    examples_per_item: int = 1
    batch_size: int | None = None
    n_replicas: int = 1
    strategy: str = ""
    device_kind: str = "CPU"
    device_name: str = ""
    peak_flops_per_second: float | None = None
    loss_reduction: str = ""
    dtype_policy: str = ""
    optimizer: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    learning_rate_schedule: Mapping[str, Any] | None = None
    planned_examples: int | None = None
    dataset_size: int | None = None
    hyperparameters: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    size: str = ""
    family: str = ""
    seed: int | None = None
    sweep: str = ""
    trial: str = ""
    prediction: Mapping[str, Any] | None = None
    n_examples_before: int = 0
    train_flops_before: float | None = None
    unrecorded_steps: int = 0
    training: str = ""
    held_out: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    versions: Mapping[str, str] = dataclasses.field(default_factory=dict)
    start_time: float = 0.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunResult:
    """How an attempt ended.

    Attributes:
        attempt: The attempt of the facts it belongs to.
        status: `completed`, `stopped`, `diverged` or `failed`.
        reason: Why, in one sentence; empty if it simply completed.
        losses: Metric name to its `final` and `best` value and `tail`, the mean of its points
            over the last tenth of the examples seen.
        n_examples: Examples seen since the run's first attempt began.
        train_flops: Forward and backward FLOPs of all of them; None if unknown.
        elapsed_seconds: Wall time of this attempt.
        examples_per_second: Throughput of this attempt, validation included.
        dataset_size: Unique examples in the training data of this attempt, as its first whole
            epoch showed them; None where epochs don't tell, or none was whole.
        end_time: Seconds since the epoch.
    """

    attempt: int = 1
    status: str = "completed"
    reason: str = ""
    losses: Mapping[str, Mapping[str, float | None]] = dataclasses.field(default_factory=dict)
    n_examples: int = 0
    train_flops: float | None = None
    elapsed_seconds: float = 0.0
    examples_per_second: float | None = None
    dataset_size: int | None = None
    end_time: float = 0.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunCorrection:
    """What someone changed about a run afterwards; the events themselves are never rewritten.

    Attributes:
        number: 1, or one more than the last correction of the run, which this one replaces.
        reason: Why, in a sentence.
        is_excluded: Whether the run is to be left out of every table.
        status: How the run stands, one of `runs.STATUSES`; empty to leave it as it is.
        facts: Fields of `RunFacts` that are given anew, of those in `CORRECTABLE`.
        time: When it was made, seconds since the epoch.
    """

    number: int = 1
    reason: str = ""
    is_excluded: bool = False
    status: str = ""
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    time: float = 0.0


Payload: TypeAlias = RunFacts | RunResult | RunCorrection
_Payload = TypeVar("_Payload", RunFacts, RunResult, RunCorrection)
_FIELDS = {kind: typing.get_type_hints(kind) for kind in (RunFacts, RunResult, RunCorrection)}
_PREDICTION = {"loss", "low", "high", "level", "best_before", "extrapolation"}
"""What a prediction holds as numbers, where it has them."""


def facts_tag(attempt: int) -> str:
    """Return the tag that holds the facts of an attempt."""
    return f"{TAG_PREFIX}run/{attempt}"


def result_tag(attempt: int) -> str:
    """Return the tag that holds the result of an attempt."""
    return f"{TAG_PREFIX}result/{attempt}"


def correction_tag(number: int) -> str:
    """Return the tag that holds a correction."""
    return f"{TAG_PREFIX}correction/{number}"


def curve_tag(metric: str) -> str:
    """Return the tag of a metric's curve, the metric named as Keras names it."""
    return f"{TAG_PREFIX}{metric}"


def facts_attempt(tag: str) -> int | None:
    """Return the attempt whose facts `tag` holds, or None if it holds none."""
    return _number_in(tag, "run")


def result_attempt(tag: str) -> int | None:
    """Return the attempt whose result `tag` holds, or None if it holds none."""
    return _number_in(tag, "result")


def correction_number(tag: str) -> int | None:
    """Return the number of the correction that `tag` holds, or None if it holds none."""
    return _number_in(tag, "correction")


def decode_tag(tag: str, content: bytes) -> Payload | None:
    """Return the payload that a tag of ours holds; None if it is the tag of a curve.

    Raises:
        LogdirError: If the content is no such payload, or of a newer version.
    """
    match = _PAYLOAD_TAG.fullmatch(tag)
    if match is None:
        return None
    if match.group(1) == "run":
        return decode(content, RunFacts)
    if match.group(1) == "result":
        return decode(content, RunResult)
    return decode(content, RunCorrection)


def curve_metric(tag: str) -> str | None:
    """Return the metric whose curve `tag` holds, or None if it is not a curve."""
    if not tag.startswith(TAG_PREFIX) or _PAYLOAD_TAG.fullmatch(tag):
        return None
    return tag.removeprefix(TAG_PREFIX)


def _number_in(tag: str, kind: str) -> int | None:
    """Return the number at the end of a tag of this kind, or None if it is another."""
    match = _PAYLOAD_TAG.fullmatch(tag)
    return int(match.group(2)) if match and match.group(1) == kind else None


def encode(payload: Payload) -> bytes:
    """Return a payload as versioned JSON; NaN and infinities become null, unknown objects text."""
    values = plain({"version": PAYLOAD_VERSION, **dataclasses.asdict(payload)})
    return json.dumps(values, allow_nan=False, separators=(",", ":")).encode()


def decode(content: bytes, kind: type[_Payload]) -> _Payload:
    """Return the payload that `encode` wrote, in this or an older version.

    Fields that an older version lacks take their defaults; fields that are not known are dropped.

    Raises:
        LogdirError: If the content is not such a payload, a field holds something of another type,
            or its version is newer than ours.
    """
    try:
        values = json.loads(content)
        version = values.pop("version")
    except (ValueError, AttributeError, KeyError, TypeError):
        raise LogdirError(
            f"A {kind.__name__} payload must be a versioned JSON object. Received: "
            f"{content[:80]!r}. The event file is damaged or was written by something else."
        ) from None
    if not isinstance(version, int) or version > PAYLOAD_VERSION:
        raise LogdirError(
            f"This scaling_keras reads payloads up to version {PAYLOAD_VERSION}. Received: "
            f"version={version!r}. Upgrade scaling-keras to the version that wrote the runs."
        )
    fields = _typed(values, kind)
    if kind is RunCorrection and "facts" in fields:
        fields["facts"] = _typed(fields["facts"], RunFacts)
    return kind(**fields)


def typed(name: str, value: Any, kind: type[Payload], *, strict: bool = False) -> Any:
    """Return a value of JSON as the field of this name in a payload has it.

    Args:
        name: The field.
        value: The value.
        kind: The payload.
        strict: Whether counts must be whole, as `as_type` has it.

    Raises:
        TypeError: If it is of another type; the message says what it must be.
    """
    field = as_type(value, _FIELDS[kind][name], strict=strict)
    if name == "prediction" and field is not None:
        for key in sorted(_PREDICTION & field.keys()):
            try:
                field[key] = as_type(field[key], float | None)
            except TypeError as error:
                raise TypeError(f"a mapping, its `{key}` {error}") from None
    return field


def _typed(values: Mapping[str, Any], kind: type[Payload]) -> dict[str, Any]:
    """Return those of the values that are fields of a payload, each as its field has it.

    Raises:
        LogdirError: If one is of another type.
    """
    fields = {}
    for name in values.keys() & _FIELDS[kind].keys():
        try:
            fields[name] = typed(name, values[name], kind)
        except TypeError as error:
            raise LogdirError(
                f"`{name}` of a run must be {error}. Received: {shortened(values[name])}. Train it "
                f"again with that corrected."
            ) from None
    return fields


def shortened(value: Any) -> str:
    """Return a value for a message, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
