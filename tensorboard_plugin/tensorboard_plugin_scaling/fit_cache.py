"""Fits that were made already: the same numbers and options never cost a second fit."""

from __future__ import annotations

import collections
import hashlib
import threading
from collections.abc import Callable, Hashable
from typing import TypeAlias

from scaling_keras.laws import Fit
from scaling_keras.runs import RunTable

_CAPACITY = 32

_COLUMNS = ("n_params", "n_examples", "loss", "train_flops", "train_flops_per_example")
_TEXTS = ("name", "loss_name", "example_unit")

Made: TypeAlias = tuple[Fit, float]
"""A fit, and when it was made, seconds since the epoch."""


class FitCache:
    """The latest fits, bounded in number; each is made once, however many ask at a time."""

    def __init__(self, capacity: int = _CAPACITY) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._entries: collections.OrderedDict[Hashable, _Entry] = collections.OrderedDict()

    def get(self, key: Hashable, compute: Callable[[], Made]) -> Made:
        """Return the fit kept under `key`, from `compute` if there is none yet."""
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            while len(self._entries) > self._capacity:
                self._entries.popitem(last=False)
        return entry.get(compute)


class _Entry:
    """One fit, or none yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: Made | None = None

    def get(self, compute: Callable[[], Made]) -> Made:
        """Return the fit; what `compute` raises is not kept."""
        with self._lock:
            if self._made is None:
                self._made = compute()
            return self._made


def table_digest(table: RunTable) -> str:
    """Return a hash of what a fit of a table depends on.

    Of its usable runs only, for those that go on running change nothing.

    Args:
        table: Usable runs, as `RunTable.usable` gives them.
    """
    state = hashlib.blake2b(digest_size=16)
    for column in _COLUMNS:
        state.update(table[column].tobytes())
    for column in _TEXTS:
        state.update("\0".join(table[column]).encode())
    state.update(repr((table.param_convention, table.loss_choice)).encode())
    return state.hexdigest()
