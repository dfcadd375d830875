"""What an executor is: it decides where and when trials run, not which."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Protocol, TypeGuard, runtime_checkable

from scaling_keras.tuner.sweep import TrialPlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrialOutcome:
    """How a trial ended.

    Attributes:
        status: `completed`, `stopped`, `diverged` or `failed`, as in `RunResult`.
        reason: Why, in one sentence; empty if it simply completed.
        metrics: Metric name, as Keras names it, to its final value; without those that are not
            finite.
        n_examples: Examples that the run saw.
        train_flops: What it cost; None if unknown.
        elapsed_seconds: Wall time, building and tracing included.
    """

    status: str
    reason: str = ""
    metrics: dict[str, float] = dataclasses.field(default_factory=dict)
    n_examples: int = 0
    train_flops: float | None = None
    elapsed_seconds: float = 0.0


class TrialQueue(Protocol):
    """Where an executor gets trials and reports them. Not safe for use by several threads."""

    def announce(self, text: str) -> None:
        """Take in a sentence for whoever watches, of what isn't a trial's, such as a long wait."""

    def next_trial(self) -> TrialPlan | None:
        """Return the next trial to run, or None if there is none now.

        None while other trials are under way is not the end: what comes next may depend on how
        they end, so ask again after each. None with no trial under way is the end.
        """

    def advance(self, plan: TrialPlan, fraction: float) -> None:
        """Take in that a trial under way has done a fraction of its steps."""

    def silent_seconds(self, plan: TrialPlan) -> float | None:
        """Return for how long a trial under way has shown no sign of life on disk.

        None before a process has begun it.
        """

    def lost(self, plan: TrialPlan) -> None:
        """Take in that a trial's process is gone, or is taken for gone: if it comes back, it ends.

        The trial is still under way; begin it again, or `finish` it.
        """

    def finish(self, plan: TrialPlan, outcome: TrialOutcome) -> None:
        """Take in how a trial ended.

        A `failed` outcome of a trial whose run wrote no result, since its process is gone, is
        written to the run's events by the queue.
        """


class Executor(Protocol):
    """Runs the trials of a queue."""

    @property
    def n_replicas(self) -> int | None:
        """Devices that share a trial where trials are sent to other processes.

        None if they run in this one, under the tuner's own strategy.
        """

    def run(self, queue: TrialQueue, run_trial: Callable[[TrialPlan], TrialOutcome]) -> None:
        """Run trials until the queue has none left.

        Args:
            queue: The trials; only ever used by the process and thread that called `run`.
            run_trial: Trains one and returns how it ended; a training that fails is an outcome
                too. What it raises is a mistake in the set-up or Ctrl-C, and ends the search. It
                is called in this process, or packed by `packing.pack` and called in another.
        """


@runtime_checkable
class WorkerRole(Protocol):
    """An executor of several processes that run the same program, of which this may be a worker."""

    is_worker: bool

    def work(self, run_trial: Callable[[TrialPlan], TrialOutcome]) -> None:
        """Run the trials that the process with the queue hands out, until it has none left."""


def is_worker(executor: Executor) -> TypeGuard[WorkerRole]:
    """Return whether this process runs the trials of a queue that another process has."""
    return isinstance(executor, WorkerRole) and executor.is_worker
