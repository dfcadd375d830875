from pathlib import Path

import pytest

from scaling_keras.errors import LogdirError, RunsError
from scaling_keras.events.correcting import correct_run, exclude_run
from scaling_keras.events.reader import read_runs

REMOTE = ("memory://runs/x", "gs://bucket/x", Path("s3://bucket/x"))


@pytest.mark.parametrize("address", REMOTE, ids=str)
def test_what_can_not_be_written_elsewhere_is_said(address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LogdirError, match=r"`run_dir` must be a local directory.*copy it there"):
        exclude_run(address, reason="trained on the test set")
    with pytest.raises(LogdirError, match="`run_dir` must be a local directory"):
        correct_run(address, reason="trained on the test set")
    assert not list(tmp_path.iterdir())


def test_an_excluded_run_is_listed_with_its_reason_until_it_is_taken_back(tmp_path, write_run):
    for name in ("a", "b"):
        write_run(tmp_path / name)
    exclude_run(tmp_path / "a", reason="trained on the test set")
    table = read_runs(tmp_path)
    assert [run.name for run in table] == ["b"]
    assert table.excluded[0].reason == "excluded by hand: trained on the test set"
    correct_run(tmp_path / "a", reason="it was another run")
    assert len(read_runs(tmp_path)) == 2


def test_corrected_facts_and_status_take_the_place_of_those_logged(tmp_path, write_run):
    write_run(tmp_path / "a", status="stopped", reason="interrupted")
    facts = {"size": "wide", "dataset_size": 50, "train_flops_per_example": 1.0}
    correct_run(tmp_path / "a", reason="schedule was over", facts=facts, status="completed")
    (run,) = read_runs(tmp_path)
    assert (run.size, run.dataset_size, run.status) == ("wide", 50.0, "completed")
    assert run.reason == "set by hand: schedule was over"
    assert (run.train_flops_per_example, run.train_flops) == (1.0, 300.0)
    assert run.n_params == 10_000


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"facts": {"loss": 1.0}}, r"Received: 'loss'\. What was measured can't be corrected"),
        ({"status": "done"}, "`status` must be one of completed, .*Received: 'done'"),
        ({"reason": " "}, "`reason` must say why the run is changed"),
    ],
)
def test_a_correction_that_can_not_be_is_an_error(options, message, tmp_path, write_run):
    write_run(tmp_path)
    with pytest.raises(RunsError, match=message):
        correct_run(tmp_path, **{"reason": "because", **options})


def test_a_directory_without_a_run_can_not_be_corrected(tmp_path):
    with pytest.raises(LogdirError, match="must be the directory of a run of ScalingLogger"):
        exclude_run(tmp_path, reason="because")
