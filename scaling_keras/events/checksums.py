"""The checksums of an event file's records, of many at once.

TensorBoard's own CRC-32C goes byte by byte in Python, and takes some fifty times as long.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint32]
Places = npt.NDArray[np.intp]

_POLYNOMIAL = 0x82F63B78
"""Of CRC-32C, its bits in reverse."""

_ONES = 0xFFFFFFFF
_MASK_DELTA = 0xA282EAD8
_BLOCK = 4096
"""Bytes that the tables reach over."""

_AT_ONCE = 256
"""Pieces that are looked up together: more would take more memory, and no less time."""


def masked_crc32c(content: bytes, pieces: Sequence[tuple[int, int]]) -> Words:
    """Return the checksum of pieces of `content`, masked as event files have it.

    Args:
        content: The bytes.
        pieces: Where each piece starts, and its length.

    Example:
    >>> hex(masked_crc32c(b"123456789", [(0, 9)])[0])
    '0xc78ab0e5'
    """
    data = np.frombuffer(content, np.uint8)
    starts, lengths = np.array(pieces, np.intp).reshape(-1, 2).T
    at_begin = _tables()[1]
    first = lengths % _BLOCK
    states = at_begin[first]
    for begin in range(0, len(pieces), _AT_ONCE):
        part = begin + np.flatnonzero(first[begin : begin + _AT_ONCE])
        if len(part):
            states[part] ^= _of_pieces(data, starts[part], first[part])
    for index in np.flatnonzero(lengths >= _BLOCK):
        rest = data[starts[index] + first[index] : starts[index] + lengths[index]]
        states[index] = _after_blocks(rest, int(states[index]))
    crc = states ^ np.uint32(_ONES)
    # tsl/lib/hash/crc32c.h.
    return ((crc >> np.uint32(15)) | (crc << np.uint32(17))) + np.uint32(_MASK_DELTA)


# A CRC is linear: that of a piece is the XOR of what each of its bytes alone, with zeros behind it,
# makes of a register of zeros, and of what the zeros alone make of the register at the beginning.


def _of_pieces(data: npt.NDArray[np.uint8], starts: Places, lengths: Places) -> Words:
    """Return what pieces, none empty and each shorter than a block, make of a register of zeros."""
    ends = np.cumsum(lengths)
    places = np.arange(ends[-1])
    n_behind = np.repeat(ends - 1, lengths) - places
    values = data[np.repeat(starts - ends + lengths, lengths) + places]
    found: Words = np.bitwise_xor.reduceat(
        _tables()[0].take(n_behind * 256 + values), ends - lengths
    )
    return found


def _after_blocks(data: npt.NDArray[np.uint8], state: int) -> int:
    """Return the register behind whole blocks, from that before them."""
    rows = np.arange(_BLOCK)[::-1] * 256
    for block in data.reshape(-1, _BLOCK):
        block = block.copy()
        block[:4] ^= np.frombuffer(state.to_bytes(4, "little"), np.uint8)
        state = int(np.bitwise_xor.reduce(_tables()[0].take(rows + block)))
    return state


@functools.lru_cache(maxsize=1)
def _tables() -> tuple[Words, Words]:
    """Return what bytes make of a register of zeros, and what zeros make of one of ones.

    Of the first, `256 n + b` is byte `b` with `n` zeros behind it; of the second, `n` is `n` zeros.
    """
    byte = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        byte = (byte >> np.uint32(1)) ^ (byte & np.uint32(1)) * np.uint32(_POLYNOMIAL)
    alone = np.empty((_BLOCK, 256), np.uint32)
    zeros = np.empty(_BLOCK, np.uint32)
    alone[0], zeros[0] = byte, _ONES
    for n in range(1, _BLOCK):
        alone[n] = (alone[n - 1] >> np.uint32(8)) ^ byte[alone[n - 1] & np.uint32(0xFF)]
        zeros[n] = (zeros[n - 1] >> np.uint32(8)) ^ byte[zeros[n - 1] & np.uint32(0xFF)]
    return alone.ravel(), zeros
