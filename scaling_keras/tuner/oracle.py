"""A KerasTuner oracle that proposes the trials of a sweep's course."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras_tuner
from keras_tuner.engine import metrics_tracking
from keras_tuner.engine import trial as keras_tuner_trial

from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.objective import more_is_better
from scaling_keras.tuner.sweep import Course, FixedCourse, TrialPlan
from scaling_keras.tuner.values import of_one_kind

_COMPLETED = keras_tuner_trial.TrialStatus.COMPLETED
_FAILED = keras_tuner_trial.TrialStatus.FAILED
_NO_LIMIT = 10**9


class PlanOracle(keras_tuner.Oracle):  # type: ignore[misc] # keras_tuner has no types
    """Proposes the trials that a course hands out, each once.

    It writes no files: which trials have ended is known from what their runs wrote, and
    KerasTuner's own state would be lost or damaged by a kill at the wrong moment. It prints
    nothing, and gives up after no number of failed trials.

    Args:
        objective: Metric that scores a trial, as Keras names it; lower is better.

    Raises:
        SweepError: If KerasTuner knows it as one of which more is better.
    """

    def __init__(self, objective: str) -> None:
        if metrics_tracking.infer_metric_direction(objective) == "max":
            raise more_is_better(objective)
        super().__init__(
            objective=keras_tuner.Objective(objective, "min"),
            seed=1,
            max_consecutive_failed_trials=_NO_LIMIT,
        )
        self.verbose = 0
        self._course: Course = FixedCourse((), lambda plan: None)
        self._next: TrialPlan | None = None
        self._plans: dict[str, TrialPlan] = {}
        self._workers = 0

    def set_plan(
        self,
        plans: Sequence[TrialPlan],
        ended: Mapping[str, TrialOutcome],
        course: Course | None = None,
    ) -> None:
        """Take a plan, and what is known of those of its trials that have ended.

        Args:
            plans: The trials that are known of, in order.
            ended: Name of a trial that needs no further attempt to how it ended.
            course: Hands out the trials; by default those of `plans` that have not ended.
        """
        self.trials.clear()
        self.ongoing_trials.clear()
        self.start_order.clear()
        self.end_order.clear()
        self._plans.clear()
        self._course = course or FixedCourse(plans, lambda plan: ended.get(plan.name))
        _declare(self.hyperparameters, plans)
        for plan in plans:
            if plan.name in ended:
                self.restore(plan, ended[plan.name])

    @property
    def note(self) -> str:
        """What the course says of the trials so far."""
        return self._course.note

    def next_trial(self) -> TrialPlan | None:
        """Return the next trial; None if there is none now, and at the end none any more."""
        self._next = self._course.next_plan()
        if self._next is None:
            return None
        self._workers += 1
        # A worker of its own for each trial, so that several may be under way.
        trial = self.create_trial(f"worker{self._workers}")
        return self._plans.get(trial.trial_id)

    def finish(self, plan: TrialPlan, outcome: TrialOutcome) -> None:
        """Take in how a trial ended."""
        trial = next(self.trials[key] for key, value in self._plans.items() if value == plan)
        _score(trial, outcome, self.objective.name)
        if trial.status == _COMPLETED:
            self.update_trial(trial.trial_id, dict(outcome.metrics))
        self.end_trial(trial)
        self._course.finish(plan, outcome)

    def plan_of(self, trial: keras_tuner_trial.Trial) -> TrialPlan:
        """Return the plan of a trial."""
        return self._plans[trial.trial_id]

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Return the values of the next trial, as KerasTuner asks for them."""
        plan, self._next = self._next, None
        if plan is None:
            return {"status": keras_tuner_trial.TrialStatus.STOPPED}
        self._plans[trial_id] = plan
        return {"status": keras_tuner_trial.TrialStatus.RUNNING, "values": plan.values}

    def save(self) -> None:
        """Write nothing."""

    def reload(self) -> None:
        """Read nothing."""

    def _save_trial(self, trial: keras_tuner_trial.Trial) -> None:
        """Write nothing."""

    def restore(self, plan: TrialPlan, outcome: TrialOutcome) -> None:
        """Add a trial of an earlier search, unless it is there."""
        if any(known.name == plan.name for known in self._plans.values()):
            return
        hyperparameters = self.hyperparameters.copy()
        hyperparameters.values = plan.values
        trial_id = f"{len(self.trials):04d}"
        trial = keras_tuner_trial.Trial(hyperparameters, trial_id)
        self.trials[trial_id] = trial
        self._plans[trial_id] = plan
        self.start_order.append(trial_id)
        self.end_order.append(trial_id)
        _score(trial, outcome, self.objective.name)
        if trial.status == _COMPLETED:
            self.update_trial(trial_id, dict(outcome.metrics))
            self.score_trial(trial)


def _score(trial: keras_tuner_trial.Trial, outcome: TrialOutcome, objective: str) -> None:
    """Set the status of a trial, in KerasTuner's words, to how it ended."""
    if outcome.status == "completed" and objective in outcome.metrics:
        trial.status = _COMPLETED
    else:
        trial.status = _FAILED
        trial.message = outcome.reason or f"no finite {objective}"


def _declare(space: keras_tuner.HyperParameters, plans: Sequence[TrialPlan]) -> None:
    """Add the hyperparameters of the plan, with the values that occur, to the search space."""
    columns: dict[str, list[Any]] = {}
    for plan in plans:
        for name, value in plan.values.items():
            values = columns.setdefault(name, [])
            if value not in values:
                values.append(value)
    for name, values in columns.items():
        same = list(of_one_kind(values))
        # KerasTuner's choices are of one kind, which those of a trial needn't be.
        is_mixed = len({type(value) for value in same}) > 1
        space.Choice(name, [str(value) for value in same] if is_mixed else same)
