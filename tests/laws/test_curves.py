import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.laws.curves import MAX_SLICES, clusters, law_curves, spread
from scaling_keras.runs import Run, RunTable
from tests.tensorboard_plugin_scaling.conftest import true_loss


def table(sizes, data, **values):
    return RunTable(
        runs=tuple(
            Run(
                name=f"{n}-{d}",
                n_params=n,
                n_examples=d,
                loss=true_loss(n, d),
                train_flops=6.0 * n * d,
                train_flops_per_example=6.0 * n,
                **values,
            )
            for n in sizes
            for d in data
        )
    )


@pytest.fixture(scope="module")
def grid():
    return table(np.geomspace(1e3, 1e5, 5), np.geomspace(1e5, 1e7, 4))


@pytest.fixture(scope="module")
def fit(grid):
    return laws.fit("chinchilla", grid, n_resamples=100)


def test_values_that_are_almost_the_same_are_one_cluster():
    groups = clusters(np.array([100.0, 205.0, 99.0, 200.0, 1000.0]))
    assert [sorted(group.tolist()) for group in groups] == [[0, 2], [1, 3], [4]]


def test_a_chain_of_small_steps_is_not_one_cluster():
    assert len(clusters(np.geomspace(1, 10, 50))) > 10


@pytest.mark.parametrize("n", [1, 5, 12, 13, 40, 999])
def test_a_selection_keeps_both_ends_and_repeats_nothing(n):
    chosen = spread(n, 12)
    assert len(set(chosen)) == len(chosen) == min(n, 12)
    assert (chosen[0], chosen[-1]) == (0, n - 1)


@pytest.mark.parametrize("x", ["train_flops", "n_params", "n_examples"])
def test_slices_pass_through_their_runs(grid, fit, x):
    fixed = "n_examples" if x == "n_params" else "n_params"
    slices = [c for c in law_curves(fit, grid, x=x, level=0.9) if c.role == "slice"]
    for curve in slices:
        on_it = np.isclose(grid[fixed], curve.value)
        assert on_it.any()
        places, losses = grid[x][on_it], grid["loss"][on_it]
        found = np.exp(np.interp(np.log(places), np.log(curve.x), np.log(curve.mean)))
        np.testing.assert_allclose(found, losses, rtol=0.005)


def test_slices_use_the_flops_that_the_runs_counted(fit):
    costly = table([1e4], [1e5, 1e6])
    costly = RunTable(
        runs=tuple(
            Run(
                name=run.name,
                n_params=run.n_params,
                n_examples=run.n_examples,
                loss=run.loss,
                train_flops=100 * run.train_flops,
                train_flops_per_example=100 * run.train_flops_per_example,
            )
            for run in costly
        )
    )
    curve = law_curves(fit, costly, x="train_flops", level=0.9)[0]
    found = np.exp(np.interp(np.log(costly["train_flops"]), np.log(curve.x), np.log(curve.mean)))
    np.testing.assert_allclose(found, costly["loss"], rtol=0.005)


def test_no_slice_lies_below_the_frontier(grid, fit):
    *slices, frontier = law_curves(fit, grid, x="train_flops", level=0.9)
    assert frontier.role == "frontier"
    for curve in slices:
        best = np.exp(np.interp(np.log(curve.x), np.log(frontier.x), np.log(frontier.mean)))
        inside = (curve.x > frontier.x[0]) & (curve.x < frontier.x[-1])
        assert (curve.mean[inside] >= best[inside] * (1 - 1e-3)).all()


def test_the_band_holds_the_line_and_reaches_beyond_the_runs(grid, fit):
    frontier = law_curves(fit, grid, x="train_flops", level=0.9)[-1]
    assert (frontier.low <= frontier.mean).all()
    assert (frontier.mean <= frontier.high).all()
    assert frontier.x[-1] > 10 * grid["train_flops"].max()
    assert frontier.extrapolation[-1] > 3


def test_many_sizes_are_shown_by_some_of_them():
    many = table(np.geomspace(1e3, 1e6, 40), [1e6, 1e7, 1e8])
    fit = laws.fit("chinchilla", many, n_resamples=100)
    slices = [c for c in law_curves(fit, many, x="n_examples", level=0.9) if c.role == "slice"]
    assert len(slices) == MAX_SLICES
    assert slices[0].value == pytest.approx(1e3, rel=0.1)
    assert slices[-1].value == pytest.approx(1e6, rel=0.1)


def test_slices_are_called_by_the_size_of_their_runs(fit):
    named = table([1e3, 1e5], [1e5, 1e6], size="small")
    labels = [c.label for c in law_curves(fit, named, x="n_examples", level=0.9)]
    assert labels == ["small", "small"]
    unnamed = table([1e3, 1e5], [1e5, 1e6])
    assert [c.label for c in law_curves(fit, unnamed, x="n_examples", level=0.9)] == [
        "N = 1e+03",
        "N = 1e+05",
    ]
    assert law_curves(fit, named, x="n_params", level=0.9)[0].label == "D = 1e+05"


def test_a_curve_becomes_plain_values(grid, fit):
    values = law_curves(fit, grid, x="n_params", level=0.9)[0].to_dict()
    assert isinstance(values["x"], list)
    assert values["low"] == values["n_params"] == []
