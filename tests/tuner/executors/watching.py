"""Watching a sweep from outside: which trials are under way, and in which process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from scaling_keras.errors import LogdirError
from scaling_keras.events.reader import read_records
from scaling_keras.tuner.claim import CLAIM_FILE, read_claim
from scaling_keras.tuner.project import has_ended

ROOT = Path(__file__).parents[3]
PATIENCE = 240


def wait_until(happens, what, driver=None):
    end = time.monotonic() + PATIENCE
    while not (result := happens()):
        assert driver is None or driver.poll() is None, f"the driver ended before {what}"
        assert time.monotonic() < end, f"{what} did not happen within {PATIENCE} s"
        time.sleep(0.05)
    return result


def with_checkpoint(directory):
    """Return the run directories of trials that a process is training and has saved."""
    claimed = [path.parent for path in directory.glob(f"sweep/*/{CLAIM_FILE}")]
    return [run_dir for run_dir in claimed if any(run_dir.glob("checkpoint-*.npz"))]


def trainer(run_dir):
    """Return the process that trains a run."""
    return int(read_claim(run_dir).get("pid", 0))


def is_alive(pid):
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] not in "ZX"


def start_driver(directory, executor):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.tuner.executors.sent_sweep", str(directory), executor],
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        start_new_session=True,
    )


def ended(directory):
    """Return the trials that have ended, and after how many attempts."""
    names = {record.name for record in _records(directory) if has_ended(record)}
    return {name: number for name, number in attempts(directory).items() if name in names}


def attempts(directory):
    """Return how often each trial that has written anything was begun."""
    return {record.name: max([0, *record.facts, *record.results]) for record in _records(directory)}


def _records(directory):
    try:
        return read_records(directory / "sweep")
    except LogdirError:
        return []


def losses(table):
    return {run.name: run.loss for run in table}
