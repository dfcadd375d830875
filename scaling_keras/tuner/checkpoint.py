"""Checkpoints of a training under way, so that a kill costs the time since the last one only."""

from __future__ import annotations

import dataclasses
import os
import re
import time
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import keras
import numpy as np

from scaling_keras.counting.parameters import all_layers
from scaling_keras.errors import ScalingWarning
from scaling_keras.tuner.metric_states import metric_states
from scaling_keras.tuner.places import shown
from scaling_keras.tuner.training_digest import changed_parts, training_digest
from scaling_keras.tuner.training_state import StateVariable, training_state

_DAMAGED = (
    ArithmeticError,
    EOFError,
    KeyError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What reading a checkpoint raises, by which of its bytes is wrong."""
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
        state: What training changes of its model, in the order in which checkpoints hold it.
        n_batches: Batches that the model has been trained on; 0 for a new one.
        metrics: What its metrics had gathered until then; see `metric_states`.
    """

    training: str
    state: Sequence[StateVariable]
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
    state = _whole_state(model, scope)
    for file in _finished(run_dir):
        n_batches, of_steps = _steps(file)
        if of_steps != n_steps:
            continue
        try:
            with scope():
                metrics = _load(file, state, training)
        except _DAMAGED as error:
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
            state = _whole_state(model, scope)
            continue
        return model, Restored(training=training, state=state, n_batches=n_batches, metrics=metrics)
    return model, Restored(training=training, state=state)


def _whole_state(
    model: keras.Model, scope: Callable[[], AbstractContextManager[Any]]
) -> list[StateVariable]:
    """Return what training changes, once the optimizer's variables are made as for all weights.

    Else they come with the first step, for those weights only that it is given.
    """
    if all(layer.built for layer in all_layers(model)):
        with scope():
            model.optimizer.build(model.trainable_variables)
    return training_state(model)


class Checkpoints(keras.callbacks.Callback):  # type: ignore[misc] # keras has no types
    """Saves the model, its optimizer and its random states, at most every so many seconds.

    Only where the optimizer has made one step a batch, which is how it is known where to go on:
    with accumulated gradients there are no checkpoints.

    Args:
        run_dir: Directory of the run.
        restored: Where the training goes on; see `restore`.
        n_steps: Batches of the whole training.
        seconds: Time between two checkpoints.
        keeps_order: Whether the data would come in the same order again; without that there are no
            checkpoints, which a warning says when the first is due.
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
        keeps_order: bool,
        before_saving: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._run_dir = run_dir
        self._restored = restored
        self._can_be_restored = True
        self._n_steps = n_steps
        self._n_before = restored.n_batches
        self._seconds = seconds
        self._keeps_order = keeps_order
        self._before_saving = before_saving
        self._last = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Save the model if it is time."""
        if time.monotonic() - self._last < self._seconds:
            return
        n_batches = self._n_before + batch + 1
        steps_made = int(self.model.optimizer.iterations.numpy())
        if steps_made != n_batches or n_batches >= self._n_steps or not self._can_be_restored:
            return
        if not self._keeps_order:
            self._give_up(
                "A checkpoint is gone on from with the same data in the same order. Received: "
                "training data that is a tf.data.Dataset which shuffles, and so comes in another "
                "order each time. Trials go on without checkpoints; pass a function of `seed` that "
                "makes the data, its `shuffle(n, seed=seed)` included."
            )
            return
        state = self._state()
        if state and self._before_saving():
            self._save(n_batches, state)
            self._last = time.monotonic()

    def _state(self) -> Sequence[StateVariable]:
        """Return what is to be saved; nothing, and a warning, where that can't be restored."""
        before = self._restored.state
        known = {each.key for each in before}
        new = [each.name for each in training_state(self.model) if each.key not in known]
        if not new:
            return before
        self._give_up(
            f"A checkpoint needs all variables to be there when `build_model` returns. Received: "
            f"{self._run_dir.name!r}, whose training made {len(new)} more, such as {new[0]!r}. It "
            f"goes on without checkpoints; make them in `build_model`, those of an optimizer by "
            f"`optimizer.build(variables)`."
        )
        return ()

    def _give_up(self, why: str) -> None:
        """Make no checkpoints of this training, and say why."""
        self._can_be_restored = False
        warnings.warn(why, ScalingWarning, stacklevel=2)

    def _save(self, n_batches: int, state: Sequence[StateVariable]) -> None:
        """Write the checkpoint in one step, then delete those before it; a failure warns."""
        draft = self._run_dir / f"{os.getpid()}.{_DRAFT}"
        file = self._run_dir / _NAME.format(n_batches=n_batches, n_steps=self._n_steps)
        try:
            _save(draft, self.model, state, self._restored.training)
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


def _save(file: Path, model: keras.Model, state: Sequence[StateVariable], training: str) -> None:
    """Write the variables in their order. Keras's own format leaves out random generators."""
    values = [_plain(each.read()) for each in state]
    named: dict[str, Any] = {"training": np.array(training)}
    named |= {_METRIC + name: _plain(state) for name, state in metric_states(model).items()}
    with file.open("wb") as stream:
        np.savez(stream, *values, **named)
        stream.flush()
        os.fsync(stream.fileno())


def _load(file: Path, state: Sequence[StateVariable], training: str) -> dict[str, np.ndarray]:
    """Set the variables to what was written, and return what the metrics held.

    Raises:
        ValueError: If they are those of another training.
    """
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as saved:
        arrays = {name: saved[name] for name in saved.files}
    # Those of an earlier scaling_keras don't say.
    written = str(arrays.pop("training", training))
    metrics = {name: arrays.pop(name) for name in list(arrays) if name.startswith(_METRIC)}
    values = [arrays[f"arr_{i}"] for i in range(len(arrays))]
    has_others = [value.shape for value in values] != [each.shape for each in state]
    if has_others or changed_parts(written, training):
        raise _OtherTraining
    for each, value in zip(state, values, strict=True):
        each.write(value)
    return {name.removeprefix(_METRIC): held for name, held in metrics.items()}


def _plain(value: np.ndarray) -> np.ndarray:
    """Return numbers in a type that NumPy can write; nothing is lost of those it can't."""
    return value if value.dtype.kind in "biufc" else value.astype(np.float32)


def _finished(run_dir: Path) -> list[Path]:
    """Return the checkpoints of a run, the one after most batches first."""
    found = [file for file in run_dir.glob("checkpoint-*.npz") if _PATTERN.fullmatch(file.name)]
    return sorted(found, key=_steps, reverse=True)


def _steps(file: Path) -> tuple[int, int]:
    """Return the batches before a checkpoint, and those of the whole training."""
    match = _PATTERN.fullmatch(file.name)
    return (int(match[1]), int(match[2])) if match else (0, 0)
