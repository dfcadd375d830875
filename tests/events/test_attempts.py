"""What several attempts of a run cost together."""

import dataclasses
import math

import numpy as np
import pytest

from scaling_keras.events.assembling import assemble
from scaling_keras.events.attempts import flops_at, flops_before, flops_course, holding
from scaling_keras.events.records import RunRecord
from scaling_keras.events.schema import FLOPS_METRIC, RunCorrection, RunFacts, RunResult


def _facts(n_before, before, flops=2.0):
    return RunFacts(
        n_params={"hidden": 1},
        n_examples_before=n_before,
        train_flops_before=before,
        train_flops_per_example=flops,
    )


def _record(facts, results, points=((100.0, 1.0, 3.0),)):
    return RunRecord(
        name="run",
        facts=facts,
        results=results,
        curves={"loss": np.array(points)},
        last_wall_time=0.0,
    )


FROZEN = {1: _facts(0, 0.0)}
UNFROZEN = {**FROZEN, 2: _facts(100, 200.0, flops=10.0)}


def test_an_attempt_that_began_where_a_later_one_did_does_not_hold():
    begins = {1: 0, 2: 100, 3: 50, 4: 50, 5: 80}
    assert holding({attempt: _facts(n, None) for attempt, n in begins.items()}) == [5, 4, 1]


def test_a_run_costs_what_each_of_its_attempts_cost():
    running = _record(UNFROZEN, {1: RunResult(n_examples=100, train_flops=200.0)})
    (run,) = assemble([dataclasses.replace(running, curves={"loss": np.array([[150.0, 1, 2]])})])
    assert (run.train_flops, run.train_flops_per_example) == (200 + 50 * 10, 700 / 150)
    assert run.flops_course == ((100.0, 200.0),)
    places = np.array([50.0, 100.0, 120.0, 150.0])
    assert run.flops_at(places).tolist() == [100, 200, 400, 700]


def test_an_attempt_of_an_older_version_costs_the_same_for_every_example():
    old = {**FROZEN, 2: dataclasses.replace(UNFROZEN[2], train_flops_before=None)}
    (run,) = assemble([_record(old, {2: RunResult(n_examples=300, train_flops=2700.0)})])
    assert (run.train_flops, run.flops_course) == (2700, ())
    assert run.flops_at(np.array([100.0])).tolist() == [900]
    (run,) = assemble([_record(old, {}, [(200.0, 1.0, 3.0)])])
    assert (run.train_flops, run.train_flops_per_example) == (2000, 10)


def test_one_corrected_figure_is_that_of_all_attempts():
    correction = RunCorrection(facts={"train_flops_per_example": 7.0})
    record = _record(UNFROZEN, {2: RunResult(n_examples=300, train_flops=2200.0)})
    (run,) = assemble([dataclasses.replace(record, corrections={1: correction})])
    assert (run.train_flops, run.flops_course) == (2100, ())


@pytest.mark.parametrize(
    ("n_examples", "expected"),
    [(0, 0), (60, 150), (100, 250), (150, 750), (200, 1250), (201, None)],
)
def test_what_a_run_had_cost_is_told_by_the_attempt_that_got_there(n_examples, expected):
    facts = {**FROZEN, 2: _facts(100, 250.0, flops=9.0)}
    results = {
        # Measured at 2.5 an example, where the facts had foretold 2.
        1: RunResult(n_examples=120, train_flops=300.0),
        2: RunResult(n_examples=200, train_flops=1250.0),
    }
    assert flops_before(_record(facts, results), n_examples) == expected


def test_a_killed_attempt_cost_what_its_facts_say_beyond_its_last_point_too():
    assert flops_before(_record(FROZEN, {}), 130) == 260


@pytest.mark.parametrize(
    ("n_examples", "expected"), [(0, 0), (30, 90), (50, 150), (60, 220), (75, 325), (100, 450)]
)
def test_a_killed_attempt_cost_what_was_measured_at_its_points(n_examples, expected):
    curve = np.array([[50, 1.0, 150], [60, 2.0, 220], [80, 3.0, 360]])
    record = dataclasses.replace(_record(FROZEN, {}), curves={FLOPS_METRIC: curve})
    assert flops_before(record, n_examples) == pytest.approx(expected)


def test_an_attempt_under_way_costs_what_its_last_point_measured():
    points = np.array([[120, 1.0, 400], [150, 5.0, 900]])
    curves = {"loss": np.array([[150.0, 5.0, 2.0]]), FLOPS_METRIC: points}
    # The first of them is the first attempt's.
    facts = {**FROZEN, 2: dataclasses.replace(UNFROZEN[2], start_time=4.0)}
    record = dataclasses.replace(_record(facts, {}), curves=curves)
    (run,) = assemble([record])
    assert run.train_flops == 900
    correction = RunCorrection(facts={"train_flops_per_example": 7.0})
    (run,) = assemble([dataclasses.replace(record, corrections={1: correction})])
    assert run.train_flops == 150 * 7


@pytest.mark.parametrize(
    "facts", [{}, {1: _facts(100, None)}, {1: _facts(0, 0.0, flops=None)}], ids=str
)
def test_what_nobody_wrote_down_is_unknown(facts):
    assert flops_before(_record(facts, {}), 100) is None


def test_a_cost_before_that_is_unknown_leaves_no_course():
    assert flops_course({**FROZEN, 2: _facts(100, None)}) == ()
    assert flops_course({**UNFROZEN, 3: _facts(300, None)}) == ()
    assert flops_course({**UNFROZEN, 3: _facts(300, 2200.0)}) == ((100, 200), (300, 2200))
    assert flops_course({**UNFROZEN, 3: _facts(0, 0.0)}) == ()


def test_without_a_cost_of_an_example_there_is_none_of_a_run():
    assert flops_at(_facts(0, 0.0, flops=None), None, 10) is None
    (run,) = assemble([_record({1: _facts(50, 5.0, flops=None)}, {})])
    assert math.isnan(run.train_flops)


@pytest.mark.parametrize(("sizes", "expected"), [((20, 60), 60), ((64, 50), 64), ((None, 9), 9)])
def test_a_data_set_is_as_large_as_an_attempt_has_shown(sizes, expected):
    results = {k: RunResult(n_examples=200, dataset_size=size) for k, size in enumerate(sizes, 1)}
    (run,) = assemble([_record(UNFROZEN, results)])
    assert run.dataset_size == expected


def test_the_data_of_weights_that_are_gone_is_not_that_of_the_run():
    facts = {**FROZEN, 2: _facts(0, 0.0)}
    results = {k: RunResult(n_examples=200, dataset_size=size) for k, size in ((1, 90), (2, 40))}
    (run,) = assemble([_record(facts, results)])
    assert run.dataset_size == 40
