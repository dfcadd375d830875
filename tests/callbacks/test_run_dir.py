import pytest

from scaling_keras.callbacks.run_dir import RunDir
from scaling_keras.errors import ScalingWarning
from scaling_keras.events.event_file import DirectoryLock


def test_a_directory_that_is_ours_by_agreement_is_written_whoever_holds_it(tmp_path):
    wanted = tmp_path / "run"
    wanted.mkdir()
    hung = DirectoryLock(wanted)
    assert RunDir(wanted, is_ours=lambda: True).path == wanted
    with pytest.warns(ScalingWarning, match="takes one training at a time"):
        assert RunDir(wanted).path == tmp_path / "run-2"
    hung.release()


def test_a_directory_that_another_process_took_over_is_not_written(tmp_path):
    with pytest.raises(OSError, match=r"another process has taken .* over"):
        RunDir(tmp_path / "run", is_ours=lambda: False)
    assert not (tmp_path / "run").exists()
