"""The user's callbacks in a trial, which may go on from a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from scaling_keras.tuner.search_inputs import copies_of
from scaling_keras.tuner.sweep import TrialPlan


def callbacks_of_trial(
    callbacks: Sequence[keras.callbacks.Callback], plan: TrialPlan, *, n_done: int, n_steps: int
) -> list[keras.callbacks.Callback]:
    """Return copies of the user's callbacks for a trial.

    Those of Keras that write files do so in a directory of the trial, beside where they were told
    to; others must keep trials apart themselves. After a checkpoint all see the batches of the
    whole training, so that a schedule goes on.

    Args:
        callbacks: What `search` was given.
        plan: The trial.
        n_done: Batches before the checkpoint; 0 for a training from its beginning.
        n_steps: Batches of the whole training.
    """
    copies = copies_of(callbacks)
    for callback in copies:
        if isinstance(callback, keras.callbacks.TensorBoard):
            callback.log_dir = str(Path(callback.log_dir) / plan.name)
        elif isinstance(callback, keras.callbacks.ModelCheckpoint):
            callback.filepath = _inside(callback.filepath, plan.name)
        elif isinstance(callback, keras.callbacks.CSVLogger):
            callback.filename = _inside(callback.filename, plan.name)
        if n_done:
            _see_the_whole(callback, n_done, n_steps)
    return copies


def _inside(file: str, directory: str) -> str:
    """Return a file's path with a directory, which is made, before its name."""
    head, slash, name = file.rpartition("/")
    moved = f"{head}{slash}{directory}"
    tf.io.gfile.makedirs(moved)  # It may be an address, as of a bucket.
    return f"{moved}/{name}"


def _see_the_whole(callback: Any, n_done: int, n_steps: int) -> None:
    """Have a callback see the batches of the whole training in a `fit` of the rest of it.

    In the callback itself, not by one around it: Keras and other callbacks look for its class. And
    in what the object holds, not its class, since a `LambdaCallback` holds its hooks itself.
    """
    set_params, begin, end = (
        getattr(callback, name)
        for name in ("set_params", "on_train_batch_begin", "on_train_batch_end")
    )

    def set_whole_params(params: Mapping[str, Any]) -> None:
        set_params({**params, "steps": n_steps})

    def begin_later(batch: int, logs: Any = None) -> None:
        begin(n_done + batch, logs=logs)

    def end_later(batch: int, logs: Any = None) -> None:
        end(n_done + batch, logs=logs)

    callback.set_params = set_whole_params
    callback.on_train_batch_begin = begin_later
    callback.on_train_batch_end = end_later
