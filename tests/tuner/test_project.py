import errno
import json
import os

import pytest

from scaling_keras.errors import SweepError
from scaling_keras.events.records import read_run_dir
from scaling_keras.tuner.designs.hyperparameters import HyperparameterSweep
from scaling_keras.tuner.project import (
    SWEEP_FILE,
    WEIGHTS_FILE,
    Project,
    check_same_training,
    checked_constants,
    has_ended,
)
from scaling_keras.tuner.sizes import TargetSize


@pytest.fixture
def project(tmp_path):
    project = Project(tmp_path / "sweep")
    project.mark({"family": "mlp"})
    return project


def test_a_project_that_is_not_there_has_no_runs(tmp_path):
    assert Project(tmp_path / "nothing").records() == {}


def test_a_marked_project_without_runs_has_none(project):
    assert project.records() == {}


def test_records_are_known_by_the_name_of_the_run(project, write_run):
    write_run(project.run_dir("small"))
    write_run(project.run_dir("large"))
    assert set(project.records()) == {"small", "large"}


def test_the_mark_replaces_the_file_in_one_step(project, monkeypatch):
    def fail(self, target):
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.replace", fail)
    with pytest.raises(KeyboardInterrupt):
        project.mark({"family": "cnn"})
    assert json.loads((project.path / SWEEP_FILE).read_text())["family"] == "mlp"


def test_a_mark_that_cannot_be_written_is_said(project, monkeypatch):
    def fail(self, *arguments, **options):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))

    monkeypatch.setattr("pathlib.Path.open", fail)
    with pytest.raises(SweepError, match=r"can be written\. Received: .*No space left on device"):
        project.mark({"family": "cnn"})


def test_clearing_deletes_runs_and_leaves_what_no_sweep_wrote(project, write_run):
    write_run(project.run_dir("small"))
    (project.run_dir("small") / WEIGHTS_FILE).write_bytes(b"weights")
    write_run(project.run_dir("large"))
    (project.run_dir("large") / "notes.txt").write_text("mine")
    (project.path / "thoughts.txt").write_text("mine, too")
    project.clear()
    left = {file.relative_to(project.path).as_posix() for file in project.path.rglob("*")}
    assert left == {"large", "large/notes.txt", "thoughts.txt"}


def test_clearing_does_not_follow_links_out_of_the_project(project, write_run, tmp_path):
    write_run(tmp_path / "elsewhere" / "run")
    project.run_dir("link").symlink_to(tmp_path / "elsewhere" / "run")
    project.clear()
    assert list((tmp_path / "elsewhere" / "run").iterdir())


def test_clearing_what_is_not_there_does_nothing(tmp_path):
    Project(tmp_path / "nothing").clear()


def test_clearing_refuses_a_directory_that_no_sweep_made(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(SweepError, match=r"holds files but no sweep\.json\. Delete it yourself"):
        Project(tmp_path).clear()
    assert (tmp_path / "thesis.tex").exists()


def test_an_empty_directory_may_be_cleared(tmp_path):
    Project(tmp_path).clear()


@pytest.mark.parametrize("content", ["", '{"version": 1', "[]", "{}", "\0\0"])
def test_a_damaged_mark_is_named_with_what_to_do(tmp_path, content):
    (tmp_path / SWEEP_FILE).write_text(content)
    with pytest.raises(SweepError, match=r"sweep\.json', which is damaged\. Delete that file"):
        Project(tmp_path)


def test_a_newer_mark_is_refused(tmp_path):
    (tmp_path / SWEEP_FILE).write_text('{"version": 99}')
    with pytest.raises(SweepError, match=r"up to version 1\..*version=99"):
        Project(tmp_path)


def test_the_project_of_another_tuner_is_refused(tmp_path):
    (tmp_path / "oracle.json").write_text("{}")
    with pytest.raises(SweepError, match=r"another KerasTuner tuner \(oracle\.json\)"):
        Project(tmp_path)


def test_a_directory_that_can_not_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SweepError, match=r"needs a directory that can be made.*Not a directory"):
        Project(tmp_path / "file" / "sweep")


def test_a_file_in_the_place_of_the_project_is_refused(tmp_path):
    (tmp_path / "sweep").write_text("")
    with pytest.raises(SweepError, match="which is a file"):
        Project(tmp_path / "sweep")


@pytest.mark.parametrize(
    ("status", "ended"),
    [("completed", True), ("diverged", True), ("failed", False), ("stopped", False), (None, False)],
)
def test_a_run_has_ended_if_the_same_again_would_end_the_same(tmp_path, write_run, status, ended):
    write_run(tmp_path, status=status)
    assert has_ended(read_run_dir(tmp_path)) is ended


def test_the_last_attempt_counts(tmp_path, write_run):
    write_run(tmp_path, status="completed")
    write_run(tmp_path, status=None)
    assert not has_ended(read_run_dir(tmp_path))


def test_a_run_of_other_hyperparameters_is_refused(tmp_path, write_run):
    write_run(tmp_path, hyperparameters={"width": 16, "n_steps": 20})
    record = read_run_dir(tmp_path, name="small")
    check_same_training(record, {"width": 16, "n_steps": 20}, tmp_path)
    with pytest.raises(SweepError, match=r"n_steps=40 for run 'small'.*trained with n_steps=20"):
        check_same_training(record, {"width": 16, "n_steps": 40}, tmp_path)
    with pytest.raises(SweepError, match=r"text='a1'.*text=None.*or --fresh"):
        check_same_training(record, {"width": 16, "text": "a1"}, tmp_path)


def test_a_run_without_facts_is_not_compared(tmp_path):
    check_same_training(read_run_dir(tmp_path), {"width": 16}, tmp_path)


def test_constants_that_the_sweep_sets_too_are_refused(make_tuner, tmp_path):
    with pytest.raises(SweepError, match=r"neither a sweep nor the tuner sets. Received: width=4"):
        make_tuner(constants={"version": 1, "width": 4})
    assert list(tmp_path.iterdir()) == []


def test_constants_may_be_whatever_trials_do_not_set():
    target = TargetSize(n_params=100, vary="width", fixed={"depth": 2})
    sweep = HyperparameterSweep(sizes=[target], n_examples=[8], values={"rate": [0.1, 0.2]})
    checked_constants({"version": 1}, sweep)
    for name in ("width", "depth", "rate", "seed"):
        with pytest.raises(SweepError, match=f"Received: {name}=1"):
            checked_constants({name: 1}, sweep)
