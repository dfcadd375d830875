"""Executors by name."""

from __future__ import annotations

import importlib
import os

from scaling_keras.errors import SweepError
from scaling_keras.tuner.executors.interface import Executor, WorkerRole

_CHIEF = "KERASTUNER_ORACLE_IP"

EXECUTORS = {
    "local": "in_process.InProcess",
    "processes": "local_processes.LocalProcesses",
    "ray": "ray_cluster.RayCluster",
}
"""Name of an executor to its module in this package and its class there."""


def make_executor(choice: Executor | str) -> Executor:
    """Return an executor, with its default options if it is named.

    `local` is KerasTuner's chief and workers where its environment variables are set.

    Raises:
        SweepError: If it is neither an executor nor the name of one, or those variables ask for a
            chief and workers beside another executor.
    """
    has_chief = _CHIEF in os.environ
    if has_chief and choice != "local" and not isinstance(choice, WorkerRole):
        raise SweepError(
            f"Where KerasTuner's variables name a chief, `executor` must be 'local', for its chief "
            f"and workers. Received: {choice!r}, with {_CHIEF}={os.environ[_CHIEF]!r}. Unset "
            f"KerasTuner's variables, or choose 'local'."
        )
    if not isinstance(choice, (str, type)) and hasattr(choice, "run"):
        return choice
    if not isinstance(choice, str) or choice not in EXECUTORS:
        raise SweepError(
            f"`executor` must be one of {', '.join(EXECUTORS)}, or an executor of your own. "
            f"Received: {choice!r}."
        )
    home = EXECUTORS[choice]
    if has_chief:
        home = "chief_and_workers.ChiefAndWorkers"
    module_name, _, class_name = home.partition(".")
    module = importlib.import_module(f"scaling_keras.tuner.executors.{module_name}")
    made: Executor = getattr(module, class_name)()
    return made
