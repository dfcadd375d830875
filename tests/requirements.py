"""What a test needs from outside: missing, it skips the test, or fails it where all must be there.

CI sets `SCALING_KERAS_REQUIRE_ALL`, so that nothing is skipped there unseen.
"""

from __future__ import annotations

import importlib
import os
import shutil
from types import ModuleType
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skip the running test for want of `what`, or fail it where nothing may be missing."""
    if os.environ.get("SCALING_KERAS_REQUIRE_ALL"):
        pytest.fail(f"needs {what}, and SCALING_KERAS_REQUIRE_ALL is set", pytrace=False)
    pytest.skip(f"needs {what}", allow_module_level=True)


def require_module(name: str) -> ModuleType:
    """Return the module `name`, an optional dependency of the test."""
    try:
        return importlib.import_module(name)
    except ImportError:
        missing(f"the Python package of {name!r}")


def require_program(*names: str) -> str:
    """Return the path of the first of the programs `names` that is installed."""
    for name in names:
        path = shutil.which(name)
        if path:
            return path
    missing(f"the program {' or '.join(names)}")
