"""Run trials in this process."""

from __future__ import annotations

from collections.abc import Callable

from scaling_keras.tuner.executors.interface import TrialOutcome, TrialQueue
from scaling_keras.tuner.sweep import TrialPlan


class InProcess:
    """Runs trials one after the other in the process that called."""

    n_replicas: int | None = None

    def run(self, queue: TrialQueue, run_trial: Callable[[TrialPlan], TrialOutcome]) -> None:
        """Run trials until the queue has none left.

        Args:
            queue: The trials.
            run_trial: Trains one and returns how it ended.
        """
        while (plan := queue.next_trial()) is not None:
            queue.finish(plan, run_trial(plan))
