"""One search at a time in a project, seen from real processes."""

import errno
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from scaling_keras.errors import SweepError
from scaling_keras.tuner import driver_lock as driver_lock_module
from scaling_keras.tuner.driver_lock import LOCK_FILE, driver_lock

HOLD = """
import sys, time
from pathlib import Path
from scaling_keras.tuner.driver_lock import driver_lock
with driver_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """A process that holds the lock of `tmp_path`."""
    program = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert program.stdout.readline() == "held\n"
    yield program
    program.kill()
    program.wait()
    program.stdout.close()


def test_the_second_search_of_a_project_refuses(tmp_path, holder):
    with pytest.raises(SweepError, match=rf"process {holder.pid} on .* is searching"):
        driver_lock(tmp_path).__enter__()


def test_the_lock_of_a_killed_search_is_taken_over_at_once(tmp_path, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / LOCK_FILE).exists()
    with driver_lock(tmp_path):
        assert json.loads((tmp_path / LOCK_FILE).read_text())["pid"] == os.getpid()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [errno.EROFS, errno.ENOSPC])
def test_a_disk_that_cannot_be_written_is_named_and_what_is_there_can_be_read(
    tmp_path, monkeypatch, number
):
    def fail(file, text):
        raise OSError(number, os.strerror(number), str(file))

    monkeypatch.setattr(driver_lock_module, "_create", fail)
    with pytest.raises(SweepError) as raised:
        driver_lock(tmp_path).__enter__()
    assert str(raised.value).startswith(
        f"A search needs a directory that can be written. Received: {str(tmp_path)!r} "
        f"({os.strerror(number)})."
    )
    assert "`results` and `fit_law`" in str(raised.value)


def write_lock(tmp_path, **holder):
    here = {"host": os.uname().nodename, "id_space": driver_lock_module._id_space()}
    content = {"token": "t", "pid": os.getpid(), "process_began": "1", **here, **holder}
    text = json.dumps(content)
    (tmp_path / LOCK_FILE).write_text(text)


def test_the_number_of_a_killed_search_may_be_anothers_by_now(tmp_path):
    write_lock(tmp_path)
    with driver_lock(tmp_path):
        pass


def test_the_lock_of_another_machine_is_watched_before_it_is_taken_over(tmp_path):
    write_lock(tmp_path, host="elsewhere")
    began = time.monotonic()
    with driver_lock(tmp_path, stale_after_seconds=0.2):
        assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize(
    "holder",
    [
        {"host": "elsewhere"},
        # A container on the network of this host has its name, and its own process numbers.
        {"id_space": "another start pid:[1]", "pid": 2**22 + 1},
    ],
)
def test_the_lock_of_a_living_search_that_cannot_be_seen_is_left_alone(
    holder, tmp_path, monkeypatch
):
    write_lock(tmp_path, **holder)
    monkeypatch.setattr(time, "sleep", lambda seconds: os.utime(tmp_path / LOCK_FILE))
    with pytest.raises(SweepError, match="is searching"):
        driver_lock(tmp_path).__enter__()


def test_of_two_searches_only_one_takes_a_stale_lock_over(tmp_path):
    write_lock(tmp_path)
    turn = tmp_path / f"{LOCK_FILE}.t.taken"
    turn.touch()
    with pytest.raises(SweepError, match=r"taken over by one process.*t\.taken.*delete that file"):
        driver_lock(tmp_path).__enter__()


@pytest.mark.parametrize(
    "content",
    [
        b'{"token": ',
        b"",
        b"[]",
        b"\xff\xfe\x00{",
        b'{"pid": 1}',
        b'{"token": "../t", "pid": 1}',
        b'{"token": "t"}',
        b'{"token": "t", "pid": "1"}',
        b'{"token": "t", "pid": null}',
        b'{"token": "t", "pid": 0}',
        b'{"token": "t", "pid": 99999999999999999999}',
        b"[" * 100_000,
    ],
    ids=lambda content: content[:40].decode(errors="replace"),
)
def test_a_damaged_lock_is_named(tmp_path, content):
    (tmp_path / LOCK_FILE).write_bytes(content)
    with pytest.raises(SweepError, match=r"search\.lock.*is damaged. Delete it if"):
        driver_lock(tmp_path).__enter__()


def test_a_directory_in_the_place_of_the_lock_is_named(tmp_path):
    (tmp_path / LOCK_FILE).mkdir()
    with pytest.raises(SweepError, match=r"search\.lock.*can't be read \(Is a directory\)"):
        driver_lock(tmp_path).__enter__()


def test_an_error_in_a_search_gives_the_lock_back(tmp_path):
    with pytest.raises(KeyError), driver_lock(tmp_path):
        raise KeyError
    assert list(tmp_path.iterdir()) == []
