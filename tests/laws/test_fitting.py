import dataclasses
import functools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scaling_keras import laws
from scaling_keras.errors import ConvergenceError, FitError, TooFewRunsError
from scaling_keras.runs import Run, RunTable
from tests.strategies import HOFFMANN, chinchilla_loss, chinchilla_params, grid, noisy_runs


def fit_chinchilla(runs, **options):
    return laws.fit("chinchilla", runs, **{"n_resamples": 100, **options})


@functools.cache
def plain_fit():
    """Of the runs that properties are compared on, which hypothesis asks for many times."""
    return fit_chinchilla(noisy_runs(HOFFMANN, noise=0.01))


def table_of(runs, **fields):
    rows = zip(runs["n_params"], runs["n_examples"], runs["loss"], strict=True)
    return RunTable(
        runs=tuple(
            Run(name=f"r{i}", n_params=n, n_examples=d, loss=loss, **fields)
            for i, (n, d, loss) in enumerate(rows)
        )
    )


@settings(max_examples=15, deadline=None)
@given(chinchilla_params())
def test_a_known_law_is_recovered_from_exact_runs(params):
    n, d = grid()
    fit = fit_chinchilla({"n_params": n, "n_examples": d, "loss": chinchilla_loss(params, n, d)})
    assert fit.converged
    for name, value in params.items():
        assert fit.params[name] == pytest.approx(value, rel=1e-4)


@settings(max_examples=10, deadline=None)
@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6), st.floats(0.01, 100.0))
def test_the_law_does_not_depend_on_the_units(size_unit, data_unit, loss_unit):
    runs = noisy_runs(HOFFMANN, noise=0.01)
    scaled = {
        "n_params": runs["n_params"] * size_unit,
        "n_examples": runs["n_examples"] * data_unit,
        "loss": runs["loss"] * loss_unit,
    }
    plain, other = plain_fit(), fit_chinchilla(scaled)
    assert other.objective == pytest.approx(plain.objective, rel=1e-6)
    assert other.params["param_exponent"] == pytest.approx(plain.params["param_exponent"], rel=1e-4)
    mean = plain.predict(n_params=1e9, n_examples=1e11).mean
    scaled_mean = other.predict(n_params=1e9 * size_unit, n_examples=1e11 * data_unit).mean
    np.testing.assert_allclose(scaled_mean, mean * loss_unit, rtol=1e-5)


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(16)))
def test_the_law_does_not_depend_on_the_order_of_the_runs(order):
    runs = noisy_runs(HOFFMANN, noise=0.01)
    shuffled = {name: column[list(order)] for name, column in runs.items()}
    assert fit_chinchilla(shuffled).objective == pytest.approx(plain_fit().objective, rel=1e-9)


def test_intervals_contain_the_true_loss_about_as_often_as_they_say():
    # 40 sweeps of 24 runs; a run twice as large on twice the data, its noise included.
    truth, inside = chinchilla_loss(HOFFMANN, 2e8, 2e10), 0
    for seed in range(40):
        runs = noisy_runs(HOFFMANN, noise=0.01, seed=seed, sizes=(1e5, 3e5, 1e6, 3e6, 1e7, 1e8))
        reached = truth * np.exp(np.random.default_rng(1000 + seed).normal(0, 0.01))
        p = fit_chinchilla(runs, n_resamples=200).predict(n_params=2e8, n_examples=2e10)
        inside += bool(p.low[0] <= reached <= p.high[0])
    assert inside >= 29  # 90 % of 40 is 36; 29 is below the 0.1 % quantile of Binomial(40, 0.9)


def test_one_variable_forms_take_x():
    x = np.geomspace(1e3, 1e7, 12)
    fit = laws.fit("power_law_floor", x=x, loss=0.7 + 5 * x**-0.3, n_resamples=100)
    assert fit.params["exponent"] == pytest.approx(0.3, rel=1e-5)
    assert fit.params["irreducible_loss"] == pytest.approx(0.7, rel=1e-5)


def test_a_table_names_the_column_of_a_one_variable_form():
    table = table_of(noisy_runs(HOFFMANN, sizes=(1e5, 3e5, 1e6, 1e7, 1e8)), train_flops=1.0)
    with pytest.raises(FitError, match="needs `x`, the column to fit against"):
        laws.fit("power_law_floor", table)
    fit = laws.fit("power_law_floor", table, x="n_params", n_resamples=100)
    assert fit.labels["x"] == "n_params"


