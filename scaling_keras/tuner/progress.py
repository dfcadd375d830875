"""How far a search has got, counted in FLOPs, and who is told."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np
from scipy.optimize import nnls

from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.sweep import TrialPlan

_FEATURES = ("trials", "examples", "FLOPs")
"""What the time of a search is proportional to."""
_ROUNDING = 1e-9
"""Share of the FLOPs foreseen that may be a rounding error."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Work:
    """What training a trial takes.

    Attributes:
        n_examples: Examples it sees.
        train_flops: FLOPs it costs.
    """

    n_examples: float
    train_flops: float

    def part(self, fraction: float) -> Work:
        """Return what a fraction of the training takes."""
        return Work(n_examples=fraction * self.n_examples, train_flops=fraction * self.train_flops)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a search has got.

    Attributes:
        trial: Names of the trials that are training, with commas between; empty for none.
        n_trials: Trials in all, those of earlier searches included.
        n_ended: Trials that have ended.
        flops_done: Training FLOPs done, those of earlier searches included.
        flops_total: Training FLOPs of all trials.
        elapsed_seconds: Since the search began.
        remaining_seconds: Estimate of what is left; None before there is anything to go by.
        note: What a sweep is about: what it tunes, or how wide the interval is that it goes by.
        law: Formula of the law of the trials so far; empty while they determine none.
    """

    trial: str
    n_trials: int
    n_ended: int
    flops_done: float
    flops_total: float
    elapsed_seconds: float
    remaining_seconds: float | None
    note: str = ""
    law: str = ""


class Reporter(Protocol):
    """Is told how a search goes. Its methods are called in the thread that trains."""

    def search_began(self, progress: Progress) -> None:
        """A search begins; `n_ended` trials were done by earlier ones."""

    def announced(self, text: str) -> None:
        """Something is about to be done that isn't a trial, such as joining a cluster."""

    def trial_began(self, plan: TrialPlan, progress: Progress) -> None:
        """A trial is about to be built."""

    def trial_advanced(self, progress: Progress) -> None:
        """The trial has done some steps: called often, so return quickly."""

    def trial_ended(self, plan: TrialPlan, outcome: TrialOutcome, progress: Progress) -> None:
        """A trial has ended, well or not."""

    def search_ended(self, progress: Progress) -> None:
        """There are no trials left."""


class SilentReporter:
    """Keeps everything to itself."""

    def search_began(self, progress: Progress) -> None:
        """Do nothing."""

    def announced(self, text: str) -> None:
        """Do nothing."""

    def trial_began(self, plan: TrialPlan, progress: Progress) -> None:
        """Do nothing."""

    def trial_advanced(self, progress: Progress) -> None:
        """Do nothing."""

    def trial_ended(self, plan: TrialPlan, outcome: TrialOutcome, progress: Progress) -> None:
        """Do nothing."""

    def search_ended(self, progress: Progress) -> None:
        """Do nothing."""


@dataclasses.dataclass(kw_only=True)
class _Running:
    """A trial under way.

    Attributes:
        began: When, by the tracker's clock.
        fraction: Fraction done of its steps.
        before: The fraction that an earlier attempt has done; None until anything is heard.
    """

    began: float
    fraction: float = 0.0
    before: float | None = None

    @property
    def to_do(self) -> float:
        """Fraction of the trial that this attempt trains."""
        return 1.0 - (self.before or 0.0)

    @property
    def share(self) -> float:
        """How far this attempt is with what it trains, from 0 to 1."""
        return (self.fraction - (self.before or 0.0)) / self.to_do if self.to_do > 0 else 1.0

    def advance(self, fraction: float, now: float) -> None:
        """Take in the fraction done: at first that of the attempts before."""
        if fraction < self.fraction:  # It was begun again, at its last checkpoint.
            self.began, self.before = now, None
        self.before = fraction if self.before is None else self.before
        self.fraction = fraction


