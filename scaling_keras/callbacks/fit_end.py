"""How a `fit` ended, in a word and a sentence."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping

_LONGEST_MESSAGE = 300

_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
"""Keras prints the telling part of some messages in bold."""

_FRAMING = (
    " ",
    "\t",
    "Graph execution error:",
    "Detected at node",
    "<stack traces unavailable>",
    "Exception encountered when calling",
    "Traceback",
)
"""How those lines of a message by Keras or TensorFlow begin that tell where, not what."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a `fit` has come.

    Attributes:
        epochs: Epochs that it was asked for, counted from the first of all.
        epochs_done: Epochs that have ended, those before `initial_epoch` included.
        executions: Executions of the training function.
        executions_per_epoch: Those that an epoch was to have; None if unknown.
        short_epoch: The first epoch that had less, counted from 1, and how many it had; None if
            there was none.
        has_stopped: Whether a callback asked it to stop.
        n_examples: Examples seen.
        planned_examples: Examples that the run was meant to see; None if unknown.
        leeway: By how many examples the plan may be missed: those of a batch, or 0 where
            that is unknown, or its steps were planned.
    """

    epochs: int
    epochs_done: int
    executions: int
    executions_per_epoch: int | None
    short_epoch: tuple[int, int] | None
    has_stopped: bool
    n_examples: int
    planned_examples: int | None
    leeway: int


def end_of_finished_fit(progress: Progress) -> tuple[str, str]:
    """Return status and reason of a `fit` that returned.

    A run that ended before its plan is `stopped`: its learning-rate schedule didn't come to its
    end, so a fit must not take it for one that did.
    """
    if not progress.executions:
        return "failed", "its data holds not one batch"
    short = progress.short_epoch
    if progress.has_stopped and (progress.epochs_done < progress.epochs or short):
        where = "in" if short and short[0] == progress.epochs_done else "after"
        return "stopped", (
            f"stopped by a callback {where} epoch {progress.epochs_done} of {progress.epochs}"
        )
    more_data = "give it more data, or `.repeat()` it"
    if short:
        return "stopped", (
            f"its data ended after {short[1]} of {progress.executions_per_epoch} steps in epoch "
            f"{short[0]} of {progress.epochs}; {more_data}"
        )
    examples, plan = progress.n_examples, progress.planned_examples
    if plan is not None and examples < plan - progress.leeway:
        return "stopped", f"it saw {examples:,} of {plan:,} planned examples; {more_data}"
    return "completed", ""


def end_of_raised_fit(error: BaseException | None) -> tuple[str, str]:
    """Return status and reason of a `fit` that raised; None for an end that was not seen."""
    if error is None:
        return "failed", "`fit` ended early, in a way that its callbacks could not see"
    if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
        return "stopped", f"interrupted ({type(error).__name__})"
    return "failed", reason_of(error)


def reason_of(error: BaseException) -> str:
    """Return an exception in one line: its kind, and the line of its message that says what."""
    lines = [line for line in _ESCAPE.sub("", str(error)).splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(_FRAMING)] or lines or [""]
    sentence = telling[0].strip()
    if len(sentence) > _LONGEST_MESSAGE:
        sentence = sentence[:_LONGEST_MESSAGE] + " ..."
    return f"{type(error).__name__}: {sentence}" if sentence else type(error).__name__


def why_diverged(final_losses: Mapping[str, float]) -> str:
    """Return why a run with these final losses has diverged, or an empty string if it hasn't."""
    for name, value in final_losses.items():
        if not math.isfinite(value):
            return f"its {name} became {value}; try a lower learning rate"
    return ""