def test_a_table_leaves_out_what_did_not_complete_and_says_so():
    table = table_of(noisy_runs(HOFFMANN))
    bad = Run(name="boom", n_params=1e6, n_examples=1e8, loss=float("nan"), status="diverged")
    table = dataclasses.replace(table, runs=(*table.runs, bad))
    fit = laws.fit("chinchilla", table, n_resamples=100)
    assert fit.n_runs == 16
    assert [item.name for item in fit.excluded] == ["boom"]


def test_runs_without_the_column_to_fit_against_are_left_out():
    table = table_of(noisy_runs(HOFFMANN, sizes=(1e5, 3e5, 1e6, 1e7, 1e8)))
    paid = tuple(
        dataclasses.replace(run, train_flops=6 * run.n_params * run.n_examples)
        for run in table.runs[1:]
    )
    table = dataclasses.replace(table, runs=(table.runs[0], *paid))
    fit = laws.fit("power_law_floor", table, x="train_flops", n_resamples=100)
    assert fit.n_runs == 19
    assert [(item.name, item.reason) for item in fit.excluded] == [("r0", "it has no train_flops")]


def test_counted_flops_of_a_table_become_the_cost_of_an_example():
    runs = noisy_runs(HOFFMANN)
    rows = zip(runs["n_params"], runs["n_examples"], runs["loss"], strict=True)
    table = RunTable(
        runs=tuple(
            Run(name=f"r{i}", n_params=n, n_examples=d, loss=loss, train_flops_per_example=600 * n)
            for i, (n, d, loss) in enumerate(rows)
        )
    )
    fit = laws.fit("chinchilla", table, n_resamples=100)
    assert fit.train_flops_per_example(1e7) == pytest.approx(6e9)
    assert fit.example_cost.counted
    plain = fit_chinchilla(runs)
    assert plain.train_flops_per_example(1e7) == pytest.approx(6e7)
    assert "flops_assumed" in [finding.code for finding in plain.warnings]


@pytest.mark.parametrize("per_example", [False, True])
def test_counted_flops_of_a_mapping_become_the_cost_of_an_example(per_example):
    runs = noisy_runs(HOFFMANN)
    flops = 600 * runs["n_params"] * (1 if per_example else runs["n_examples"])
    flops[3] = np.nan  # Unknown.
    name = "train_flops_per_example" if per_example else "train_flops"
    fit = laws.fit("chinchilla", {**runs, name: flops}, n_resamples=100)
    assert fit.train_flops_per_example(1e7) == pytest.approx(6e9)
    assert "flops_assumed" not in [finding.code for finding in fit.warnings]
    held_out = laws.backtest("chinchilla", {**runs, name: flops}, n_resamples=100)
    assert held_out.fit.train_flops_per_example(1e7) == pytest.approx(6e9)


def test_a_curve_of_a_mapping_knows_its_cost_where_sizes_and_data_came_along():
    runs = noisy_runs(HOFFMANN)
    flops = 600 * runs["n_params"] * runs["n_examples"]
    fit = laws.fit("power_law_floor", {**runs, "train_flops": flops}, x="train_flops")
    assert fit.train_flops_per_example(1e7) == pytest.approx(6e9)
    only = {"train_flops": flops, "loss": runs["loss"], "n_params": ["1M"] * 16}
    with pytest.raises(FitError, match="`n_params` must be an array of numbers"):
        laws.fit("power_law_floor", only, x="train_flops")
    del only["n_params"]
    assert not laws.fit("power_law_floor", only, x="train_flops").example_cost.counted


@pytest.mark.parametrize(
    ("flops", "sentence"),
    [
        ([-1.0] + [1e9] * 15, r"`train_flops` must .* nan where unknown. Received: -1.0 in row 0."),
        ([1e9] * 14 + [0.0, np.inf], "Received: 0.0 in row 14, inf in row 15"),
        (["a"] * 16, "`train_flops` must be an array of numbers"),
        ([1e9] * 5, "`train_flops` must hold a value for each of 16 runs. Received: 5"),
        (1e9, r"`train_flops` must be one-dimensional.*Received: shape \(\)"),
    ],
)
def test_flops_of_a_mapping_that_can_not_be_such_are_named(flops, sentence):
    with pytest.raises(FitError, match=sentence):
        laws.fit("chinchilla", {**noisy_runs(HOFFMANN), "train_flops": flops})


