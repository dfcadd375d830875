"""A sweep whose other hyperparameters are tuned within each size before the law's runs."""

from __future__ import annotations

import dataclasses
import importlib.util
import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scaling_keras.errors import SweepError
from scaling_keras.law_runs import TUNING_SHARE
from scaling_keras.laws.results import Finding
from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.sizes import Size, size_name
from scaling_keras.tuner.sweep import Ended, Models, Sweep, TrialPlan, check_names, plan_trial
from scaling_keras.tuner.values import kind_of, whole_number

if TYPE_CHECKING:
    from scaling_keras.tuner.tuning import Adviser

_METHODS = ("random", "bayesian", "hyperband")


class TunedSweep(Sweep):
    """A sweep of fixed trials whose remaining hyperparameters are tuned first.

    What `build_model` asks for with `hp.Float`, `hp.Int` or `hp.Choice`, and the sizes don't set,
    is tuned at each size by one of KerasTuner's oracles, on the fewest examples that the sweep has
    for that size. The trials of the sweep are then run with the values that reached the lowest
    loss; `fit_law` takes the best run of each size, amount of data and seed. An optimum at an end
    of its range is a finding (`ScalingTuner.findings`): the range should be wider. What changes a
    model's parameters or FLOPs can't be tuned: it is part of the size.

    Around a `HyperparameterSweep` each combination of its values is tuned on its own, so that each
    is judged at the best of the rest.

    With `transfer=True` only the smallest size is tuned and all others reuse its values. That
    holds for models whose hyperparameters are parametrized to transfer (muP), and for no others.
    What only other sizes ask for takes its default, which is a finding (`defaults_taken`).

    Args:
        sweep: The sweep, one whose trials are all known beforehand.
        method: `random`, `bayesian` or `hyperband`.
        n_trials: Trials for each tuned size and combination, at least 2. Hyperband makes about 20,
            most of them on a third or a ninth of the examples, with schedules that end there.
        transfer: Whether to tune the smallest size only.
        seed: Of the oracles, not negative. 0 is a seed.

    Raises:
        SweepError: If a value is out of its range.

    References:
        Yang et al., arXiv:2203.03466, for transfer; Li et al., arXiv:1603.06560, for Hyperband.

    Example:
    >>> from scaling_keras.tuner.sweep import GridSweep
    >>> grid = GridSweep(sizes=[{"width": 16}, {"width": 32}], n_examples=[1000, 4000])
    >>> TunedSweep(grid, method="random", n_trials=8).sizes
    ({'width': 16}, {'width': 32})
    """

    def __init__(
        self,
        sweep: Sweep,
        *,
        method: str = "random",
        n_trials: int = 10,
        transfer: bool = False,
        seed: int = 0,
    ) -> None:
        if method not in _METHODS:
            raise SweepError(
                f"`method` must be one of {', '.join(_METHODS)}. Received: {method!r}."
            )
        if method == "bayesian" and importlib.util.find_spec("sklearn") is None:
            raise SweepError(
                "KerasTuner's Bayesian optimization needs scikit-learn. Received: "
                "method='bayesian', and it isn't installed. Run `pip install scikit-learn`, or "
                "choose method='random'."
            )
        if not isinstance(sweep, Sweep) or type(sweep).start is not Sweep.start:
            raise SweepError(
                f"`sweep` must be one whose trials are all known beforehand. Received: "
                f"{kind_of(sweep)}. Pass a GridSweep, an IsoFLOPSweep or a ladder."
            )
        self.n_trials = whole_number("n_trials", n_trials, 2)
        self.seed = whole_number("seed", seed, 0)
        self.sweep = sweep
        self.sizes = sweep.sizes
        self.hyperparameters = sweep.hyperparameters
        self.values = sweep.values
        self.variable = sweep.variable
        self.method = method
        self.transfer = transfer

    def plan(self, models: Models) -> tuple[TrialPlan, ...]:
        """Return the trials of the sweep, which are run with values yet to be found.

        Raises:
            DataError: If the data is too short for trials in batches of a tuned size.
            SweepError: If what is tuned would change the parameters or FLOPs of a size, or is the
                size of batches in which the data doesn't come.
        """
        plans = self.sweep.trials(models)
        # With `transfer` too: what is found at one size has to do at all others.
        # All of one model together: it would be built anew for each fraction that the sweep sets.
        alike: dict[str, list[TrialPlan]] = {}
        for plan in plans:
            alike.setdefault(size_name(models.model_of(plan)), []).append(plan)
        places = [(tuning_place(group, models), group) for group in alike.values()]
        for place, group in sorted(places, key=lambda each: _order(each[0], models)):
            _checked_space(place, models, alike=group)
        return plans

    def left_out(self, models: Models) -> Mapping[str, str]:
        """Return what the sweep leaves out."""
        return self.sweep.left_out(models)

    def models_of(self, size: Size, models: Models) -> tuple[Size, ...]:
        """Return what the models of a size are made of, as the sweep has it."""
        return self.sweep.models_of(size, models)

    def n_tunings(self, plans: Sequence[TrialPlan]) -> int:
        """Return how often is tuned before trials like these: once for those that share it."""
        return len(_groups(plans, self.transfer))

    def tuning(self, models: Models) -> tuple[tuple[TrialPlan, float], ...]:
        """Return the trials that are tuned, and how many like them that takes beside them."""
        from scaling_keras.tuner.tuning import tuning_shares

        shares = tuning_shares(self.method, self.n_trials)
        firsts = [
            tuning_place(group, models) for group in _groups(self.trials(models), self.transfer)
        ]
        return tuple(
            # The best of those that tune on all examples is the trial of the sweep itself.
            (_on_share(first, share, {}), times - 1.0 if share == 1 else times)
            for first in firsts
            for share, times in shares.items()
        )

    def untuned(self, models: Models, size: Size) -> list[Any]:
        """Return what only other models than those that are tuned ask for, so that it isn't tuned.

        Args:
            models: What the models of the sizes cost.
            size: The size of the models that may ask for more, one of the sweep's or another.

        Returns:
            KerasTuner's declarations of it.
        """
        found: dict[str, Any] = {}
        for group in _groups(self.sweep.trials(models), True) if self.transfer else ():
            first = tuning_place(group, models)
            here = dataclasses.replace(first, size=size, size_name=size_name(size))
            asked, tuned = (_checked_space(plan, models) for plan in (here, first))
            found |= {name: item for name, item in asked.items() if name not in tuned}
        return list(found.values())

    def start(self, models: Models, ended: Ended) -> TunedCourse:
        """Return the course of a search.

        Raises:
            SweepError: If `build_model` leaves nothing to tune.
        """
        return TunedCourse(self, models, ended)


