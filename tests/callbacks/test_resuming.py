import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaling_keras.callbacks.resuming import (
    StepsCurve,
    examples_at,
    examples_before,
    losses_of_attempts,
)
from scaling_keras.errors import ScalingWarning
from scaling_keras.events.records import RunRecord
from scaling_keras.events.schema import RunFacts, RunResult

RUN_DIR = Path("runs", "a")


def _record(*, results=None, **curves):
    return RunRecord(
        name="a",
        facts={1: RunFacts(start_time=0.0)},
        results=results or {},
        curves={name: np.array(points, dtype=float) for name, points in curves.items()},
        last_wall_time=3.0,
    )


STEPS = _record(iterations=[(320, 1, 10), (640, 2, 20), (940, 3, 30)])


@pytest.mark.parametrize(
    ("steps", "expected"), [(5, 160), (10, 320), (20, 640), (25, 800), (30, 940), (31, 970)]
)
def test_the_examples_at_a_step_go_on_as_before_it(steps, expected):
    # The epoch's last step, from 908 to 940, saw less than the others. No result: it was killed.
    assert examples_before(STEPS, steps, RUN_DIR) == expected


def _written(seen):
    curve, written = StepsCurve(0, 0), []
    for n_examples, steps in seen:
        if curve.must_write(n_examples, steps):
            written.append((n_examples, 0.0, steps))
    return np.array(written, dtype=float)


def test_steps_of_one_size_need_one_point():
    seen = [(32 * steps, steps) for steps in range(10, 1000, 7)]
    assert len(_written(seen)) == 1
    assert all(examples_at(_written(seen), steps) == n for n, steps in seen)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 40)), min_size=1, max_size=30))
def test_the_examples_at_every_point_can_be_told_from_those_written(increments):
    seen = np.cumsum([(1 + n, s) for s, n in increments], axis=0).tolist()
    written = _written(seen)
    assert [round(examples_at(written, steps)) for _, steps in seen] == [n for n, _ in seen]


@pytest.mark.parametrize("steps", [None, 0])
def test_a_model_without_steps_begins_anew(steps):
    assert examples_before(STEPS, steps, RUN_DIR) == 0


def test_a_run_without_earlier_attempts_begins_at_nothing():
    assert examples_before(_record(), 10, RUN_DIR) == 0


def test_steps_that_nobody_logged_are_warned_of():
    ended = dataclasses.replace(STEPS, results={1: RunResult(n_examples=940)})
    with pytest.warns(ScalingWarning, match="after 50 optimizer steps, which make 1,540 examples"):
        assert examples_before(ended, 50, RUN_DIR) == 940


def test_taking_the_place_of_a_completed_run_is_warned_of():
    with pytest.warns(ScalingWarning, match="which holds a completed one"):
        examples_before(_record(results={1: RunResult()}), 0, RUN_DIR)


def test_losses_are_those_of_what_holds_of_all_attempts():
    earlier = _record(loss=[(100, 1, 4.0), (200, 2, 1.0)], iterations=[(100, 1, 1)])
    facts = RunFacts(attempt=2, n_examples_before=100, start_time=10.0)
    losses = losses_of_attempts(earlier, facts, {"loss": [(300, 11.0, 2.0)], "mae": [(300, 11, 5)]})
    assert losses == {
        "loss": {"final": 2.0, "best": 2.0, "tail": 2.0},
        "mae": {"final": 5.0, "best": 5.0, "tail": 5.0},
    }