def test_runs_of_a_table_whose_flops_overflowed_are_left_out():
    table = table_of(noisy_runs(HOFFMANN))
    wrong = dataclasses.replace(table.runs[0], train_flops=-2.4e18)
    table = dataclasses.replace(table, runs=(wrong, *table.runs[1:]))
    fit = laws.fit("chinchilla", table, n_resamples=100)
    assert [(item.name, item.reason) for item in fit.excluded] == [
        (wrong.name, "train_flops is -2.4e+18, not a positive finite number")
    ]


def test_flops_that_fall_with_the_size_are_not_planned_with_and_a_finding_says_so():
    runs = noisy_runs(HOFFMANN)
    falling = {**runs, "train_flops_per_example": 1e12 / runs["n_params"] ** 0.5}
    fit = laws.fit("chinchilla", falling, n_resamples=100)
    assert fit.train_flops_per_example(1e7) == pytest.approx(6e7)
    said = {finding.code: finding.message for finding in fit.warnings}
    assert "assume 6 FLOPs per parameter and example instead" in said["flops_scatter"]
    assert "flops_assumed" not in said


@pytest.mark.parametrize("name", ["loss", "n_params", "weights"])
@pytest.mark.parametrize("dtype", [float, int])
def test_a_value_that_a_mask_hides_is_refused_by_its_row(name, dtype):
    runs = {**noisy_runs(HOFFMANN), "weights": np.ones(16)}
    column = np.ma.masked_array(np.ceil(runs[name]).astype(dtype), np.arange(16) == 3)
    with pytest.raises(FitError, match=f"`{name}` must hold .*Received: nan in row 3"):
        laws.fit("chinchilla", **{**runs, name: column})


def test_a_mask_that_hides_nothing_and_hidden_flops_do_no_harm():
    runs = noisy_runs(HOFFMANN)
    flops = np.ma.masked_array(600 * runs["n_params"], np.arange(16) == 3)
    flops.data[3] = -1
    masked = {name: np.ma.masked_array(column) for name, column in runs.items()}
    fit = laws.fit("chinchilla", {**masked, "train_flops_per_example": flops}, n_resamples=100)
    assert fit.params == fit_chinchilla(runs).params
    assert fit.train_flops_per_example(1e7) == pytest.approx(6e9)


