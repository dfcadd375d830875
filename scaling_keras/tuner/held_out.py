"""What is known of a search's held-out data, so that losses of other data aren't taken for its own.

Losses of different evaluation sets can't be compared. So each run records between which numbers of
items the set has, and a digest of its first items, where they are the same whenever they are read.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from scaling_keras import laws
from scaling_keras.errors import SweepError
from scaling_keras.events.records import RunRecord
from scaling_keras.tuner.places import shown
from scaling_keras.tuner.project import WAY_OUT, has_ended

_FIRST = 16
"""Items that the digest is of."""
_DIGITS = 16

HeldOut: TypeAlias = Mapping[str, Any]
"""As in `RunFacts.held_out`; empty if nothing is known."""


def held_out_facts(data: Any) -> dict[str, Any]:
    """Return what is known of validation data as `fit` takes it; see `RunFacts.held_out`.

    Batches of another size, and arrays in place of a dataset, change nothing.

    Args:
        data: Arrays, a batched `tf.data.Dataset`, or anything else, of which nothing is known.
    """
    try:
        if isinstance(data, tf.data.Dataset):
            return _facts_of_dataset(data)
    except tf.errors.OpError:
        return {}  # Each trial will say what is wrong with it.
    leaves = keras.tree.flatten(data)
    if data is None or not all(getattr(leaf, "shape", ()) for leaf in leaves):
        return {}
    n_items = len(leaves[0])
    first = _digest(_items([np.asarray(leaf[:_FIRST]) for leaf in leaves]))
    return {"min_items": n_items, "max_items": n_items, "first_items": first}


def why_others(before: HeldOut, now: HeldOut) -> str:
    """Return in what held-out data is known to be other; empty where it may be the same.

    The sentence part goes on from the name of the run that has `before`.
    """
    least, most = before.get("min_items", 0), before.get("max_items", math.inf)
    least_now, most_now = now.get("min_items", 0), now.get("max_items", math.inf)
    if most < least_now or most_now < least:
        return f"{_range(least, most)} items, not on {_range(least_now, most_now)}"
    first, first_now = before.get("first_items"), now.get("first_items")
    return "data that begins with other items" if first and first_now and first != first_now else ""


def check_same_held_out(records: Iterable[RunRecord], held_out: HeldOut, path: Path) -> None:
    """Raise a `SweepError` if a run was evaluated on other held-out data than there is now.

    Args:
        records: The runs; those that don't say, as of earlier versions, are taken as they are.
        held_out: What is known of the data now.
        path: The project's directory, for the message.
    """
    for name, before in _known(records):
        why = why_others(before, held_out)
        if why:
            raise SweepError(
                f"A search goes on with runs of the same held-out data, for losses of different "
                f"data can't be compared. Received: other `validation_data` than run {name!r} in "
                f"{shown(path)!r} had, which was evaluated on {why}. Pass the same again. {WAY_OUT}"
            )


def held_out_findings(records: Iterable[RunRecord]) -> tuple[laws.Finding, ...]:
    """Return the finding that runs were evaluated on different held-out data."""
    known = _known(records)
    others = [(name, why) for name, each in known if (why := why_others(known[0][1], each))]
    if not others:
        return ()
    more = f", and so were {len(others) - 1} more" if len(others) > 1 else ""
    return (
        laws.Finding(
            code="other_held_out_data",
            message=f"Runs were evaluated on different held-out data, so that their losses can't "
            f"be compared: {known[0][0]} on {others[0][1]}, as {others[0][0]} was{more}. Let a "
            f"function that gives `validation_data` give the same each time, and search under "
            f"another `project_name`.",
        ),
    )


def _known(records: Iterable[RunRecord]) -> list[tuple[str, HeldOut]]:
    """Return the runs that have ended and say what they were evaluated on, with that."""
    ended = [(record.name, record.last_facts) for record in records if has_ended(record)]
    return [(name, facts.held_out) for name, facts in ended if facts and facts.held_out]


def _facts_of_dataset(data: tf.data.Dataset) -> dict[str, Any]:
    """Return what is known of a dataset, without going through it."""
    specs = keras.tree.flatten(data.element_spec)
    if not all(isinstance(spec, tf.TensorSpec) and spec.shape.rank for spec in specs):
        return {}
    digests = [_digest(itertools.islice(_items_of(data), _FIRST)) for _ in range(2)]
    # In another order each time, as from `shuffle`, its first items tell nothing.
    facts: dict[str, Any] = {"first_items": digests[0]} if len(set(digests)) == 1 else {}
    n_batches = int(data.cardinality())
    if n_batches > 0:
        batch_size = len(keras.tree.flatten(next(iter(data)))[0])
        # The last batch may hold less.
        least = (n_batches - 1) * batch_size + 1 if n_batches > 1 else batch_size
        facts |= {"min_items": least, "max_items": n_batches * batch_size}
    return facts


def _items_of(data: tf.data.Dataset) -> Iterator[list[npt.NDArray[Any]]]:
    """Yield the items of a batched dataset."""
    for batch in data:
        yield from _items([np.asarray(leaf) for leaf in keras.tree.flatten(batch)])


def _items(leaves: list[npt.NDArray[Any]]) -> Iterator[list[npt.NDArray[Any]]]:
    """Yield the items of a batch, each as the arrays that it consists of."""
    for index in range(len(leaves[0])):
        yield [leaf[index] for leaf in leaves]


def _digest(items: Iterable[list[npt.NDArray[Any]]]) -> str:
    """Return the digest of some items."""
    digest = hashlib.sha256()
    for part in itertools.chain.from_iterable(items):
        array = np.asarray(part)
        digest.update(repr(array.shape).encode())
        if array.dtype.kind in "OSU":
            digest.update(repr(array.tolist()).encode())
        else:
            # Keras casts them, so that single and double precision are the same data.
            kind = np.int64 if array.dtype.kind in "iub" else np.float32
            digest.update(array.astype(kind).tobytes())
    return digest.hexdigest()[:_DIGITS]


def _range(least: float, most: float) -> str:
    """Return a number that lies between two others in words."""
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"
