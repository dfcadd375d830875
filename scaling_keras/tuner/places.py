"""Where a project is: on this machine's disks, wherever the program goes, as messages name it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from scaling_keras.errors import SweepError

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
"""How the address of a remote directory begins; a drive of Windows has one letter."""


def local_directory(directory: str | Path) -> Path:
    """Return a directory as a path that stays where it is when the program changes its own.

    Raises:
        SweepError: If it is the address of a remote one, such as `gs://bucket/runs`.
    """
    if _SCHEME.match(str(directory)):
        raise SweepError(
            f"`directory` must be on a disk of this machine, or one that is mounted on it, for "
            f"locks and checkpoints need its files. Received: {str(directory)!r}. Mount it and "
            f"give the path, or train in a local directory and copy the event files afterwards."
        )
    return Path(directory).absolute()


def shown(path: Path) -> str:
    """Return a path as a message names it: from the current directory on, where it is in that."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


@contextlib.contextmanager
def needs_room(what: str, directory: Path, remedy: str) -> Iterator[None]:
    """Turn a failure to write into the sentence that says where, and what to do.

    Args:
        what: What is to be written, as in `A run`.
        directory: Where.
        remedy: What to do about a disk that can't be written, a sentence.

    Raises:
        SweepError: If what is done here raises an `OSError`, as on a full or read-only disk, or
            where a file is in the directory's place.
    """
    try:
        yield
    except (FileExistsError, NotADirectoryError) as error:
        raise SweepError(
            f"{what} needs a directory of its name. Received: {shown(directory)!r} "
            f"({error.strerror}), which is, or lies below, a file or a link that leads nowhere. "
            f"Move that away, and search again."
        ) from None
    except OSError as error:
        raise SweepError(
            f"{what} needs a directory that can be written. Received: {shown(directory)!r} "
            f"({error.strerror}). {remedy}"
        ) from None
