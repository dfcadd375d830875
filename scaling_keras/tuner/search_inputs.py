"""What a search is given for all of its trials, in a form that each of them can use."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import tensorflow as tf

from scaling_keras.callbacks.fit_end import reason_of
from scaling_keras.errors import DataError, SweepError
from scaling_keras.tuner.values import listed


def is_held_out(objective: str) -> bool:
    """Return whether a metric is of held-out data, as Keras names it."""
    return objective.startswith("val_")


def check_held_out(given: Any, objective: str) -> None:
    """Raise a `SweepError` if the metric that scores trials is of held-out data without any."""
    if is_held_out(objective) and given is None:
        raise SweepError(
            f"An objective of held-out data needs `validation_data`. Received: "
            f"objective={objective!r} and none. Pass some to `search`, or fit the law to the "
            f"training loss with objective='loss'."
        )


def held_out_data(given: Any) -> Any:
    """Return validation data as `fit` takes it, from a function if it is given by one.

    Raises:
        DataError: If it can be gone through once only, and so by the first trial alone, or has no
            end, so that the first trial would never get there.
    """
    data = given() if callable(given) else given
    if isinstance(data, Iterator):
        raise DataError(
            f"`validation_data` must be data that each trial can go through from its beginning. "
            f"Received: a {type(data).__name__}, which is used up after the first. Pass arrays, a "
            f"tf.data.Dataset or a keras.utils.PyDataset, or a function that returns one of those."
        )
    if _is_endless(data):
        raise DataError(
            f"`validation_data` must have an end: each trial is evaluated on all of it. Received: "
            f"a {type(data).__name__} that has none. Leave out `repeat()` or add "
            f"`.take(n_batches)`; a keras.utils.PyDataset says its `num_batches`."
        )
    return data


def _is_endless(data: Any) -> bool:
    """Return whether data is known to have no end."""
    if isinstance(data, tf.data.Dataset):
        return bool(data.cardinality() == tf.data.INFINITE_CARDINALITY)
    return isinstance(data, keras.utils.PyDataset) and data.num_batches is None


def copies_of(callbacks: Sequence[keras.callbacks.Callback]) -> list[keras.callbacks.Callback]:
    """Return callbacks for one trial.

    Raises:
        SweepError: If they are no list, or one of them can't be copied or restores models itself.
    """
    copies = []
    for callback in listed("callbacks", callbacks):
        if isinstance(callback, keras.callbacks.BackupAndRestore):
            raise SweepError(
                "The trials of a search have checkpoints of their own, which `checkpoint_seconds` "
                "is about. Received: a BackupAndRestore among `callbacks`, which would restore "
                "the weights of one trial into another. Leave it out."
            )
        try:
            copies.append(copy.deepcopy(callback))
        except (TypeError, NotImplementedError, copy.Error, pickle.PickleError) as error:
            kind = type(callback)
            raise SweepError(
                f"`callbacks` must be such that each trial can have copies of its own. Received: a "
                f"{kind.__module__}.{kind.__qualname__}, of which copy.deepcopy can make none "
                f"({reason_of(error)}). Leave it out, or let it make what can't be copied in "
                f"`on_train_begin`."
            ) from error
    return copies
