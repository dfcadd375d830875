"""What earlier searches of a project have trained, from what their runs wrote."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from scaling_keras import laws
from scaling_keras.errors import ScalingWarning, SweepError
from scaling_keras.events.records import RunRecord, read_run_dir
from scaling_keras.events.schema import RunFacts
from scaling_keras.laws.fit_text import listed
from scaling_keras.tuner.checkpoint import clear_checkpoints
from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.held_out import check_same_held_out
from scaling_keras.tuner.model_of_run import differences
from scaling_keras.tuner.places import shown
from scaling_keras.tuner.project import (
    WAY_OUT,
    Project,
    check_same_training,
    has_ended,
    refuse_others,
)
from scaling_keras.tuner.search_inputs import is_held_out
from scaling_keras.tuner.sweep import TrialPlan
from scaling_keras.tuner.training_digest import changed_parts
from scaling_keras.tuner.trial import outcome_of
from scaling_keras.tuner.workload import Workload

_TRAINED_AGAIN = "Without them it has no result, so that it is trained again."
_LEFT_OUT = (
    "It counts as failed and is left out of the law. Delete its directory to have it trained again."
)


class EarlierRuns:
    """Tells how a trial ended in an earlier search, and remembers which were asked about.

    Args:
        project: Where the runs are.
        workload: What trials take, and the constants that every run must have been trained with.
        held_out: What is known of the held-out data, as in `RunFacts`; None to take any.

    Attributes:
        found: Name of a trial that has ended to its plan and how it ended.
        asked: Names of the trials that were asked about: those of the search.

    Raises:
        SweepError: If a run was trained with other constants, or another optimizer or loss, or
            its objective is of other held-out data.
    """

    def __init__(
        self,
        project: Project,
        workload: Workload,
        *,
        held_out: Mapping[str, Any] | None = None,
    ) -> None:
        self.found: dict[str, tuple[TrialPlan, TrialOutcome]] = {}
        self._path = project.path
        self._workload = workload
        self._records = project.records()
        self._damage: dict[str, tuple[str, ...]] = {}
        self._tests: dict[str, None] = {}
        self.asked: set[str] = set()
        for record in self._records.values():
            if record.skipped and not has_ended(record):
                _warn_of_damage(record.name, record.skipped, _TRAINED_AGAIN)
            damage = _damage(record, project.run_dir(record.name))
            if damage:
                self._damage[record.name] = damage
                _warn_of_damage(record.name, damage, _LEFT_OUT)
            # Every run beside the planned ones counts for the law, so it must be of one training.
            check_same_training(record, workload.data.constants, self._path)
        self._check_compiled_alike()
        if is_held_out(workload.objective):
            check_same_held_out(self._records.values(), held_out or {}, self._path)

    def __call__(self, plan: TrialPlan) -> TrialOutcome | None:
        """Return how a trial ended; None if it needs another attempt.

        Raises:
            SweepError: If the run was trained with other hyperparameters, the defaults of those
                that nobody sets among them, or another model.
        """
        self.asked.add(plan.name)
        record = self._records.get(plan.name)
        if plan.name in self._damage:
            outcome = TrialOutcome(status="failed", reason="; ".join(self._damage[plan.name]))
            self.found[plan.name] = (plan, outcome)
            return outcome
        if record is None or not (record.facts or record.results):
            cut_off = read_run_dir(self._path / plan.name).skipped
            if cut_off:
                _warn_of_damage(plan.name, cut_off, _TRAINED_AGAIN)
            return None
        if not has_ended(record):
            return None
        facts = record.last_facts
        found = facts.hyperparameters if facts else {}
        self._workload.data.follow(plan, found)
        check_same_training(record, self._workload.values(plan), self._path)
        refuse_others(plan.name, self._workload.other_defaults(plan, found), self._path)
        self._check_same_model(record, plan)
        # A kill may have come between its result and the end of its checkpoints.
        clear_checkpoints(self._path / plan.name)
        outcome = outcome_of(record)
        self.found[plan.name] = (plan, outcome)
        if facts and facts.prediction:
            self._tests[plan.name] = None
        return outcome

    def findings(self, of_law: Collection[str]) -> tuple[laws.Finding, ...]:
        """Return which runs count for the plan and not for the law, or the other way round.

        Args:
            of_law: Names of the runs that the law is fitted to.
        """
        found = []
        if self._tests:
            found.append(
                laws.Finding(
                    code="planned_tests",
                    message=f"Trials of the sweep had been trained by `train_at` to test a "
                    f"prediction, so that `fit_law` leaves them out: {', '.join(self._tests)}. "
                    f"Pass include_tests=True to take them in.",
                )
            )
        beside = sorted(name for name in self._records if name in of_law and name not in self.asked)
        if beside:
            found.append(
                laws.Finding(
                    code="runs_beside_the_plan",
                    message=f"{len(beside)} runs of the project aren't trials of the sweep: "
                    f"`fit_law` takes them in, while the sweep neither chooses by them nor counts "
                    f"them in its budget: {listed(beside)}. Search under another "
                    f"`project_name` to have a law without them.",
                )
            )
        return tuple(found)

    def _check_same_model(self, record: RunRecord, plan: TrialPlan) -> None:
        """Raise a `SweepError` if a run was trained with another model than is built for it now."""
        if not differences(record, self._workload.count(self._workload.model_of(plan))):
            return
        # Its hyperparameters may make it another model than its size has been counted with.
        different = differences(record, self._workload.count_of(plan))
        refuse_others(record.name, different, self._path)

    def _check_compiled_alike(self) -> None:
        """Raise a `SweepError` if runs were trained with another optimizer or loss than is now.

        One run of each size is enough to show what has been changed in `build_model`. It is built
        with its own hyperparameters, among them its number of steps, which a schedule depends on.
        """
        one_each: dict[str, tuple[str, RunFacts]] = {}
        for record in self._records.values():
            facts = record.last_facts
            if facts is None or not has_ended(record) or record.name in self._damage:
                continue
            if facts.training and not facts.prediction:
                one_each.setdefault(facts.size, (record.name, facts))
        for name, facts in one_each.values():
            now = self._workload.training_with(facts.hyperparameters)
            # Layers may have other names now; `model_of_run` tells whether the model is another.
            changed = [part for part in changed_parts(facts.training, now) if part != "model"]
            if changed:
                raise SweepError(
                    f"A search goes on with runs of the same training. Received: a `build_model` "
                    f"that compiles another {' and '.join(changed)} than run {name!r} in "
                    f"{shown(self._path)!r} was trained with. {WAY_OUT}"
                )

    def outcomes(self) -> dict[str, TrialOutcome]:
        """Return how the trials that were asked about ended, by name."""
        return {name: outcome for name, (_, outcome) in self.found.items()}


def _damage(record: RunRecord, run_dir: Path) -> tuple[str, ...]:
    """Return why a run stays left out whatever is trained beside it, a sentence each."""
    if record.results and not record.facts:
        return ("the facts are missing",)
    # A directory with event files of others alone has a record that says so, and is no run.
    return read_run_dir(run_dir).problems if record.problems else ()


def _warn_of_damage(name: str, damage: Sequence[str], consequence: str) -> None:
    """Warn of the damaged events of a run."""
    warnings.warn(
        f"The event files of a run must be whole. Received: {name!r}, of which "
        f"{'; '.join(text.rstrip('.') for text in damage)}. {consequence}",
        ScalingWarning,
        stacklevel=2,
    )
