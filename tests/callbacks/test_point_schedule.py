import itertools

import pytest

from scaling_keras.callbacks import point_schedule
from scaling_keras.callbacks.point_schedule import POINT_RATIO, PointSchedule


@pytest.fixture
def clock(monkeypatch):
    """A clock that only the test moves."""
    now = [0.0]
    monkeypatch.setattr(point_schedule.time, "monotonic", lambda: now[0])
    return now


def _points(schedule, executions, executions_per_epoch=None):
    written = []
    for _ in range(executions):
        schedule.executions += 1
        if schedule.is_due(executions_per_epoch):
            schedule.point_written()
            written.append(schedule.executions)
    return written


def test_points_stand_at_growing_distances(clock):
    written = _points(PointSchedule(), 100_000)
    assert written[:4] == [10, 20, 30, 40]
    assert len(written) < 40
    later = written[5:]
    assert all(b / a == pytest.approx(POINT_RATIO, rel=0.02) for a, b in itertools.pairwise(later))


def test_a_short_epoch_has_no_point_but_its_end(clock):
    schedule = PointSchedule()
    schedule.begin_epoch()
    assert _points(schedule, 12, executions_per_epoch=12) == []


def test_the_last_point_of_an_epoch_is_well_before_its_end(clock):
    schedule = PointSchedule()
    schedule.begin_epoch()
    written = _points(schedule, 1000, executions_per_epoch=1000)
    assert 1000 / POINT_RATIO**2 < written[-1] <= 1000 / POINT_RATIO + 1


def test_a_slow_run_has_a_point_every_two_minutes(clock):
    schedule = PointSchedule()
    schedule.executions += 1
    assert not schedule.is_due(None)
    clock[0] = 120.0
    assert schedule.is_due(2)
    schedule.point_written()
    assert not schedule.is_due(2)


def test_executions_are_counted_within_their_epoch(clock):
    schedule = PointSchedule()
    _points(schedule, 7)
    schedule.begin_epoch()
    _points(schedule, 3)
    assert schedule.executions_in_epoch == 3


def test_a_point_is_too_soon_until_the_next_would_be_due(clock):
    schedule = PointSchedule()
    assert not schedule.is_too_soon
    assert _points(schedule, 40) == [10, 20, 30, 40]
    schedule.executions = 53
    assert schedule.is_too_soon
    schedule.executions = 54
    assert not schedule.is_too_soon
