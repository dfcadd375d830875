"""What each trial takes: its data, its optimizer steps, its FLOPs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import keras_tuner

from scaling_keras.counting.model_count import ModelCount
from scaling_keras.errors import DataError
from scaling_keras.tuner.batches import check_batched
from scaling_keras.tuner.progress import Work
from scaling_keras.tuner.size_book import SizeBook
from scaling_keras.tuner.sizes import Size, TargetSize, size_name
from scaling_keras.tuner.sweep import Asked, TrialPlan
from scaling_keras.tuner.trial_data import TrialData, too_short
from scaling_keras.tuner.trial_models import TrialModels
from scaling_keras.tuner.values import RESERVED


class Workload:
    """Knows what each trial of a search takes.

    Args:
        hypermodel: Builds the models.
        data: Gives the training data of the trials.
        objective: The metric that the law will be of.
        param_convention: Which parameters count as N: a key of `PARAM_CONVENTIONS`.
        max_n_params: Models of more trainable parameters are left out; None for no limit.
        examples_of: A value for each hyperparameter that trials set besides their size's, to
            build models with that are only counted.
        sizes: The sizes of the sweep, which show what of `values` changes a model.
        values: All values of those, where they are known beforehand: name to the values.
        size_for: Finds the size of a number of parameters, as `TransformerLM.size_for` does.
        flops_of: Says what one example costs at a size, in place of the count; None for the count.
        run_names: Names of the runs there are, which say in what order sizes are written.

    Attributes:
        data: Gives the training data of the trials.
        given: Names of the hyperparameters that are the same for all trials.
        fits_itself: Whether the model has a `fit` of its own, which may ask for more.

    Raises:
        SweepError: If `examples_of` sets a batch size beside that of the search.
    """

    def __init__(
        self,
        hypermodel: keras_tuner.HyperModel,
        data: TrialData,
        *,
        objective: str = "val_loss",
        param_convention: str = "total",
        max_n_params: float | None = None,
        examples_of: Mapping[str, Any] | None = None,
        sizes: Sequence[Size | TargetSize] = (),
        values: Mapping[str, Sequence[Any]] | None = None,
        size_for: Callable[..., Size] | None = None,
        flops_of: Callable[[Size], float] | None = None,
        run_names: Collection[str] = (),
    ) -> None:
        self.data = data
        examples_of = examples_of or {}
        data.check_given_once(examples_of)
        self.objective = objective
        self.given = frozenset({*data.given, *data.constants})
        self._models = SizeBook(
            hypermodel,
            data.as_shared({**data.given, **data.constants, **examples_of}),
            param_convention=param_convention,
            max_n_params=max_n_params,
            size_for=size_for,
            flops_of=flops_of,
            run_names=run_names,
        )
        self._trial_models = TrialModels(self._models, sizes, values or {})
        self.fits_itself = type(hypermodel).fit is not keras_tuner.HyperModel.fit

    def n_steps(self, plan: TrialPlan) -> int:
        """Return the optimizer steps of a trial: its examples in whole batches, at least one.

        Halved batches make twice the steps, so that no more data is needed than was there.

        Raises:
            DataError: If it can't be known what one example is.
            Exception: What building the model raised, if it can't be built.
        """
        divisor = self.data.divisor(plan)
        whole = self.examples_per_step(plan) * divisor
        return divisor * max(1, round(plan.n_examples / whole))

    def n_examples(self, plan: TrialPlan) -> int:
        """Return the examples that a trial sees: whole batches. Raises as `n_steps` does."""
        return self.n_steps(plan) * self.examples_per_step(plan)

    def values(self, plan: TrialPlan) -> dict[str, Any]:
        """Return the hyperparameters that a model is built with. Raises as `n_steps` does."""
        values = {**self.data.known_values(plan), "n_steps": self.n_steps(plan)}
        if "batch_size" in self._models.asked_names(self.model_of(plan)):
            # Who asks for it hears what the data comes in, and not a default.
            divisor = self.data.divisor(plan)
            values.setdefault("batch_size", self.data.batch_size(plan) * divisor)
        return values

    def other_defaults(
        self, plan: TrialPlan, found: Mapping[str, Any]
    ) -> dict[str, tuple[Any, Any]]:
        """Return what a run took by default and a trial wouldn't: name to what it was, and is now.

        Args:
            plan: The trial.
            found: The hyperparameters that its run recorded.

        Raises:
            Exception: As `n_steps` does.
        """
        values = self.values(plan)

        def others(defaults: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
            names = [name for name in defaults if name in found and name not in values]
            return {n: (found[n], defaults[n]) for n in names if found[n] != defaults[n]}

        chosen = plan.hyperparameters
        space = self.asked_with(plan.size, chosen).more if chosen else self.tuned(plan.size)
        # What is counted is built for other steps than the trial's, on which a default may depend.
        return others(self._models.defaults_with(values)) if others(space.values) else {}

    def model_of(self, plan: TrialPlan) -> Size:
        """Return what makes the model of a trial; see `TrialModels.model_of`."""
        return self._trial_models.model_of(plan)

    def count(self, size: Size) -> ModelCount:
        """Return what a model of a size costs; see `SizeBook.count`."""
        return self._models.count(size)

    def count_of(self, plan: TrialPlan) -> ModelCount:
        """Return what the model of a trial costs, from building it. Raises as `n_steps` does."""
        return self._models.count_with(self.values(plan), self.data.replica_batch_size(plan))

    def training_with(self, values: Mapping[str, Any]) -> str:
        """Return what tells a training from others; see `SizeBook.training_with`."""
        return self._models.training_with(values)

    def can_be_built(self, size: Size) -> bool:
        """Return whether a model of a size can be built and counted."""
        return self._models.can_be_built(size)

    def train_flops_per_example(self, plan: TrialPlan) -> float:
        """Return what one example of a trial costs, with its share of what each step costs.

        That is what its run records, on average; see `SizeBook.train_flops_per_example`.

        Raises:
            Exception: As `n_steps` does, where a step costs something whatever its batch.
        """
        model = self.model_of(plan)
        if not self._models.depends_on_batch(model):
            return self._models.train_flops_per_example(model)
        return self._models.flops_in_batches(model, self.data.replica_batch_size(plan))

    def examples_for(self, train_flops: float, plan: TrialPlan) -> float:
        """Return the examples that a budget pays for in a trial like this; 0 for no such model.

        In batches as the data has them for as many: it may be a function of `n_examples`.
        """
        about = train_flops / self._models.train_flops_per_example(self.model_of(plan))
        like = dataclasses.replace(plan, n_examples=max(1, round(about)))
        return train_flops / self.train_flops_per_example(like)

    def given_flops_per_example(self, size: Size) -> float | None:
        """Return what one example is said to cost; see `SizeBook.given_flops_per_example`."""
        return self._models.given_flops_per_example(size)

    def flops_doubt(self, size: Size) -> str:
        """Return why the cost of an example is not exact; see `SizeBook.flops_doubt`."""
        return self._models.flops_doubt(size)

    def n_params(self, size: Size) -> float:
        """Return the parameters at a size; `nan` if no model of it can be built."""
        return self._models.n_params(size)

    def resolve(
        self, size: Size | TargetSize, others: Mapping[str, Any] = MappingProxyType({})
    ) -> Size:
        """Return a size, solved for if it is given by its number of parameters."""
        return self._models.resolve(size, others)

    def closest(self, target: TargetSize, param_convention: str, others: Mapping[str, Any]) -> Size:
        """Return the size that comes closest to a number of parameters; see `SizeBook.closest`."""
        return self._models.closest(target, param_convention, others)

    def why_skipped(self, size: Size) -> str:
        """Return why models of a size are not trained; empty if they are."""
        return self._models.why_skipped(size)

    def why_not_built(self, size: Size) -> str:
        """Return what building a model of a size raised; empty if nothing."""
        return self._models.why_not_built(size)

    def tuned(self, size: Size) -> keras_tuner.HyperParameters:
        """Return the hyperparameters that a model of a size leaves to tune."""
        return self._models.tuned(size)

    def asked_with(self, size: Size, values: Mapping[str, Any]) -> Asked:
        """Return what a model of a size asks for with some values of its other hyperparameters."""
        return self._models.asked_with(size, values)

    def asked_by_fit(self, hyperparameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return those of a run's hyperparameters that only the model's own `fit` asked for."""
        known = {*self.given, *RESERVED, *self._models.all_asked_names()}
        return {n: value for n, value in hyperparameters.items() if n not in known}

    def unread(self, plans: Sequence[TrialPlan]) -> tuple[str, ...]:
        """Return what trials set and neither the model nor the data of any of them asks for.

        Nothing where the model has a `fit` of its own, which may be what asks for it.
        """
        models = {size_name(model): model for model in map(self.model_of, plans)}
        built = [model for model in models.values() if self.can_be_built(model)]
        if self.fits_itself or not built:
            return ()
        asked = self.data.asked.union(*map(self._models.asked_names, built), {"batch_size"})
        names = dict.fromkeys(name for p in plans for name in (*p.size, *p.hyperparameters))
        return tuple(name for name in names if name not in asked)

    def work(self, plan: TrialPlan) -> Work:
        """Return the size of a trial, for showing progress; none for one that can't be built."""
        model = self.model_of(plan)
        if not self.can_be_built(model):
            return Work(n_examples=0, train_flops=0)
        n_examples = self.n_examples(plan)
        flops = self.train_flops_per_example(plan)
        return Work(n_examples=n_examples, train_flops=n_examples * flops)

    def check(self, plans: Iterable[TrialPlan]) -> None:
        """Raise unless there is data enough for each of the trials, as far as it can be known.

        Raises:
            DataError: If a trial needs more batches than its data has, or those are no batches.
            SweepError: If its size sets a `batch_size` beside that of the search.
        """
        short: list[tuple[int, int, TrialPlan]] = []
        for plan in plans:
            self.data.check_given_once(plan.size)
            model = self.model_of(plan)
            if not self.can_be_built(model):
                continue
            given = self.data.as_given(plan)
            check_batched(given.element_spec, self._models.input_shapes(model))
            n_steps = self.n_steps(plan) // self.data.divisor(plan)
            if 0 <= given.n_batches < n_steps:
                short.append((n_steps, given.n_batches, plan))
        if short:
            n_steps, n_batches, plan = max(short, key=lambda each: each[0])
            raise too_short(plan, n_steps, n_batches)

    def examples_per_step(self, plan: TrialPlan) -> int:
        """Return the examples in a batch of a trial. Raises as `n_steps` does."""
        per_item = self.count(self.model_of(plan)).examples_per_item
        if per_item is None:
            raise DataError(
                f"How many examples an item of a batch holds must be known to turn `n_examples` "
                f"into steps. Received: model {plan.size_name!r}, whose outputs have unknown axes. "
                f"Build it with a fixed shape, `keras.Input((length,))`."
            )
        return self.data.batch_size(plan) * per_item
