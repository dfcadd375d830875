"""What is known of a search's held-out data, so that losses of other data aren't taken for its own.

Losses of different evaluation sets can't be compared. So each run records between which numbers
the items of the set lie, and a digest of all of them, whatever their order, where they are few
enough to be read beforehand and the same whenever they are read.
"""

from __future__ import annotations

import dataclasses
import hashlib
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

_MOST_ITEMS, _MOST_BYTES = 50_000, 2**26
"""More than so many items, or items of so many bytes, take longer than one waits for a search."""
_DIGEST_BYTES = 8

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
    read = _read(_items([np.asarray(leaf) for leaf in leaves]))
    return _exactly(read.n_items, read.digest) if read else _exactly(len(leaves[0]))


def why_others(before: HeldOut, now: HeldOut) -> str:
    """Return in what held-out data is known to be other; empty where it may be the same.

    The sentence part goes on from the name of the run that has `before`.
    """
    least, most = before.get("min_items", 0), before.get("max_items", math.inf)
    least_now, most_now = now.get("min_items", 0), now.get("max_items", math.inf)
    if most < least_now or most_now < least:
        return f"{_range(least, most)} items, not on {_range(least_now, most_now)}"
    items, items_now = before.get("items"), now.get("items")
    return "other items" if items and items_now and items != items_now else ""


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
    """Return what is known of a dataset."""
    specs = keras.tree.flatten(data.element_spec)
    if not all(isinstance(spec, tf.TensorSpec) and spec.shape.rank for spec in specs):
        return {}
    read = _read(_items_of(data))
    again = _read(_items_of(data)) if read else None
    if read and again and read.n_items == again.n_items:
        # Other items each time, as with an augmentation, have a number only.
        return _exactly(read.n_items, read.digest if read == again else "")
    n_batches = int(data.cardinality())
    if n_batches < 1:
        return {}
    # One batch may hold less, and which it is depends on the order.
    sizes = [len(keras.tree.flatten(batch)[0]) for batch in data.take(2)]
    least = max(sizes) * (n_batches - 1) + 1 if n_batches > 1 else sizes[0]
    return {"min_items": least, "max_items": n_batches * max(sizes)}


def _exactly(n_items: int, digest: str = "") -> dict[str, Any]:
    """Return the facts of so many items."""
    return {"min_items": n_items, "max_items": n_items, **({"items": digest} if digest else {})}


def _items_of(data: tf.data.Dataset) -> Iterator[list[npt.NDArray[Any]]]:
    """Yield the items of a batched dataset."""
    for batch in data:
        yield from _items([np.asarray(leaf) for leaf in keras.tree.flatten(batch)])


def _items(leaves: list[npt.NDArray[Any]]) -> Iterator[list[npt.NDArray[Any]]]:
    """Yield the items of a batch, each as the arrays that it consists of."""
    for index in range(len(leaves[0])):
        yield [np.asarray(leaf[index]) for leaf in leaves]


@dataclasses.dataclass(frozen=True)
class _Read:
    """How many items were read, and a digest of them in any order."""

    n_items: int
    digest: str


def _read(items: Iterable[list[npt.NDArray[Any]]]) -> _Read | None:
    """Return what items are, None if they are too many or too large to be read beforehand."""
    total = n_items = n_bytes = 0
    for item in items:
        n_items += 1
        n_bytes += sum(array.nbytes for array in item)
        if n_items > _MOST_ITEMS or n_bytes > _MOST_BYTES:
            return None
        total += _number_of(item)
    return _Read(n_items, f"{total % 2 ** (8 * _DIGEST_BYTES):0{2 * _DIGEST_BYTES}x}")


def _number_of(item: Iterable[npt.NDArray[Any]]) -> int:
    """Return the digest of an item as a number, which is added to those of others."""
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    for array in item:
        digest.update(repr(array.shape).encode())
        if array.dtype.kind in "OSU":
            digest.update(repr(array.tolist()).encode())
        else:
            # Keras casts them, so that single and double precision are the same data.
            kind = np.int64 if array.dtype.kind in "iub" else np.float32
            digest.update(array.astype(kind).tobytes())
    return int.from_bytes(digest.digest(), "big")


def _range(least: float, most: float) -> str:
    """Return a number that lies between two others in words."""
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"
