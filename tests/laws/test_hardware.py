import json

import numpy as np
import pytest

from scaling_keras.errors import FitError
from scaling_keras.laws.hardware import hours, measured_flops_per_second
from scaling_keras.laws.results import Interval
from scaling_keras.runs import Run, RunTable


def timed_runs(rates, *, status="completed", facts=None):
    """Runs of rising cost that trained at these FLOPs per second."""
    return RunTable(
        runs=tuple(
            Run(
                name=f"r{i}",
                n_params=1e6,
                n_examples=1e6 * 2**i,
                loss=2.0,
                train_flops_per_example=6e6,
                train_flops=6e12 * 2**i,
                status=status,
                facts={
                    "device_kind": "GPU",
                    "n_replicas": 1,
                    **(facts[i] if facts else {}),
                    "result": {"examples_per_second": rate / 6e6},
                },
            )
            for i, rate in enumerate(rates)
        )
    )


def codes(result):
    return [finding.code for finding in result.warnings]


def test_the_rate_is_that_of_the_dearer_half():
    rate = measured_flops_per_second(timed_runs([1.0e12, 1.0e12, 1.2e12, 1.3e12]))
    assert rate.flops_per_second.value == pytest.approx(1.25e12)
    assert 1.2e12 <= rate.flops_per_second.low < rate.flops_per_second.high <= 1.3e12
    assert (rate.n_runs, rate.device_kind, rate.n_replicas) == (2, "GPU", 1)
    assert codes(rate) == []


def test_a_rate_that_rises_with_the_cost_is_a_finding():
    rate = measured_flops_per_second(timed_runs([1e11, 2e11, 1e12, 2e12]))
    assert codes(rate) == ["rate_not_constant"]
    assert "10x the FLOP/s" in rate.warnings[0].message


def test_runs_on_other_hardware_than_the_dearest_are_left_out():
    facts = [{"device_kind": "CPU"}, {"device_kind": "CPU"}, {}, {}]
    rate = measured_flops_per_second(timed_runs([1e9, 1e9, 1e12, 1e12], facts=facts))
    assert rate.flops_per_second.low == pytest.approx(1e12)
    assert codes(rate) == ["mixed_hardware"]


def test_runs_that_recorded_no_rate_give_none():
    assert measured_flops_per_second(timed_runs([1e12], status="diverged")) is None
    bare = RunTable(runs=(Run(name="r", n_params=1e6, n_examples=1e6, loss=2.0),))
    assert measured_flops_per_second(bare) is None
    timed = {"result": {"examples_per_second": 1.0}}
    uncounted = Run(name="r", n_params=1e6, n_examples=1e6, loss=2.0, facts=timed)
    assert measured_flops_per_second(RunTable(runs=(uncounted,))) is None
    unfinished = Run(name="r", n_params=1e6, n_examples=1e6, loss=2.0, facts={"result": None})
    assert measured_flops_per_second(RunTable(runs=(unfinished,))) is None


def test_hours_on_a_device_say_what_they_assume():
    took = hours(3.6e18, device="NVIDIA A100-SXM4-80GB", utilisation=0.5, n_devices=2)
    assert took.hours.value == pytest.approx(1e15 / 312e12)
    assert took.device_hours.value == pytest.approx(2 * 1e15 / 312e12)
    assert took.cost is None
    assert codes(took) == ["utilisation_assumed"]
    assert "50% of the A100's peak of 3.12e+14 FLOP/s in bf16" in took.warnings[0].message


def test_the_usual_utilisation_is_forty_per_cent():
    given, usual = (hours(1e18, device="T4", dtype="fp16", utilisation=u) for u in (0.4, None))
    assert given.hours == usual.hours
    assert usual.utilisation == 0.4


def test_money_is_device_hours_times_the_price():
    took = hours(3.6e18, flops_per_second=1e14, n_devices=4, device_hour_price=2.5)
    assert took.hours.value == pytest.approx(10.0)
    assert took.device_hours.value == pytest.approx(40.0)
    assert took.cost.value == pytest.approx(100.0)
    assert took.utilisation is None
    assert took.warnings == ()


