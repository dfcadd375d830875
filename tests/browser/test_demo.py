"""The tab on what `scaling-keras demo` trains, while it puts its prediction to the test."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from tests.browser.conftest import needs_loader, run_tensorboard
from tests.requirements import require_module

DEMO = "import sys; from scaling_keras.cli import main; sys.exit(main(sys.argv[1:]))"
DEMO_SECONDS = 600
LADDER = 9
"""Runs of the demo's smallest scale, before the one that tests its prediction."""

pytestmark = [pytest.mark.browser, pytest.mark.keras]


def start_demo(logdir):
    """Start the demo, or go on with it."""
    command = [sys.executable, "-c", DEMO, "demo", "--scale=seconds", f"--directory={logdir}"]
    with _log(logdir).open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log)


def finish(demo, logdir):
    """Wait for the demo to end well."""
    code = demo.wait(DEMO_SECONDS)
    assert code == 0, _log(logdir).read_text(errors="replace")[-3000:]


def _log(logdir):
    return logdir.parent / "demo.log"


@pytest.fixture(scope="module")
def before_the_test(tmp_path_factory, chromium):
    """The log directory of a demo that has trained its ladder, and nothing more."""
    from scaling_keras.events.reader import read_runs

    require_module("tensorflow")
    logdir = tmp_path_factory.mktemp("demo") / "runs"
    finish(start_demo(logdir), logdir)
    runs = read_runs(logdir)
    (tested,) = runs.where(lambda run: bool(run.facts["prediction"]))
    assert len(runs) == LADDER + 1
    shutil.rmtree(logdir / tested.name)
    return logdir


@pytest.fixture(params=["true", "false"], ids="load_fast={}".format)
def tensorboard_of_demo(request, before_the_test, tmp_path):
    """A TensorBoard on a copy of that directory, with each loader."""
    needs_loader(request.param)
    logdir = tmp_path / "runs"
    shutil.copytree(before_the_test, logdir)
    with run_tensorboard(logdir, f"--load_fast={request.param}") as running:
        yield running


def test_the_ladder_is_shown_and_the_prediction_is_followed_until_it_is_tested(
    open_tab, tensorboard_of_demo
):
    logdir = tensorboard_of_demo.logdir
    tab = open_tab()
    tab.open(tensorboard_of_demo.url)
    tab.has(".law .formula")
    assert tab.plotted() == LADDER
    assert tab.drawn_pixels() > 500
    assert tab.find(".layer .law-line.frontier").count() >= 1
    assert tab.find(".layer .band").count() == 1
    assert tab.find(".layer .slice").count() == 3
    assert tab.find(".formula").get_attribute("aria-label").startswith("L(N, D) = ")
    assert tab.find(".parameters .interval").count() == 7
    assert f"{LADDER} completed runs" in tab.find(".law .small").inner_text()

    demo = start_demo(logdir)
    try:
        tab.has(".card", "Predicted before training", wait_ms=180_000)
        assert tab.find(".layer .prediction.diamond").count() == 1
    finally:
        finish(demo, logdir)
    tab.wait_until(lambda: tab.plotted() == LADDER + 1, "the tested prediction in the plot")
    tab.wait_until(
        lambda: tab.find(".predicted .badge").inner_text() in ("inside", "missed"), "the verdict"
    )
    assert "reached" in tab.find(".predicted p").inner_text()
    row = tab.has("tr", "it tests a prediction").inner_text()
    assert "%" in row
    assert f"{LADDER} completed runs" in tab.find(".law .small").inner_text()