def tuning_place(plans: Sequence[TrialPlan], models: Models) -> TrialPlan:
    """Return the trial on whose size and data others are tuned: the smallest, on the least data."""
    return min(plans, key=lambda plan: _order(plan, models))


def _order(plan: TrialPlan, models: Models) -> tuple[float, int]:
    """Return what puts the trials of small models on few data first."""
    n_params = models.n_params(models.model_of(plan))
    return (math.inf if math.isnan(n_params) else n_params), plan.n_examples


def _checked_space(
    plan: TrialPlan, models: Models, *, alike: Sequence[TrialPlan] = ()
) -> dict[str, Any]:
    """Return what can be tuned at the size of a trial, by name, as far as is known before it.

    Whole numbers and choices are looked at, and what is asked for only with some of them: learning
    rates and the like would have a model built for each of them. Trials are checked on their own.

    Args:
        plan: The trial that is tuned at.
        models: What they cost.
        alike: Trials that train the same model, whose data must do for each batch size.

    Raises:
        DataError: If the data of one of them is too short.
        SweepError: If something of it can't be tuned.
    """
    from scaling_keras.tuner.tuning import extremes

    seen: dict[str, Any] = {}
    if math.isnan(models.n_params(models.model_of(plan))):
        return seen  # It can't be built, which its trials will say.
    waiting: list[dict[str, Any]] = [{}]
    while waiting:
        values = waiting.pop()
        tried = _on_share(plan, 1.0, values)
        _check_size_stays(tried, plan.hyperparameters, models)
        if "batch_size" in values:
            models.check([_on_share(each, 1.0, values) for each in alike])
        model = {**tried.size, **tried.hyperparameters}
        if math.isnan(models.n_params(model)):
            continue
        new = [item for item in models.tuned(model).space if item.name not in seen]
        seen.update((item.name, item) for item in new)
        waiting.extend(
            {**values, item.name: value}
            for item in new
            for value in extremes(item)
            if not isinstance(value, float)
        )
    return seen