class Tracker:
    """Counts the work of a search, estimates what is left, and tells a reporter.

    The time a trial takes is modelled as `a + b * examples + c * FLOPs`: building and tracing, the
    overhead of a step, and arithmetic. Small models are slow for their FLOPs, so a single rate
    would promise far too long a wait while the small ones train. `a`, `b` and `c`, none negative,
    are fitted to the trials of this search.

    Args:
        reporter: Who is told.
        clock: Returns seconds; for tests.
    """

    def __init__(self, reporter: Reporter, clock: Callable[[], float] = time.monotonic) -> None:
        self._reporter = reporter
        self._clock = clock
        self._measured: list[tuple[Work, float]] = []
        self._work: dict[str, Work] = {}
        self._ended: set[str] = set()
        self._budget = 0.0
        self._foreseen = np.zeros(len(_FEATURES))
        self._note = ""
        self._law = ""
        self._began = clock()
        self._running: dict[str, _Running] = {}

    def begin(
        self,
        work: dict[str, Work],
        ended: set[str],
        budget: float = 0.0,
        foreseen: Iterable[tuple[Work, float]] = (),
    ) -> None:
        """Begin a search over trials of the given names, some of which have ended already.

        Args:
            work: What each trial takes that is known of.
            ended: Names of those that have ended.
            budget: FLOPs that the search may take, where its trials aren't all known of.
            foreseen: What all trials take, and how many take it, where those that are known of
                are but some of them.
        """
        self._work, self._ended, self._budget = dict(work), set(ended), budget
        self._foreseen = sum(
            (times * _features(each) for each, times in foreseen), np.zeros(len(_FEATURES))
        )
        self._began = self._clock()
        self._running = {}
        self._reporter.search_began(self.progress())

    def announce(self, text: str) -> None:
        """Pass on a sentence that isn't of a trial."""
        self._reporter.announced(text)

    def remark(self, note: str, law: str = "") -> None:
        """Take in what the trials so far say."""
        self._note, self._law = note, law

    def take_in(self, plan: TrialPlan, work: Work) -> None:
        """Take in a trial that an earlier search has ended, not known of when this one began."""
        self.expect(plan, work)
        self._ended.add(plan.name)

    def expect(self, plan: TrialPlan, work: Work) -> None:
        """Take in what a trial takes that was not known of when the search began.

        One that is trained after the search counts as part of it.
        """
        self._work.setdefault(plan.name, work)

    def begin_trial(self, plan: TrialPlan) -> None:
        """Begin a trial; others may be under way."""
        self._ended.discard(plan.name)
        self._running[plan.name] = _Running(began=self._clock())
        self._reporter.trial_began(plan, self.progress())

    def advance(self, plan: TrialPlan, fraction: float) -> None:
        """Take in that a trial has done a fraction of its steps, if it is still under way.

        The first that is heard is what was done before: of a trial that goes on from a checkpoint.
        """
        if plan.name in self._running:
            self._running[plan.name].advance(min(1.0, fraction), self._clock())
            self._reporter.trial_advanced(self.progress())

    def end_trial(self, plan: TrialPlan, outcome: TrialOutcome) -> None:
        """Take in how a trial ended; a completed one is a measurement of speed."""
        run = self._running.pop(plan.name, None)
        if outcome.status == "completed":
            work = self._work[plan.name].part(run.to_do if run else 1.0)
            self._measured.append((work, outcome.elapsed_seconds))
        self._ended.add(plan.name)
        self._reporter.trial_ended(plan, outcome, self.progress())

    def end(self) -> None:
        """End the search: what was foreseen and didn't come is not to come any more."""
        self._foreseen = np.zeros(len(_FEATURES))
        self._reporter.search_ended(self.progress())

    def progress(self) -> Progress:
        """Return how far the search has got."""
        under_way = sum(
            run.fraction * self._work[name].train_flops for name, run in self._running.items()
        )
        return Progress(
            trial=", ".join(self._running),
            n_trials=max(len(self._work), round(float(self._foreseen[0]))),
            n_ended=len(self._ended),
            flops_done=sum(self._work[name].train_flops for name in self._ended) + under_way,
            flops_total=max(self._known_flops(), self._budget, float(self._foreseen[2])),
            elapsed_seconds=self._clock() - self._began,
            remaining_seconds=self._remaining_seconds(),
            note=self._note,
            law=self._law,
        )

    def _remaining_seconds(self) -> float | None:
        """Return the estimated time of the trials that have not ended.

        Trials that run side by side share what is left: the sum is divided by their number, but
        the longest of those under way is waited for.
        """
        waiting = [n for n in self._work if n not in self._ended and n not in self._running]
        rates = self._rates() if self._measured else None
        left = [self._left_of(name, run, rates) for name, run in self._running.items()]
        if rates is None:
            known = [seconds for seconds in left if seconds is not None]
            all_begun = not waiting and self._unnamed()[2] <= _ROUNDING * self._foreseen[2]
            return max(known) if all_begun and left and len(known) == len(left) else None
        seconds = [s for s in left if s is not None]
        to_come = sum(float(_features(self._work[name]) @ rates) for name in waiting)
        to_come += float(self._unnamed() @ rates) + self._seconds_unplanned(rates)
        side_by_side = max(1, len(self._running))
        return max([(to_come + sum(seconds)) / side_by_side, *seconds])

    def _known_flops(self) -> float:
        """Return the FLOPs of all trials that are known of."""
        return sum(work.train_flops for work in self._work.values())

    def _unnamed(self) -> np.ndarray:
        """Return the features of what is foreseen beyond the trials that are known of."""
        known = sum((_features(work) for work in self._work.values()), np.zeros(len(_FEATURES)))
        return np.maximum(self._foreseen - known, 0.0)

    def _seconds_unplanned(self, rates: np.ndarray) -> float:
        """Return the time that the rest of a budget takes, as if for more of the dearest trial."""
        unplanned = self._budget - self._known_flops()
        dearest = max(self._work.values(), key=lambda work: work.train_flops)
        if unplanned <= 0 or dearest.train_flops <= 0:
            return 0.0
        return unplanned / dearest.train_flops * float(_features(dearest) @ rates)

    def _left_of(self, name: str, run: _Running, rates: np.ndarray | None) -> float | None:
        """Return the estimated time that a trial under way still takes; None if unknown."""
        so_far = self._clock() - run.began
        if rates is None:
            return so_far * (1 - run.share) / run.share if run.share > 0 else None
        by_speed = so_far * (1 - run.share) / max(run.share, 0.05)
        by_model = float(_features(self._work[name].part(run.to_do)) @ rates) - so_far
        # What this attempt shows of itself counts the more, the farther it has got.
        return run.share * by_speed + (1 - run.share) * max(0.0, by_model)

    def _rates(self) -> np.ndarray:
        """Return seconds per trial, per example and per FLOP."""
        rows = np.array([_features(work) for work, _ in self._measured])
        seconds = np.array([elapsed for _, elapsed in self._measured])
        # Relative errors, so that the dear trials don't settle everything.
        scale = rows.max(axis=0)
        scale[scale == 0] = 1.0
        weights = 1 / np.maximum(seconds, 1e-3)
        rates, _ = nnls(rows / scale * weights[:, np.newaxis], seconds * weights)
        return np.asarray(rates / scale)


def _features(work: Work) -> np.ndarray:
    """Return what the time of a trial is proportional to, shape `(3,)`."""
    return np.array([1.0, work.n_examples, work.train_flops])
