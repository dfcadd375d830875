"""Correct a run, or leave it out, after it was written: in a file of its own, with a reason."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scaling_keras.errors import LogdirError, RunsError
from scaling_keras.events import schema
from scaling_keras.events.logdir import check_writable_place
from scaling_keras.events.records import read_run_dir
from scaling_keras.events.user_facts import checked_facts
from scaling_keras.events.writer import RunWriter
from scaling_keras.runs import STATUSES


def exclude_run(run_dir: str | Path, *, reason: str) -> None:
    """Leave a run out of every table and of the dashboard from now on.

    Its events stay as they are. A file is added to them, so the run can be moved and copied with
    it; `correct_run` without facts takes the exclusion back.

    Args:
        run_dir: The run's directory.
        reason: Why, for all who will wonder.

    Raises:
        LogdirError: If `run_dir` holds no run, or isn't local.
        RunsError: If the reason is blank.
    """
    _write(run_dir, reason, is_excluded=True)


def correct_run(
    run_dir: str | Path,
    *,
    reason: str,
    facts: Mapping[str, Any] | None = None,
    status: str = "",
) -> None:
    """Give facts of a run anew, or say how it stands; replaces what was corrected before.

    Args:
        run_dir: The run's directory.
        reason: Why, for all who will wonder.
        facts: Fields of `RunFacts` to replace, of those in `schema.CORRECTABLE`. With another
            `train_flops_per_example` the run's total becomes that times its examples.
        status: One of `runs.STATUSES`; empty to leave it as it was logged.

    Raises:
        LogdirError: If `run_dir` holds no run, or isn't local.
        RunsError: If the reason is blank, a fact or status is none of those named, or the value of
            a fact isn't what `RunFacts` says.
    """
    corrected = checked_facts(
        facts,
        names=schema.CORRECTABLE,
        otherwise="What was measured can't be corrected; exclude the run instead.",
    )
    if status and status not in STATUSES:
        raise RunsError(
            f"`status` must be one of {', '.join(STATUSES)}. Received: {status!r}. Leave it out to "
            f"keep the one that was logged."
        )
    _write(run_dir, reason, facts=corrected, status=status)


def _write(run_dir: str | Path, reason: str, **change: Any) -> None:
    """Write a correction behind those that the run has."""
    if not reason.strip():
        raise RunsError(
            f"`reason` must say why the run is changed. Received: {reason!r}. One sentence will do."
        )
    check_writable_place("run_dir", run_dir)
    record = read_run_dir(Path(run_dir))
    if record.is_empty:
        raise LogdirError(
            f"`run_dir` must be the directory of a run of ScalingLogger. Received: "
            f"{str(run_dir)!r}, which holds none. Give the directory with its event files."
        )
    writer = RunWriter(run_dir)
    writer.write_correction(
        schema.RunCorrection(
            number=1 + max(record.corrections, default=0), reason=reason, time=time.time(), **change
        )
    )
    writer.close()
