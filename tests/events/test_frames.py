import io
import struct

import pytest
from tensorboard.summary.writer.record_writer import RecordWriter

from scaling_keras.errors import LogdirError
from scaling_keras.events.frames import frame, walk_frames


def _file(*records: bytes) -> bytes:
    buffer = io.BytesIO()
    writer = RecordWriter(buffer)
    for record in records:
        writer.write(record)
    return buffer.getvalue()


def test_the_records_come_back_in_order():
    assert [data for data, _ in walk_frames(_file(b"one", b"", b"three"))] == [
        b"one",
        b"",
        b"three",
    ]


@pytest.mark.parametrize("data", [b"", b"one", bytes(range(256)) * 20])
def test_a_frame_is_the_one_that_tensorboard_writes(data):
    assert frame(data) == _file(data)


@pytest.mark.parametrize("missing", range(1, 20))
def test_a_last_record_that_is_not_whole_is_skipped(missing):
    content = _file(b"one", b"four")
    assert [data for data, _ in walk_frames(content[:-missing])] == [b"one"]


def test_a_damaged_length_is_an_error_not_a_short_file():
    content = bytearray(_file(b"one", b"two", b"three"))
    second = len(_file(b"one"))
    struct.pack_into("<Q", content, second, 10**12)
    frames = walk_frames(bytes(content))
    assert next(frames) == (b"one", second)
    with pytest.raises(LogdirError, match=f"damaged record at byte {second} of {len(content)}"):
        next(frames)
