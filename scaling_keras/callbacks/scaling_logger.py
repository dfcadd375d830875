"""ScalingLogger: writes how large a model is, how much data it saw, what that cost, its losses."""

from __future__ import annotations

import contextlib
import itertools
import numbers
import os
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import keras

from scaling_keras.callbacks.chief import is_chief
from scaling_keras.callbacks.examples_seen import ExamplesSeen
from scaling_keras.callbacks.fit_arguments import may_carry_weights, running_fit
from scaling_keras.callbacks.gradient_noise import GradientNoise
from scaling_keras.callbacks.place_counter import leaves_places_out
from scaling_keras.callbacks.recording import Recording
from scaling_keras.callbacks.run_log import PointHook, RecordingOptions
from scaling_keras.counting.examples import given_per_item
from scaling_keras.errors import RunsError
from scaling_keras.events.field_types import as_type, plain
from scaling_keras.events.logdir import check_writable_place
from scaling_keras.events.user_facts import checked_facts

DEFAULT_LOGDIR = "runs"

USER_FACTS = (
    "size",
    "family",
    "seed",
    "sweep",
    "trial",
    "hyperparameters",
    "planned_examples",
    "dataset_size",
    "prediction",
)
"""The fields of `RunFacts` that only the user knows."""


class ScalingLogger(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types.
    """Logs a training as one run: its parameters, examples, FLOPs and losses.

    Works with no argument on any compiled model and any input of `fit`. Points are written at the
    end of each epoch and, at growing distances, inside long ones; the device is waited for only
    there. Logging that fails warns once and never ends a training.

    A second `fit` of the same model goes on with its run. So does a model that was restored, in a
    `log_dir` that holds its run: the optimizer's steps tell how much data it has seen. A new model
    in such a directory begins the run anew. A model with steps that are in no log is warned of, and
    fits leave its run out, unless `n_examples_before` says what it has seen.

    Args:
        log_dir: The run's directory, a local one. By default `runs/<model name>-<time>`.
        scalars: Also write the metrics as TensorBoard's own scalars, against examples seen.
        facts: What only you know of the run: `size`, `family`, `seed`, `sweep`, `trial`,
            `hyperparameters` (a mapping of your choice, readable by all who read the log),
            `planned_examples`, `dataset_size`, `prediction`.
        example_unit: What one example is; by default `token`, `image` or `example`, as the model's
            shapes show. `image` makes each item of a batch one example, whatever the loss averages
            over; any other is only a name.
        examples_per_item: Examples in one item of a batch, where they aren't what the loss averages
            over. Positive.
        train_flops_per_example: Forward and backward FLOPs of one example, where you know better
            than the count of the traced step. Positive.
        peak_flops_per_second: What one device can do at most, for the share of it that is used;
            by default known for the accelerators in `laws.DEVICES`. Positive.
        n_examples_before: Examples that the weights had seen before this run, where it goes on from
            a training that `log_dir` doesn't hold. They count as this run's, at the cost of its
            own; 0 where only its own count, as in fine-tuning. Not negative.
        gradient_noise: Batches of training data, from which the gradient noise scale is measured
            at the end of each epoch; see `gradient_noise.GradientNoise`. Costs one gradient each.

    Raises:
        CountingError: If `examples_per_item` isn't a positive integer.
        LogdirError: If `log_dir` is an address elsewhere, such as `gs://bucket/runs`.
        RunsError: If `facts` has a key that isn't one of those named or a value that its fact can't
            be, a number of FLOPs isn't positive, `n_examples_before` isn't a whole number from 0
            on, `log_dir` is no directory, or `gradient_noise` isn't two batches of one size or
            more.

    Example:
    >>> import numpy as np, tempfile
    >>> from scaling_keras.events.reader import read_runs
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> logger = ScalingLogger(tempfile.mkdtemp())
    >>> history = model.fit(np.ones((8, 3)), np.ones((8, 1)), callbacks=[logger], verbose=0)
    >>> run, = read_runs(logger.log_dir)
    >>> run.n_params, run.n_examples, run.train_flops_per_example, run.status
    (4.0, 8.0, 12.0, 'completed')
    """

    def __init__(
        self,
        log_dir: str | Path | None = None,
        *,
        scalars: bool = False,
        facts: Mapping[str, Any] | None = None,
        example_unit: str | None = None,
        examples_per_item: int | None = None,
        train_flops_per_example: float | None = None,
        peak_flops_per_second: float | None = None,
        n_examples_before: int | None = None,
        gradient_noise: Iterable[Any] | None = None,
    ) -> None:
        super().__init__()
        checked = checked_facts(
            facts, names=USER_FACTS, otherwise="Put what you varied under `hyperparameters`."
        )
        if n_examples_before is not None and (
            not isinstance(n_examples_before, numbers.Integral) or n_examples_before < 0
        ):
            raise RunsError(
                f"`n_examples_before` must be a whole number of examples, not negative. Received: "
                f"{n_examples_before!r}. Pass 0 to count from here."
            )
        self.log_dir = _checked_log_dir(log_dir)
        self.n_examples_before = n_examples_before
        self.scalars = scalars
        self.facts = checked
        self.example_unit = None if example_unit is None else str(example_unit)
        self.examples_per_item = given_per_item(self.example_unit, examples_per_item)
        self.train_flops_per_example = _positive("train_flops_per_example", train_flops_per_example)
        self.peak_flops_per_second = _positive("peak_flops_per_second", peak_flops_per_second)
        self.gradient_noise = None if gradient_noise is None else GradientNoise(gradient_noise)
        self.on_point: list[PointHook] = []
        self.owns_run_dir: Callable[[], bool] | None = None
        self.has_made_its_steps: Callable[[], bool] | None = None
        self._recording: Recording | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Return the state of a copy: a logger of its own, whatever this one is writing."""
        return {**self.__dict__, "_recording": None, "_model": None}

    @property
    def run_dir(self) -> Path | None:
        """The directory of the run that is or was last written; None before its first step."""
        return self._recording.run_dir if self._recording else None

    @property
    def failure(self) -> str:
        """Why nothing more is written of the `fit` under way; empty while all is well."""
        return self._recording.failure if self._recording else ""

    def set_model(self, model: keras.Model) -> None:
        """Have a training function made anew whose graph lacks a count of places that it needs."""
        super().set_model(model)
        arguments = running_fit()
        function = getattr(model, "train_function", None)
        if arguments is None or function is None or ExamplesSeen.is_traced_into(function):
            return
        if leaves_places_out(model) or may_carry_weights(arguments):
            model.train_function = None

    def write_point(self) -> bool:
        """Write a point now, such as before a checkpoint: where the model goes on is then known.

        Returns:
            Whether it was written; before the second step of a `fit` none is.
        """
        return self._recording is not None and self._recording.write_now()

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Begin to watch the `fit`; nothing is written before its first step."""
        self.on_point = []  # Whoever wants to hear of this `fit`'s says so when an epoch begins.
        if not is_chief(self.model.distribute_strategy):
            self._recording = None
            return
        goes_on_from = self._recording
        if goes_on_from is not None:
            goes_on_from.on_error(None)  # In case its `fit` ended without its notice.
            if not self._is_same_run(goes_on_from):
                goes_on_from = None
        self._recording = Recording(
            self.model,
            self.params,
            RecordingOptions(
                claim_run_dir=partial(self._claim_run_dir, goes_on_from),
                owns_run_dir=self.owns_run_dir,
                has_made_its_steps=self.has_made_its_steps,
                standing=goes_on_from.standing if goes_on_from else None,
                n_examples_before=self.n_examples_before,
                facts=dict(self.facts),
                example_unit=self.example_unit,
                examples_per_item=self.examples_per_item,
                train_flops_per_example=self.train_flops_per_example,
                scalars=self.scalars,
                peak_flops_per_second=self.peak_flops_per_second,
                measures=[self.gradient_noise.measure] if self.gradient_noise else [],
                on_point=self.on_point,
            ),
        )
        self._recording.begin()

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Note where the epoch begins."""
        if self._recording is not None:
            self._recording.begin_epoch(epoch)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Write a point of every metric."""
        if self._recording is not None:
            self._recording.end_epoch(epoch, logs or {})

    def on_test_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Watch the validation too."""
        if self._recording is not None:
            self._recording.begin_test()

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Write how the run ended."""
        if self._recording is not None:
            self._recording.end()

    def _is_same_run(self, before: Recording) -> bool:
        """Return whether this `fit` goes on with the run that was written before."""
        if before.model is not self.model or before.run_dir is None:
            return False
        return self.log_dir is None or Path(self.log_dir) == before.run_dir

    def _claim_run_dir(self, goes_on_from: Recording | None) -> Path:
        """Return the run's directory; by default a new one that no other run takes."""
        if goes_on_from is not None and goes_on_from.run_dir is not None:
            return goes_on_from.run_dir
        if self.log_dir is not None:
            return Path(self.log_dir)
        begun = time.strftime("%Y%m%d-%H%M%S")
        for suffix in itertools.chain([""], (f"-{n}" for n in itertools.count(2))):
            run_dir = Path(DEFAULT_LOGDIR, f"{self.model.name}-{begun}{suffix}")
            try:
                run_dir.mkdir(parents=True)
            except FileExistsError:
                continue
            return run_dir
        raise AssertionError("unreachable: there is always another number")


def _checked_log_dir(log_dir: str | Path | None) -> str | Path | None:
    """Return a log directory, or raise an error of ours if none can be made there."""
    if log_dir is None or (isinstance(log_dir, (str, os.PathLike)) and os.fspath(log_dir)):
        check_writable_place("log_dir", log_dir or DEFAULT_LOGDIR)
        file = _file_in_the_way(Path(log_dir or DEFAULT_LOGDIR))
        if file is None:
            return log_dir
        received = f"{str(log_dir or DEFAULT_LOGDIR)!r}, where {str(file)!r} is a file"
    else:
        received = repr(log_dir)
    raise RunsError(
        f"`log_dir` must be a directory, there already or to be made. Received: {received}. Give "
        f"another, or leave it out to log to {DEFAULT_LOGDIR}/<model name>-<time>."
    )


def _file_in_the_way(path: Path) -> Path | None:
    """Return the file that keeps `path` from being a directory, None if there is none."""
    with contextlib.suppress(OSError):  # A place that can't be looked at is found out by `fit`.
        return next((place for place in (path, *path.parents) if place.is_file()), None)
    return None


def _positive(name: str, flops: Any) -> float | None:
    """Return a positive number of FLOPs or None, or raise a `RunsError` that names it."""
    try:
        number: float | None = None if flops is None else as_type(plain(flops), float)
    except TypeError:
        number = 0.0
    if number is not None and not number > 0:
        raise RunsError(
            f"`{name}` must be a positive number of FLOPs. Received: {flops!r}. Leave it out to "
            f"have it found out."
        )
    return number
