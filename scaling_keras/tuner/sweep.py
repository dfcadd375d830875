"""Which trainings a sweep consists of, and in what order they are handed out."""

from __future__ import annotations

import abc
import dataclasses
import hashlib
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from scaling_keras.errors import SweepError
from scaling_keras.tuner.sizes import (
    Size,
    TargetSize,
    check_different_sizes,
    checked_sizes,
    size_name,
)
from scaling_keras.tuner.values import check_own_names, distinct, whole_numbers

if TYPE_CHECKING:
    from scaling_keras.laws.fit_result import Fit
    from scaling_keras.laws.forms.base import Form
    from scaling_keras.laws.results import Allocation, Finding, Prediction
    from scaling_keras.tuner.executors.interface import TrialOutcome


_NOTHING: Mapping[str, Any] = {}
_LONGEST_NAME = 255
"""Bytes in the name of a directory, on nearly all file systems."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrialPlan:
    """The tuner's request for one training.

    Attributes:
        name: The run's name: its directory below the project's.
        size_name: Name of the size, from its values: `width16-depth2`.
        size: Hyperparameters of the size.
        n_examples: Examples that the run should see; it sees a whole number of batches.
        seed: Random seed of the run.
        hyperparameters: Other hyperparameters of this run, such as `learning_rate`.
        prediction: `loss`, `low`, `high`, `level`, `form`, `form_weights` and `loss_name` of a
            prediction that the run is to test, recorded with its facts; None for a run of the
            sweep itself.
    """

    name: str
    size_name: str
    size: Size
    n_examples: int
    seed: int
    hyperparameters: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    prediction: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        # Of what families find, and designs of one's own plan, nothing has looked at the names yet.
        check_own_names((*self.size, *self.hyperparameters), "a trial")

    @property
    def values(self) -> dict[str, Any]:
        """All hyperparameters that are known before the trial's data is."""
        return {
            **self.size,
            **self.hyperparameters,
            "n_examples": self.n_examples,
            "seed": self.seed,
        }


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asked:
    """What building a model with some hyperparameters asked for.

    Attributes:
        more: Those that it asked for and wasn't given, a `keras_tuner.HyperParameters`.
        used: Names of all that it asked for.
    """

    more: Any
    used: frozenset[str]


class Models(Protocol):
    """What a sweep may ask about the models of its sizes before any of them is trained.

    Attributes:
        objective: The metric that the law will be of.
    """

    objective: str

    def resolve(self, size: Size | TargetSize) -> Size:
        """Return a size, solved for if it is given by its number of parameters."""

    def model_of(self, plan: TrialPlan) -> Size:
        """Return what makes the model of a trial: its size, and what else changes its model.

        Whatever is asked about the model of a trial is asked with this as the size.
        """

    def n_params(self, size: Size) -> float:
        """Return the parameters at a size; `nan` if no model of it can be built."""

    def train_flops_per_example(self, plan: TrialPlan) -> float:
        """Return what one example of a trial costs, with its share of what each step costs.

        Infinite if its model can't be built.
        """

    def examples_for(self, train_flops: float, plan: TrialPlan) -> float:
        """Return the examples that a budget pays for in a trial like this; 0 for no such model."""

    def why_skipped(self, size: Size) -> str:
        """Return why models of a size are not trained; empty if they are."""

    def tuned(self, size: Size) -> Any:
        """Return the hyperparameters, a `keras_tuner.HyperParameters`, left to tune at a size."""

    def asked_with(self, size: Size, values: Mapping[str, Any]) -> Asked:
        """Return what a model of a size asks for with some values of the others."""

    def examples_per_step(self, plan: TrialPlan) -> int:
        """Return the examples of one optimizer step of a trial, the fewest that it can see."""

    def n_examples(self, plan: TrialPlan) -> int:
        """Return the examples that a trial sees: whole batches."""

    def check(self, plans: Iterable[TrialPlan]) -> None:
        """Raise unless there is data enough for each of the trials, as far as it can be known."""


Ended: TypeAlias = "Callable[[TrialPlan], TrialOutcome | None]"
"""Returns how a trial ended in an earlier search; None if it is still to be run."""


