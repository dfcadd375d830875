"""What is sent to another process: packed by cloudpickle, functions of a script or notebook too."""

from __future__ import annotations

import dataclasses
import importlib
import pickle
from collections.abc import Callable
from typing import Any

from scaling_keras.errors import ScalingError, SweepError
from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.sweep import TrialPlan

RunTrial = Callable[[TrialPlan], TrialOutcome]


def pack(run_trial: RunTrial) -> bytes:
    """Return what runs trials as bytes that `unpack` makes it of again, in another process.

    Functions and classes of the program itself are sent whole; those of modules by their names, so
    the modules must be importable there.

    Raises:
        SweepError: If it can't be sent, or cloudpickle is missing.
    """
    try:
        cloudpickle = importlib.import_module("cloudpickle")
    except ImportError:
        raise SweepError(
            "Trials are sent to other processes by cloudpickle. Received: an environment without "
            "it. Install it with `pip install cloudpickle`."
        ) from None
    try:
        return bytes(cloudpickle.dumps(run_trial))
    except ScalingError:
        raise
    except (AttributeError, RuntimeError, TypeError, ValueError, pickle.PicklingError) as error:
        raise SweepError(
            f"`build_model`, the data, the callbacks and the constants are sent to other "
            f"processes, so open files, locks, models, tensors of data and the like may not be "
            f"part of them. Received: {type(error).__name__}: {error}. Make such things inside "
            f"the functions."
        ) from error


def pack_plan(plan: TrialPlan) -> bytes:
    """Return a plan as bytes that `unpack` makes it of again."""
    plain = dataclasses.replace(plan, size=dict(plan.size))
    return pickle.dumps(plain)


def unpack(packed: bytes) -> Any:
    """Return what `pack` was given."""
    return pickle.loads(packed)


def as_told(error: BaseException) -> BaseException:
    """Return an error of another process as one to raise here: itself, or its words.

    An error whose class or content can't be sent arrives as a `SweepError`.
    """
    try:
        copy = pickle.loads(pickle.dumps(error))
    except (AttributeError, ImportError, RuntimeError, TypeError, ValueError, pickle.PickleError):
        return SweepError(f"{type(error).__name__}: {error}")
    return copy if isinstance(copy, BaseException) else SweepError(str(error))
