"""Projects are on disks of this machine, and stay where they are."""

import errno
import os
from pathlib import Path

import pytest

from scaling_keras.errors import SweepError
from scaling_keras.tuner.places import local_directory, needs_room, shown


@pytest.mark.parametrize("directory", ["gs://bucket/runs", "memory://runs", Path("s3://b")])
def test_a_remote_directory_is_refused(directory):
    with pytest.raises(SweepError, match=r"on a disk of this machine.*Mount it.*copy the event"):
        local_directory(directory)


@pytest.mark.parametrize("directory", ["runs", "./runs", "a:b/runs", "C:/runs", Path("runs")])
def test_a_directory_stays_where_it_is_when_the_program_goes_elsewhere(
    tmp_path, monkeypatch, directory
):
    monkeypatch.chdir(tmp_path)
    path = local_directory(directory)
    assert path == tmp_path / directory
    assert shown(path) == str(Path(directory))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert shown(path) == str(tmp_path / directory)


def put_file(path):
    path.write_text("notes")


def put_dangling_link(path):
    path.symlink_to(path.with_name("gone"))


@pytest.mark.parametrize("put", [put_file, put_dangling_link])
@pytest.mark.parametrize("below", ["", "run"])
def test_what_is_in_the_place_of_a_directory_is_no_lack_of_room(tmp_path, put, below):
    directory = tmp_path / "taken" / below
    put(tmp_path / "taken")
    with pytest.raises(SweepError) as raised, needs_room("A run", directory, "Make room."):
        directory.mkdir(parents=True, exist_ok=True)
    said = str(raised.value)
    assert said.startswith(f"A run needs a directory of its name. Received: {str(directory)!r} (")
    assert said.endswith("a file or a link that leads nowhere. Move that away, and search again.")


def test_a_disk_that_cannot_be_written_has_the_remedy_that_is_given(tmp_path):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with (
        pytest.raises(SweepError, match=r"can be written\. Received: .* Make room\.$"),
        needs_room("A run", tmp_path, "Make room."),
    ):
        raise full
