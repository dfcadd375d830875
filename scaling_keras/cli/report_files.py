"""Where a report goes: files that are written whole or not at all, and replace only their like."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from scaling_keras.cli.report_blocks import MARK
from scaling_keras.errors import RunsError

FORMATS = ("html", "md")
_SUFFIXES = {".html": "html", ".htm": "html", ".md": "md", ".markdown": "md"}
_HEAD = 4096
"""Bytes at the beginning of a file among which the mark of a report stands."""


def paths_of(out: str, formats: Sequence[str] | None) -> dict[str, Path]:
    """Return the file of each format that is asked for.

    Args:
        out: A file whose name says its format, or else a directory.
        formats: Some of `FORMATS`; by default all of them in a directory.

    Raises:
        RunsError: If a file's name and the formats don't agree.
    """
    path = Path(out)
    by_name = None if path.is_dir() else _SUFFIXES.get(path.suffix.lower())
    if by_name is None:
        return {name: path / f"report.{name}" for name in formats or FORMATS}
    if formats and list(formats) != [by_name]:
        raise RunsError(
            f"`--format` must agree with the name of the file. Received: --format "
            f"{','.join(formats)} and {out!r}. Name a directory for several formats, or leave "
            f"`--format` out."
        )
    return {by_name: path}


def pictures_of(markdown: Path) -> Path:
    """Return the folder for the figures of a Markdown file."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in markdown.stem)
    return markdown.with_name(f"{safe}_files")


def check_targets(paths: Sequence[Path], *, force: bool) -> None:
    """Raise a `RunsError` if a file is there that isn't a report's.

    Args:
        paths: Files to write.
        force: Whether to replace them all the same.
    """
    for path in paths:
        if path.is_dir():
            raise RunsError(
                f"`--out` must be a file or a directory to write files in. Received: a file "
                f"{str(path)!r}, where a directory of that name is. Choose another path."
            )
        if not force and path.exists() and not _is_ours(path):
            raise RunsError(
                f"`--out` must not be a file of yours. Received: {str(path)!r}, which is there and "
                f"is no report. Choose another path, or pass --force to replace it."
            )


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return MARK.encode() in file.read(_HEAD)
    except OSError:
        return False


def write_all(files: Mapping[Path, bytes]) -> None:
    """Write files, each whole or not at all, in the order given.

    Raises:
        RunsError: If one can't be written.
    """
    for path, content in files.items():
        beside = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                beside.write_bytes(content)
                beside.replace(path)
            finally:
                beside.unlink(missing_ok=True)
        except OSError as error:
            raise RunsError(
                f"`--out` must be a place that can be written to. Received: {str(path)!r} "
                f"({error.strerror}). Choose another path."
            ) from None
