"""A line on the terminal that says how far a search has got."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from scaling_keras.tuner.executors.interface import TrialOutcome
    from scaling_keras.tuner.progress import Progress
    from scaling_keras.tuner.sweep import TrialPlan

_BAR_WIDTH = 20
_SECONDS_BETWEEN = 0.25


class ProgressLine:
    """Reports a search in one line that is written over again; a `Reporter`.

    Where the stream is no terminal nothing is written, except for trials that did not complete.

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

    def trial_began(self, plan: TrialPlan, progress: Progress) -> None:
        """Show the trial."""
        self._show(progress)

    def trial_advanced(self, progress: Progress) -> None:
        """Show how far it is, a few times a second."""
        if time.monotonic() - self._last >= _SECONDS_BETWEEN:
            self._show(progress)

    def trial_ended(self, plan: TrialPlan, outcome: TrialOutcome, progress: Progress) -> None:
        """Say so if it went wrong."""
        if outcome.status != "completed":
            self._say(f"{plan.name} {outcome.status}: {outcome.reason or 'no reason given'}")
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
        self._stream.write(describe(progress)[: columns - 1])
        self._stream.flush()

    def _say(self, text: str) -> None:
        """Write a line that stays."""
        self._clear()
        self._stream.write(text + "\n")

    def _clear(self) -> None:
        """Go to the begin of the line and take away what is there."""
        if self._is_terminal:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def describe(progress: Progress) -> str:
    """Return how far a search has got, in one line."""
    done = progress.flops_done / progress.flops_total if progress.flops_total else 1.0
    filled = int(done * _BAR_WIDTH)
    bar = "#" * filled + "-" * (_BAR_WIDTH - filled)
    parts = [
        f"[{bar}] {done:4.0%} of {flops(progress.flops_total)}",
        f"{progress.n_ended}/{progress.n_trials} trained",
    ]
    if progress.remaining_seconds is not None:
        parts.append(f"{duration(progress.remaining_seconds)} left")
    if progress.note:
        parts.append(progress.note)
    if progress.trial:
        parts.append(progress.trial)
    return ", ".join(parts)


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
