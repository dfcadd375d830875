"""Trials that were lost with their process are begun again, a few times."""

from __future__ import annotations

from scaling_keras.tuner.executors.interface import TrialOutcome, TrialQueue
from scaling_keras.tuner.sweep import TrialPlan


class Retries:
    """A queue that hands out lost trials again, before it asks for new ones.

    Args:
        queue: Where trials come from.
        max_retries: How often a trial is begun again.
    """

    def __init__(self, queue: TrialQueue, *, max_retries: int) -> None:
        self._queue = queue
        self._max_retries = max_retries
        self._waiting: list[TrialPlan] = []
        self._losses: dict[str, int] = {}

    def next_trial(self) -> TrialPlan | None:
        """Return the next trial to run, or None if there is none now."""
        return self._waiting.pop(0) if self._waiting else self._queue.next_trial()

    def advance(self, plan: TrialPlan, fraction: float) -> None:
        """Take in how far a trial is."""
        self._queue.advance(plan, fraction)

    def silent_seconds(self, plan: TrialPlan) -> float | None:
        """Return for how long a trial has shown no sign of life; None before it has begun."""
        return self._queue.silent_seconds(plan)

    def finish(self, plan: TrialPlan, outcome: TrialOutcome) -> None:
        """Take in how a trial ended."""
        self._queue.finish(plan, outcome)

    def lost(self, plan: TrialPlan, why: str) -> None:
        """Take in that a trial's process is gone: it waits for another, or has failed.

        Args:
            plan: The trial.
            why: What happened to the process, as in `its process ended with SIGKILL`.
        """
        self._queue.lost(plan)
        times = self._losses.get(plan.name, 0) + 1
        self._losses[plan.name] = times
        if times <= self._max_retries:
            self._waiting.append(plan)
            return
        again = f"; it was begun {times} times" if times > 1 else ""
        self.finish(plan, TrialOutcome(status="failed", reason=f"{why}{again}"))
