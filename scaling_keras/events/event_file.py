"""One open event file: whole records, on disk when `write` returns, in a directory held by one.

TensorBoard's own writer hands records to a thread. A full disk then ends that thread with a stack
trace in the midst of the user's training, and what waits in its queue dies with a killed process.
A run writes so few records that it can wait for each.
"""

from __future__ import annotations

import itertools
import os
import re
import socket
import time
from pathlib import Path

from tensorboard.compat.proto import event_pb2

from scaling_keras.events import frames

_STAMP = re.compile(rf"{frames.FILE_MARK}\.(\d+)\.")
_serial = itertools.count()


class EventFile:
    """Appends events to a new file, named as TensorBoard names them.

    Args:
        directory: Where; created if it isn't there.
        wall_time: When it begins, seconds since the epoch; by default now. Files of a directory
            follow each other by this.

    Raises:
        OSError: If the file can't be created.
    """

    def __init__(self, directory: Path, *, wall_time: float | None = None) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        stamp = max(int(time.time()), 1 + _newest_stamp(directory))
        name = f"events.out.{frames.FILE_MARK}.{stamp:010d}.{socket.gethostname()}"
        self.path = directory / f"{name}.{os.getpid()}.{next(_serial)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._descriptor: int | None = os.open(self.path, flags, 0o666)
        wall_time = time.time() if wall_time is None else wall_time
        version = event_pb2.Event(wall_time=wall_time, file_version="brain.Event:2")
        self.write(version.SerializeToString())

    def write(self, event: bytes) -> None:
        """Append one event; if that fails half way, take the half record out again.

        Args:
            event: A serialised `Event`.

        Raises:
            OSError: If the disk doesn't take it, or the file is closed or was deleted. One that was
                moved is written to where it is now.
        """
        if self._descriptor is None:
            raise OSError("the event file is closed")
        record = memoryview(frames.frame(event))
        status = os.fstat(self._descriptor)
        if not status.st_nlink and not self.path.exists():
            raise FileNotFoundError(
                f"{str(self.path.parent)!r} was deleted while it was written to"
            )
        end = status.st_size
        try:
            while record:
                record = record[os.write(self._descriptor, record) :]
        except OSError:
            os.ftruncate(self._descriptor, end)
            raise

    def close(self) -> None:
        """Close the file; closing twice does nothing."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


class DirectoryLock:
    """Holds a directory for one writer; the system lets go of it however the process ends.

    Where the file system knows no locks, or the system is Windows, everyone gets the lock: a reader
    still finds two trainings in one directory out.

    Args:
        directory: An existing directory.
    """

    def __init__(self, directory: Path) -> None:
        self._descriptor: int | None = None
        self.is_held_by_another = False
        try:
            import fcntl
        except ImportError:
            return
        try:
            self._descriptor = os.open(directory, os.O_RDONLY)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.is_held_by_another = True
            self.release()
        except OSError:
            self.release()

    def release(self) -> None:
        """Let go; doing so twice does nothing."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def _newest_stamp(directory: Path) -> int:
    """Return the second in the name of the newest event file, which ours must sort behind.

    TensorBoard reads the files of a directory in the order of their names, and a clock that was
    set back would put a resumed run before the one it goes on from.
    """
    stamps = (_STAMP.search(path.name) for path in directory.iterdir())
    return max((int(match.group(1)) for match in stamps if match), default=-1)
