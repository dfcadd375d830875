"""The directory of a sweep: one run directory a trial, and a file that says whose it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scaling_keras.errors import LogdirError, SweepError
from scaling_keras.events import frames
from scaling_keras.events.reader import RunRecord, read_records
from scaling_keras.tuner.checkpoint import clear_checkpoints
from scaling_keras.tuner.claim import CLAIM_FILE, replace_file
from scaling_keras.tuner.driver_lock import LOCK_FILE
from scaling_keras.tuner.places import needs_room, shown
from scaling_keras.tuner.sizes import names_set_by
from scaling_keras.tuner.sweep import Sweep
from scaling_keras.tuner.values import check_free, plain_values

SWEEP_FILE = "sweep.json"
WEIGHTS_FILE = "model.weights.h5"
_VERSION = 1
WAY_OUT = (
    "Choose another `directory` or `project_name`, or start anew: overwrite=True, or --fresh on "
    "the command line."
)
"""What to do about runs of another training."""
_ENDED = ("completed", "diverged")
"""Ways to end that the same training would end in again; the others are worth another attempt."""


class Project:
    """The directory `<directory>/<project_name>` of a sweep.

    The event files of its runs are the whole truth about what has been trained: nothing else has
    to be written in step with them, so a process may be killed at any moment.

    Args:
        path: The directory; it is made if it isn't there.

    Raises:
        SweepError: If it is a file or can't be made, holds another KerasTuner project, or its
            `sweep.json` can't be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.exists() and not path.is_dir():
            raise SweepError(
                f"A project needs a directory. Received: {shown(path)!r}, which is a file. Choose "
                f"another `directory` or `project_name`."
            )
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SweepError(
                f"A project needs a directory that can be made. Received: {shown(path)!r} "
                f"({error.strerror}). Choose another `directory` or `project_name`."
            ) from None
        foreign = path / "oracle.json"
        if foreign.exists():
            raise SweepError(
                f"A sweep needs a project of its own. Received: {shown(path)!r}, which holds the "
                f"search of another KerasTuner tuner ({foreign.name}). Choose another "
                f"`project_name`."
            )
        self._is_ours = self._read_mark()

    def run_dir(self, name: str) -> Path:
        """Return the directory of a run."""
        return self.path / name

    def run_names(self) -> tuple[str, ...]:
        """Return the names of the run directories, those of runs without events included."""
        found = self.path.iterdir() if self.path.exists() else ()
        return tuple(sorted(each.name for each in found if each.is_dir()))

    def clear(self) -> None:
        """Delete the runs of an earlier sweep; files that no sweep writes stay.

        Raises:
            SweepError: If the directory holds anything and wasn't made by a sweep.
        """
        if not self.path.exists():
            return
        if not self._is_ours and any(file.name != LOCK_FILE for file in self.path.iterdir()):
            raise SweepError(
                f"Only a directory that a sweep made is cleared to start anew. Received: "
                f"{shown(self.path)!r}, which holds files but no {SWEEP_FILE}. Delete it yourself, "
                f"or choose another `directory` or `project_name`."
            )
        for run_dir in self.path.iterdir():
            if not run_dir.is_dir() or run_dir.is_symlink():
                continue
            clear_checkpoints(run_dir)
            for file in run_dir.iterdir():
                if frames.FILE_MARK in file.name or file.name in (WEIGHTS_FILE, CLAIM_FILE):
                    file.unlink()
            if not any(run_dir.iterdir()):
                run_dir.rmdir()
        (self.path / SWEEP_FILE).unlink(missing_ok=True)
        self._is_ours = False

    def mark(self, description: Mapping[str, Any]) -> None:
        """Write the file that says that a sweep made the directory, and which.

        Raises:
            SweepError: If it can't be written.
        """
        content = {"version": _VERSION, **description}
        with needs_room("A search", self.path, "Make room, or choose another `directory`."):
            self.path.mkdir(parents=True, exist_ok=True)
            replace_file(self.path / SWEEP_FILE, json.dumps(content, indent=1) + "\n")
        self._is_ours = True

    def records(self) -> dict[str, RunRecord]:
        """Return what each run in the directory wrote, by the run's name."""
        if not self.path.exists():
            return {}
        try:
            return {record.name: record for record in read_records(self.path)}
        except LogdirError:
            # No run has written anything yet.
            return {}

    def _read_mark(self) -> bool:
        """Return whether the directory has our mark, or raise if that can't be read."""
        file = self.path / SWEEP_FILE
        if not file.exists():
            return False
        try:
            version = json.loads(file.read_text(encoding="utf-8"))["version"]
        except (OSError, ValueError, KeyError, TypeError):
            raise SweepError(
                f"{SWEEP_FILE} must be the JSON file that a sweep wrote. Received: "
                f"{shown(file)!r}, which is damaged. Delete that file: the runs beside it are "
                f"kept, and those that have ended are not run again."
            ) from None
        if not isinstance(version, int) or version > _VERSION:
            raise SweepError(
                f"This scaling_keras reads {SWEEP_FILE} up to version {_VERSION}. Received: "
                f"version={version!r} in {shown(file)!r}. Upgrade scaling-keras, or choose another "
                f"`project_name`."
            )
        return True


def has_ended(record: RunRecord) -> bool:
    """Return whether a run needs no further attempt: it completed with a loss, or diverged."""
    attempts = {*record.facts, *record.results}
    result = record.results.get(max(attempts)) if attempts else None
    if result is None or (result.status == "completed" and not result.losses):
        return False  # Without a loss: its `train_step` didn't show what was trained on.
    return result.status in _ENDED


def checked_constants(constants: Mapping[str, Any] | None, sweep: Sweep) -> dict[str, Any]:
    """Return hyperparameters that are the same for all trials, or raise if those can't be.

    Raises:
        SweepError: If they aren't plain values, or the trials set them too.
    """
    plain = plain_values({} if constants is None else constants, "search")
    varied = names_set_by(sweep.sizes).union(sweep.hyperparameters)
    check_free("constants", plain, varied, "a sweep")
    return plain


def check_same_training(record: RunRecord, values: Mapping[str, Any], path: Path) -> None:
    """Raise a `SweepError` if a run on disk was trained with other hyperparameters.

    Args:
        record: The run.
        values: The hyperparameters it is asked to have, `n_steps` among them.
        path: The project's directory, for the message.
    """
    if record.last_facts:
        found = record.last_facts.hyperparameters
        refuse_others(record.name, {name: (found.get(name), values[name]) for name in values}, path)


def refuse_others(run: str, pairs: Mapping[str, tuple[Any, Any]], path: Path) -> None:
    """Raise a `SweepError` at the first thing that a run has and is asked to have otherwise.

    Args:
        run: Its name.
        pairs: Name of a thing to what the run has, and what it is asked to have.
        path: The project's directory, for the message.
    """
    for name, (found, value) in pairs.items():
        if found != value:
            raise SweepError(
                f"A search goes on with runs of the same training. Received: {name}={value!r} "
                f"for run {run!r} in {shown(path)!r}, which was trained with "
                f"{name}={found!r}. {WAY_OUT}"
            )
