import json

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.errors import FitError
from scaling_keras.laws.approaches import approaches
from scaling_keras.runs import Run, RunTable
from tests.laws.test_envelope import curves, table_of
from tests.laws.test_isoflop import LOPSIDED, exponent_of, profiles, true_size
from tests.strategies import HOFFMANN


def compare(runs, **options):
    return approaches(runs, **{"n_resamples": 100, **options})


def codes(found):
    return {finding.code for finding in found.findings}


def test_on_exact_runs_the_approaches_agree_with_the_law():
    found = compare(profiles(), curves=curves(n_sizes=24), train_flops=1e22, skip=0.01)
    assert list(found.approaches) == ["envelope", "isoflop", "isoflop_parabola", "surface"]
    for name, tolerance in (("envelope", 0.02), ("isoflop", 1e-4), ("surface", 1e-3)):
        approach = found.approaches[name]
        exponent = approach.frontier_param_exponent.value
        assert exponent == pytest.approx(exponent_of(HOFFMANN), abs=tolerance)
        assert approach.reason == ""
    for name in ("isoflop", "surface"):
        size = found.approaches[name].n_params.value
        assert size == pytest.approx(true_size(HOFFMANN, 1e22), rel=1e-2)


def test_the_bias_of_parabolas_is_what_exact_runs_of_the_law_show():
    runs = profiles(LOPSIDED, width=16.0, shift=1.5, drift=3.0, n_sizes=10)
    found = compare(runs, train_flops=1e22)
    measured = laws.fit("chinchilla", runs, n_resamples=100)
    true = measured.optimal_allocation(train_flops=1e22).n_params.value
    parabolas = found.approaches["isoflop_parabola"].n_params.value
    assert found.bias["isoflop_parabola"].n_params == pytest.approx(parabolas / true - 1, rel=0.05)
    assert abs(found.bias["isoflop"].n_params) < 1e-3
    corrected = found.bias["isoflop_parabola"].corrected_exponent
    assert corrected == pytest.approx(exponent_of(LOPSIDED), abs=2e-3)
    assert "approach_2_biased" in codes(found)


def test_a_surface_without_bias_to_show_says_nothing_of_it():
    found = compare(profiles(width=2.0, noise=0.0001), train_flops=1e20)
    assert "approach_2_biased" not in codes(found)


def test_intervals_that_do_not_overlap_are_named():
    found = compare(profiles(LOPSIDED, width=16.0, noise=0.0005, n_sizes=10), train_flops=1e21)
    disagreements = [f for f in found.findings if f.code == "approaches_disagree"]
    assert any("N_opt" in f.message and "by parabolas" in f.message for f in disagreements)


def test_the_default_budget_is_that_of_the_dearest_run():
    assert compare(profiles()).train_flops == pytest.approx(1e21)


def test_missing_curves_are_a_reason():
    found = compare(profiles())
    assert found.envelope is None
    assert "no training curves" in found.approaches["envelope"].reason
    assert "no training curves" in found.summary()


def test_runs_off_any_budget_still_give_a_surface():
    rng = np.random.default_rng(0)
    n, d = 10 ** rng.uniform(6, 9, 30), 10 ** rng.uniform(8, 11, 30)
    runs = {"n_params": n, "n_examples": d, "loss": 1.69 + 406.4 / n**0.34 + 410.7 / d**0.28}
    found = compare(runs, train_flops=1e20, budget_ratio=1.0001)
    for name in ("isoflop", "isoflop_parabola"):
        assert "runs of 3 sizes" in found.approaches[name].reason
    assert found.approaches["surface"].n_params is not None
    assert found.bias == {}


def test_one_budget_gives_profiles_without_exponents():
    found = compare(profiles(budgets=(1e19,), n_sizes=9), train_flops=1e19)
    assert "too few optima" in found.approaches["isoflop"].reason
    assert found.bias == {}


def test_too_few_runs_for_a_surface_are_a_reason():
    found = compare(profiles(n_sizes=3, budgets=(1e18, 1e20)), train_flops=1e19)
    assert "5 parameters" in found.approaches["surface"].reason
    assert found.approaches["isoflop"].n_params is not None


