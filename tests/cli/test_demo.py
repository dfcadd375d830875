import json
import shutil
import subprocess
import sys

import pytest

from scaling_keras.cli import main
from scaling_keras.events.reader import read_runs

pytestmark = [pytest.mark.keras, pytest.mark.slow]


def demo(directory, *arguments):
    return main(["demo", "--scale", "seconds", "--directory", str(directory), *arguments])


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The logdir of a demo that has been run to its end."""
    directory = tmp_path_factory.mktemp("demo") / "runs"
    assert demo(directory) == 0
    return directory


@pytest.fixture
def copied(trained, tmp_path):
    """A logdir like it, to go on with."""
    return shutil.copytree(trained, tmp_path / "runs")


def test_it_trains_a_ladder_and_a_model_of_eight_times_the_compute(trained):
    runs = list(read_runs(trained))
    ladder = [run for run in runs if not run.facts["prediction"]]
    (tested,) = (run for run in runs if run.facts["prediction"])
    assert {run.status for run in runs} == {"completed"}
    assert len(ladder) == 9
    assert tested.train_flops >= 8 * max(run.train_flops for run in ladder)
    assert {run.family for run in runs} == {"transformer_lm"}
    assert {run.example_unit for run in runs} == {"token"}


def test_each_schedule_ends_with_the_data_of_its_own_run(trained):
    for run in read_runs(trained):
        schedule = run.facts["learning_rate_schedule"]
        batch = run.facts["batch_size"] * run.facts["examples_per_item"]
        assert schedule["class_name"] == "WarmupLinearDecay"
        assert schedule["n_steps"] * batch == run.n_examples == run.facts["planned_examples"]


def test_the_same_command_again_trains_nothing_and_tells_the_same(copied, capsys, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("nothing is left to be trained")

    monkeypatch.setattr("keras.Model.fit", refuse)
    assert demo(copied) == 0
    text = capsys.readouterr().out
    assert "9 of 9 trainings were done before." in text
    for heading in ("The law\n", "Compute-optimal for", "Predicted before", "Reached\n"):
        assert heading in text
    assert "guessing the best loss so far" in text
    assert text.rstrip().endswith(f"tensorboard --logdir {copied}")


def test_json_is_all_there_is_on_standard_output(copied, capsys):
    assert demo(copied, "--json") == 0
    values = json.loads(capsys.readouterr().out)
    verdict = values["verdict"]
    assert verdict["low"] < verdict["predicted"] < verdict["high"]
    assert verdict["is_inside"] == (verdict["low"] <= verdict["reached"] <= verdict["high"])
    assert values["optimal"]["n_params"]["value"] > 0
    assert values["formula"].startswith("L(N, D) = ")


def test_what_is_missing_is_trained(copied, capsys):
    removed = sorted((copied / "demo").glob("width12-depth2_4096_*"))
    assert removed
    for directory in removed:
        shutil.rmtree(directory)
    assert demo(copied) == 0
    assert "8 of 9 trainings were done before." in capsys.readouterr().out
    assert {run.facts["attempt"] for run in read_runs(copied)} == {1}


def test_ctrl_c_says_where_things_are_and_how_to_go_on(tmp_path, capsys, monkeypatch):
    def interrupt(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("keras.Model.fit", interrupt)
    assert demo(tmp_path / "runs") == 130
    text = capsys.readouterr().out
    assert f"kept in {tmp_path / 'runs' / 'demo'}" in text
    assert f"tensorboard --logdir {tmp_path / 'runs'}" in text
    assert "The same command again goes on from here" in text


def test_another_text_does_not_go_on_with_the_runs_of_this_one(copied, tmp_path, capsys):
    book = tmp_path / "book.txt"
    book.write_text("\n".join(f"The square of {i} is {i * i}." for i in range(40_000)))
    assert demo(copied, "--data", str(book)) == 2
    assert "or --fresh on the command line" in capsys.readouterr().err


def test_fresh_starts_anew_with_a_text_of_your_own_and_on_two_replicas(copied, tmp_path):
    book = tmp_path / "book.txt"
    book.write_text("\n".join(f"The square of {i} is {i * i}." for i in range(40_000)))
    (copied / "demo" / "notes.txt").write_text("mine")
    program = "import sys; from scaling_keras.cli import main; sys.exit(main())"
    arguments = ["demo", "--scale", "seconds", "--directory", str(copied), "--fresh"]
    result = subprocess.run(
        [sys.executable, "-c", program, *arguments, "--data", str(book), "--replicas", "2"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stderr == ""
    assert f"Text: {book}" in result.stdout
    assert "MirroredStrategy over 2 CPU devices" in result.stdout
    runs = list(read_runs(copied))
    assert {run.status for run in runs} == {"completed"}
    assert {run.facts["n_replicas"] for run in runs} == {2}
    assert len({run.facts["hyperparameters"]["text"] for run in runs}) == 1
    assert (copied / "demo" / "notes.txt").exists()


def test_fresh_does_not_touch_a_directory_that_no_demo_made(tmp_path, capsys):
    (tmp_path / "runs" / "demo").mkdir(parents=True)
    thesis = tmp_path / "runs" / "demo" / "thesis.tex"
    thesis.write_text("years of work")
    assert demo(tmp_path / "runs", "--fresh") == 2
    assert "Delete it yourself" in capsys.readouterr().err
    assert thesis.exists()


def test_a_text_that_is_too_short_is_told_how_long_it_should_be(tmp_path, capsys):
    note = tmp_path / "note.txt"
    note.write_text("a few words " * 400)
    assert demo(tmp_path / "runs", "--data", str(note)) == 2
    error = capsys.readouterr().err
    assert error.startswith("scaling-keras: The demo needs ")
    assert error.count("\n") == 1


def test_a_text_that_is_not_there_is_told_in_one_line(tmp_path, capsys):
    assert demo(tmp_path / "runs", "--data", str(tmp_path / "nothing")) == 2
    assert "which does not exist" in capsys.readouterr().err


def test_a_cpu_in_use_cannot_be_split(tmp_path, capsys):
    assert demo(tmp_path / "runs", "--replicas", "2") == 2
    assert "must be split before TensorFlow uses it" in capsys.readouterr().err
