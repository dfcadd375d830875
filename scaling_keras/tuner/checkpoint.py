"""Checkpoints of a training under way, so that a kill costs the time since the last one only."""

from __future__ import annotations

import dataclasses
import os
import re
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import keras
import numpy as np

from scaling_keras.errors import ScalingWarning
from scaling_keras.tuner.metric_states import metric_states
from scaling_keras.tuner.places import shown
from scaling_keras.tuner.training_digest import changed_parts, training_digest

_NAME = "checkpoint-{n_batches}-of-{n_steps}.npz"
_PATTERN = re.compile(r"checkpoint-(\d+)-of-(\d+)\.npz")
_DRAFT = "draft.npz"
_METRIC = "metric/"
"""What begins the name of an array that a metric holds."""


class _OtherTraining(ValueError):
    """A checkpoint is of another training."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Restored:
    """Where a training goes on.

    Attributes:
        training: Its digests, for the checkpoints to come and for the run's facts.
        n_batches: Batches that the model has been trained on; 0 for a new one.
        metrics: What its metrics had gathered until then; see `metric_states`.
    """

    training: str
    n_batches: int = 0
    metrics: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)


def clear_checkpoints(run_dir: Path) -> None:
    """Delete the checkpoints of a run, and what a kill left of one half written."""
    for file in [*_finished(run_dir), *run_dir.glob(f"*.{_DRAFT}")]:
        file.unlink(missing_ok=True)


def restore(
    run_dir: Path,
    n_steps: int,
    build: Callable[[], keras.Model],
    scope: Callable[[], AbstractContextManager[Any]],
) -> tuple[keras.Model, Restored]:
    """Return a model as its last checkpoint left it, and where its training goes on.

    A checkpoint that can't be read, or is of another model, optimizer or loss, is named in a
    warning and deleted, and a new model takes its place. So does it where the training has another
    number of steps by now.

    Args:
        run_dir: Directory of the run.
        n_steps: Batches of the whole training.
        build: Returns the model as it is before training.
        scope: Returns the scope in which its variables are made.
    """
    model = build()
    training = training_digest(model)
    for file in _finished(run_dir):
        n_batches, of_steps = _steps(file)
        if of_steps != n_steps:
            continue
        with scope():
            model.optimizer.build(model.trainable_variables)
        try:
            with scope():
                metrics = _load(file, model, training)
        except Exception as error:  # Which byte is damaged says what reading it raises.
            is_other = isinstance(error, _OtherTraining)
            why = "another model, optimizer or loss" if is_other else type(error).__name__
            warnings.warn(
                f"A checkpoint must be as it was written, and of the same training. Received: "
                f"{shown(file)!r} ({why}). It is deleted, and the training begins at an earlier "
                f"one, or anew.",
                ScalingWarning,
                stacklevel=2,
            )
            file.unlink(missing_ok=True)
            model = build()
            continue
        return model, Restored(training=training, n_batches=n_batches, metrics=metrics)
    return model, Restored(training=training)


class Checkpoints(keras.callbacks.Callback):  # type: ignore[misc] # keras has no types
    """Saves the model, its optimizer and its random states, at most every so many seconds.

    Only where the optimizer has made one step a batch, which is how it is known where to go on:
    with accumulated gradients there are no checkpoints.

    Args:
        run_dir: Directory of the run.
        restored: Where the training goes on; see `restore`.
        n_steps: Batches of the whole training.
        seconds: Time between two checkpoints.
        before_saving: Is called before each, to write down what has been seen until then; returns
            whether it could, without which there is no checkpoint.
    """

    def __init__(
        self,
        run_dir: Path,
        *,
        restored: Restored,
        n_steps: int,
        seconds: float,
        before_saving: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._run_dir = run_dir
        self._training = restored.training
        self._n_steps = n_steps
        self._n_before = restored.n_batches
        self._seconds = seconds
        self._before_saving = before_saving
        self._last = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Save the model if it is time."""
        if time.monotonic() - self._last < self._seconds:
            return
        n_batches = self._n_before + batch + 1
        steps_made = int(self.model.optimizer.iterations.numpy())
        if steps_made == n_batches < self._n_steps and self._before_saving():
            self._save(n_batches)
            self._last = time.monotonic()

    def _save(self, n_batches: int) -> None:
        """Write the checkpoint in one step, then delete those before it; a failure warns."""
        draft = self._run_dir / f"{os.getpid()}.{_DRAFT}"
        file = self._run_dir / _NAME.format(n_batches=n_batches, n_steps=self._n_steps)
        try:
            _save(draft, self.model, self._training)
            draft.replace(file)
        except OSError as error:
            warnings.warn(
                f"A checkpoint needs a disk with room. Received: {type(error).__name__}: {error} "
                f"for {shown(file)!r}. The training goes on without it.",
                ScalingWarning,
                stacklevel=2,
            )
            draft.unlink(missing_ok=True)
            return
        for old in _finished(self._run_dir):
            if old != file:
                old.unlink(missing_ok=True)


def _variables(model: keras.Model) -> list[Any]:
    """Return all that training changes: weights, the states of random generators, the optimizer."""
    return [*model.variables, *model.optimizer.variables]


def _save(file: Path, model: keras.Model, training: str) -> None:
    """Write the variables in their order. Keras's own format leaves out random generators."""
    values = [_plain(v.value.numpy()) for v in _variables(model)]
    named: dict[str, Any] = {"training": np.array(training)}
    named |= {_METRIC + name: _plain(state) for name, state in metric_states(model).items()}
    with file.open("wb") as stream:
        np.savez(stream, *values, **named)
        stream.flush()
        os.fsync(stream.fileno())


def _load(file: Path, model: keras.Model, training: str) -> dict[str, np.ndarray]:
    """Set the variables to what was written, and return what the metrics held.

    Raises:
        ValueError: If they are those of another training.
    """
    variables = _variables(model)
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as saved:
        arrays = {name: saved[name] for name in saved.files}
    # Those of an earlier scaling_keras don't say.
    written = str(arrays.pop("training", training))
    metrics = {name: arrays.pop(name) for name in list(arrays) if name.startswith(_METRIC)}
    values = [arrays[f"arr_{i}"] for i in range(len(arrays))]
    has_others = [v.shape for v in values] != [tuple(v.shape) for v in variables]
    if has_others or changed_parts(written, training):
        raise _OtherTraining
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    return {name.removeprefix(_METRIC): state for name, state in metrics.items()}


def _plain(value: np.ndarray) -> np.ndarray:
    """Return numbers in a type that NumPy can write; nothing is lost of those it can't."""
    return value if value.dtype.kind in "biuf" else value.astype(np.float32)


def _finished(run_dir: Path) -> list[Path]:
    """Return the checkpoints of a run, the one after most batches first."""
    found = [file for file in run_dir.glob("checkpoint-*.npz") if _PATTERN.fullmatch(file.name)]
    return sorted(found, key=_steps, reverse=True)


def _steps(file: Path) -> tuple[int, int]:
    """Return the batches before a checkpoint, and those of the whole training."""
    match = _PATTERN.fullmatch(file.name)
    return (int(match[1]), int(match[2])) if match else (0, 0)
