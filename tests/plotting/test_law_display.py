import dataclasses

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.errors import FitError
from scaling_keras.plotting.law_display import LawDisplay
from scaling_keras.runs import Run, RunTable
from tests.requirements import require_module
from tests.strategies import HOFFMANN, noisy_runs


@pytest.fixture(scope="module")
def table():
    rows = zip(*noisy_runs(HOFFMANN, noise=0.01).values(), strict=True)
    return RunTable(
        runs=tuple(
            Run(name=f"r{i}", n_params=n, n_examples=d, loss=loss, train_flops=6 * n * d)
            for i, (n, d, loss) in enumerate(rows)
        )
    )


@pytest.fixture
def ax():
    require_module("matplotlib").use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def test_every_run_every_line_and_the_band_are_drawn(table, ax):
    fit = laws.fit("chinchilla", table, n_resamples=100)
    display = LawDisplay.from_fit(fit, table)
    display.plot(ax)
    names = ax.get_legend_handles_labels()[1]
    assert names.count("Compute-optimal frontier") == 1
    drawn = [line.get_xydata() for line in ax.get_lines()]
    for curve in display.curves:
        places = np.column_stack([curve.x, curve.mean]).tolist()
        assert any(
            [row for row in line.tolist() if row in places] for line in drawn if len(line)
        ), curve.label
    dots = np.concatenate([points.get_offsets() for points in ax.collections[1:]])
    np.testing.assert_allclose(np.sort(dots[:, 1]), np.sort(table["loss"]))
    assert ax.get_xscale() == ax.get_yscale() == "log"
    assert ax.get_title(loc="left").replace("\n", " ") == fit.formula()
    assert "90% interval of a new run" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_runs_that_are_not_fitted_are_hollow(table, ax):
    fit = laws.fit("chinchilla", table, n_resamples=100)
    running = Run(name="now", n_params=1e6, n_examples=1e8, loss=4.0, status="running")
    more = dataclasses.replace(table, runs=(*table.runs, running))
    LawDisplay.from_fit(fit, more, x="n_examples").plot(ax)
    hollow = ax.collections[-1]
    assert len(hollow.get_facecolors()) == 0
    np.testing.assert_allclose(hollow.get_offsets(), [[1e8, 4.0]])


def test_a_one_variable_law_is_drawn_against_what_it_was_fitted_to(table, ax):
    fit = laws.fit("power_law_floor", table, x="train_flops", n_resamples=100)
    LawDisplay.from_fit(fit, table).plot(ax)
    assert len(ax.get_lines()) == 2  # solid over the runs, dashed beyond
    with pytest.raises(FitError, match="Received: x='n_params', a `power_law_floor` fit against"):
        LawDisplay.from_fit(fit, table, x="n_params")


def test_an_unknown_axis_is_named(table):
    fit = laws.fit("chinchilla", table, n_resamples=100)
    with pytest.raises(FitError, match=r"`x` must be one of train_flops, .*Received: x='time'"):
        LawDisplay.from_fit(fit, table, x="time")


def test_what_was_predicted_of_a_run_stands_beside_what_it_reached(table, ax):
    fit = laws.fit("chinchilla", table, n_resamples=100)
    prediction = {"loss": 1.9, "low": 1.1, "high": 2.0, "level": 0.9}
    tested = Run(
        name="test",
        n_params=1e9,
        n_examples=1e10,
        train_flops=6e19,
        loss=1.95,
        facts={"prediction": prediction},
    )
    more = dataclasses.replace(table, runs=(*table.runs, tested))
    LawDisplay.from_fit(fit, more).plot(ax)
    (bar,) = ax.containers
    assert bar.get_label() == "predicted before training"
    np.testing.assert_allclose(bar[0].get_xydata(), [[6e19, 1.9]])
    ((ends,),) = (line.get_segments() for line in bar[2])
    np.testing.assert_allclose(ends, [[6e19, 1.1], [6e19, 2.0]])
    assert ax.get_ylim()[0] < 1.1
