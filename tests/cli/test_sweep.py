"""`scaling-keras sweep`, on the file of the documentation."""

import json
import re
from pathlib import Path

import pytest

from scaling_keras.cli import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "executors.md").read_text(encoding="utf-8")
FILE = re.search(r"```python\n(.*?)```", PAGE, re.S)[1]

pytestmark = pytest.mark.keras


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "my_sweep.py"
    path.write_text(FILE.replace("[320, 3200]", "[320]") + 'directory = "elsewhere"\n')
    return path


def test_a_file_is_trained_and_what_came_of_it_told(script, tmp_path, capsys):
    arguments = ["sweep", str(script), "--directory", str(tmp_path / "runs")]
    assert main([*arguments, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(run["status"], run["n_examples"], run["batch_size"]) for run in told["runs"]] == [
        ("completed", 320, 32)
    ] * 2
    assert told["fit"] is None
    assert "Received: 2" in told["reason"]
    assert (tmp_path / "runs" / "my_sweep" / "sweep.json").exists()
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert "Runs: 2 completed; items in a batch: 32" in out
    assert "It ended because every trial of the sweep has been run." in out


ADAPTIVE = """
sweep = sk.AdaptiveSweep(
    sizes=[{"width": 1}, {"width": 4}, {"width": 16}],
    n_examples=[320, 960, 2880],
    target=TARGET,
    until={"width": 0.01},
    n_resamples=100,
)
"""


@pytest.mark.parametrize("target", [{"n_params": 500, "n_examples": 9000}, {"train_flops": 1e8}])
def test_an_adaptive_sweep_is_told_by_the_law_and_the_interval_that_steered_it(
    script, tmp_path, target, capsys
):
    script.write_text(script.read_text() + ADAPTIVE.replace("TARGET", repr(target)))
    arguments = ["sweep", str(script), "--directory", str(tmp_path / "runs")]
    assert main([*arguments, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["stop_reason"].startswith("every run of `sizes`, `n_examples` and `seeds`")
    assert told["fit"]["form"] == "chinchilla"
    known = told["at_target"]
    assert known["level"] == 0.9
    assert main(arguments) == 0
    out = capsys.readouterr().out
    if "mean" in known:
        (mean,), (low,), (high,) = known["mean"], known["low"], known["high"]
        assert f"{high / low - 1:.2%} wide" in told["stop_reason"]
        assert f"At the target: loss {mean:.4f}  (90% interval {low:.4f} to {high:.4f})" in out
    else:
        assert f"At the target: {known['n_params']['value']:,.0f}  (90% interval" in out


def test_a_law_of_one_variable_is_refused_before_a_grid_is_trained(script, tmp_path, capsys):
    arguments = ["sweep", str(script), "--directory", str(tmp_path / "runs")]
    assert main([*arguments, "--form", "power_law"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("scaling-keras: `--form` must be a law of size and data where a")
    assert said.err.count("\n") == 1
    assert list((tmp_path / "runs" / "my_sweep").iterdir()) == []


def test_modules_that_the_file_imports_are_no_arguments(script, tmp_path, capsys):
    script.write_text("from keras import callbacks\n" + script.read_text())
    assert main(["sweep", str(script), "--directory", str(tmp_path / "runs")]) == 0
    assert "Runs: 2 completed" in capsys.readouterr().out


def test_what_was_left_out_and_found_is_told(script, tmp_path, capsys):
    script.write_text(script.read_text() + "max_n_params = 60\n")
    arguments = ["sweep", str(script), "--directory", str(tmp_path / "runs")]
    assert main([*arguments, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (left,) = told["excluded"]
    assert "max_n_params" in left["reason"] or "60" in left["reason"]
    assert told["stop_reason"] == "every trial of the sweep has been run"
    assert told["findings"] == []
    assert main(arguments) == 0
    assert f"left out {left['name']}: {left['reason']}" in capsys.readouterr().out


POSTPONED = """from __future__ import annotations

import dataclasses
import typing


@dataclasses.dataclass
class Shape:
    width: int
    weights: np.ndarray | None = None

"""
USES_IT = """
plain_model = build_model


def build_model(hp):
    @dataclasses.dataclass
    class Depth:
        depth: int = 1

    return plain_model({**hp.values, "width": Shape(hp["width"] * Depth().depth).width})
"""
ASKS_FOR_TYPES = """
    assert typing.get_type_hints(Shape)["width"] is int
"""


@pytest.mark.parametrize("executor", ["local", "processes"])
def test_annotations_may_be_postponed(script, tmp_path, executor, capsys):
    use = USES_IT
    if executor == "local":
        # Of a file that is sent, what its functions name is there, and not what annotations do.
        use = use.replace("    @dataclasses", ASKS_FOR_TYPES + "\n    @dataclasses")
    script.write_text(POSTPONED + script.read_text() + use)
    arguments = ["sweep", str(script), "--directory", str(tmp_path / "runs"), "--json"]
    assert main([*arguments, "--executor", executor]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [run["status"] for run in told["runs"]] == ["completed"] * 2


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (None, [], r"described by a Python file. Received: .*, which isn't one"),
        ("sweep = 1", [], r"must define build_model.* without build_model, train"),
        (
            "import math as train\nbuild_model = sweep = 1",
            [],
            r"must define build_model, sweep, train. Received: .* without train",
        ),
        (FILE, ["--n-workers", "2"], r"are for --executor processes or ray. Received: them"),
        (
            FILE,
            ["--executor", "processes", "--gpus-per-trial", "9"],
            r"as many GPUs as there are. Received: gpus_per_trial=9",
        ),
    ],
)
def test_a_mistake_is_told_in_one_sentence(tmp_path, content, arguments, message, capsys):
    path = tmp_path / "my_sweep.py"
    if content is not None:
        path.write_text(content)
    assert main(["sweep", str(path), "--directory", str(tmp_path / "runs"), *arguments]) == 2
    assert re.search(message, capsys.readouterr().err)


def test_a_file_of_another_kind_is_named(tmp_path, capsys):
    path = tmp_path / "my_sweep.txt"
    path.write_text(FILE)
    assert main(["sweep", str(path)]) == 2
    assert "whose name doesn't end in .py" in capsys.readouterr().err
