"""Benchmarks: `pytest benchmarks/`, and `--benchmark-only` for the timed ones alone.

Some compare with public measurements that may not be redistributed. `--data DIR` names a folder
that holds them; without it those are skipped.
"""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--data`."""
    parser.addoption(
        "--data", type=Path, metavar="DIR", help="folder with the public measurements, as CSV files"
    )


@pytest.fixture(scope="session")
def measurements(request: pytest.FixtureRequest):
    """Return a function from the name of a CSV file of public measurements to its path."""
    folder = request.config.getoption("--data")

    def path(name: str) -> Path:
        if folder is None:
            pytest.skip(f"needs --data DIR, a folder with {name}")
        if not (folder / name).is_file():
            pytest.fail(f"--data {folder} has no {name}", pytrace=False)
        return folder / name

    return path
