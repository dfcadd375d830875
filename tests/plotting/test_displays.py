"""What holds for every display: where it draws, what it leaves alone, and what it refuses."""

import dataclasses
import sys

import numpy as np
import pytest

from scaling_keras import laws, plotting
from scaling_keras.errors import FitError, PlottingError
from scaling_keras.plotting import style
from scaling_keras.plotting.parameter_cloud_display import main_params
from scaling_keras.runs import Run, RunTable
from tests.requirements import require_module
from tests.strategies import HOFFMANN, chinchilla_loss

BUDGETS = (1e15, 1e16, 1e17)
SIZES = (1e5, 4e5, 1.6e6, 6.4e6, 2.56e7)


def curve_of(run_examples, loss):
    seen = np.geomspace(run_examples / 50, run_examples, 12)
    return np.column_stack([seen, loss * (seen / run_examples) ** -0.05])


@pytest.fixture(scope="module")
def table():
    scatter = iter(np.random.default_rng(0).normal(0, 0.003, 99))
    runs = []
    for budget in BUDGETS:
        for size in SIZES:
            seen = budget / (6 * size)
            loss = chinchilla_loss(HOFFMANN, size, seen) * np.exp(next(scatter))
            runs.append(
                Run(
                    name=f"{budget:g}-{size:g}",
                    n_params=size,
                    n_examples=seen,
                    loss=loss,
                    train_flops=budget,
                    train_flops_per_example=6 * size,
                    example_unit="token",
                    curves={"loss": curve_of(seen, loss)},
                )
            )
    lost = dataclasses.replace(runs[0], name="lost", status="stopped", loss=30.0)
    return RunTable(runs=(*runs, lost))


@pytest.fixture(scope="module")
def fit(table):
    return laws.fit("chinchilla", table, n_resamples=100)


@pytest.fixture(scope="module")
def displays(table, fit):
    compared = laws.approaches(table, fit=fit, n_resamples=100)
    held = laws.backtest("chinchilla", table, n_resamples=100)
    frontier = plotting.FrontierDisplay
    return {
        "law": plotting.LawDisplay.from_fit(fit, table),
        "law by size": plotting.LawDisplay.from_fit(fit, table, x="n_params"),
        "residuals": plotting.ResidualsDisplay.from_fit(fit),
        "residuals by prediction": plotting.ResidualsDisplay.from_fit(fit, against="predicted"),
        "profiles": plotting.IsoFlopDisplay.from_isoflop(compared.isoflop, table),
        "frontier": frontier.from_approaches(compared),
        "frontier of a fit": frontier.from_fit(fit, quantity="n_examples"),
        "contours": plotting.ContoursDisplay.from_fit(fit),
        "learning curves": plotting.LearningCurvesDisplay.from_table(table, x="train_flops"),
        "held out": plotting.BacktestDisplay.from_held_out(held),
        "held-out errors": plotting.HeldOutErrorsDisplay.from_fits([fit]),
        "parameters": plotting.ParameterCloudDisplay.from_fit(fit),
    }


NAMES = (
    "law",
    "law by size",
    "residuals",
    "residuals by prediction",
    "profiles",
    "frontier",
    "frontier of a fit",
    "contours",
    "learning curves",
    "held out",
    "held-out errors",
    "parameters",
)


