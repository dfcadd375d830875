import json

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.errors import FitError, TooFewRunsError
from scaling_keras.runs import Run, RunTable
from tests.strategies import HOFFMANN, chinchilla_loss, grid, noisy_runs, refitted


def worth(multiplier, seed, *, noise=0.002, **options):
    """Runs of a group whose every FLOP does the work of `multiplier`, through its data."""
    n, d = grid((1e6, 1e7, 1e8, 1e9), (1e8, 1e9, 1e10, 1e11))
    scatter = np.random.default_rng(seed).normal(0, noise, len(n))
    loss = chinchilla_loss(HOFFMANN, n * multiplier**0.5, d * multiplier**0.5) * np.exp(scatter)
    return {"n_params": n, "n_examples": d, "loss": loss}


def fit(runs):
    return laws.fit("chinchilla", runs, n_resamples=200)


@pytest.mark.parametrize("true", [0.25, 1.0, 3.0])
def test_a_known_multiplier_is_found(true):
    found = laws.compute_multiplier(fit(worth(1.0, 1)), fit(worth(true, 2)), train_flops=1e20)
    assert found.multiplier.low < true < found.multiplier.high
    assert found.multiplier.high < 1.6 * found.multiplier.low
    assert (found.loss_difference.value < 0) == (found.multiplier.value > 1)
    assert json.dumps(found.to_dict())


def test_intervals_cover_the_true_multiplier():
    inside, first = 0, fit(worth(1.0, 0))
    for seed in range(20):
        sweeps = worth(1.0, 2 * seed, noise=0.005), worth(2.0, 2 * seed + 1)
        base, other = (refitted(first, runs, n_resamples=200) for runs in sweeps)
        found = laws.compute_multiplier(base, other, train_flops=1e19, level=0.9)
        inside += found.multiplier.low < 2.0 < found.multiplier.high
    assert inside >= 14  # Chance of fewer at a true coverage of 90 %: one in 400.


def test_groups_that_can_not_be_told_apart_say_so():
    found = laws.compute_multiplier(fit(worth(1.0, 1)), fit(worth(1.0, 2)), train_flops=1e20)
    assert [finding.code for finding in found.warnings] == ["groups_not_told_apart"]
    assert 0.02 < found.share_above_one < 0.98


def test_a_loss_that_the_baseline_never_reaches_is_an_open_end():
    worse = {**worth(1.0, 1)}
    worse["loss"] = worse["loss"] + 1.0
    found = laws.compute_multiplier(fit(worse), fit(worth(1.0, 2)), train_flops=1e21)
    assert found.multiplier.value == np.inf
    assert found.to_dict()["multiplier"]["value"] is None


def test_each_group_of_a_table_is_fitted():
    runs = tuple(
        Run(name=f"{family}-{i}", family=family, n_params=n, n_examples=d, loss=loss)
        for seed, family in enumerate(("old", "new"))
        for i, (n, d, loss) in enumerate(zip(*worth(1.0 + seed, seed).values(), strict=True))
    )
    fits = laws.fit_groups("chinchilla", RunTable(runs=runs), by="family", n_resamples=100)
    assert list(fits) == ["old", "new"]
    assert all(fit.n_runs == 16 for fit in fits.values())
    with pytest.raises(FitError, match=r"`by` must be a column of `data`. Received: 'colour'"):
        laws.fit_groups("chinchilla", RunTable(runs=runs), by="colour")


@pytest.mark.parametrize("by", ["learning_rate", "optimizer_name"])
def test_each_value_of_a_hyperparameter_is_a_group(by):
    tried = {"learning_rate": (0.001, "1e-2"), "optimizer_name": ("adam", "muon")}[by]
    runs = tuple(
        Run(
            name=f"{value}-{i}",
            n_params=n,
            n_examples=d,
            loss=loss,
            facts={"hyperparameters": {by: value}},
        )
        for value in tried
        for i, (n, d, loss) in enumerate(zip(*worth(1.0, 0).values(), strict=True))
    )
    fits = laws.fit_groups("chinchilla", RunTable(runs=runs), by=by, n_resamples=100)
    assert list(fits) == ([0.001, 0.01] if by == "learning_rate" else list(tried))
    assert all(fit.n_runs == 16 for fit in fits.values())
    lacking = RunTable(runs=(*runs, Run(name="bare", n_params=1e6, n_examples=1e6, loss=3.0)))
    with pytest.raises(FitError, match=r"a group for each row. Received: None in run 'bare'"):
        laws.fit_groups("chinchilla", lacking, by=by)


def test_each_group_of_columns_is_fitted_and_one_that_can_not_be_is_named():
    runs = {**noisy_runs(HOFFMANN), "kind": np.array(["a"] * 13 + ["b"] * 3)}
    with pytest.raises(TooFewRunsError, match=r"Group 'b' of `kind`: A `chinchilla` fit has 5"):
        laws.fit_groups("chinchilla", runs, by="kind", n_resamples=100)
    with pytest.raises(FitError, match=r"`by` must be a column of `data`. Received: 'sort'"):
        laws.fit_groups("chinchilla", runs, by="sort")
    with pytest.raises(FitError, match=r"of one length\. Received: .*of shape \(15,\) beside"):
        laws.fit_groups("chinchilla", {**runs, "kind": ["a"] * 15}, by="kind")
    with pytest.raises(FitError, match=r"a group for each row\. Received: nan in row 1"):
        laws.fit_groups("chinchilla", {**runs, "kind": [1.0, np.nan] * 8}, by="kind")


def test_a_value_that_a_mask_hides_stays_hidden_in_its_group():
    runs = {**noisy_runs(HOFFMANN), "kind": np.array(["a"] * 16)}
    runs["loss"] = np.ma.masked_array(runs["loss"], np.arange(16) == 3)
    with pytest.raises(FitError, match=r"`loss` must hold .* Received: nan in row 3"):
        laws.fit_groups("chinchilla", runs, by="kind")


def test_what_can_not_be_compared_is_refused():
    surface = fit(worth(1.0, 1))
    with pytest.raises(FitError, match=r"`train_flops` must be one budget. Received: 2"):
        laws.compute_multiplier(surface, surface, train_flops=[1e18, 1e19])
    x = np.geomspace(1e3, 1e7, 12)
    curve = laws.fit(
        "power_law_floor",
        RunTable(
            runs=tuple(
                Run(name=f"r{i}", n_params=v, n_examples=1e6, loss=1 + 5 * v**-0.3)
                for i, v in enumerate(x)
            )
        ),
        x="n_params",
        n_resamples=100,
    )
    with pytest.raises(
        FitError, match="needs a law of the loss by n_params and n_examples, or by compute"
    ):
        laws.compute_multiplier(curve, curve, train_flops=1e15)
