"""What a sweep will train, cost and pin down, said before it trains anything."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scaling_keras import laws
from scaling_keras.callbacks.fit_end import reason_of
from scaling_keras.errors import FitError, ScalingError, SweepError
from scaling_keras.laws.frontier import fit_example_cost
from scaling_keras.laws.judging import check_judging
from scaling_keras.laws.synthetic import Design, Truth, truth_of
from scaling_keras.runs import Exclusion
from scaling_keras.tuner.designs.adaptive import AdaptiveSweep
from scaling_keras.tuner.designs.tuned import TunedSweep
from scaling_keras.tuner.law_so_far import LADDER_FORM
from scaling_keras.tuner.leaving_out import by_reason
from scaling_keras.tuner.measuring import StepMeasure, measure_step
from scaling_keras.tuner.plan_findings import plan_findings
from scaling_keras.tuner.sizes import size_name
from scaling_keras.tuner.sweep import Models, Sweep, TrialPlan, by_training, check_names
from scaling_keras.tuner.trial import TrialSetting
from scaling_keras.tuner.tuning import tuning_shares
from scaling_keras.tuner.workload import Workload

_BEYOND = 10.0
"""Compute of the default target over that of the dearest trial."""
_GUESSED_EXPONENTS = {"param_exponent": 0.34, "data_exponent": 0.28}
"""Of Hoffmann et al., arXiv:2203.15556: as good a guess as any before there are runs."""
_ANY_LAW = "besiroglu"
"""Of size and data, to check the other arguments with before there is a guess."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrialEstimate:
    """What one trial will take.

    Attributes:
        name: Its name.
        n_params: Parameters of the model.
        n_examples: Examples it sees, in whole batches.
        n_steps: Optimizer steps.
        train_flops: What it costs.
        seconds: Estimated time, without validation; `nan` if no step was measured.
        peak_bytes: Memory, as in `StepMeasure`; 0 if no step was measured.
    """

    name: str
    n_params: float
    n_examples: int
    n_steps: int
    train_flops: float
    seconds: float
    peak_bytes: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Description:
    """What a sweep will do.

    Attributes:
        trials: The trials that can be foreseen: all of a fixed design, without those that tune;
            the first of an adaptive one.
        others: What else will be run, in a sentence; empty for nothing.
        train_flops: What all that can be foreseen costs, tuning included; of an adaptive sweep, all
            that it may train and its budget pays for.
        seconds: Estimated time of all that, one trial after the other; `nan` if not measured.
        is_bound: Whether these two are what it takes at most, and the verdict is of the first
            trials alone: of an adaptive sweep, which may end before and chooses the others later.
        skipped: Sizes, and trials of sizes that can be trained, that are left out, with the reason.
        failing: Sizes, with the values that may make models larger, that can't be built with those
            or whose first steps failed when they were measured, with the reason: a search would
            record that their trials failed. Their time is left out.
        verdict: What the trials that can be foreseen pin down; None if it wasn't asked for, or
            they can't be fitted.
        why_no_verdict: Why; empty if there is one or it wasn't asked for.
        findings: What must be said of the numbers above, such as FLOPs that aren't all counted.
    """

    trials: tuple[TrialEstimate, ...]
    others: str
    train_flops: float
    seconds: float
    is_bound: bool
    skipped: tuple[Exclusion, ...]
    failing: tuple[Exclusion, ...]
    verdict: laws.DesignVerdict | None
    why_no_verdict: str
    findings: tuple[laws.Finding, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain, JSON-able values; None for what is unknown."""
        return {
            **dataclasses.asdict(dataclasses.replace(self, verdict=None)),
            "trials": [
                {**dataclasses.asdict(trial), "seconds": _or_none(trial.seconds)}
                for trial in self.trials
            ],
            "findings": [dataclasses.asdict(finding) for finding in self.findings],
            "skipped": [dataclasses.asdict(item) for item in self.skipped],
            "failing": [dataclasses.asdict(item) for item in self.failing],
            "seconds": _or_none(self.seconds),
            "verdict": None if self.verdict is None else self.verdict.to_dict(),
        }

    def summary(self) -> str:
        """Return what a person wants to know before the first trial, as text of some lines."""
        width = max(len(trial.name) for trial in self.trials)
        first, at_most = (" to begin with", "at most ") if self.is_bound else ("", "")
        lines = [
            (
                f"{len(self.trials)} trials{first}, {at_most}{self.train_flops:.3g} FLOPs"
                f"{_in_time(self.seconds)}"
            ),
            *(f"  {trial.name:<{width}}  {_line(trial)}" for trial in self.trials),
        ]
        if self.others:
            lines.append(f"And {self.others}.")
        lines.extend(f"Left out: {each}" for each in by_reason(self.skipped))
        lines.extend(f"Would fail: {item.name}, {item.reason}" for item in self.failing)
        lines.extend(f"{finding.code}: {finding.message}" for finding in self.findings)
        if self.verdict is not None:
            of_first = "Of the first runs alone, if" if self.is_bound else "If"
            lines.append(f"{of_first} the law is like the one assumed:\n{self.verdict.summary()}")
        if self.why_no_verdict:
            lines.append(f"What it will pin down can't be foreseen: {self.why_no_verdict}")
        return "\n".join(lines)


def describe(
    sweep: Sweep,
    setting: TrialSetting,
    *,
    target: float | Mapping[str, float] | None,
    law: laws.Fit | str | None,
    noise: float,
    measure: bool,
    n_trials: int,
) -> Description:
    """Return what a sweep will do; see `ScalingTuner.describe`."""
    adaptive = sweep if isinstance(sweep, AdaptiveSweep) else None
    if adaptive is not None and target is None:
        target = adaptive.target.get("train_flops", adaptive.target)
    if n_trials:
        check_judging(
            _ANY_LAW if law is None else law,
            target=1.0 if target is None else target,
            noise=noise,
            n_trials=n_trials,
        )
    workload = setting.workload
    plans, others = _foreseen(sweep, workload)
    left_out = skipped(sweep, workload)
    no_sizes = {each.name for each in left_out}
    plans = tuple(plan for plan in plans if plan.size_name not in no_sizes)
    unbuilt = _unbuilt(plans, workload)
    plans = tuple(plan for plan in plans if size_name(workload.model_of(plan)) not in unbuilt)
    check_plans(plans, sweep, workload)
    measures, failing = _measures(plans, setting) if measure else ({}, {})
    trials = tuple(_estimate(plan, workload, measures.get(_kind(plan, workload))) for plan in plans)
    tuning = _tuning(sweep, workload, measures)
    flops = sum(trial.train_flops * times for trial, times in [*((t, 1) for t in trials), *tuning])
    seconds = sum(
        trial.seconds * times
        for trial, times in [*((t, 1) for t in trials), *tuning]
        if not (failing and math.isnan(trial.seconds))
    )
    if adaptive is not None:
        at_most = _most_flops(adaptive, workload)
        flops, seconds = at_most, seconds * at_most / flops
    verdict, why = None, _why_not_judged(sweep) if n_trials else ""
    if not why:
        different = {first.name for first, *_ in by_training(plans, workload)}
        runs = [trial for trial in trials if trial.name in different]
        verdict, why = _judge(runs, sweep.variable, target, law, noise, n_trials)
    return Description(
        trials=trials,
        others=others,
        train_flops=flops,
        seconds=seconds,
        is_bound=adaptive is not None,
        skipped=left_out,
        failing=tuple(
            Exclusion(name=name, reason=reason) for name, reason in {**unbuilt, **failing}.items()
        ),
        verdict=verdict,
        why_no_verdict=why,
        findings=plan_findings(sweep, workload),
    )


def check_plans(plans: Sequence[TrialPlan], sweep: Sweep, workload: Workload) -> None:
    """Raise a `SweepError` if there is nothing to train, or two trials would be one run."""
    check_names(plans)
    if plans:
        return
    reasons = "; ".join(by_reason(skipped(sweep, workload)))
    raise SweepError(
        f"A sweep needs a size that can be trained. Received: none ({reasons or 'no trials'})."
    )


def skipped(sweep: Sweep, models: Workload) -> tuple[Exclusion, ...]:
    """Return the sizes of a sweep that are not trained, with the reason."""
    sizes = [models.resolve(size) for size in sweep.sizes]
    trained = sweep.resolved(models)
    found = []
    for size in sizes:
        reason = "" if size in trained else models.why_skipped(size)
        if size in trained and not any(map(models.can_be_built, sweep.models_of(size, models))):
            reason = f"no model of it can be built: {models.why_not_built(size)}"
        if reason:
            found.append(Exclusion(name=size_name(size), reason=reason))
    for name, reason in sweep.left_out(models).items():
        found.append(Exclusion(name=name, reason=reason))
    return tuple(found)


def _foreseen(sweep: Sweep, models: Models) -> tuple[tuple[TrialPlan, ...], str]:
    """Return the trials that are sure to be run, and what else will be, in words."""
    if isinstance(sweep, AdaptiveSweep):
        return sweep.first(models), (
            f"then whichever of {len(sweep.trials(models))} trials tells most, until "
            + " or ".join(f"{name} {value:g}" for name, value in sweep.until.items())
        )
    plans = sweep.trials(models)
    if isinstance(sweep, TunedSweep):
        n_each = sum(tuning_shares(sweep.method, sweep.n_trials).values())
        n_places, varied = sweep.n_tunings(plans), ", ".join(sweep.hyperparameters)
        each, plural = (f"each of {n_places}", "s") if n_places > 1 else ("1", "")
        places = f"combination{plural} of a size and {varied}" if varied else f"size{plural}"
        return plans, (f"before those, {n_each} trials of {sweep.method} tuning at {each} {places}")
    return plans, ""


def _most_flops(sweep: AdaptiveSweep, models: Models) -> float:
    """Return what all trials of an adaptive sweep cost, or its budget if that is less."""
    costs = (
        models.train_flops_per_example(plan) * models.n_examples(plan)
        for plan in sweep.trials(models)
    )
    return min(sum(costs), sweep.until.get("train_flops", math.inf))


def _unbuilt(plans: Sequence[TrialPlan], workload: Workload) -> dict[str, str]:
    """Return why models of sizes that can be built can't with the values of trials, by name."""
    models = {size_name(model): model for model in map(workload.model_of, plans)}
    reasons = {name: workload.why_not_built(model) for name, model in models.items()}
    return {name: reason for name, reason in reasons.items() if reason}


def _kind(plan: TrialPlan, workload: Workload) -> tuple[str, Any]:
    """Return what the time of a step depends on."""
    return size_name(workload.model_of(plan)), plan.hyperparameters.get("batch_size")


def _tuning(
    sweep: Sweep, workload: Workload, measures: Mapping[tuple[str, Any], StepMeasure]
) -> list[tuple[TrialEstimate, float]]:
    """Return what tuning takes: trials like these, so many times."""
    if not isinstance(sweep, TunedSweep):
        return []
    return [
        (_estimate(plan, workload, measures.get(_kind(plan, workload))), times)
        for plan, times in sweep.tuning(workload)
        if workload.can_be_built(workload.model_of(plan))
    ]


def _measures(
    plans: Sequence[TrialPlan], setting: TrialSetting
) -> tuple[dict[tuple[str, Any], StepMeasure], dict[str, str]]:
    """Return a measured step for each kind of trial, and why there is none: size to reason."""
    measures: dict[tuple[str, Any], StepMeasure] = {}
    failing: dict[str, str] = {}
    longest: dict[tuple[str, Any], TrialPlan] = {}
    for plan in plans:
        kind = _kind(plan, setting.workload)
        if plan.n_examples >= longest.setdefault(kind, plan).n_examples:
            longest[kind] = plan
    for kind, plan in longest.items():
        name = kind[0]
        if name in failing:
            continue
        try:
            measures[kind] = measure_step(plan, setting)
        except ScalingError:
            raise
        except Exception as error:
            # As in a search, a training that fails ends nothing but itself.
            failing[name] = reason_of(error)
    return measures, failing


def _estimate(plan: TrialPlan, workload: Workload, measured: StepMeasure | None) -> TrialEstimate:
    """Return what a trial will take."""
    work, n_steps = workload.work(plan), workload.n_steps(plan)
    seconds = math.nan
    if measured is not None:
        seconds = measured.setup_seconds + n_steps * measured.step_seconds
    return TrialEstimate(
        name=plan.name,
        n_params=workload.n_params(workload.model_of(plan)),
        n_examples=int(work.n_examples),
        n_steps=n_steps,
        train_flops=work.train_flops,
        seconds=seconds,
        peak_bytes=0 if measured is None else measured.peak_bytes,
    )


def _why_not_judged(sweep: Sweep) -> str:
    """Return why a sweep isn't simulated; empty if it is."""
    if not sweep.hyperparameters:
        return ""
    return (
        f"laws of size and data are simulated, and not what values of "
        f"{', '.join(sweep.hyperparameters)} are best (`laws.optima`)."
    )


def _judge(
    trials: Sequence[TrialEstimate],
    variable: str,
    target: float | Mapping[str, float] | None,
    law: laws.Fit | str | None,
    noise: float,
    n_trials: int,
) -> tuple[laws.DesignVerdict | None, str]:
    """Return what the trials pin down, or why that can't be said."""
    if not n_trials:
        return None, ""
    points = sorted((trial.n_params, float(trial.n_examples)) for trial in trials)
    size, data = np.array(points).T
    if target is None:
        target = _BEYOND * max(trial.train_flops for trial in trials)
    try:
        truth = truth_of(_guess(trials) if law is None else law)
        if variable and not isinstance(target, Mapping):
            target = _up_the_ladder(trials, variable, target, truth.example_cost.exponent)
        verdict = laws.judge_design(
            truth,
            Design(n_params=size, n_examples=data),
            target=target,
            form=LADDER_FORM if variable else None,
            x=variable or None,
            noise=noise,
            n_trials=n_trials,
        )
    except FitError as error:
        return None, str(error)
    return verdict, ""


def _up_the_ladder(
    trials: Sequence[TrialEstimate], variable: str, train_flops: float, cost_exponent: float
) -> dict[str, float]:
    """Return the size and data of a ladder's run on a budget."""
    last = max(trials, key=lambda trial: trial.train_flops)
    ratio = train_flops / last.train_flops
    if variable == "n_examples":
        return {"n_params": last.n_params, "n_examples": last.n_examples * ratio}
    # C = D * coef * N^p, where N and D grow by the same factor.
    factor = ratio ** (1 / (1 + cost_exponent))
    return {"n_params": last.n_params * factor, "n_examples": last.n_examples * factor}


def _guess(trials: Sequence[TrialEstimate]) -> Truth:
    """Return a Chinchilla law whose three terms weigh alike in the middle of the trials."""
    size, data, flops = np.array([(t.n_params, t.n_examples, t.train_flops) for t in trials]).T
    middle = {"param": np.exp(np.log(size).mean()), "data": np.exp(np.log(data).mean())}
    params = {
        "irreducible_loss": 1.0,
        **{f"{k}_coef": float(v ** _GUESSED_EXPONENTS[f"{k}_exponent"]) for k, v in middle.items()},
        **_GUESSED_EXPONENTS,
    }
    cost = fit_example_cost(size, flops / data)
    return dataclasses.replace(truth_of("chinchilla", params), example_cost=cost)


def _line(trial: TrialEstimate) -> str:
    """Return a trial for the summary."""
    memory = f", {trial.peak_bytes / 2**20:,.0f} MiB" if trial.peak_bytes else ""
    return (
        f"{trial.n_params:,.0f} parameters, {trial.n_examples:,} examples in {trial.n_steps:,} "
        f"steps, {trial.train_flops:.3g} FLOPs{_in_time(trial.seconds)}{memory}"
    )


def _in_time(seconds: float) -> str:
    """Return a time for the summary; nothing if it is unknown."""
    if math.isnan(seconds):
        return ""
    return f", about {seconds:.0f} s" if seconds < 600 else f", about {seconds / 3600:.1f} h"


def _or_none(number: float) -> float | None:
    return None if math.isnan(number) else number