class Course(Protocol):
    """The trials of one search, as they are handed out: some may be under way at a time.

    Attributes:
        reason: Why there are no more; empty while there may be.
        note: What is known so far, in a few words for the progress line.
        train_flops: What the search may cost in all, if that is set beforehand; else 0.
        foreseen: Trials that will be run, those that `known` returns included, and how many like
            each, where that can be foreseen but not with what hyperparameters; else empty.
        findings: What must be said of the search.
    """

    reason: str
    note: str
    train_flops: float
    foreseen: Sequence[tuple[TrialPlan, float]]
    findings: list[Finding]

    def known(self) -> tuple[TrialPlan, ...]:
        """Return the trials that are known of so far, those of earlier searches included."""

    def next_plan(self) -> TrialPlan | None:
        """Return the next trial; None if there is none now.

        While trials are under way, there may be one again when the next of them has finished.
        """

    def finish(self, plan: TrialPlan, outcome: TrialOutcome) -> None:
        """Take in how a trial ended."""


class Sweep(abc.ABC):
    """A design: what to train. A new one is one new class with a `plan`.

    Attributes:
        sizes: The sizes that occur.
        hyperparameters: A value for each hyperparameter that the trials set besides those of the
            size: what models are built with to be counted.
        values: All values of these, where they are known beforehand: name to the values.
        variable: Column of a `RunTable` that the law is of, `train_flops` or `n_examples`, where
            the design determines no law of more; empty for a law of size and data.
        form: The law that `ScalingTuner.fit_law` fits unless it is told another.
    """

    sizes: tuple[Size | TargetSize, ...]
    hyperparameters: Mapping[str, Any] = _NOTHING
    values: Mapping[str, Sequence[Any]] = _NOTHING
    variable: str = ""
    form: str | Form = "auto"

    @abc.abstractmethod
    def plan(self, models: Models) -> tuple[TrialPlan, ...]:
        """Return every trial that may be run, in the order in which they should be."""

    def trials(self, models: Models) -> tuple[TrialPlan, ...]:
        """Return what is planned, equal trials once, as where ratios come to the same examples.

        Whoever asks what a sweep trains asks here.
        """
        kept: list[TrialPlan] = []
        known: dict[str, TrialPlan] = {}
        for plan in self.plan(models):
            if known.get(plan.name) != plan:
                kept.append(plan)
            known.setdefault(plan.name, plan)
        return tuple(kept)

    def left_out(self, models: Models) -> Mapping[str, str]:
        """Return trials that are left out though their size can be trained: name to the reason."""
        return {}

    def models_of(self, size: Size, models: Models) -> tuple[Size, ...]:
        """Return what the models of a size are made of: the size, unless trials add to that."""
        return (size,)

    def start(self, models: Models, ended: Ended) -> Course:
        """Return the course of a search: by default all that is planned, in its order.

        Args:
            models: What the models of the sizes cost.
            ended: Tells which trials have ended in earlier searches.
        """
        return FixedCourse(self.trials(models), ended)

    def at_target(self, fit: Fit) -> Prediction | Allocation | None:
        """Return what a law says of what the sweep is for; None where that is the law itself."""
        return None

    def resolved(self, models: Models) -> tuple[Size, ...]:
        """Return the sizes of which a model is trained, those given by their parameters solved for.

        Raises:
            SweepError: If two turn out to be the same.
        """
        sizes = tuple(models.resolve(size) for size in self.sizes)
        check_different_sizes(sizes)
        return tuple(
            size for size in sizes if not all(map(models.why_skipped, self.models_of(size, models)))
        )


class FixedCourse:
    """All trials of a list, in its order, whatever comes of them.

    Args:
        plans: The trials.
        ended: Tells which of them have ended in earlier searches.
    """

    def __init__(self, plans: Sequence[TrialPlan], ended: Ended) -> None:
        self.reason = ""
        self.note = ""
        self.train_flops = 0.0
        self.foreseen: Sequence[tuple[TrialPlan, float]] = ()
        self.findings: list[Finding] = []
        self._plans = tuple(plans)
        self._waiting = [plan for plan in plans if ended(plan) is None]

    def known(self) -> tuple[TrialPlan, ...]:
        """Return all trials."""
        return self._plans

    def next_plan(self) -> TrialPlan | None:
        """Return the next trial, or None after the last."""
        if not self._waiting:
            self.reason = "every trial of the sweep has been run"
            return None
        return self._waiting.pop(0)

    def finish(self, plan: TrialPlan, outcome: TrialOutcome) -> None:
        """Do nothing: the list stays as it is."""


