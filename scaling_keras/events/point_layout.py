"""Read points without a protobuf parser, where their events are laid out as `RunWriter` does it.

Nearly every event of a log directory is one more point of the same metrics. Their bytes differ in
the wall time, the step and the values only, whose places are known once the metrics are: taking
them from there is several times faster than parsing messages. Whatever is laid out otherwise isn't
recognised, and goes the ordinary way.
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Sequence

# Protocol buffer wire format; fields of tensorboard/compat/proto/{event,summary,tensor}.proto. An
# event is wall_time (1, double), step (2, varint), summary (5); a summary is its values (1); a
# value is tag (1), tensor (8); a tensor is dtype (1), tensor_shape (2), float_val (5, packed).
_WALL_TIME = struct.Struct("<xd")
_WALL_TIME_KEY = 0x09
_STEP_KEY = 0x10
_STEP_PLACE = 10
_LOW_BITS = 0x7F
_TENSOR = bytes([0x42, 10, 0x08, 1, 0x12, 0, 0x2A, 4])
"""Keys and lengths of a tensor with one float, up to the float."""

_FLOAT_SIZE = 4


class PointLayout:
    """The bytes of a point of certain metrics, in their order, behind wall time and step.

    Args:
        tags: The tags of the curves.
    """

    def __init__(self, tags: Sequence[str]) -> None:
        heads = []
        for tag in tags:
            name = tag.encode()
            value = b"\x0a" + _varint(len(name)) + name + _TENSOR
            heads.append(b"\x0a" + _varint(len(value) + _FLOAT_SIZE) + value)
        size = sum(len(head) + _FLOAT_SIZE for head in heads)
        heads[0] = b"\x2a" + _varint(size) + heads[0]
        self._heads = tuple(heads)
        self._struct = struct.Struct("<" + "".join(f"{len(head)}sf" for head in heads))

    def read(self, event: bytes) -> tuple[float, int, tuple[float, ...]] | None:
        """Return the wall time, the step and a value for each tag of a serialised event.

        Returns:
            None if the event isn't laid out like this.
        """
        begin = len(event) - self._struct.size
        if begin < _STEP_PLACE + 1 or event[0] != _WALL_TIME_KEY or event[9] != _STEP_KEY:
            return None
        fields = self._struct.unpack_from(event, begin)
        if fields[::2] != self._heads or event[begin - 1] > _LOW_BITS:
            return None
        step, shift = 0, 0
        for byte in event[_STEP_PLACE:begin]:
            step |= (byte & _LOW_BITS) << shift
            shift += 7
        return _WALL_TIME.unpack_from(event)[0], step, fields[1::2]


@functools.lru_cache(maxsize=64)
def point_layout(*tags: str) -> PointLayout:
    """Return the layout of points of these tags; most runs of a logdir share theirs."""
    return PointLayout(tags)


def _varint(number: int) -> bytes:
    """Return a number as protocol buffers write it."""
    low = bytearray()
    while number > _LOW_BITS:
        low.append(number & _LOW_BITS | 0x80)
        number >>= 7
    return bytes([*low, number])
