"""Projects are on disks of this machine, and stay where they are."""

from pathlib import Path

import pytest

from scaling_keras.errors import SweepError
from scaling_keras.tuner.places import local_directory, shown


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