def test_a_cluster_that_a_mask_hides_is_refused_by_its_row():
    groups = np.ma.masked_array(np.arange(16) // 4, np.arange(16) == 3)
    with pytest.raises(FitError, match=r"cluster of every run. Received: None in row 3"):
        laws.fit("chinchilla", **noisy_runs(HOFFMANN), groups=groups)


def test_the_same_seed_gives_the_same_fit_and_zero_is_a_seed():
    runs = noisy_runs(HOFFMANN, noise=0.01)
    first, second = fit_chinchilla(runs, seed=0), fit_chinchilla(runs, seed=0)
    assert first.to_dict() == second.to_dict()
    assert first.seed == 0
    assert not np.array_equal(fit_chinchilla(runs, seed=1).resamples, first.resamples)
    assert fit_chinchilla(runs, seed=np.random.default_rng(3)).seed is None


def test_runs_of_one_group_are_resampled_together():
    runs = noisy_runs(HOFFMANN, noise=0.02)
    together = fit_chinchilla(runs, groups=[f"size {n:g}" for n in runs["n_params"]])
    apart = fit_chinchilla(runs)
    assert together.objective == apart.objective
    assert not np.allclose(together.resamples.std(axis=0), apart.resamples.std(axis=0))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"loss": [np.nan] * 16}, r"`loss` must hold positive, finite numbers. Received: .*nan"),
        ({"n_params": np.zeros(16)}, r"`n_params` must hold positive.*in row 0.*13 more"),
        ({"loss": np.ones(15)}, "must have one length. Received: 15 values of `loss`"),
        ({"loss": "high"}, "`loss` must be an array of numbers"),
        ({"loss": np.ones((4, 4))}, r"one-dimensional, a value per run. Received: shape \(4, 4\)"),
        ({"loss": None}, "Received: no `loss`"),
        ({"x": np.ones(16)}, "Received: `x`. Leave it out"),
        ({"weights": [-1.0] * 16}, "`weights` must hold 16 finite numbers"),
        ({"weights": [1.0] * 15 + [-2.0]}, r"`weights` must .* Received: -2.0 in row 15\. Pass"),
        ({"weights": [1.0] * 4}, r"`weights` must .* Received: an array of shape \(4,\)"),
        ({"weights": np.zeros(16)}, "not all zero"),
        ({"weights": ["a"] * 16}, "`weights` must hold 16 finite numbers"),
        ({"weights": "w"}, r"`weights` must .* name a column of the data. Received: 'w'"),
        ({"loss": np.full(16, 2 + 1j)}, "`loss` must be an array of numbers, none complex"),
        ({"groups": [1, 2]}, "must name the cluster of each of 16 runs. Received: 2"),
        ({"groups": 3}, "`groups` must be a list or array .* 16 runs. Received: 3"),
        ({"groups": [[1]] * 16}, r"`groups` must be a list or array .* Received: \[\[1\]"),
        ({"groups": [np.nan] * 16}, "Received: nan in row 0, nan in row 1, nan in row 2 and 13"),
        ({"groups": [*range(15), None]}, "cluster of every run. Received: None in row 15"),
        ({"objective": "l2"}, "`objective` must be one of huber, squared_log"),
        ({"huber_delta": 0.0}, "`huber_delta` must be positive and finite"),
        ({"n_resamples": 10}, "`n_resamples` must be at least 100"),
        ({"n_resamples": "x"}, "`n_resamples` must be .* whole number. Received: n_resamples='x'"),
        ({"n_resamples": 150.5}, "whole number. Received: n_resamples=150.5"),
        ({"seed": -1}, "`seed` must not be negative. Received: seed=-1"),
        ({"seed": "x"}, "`seed` must be a whole number, a generator or None. Received: seed='x'"),
        ({"seed": 1.5}, "`seed` must be a whole number, a generator or None. Received: seed=1.5"),
        ({"on_failure": "ignore"}, "`on_failure` must be 'raise' or 'return'"),
    ],
)
def test_bad_input_is_named_with_what_was_received(change, sentence):
    with pytest.raises(FitError, match=sentence):
        laws.fit("chinchilla", **{**noisy_runs(HOFFMANN), **change})


@pytest.mark.parametrize("groups", [np.zeros(16), [0] * 15 + [1]])
def test_fewer_than_three_clusters_have_no_interval_and_are_refused(groups):
    with pytest.raises(TooFewRunsError, match=r"`groups` must name at least 3 clusters.*Received"):
        fit_chinchilla(noisy_runs(HOFFMANN), groups=groups)
    assert fit_chinchilla(noisy_runs(HOFFMANN), groups=[0] * 10 + [1] * 3 + [2] * 3).n_runs == 16


def test_weights_and_groups_may_be_columns_of_the_data():
    runs = noisy_runs(HOFFMANN, noise=0.01)
    weights = np.linspace(1, 2, 16)
    named = laws.fit(
        "chinchilla",
        {**runs, "w": weights, "size": runs["n_params"]},
        weights="w",
        groups="size",
        n_resamples=100,
    )
    passed = fit_chinchilla(runs, weights=weights, groups=runs["n_params"])
    assert named.data_digest == passed.data_digest
    assert named.params == passed.params


def test_clusters_of_a_table_may_be_texts_among_the_facts():
    runs = noisy_runs(HOFFMANN, noise=0.01)
    table = table_of(runs)
    labelled = tuple(
        dataclasses.replace(run, facts={"run": f"size {run.n_params:g}"}) for run in table
    )
    named = laws.fit("chinchilla", RunTable(runs=labelled), groups="run", n_resamples=100)
    assert named.data_digest == fit_chinchilla(runs, groups=runs["n_params"]).data_digest
    with pytest.raises(FitError, match=r"`groups` must .* column of the data. Received: 'run'"):
        laws.fit("chinchilla", table, groups="run")
    one = RunTable(runs=(*labelled[:-1], table.runs[-1]))
    with pytest.raises(FitError, match=r"`groups` must name the cluster .* None in row 15"):
        laws.fit("chinchilla", one, groups="run")


