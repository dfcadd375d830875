"""The sweep of the demo, which knows that a dearer training is to follow."""

from __future__ import annotations

from typing import Any

from scaling_keras.tuner.sweep import Course, Ended, GridSweep, Models


class LadderThenTest(GridSweep):
    """A grid whose progress is counted against itself and the test that comes after it.

    Args:
        test_factor: FLOPs of the test over those of the dearest trial.
        **grid: See `GridSweep`.
    """

    def __init__(self, *, test_factor: float, **grid: Any) -> None:
        super().__init__(**grid)
        self._test_factor = test_factor

    def start(self, models: Models, ended: Ended) -> Course:
        """Return the course of a search, which costs as much as ladder and test."""
        course = super().start(models, ended)
        costs = [models.train_flops_per_example(plan) * plan.n_examples for plan in course.known()]
        course.train_flops = sum(costs) + self._test_factor * max(costs)
        return course
