"""The event files below a log directory, on a local disk or wherever `fsspec` reaches."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Literal, Protocol

from scaling_keras.errors import LogdirError
from scaling_keras.events import frames

_SCHEME = "://"


class StoredFile(Protocol):
    """What is needed of a file to read it; `pathlib.Path` has it."""

    @property
    def name(self) -> str:
        """The last part of its path."""

    def open(self, mode: Literal["rb"]) -> BinaryIO:
        """Open it to read."""


class _RemoteFile:
    """A file of an `fsspec` file system."""

    def __init__(self, path: str, open_file: Callable[[str, str], BinaryIO]) -> None:
        self._path = path
        self._open = open_file

    @property
    def name(self) -> str:
        """The last part of its path."""
        return PurePosixPath(self._path).name

    def open(self, mode: Literal["rb"]) -> BinaryIO:
        """Open it to read."""
        return self._open(self._path, mode)


def event_files(logdir: str | Path) -> Mapping[str, list[StoredFile]]:
    """Return the event files below a log directory, by the directory that holds them.

    Args:
        logdir: A local directory, whose symbolic links are followed, once each; or an address
            that `fsspec` knows: `gs://bucket/runs`, `s3://bucket/runs`.

    Returns:
        The name of each directory that holds some, relative to `logdir`, with forward slashes, `.`
        for itself; and its files.

    Raises:
        LogdirError: If `logdir` isn't a directory, or can't be reached.
    """
    if not isinstance(logdir, (str, os.PathLike)) or not os.fspath(logdir):
        raise LogdirError(
            f"`logdir` must be the path of a directory. Received: {logdir!r}. Give the one that "
            f"ScalingLogger wrote to, or a directory above it; `.` is the current one."
        )
    if _SCHEME in str(logdir):
        return _remote_files(str(logdir))
    root = Path(logdir).expanduser()
    _check_local(root)
    return {directory.relative_to(root).as_posix(): list(paths) for directory, paths in _walk(root)}


def stored_file(path: str | Path) -> StoredFile:
    """Return a file, on the local disk or at an address that `fsspec` knows; it may not exist.

    Raises:
        LogdirError: If it is at an address that can't be reached.
    """
    if _SCHEME not in str(path):
        return Path(path)
    system, place = _file_system(str(path))
    return _RemoteFile(place, system.open)


def check_writable_place(name: str, place: str | Path) -> None:
    """Refuse to write to an address, which would become a local directory of an odd name.

    Args:
        name: The argument, for the message.
        place: A directory; an address has a scheme of two letters or more (`C:` is a drive).

    Raises:
        LogdirError: If it is an address.
    """
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", str(place)):
        raise LogdirError(
            f"`{name}` must be a local directory, since events are appended to files. Received: "
            f"{str(place)!r}. Write to a local directory and copy it there, or mount the storage; "
            f"`read_runs` reads either."
        )


def _file_system(address: str) -> tuple[Any, str]:
    """Return the `fsspec` file system of an address, and the path there."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise LogdirError(
            f"A `logdir` elsewhere is read by way of fsspec. Received: {address!r}, and fsspec is "
            f"not installed. Install it with `pip install fsspec`, and gcsfs or s3fs for Google's "
            f"or Amazon's storage."
        ) from None
    try:
        system, path = url_to_fs(address)
    except (ImportError, ValueError, OSError) as error:
        raise _unreachable(address, error) from None
    return system, path


def _unreachable(address: str, error: Exception) -> LogdirError:
    """Return the error of an address whose storage doesn't answer."""
    return LogdirError(
        f"`logdir` must be an address that can be listed. Received: {address!r} ({error}). "
        f"Check the address and the credentials, or copy the directory here."
    )


def _remote_files(address: str) -> Mapping[str, list[StoredFile]]:
    """Return the event files below an address, by directory."""
    system, root = _file_system(address)
    try:
        found: list[str] = system.find(root)
        is_there = bool(found) or system.exists(root)
    except (ImportError, ValueError, OSError) as error:
        raise _unreachable(address, error) from None
    if not is_there:
        raise LogdirError(
            f"`logdir` must be an existing directory. Received: {address!r}, which does not "
            f"exist. Check the address."
        )
    top = PurePosixPath(root)
    files: dict[str, list[StoredFile]] = {}
    for path in found:
        if frames.FILE_MARK in PurePosixPath(path).name:
            directory = PurePosixPath(path).parent.relative_to(top).as_posix()
            files.setdefault(directory, []).append(_RemoteFile(path, system.open))
    return files


def _check_local(root: Path) -> None:
    """Raise a `LogdirError` unless `root` is a directory."""
    if not root.exists():
        raise LogdirError(
            f"`logdir` must be an existing directory. Received: {str(root)!r}, which does not "
            f"exist. Check the path, or train with callbacks=[ScalingLogger()] first."
        )
    if not root.is_dir():
        raise LogdirError(
            f"`logdir` must be a directory. Received: {str(root)!r}, which is a file. Give the "
            f"directory that holds the runs, or a file whose name ends in .csv."
        )


def _walk(root: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Yield each directory that holds event files, with those; links are followed, once each."""
    seen = {root.resolve()}
    for name, subdirectories, file_names in os.walk(root, followlinks=True):
        directory = Path(name)
        for link in [name for name in subdirectories if (directory / name).is_symlink()]:
            target = (directory / link).resolve()
            if target in seen:
                subdirectories.remove(link)
            seen.add(target)
        paths = [directory / name for name in file_names if frames.FILE_MARK in name]
        if paths:
            yield directory, paths
