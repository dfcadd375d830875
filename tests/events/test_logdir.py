import shutil
import sys

import pytest

from scaling_keras.errors import LogdirError, RunsError
from scaling_keras.events.importing import import_hparams
from scaling_keras.events.reader import read_runs
from tests.events.hparams_logdir import write_session
from tests.requirements import require_module


@pytest.fixture
def memory():
    """A file system in memory, empty before and after."""
    system = require_module("fsspec").filesystem("memory")
    yield system
    system.rm("/", recursive=True)


def test_runs_elsewhere_are_read_by_fsspec(memory, tmp_path, write_run):
    write_run(tmp_path / "sweep" / "a")
    write_run(tmp_path / "b")
    memory.put(str(tmp_path), "/bucket/runs", recursive=True)
    there, here = read_runs("memory://bucket/runs"), read_runs(tmp_path)
    assert [run.name for run in there] == [run.name for run in here] == ["b", "sweep/a"]
    assert there["loss"].tolist() == here["loss"].tolist()


@pytest.mark.parametrize("logdir", [5, None, ""])
def test_what_is_no_path_is_an_error(logdir):
    with pytest.raises(LogdirError, match=r"`logdir` must be the path of a directory\. Received:"):
        read_runs(logdir)


def test_an_address_that_is_not_there_is_an_error(memory):
    with pytest.raises(LogdirError, match=r"'memory://nowhere', which does not exist\."):
        read_runs("memory://nowhere")
    with pytest.raises(LogdirError, match="must be an address that can be listed"):
        read_runs("nosuchprotocol://bucket")


def test_without_fsspec_an_address_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(LogdirError, match=r"Install it with `pip install fsspec`"):
        read_runs("gs://bucket/runs")


def test_what_tensorboard_wrote_for_a_run_of_ours_belongs_to_it(tmp_path, write_run):
    write_run(tmp_path / "X")
    write_run(tmp_path / "Y" / "scaling")
    write_session(tmp_path / "Z", {"width": 3}, curves={"validation/epoch_loss": [1.0]})
    other = next((tmp_path / "Z" / "validation").iterdir())
    for place in ("X/train", "X/validation", "Y/train", "Y/validation", "lost/train"):
        (tmp_path / place).mkdir(parents=True)
        shutil.copy(other, tmp_path / place)
    table = read_runs(tmp_path)
    assert [run.name for run in table] == ["X", "Y/scaling"]
    assert [item.name for item in table.excluded] == ["Z", "lost"]
    assert table.excluded[0].reason == "it has no n_params; it has no n_examples"
    assert "its event files are not ScalingLogger's" in table.excluded[1].reason


def test_sessions_elsewhere_are_imported_too(memory, tmp_path):
    hparams = {"n_params": 10.0, "n_examples": 20.0}
    write_session(tmp_path / "a", hparams, curves={"validation/epoch_loss": [3.0, 2.0]})
    memory.put(str(tmp_path), "/logs", recursive=True)
    (run,) = import_hparams("memory://logs")
    assert (run.n_params, run.n_examples, run.loss) == (10.0, 20.0, 2.0)


def test_a_csv_file_elsewhere_is_read_as_one_here(memory, tmp_path):
    content = b"name,n_params,n_examples,loss\na,1e6,1e7,3.2\n"
    (tmp_path / "x.csv").write_bytes(content)
    memory.pipe("/bucket/x.csv", content)
    there, here = read_runs("memory://bucket/x.csv"), read_runs(tmp_path / "x.csv")
    assert [run.name for run in there] == [run.name for run in here] == ["a"]
    assert there["loss"].tolist() == here["loss"].tolist() == [3.2]


def test_a_csv_file_that_is_not_elsewhere_is_an_error(memory):
    with pytest.raises(RunsError, match=r"must be a readable CSV file .*'memory://bucket/no\.csv'"):
        read_runs("memory://bucket/no.csv")
    with pytest.raises(LogdirError, match=r"must be an address .*'nosuchprotocol://bucket/x\.csv'"):
        read_runs("nosuchprotocol://bucket/x.csv")
