import dataclasses
import json

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.errors import FitError, TooFewRunsError
from scaling_keras.laws import best_settings
from scaling_keras.runs import Run, RunTable

SIZES, BUDGETS = (1e7, 3e7, 1e8, 3e8, 1e9), (1e9, 4e9, 1.6e10)
GRID = 1e-3 * 2.0 ** np.arange(-6, 7)


def optimum(n_params, n_examples):
    """The Step Law's."""
    return 1.79 * n_params**-0.713 * n_examples**0.307


def run(rate, n_params=1e8, n_examples=4e9, *, loss=None, name=None, **facts):
    off = np.log(rate / optimum(n_params, n_examples))
    status = facts.pop("status", "completed")
    return Run(
        name=name or f"{n_params:g}-{n_examples:g}-{rate:g}-{facts}",
        n_params=n_params,
        n_examples=n_examples,
        loss=2.5 * (1 + 0.008 * off**2) if loss is None else loss,
        train_flops=6 * n_params * n_examples,
        status=status,
        facts={"hyperparameters": {"learning_rate": float(rate), **facts}},
    )


def near(rates, n_params, n_examples):
    """The five rates around the best."""
    off = np.abs(np.log(rates / optimum(n_params, n_examples)))
    return np.sort(rates[np.argsort(off)[:5]])


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(1)
    runs = [run(rate, n, d) for n in SIZES for d in BUDGETS for rate in near(GRID, n, d)]
    noisy = [dataclasses.replace(r, loss=r.loss * np.exp(rng.normal(0, 0.001))) for r in runs]
    return RunTable(runs=tuple(noisy))


@pytest.fixture(scope="module")
def fit(table):
    return laws.fit("optimal_learning_rate", table, n_resamples=200)


def test_a_parabola_finds_the_best_between_the_values_tried(table):
    found = best_settings(table)
    off = np.log(found.values / optimum(found.n_params, found.n_examples))
    by_name = {r.name: r for r in table}
    raw = [by_name[name].facts["hyperparameters"]["learning_rate"] for name in found.names]
    raw_off = np.log(raw / optimum(found.n_params, found.n_examples))
    assert found.smoothed.all()
    assert not found.at_edge.any()
    assert np.sqrt(np.mean(off**2)) < 0.6 * np.sqrt(np.mean(raw_off**2))


def test_a_table_of_several_settings_gives_the_law_of_the_best(fit):
    assert fit.n_runs == len(SIZES) * len(BUDGETS)
    intervals = fit.intervals(0.95)
    for name, true in (("param_power", -0.713), ("data_power", 0.307)):
        assert intervals[name].low < true < intervals[name].high
        assert fit.params[name] == pytest.approx(true, abs=0.06)
    found = fit.predict(n_params=4e9, n_examples=6e10)
    assert found.low[0] < optimum(4e9, 6e10) < found.high[0]
    assert fit.labels["param_convention"] == "total"
    codes = {finding.code for finding in fit.warnings}
    assert not {"several_settings", "flops_assumed", "not_identified"} & codes


def test_its_fit_survives_saving_and_makes_no_plans(fit):
    assert laws.Fit.from_dict(json.loads(json.dumps(fit.to_dict()))).to_dict() == fit.to_dict()
    with pytest.raises(
        FitError, match=r"law of the loss by n_params.*of learning_rate by n_params"
    ):
        fit.optimal_allocation(train_flops=1e20)
    with pytest.raises(FitError, match="A plan needs a law of the loss"):
        laws.allocate(fit, train_flops=1e20)
    with pytest.raises(FitError, match="`next_runs` needs a law of the loss"):
        laws.next_runs(fit, target={"n_params": 1e9, "n_examples": 1e10})


def test_the_held_out_check_finds_the_best_too(table):
    held = laws.backtest("optimal_learning_rate", table, n_resamples=100)
    assert held.error < 0.3 * held.baseline_error


def test_the_law_by_compute_takes_the_flops_of_the_runs(table):
    found = laws.fit("optimal_learning_rate_by_compute", table, n_resamples=100)
    assert found.law.variables == ("train_flops",)
    assert found.values.max() == pytest.approx(6 * 1e9 * 1.6e10)
    assert found.params["compute_power"] < 0


def test_batch_sizes_follow_their_power_of_the_data():
    rng = np.random.default_rng(2)
    data = np.geomspace(1e9, 1e11, 9)
    batch = 0.58 * data**0.571 * np.exp(rng.normal(0, 0.05, 9))
    found = laws.fit("optimal_batch_size", n_examples=data, batch_size=batch, n_resamples=100)
    assert found.params["data_power"] == pytest.approx(0.571, abs=0.05)


