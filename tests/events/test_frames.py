import io
import struct

import pytest
from tensorboard.summary.writer.record_writer import RecordWriter

from scaling_keras.events.frames import frame, read_frames


def _file(*records: bytes) -> bytes:
    buffer = io.BytesIO()
    writer = RecordWriter(buffer)
    for record in records:
        writer.write(record)
    return buffer.getvalue()


LONG = bytes(range(256)) * 40


def test_the_records_come_back_in_order():
    found = read_frames(_file(b"one", b"", LONG, b"three"))
    assert found.records == [b"one", b"", LONG, b"three"]
    assert (found.cut_off, found.damage) == (0, ())


@pytest.mark.parametrize("data", [b"", b"one", bytes(range(256)) * 16, LONG])
def test_a_frame_is_the_one_that_tensorboard_writes(data):
    assert frame(data) == _file(data)


@pytest.mark.parametrize("missing", range(1, 20))
def test_a_last_record_that_is_not_whole_is_cut_off(missing):
    found = read_frames(_file(b"one", b"four")[:-missing])
    assert found.records == [b"one"]
    assert (found.cut_off, found.damage) == (20 - missing, ())


@pytest.mark.parametrize("place", range(len(b"two") + 4))
@pytest.mark.parametrize("bit", [0, 7])
def test_a_record_with_a_flipped_bit_is_passed_over(place, bit):
    content = bytearray(_file(b"one", b"two", LONG))
    second = len(_file(b"one"))
    content[second + 12 + place] ^= 1 << bit
    found = read_frames(bytes(content))
    assert found.records == [b"one", LONG]
    assert found.damage == (f"a damaged record of 3 bytes at byte {second}",)


def test_a_flipped_bit_far_into_a_long_record_is_seen():
    content = bytearray(_file(LONG))
    content[12 + 5000] ^= 1
    assert read_frames(bytes(content)).records == []


@pytest.mark.parametrize("length", [1, 10**12])
def test_what_follows_a_damaged_length_is_passed_over(length):
    content = bytearray(_file(b"one", b"two", b"three"))
    second = len(_file(b"one"))
    struct.pack_into("<Q", content, second, length)
    found = read_frames(bytes(content))
    assert (found.records, found.cut_off) == ([b"one"], 0)
    (damage,) = found.damage
    assert damage == (
        f"all behind byte {second}, where a record is damaged, {len(content) - second} bytes"
    )


@pytest.mark.parametrize("tail", [b"\0" * 300, b"\xa5" * 50])
def test_junk_behind_the_records_leaves_those_as_they_are(tail):
    found = read_frames(_file(b"one", b"two") + tail)
    assert found.records == [b"one", b"two"]
    assert len(found.damage) == 1
