"""Run trials in processes of this machine, several side by side, each with a share of it."""

from __future__ import annotations

import contextlib
import dataclasses
import multiprocessing
import os
import signal
import subprocess
import time
from collections.abc import Callable
from multiprocessing import connection as connections

from scaling_keras.errors import SweepError
from scaling_keras.tuner.executors import packing, worker
from scaling_keras.tuner.executors.devices import cpu_cores, visible_gpus
from scaling_keras.tuner.executors.interface import TrialOutcome, TrialQueue
from scaling_keras.tuner.executors.retries import Retries
from scaling_keras.tuner.strategy import n_cpu_devices
from scaling_keras.tuner.sweep import TrialPlan
from scaling_keras.tuner.values import check_whole

_LOOK_SECONDS = 5.0
_GRACE_SECONDS = 20.0
_EXIT_SECONDS = 5.0


@dataclasses.dataclass(kw_only=True, eq=False)
class _Worker:
    """A process, the pipe to it, and what it is doing."""

    process: subprocess.Popen[bytes]
    pipe: connections.Connection
    share: dict[str, str]
    n_trials: int = 0
    plan: TrialPlan | None = None
    last_sign: float = 0.0


class LocalProcesses:
    """Runs trials in processes of their own, side by side where cores or GPUs allow.

    A process trains a few trials and is then replaced, for Keras and KerasTuner keep some memory of
    each. One that dies or hangs is replaced too, and its trial goes on from its last checkpoint.

    Args:
        n_workers: Processes at a time; by default one a GPU (or one for each `gpus_per_trial` of
            them), or without GPUs one a core. The cores are shared out equally.
        gpus_per_trial: GPUs of each process, which sees no others (`CUDA_VISIBLE_DEVICES`). None
            for 1 where there are GPUs, else 0.
        trials_per_process: Trials after which a process is replaced.
        max_retries: How often a trial is begun again whose process died or hung.
        stall_seconds: How long a trial may make no step before its process counts as hung. Building
            the model and tracing it must fit into that. None for any time.

    Raises:
        SweepError: If a number isn't positive, or there are fewer GPUs than a trial is to have.
    """

    def __init__(
        self,
        *,
        n_workers: int | None = None,
        gpus_per_trial: int | None = None,
        trials_per_process: int = 10,
        max_retries: int = 2,
        stall_seconds: float | None = 1800.0,
    ) -> None:
        gpus = visible_gpus()
        gpus_per_trial = min(1, len(gpus)) if gpus_per_trial is None else gpus_per_trial
        check_whole(1, n_workers=n_workers, trials_per_process=trials_per_process)
        check_whole(0, gpus_per_trial=gpus_per_trial, max_retries=max_retries)
        if gpus_per_trial > len(gpus):
            raise SweepError(
                f"A trial can have as many GPUs as there are. Received: "
                f"gpus_per_trial={gpus_per_trial!r} on a machine that shows {len(gpus)}."
            )
        self._gpus_per_trial = gpus_per_trial
        self._shares = _shares(n_workers, gpus, gpus_per_trial)
        self._trials_per_process = trials_per_process
        self._max_retries = max_retries
        self._stall_seconds = stall_seconds

    @property
    def n_replicas(self) -> int:
        """Devices that share a trial: its GPUs, else the CPU's, split as here."""
        return self._gpus_per_trial or n_cpu_devices()

    def run(self, queue: TrialQueue, run_trial: Callable[[TrialPlan], TrialOutcome]) -> None:
        """Run trials until the queue has none left.

        Args:
            queue: The trials.
            run_trial: Trains one; it is sent to the processes.

        Raises:
            SweepError: If it can't be sent.
            BaseException: What a trial raised.
        """
        packed = packing.pack(run_trial)
        trials = Retries(queue, max_retries=self._max_retries)
        pool = _Pool(self._shares, packed, self._trials_per_process)
        try:
            while self._fill(pool, trials):
                self._wait(pool, trials)
        except BaseException:
            pool.stop(_GRACE_SECONDS)
            raise
        pool.stop(0.0)

    def _fill(self, pool: _Pool, trials: Retries) -> bool:
        """Give the idle workers trials; return whether any is at work."""
        while pool.has_room() and (plan := trials.next_trial()) is not None:
            pool.start(plan)
        return bool(pool.busy())

    def _wait(self, pool: _Pool, trials: Retries) -> None:
        """Wait for news of the workers at work, and take in what there is."""
        busy = pool.busy()
        ready = connections.wait([w.pipe for w in busy], timeout=_LOOK_SECONDS)
        for one in busy:
            if one.pipe in ready:
                self._hear(one, pool, trials)
            elif self._has_hung(one):
                plan = pool.lose(one)
                trials.lost(plan, f"it made no step for {self._stall_seconds:g} s and was ended")

    def _hear(self, one: _Worker, pool: _Pool, trials: Retries) -> None:
        """Take in a worker's message, or that it is gone."""
        try:
            kind, content = one.pipe.recv()
        except (EOFError, OSError):
            trial = pool.lose(one, grace_seconds=_EXIT_SECONDS)
            trials.lost(trial, f"its process ended with {_ending(one.process.returncode)}")
            return
        one.last_sign = time.monotonic()
        if kind == worker.RAISED:
            raise content
        plan = one.plan
        if plan is None:
            return
        if kind == worker.ADVANCED:
            trials.advance(plan, content)
        elif kind == worker.ENDED:
            pool.rest(one)
            trials.finish(plan, content)

    def _has_hung(self, one: _Worker) -> bool:
        """Return whether a worker has made no step for too long."""
        if self._stall_seconds is None:
            return False
        return time.monotonic() - one.last_sign > self._stall_seconds


