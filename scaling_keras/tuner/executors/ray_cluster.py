"""Run trials as tasks of a Ray cluster."""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from scaling_keras.errors import ScalingWarning, SweepError
from scaling_keras.tuner.executors import packing
from scaling_keras.tuner.executors.interface import TrialOutcome, TrialQueue
from scaling_keras.tuner.executors.ray_address import find_address
from scaling_keras.tuner.executors.retries import Retries
from scaling_keras.tuner.strategy import n_cpu_devices
from scaling_keras.tuner.sweep import TrialPlan
from scaling_keras.tuner.values import check_whole

_LOOK_SECONDS = 2.0
_GRACE_SECONDS = 20.0
_JOIN_SECONDS = 600.0


class RayCluster:
    """Runs each trial as a Ray task, wherever the cluster has the CPUs and GPUs for it.

    As many trials are under way as the cluster holds, counted anew each time one ends, so that
    nodes may join late. A trial whose node or process is lost goes on elsewhere, from its last
    checkpoint. The project's directory must be the same on all nodes: a shared one.

    Args:
        cpus_per_trial: CPUs that Ray reserves for a trial, which also bounds its threads.
        gpus_per_trial: GPUs of a trial, whole ones; None for 1 if any node has a GPU when the
            search begins, else 0.
        n_parallel: Trials under way at a time; by default as many as fit on the nodes that have
            joined. Give a number where an autoscaler is to add nodes for them.
        trials_per_process: Trials after which Ray replaces a process.
        max_retries: How often a trial is begun again whose process or node was lost, or that hung.
        stall_seconds: How long a trial that has begun may make no step before it counts as hung.
            None for any time.
        address: The cluster; by default the one that the environment variable `RAY_ADDRESS` or
            Ray's own files name, or else a new one on this machine.

    Raises:
        SweepError: If a number is too low, or Ray isn't installed.
    """

    def __init__(
        self,
        *,
        cpus_per_trial: int = 1,
        gpus_per_trial: int | None = None,
        n_parallel: int | None = None,
        trials_per_process: int = 10,
        max_retries: int = 3,
        stall_seconds: float | None = 1800.0,
        address: str | None = None,
    ) -> None:
        check_whole(
            1,
            cpus_per_trial=cpus_per_trial,
            n_parallel=n_parallel,
            trials_per_process=trials_per_process,
        )
        check_whole(0, gpus_per_trial=gpus_per_trial, max_retries=max_retries)
        self._ray = _load_ray()
        self._cpus_per_trial = cpus_per_trial
        self._gpus_per_trial = gpus_per_trial
        self._needs: dict[str, int] = {}
        self._n_parallel = n_parallel
        self._trials_per_process = trials_per_process
        self._max_retries = max_retries
        self._stall_seconds = stall_seconds
        self._address = address

    @property
    def n_replicas(self) -> int:
        """Devices that share a trial: its GPUs, else the CPU's, split as here."""
        return self._gpus_per_trial or n_cpu_devices()

    def run(self, queue: TrialQueue, run_trial: Callable[[TrialPlan], TrialOutcome]) -> None:
        """Run trials until the queue has none left.

        Args:
            queue: The trials.
            run_trial: Trains one; it is sent to the nodes.

        Raises:
            SweepError: If it can't be sent, no cluster is at the address, or no node can ever hold
                a trial.
            BaseException: What a trial raised.
        """
        packed = packing.pack(run_trial)
        has_joined = not self._ray.is_initialized()
        if has_joined:
            self._join(queue)
        try:
            self._run(Retries(queue, max_retries=self._max_retries), packed)
        finally:
            if has_joined:
                self._ray.shutdown()

    def _join(self, queue: TrialQueue) -> None:
        """Join the cluster, or start one, and say which."""
        address = find_address(self._address)
        queue.announce(address.announcement())
        address.check_answers()
        # A cluster that begins here and now tells nobody of it.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            self._ray.init(address=self._address, log_to_driver=False, configure_logging=False)
        except (ConnectionError, ValueError) as error:
            raise address.refusal(error) from error

    def _run(self, trials: Retries, packed: bytes) -> None:
        """Run trials on the cluster that this process has joined."""
        gpus = self._gpus_per_trial
        if gpus is None:
            gpus = int(any(node["Resources"].get("GPU") for node in self._ray.nodes()))
        self._needs = {"CPU": self._cpus_per_trial, "GPU": gpus}
        task = self._ray.remote(
            num_cpus=self._needs["CPU"],
            num_gpus=self._needs["GPU"],
            # What is lost is begun again by us, so that it is counted, and told.
            max_retries=0,
            max_calls=self._trials_per_process,
        )(_train)
        shared = self._ray.put(packed)
        under_way: dict[Any, TrialPlan] = {}
        try:
            while self._fill(trials, under_way, lambda plan: self._submit(task, shared, plan)):
                self._hear(trials, under_way)
                self._end_hung(trials, under_way)
        except BaseException:
            self._interrupt(list(under_way))
            raise

    def _fill(
        self, trials: Retries, under_way: dict[Any, TrialPlan], submit: Callable[[TrialPlan], Any]
    ) -> bool:
        """Begin trials while there is room for more; return whether any is under way."""
        while len(under_way) < self._room():
            plan = trials.next_trial()
            if plan is None:
                break
            under_way[submit(plan)] = plan
        return bool(under_way)

    def _submit(self, task: Any, shared: Any, plan: TrialPlan) -> Any:
        """Begin a trial; return the reference to what will become of it."""
        return task.remote(shared, packing.pack_plan(plan), dict(self._needs))

    def _room(self) -> int:
        """Return how many trials may be under way; waits a while for a node that can hold one."""
        if self._n_parallel is not None:
            return self._n_parallel
        end = time.monotonic() + _JOIN_SECONDS
        while not (room := sum(self._fits(node) for node in self._ray.nodes())):
            if time.monotonic() > end:
                raise SweepError(
                    f"A node must have room for a trial. Received: {_needs_text(self._needs)} a "
                    f"trial, and no node with as much for {_JOIN_SECONDS:g} s. Lower them, or add "
                    f"nodes; with `n_parallel` the search waits for those of an autoscaler."
                )
            time.sleep(_LOOK_SECONDS)
        return room

    def _fits(self, node: dict[str, Any]) -> int:
        """Return how many trials a node can hold."""
        if not node["Alive"]:
            return 0
        resources = node["Resources"]
        return min(int(resources.get(k, 0) // need) for k, need in self._needs.items() if need)

    def _hear(self, trials: Retries, under_way: dict[Any, TrialPlan]) -> None:
        """Wait for the end of a trial, and take it in."""
        ended, _ = self._ray.wait(list(under_way), num_returns=1, timeout=_LOOK_SECONDS)
        for reference in ended:
            plan = under_way.pop(reference)
            try:
                outcome, error, warned = self._ray.get(reference)
            except self._ray.exceptions.RayError as lost:
                first_line = str(lost).strip().partition("\n")[0]
                trials.lost(plan, f"Ray lost it: {type(lost).__name__}: {first_line}")
                continue
            for text in warned:
                warnings.warn(text, ScalingWarning, stacklevel=2)
            if error is not None:
                raise error
            trials.finish(plan, outcome)

    def _end_hung(self, trials: Retries, under_way: dict[Any, TrialPlan]) -> None:
        """End the trials that make no steps any more."""
        for reference, plan in list(under_way.items()):
            silent = trials.silent_seconds(plan)
            if self._stall_seconds is None or silent is None or silent <= self._stall_seconds:
                continue
            self._ray.cancel(reference, force=True)
            del under_way[reference]
            trials.lost(plan, f"it made no step for {self._stall_seconds:g} s and was ended")

    def _interrupt(self, references: list[Any]) -> None:
        """End the trials under way by Ctrl-C, so that they can record it."""
        if not references:
            return
        for reference in references:
            self._ray.cancel(reference)
        self._ray.wait(references, num_returns=len(references), timeout=_GRACE_SECONDS)


def _train(
    packed: bytes, plan: bytes, needs: dict[str, int]
) -> tuple[TrialOutcome | None, BaseException | None, list[str]]:
    """Run a trial on a node; return how it ended, or what it raised, and our warnings of it."""
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", str(needs["CPU"]))
    if not needs["GPU"]:
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    with _warnings_heard() as warned:
        try:
            return _unpacked(packed)(packing.unpack_plan(plan)), None, warned
        except BaseException as error:
            # Whatever it is, it ends the search, which runs in the other process.
            return None, packing.as_told(error), warned


@contextlib.contextmanager
def _warnings_heard() -> Iterator[list[str]]:
    """Gather the package's own warnings, which Ray would put into a log that nobody reads.

    What others warn of goes there.
    """
    heard: list[str] = []
    show = warnings.showwarning

    def hear(message: Warning | str, category: type[Warning], *where: Any, **options: Any) -> None:
        if issubclass(category, ScalingWarning):
            heard.append(str(message))
        else:
            show(message, category, *where, **options)

    with warnings.catch_warnings():
        warnings.showwarning = hear
        yield heard


@functools.lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> Callable[[TrialPlan], TrialOutcome]:
    """Return what runs trials; made once in each process, for the data in it is dear."""
    made: Callable[[TrialPlan], TrialOutcome] = packing.unpack(packed)
    return made


def _load_ray() -> Any:
    """Return Ray.

    Raises:
        SweepError: If it isn't installed.
    """
    try:
        return importlib.import_module("ray")
    except ImportError:
        raise SweepError(
            "The executor `ray` needs Ray. Received: an environment without it. Install it with "
            "`pip install ray`, or from a clone of scaling_keras with "
            '`pip install ".[ray]"`.'
        ) from None


def _needs_text(needs: dict[str, int]) -> str:
    """Return what a trial needs, in words."""
    return " and ".join(f"{number} {kind}" for kind, number in needs.items() if number)
