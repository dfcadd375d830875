"""What the tab shows before there is a law, and in unusual surroundings."""

from __future__ import annotations

import pytest

from tests.browser.conftest import run_tensorboard
from tests.browser.runs import write_grid, write_run

pytestmark = pytest.mark.browser


@pytest.fixture
def growing(tmp_path, chromium):
    """A TensorBoard, below a path, on a directory that is still empty."""
    logdir = tmp_path / "runs"
    logdir.mkdir()
    with run_tensorboard(logdir, "--path_prefix=/a/b") as running:
        yield running


def ignore_missing_fonts(tab):
    """Forget what TensorBoard itself fails to find below a path."""
    tab.problems[:] = [
        problem
        for problem in tab.problems
        if "plugin/scaling" in problem or not ("404" in problem or "Failed to load" in problem)
    ]


def test_the_page_fills_as_runs_come(open_tab, growing):
    tab = open_tab()
    tab.open(growing.url)
    tab.has(".empty h1", "No runs to fit yet")
    assert "Received: none so far" in tab.find(".empty .reason").inner_text()
    assert "sk.ScalingLogger(" in tab.find(".empty pre").inner_text()

    write_run(growing.logdir / "first", 3_000, 50_000, status=None)
    tab.has(".not-yet", "No law yet")
    tab.wait_until(
        lambda: "running" in tab.find(".not-yet p").inner_text(), "the reason that the run gives"
    )
    tab.has("tr[data-run='first']", "running")

    hostile = "<img src=x onerror=alert(1)>"
    write_run(growing.logdir / hostile, 6_000, 50_000, size=hostile, reason=hostile)
    tab.has("tr[data-run]", hostile)
    tab.find("tr[data-run]", has_text=hostile).hover()
    tab.has(".tooltip", hostile)
    assert tab.find("img").count() == 0
    assert "needs at least 7 runs" in tab.find(".not-yet p").inner_text()

    write_grid(growing.logdir)
    tab.has(".law .formula")
    tab.has(".fold").click()
    tab.wait_until(lambda: not tab.find(".scroller").first.is_visible(), "the folded table")
    assert tab.find(".not-yet").count() == 0
    ignore_missing_fonts(tab)


def test_a_damaged_run_is_listed_with_its_reason(open_tab, tmp_path):
    from scaling_keras.events.writer import RunWriter

    logdir = tmp_path / "runs"
    write_grid(logdir)
    writer = RunWriter(logdir / "lost")
    writer.write_point(100, {"loss": 3.0})
    writer.close()
    with run_tensorboard(logdir, "--load_fast=false") as running:
        tab = open_tab()
        tab.open(running.url)
        tab.has("[role=tab]", "1 left out").click()
        row = tab.has(".left-out tbody tr", "lost")
        assert "points but no facts" in row.inner_text()


def test_a_tensorboard_that_goes_away_is_told(open_tab, tmp_path):
    logdir = tmp_path / "runs"
    write_grid(logdir)
    tab = open_tab()
    with run_tensorboard(logdir) as running:
        tab.open(running.url)
        tab.has(".law .formula")
    tab.has(".card.problem", "TensorBoard does not answer")
    assert tab.find(".law .formula").is_visible()
    assert tab.has(".status", "Not up to date")
    tab.problems.clear()  # That nobody answers is what this test is about.