def _check_size_stays(plan: TrialPlan, set_by_sweep: Collection[str], models: Models) -> None:
    """Raise a `SweepError` if what is tuned makes the model of a trial larger or dearer.

    Sweeps are planned, and limits held, by what models count with the defaults.
    """
    chosen = plan.hyperparameters
    given = {name: value for name, value in chosen.items() if name in set_by_sweep}
    # What a step costs whatever its batch is shared by the examples of the batch: that may differ.
    own = {**given, **{n: value for n, value in chosen.items() if n == "batch_size"}}
    as_planned = dataclasses.replace(plan, hyperparameters=own)
    counted, found = (
        (models.n_params(models.model_of(each)), models.train_flops_per_example(each))
        for each in (as_planned, plan)
    )
    if math.isnan(counted[0]) or math.isnan(found[0]) or found == counted:
        return
    untold = {*given, TUNING_SHARE}
    values = ", ".join(f"{n}={value!r}" for n, value in chosen.items() if n not in untold)
    raise SweepError(
        f"What is tuned must leave a model's parameters and FLOPs as its size has them, for the "
        f"data of the trials and the limits go by those. Received: {values}, with which "
        f"{plan.size_name!r} has {found[0]:,.0f} parameters and {found[1]:,.0f} FLOPs an example, "
        f"and not {counted[0]:,.0f} and {counted[1]:,.0f}. Make what changes them part of each of "
        f"`sizes`, or fix it in `constants`."
    )


def _on_share(first: TrialPlan, share: float, values: Mapping[str, Any]) -> TrialPlan:
    """Return a trial on a share of the examples of another, with values of what is tuned."""
    return plan_trial(
        first.size,
        max(1, round(first.n_examples * share)),
        first.seed,
        hyperparameters={**first.hyperparameters, **values},
    )


def _groups(plans: Sequence[TrialPlan], transfer: bool) -> list[list[TrialPlan]]:
    """Return the trials that share their tuning, the fewest examples of each size first.

    What the sweep itself varies beside the size is tuned around, each of its values on its own.
    """
    groups: dict[tuple[str, str], list[TrialPlan]] = {}
    for plan in plans:
        size = "" if transfer else plan.size_name
        groups.setdefault((size, size_name(plan.hyperparameters)), []).append(plan)
    return list(groups.values())


def _place_name(first: TrialPlan) -> str:
    """Return the size that is tuned, with what the sweep itself varies, for a sentence."""
    values = ", ".join(f"{name}={value!r}" for name, value in first.hyperparameters.items())
    return f"{first.size_name!r}" + (f" with {values}" if values else "")


@dataclasses.dataclass
class _Stage:
    """The tuning of one size, and the trials that wait for it."""

    adviser: Adviser
    space: Any
    waiting: list[TrialPlan]
    first: TrialPlan
    asked: int = 0
    running: int = 0
    best: tuple[float, dict[str, Any]] | None = None


