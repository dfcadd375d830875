"""Run something in a thread of its own, outside of the scopes that hold for the thread it is in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

_Result = TypeVar("_Result")


def in_own_thread(run: Callable[[], _Result]) -> _Result:
    """Return `run()`, or raise what it raises, from a new thread that is waited for."""
    results: list[_Result] = []
    errors: list[Exception] = []

    def keep() -> None:
        try:
            results.append(run())
        except Exception as error:  # Raised again in the caller's thread.
            errors.append(error)

    thread = threading.Thread(target=keep)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]