class GridSweep(Sweep):
    """Every size at every data budget with every seed, cheapest first.

    Cheapest first means that a mistake shows early, and that a sweep which is stopped leaves a
    smaller sweep and not half of a large one.

    Args:
        sizes: One mapping a size, hyperparameter name to value, such as `{"width": 16, "depth":
            2}`. All with the same names; none may be called `n_examples`, `n_steps` or `seed`, nor
            what runs tell something else by, such as `loss`.
        n_examples: Data budgets: examples seen, repeats included. Positive whole numbers.
        seeds: Random seeds, not negative. 0 is a seed.

    Raises:
        SweepError: If a list is empty or has duplicates, or a value is out of its range.

    Example:
    >>> sweep = GridSweep(sizes=[{"width": 32}, {"width": 16}], n_examples=[1000, 4000])
    >>> [size["width"] for size in sweep.sizes], sweep.n_examples
    ([32, 16], (1000, 4000))
    """

    def __init__(
        self,
        *,
        sizes: Sequence[Size | TargetSize],
        n_examples: Sequence[int],
        seeds: Sequence[int] = (0,),
    ) -> None:
        self.sizes = checked_sizes(sizes)
        self.n_examples = distinct("n_examples", whole_numbers("n_examples", n_examples, 1))
        self.seeds = distinct("seeds", whole_numbers("seeds", seeds, 0))

    def plan(self, models: Models) -> tuple[TrialPlan, ...]:
        """Return the trials, cheapest first; equal costs in the order given."""
        sizes = self.resolved(models)
        return cheapest_first(
            (
                plan_trial(size, n_examples, seed)
                for seed, n_examples, size in itertools.product(self.seeds, self.n_examples, sizes)
            ),
            models,
        )


def cheapest_first(plans: Iterable[TrialPlan], models: Models) -> tuple[TrialPlan, ...]:
    """Return trials by what they cost; those that can't be built last."""

    def cost(plan: TrialPlan) -> float:
        return models.train_flops_per_example(plan) * plan.n_examples

    return tuple(sorted(plans, key=cost))


def plan_trial(
    size: Size,
    n_examples: int,
    seed: int,
    *,
    hyperparameters: Mapping[str, Any] = _NOTHING,
    prediction: Mapping[str, Any] | None = None,
) -> TrialPlan:
    """Return the request for one training, named after what it trains."""
    name = size_name(size)
    others = f"_{size_name(hyperparameters)}" if hyperparameters else ""
    return TrialPlan(
        name=_cut(f"{name}_{n_examples}{others}_seed{seed}"),
        size_name=name,
        size=size,
        n_examples=n_examples,
        seed=seed,
        hyperparameters=dict(hyperparameters),
        prediction=prediction,
    )


def _cut(name: str) -> str:
    """Return a name; of one that is too long for a directory the beginning, and a digest."""
    encoded = name.encode()
    if len(encoded) <= _LONGEST_NAME:
        return name
    end = f"-{hashlib.sha256(encoded).hexdigest()[:16]}"
    return encoded[: _LONGEST_NAME - len(end)].decode(errors="ignore") + end


def by_training(plans: Iterable[TrialPlan], models: Models) -> list[list[TrialPlan]]:
    """Return trials in groups that are the same training, in the order they are met.

    Data comes in whole batches, so trials that ask for different amounts may see the same, and in
    batches that the replicas share, so those that ask for different sizes of them may, too.
    """
    groups: dict[tuple[Any, ...], list[TrialPlan]] = {}
    for plan in plans:
        size, values = (_without_batch_size(each) for each in (plan.size, plan.hyperparameters))
        step = models.examples_per_step(plan)
        training = (size, values, step, models.n_examples(plan), plan.seed)
        groups.setdefault(training, []).append(plan)
    return list(groups.values())


def _without_batch_size(values: Mapping[str, Any]) -> str:
    """Return a name for hyperparameters without the batch size, of which the data has the last."""
    return size_name({name: value for name, value in values.items() if name != "batch_size"})


def check_names(plans: Iterable[TrialPlan]) -> None:
    """Raise a `SweepError` if two different trials have one name, and so one run directory."""
    known: dict[str, TrialPlan] = {}
    for plan in plans:
        first = known.setdefault(plan.name, plan)
        if first != plan:
            values, others = ({**each.size, **each.hyperparameters} for each in (first, plan))
            raise SweepError(
                f"The values of different trials must differ in letters, digits, `.`, `_` or `-`, "
                f"of which the names of runs are made. Received: {values} and {others}, both "
                f"{plan.name!r}. Give one of them another name."
            )