class TunedCourse:
    """The trials of one search of a `TunedSweep`."""

    def __init__(self, sweep: TunedSweep, models: Models, ended: Ended) -> None:
        from scaling_keras.tuner.tuning import Adviser, can_vary

        self.reason = ""
        self.note = ""
        self.train_flops = 0.0
        self.findings: list[Finding] = []
        self._ended = ended
        self._objective = models.objective
        self._plans = sweep.trials(models)
        self.foreseen: Sequence[tuple[TrialPlan, float]] = (
            *((plan, 1.0) for plan in self._plans),
            *sweep.tuning(models),
        )
        self._stages: list[_Stage] = []
        self._ready: list[TrialPlan] = []
        self._tuning: dict[str, tuple[_Stage, str]] = {}
        self._outcomes: dict[str, TrialOutcome] = {}
        self._proposed: dict[str, TrialPlan] = {}
        self._models = models
        self._set_by_sweep = frozenset(sweep.hyperparameters)
        for group in _groups(self._plans, sweep.transfer):
            first = tuning_place(group, models)
            space = models.tuned(models.model_of(first))
            if not can_vary(space):
                raise SweepError(
                    f"A tuned sweep needs something to tune. Received: a `build_model` that asks "
                    f"for nothing that can vary besides what the sweep sets at "
                    f"{_place_name(first)}; what only a `fit` of its own asks for isn't tuned. Ask "
                    f"for `hp.Float('learning_rate', 1e-4, 1e-1, sampling='log')`, or the like."
                )
            adviser = Adviser(sweep.method, space, sweep.n_trials, sweep.seed)
            self._stages.append(_Stage(adviser=adviser, space=space, waiting=group, first=first))

    def known(self) -> tuple[TrialPlan, ...]:
        """Return nothing: the values that trials are run with are not known yet."""
        return ()

    def next_plan(self) -> TrialPlan | None:
        """Return the next trial; None if there is none, or none before another has finished."""
        while True:
            plan = self._ready.pop(0) if self._ready else self._proposal()
            if plan is None:
                return None
            before = self._ended(plan)
            if before is None:
                _check_size_stays(plan, self._set_by_sweep, self._models)
                self.note = f"tuning {plan.size_name}" if plan.name in self._tuning else ""
                return plan
            self.finish(plan, before)

    def finish(self, plan: TrialPlan, outcome: TrialOutcome) -> None:
        """Take in how a trial ended."""
        self._outcomes[plan.name] = outcome
        stage, name = self._tuning.pop(plan.name, (None, ""))
        if stage is None:
            return
        stage.running -= 1
        stage.adviser.tell(name, outcome, self._objective)
        loss = outcome.metrics.get(self._objective)
        is_whole = plan.n_examples == stage.first.n_examples
        if not is_whole or outcome.status != "completed" or loss is None:
            return
        if stage.best is None or loss < stage.best[0]:
            stage.best = (loss, dict(plan.hyperparameters))

    def _proposal(self) -> TrialPlan | None:
        """Return a trial that tunes; None if all that is to be tuned is, or is under way."""
        while self._stages:
            stage = self._stages[0]
            plan = self._ask(stage)
            if plan is not None:
                return plan
            if stage.running:
                return None
            self._stages.pop(0)
            self._settle(stage)
            if self._ready:
                return self._ready.pop(0)
        self.reason = self.reason or "every trial of the sweep has been run"
        return None

    def _ask(self, stage: _Stage) -> TrialPlan | None:
        """Return the next trial of a stage that is no repetition; None if there is none now."""
        while True:
            name = f"proposal-{stage.asked}"
            proposed = stage.adviser.propose(name)
            if proposed is None:
                return None
            stage.asked += 1
            values, share = proposed
            first = stage.first
            values = self._whole(stage, name, values)
            if share < 1:
                values[TUNING_SHARE] = round(share, 4)
            plan = _on_share(first, share, values)
            check_names((self._proposed.setdefault(plan.name, plan), plan))
            if plan.name in self._outcomes or plan.name in self._tuning:
                # Proposed again: what came of it is told again, not trained again.
                again = TrialOutcome(status="failed", reason="under way already")
                stage.adviser.tell(name, self._outcomes.get(plan.name, again), self._objective)
                stage.adviser.ask_again()
                continue
            stage.running += 1
            self._tuning[plan.name] = (stage, name)
            return plan

    def _whole(self, stage: _Stage, name: str, values: dict[str, Any]) -> dict[str, Any]:
        """Return a proposal with what a model asks for with it too, and nothing that it doesn't."""
        first = stage.first
        while True:
            asked = self._models.asked_with(first.size, {**first.hyperparameters, **values})
            if not asked.more.space:
                return {key: value for key, value in values.items() if key in asked.used}
            stage.space.merge(asked.more.space)
            values |= stage.adviser.extend(name, asked.more)

    def _settle(self, stage: _Stage) -> None:
        """Give the trials of the sweep the best values, and say if those are at an edge."""
        from scaling_keras.tuner.tuning import names_at_edge

        if stage.best is None:
            self.findings.append(
                Finding(
                    code="tuning_failed",
                    message=f"No trial that tuned {_place_name(stage.first)} completed, so its "
                    f"{len(stage.waiting)} trials were left out. See their reasons in `results()`.",
                )
            )
            return
        best = stage.best[1]
        for name, span in names_at_edge(stage.space, best).items():
            self.findings.append(
                Finding(
                    code="optimum_at_edge",
                    message=f"The best {name} at {_place_name(stage.first)}, {best[name]:g}, "
                    f"lies at an end of what was tried, {span}, so a better one may lie beyond. "
                    f"Widen the range.",
                )
            )
        for plan in stage.waiting:
            chosen = plan_trial(
                plan.size,
                plan.n_examples,
                plan.seed,
                hyperparameters={**plan.hyperparameters, **best},
            )
            # The trial that was found best has been run already.
            if plan is not stage.first:
                self._ready.append(chosen)
