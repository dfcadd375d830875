"""When to write a point inside an epoch: at growing distances, and no later than in two minutes."""

from __future__ import annotations

import math
import time

POINT_RATIO = 1.33
"""A point is written whenever the executions have grown by this: 8 points a decade."""

FEWEST_BETWEEN = 10
"""Executions between two points inside an epoch, at least."""

POINT_SECONDS = 120.0
"""Between two points, at most, so that a run can be seen to be alive."""


class PointSchedule:
    """Counts executions of the training function and says when a point is due."""

    def __init__(self) -> None:
        self.executions = 0
        self._at_epoch_begin = 0
        self._next_execution = FEWEST_BETWEEN
        self._after_last = 0
        self._next_clock = time.monotonic() + POINT_SECONDS

    @property
    def executions_in_epoch(self) -> int:
        """Executions since the epoch began."""
        return self.executions - self._at_epoch_begin

    def begin_epoch(self) -> None:
        """An epoch begins."""
        self._at_epoch_begin = self.executions

    @property
    def may_be_due(self) -> bool:
        """Whether `is_due` is worth asking: a cheap look, for every step."""
        return self.executions >= self._next_execution or time.monotonic() >= self._next_clock

    @property
    def is_sign_of_life_due(self) -> bool:
        """Whether nothing was written for so long that the run might be taken for dead."""
        return time.monotonic() >= self._next_clock

    def sign_of_life_given(self) -> None:
        """Something was written that is no point of the training."""
        self._next_clock = time.monotonic() + POINT_SECONDS

    def is_due(self, executions_per_epoch: int | None) -> bool:
        """Return whether a point is to be written after this execution.

        Args:
            executions_per_epoch: None if unknown. No point is due where the epoch's end, which has
                one in any case, comes before the next point would.
        """
        if self.is_sign_of_life_due:
            return True
        if self.executions < self._next_execution:
            return False
        next_execution = self._grown()
        if executions_per_epoch is None:
            return True
        if self._at_epoch_begin + executions_per_epoch >= next_execution:
            return True
        self._next_execution = next_execution
        return False

    @property
    def is_too_soon(self) -> bool:
        """Whether the last point inside the epoch is nearer than two points stand by executions.

        So it is where an epoch of unknown length ends, and where the clock or a callback asked.
        """
        return self._after_last > self.executions

    def point_written(self) -> None:
        """A point has been written."""
        self._next_execution = self._after_last = self._grown()
        self.sign_of_life_given()

    def _grown(self) -> int:
        """Return the execution at which the next point is due."""
        return max(self.executions + FEWEST_BETWEEN, math.ceil(self.executions * POINT_RATIO))
