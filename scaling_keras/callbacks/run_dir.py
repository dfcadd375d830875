"""The directory of a run, held for one training at a time."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

from scaling_keras.callbacks.resuming import warn
from scaling_keras.events.event_file import DirectoryLock


class RunDir:
    """Takes a directory for one training, or the next one beside it if another writes there.

    Two trainings in one directory would be one curve that is neither. So the second writes to
    `<directory>-2`, with a warning.

    Args:
        wanted: The directory; created if it isn't there.
        is_ours: Returns whether the directory is this training's by an agreement of another kind,
            which counts more than who writes there: that may be a process that hangs. None if
            there is no such agreement.

    Raises:
        OSError: If by that agreement the directory is another's.

    Attributes:
        path: The directory that was taken.
        is_taken: Whether it isn't the one that was wanted.
    """

    def __init__(self, wanted: Path, *, is_ours: Callable[[], bool] | None = None) -> None:
        if is_ours is not None and not is_ours():
            raise OSError(f"another process has taken {str(wanted)!r} over")
        for number in itertools.count(1):
            self.path = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = DirectoryLock(self.path)
            if is_ours is not None or not self._lock.is_held_by_another:
                break
        self.is_taken = self.path != wanted
        if self.is_taken:
            warn(
                f"A run directory takes one training at a time. Received: {str(wanted)!r}, which "
                f"another one is writing to. This one is logged in {str(self.path)!r}; give each a "
                f"`log_dir` of its own."
            )

    def release(self) -> None:
        """Let go of the directory."""
        self._lock.release()