def test_numbers_of_numpy_are_numbers():
    runs = noisy_runs(HOFFMANN)
    held = {"irreducible_loss": np.float32(1.5)}
    fit = fit_chinchilla(runs, seed=np.int64(3), fixed=held)
    assert (fit.seed, fit.fixed) == (3, {"irreducible_loss": 1.5})


def test_a_row_of_weight_zero_is_left_out_as_if_it_were_not_there():
    runs = noisy_runs(HOFFMANN, noise=0.003)
    wrong = {name: np.r_[column, 3 * column[:4]] for name, column in runs.items()}
    wrong["loss"][-1] = np.nan
    weighted = fit_chinchilla(wrong, weights=[1.0] * 16 + [0.0] * 4)
    plain = fit_chinchilla(runs, weights=np.ones(16))
    assert weighted.data_digest == plain.data_digest
    assert weighted.backtest == plain.backtest
    here, there = (f.predict(n_params=1e9, n_examples=1e11) for f in (weighted, plain))
    np.testing.assert_array_equal([here.low, here.high], [there.low, there.high])
    assert [(item.name, item.reason) for item in weighted.excluded] == [
        (f"row {row}", "its weight is 0") for row in range(16, 20)
    ]


def test_rows_of_weight_zero_do_not_make_up_for_runs_that_are_lacking():
    weights = np.zeros(16)
    weights[[0, 5, 10, 15]] = 1.0
    with pytest.raises(TooFewRunsError, match=r"Received: 4 after leaving out 12: row 1 \(its wei"):
        fit_chinchilla(noisy_runs(HOFFMANN), weights=weights)
    x = np.geomspace(1e3, 1e6, 20)
    with pytest.raises(TooFewRunsError, match=r"needs at least 5 runs.*Received: 2"):
        laws.fit("power_law_floor", x=x, loss=1 + 1 / x, weights=np.r_[1.0, 1.0, np.zeros(18)])


def test_a_run_of_weight_zero_leaves_a_table():
    table = table_of(noisy_runs(HOFFMANN))
    fit = laws.fit("chinchilla", table, weights=[0.0] + [1.0] * 15, n_resamples=100)
    assert fit.names == tuple(run.name for run in table)[1:]
    assert fit.excluded[-1].name == table.runs[0].name


def test_auto_goes_by_the_columns_that_a_mapping_holds():
    x = np.geomspace(1e3, 1e7, 12)
    curve = {"x": x, "loss": 1.5 + 20 / x**0.3}
    assert laws.fit("auto", curve, n_resamples=100).law.variables == ("x",)
    assert laws.fit("auto", {**curve, "n_params": x}, n_resamples=100).law.variables == ("x",)
    both = laws.fit("auto", {**noisy_runs(HOFFMANN), "x": np.arange(16)}, n_resamples=100)
    assert both.law.variables == ("n_params", "n_examples")


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"dataset_size": [1.0]}, r"Received: `dataset_size`.*takes it: `data_constrained`"),
        ({"x": [1.0], "metric": [0.5]}, r"Received: `metric`.*takes it: `bounded_metric`"),
        ({"n_resample": 3}, r"Received: `n_resample`. Leave it out\."),
        ({"data": {"x": [1.0], "metric": [0.5]}}, r"or x and loss. Received: x, metric"),
        ({"n_params": [1.0], "loss": [2.0]}, r"Received: n_params, loss. Add what is missing"),
        ({}, r"`auto` needs the columns n_params, n_examples and loss, or x and loss.*: none"),
    ],
)
@pytest.mark.parametrize("function", [laws.fit, laws.backtest])
def test_auto_says_which_columns_it_takes(function, columns, sentence):
    with pytest.raises(FitError, match=sentence):
        function("auto", **columns)


def test_a_mapping_without_a_column_is_named():
    with pytest.raises(FitError, match=r"needs the column `loss`\. Received: a mapping with n_par"):
        laws.fit("chinchilla", {"n_params": [1.0], "n_examples": [2.0]})


def test_too_few_runs_say_how_many_are_needed_and_which_were_left_out():
    runs = noisy_runs(HOFFMANN, sizes=(1e5, 1e6), budgets=(1e7, 1e8))
    table = table_of(runs)
    nan = Run(name="run-9", n_params=1e7, n_examples=1e8, loss=float("nan"))
    with pytest.raises(TooFewRunsError, match=r"at least 7 runs .*Received: 4 after leaving out 1"):
        laws.fit("chinchilla", dataclasses.replace(table, runs=(*table.runs, nan)))