def test_an_optimum_at_the_edge_is_left_out_and_told():
    n, d = 1e9, 1.6e10
    bracketed = [run(r, a, b) for a in SIZES for b in BUDGETS for r in near(GRID, a, b)]
    above = [r for r in GRID if r > 1.5 * optimum(n, d)][:4]
    kept = [r for r in bracketed if (r.n_params, r.n_examples) != (n, d)]
    table = RunTable(runs=(*kept, *(run(rate, n, d) for rate in above)))
    found = laws.fit("optimal_learning_rate", table, n_resamples=100)
    assert found.n_runs == len(SIZES) * len(BUDGETS) - 1
    (finding,) = [f for f in found.warnings if f.code == "optimum_at_edge"]
    assert "For 1 of 15 combinations" in finding.message
    assert "n_params=1e+09, n_examples=1.6e+10" in finding.message
    (left_out,) = found.excluded
    assert left_out.reason == "its learning_rate is the best, but at the edge of those tried"
    found = best_settings(table)
    assert found.to_dict()["at_edge"].count(True) == 1


def test_one_setting_each_says_nothing_of_the_best():
    table = RunTable(runs=tuple(run(1e-3, n, d) for n in SIZES for d in BUDGETS))
    with pytest.raises(TooFewRunsError, match=r"Received: 0 after leaving out 15.*at the edge"):
        laws.fit("optimal_learning_rate", table)


def test_a_run_that_diverged_bounds_the_best_from_above():
    rates = near(GRID, 1e8, 4e9)[:3]
    best = run(rates[2])
    open_end = best_settings(RunTable(runs=(run(rates[0]), run(rates[1]), best)))
    assert open_end.at_edge.all()
    diverged = run(4 * rates[2], n_examples=1e6, loss=np.nan, status="diverged")
    found = best_settings(RunTable(runs=(run(rates[0]), run(rates[1]), best, diverged)))
    assert not found.at_edge.any()
    assert not found.smoothed.any()
    assert found.values[0] == pytest.approx(rates[2])
    assert found.n_tried[0] == 4


def test_the_best_batch_is_taken_for_each_rate_and_seeds_are_averaged():
    def loss(rate, batch, seed):
        off = np.log(rate / 1e-3)
        return 2 + 0.05 * off**2 + (0.3 if batch == 32 else 0) + (0.2 if seed else -0.2)

    runs = [
        run(rate, batch_size=batch, seed=seed, loss=loss(rate, batch, seed))
        for rate in (5e-4, 1e-3, 2e-3)
        for batch in (32, 64)
        for seed in (0, 1)
    ]
    # A lucky seed alone must not win.
    lucky = run(2e-3, batch_size=64, seed=2, loss=2.05)
    found = best_settings(RunTable(runs=(*runs, lucky)))
    assert found.loss[0] == pytest.approx(2.0)
    assert found.values[0] == pytest.approx(1e-3, rel=0.1)


def test_amounts_of_data_that_differ_by_rounding_are_one():
    rates = near(GRID, 1e8, 4e9)
    runs = tuple(run(rate, n_examples=4e9 * (1 + 0.002 * i)) for i, rate in enumerate(rates))
    found = best_settings(RunTable(runs=runs))
    assert found.n_tried.tolist() == [5]


def test_a_column_of_a_csv_file_is_a_setting(tmp_path, table):
    path = tmp_path / "runs.csv"
    table.to_csv(path)
    again = best_settings(RunTable.from_csv(path))
    np.testing.assert_allclose(again.values, best_settings(table).values)


def test_runs_without_the_setting_are_left_out_or_refused(table):
    bare = Run(name="bare", n_params=1e8, n_examples=4e9, loss=2.5)
    found = best_settings(RunTable(runs=(*table, bare)))
    assert [(item.name, item.reason) for item in found.excluded] == [
        ("bare", "it has no learning_rate")
    ]
    with pytest.raises(FitError, match=r"`setting` must be a number.*'weight_decay'"):
        best_settings(table, "weight_decay")
    lost = tuple(run(rate, status="diverged", loss=np.nan) for rate in GRID)
    with pytest.raises(FitError, match=r"needs runs that completed.*all of which diverged"):
        best_settings(RunTable(runs=lost))


def test_columns_beside_a_table_are_refused(table):
    with pytest.raises(FitError, match=r"finds the best runs itself\. Received: weights beside"):
        laws.fit("optimal_learning_rate", table, weights=np.ones(len(table)))


def test_only_a_table_has_best_settings():
    with pytest.raises(FitError, match=r"`runs` must be a table of runs. Received: None."):
        best_settings(None)