class _Pool:
    """The processes: at most one for each share of the machine."""

    def __init__(self, shares: list[dict[str, str]], packed: bytes, trials_each: int) -> None:
        self._size = len(shares)
        self._free_shares = list(shares)
        self._packed = packed
        self._trials_each = trials_each
        self._workers: list[_Worker] = []

    def busy(self) -> list[_Worker]:
        """Return the workers that have a trial."""
        return [one for one in self._workers if one.plan is not None]

    def has_room(self) -> bool:
        """Return whether a trial could be started now."""
        return len(self.busy()) < self._size

    def start(self, plan: TrialPlan) -> None:
        """Give a trial to an idle worker, or to a new one."""
        idle = [one for one in self._workers if one.plan is None]
        for one in idle:
            with contextlib.suppress(OSError):
                self._give(one, plan)
                return
            self._end(one)  # It died while it had nothing to do.
        self._give(self._begin(), plan)

    def rest(self, one: _Worker) -> None:
        """Take in that a worker has no trial any more; after enough of them it ends."""
        one.plan = None
        if one.n_trials >= self._trials_each:
            with contextlib.suppress(OSError):
                one.pipe.send_bytes(b"")
            self._end(one, grace_seconds=_GRACE_SECONDS)

    def lose(self, one: _Worker, *, grace_seconds: float = 0.0) -> TrialPlan:
        """Do away with a worker that died or hung, and return its trial."""
        plan = one.plan
        if plan is None:
            raise AssertionError("unreachable: only workers with a trial are looked at")
        self._end(one, grace_seconds=grace_seconds)
        return plan

    def stop(self, grace_seconds: float) -> None:
        """End all workers: those with a trial by Ctrl-C at first, so that they can record it."""
        for one in self.busy():
            with contextlib.suppress(ProcessLookupError):
                one.process.send_signal(signal.SIGINT)
        end = time.monotonic() + grace_seconds
        for one in list(self._workers):
            has_trial = one.plan is not None
            self._end(one, grace_seconds=max(0.0, end - time.monotonic()) if has_trial else 0.0)

    def _give(self, one: _Worker, plan: TrialPlan) -> None:
        """Send a worker a trial."""
        one.pipe.send_bytes(packing.pack_plan(plan))
        one.plan = plan
        one.n_trials += 1
        one.last_sign = time.monotonic()

    def _begin(self) -> _Worker:
        """Start a process on a share that no other has."""
        share = self._free_shares.pop(0)
        ours, theirs = multiprocessing.Pipe()
        with theirs:
            process = subprocess.Popen(
                worker.command(theirs.fileno()),
                env={**os.environ, **share},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=2,  # The program's standard output is the program's own.
                start_new_session=True,
            )
        one = _Worker(process=process, pipe=ours, share=share)
        self._workers.append(one)
        # A process that dies at once is noticed when news of it is waited for.
        with contextlib.suppress(OSError):
            ours.send_bytes(self._packed)
        return one

    def _end(self, one: _Worker, *, grace_seconds: float = 0.0) -> None:
        """End a process, by force once the grace is over."""
        self._workers.remove(one)
        try:
            one.process.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            one.process.kill()
            one.process.wait()
        one.pipe.close()
        self._free_shares.append(one.share)


def _shares(n_workers: int | None, gpus: list[str], gpus_per_trial: int) -> list[dict[str, str]]:
    """Return the environment variables that give each worker its part of the machine."""
    cores = cpu_cores()
    n_groups = len(gpus) // gpus_per_trial if gpus_per_trial else 0
    n_workers = n_workers or n_groups or cores
    if gpus_per_trial and n_workers > n_groups:
        raise SweepError(
            f"Each worker has GPUs of its own. Received: n_workers={n_workers!r} with "
            f"{gpus_per_trial} of {len(gpus)} GPUs each. Lower one of them."
        )
    threads = str(max(1, cores // n_workers))
    shares = []
    for index in range(n_workers):
        share = {
            "OMP_NUM_THREADS": threads,
            "TF_NUM_INTRAOP_THREADS": threads,
        }
        first = index * gpus_per_trial
        share["CUDA_VISIBLE_DEVICES"] = ",".join(gpus[first : first + gpus_per_trial]) or "-1"
        shares.append(share)
    return shares


def _ending(code: int) -> str:
    """Return how a process ended, in words."""
    if code >= 0:
        return f"exit code {code}"
    return signal.Signals(-code).name
