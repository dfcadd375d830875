"""How far a search has got: a line on the terminal, or one a trial in a file."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from scaling_keras.tuner.executors.interface import TrialOutcome
    from scaling_keras.tuner.progress import Progress
    from scaling_keras.tuner.sweep import TrialPlan

_BAR_WIDTH = 20
_LEAST_BAR = 5
_LEAST_NAME = 12
_SECONDS_BETWEEN = 0.25


class ProgressLine:
    """Reports a search in one line that is written over again; a `Reporter`.

    Where the stream is no terminal each trial that ends has a line of its own.

    Args:
        stream: Where to write.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._last = 0.0

    def search_began(self, progress: Progress) -> None:
        """Say what earlier searches have done."""
        if progress.n_ended:
            self._say(f"{progress.n_ended} of {progress.n_trials} trainings were done before.")

    def announced(self, text: str) -> None:
        """Say it."""
        self._say(text)

    def trial_began(self, plan: TrialPlan, progress: Progress) -> None:
        """Show the trial."""
        self._show(progress)

    def trial_advanced(self, progress: Progress) -> None:
        """Show how far it is, a few times a second."""
        if time.monotonic() - self._last >= _SECONDS_BETWEEN:
            self._show(progress)

    def trial_ended(self, plan: TrialPlan, outcome: TrialOutcome, progress: Progress) -> None:
        """Say so if it went wrong, or if nothing else is seen of it."""
        if outcome.status != "completed":
            self._say(f"{plan.name} {outcome.status}: {outcome.reason or 'no reason given'}")
        elif not self._is_terminal:
            took = f"{plan.name} took {duration(outcome.elapsed_seconds)}"
            said = [part for part in (took, progress.note, progress.law) if part]
            self._say(f"{_standing(progress)}: {'; '.join(said)}")
        self._show(progress)

    def search_ended(self, progress: Progress) -> None:
        """Take the line away."""
        self._clear()

    def _show(self, progress: Progress) -> None:
        """Write the line over again."""
        if not self._is_terminal:
            return
        self._last = time.monotonic()
        self._clear()
        columns = shutil.get_terminal_size().columns
        self._stream.write(describe(progress, columns - 1))
        self._stream.flush()

    def _say(self, text: str) -> None:
        """Write a line that stays."""
        self._clear()
        self._stream.write(text + "\n")
        self._stream.flush()

    def _clear(self) -> None:
        """Go to the begin of the line and take away what is there."""
        if self._is_terminal:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def describe(progress: Progress, columns: int | None = None) -> str:
    """Return how far a search has got, in one line.

    Args:
        progress: How far.
        columns: The longest that it may be: a law or note that doesn't fit goes, then the bar
            gets shorter, then the names.
    """
    parts = [_standing(progress)]
    for said in (progress.note, progress.law):
        if said and (columns is None or len(", ".join([*parts, said])) <= columns):
            parts.append(said)
    parts += [progress.trial] if progress.trial else []
    width = _BAR_WIDTH
    if columns is not None:
        width = min(width, columns - len(", ".join(parts)) - len("[] "))
        room = columns - len(", ".join(parts[:-1])) - len(", ")
        if width < _LEAST_BAR and progress.trial and len(progress.trial) > room:
            parts[-1:] = [_cut(progress.trial, room)] if room >= _LEAST_NAME else []
    bar = ""
    if width >= _LEAST_BAR:
        filled = int(_share_done(progress) * width)
        bar = f"[{'#' * filled}{'-' * (width - filled)}] "
    return (bar + ", ".join(parts))[:columns]


def _standing(progress: Progress) -> str:
    """Return the FLOPs and trials that are done, and the time that is left where it is known."""
    parts = [
        f"{_share_done(progress):4.0%} of {flops(progress.flops_total)}",
        f"{progress.n_ended}/{progress.n_trials} trained",
    ]
    if progress.remaining_seconds is not None:
        parts.append(f"{duration(progress.remaining_seconds)} left")
    return ", ".join(parts)


def _share_done(progress: Progress) -> float:
    """Return the share of the FLOPs that is done."""
    return progress.flops_done / progress.flops_total if progress.flops_total else 1.0


def _cut(name: str, length: int) -> str:
    """Return a name of this length, cut in its middle: its ends tell it from others."""
    kept = length - len("...")
    return f"{name[: kept - kept // 2]}...{name[len(name) - kept // 2 :]}"


def flops(number: float) -> str:
    """Return a number of FLOPs with its unit.

    Example:
    >>> flops(2.35e12), flops(8e8)
    ('2.35 TFLOP', '800 MFLOP')
    """
    for unit, size in (("P", 1e15), ("T", 1e12), ("G", 1e9)):
        if number >= size:
            return f"{number / size:.3g} {unit}FLOP"
    return f"{number / 1e6:.3g} MFLOP"


def duration(seconds: float) -> str:
    """Return a time as a person would say it.

    Example:
    >>> duration(7.2), duration(130), duration(7300)
    ('7 s', '2 min 10 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
