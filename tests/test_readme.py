"""The README says what is so: its commands, its code, its length."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SET_UP = "python3 -m venv .venv && .venv/bin/pip install "

# What the example asks for, and what the test makes of it so that it ends within a minute.
REDUCED = {
    "SourceText(context=64)": "SourceText(context=16)",
    "family.ladder(6)": "family.ladder(3)",
    "(300_000, 600_000, 1_200_000)": "(2_000, 6_000, 18_000)",
    "train_flops=5e12": "train_flops=1e10",
}


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands():
    """Return the two commands that do all the set-up themselves."""
    return [
        line for block in blocks("sh") for line in block.splitlines() if line.startswith(SET_UP)
    ]


def test_it_is_shorter_than_120_lines():
    assert len(README.splitlines()) < 120


def test_the_first_command_installs_and_runs_the_demo():
    assert commands()[0] == SET_UP + '".[cpu]" && .venv/bin/scaling-keras demo'


def test_the_second_command_sets_up_and_runs_the_tests():
    assert len(commands()) == 2
    assert commands()[1].endswith(" && .venv/bin/tox")


@pytest.mark.parametrize("file", [".ci/run", "CONTRIBUTING.md"])
def test_the_command_for_the_tests_is_the_same_everywhere(file):
    assert commands()[1] in (ROOT / file).read_text(encoding="utf-8").splitlines()


def test_every_link_to_a_file_leads_somewhere():
    links = re.findall(r"\]\(([^)]+)\)", README)
    files = [link for link in links if not link.startswith("http")]
    assert files
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_the_example_is_a_short_one():
    (example,) = (code for code in blocks("python") if "GridSweep" in code)
    assert len([line for line in example.splitlines() if line]) <= 15


@pytest.mark.keras
def test_the_callback_is_used_as_shown(tmp_path, monkeypatch):
    import keras
    import numpy as np
    import tensorflow as tf

    import scaling_keras as sk

    monkeypatch.chdir(tmp_path)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(loss="mse")
    train = tf.data.Dataset.from_tensors((np.ones((8, 3)), np.ones((8, 1))))
    (line,) = (code for code in blocks("python") if "GridSweep" not in code)
    exec(line, {"model": model, "train": train, "held_out": train})
    (run,) = sk.read_runs("runs")
    assert run.loss_name == "val_loss"


@pytest.mark.keras
@pytest.mark.slow
def test_the_example_goes_from_sweep_to_prediction(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (example,) = (code for code in blocks("python") if "GridSweep" in code)
    for asked, reduced in REDUCED.items():
        assert asked in example
        example = example.replace(asked, reduced)
    names = {}
    exec(compile(example, "README.md", "exec"), names)
    assert len(names["tuner"].results()) == 10
    assert names["best"].loss.low < names["best"].loss.value < names["best"].loss.high
