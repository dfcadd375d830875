"""Who trains a run: a small file beside its events, which shows that its process is alive."""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
import uuid
from pathlib import Path

from scaling_keras.errors import SweepError
from scaling_keras.events import frames
from scaling_keras.tuner.places import needs_room

CLAIM_FILE = "training.json"
BEAT_SECONDS = 5.0


class TakenOver(SweepError):
    """Another process trains the run by now."""


class Claim:
    """Says that this process trains a run, until another process says so of itself.

    A process that was thought to be gone, because its node was cut off or it hung, may come back
    when another one has taken its trial over. It then finds that the claim isn't its own, and ends;
    what it still writes into the run until it looks is lost. The newest claim wins.

    Args:
        run_dir: Directory of the run; created if it isn't there.

    Raises:
        OSError: If the claim can't be written.
        SweepError: If the process that had the run can't be shut out.
    """

    def __init__(self, run_dir: Path) -> None:
        self._file = run_dir / CLAIM_FILE
        self._token = uuid.uuid4().hex
        self._last = time.monotonic()
        run_dir.mkdir(parents=True, exist_ok=True)
        revoke_claim(run_dir)
        content = {"host": socket.gethostname(), "pid": os.getpid(), "token": self._token}
        replace_file(self._file, json.dumps(content))

    def beat(self) -> None:
        """Show that the training makes steps; looks at the file every five seconds.

        Raises:
            TakenOver: If another process has taken the run over.
        """
        now = time.monotonic()
        if now - self._last < BEAT_SECONDS:
            return
        self._last = now
        self.check()
        try:
            os.utime(self._file)
        except FileNotFoundError:
            self.check()  # It was taken over just now.

    def is_held(self) -> bool:
        """Return whether no other process has taken the run over."""
        return read_claim(self._file.parent).get("token") == self._token

    def check(self) -> None:
        """Raise `TakenOver` if another process has taken the run over."""
        if not self.is_held():
            raise TakenOver(
                f"A run is trained by one process at a time. Received: {self._file.parent.name!r}, "
                f"which another process has taken over from this one (process {os.getpid()} on "
                f"{socket.gethostname()}). This attempt ends; the other goes on."
            )

    def release(self) -> None:
        """Say that nobody trains the run, unless another process has taken it over."""
        if self.is_held():
            self._file.unlink(missing_ok=True)


class Pulse:
    """Tells for how long a run has shown no sign of life.

    Clocks of machines differ, so what counts is when this process saw the file change.

    Args:
        run_dir: Directory of the run.
    """

    def __init__(self, run_dir: Path) -> None:
        self._file = run_dir / CLAIM_FILE
        self._seen = self._stamp()
        self._since = time.monotonic()

    def silent_seconds(self) -> float:
        """Return the seconds since the run was last seen to show a sign of life."""
        stamp = self._stamp()
        if stamp != self._seen:
            self._seen, self._since = stamp, time.monotonic()
        return time.monotonic() - self._since

    def has_begun(self) -> bool:
        """Return whether a process says that it trains the run."""
        return self._stamp() is not None

    def _stamp(self) -> tuple[int, int] | None:
        """Return what changes with each sign of life; None without a claim."""
        try:
            status = self._file.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns


def revoke_claim(run_dir: Path) -> None:
    """Take a run away from the process that trains it, if any: it ends when it next looks.

    Raises:
        SweepError: If that process can't be shut out, because the disk is full.
    """
    if (run_dir / CLAIM_FILE).exists():
        (run_dir / CLAIM_FILE).unlink(missing_ok=True)
        _shut_out(run_dir)


def _shut_out(run_dir: Path) -> None:
    """Put copies in the place of event files: who has one open writes to the file that is gone."""
    draft = run_dir / f"events.{os.getpid()}.tmp"
    if os.name == "nt":
        return  # A file that is open can't be replaced there.
    with needs_room("A run that is taken over", run_dir, "Make room, and search again."):
        try:
            for file in run_dir.glob(f"*{frames.FILE_MARK}*"):
                shutil.copy2(file, draft)
                draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)


def read_claim(run_dir: Path) -> dict[str, str]:
    """Return who trains a run; empty if nobody does, or the file can't be read."""
    try:
        content = json.loads((run_dir / CLAIM_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def replace_file(file: Path, text: str) -> None:
    """Write a file in one step, so that a kill or a full disk leaves the old one or the new.

    Raises:
        OSError: If it can't be written; nothing is left behind.
    """
    draft = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    try:
        with draft.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
