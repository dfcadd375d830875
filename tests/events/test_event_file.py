import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scaling_keras.events import event_file
from scaling_keras.events.event_file import DirectoryLock, EventFile
from scaling_keras.events.records import read_run_dir
from scaling_keras.events.schema import RunFacts
from scaling_keras.events.writer import RunWriter


def test_a_full_disk_is_an_error_and_leaves_whole_records_only(tmp_path, monkeypatch):
    writer = RunWriter(tmp_path)
    writer.write_facts(RunFacts())
    writer.write_point(1, {"loss": 1.0})

    def write_half(descriptor, data):
        if len(data) < 20:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real_write(descriptor, data[:-10])

    real_write = os.write
    monkeypatch.setattr(event_file.os, "write", write_half)
    with pytest.raises(OSError, match="No space left"):
        writer.write_point(2, {"loss": 2.0})
    monkeypatch.undo()
    writer.write_point(3, {"loss": 3.0})
    record = read_run_dir(tmp_path)
    assert record.curves["loss"][:, 0].tolist() == [1, 3]
    assert (record.problems, record.skipped) == ((), ())


def test_a_closed_file_takes_nothing_more(tmp_path):
    file = EventFile(tmp_path)
    file.close()
    file.close()
    with pytest.raises(OSError, match="the event file is closed"):
        file.write(b"")


def test_a_newer_file_sorts_behind_the_older_even_if_the_clock_was_set_back(tmp_path, monkeypatch):
    names = []
    for now in (2e9, 1e9, 1e9):
        monkeypatch.setattr(event_file.time, "time", lambda now=now: now)
        file = EventFile(tmp_path)
        names.append(file.path.name)
        file.close()
    assert names == sorted(names)


def test_a_directory_is_held_until_its_holder_is_gone(tmp_path):
    pytest.importorskip("fcntl")
    code = (
        "import sys; from pathlib import Path; "
        "from scaling_keras.events.event_file import DirectoryLock; "
        "lock = DirectoryLock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout.readline().strip() == b"held"
    assert DirectoryLock(tmp_path).is_held_by_another
    holder.kill()
    holder.communicate()
    lock = DirectoryLock(tmp_path)
    assert not lock.is_held_by_another
    lock.release()
    lock.release()


def test_where_there_are_no_locks_everyone_gets_the_directory(tmp_path, monkeypatch):
    missing = DirectoryLock(tmp_path / "missing")
    assert not missing.is_held_by_another
    monkeypatch.setitem(sys.modules, "fcntl", None)
    assert not DirectoryLock(Path(tmp_path)).is_held_by_another