def test_too_few_sizes_are_named():
    runs = noisy_runs(HOFFMANN, sizes=(1e5, 1e6))
    with pytest.raises(TooFewRunsError, match=r"3 distinct values of `n_params`. Received: 2 \("):
        laws.fit("chinchilla", runs)


def test_runs_of_different_units_do_not_mix():
    table = table_of(noisy_runs(HOFFMANN))
    other = Run(name="o", n_params=1e6, n_examples=1e8, loss=2.0, example_unit="token")
    with pytest.raises(
        FitError, match=r"share one example unit\. Received: example \(\S+\), token \(o\)"
    ):
        laws.fit("chinchilla", dataclasses.replace(table, runs=(*table.runs, other)))


def test_one_size_is_told_which_column_a_law_of_one_variable_takes():
    runs = noisy_runs(HOFFMANN, sizes=(1e6,), budgets=(1e7, 1e8, 1e9, 1e10, 1e11))
    advice = r"or fit `power_law_floor` against n_examples \(`--x n_examples` on the command line"
    with pytest.raises(TooFewRunsError, match=advice):
        laws.fit("chinchilla", table_of(runs))
    with pytest.raises(TooFewRunsError, match=r"or fit against n_examples \(`--x .*, or `x='n_ex"):
        laws.fit("power_law_floor", table_of(runs), x="train_flops")
    assert laws.fit("power_law_floor", table_of(runs), x="n_examples", n_resamples=100).n_runs == 5


def test_a_fit_that_does_not_converge_raises_or_returns(monkeypatch):
    for name in ("SCREEN_STEPS", "MAX_STEPS", "PATIENT_MAX_STEPS"):
        monkeypatch.setattr(f"scaling_keras.laws.problem.{name}", 1)
    runs = noisy_runs(HOFFMANN, noise=0.01)
    with pytest.raises(ConvergenceError, match="none of 128 starts did"):
        fit_chinchilla(runs)
    fit = fit_chinchilla(runs, on_failure="return")
    assert not fit.converged
    assert "No start" in fit.message


def test_squared_log_is_huber_with_a_bend_beyond_all_residuals():
    runs = noisy_runs(HOFFMANN, noise=0.01)
    squared, huber = (
        fit_chinchilla(runs, objective="squared_log"),
        fit_chinchilla(runs, huber_delta=1e3),
    )
    assert squared.objective == pytest.approx(huber.objective, rel=1e-9)
    assert squared.objective == pytest.approx(0.5 * np.sum(squared.residuals**2), rel=1e-9)


def test_the_backtest_holds_out_the_dearest_runs():
    fit = fit_chinchilla(noisy_runs(HOFFMANN, noise=0.01, sizes=(1e5, 1e6, 1e7, 1e8, 1e9)))
    assert fit.backtest.n_train + fit.backtest.n_test == fit.n_runs
    assert fit.backtest.n_test == 3
    assert fit.backtest.error < fit.backtest.baseline_error


def test_too_few_runs_for_a_backtest_are_a_finding():
    runs = noisy_runs(HOFFMANN, sizes=(1e5, 1e6, 1e7), budgets=(1e7, 1e8, 1e9))
    fit = fit_chinchilla({name: column[:8] for name, column in runs.items()})
    assert fit.backtest is None
    assert "no_backtest" in [finding.code for finding in fit.warnings]


def test_many_runs_of_few_budgets_hear_that_budgets_are_lacking_for_a_backtest():
    x = np.repeat(np.geomspace(1e3, 1e6, 5), 10)
    loss = (1.5 + 20 / x**0.3) * np.exp(np.random.default_rng(0).normal(0, 0.01, 50))
    fit = laws.fit("power_law_floor", x=x, loss=loss, n_resamples=100)
    (said,) = [finding.message for finding in fit.warnings if finding.code == "no_backtest"]
    assert "needs enough distinct (x)" in said


def coupled_runs(k, noise=0.004):
    n, d = grid(sizes=np.geomspace(1e4, 1e8, 6), budgets=np.geomspace(1e6, 1e10, 6))
    loss = 1.2 + (600 / n**0.5 + 4000 / d**0.5) ** k
    scatter = np.random.default_rng(0).normal(0, noise, len(n))
    return {"n_params": n, "n_examples": d, "loss": loss * np.exp(scatter)}