def test_a_table_serves_all_three():
    columns = curves(n_sizes=20, n_points=30)
    # Every other run is a tenth as long, so that size and data don't rise together.
    short = np.isin(columns["n_params"], np.unique(columns["n_params"])[::2])
    kept = ~short | (columns["n_examples"] < 40 * columns["n_params"])
    table = table_of({name: column[kept] for name, column in columns.items()})
    found = compare(table, skip=0.01, train_flops=1e20)
    for name in ("envelope", "surface"):
        assert found.approaches[name].n_params is not None
    assert "unmatched_schedules" in codes(found)
    constant = compare(table, skip=0.01, constant_schedule=True, fit=found.fit)
    assert "unmatched_schedules" not in codes(constant)


def test_a_fit_made_before_is_the_surface():
    runs = profiles(noise=0.002)
    fit = laws.fit("chinchilla", runs, n_resamples=100)
    assert compare(runs, fit=fit).fit is fit


def test_a_law_without_power_terms_has_sizes_but_no_exponent():
    runs = profiles(noise=0.001)
    rows = zip(*runs.values(), strict=True)
    table = RunTable(
        runs=tuple(
            Run(name=f"r{i}", n_params=n, n_examples=d, loss=loss, train_flops=c)
            for i, (n, d, loss, c) in enumerate(rows)
        )
    )
    surface = compare(table, form="coupled").approaches["surface"]
    assert surface.n_params.low <= surface.n_params.value <= surface.n_params.high


def test_what_each_approach_says_of_itself_is_said_once():
    runs = profiles(noise=0.002)
    del runs["train_flops"]
    said = [finding.code for finding in compare(runs).findings]
    assert said.count("flops_assumed") == 1


def test_the_summary_is_a_table_with_the_findings_below():
    found = compare(profiles(LOPSIDED, width=16.0, noise=0.0005, n_sizes=10), train_flops=1e21)
    lines = found.summary().splitlines()
    assert lines[0] == "At 1e+21 FLOPs, with 90% intervals"
    assert lines[1].split() == ["a", "b", "N_opt", "D_opt"]
    assert [line.split()[0] for line in lines[2:6]] == ["1", "2", "2", "3"]
    assert sum(line.startswith("  ! ") for line in lines) == len(found.findings)


def test_the_result_is_plain_values():
    values = json.loads(json.dumps(compare(profiles(noise=0.002)).to_dict()))
    assert values["approaches"]["isoflop"]["frontier_param_exponent"]["value"] > 0
    assert values["bias"]["isoflop_parabola"]["name"] == "isoflop_parabola"
    assert values["envelope"] is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"train_flops": -1.0}, "`train_flops` must be a positive"),
        ({"train_flops": [1e20, 1e21]}, "`train_flops` must be one budget"),
        ({"colour": "red"}, r"takes the options .* Received: colour"),
        ({"level": 1.5}, "`level` must be"),
        ({"n_resamples": 1}, "`n_resamples` must be"),
        ({"form": "nothing"}, "nothing"),
    ],
)
def test_an_argument_that_can_not_be_used_is_named(options, message):
    with pytest.raises(FitError, match=message):
        compare(profiles(), **options)


def test_without_runs_there_is_no_budget_to_compare_at():
    with pytest.raises(FitError, match="no usable runs to take it from"):
        compare(RunTable(runs=()))
    found = compare(RunTable(runs=()), train_flops=1e20)
    assert all(approach.reason for approach in found.approaches.values())


def test_estimates_that_differ_by_rounding_alone_do_not_disagree():
    found = compare(profiles(width=2.0, noise=0.0), train_flops=1e22)
    assert "approaches_disagree" not in codes(found)


def test_flat_losses_leave_the_frontier_of_a_surface_open():
    runs = {**profiles(), "loss": np.full(len(profiles()["loss"]), 2.5)}
    exponent = compare(runs).approaches["surface"].frontier_param_exponent
    assert (exponent.low, exponent.high) == pytest.approx((0.0, 1.0))
