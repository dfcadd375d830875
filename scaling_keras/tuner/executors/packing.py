"""What is sent to another process: packed by cloudpickle, functions of a script or notebook too."""

from __future__ import annotations

import dataclasses
import importlib
import pickle
import sys
import sysconfig
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scaling_keras.errors import ScalingError, SweepError
from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.global_settings import GlobalSettings
from scaling_keras.tuner.sweep import TrialPlan

RunTrial = Callable[[TrialPlan], TrialOutcome]

_SCRIPT_MARK = "<"


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Parcel:
    """What runs trials, and what must be so in a process before it can be unpacked there.

    Attributes:
        ahead: Folders where the program finds modules before it looks among those of Python.
        behind: Those where it looks afterwards.
        scripts: Names of the modules that are no importable ones; see `script_module_name`.
        settings: The `GlobalSettings` of the program, pickled.
        content: What runs trials, pickled.
    """

    ahead: list[str]
    behind: list[str]
    scripts: list[str]
    settings: bytes
    content: bytes


def pack(run_trial: RunTrial) -> bytes:
    """Return what runs trials as bytes that `unpack` makes it of again, in another process.

    Functions and classes of the program itself are sent whole; those of modules by their names, so
    the modules must be importable there. The `GlobalSettings` of this process are sent along.

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
    scripts = [name for name in sys.modules if name.startswith(_SCRIPT_MARK)]
    for name in scripts:
        cloudpickle.register_pickle_by_value(sys.modules[name])
    ahead, behind = _program_folders()
    try:
        parcel = _Parcel(
            ahead=ahead,
            behind=behind,
            scripts=scripts,
            settings=cloudpickle.dumps(GlobalSettings.of_this_process()),
            content=cloudpickle.dumps(run_trial),
        )
    except ScalingError:
        raise
    except (AttributeError, RuntimeError, TypeError, ValueError, pickle.PicklingError) as error:
        raise SweepError(
            f"`build_model`, the data, the callbacks and the constants are sent to other "
            f"processes, so open files, locks, models, tensors of data and the like may not be "
            f"part of them. Received: {type(error).__name__}: {error}. Make such things inside "
            f"the functions."
        ) from error
    return pickle.dumps(parcel)


def unpack(packed: bytes) -> Any:
    """Return what `pack` was given, in a process that is made like the one that packed it.

    Raises:
        SweepError: If it uses a module that can't be imported here.
    """
    parcel: _Parcel = pickle.loads(packed)
    # In their order, whatever this process has of them: the first module of a name hides others.
    known = {*parcel.ahead, *parcel.behind}
    others = [folder for folder in sys.path if folder not in known]
    sys.path[:] = [*parcel.ahead, *others, *parcel.behind]
    for name in parcel.scripts:
        # Classes look their module up, such as a dataclass with postponed annotations.
        sys.modules.setdefault(name, types.ModuleType(name))
    _made_of(parcel.settings).apply()
    return _made_of(parcel.content)


def pack_plan(plan: TrialPlan) -> bytes:
    """Return a plan as bytes that `unpack_plan` makes it of again."""
    plain = dataclasses.replace(plan, size=dict(plan.size))
    return pickle.dumps(plain)


def unpack_plan(packed: bytes) -> TrialPlan:
    """Return what `pack_plan` was given."""
    plan: TrialPlan = pickle.loads(packed)
    return plan


def script_module_name(script: Path) -> str:
    """Return the name of the module of a script that others can't import, only be sent."""
    return f"{_SCRIPT_MARK}{script.name}>"


def as_told(error: BaseException) -> BaseException:
    """Return an error of another process as one to raise here: itself, or its words.

    An error whose class or content can't be sent arrives as a `SweepError`.
    """
    try:
        copy = pickle.loads(pickle.dumps(error))
    except (AttributeError, ImportError, RuntimeError, TypeError, ValueError, pickle.PickleError):
        return SweepError(f"{type(error).__name__}: {error}")
    return copy if isinstance(copy, BaseException) else SweepError(str(error))


def _made_of(pickled: bytes) -> Any:
    """Return what was pickled, or raise a `SweepError` that names what can't be imported."""
    try:
        return pickle.loads(pickled)
    except (AttributeError, ImportError) as error:
        raise SweepError(
            f"The modules that `build_model`, the data and the callbacks come from must be "
            f"importable where trials are trained. Received: {type(error).__name__}: {error}. "
            f"Put the module beside the program, or install it in the Python of that process."
        ) from error


def _program_folders() -> tuple[list[str], list[str]]:
    """Return where this process looks for modules before those of Python, and where afterwards.

    Folders of Python and of installed packages aren't among them: each machine has its own.
    """
    installed = [sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")]
    folders = [str(Path(folder).absolute()) for folder in sys.path]
    is_own = [
        not any(Path(folder).is_relative_to(place) for place in installed) for folder in folders
    ]
    n_ahead = is_own.index(False) if False in is_own else len(folders)
    behind = zip(folders[n_ahead:], is_own[n_ahead:], strict=True)
    return folders[:n_ahead], [folder for folder, own in behind if own]
