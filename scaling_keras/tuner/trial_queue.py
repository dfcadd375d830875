"""The trials of an oracle as an executor sees them."""

from __future__ import annotations

from collections.abc import Mapping

from scaling_keras.tuner.claim import Pulse, revoke_claim
from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.law_so_far import LawSoFar
from scaling_keras.tuner.oracle import PlanOracle
from scaling_keras.tuner.progress import Tracker
from scaling_keras.tuner.sweep import TrialPlan
from scaling_keras.tuner.trial import TrialSetting, record_lost

_NONE: Mapping[str, tuple[TrialPlan, TrialOutcome]] = {}


class OracleQueue:
    """The trials of the oracle, with their progress told.

    Args:
        oracle: Proposes them.
        tracker: Is told of them.
        setting: What they share.
        law: Fits those that have ended; None where nobody listens.
        earlier: Trials that earlier searches have ended, by name; more may be found to have while
            the search goes on.
    """

    def __init__(
        self,
        oracle: PlanOracle,
        tracker: Tracker,
        setting: TrialSetting,
        law: LawSoFar | None = None,
        earlier: Mapping[str, tuple[TrialPlan, TrialOutcome]] = _NONE,
    ) -> None:
        self._oracle = oracle
        self._tracker = tracker
        self._setting = setting
        self._law = law
        self._law_text = law.text() if law else ""
        self._earlier = earlier
        self._taken_in = set(earlier)
        self._pulses: dict[str, Pulse] = {}
        self.outcomes: list[TrialOutcome] = []

    def announce(self, text: str) -> None:
        """Pass a sentence on to whoever watches."""
        self._tracker.announce(text)

    def next_trial(self) -> TrialPlan | None:
        """Return the next trial, or None if there is none now."""
        plan = self._oracle.next_trial()
        self._take_in_earlier()
        self._tracker.remark(self._oracle.note, self._law_text)
        if plan is not None:
            self._tracker.expect(plan, self._setting.workload.work(plan))
            # Of a search that was killed; its process, should it still be there, ends.
            self.lost(plan)
            self._tracker.begin_trial(plan)
        return plan

    def _take_in_earlier(self) -> None:
        """Take in the trials of earlier searches that the oracle has come upon."""
        found = [name for name in self._earlier if name not in self._taken_in]
        for name in found:
            plan, outcome = self._earlier[name]
            self._tracker.take_in(plan, self._setting.workload.work(plan))
            if self._law:
                self._law.add(plan, outcome)
        self._taken_in.update(found)
        if self._law and found:
            self._law_text = self._law.text()

    def advance(self, plan: TrialPlan, fraction: float) -> None:
        """Take in how far a trial is."""
        self._tracker.advance(plan, fraction)

    def silent_seconds(self, plan: TrialPlan) -> float | None:
        """Return for how long a trial has shown no sign of life; None before it has begun."""
        run_dir = self._setting.project.run_dir(plan.name)
        pulse = self._pulses.setdefault(plan.name, Pulse(run_dir))
        return pulse.silent_seconds() if pulse.has_begun() else None

    def lost(self, plan: TrialPlan) -> None:
        """Take in that a trial's process is gone: should it come back, it ends."""
        revoke_claim(self._setting.project.run_dir(plan.name))
        self._pulses.pop(plan.name, None)

    def finish(self, plan: TrialPlan, outcome: TrialOutcome) -> None:
        """Take in how a trial ended; one whose process is gone is recorded for it."""
        if outcome.status == "failed":
            record_lost(plan, self._setting, outcome.reason)
        self.outcomes.append(outcome)
        self._oracle.finish(plan, outcome)
        if self._law:
            self._law.add(plan, outcome)
            self._law_text = self._law.text()
        self._tracker.remark(self._oracle.note, self._law_text)
        self._tracker.end_trial(plan, outcome)
