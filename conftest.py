"""What every test shares: the rooms that need a Keras backend stay out where none is installed."""

from __future__ import annotations

import gc
import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parent
# The tests in a browser look at runs that were really trained.
KERAS_ROOMS = ("browser", "callbacks", "counting", "data", "families", "tuner")
HAS_BACKEND = any(importlib.util.find_spec(name) for name in ("tensorflow", "torch", "jax"))

if not HAS_BACKEND:
    collect_ignore = [str(ROOT / "tests" / room) for room in KERAS_ROOMS]
    collect_ignore += [str(ROOT / "scaling_keras" / room) for room in KERAS_ROOMS]


def pytest_report_header() -> list[str]:
    """Say what is left out, and why."""
    if HAS_BACKEND:
        return []
    return [f"no Keras backend is installed: leaving out the rooms {', '.join(KERAS_ROOMS)}"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a backend by its room, and skip the marked tests where there is none."""
    for item in items:
        rooms = item.path.relative_to(ROOT).parts[1:2]
        if rooms and rooms[0] in KERAS_ROOMS:
            item.add_marker(pytest.mark.keras)
        if not HAS_BACKEND and item.get_closest_marker("keras"):
            item.add_marker(pytest.mark.skip(reason="needs a Keras backend: install .[cpu]"))


def pytest_collection_finish() -> None:
    """Keep what importing has made out of the search for garbage that each training begins with."""
    gc.collect()
    gc.freeze()
