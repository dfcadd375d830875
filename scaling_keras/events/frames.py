"""The records of an event file: a plain walk over their frames, without TensorFlow.

TensorBoard's own loader imports an installed TensorFlow (seconds) and verifies two checksums a
record in Python, which costs some twenty times this walk.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from scaling_keras.errors import LogdirError

FILE_MARK = "tfevents"
"""What TensorBoard looks for in the name of an event file."""

# A record is: uint64 length, uint32 masked CRC-32C of the length, the data, uint32 masked CRC-32C
# of the data; all little-endian (TensorFlow, core/lib/io/record_writer.h).
_HEADER = struct.Struct("<QI")
_LENGTH = struct.Struct("<Q")
_CHECKSUM = struct.Struct("<I")
_FOOTER_SIZE = 4


def walk_frames(content: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the data of each whole record of an event file, and where the record ends.

    A last record that isn't whole is what a live writer or a killed one leaves behind: it is
    skipped. The checksum of a length is only looked at where the length passes the end of the
    file, to tell such a record from damage.

    Args:
        content: The bytes of the file.

    Raises:
        LogdirError: If a length is damaged, so that what follows can't be found.
    """
    position, end = 0, len(content)
    while position + _HEADER.size <= end:
        length, checksum = _HEADER.unpack_from(content, position)
        start = position + _HEADER.size
        position_after = start + length + _FOOTER_SIZE
        if position_after > end:
            if checksum != _masked_crc32c(_LENGTH.pack(length)):
                raise LogdirError(
                    f"The records of an event file must follow each other without a gap. "
                    f"Received: a damaged record at byte {position} of {end}. Restore the file "
                    f"from a copy, or delete it to do without it."
                )
            return
        yield content[start : start + length], position_after
        position = position_after


def half_record(name: str, content: bytes, end: int) -> str:
    """Return the sentence that a file's last record was not whole; empty if it was.

    Args:
        name: Name of the file.
        content: Its bytes.
        end: Where the last whole record ends.
    """
    left = len(content) - end
    return f"the last {left} bytes of {name} are half a record and were skipped" if left else ""


def frame(data: bytes) -> bytes:
    """Return the record that holds `data`, for `walk_frames` to find."""
    length = _LENGTH.pack(len(data))
    header = length + _CHECKSUM.pack(_masked_crc32c(length))
    return header + data + _CHECKSUM.pack(_masked_crc32c(data))


def _masked_crc32c(data: bytes) -> int:
    """Return the checksum that a record carries."""
    from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

    return int(masked_crc32c(data))