def test_measured_rates_give_hours_with_an_interval():
    rate = measured_flops_per_second(timed_runs([1e11, 2e11, 1e12, 2e12]))
    took = hours(3.6e16, flops_per_second=rate)
    assert took.hours.low < took.hours.value < took.hours.high
    assert took.warnings == rate.warnings


def test_uncertain_flops_and_rates_add_up():
    took = hours(
        Interval(value=3.6e16, low=1.8e16, high=7.2e16),
        flops_per_second=Interval(value=1e13, low=5e12, high=2e13),
    )
    ends = [took.hours.low, took.hours.value, took.hours.high]
    np.testing.assert_allclose(ends, [0.25, 1.0, 4.0])


def test_results_survive_json_where_an_end_is_open():
    flops = Interval(value=3.6e16, low=1.8e16, high=np.inf)
    values = json.loads(json.dumps(hours(flops, device="L4").to_dict(), allow_nan=False))
    assert values["hours"]["high"] is None
    assert values["warnings"][0]["code"] == "utilisation_assumed"
    rate = measured_flops_per_second(timed_runs([1e12]))
    assert json.loads(json.dumps(rate.to_dict()))["flops_per_second"]["value"] == 1e12


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "needs either a rate or a device"),
        ({"device": "T4", "flops_per_second": 1e12}, "needs either a rate or a device"),
        ({"device": "abacus"}, r"`device` must be one whose peak is known: B200, .*'abacus'"),
        ({"device": "T4"}, r"`dtype` must be one that the T4 multiplies in: fp16, fp32"),
        ({"device": "L4", "utilisation": 40}, r"`utilisation` must be in \(0, 1\]"),
        ({"device": "L4", "n_devices": 0}, "`n_devices` must be a whole number of at least 1"),
        ({"device": "L4", "n_devices": 1.5}, "`n_devices` must be a whole number of at least 1"),
        ({"device": "L4", "device_hour_price": -1}, "`device_hour_price` must be a positive"),
        ({"flops_per_second": 1e12, "utilisation": 0.4}, "a measured rate holds it already"),
        ({"flops_per_second": 0.0}, "`flops_per_second` must be a positive, finite number"),
    ],
)
def test_what_hours_can_not_use_is_named(arguments, sentence):
    with pytest.raises(FitError, match=sentence):
        hours(1e18, **arguments)


def test_flops_must_be_positive():
    with pytest.raises(FitError, match="`train_flops` must be a positive, finite number"):
        hours(0.0, device="L4")


@pytest.mark.parametrize(
    ("low", "high"), [(np.nan, 1e20), (1e18, np.nan), (2e19, 1e20), (1e18, 9e18), (-1.0, 1e20)]
)
@pytest.mark.parametrize("name", ["train_flops", "flops_per_second"])
def test_an_interval_must_lie_around_its_value(name, low, high):
    given = {"train_flops": 1e19, "flops_per_second": 1e13}
    given[name] = Interval(value=1e19, low=low, high=high)
    with pytest.raises(FitError, match=rf"`{name}` must have its value between its ends"):
        hours(given["train_flops"], flops_per_second=given["flops_per_second"])


def test_an_interval_may_be_unknown_or_open():
    unknown = Interval(value=3.6e16, low=np.nan, high=np.nan)
    took = hours(unknown, flops_per_second=1e13).hours
    assert took.value == pytest.approx(1.0)
    assert np.isnan([took.low, took.high]).all()
    slow = Interval(value=1e13, low=0.0, high=1e13)
    assert hours(3.6e16, flops_per_second=slow).hours.high == np.inf


def test_the_level_must_be_a_share():
    with pytest.raises(FitError, match="`level` must be between 0 and 1"):
        measured_flops_per_second(timed_runs([1e12]), level=90)