@pytest.mark.parametrize(("k", "form"), [(1.0, "chinchilla"), (0.35, "coupled")])
def test_auto_weights_forms_by_how_they_predict_held_out_runs_and_says_so(k, form):
    fit = laws.fit("auto", coupled_runs(k), n_resamples=100)
    finding = fit.warnings[0]
    assert finding.code == "form_chosen"
    assert re.search(rf"averaged: \d+% `{form}`, which errs by", finding.message)
    assert ("coupling_exponent" in fit.fixed) == (form == "chinchilla")
    assert len(fit.resamples) == 100


def test_auto_passes_over_forms_that_the_runs_can_not_determine():
    runs = noisy_runs(HOFFMANN, sizes=(1e5, 1e6, 1e7), budgets=(1e7, 1e8, 1e9))
    seven = {name: column[:7] for name, column in runs.items()}
    assert laws.fit("auto", seven, n_resamples=100).form == "chinchilla"
    with pytest.raises(TooFewRunsError, match="A `chinchilla` fit has 5 parameters"):
        laws.fit("auto", {name: column[:6] for name, column in runs.items()})


def test_auto_of_one_variable_takes_a_form_of_one_variable():
    x = np.geomspace(1e3, 1e7, 12)
    assert laws.fit("auto", x=x, loss=0.7 + 5 * x**-0.3, n_resamples=100).form == "power_law_floor"


def test_forms_are_ranked_by_their_held_out_error():
    fits = laws.compare(coupled_runs(0.35), forms=["chinchilla", "coupled"], n_resamples=100)
    assert [fit.form for fit in fits] == ["coupled", "chinchilla"]
    assert fits[0].backtest.error < fits[1].backtest.error


def test_forms_that_would_use_different_runs_are_not_ranked():
    runs = coupled_runs(0.35)
    rows = enumerate(zip(*runs.values(), strict=True))
    table = RunTable(
        runs=tuple(
            Run(
                name=f"run {row}",
                n_params=n,
                n_examples=d,
                loss=loss,
                dataset_size=d / (1, 2, 4)[row % 3] if row < 18 else np.nan,
            )
            for row, (n, d, loss) in rows
        )
    )
    forms = {"forms": ["chinchilla", "data_constrained"], "n_resamples": 100}
    sentence = (
        "36 runs for `chinchilla`, 18 runs for `data_constrained`; 18 runs are left out, each "
        "since it has no dataset_size. Leave what one of them can't use out of `data` first"
    )
    with pytest.raises(FitError, match=sentence):
        laws.compare(table, **forms)
    both = laws.compare(table.where(lambda run: run.dataset_size > 0), **forms)
    assert [fit.n_runs for fit in both] == [18, 18]


def test_a_coupled_law_allocates_a_budget():
    fit = laws.fit("coupled", coupled_runs(0.35, noise=0.0), n_resamples=100)
    best = fit.optimal_allocation(train_flops=1e18)

    def loss(n):
        return fit.predict(n_params=n, n_examples=1e18 / (6 * n)).mean[0]

    value = best.n_params.value
    assert loss(value) < min(loss(value * 1.05), loss(value / 1.05))


@pytest.mark.parametrize("form", ["chinchilla", "coupled"])
@pytest.mark.parametrize("seed", range(4))
def test_runs_that_show_no_law_are_fitted_all_the_same(form, seed):
    rng = np.random.default_rng(seed)
    n, d = grid(sizes=1e4 * np.cumprod(rng.uniform(1.2, 3, 4)), budgets=(1e5, 2e5, 4e5))
    fit = laws.fit(form, n_params=n, n_examples=d, loss=rng.normal(2.0, 0.02, 12), n_resamples=100)
    assert fit.converged
    assert {"short_range", "at_bound", "not_identified"} & {f.code for f in fit.warnings}


def test_a_fit_may_go_without_its_held_out_check():
    runs = noisy_runs(HOFFMANN, noise=0.01)
    checked, unchecked = fit_chinchilla(runs), fit_chinchilla(runs, check_held_out=False)
    assert checked.backtest is not None
    assert unchecked.backtest is None
    assert unchecked.params == checked.params
    assert (unchecked.resamples == checked.resamples).all()