@pytest.fixture
def plt():
    require_module("matplotlib").use("Agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


def test_every_display_is_under_test(displays):
    assert set(displays) == set(NAMES)
    assert {type(one).__name__ for one in displays.values()} == set(plotting.__all__)


@pytest.mark.parametrize("name", NAMES)
def test_a_display_draws_on_the_axes_given_and_leaves_pyplot_alone(name, displays, plt):
    mine, other = plt.subplots()[1], plt.subplots()[1]
    before = dict(plt.rcParams)
    figures = plt.get_fignums()
    assert displays[name].plot(mine) is mine
    assert mine.has_data()
    assert mine.get_title(loc="left")
    assert mine.get_xlabel()
    assert mine.get_ylabel()
    assert not other.has_data()
    assert plt.get_fignums() == figures
    assert plt.gca() is other
    assert dict(plt.rcParams) == before


@pytest.mark.parametrize("name", NAMES)
def test_a_display_without_axes_draws_on_one_new_figure_that_stays_open(name, displays, plt):
    plt.subplots()
    ax = displays[name].plot()
    assert len(plt.get_fignums()) == 2
    assert ax.figure.number in plt.get_fignums()
    # Every tick of a logarithmic axis that is shown says where it is.
    for axis in (ax.xaxis, ax.yaxis):
        if axis.get_scale() == "log":
            low, high = sorted(axis.get_view_interval())
            ticks = [tick for tick in axis.get_majorticklocs() if low <= tick <= high]
            assert len(ticks) >= 2
            assert all(axis.get_major_formatter()(tick) for tick in ticks)


@pytest.mark.parametrize("name", NAMES)
def test_without_matplotlib_one_sentence_says_what_to_install(name, displays, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(PlottingError, match=r'pip install "\.\[plot\]"') as error:
        displays[name].plot()
    assert isinstance(error.value, ImportError)


def test_the_minimum_of_a_profile_lies_on_its_curve(displays):
    display = displays["profiles"]
    assert len(display.curves) == len(BUDGETS)
    for profile, (sizes, losses) in zip(display.profiles, display.curves, strict=True):
        there = np.interp(np.log(profile.n_params.value), np.log(sizes), losses)
        assert there == pytest.approx(profile.loss.value, rel=1e-3)


def test_lines_of_the_frontier_are_what_the_approaches_say(displays, fit):
    display = displays["frontier of a fit"]
    best = fit.optimal_allocation(train_flops=display.train_flops)
    np.testing.assert_allclose(display.lines[0].value, best.n_examples.value)
    assert [line.name for line in displays["frontier"].lines] == ["isoflop", "surface"]


def test_the_frontier_crosses_each_contour_of_compute_where_the_loss_is_lowest(displays):
    display = displays["contours"]
    budget = display.train_flops[30, 30]
    rows, columns = np.where(np.abs(np.log(display.train_flops / budget)) < 0.15)
    lowest = np.argmin(display.loss[rows, columns])
    best = display.n_params[columns[lowest]]
    at = np.argmin(np.abs(np.log(6 * display.frontier.prod(axis=0) / budget)))
    assert np.log(display.frontier[0, at] / best) == pytest.approx(0, abs=0.7)


def test_residuals_are_percent_of_the_predicted_loss(displays, fit):
    display = displays["residuals by prediction"]
    said = fit.predict(n_params=fit.values[:, 0], n_examples=fit.values[:, 1])
    np.testing.assert_allclose(display.x, said.mean)
    np.testing.assert_allclose(display.x * (1 + display.residuals / 100), fit.observed, rtol=1e-12)


def test_an_interval_that_is_open_is_drawn_as_far_as_can_be_seen(displays, plt):
    profiles, frontier = displays["profiles"], displays["frontier"]
    unsure = laws.Interval(value=profiles.profiles[0].n_params.value, low=0.0, high=np.inf)
    first = dataclasses.replace(profiles.profiles[0], n_params=unsure)
    ax = dataclasses.replace(profiles, profiles=(first, *profiles.profiles[1:])).plot()
    sizes = profiles.runs[0][0]
    ends = [line.get_xdata() for line in ax.lines if len(line.get_xdata()) == 2]
    assert [sizes.min(), sizes.max()] in [list(pair) for pair in ends]
    minima = frontier.minima.copy()
    minima[2:, 0] = 0.0, np.inf
    ax = dataclasses.replace(frontier, minima=minima).plot()
    bottom, top = ax.get_ylim()
    assert minima[1].min() / 1e2 < bottom < top < minima[1].max() * 1e2
    ax.figure.canvas.draw()


def test_a_far_outlier_is_drawn_at_the_edge_and_told_of(fit, plt):
    observed = fit.observed.copy()
    observed[3] *= 4
    with_outlier = dataclasses.replace(fit, observed=observed)
    ax = plotting.ResidualsDisplay.from_fit(with_outlier, against="n_params").plot()
    assert ", 1 beyond" in ax.get_title(loc="left")
    assert ax.get_ylim()[1] < 300
    plt.close(ax.figure)


def test_a_run_that_did_not_complete_is_dashed(displays, plt):
    ax = displays["learning curves"].plot()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["not completed"]
    (label,) = ax.get_lines()
    assert label.get_linestyle() == "--"
    lines, ends = ax.collections
    dashed = [dashes is not None for _, dashes in lines.get_linestyles()]
    assert dashed == [False] * 15 + [True]
    assert len(ends.get_offsets()) == 15


def test_parameters_that_people_compare_come_first(fit, table):
    assert main_params(fit) == ("param_exponent", "data_exponent", "irreducible_loss")
    fixed = laws.fit("chinchilla", table, n_resamples=100, fixed={"data_exponent": 0.28})
    assert "data_exponent" not in main_params(fixed)


def test_what_can_not_be_drawn_is_one_sentence(fit, table):
    line = laws.fit("power_law_floor", table, x="n_params", n_resamples=100)
    published = laws.published.get("hoffmann")
    with pytest.raises(FitError, match=r"`against` must be one of map, .*Received: against='z'"):
        plotting.ResidualsDisplay.from_fit(fit, against="z")
    with pytest.raises(FitError, match=r"Residuals need the runs .* published `chinchilla`"):
        plotting.ResidualsDisplay.from_fit(published)
    with pytest.raises(FitError, match=r"Contours need .* a `power_law_floor` fit of x"):
        plotting.ContoursDisplay.from_fit(line)
    with pytest.raises(FitError, match=r"A frontier needs a law .* a `power_law_floor` fit of x"):
        plotting.FrontierDisplay.from_fit(line)
    with pytest.raises(FitError, match="`quantity` must be one of n_params, n_examples"):
        plotting.FrontierDisplay.from_fit(fit, quantity="loss")
    with pytest.raises(FitError, match=r"`params` must be two of .*Received: params=\('a', 'b'\)"):
        plotting.ParameterCloudDisplay.from_fit(fit, ("a", "b"))
    with pytest.raises(FitError, match="A cloud needs bootstrap resamples"):
        plotting.ParameterCloudDisplay.from_fit(published)
    with pytest.raises(FitError, match=r"Held-out errors need .*Received: chinchilla, none with"):
        plotting.HeldOutErrorsDisplay.from_fits([published])
    with pytest.raises(FitError, match="`x` must be one of n_examples, train_flops"):
        plotting.LearningCurvesDisplay.from_table(table, x="loss")
    bare = RunTable(runs=tuple(dataclasses.replace(run, curves={}) for run in table))
    with pytest.raises(FitError, match="Learning curves need runs that logged their loss"):
        plotting.LearningCurvesDisplay.from_table(bare)


def test_a_frontier_that_no_approach_can_tell_gives_their_reasons(table):
    few = dataclasses.replace(table, runs=table.runs[:3])
    compared = laws.approaches(few, n_resamples=100)
    with pytest.raises(
        FitError, match=r"A frontier needs an approach .*surface: A `chinchilla` fit"
    ):
        plotting.FrontierDisplay.from_approaches(compared)


def test_a_law_with_more_variables_is_not_drawn_against_one(table):
    repeated = laws.published.get("muennighoff")
    with pytest.raises(FitError, match="has no variables besides size and data"):
        plotting.LawDisplay.from_fit(repeated, table)


def test_a_line_is_dashed_from_the_last_run_on_without_a_gap(plt):
    ax = plt.subplots()[1]
    x = np.array([1.0, 2.0, 3.0, 4.0])
    style.split_line(ax, x, x, [False, False, True, True], label="law")
    solid, dashed = ax.get_lines()
    np.testing.assert_array_equal(solid.get_ydata(), [1, 2, np.nan, np.nan])
    np.testing.assert_array_equal(dashed.get_ydata(), [np.nan, 2, 3, 4])


@pytest.mark.parametrize("values", [[], [np.nan, -1.0], [3.0, 3.0]])
def test_a_scale_of_colours_has_two_ends_whatever_the_values(values):
    low, high = style.span_of(values)
    assert 0 < low < high


def test_many_learning_curves_are_rasterized_together(table, plt):
    many = [dataclasses.replace(table.runs[k % 15], name=f"run-{k}") for k in range(501)]
    many[0] = dataclasses.replace(many[0], status="stopped")
    ax = plotting.LearningCurvesDisplay.from_table(RunTable(runs=tuple(many))).plot()
    lines, ends = ax.collections
    assert len(lines.get_segments()) == len(many)
    assert len(ends.get_offsets()) == len(many) - 1
    pictures = [one for one in ax.get_children() if one.get_rasterized()]
    assert pictures == [lines, ends]
