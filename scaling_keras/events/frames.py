"""The records of an event file: a plain walk over their frames, without TensorFlow.

TensorBoard's own loader imports an installed TensorFlow, which takes seconds, and gives up a file
at its first damaged record.
"""

from __future__ import annotations

import dataclasses
import struct

import numpy as np

from scaling_keras.events.checksums import masked_crc32c

FILE_MARK = "tfevents"
"""What TensorBoard looks for in the name of an event file."""

# A record is: uint64 length, uint32 masked CRC-32C of the length, the data, uint32 masked CRC-32C
# of the data; all little-endian (TensorFlow, core/lib/io/record_writer.h).
_HEADER = struct.Struct("<QI")
_LENGTH = struct.Struct("<Q")
_CHECKSUM = struct.Struct("<I")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Frames:
    """What the bytes of an event file hold.

    Attributes:
        n_bytes: How many bytes it has.
        records: The data of each whole record, in order.
        cut_off: Bytes at the end that are the beginning of a record, which a live writer or a
            killed one leaves behind.
        damage: What was passed over since it isn't what was written, in words.
    """

    n_bytes: int
    records: list[bytes]
    cut_off: int = 0
    damage: tuple[str, ...] = ()


def read_frames(content: bytes) -> Frames:
    """Return the records of an event file whose checksums are right.

    Where the length of a record is damaged, what follows can't be found, and is passed over.

    Args:
        content: The bytes of the file.
    """
    places, checksums, position = _walk(content)
    wrong = np.flatnonzero(masked_crc32c(content, places) != np.array(checksums, np.uint32))
    damage = []
    for index in wrong:
        start, length = places[index]
        if not _has_right_length(content, start - _HEADER.size):
            del places[index:]
            position = start - _HEADER.size
            break
        damage.append(f"a damaged record of {length} bytes at byte {start - _HEADER.size}")
    left = set(wrong.tolist())
    records = [
        content[start : start + length]
        for index, (start, length) in enumerate(places)
        if index not in left
    ]
    rest = len(content) - position
    if rest >= _HEADER.size and not _has_right_length(content, position):
        damage.append(f"all behind byte {position}, where a record is damaged, {rest} bytes")
        rest = 0
    return Frames(n_bytes=len(content), records=records, cut_off=rest, damage=tuple(damage))


def half_record(name: str, found: Frames) -> str:
    """Return the sentence that the last record of a file was not whole; empty if it was."""
    left = found.cut_off
    return f"the last {left} bytes of {name} are half a record and were skipped" if left else ""


def frame(data: bytes) -> bytes:
    """Return the record that holds `data`, for `read_frames` to find."""
    length = _LENGTH.pack(len(data))
    return length + _checksum(length) + data + _checksum(data)


def _walk(content: bytes) -> tuple[list[tuple[int, int]], list[int], int]:
    """Return where the data of each record starts, its length and checksum; and where they end."""
    places: list[tuple[int, int]] = []
    checksums: list[int] = []
    position, end = 0, len(content)
    while position + _HEADER.size <= end:
        (length,) = _LENGTH.unpack_from(content, position)
        start = position + _HEADER.size
        if start + length + _CHECKSUM.size > end:
            break
        places.append((start, length))
        checksums += _CHECKSUM.unpack_from(content, start + length)
        position = start + length + _CHECKSUM.size
    return places, checksums, position


def _has_right_length(content: bytes, position: int) -> bool:
    """Return whether the length of the record at a place is what was written."""
    header = content[position : position + _HEADER.size]
    return header[_LENGTH.size :] == _checksum(header[: _LENGTH.size])


def _checksum(data: bytes) -> bytes:
    """Return the checksum that a record carries."""
    return _CHECKSUM.pack(int(masked_crc32c(data, [(0, len(data))])[0]))
