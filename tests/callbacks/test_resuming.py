import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaling_keras.callbacks.resuming import (
    Standing,
    StepsCurve,
    examples_at,
    losses_of_attempts,
    standing_after_fit,
    standing_in_run,
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
    assert standing_in_run(STEPS, steps, RUN_DIR) == Standing(n_examples=expected, steps=steps)


def _written(seen):
    curve, written = StepsCurve(0, 0), [(0, 0.0, 0)]
    for n_examples, steps in seen:
        if curve.must_write(n_examples, steps):
            written.append((n_examples, 0.0, steps))
    return np.array(written, dtype=float)


def test_steps_of_one_size_need_one_point():
    seen = [(32 * steps, steps) for steps in range(10, 1000, 7)]
    assert len(_written(seen)) == 2
    assert all(examples_at(_written(seen), steps) == n for n, steps in seen)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 40)), min_size=1, max_size=30))
def test_the_examples_at_every_point_can_be_told_from_those_written(increments):
    seen = np.cumsum([(1 + n, s) for s, n in increments], axis=0).tolist()
    written = _written(seen)
    assert [round(examples_at(written, steps)) for _, steps in seen] == [n for n, _ in seen]


@pytest.mark.parametrize("steps", [None, 0])
def test_a_model_without_steps_begins_anew(steps):
    assert standing_in_run(STEPS, steps, RUN_DIR) == Standing(steps=steps)


@pytest.mark.parametrize(
    "earlier",
    [
        _record(),
        _record(results={1: RunResult()}, loss=[(100, 1, 4.0)]),
        # It began at 20 steps, so ten of them are another training's.
        _record(iterations=[(0, 1, 20), (320, 2, 30)]),
    ],
    ids=["nothing", "no steps", "later steps"],
)
def test_steps_that_are_in_no_log_leave_the_examples_unknown(earlier):
    with pytest.warns(ScalingWarning, match=r"after 10 optimizer steps, of which .* no record"):
        standing = standing_in_run(earlier, 10, RUN_DIR)
    assert standing == Standing(n_examples=0, steps=10, unrecorded_steps=10)
    # Warnings are errors here.
    assert standing_in_run(earlier, 10, RUN_DIR, given=7) == Standing(n_examples=7, steps=10)


def test_a_run_that_began_with_steps_is_followed_from_there():
    earlier = _record(iterations=[(0, 1, 20), (320, 2, 30)])
    assert standing_in_run(earlier, 25, RUN_DIR).n_examples == 160
    assert standing_in_run(earlier, 40, RUN_DIR).n_examples == 640


def test_the_steps_of_a_model_compiled_anew_are_those_since():
    earlier = _record(iterations=[(10, 1, 1), (20, 2, 2), (30, 3, 0), (40, 4, 1)])
    assert standing_in_run(earlier, 1, RUN_DIR).n_examples == 40
    assert standing_in_run(earlier, 2, RUN_DIR).n_examples == 50


def test_what_is_unknown_of_a_run_stays_so():
    earlier = dataclasses.replace(
        _record(iterations=[(0, 1, 20), (320, 2, 30)]), facts={1: RunFacts(unrecorded_steps=20)}
    )
    assert standing_in_run(earlier, 30, RUN_DIR).unrecorded_steps == 20
    last = Standing(n_examples=320, steps=30, unrecorded_steps=20)
    assert standing_after_fit(last, 30) == last


def test_steps_between_two_fits_leave_the_examples_unknown():
    last = Standing(n_examples=320, steps=10)
    assert standing_after_fit(last, 0) == Standing(n_examples=320, steps=0)  # Compiled anew.
    with pytest.warns(ScalingWarning, match="of which 4 were made without the logger"):
        assert standing_after_fit(last, 14).unrecorded_steps == 14


def test_steps_that_nobody_logged_are_warned_of():
    ended = dataclasses.replace(STEPS, results={1: RunResult(n_examples=940)})
    with pytest.warns(ScalingWarning, match="after 50 optimizer steps, which make 1,540 examples"):
        standing = standing_in_run(ended, 50, RUN_DIR)
    assert standing == Standing(n_examples=940, steps=50, unrecorded_steps=50)


def test_taking_the_place_of_a_completed_run_is_warned_of():
    earlier = _record(results={1: RunResult(losses={"loss": {"final": 1.0}})})
    with pytest.warns(ScalingWarning, match="which holds a completed one"):
        standing_in_run(earlier, 0, RUN_DIR)
    # One without a loss, as of a `train_step` that showed no examples, is no loss.
    standing_in_run(_record(results={1: RunResult()}), 0, RUN_DIR)
    # A model that was compiled anew has seen what the user says.
    assert standing_in_run(earlier, 0, RUN_DIR, given=30) == Standing(n_examples=30, steps=0)


def test_losses_are_those_of_what_holds_of_all_attempts():
    earlier = _record(loss=[(100, 1, 4.0), (200, 2, 1.0)], iterations=[(100, 1, 1)])
    facts = RunFacts(attempt=2, n_examples_before=100, start_time=10.0)
    losses = losses_of_attempts(earlier, facts, {"loss": [(300, 11.0, 2.0)], "mae": [(300, 11, 5)]})
    assert losses == {
        "loss": {"final": 2.0, "best": 2.0, "tail": 2.0},
        "mae": {"final": 5.0, "best": 5.0, "tail": 5.0},
    }
