"""What each trial takes: its data, its optimizer steps, its FLOPs."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import keras_tuner
import tensorflow as tf

from scaling_keras.counting.model_count import ModelCount
from scaling_keras.errors import DataError, SweepError
from scaling_keras.tuner.batches import check_batched, items_per_batch, keeps_order
from scaling_keras.tuner.progress import Work
from scaling_keras.tuner.size_book import SizeBook, as_hyperparameters, compiled
from scaling_keras.tuner.sweep import Asked, Size, TargetSize, TrialPlan, model_of, size_name
from scaling_keras.tuner.values import BATCH_DIVISOR, RESERVED, whole_number

__all__ = [
    "TrainingSource",
    "Workload",
    "as_hyperparameters",
    "compiled",
    "plan_values",
    "too_short",
]

TrainingSource: TypeAlias = "tf.data.Dataset | Callable[..., tf.data.Dataset]"
"""Batched training data, the same for all trials, or a function that gives them."""


class Workload:
    """Knows what each trial of a search takes.

    Args:
        hypermodel: Builds the models.
        train: Training data: a batched dataset, or a function that gives one. A function with a
            parameter `seed` is called with the seed of the trial by that name; any other with the
            hyperparameters, without `n_steps`, if it has a parameter at all.
        n_replicas: Copies of the model that train in step.
        constants: Hyperparameters that are the same for all trials.
        batch_size: What a function with a `seed` is given as `batch_size`, rounded up to a
            multiple of the replicas; None for its own default. A trial may have its own, where
            this is None.
        objective: The metric that the law will be of.
        param_convention: Which parameters count as N: a key of `PARAM_CONVENTIONS`.
        max_n_params: Models of more trainable parameters are left out; None for no limit.
        examples_of: A value for each hyperparameter that trials set besides their size's, to
            build models with that are only counted.
        size_for: Finds the size of a number of parameters, as `TransformerLM.size_for` does.
        flops_of: Says what one example costs at a size, in place of the count; None for the count.
        run_names: Names of the runs there are, which say in what order sizes are written.

    Attributes:
        given: Names of the hyperparameters that are the same for all trials.
        fits_itself: Whether the model has a `fit` of its own, which may ask for more.
        keeps_order: Whether a trial that is begun anew gets the same data in the same order. A
            function makes it anew from the seed; a dataset that shuffles comes in another order.

    Raises:
        DataError: If `train` is neither.
        SweepError: If `batch_size` is below 1, `train` can't take it, or trials set their own.
    """

    def __init__(
        self,
        hypermodel: keras_tuner.HyperModel,
        train: TrainingSource,
        *,
        n_replicas: int,
        constants: Mapping[str, Any] | None = None,
        batch_size: int | None = None,
        objective: str = "val_loss",
        param_convention: str = "total",
        max_n_params: float | None = None,
        examples_of: Mapping[str, Any] | None = None,
        size_for: Callable[..., Size] | None = None,
        flops_of: Callable[[Size], float] | None = None,
        run_names: Collection[str] = (),
    ) -> None:
        if not (callable(train) or isinstance(train, tf.data.Dataset)):
            raise DataError(
                f"The training data must be a batched tf.data.Dataset, or a function that gives "
                f"one. Received: {type(train).__name__}. Wrap arrays in a function: `lambda seed: "
                f"tf.data.Dataset.from_tensor_slices((x, y)).shuffle(n, seed=seed).batch(32)`."
            )
        parameters = inspect.signature(train).parameters if callable(train) else {}
        self._takes_nothing = not parameters
        self._takes_seed = "seed" in parameters
        self._needs_batch_size = (
            "batch_size" in parameters
            and parameters["batch_size"].default is inspect.Parameter.empty
        )
        self._takes_batch_size = self._takes_seed and (
            "batch_size" in parameters
            or any(item.kind is inspect.Parameter.VAR_KEYWORD for item in parameters.values())
        )
        if batch_size is not None:
            if not self._takes_batch_size:
                raise SweepError(
                    f"`batch_size` is for training data that is a function of a `batch_size` and "
                    f"a `seed`. Received: batch_size={batch_size!r} and {train!r}. Leave it out, "
                    f"and batch the data yourself."
                )
            batch_size = whole_number("batch_size", batch_size, 1)
        given = {} if batch_size is None else {"batch_size": batch_size}
        others = {**(constants or {}), **(examples_of or {})}
        if given:
            _check_given_once(batch_size, others)
        self.objective = objective
        self.given = frozenset({*given, *(constants or {})})
        self._models = SizeBook(
            hypermodel,
            {**given, **others},
            param_convention=param_convention,
            max_n_params=max_n_params,
            size_for=size_for,
            flops_of=flops_of,
            run_names=run_names,
        )
        self.keeps_order = not isinstance(train, tf.data.Dataset) or keeps_order(train)
        self._wanted_batch_size = batch_size
        self._train = train
        self._n_replicas = n_replicas
        self._constants = dict(constants or {})
        self._batch_sizes: dict[tuple[str, int, str], int] = {}
        self._divisors: dict[str, int] = {}
        self._asked_by_data: set[str] = set()
        self.fits_itself = type(hypermodel).fit is not keras_tuner.HyperModel.fit

    def check_can_be_sent(self) -> None:
        """Raise a `SweepError` if the data is a dataset: another process can't be sent that."""
        if isinstance(self._train, tf.data.Dataset):
            raise SweepError(
                "Data is made anew in the process that trains. Received: training data that is a "
                "tf.data.Dataset, which can't be sent. Pass a function of `seed` or of `hp` that "
                "returns it."
            )

    def halve_batch(self, plan: TrialPlan) -> bool:
        """Halve the batches of a trial; return False if they can't be shared equally then."""
        half, rest = divmod(self.batch_size(plan), 2)
        if rest or half % self._n_replicas or not half:
            return False
        self._divisors[plan.name] = 2 * self._divisors.get(plan.name, 1)
        return True

    def follow(self, plan: TrialPlan, hyperparameters: Mapping[str, Any]) -> None:
        """Take a trial as its run was trained: with smaller batches, if memory ran out then."""
        self._divisors[plan.name] = int(hyperparameters.get(BATCH_DIVISOR, 1))

    def dataset(self, plan: TrialPlan) -> tf.data.Dataset:
        """Return all training data of a trial, in batches of its size.

        Raises:
            DataError: If it isn't a batched dataset.
        """
        data = self._whole_dataset(plan)
        if self._divisors.get(plan.name, 1) == 1:
            return data
        return data.rebatch(self.batch_size(plan), drop_remainder=True)

    def _whole_dataset(self, plan: TrialPlan) -> tf.data.Dataset:
        """Return the data in the batches in which it was given."""
        if isinstance(self._train, tf.data.Dataset):
            return self._train
        if self._takes_seed:
            own = self._own_batch_size(plan)
            size = self._wanted_batch_size if own is None else own
            if size is not None and not self._takes_batch_size:
                raise _other_batches(plan, size, f"a function of a `seed` alone, {self._train!r}")
            if size is None and self._needs_batch_size:
                raise SweepError(
                    f"A function of `seed` and `batch_size` that gives the training data must be "
                    f"told the batch size. Received: {self._train!r}, with no `batch_size` said "
                    f"anywhere. Pass `search(..., batch_size=32)`, or give the parameter a default."
                )
            wanted = {} if size is None else {"batch_size": self._shared_equally(size)}
            data = self._train(seed=plan.seed, **wanted)
        elif self._takes_nothing:
            data = self._train()
        else:
            data = self._data_of_hyperparameters(plan)
        if not isinstance(data, tf.data.Dataset):
            raise DataError(
                f"The function that gives the training data must return a batched "
                f"tf.data.Dataset. Received: {type(data).__name__}."
            )
        return data

    def _data_of_hyperparameters(self, plan: TrialPlan) -> Any:
        """Return what the function of the hyperparameters gives for a trial."""
        known = self.known_values(plan)
        asked = as_hyperparameters(known)
        try:
            data = self._train(asked)
        except KeyError as error:
            unknown = sorted(asked.asked - asked.values.keys())
            if not unknown:
                raise
            raise DataError(
                f"A function that gives the training data can read what is known before it: "
                f"{', '.join(known)}. Received: one that asks for {', '.join(unknown)}. The steps "
                f"of a trial follow from its data; read `n_examples`, or set what is missing in "
                f"`constants`."
            ) from error
        self._asked_by_data.update(asked.asked)
        return data

    def batch_size(self, plan: TrialPlan) -> int:
        """Return the items in a batch of a trial's data, over all replicas.

        Raises:
            DataError: If the data is empty or not batched.
            SweepError: If the replicas can't share a batch equally, or the trial is to have batches
                of another size.
        """
        key = (plan.size_name, plan.n_examples, size_name(plan.hyperparameters))
        if key not in self._batch_sizes:
            batch_size = items_per_batch(self._whole_dataset(plan))
            if batch_size % self._n_replicas:
                nearest = max(1, round(batch_size / self._n_replicas)) * self._n_replicas
                raise SweepError(
                    f"A batch is shared equally by {self._n_replicas} replicas, so its size must "
                    f"be a multiple of that. Received: a batch of {batch_size}. Make it "
                    f"{nearest}, or pass distribution_strategy=None."
                )
            wanted = self._own_batch_size(plan)
            if wanted is not None and batch_size not in (wanted, self._shared_equally(wanted)):
                raise _other_batches(plan, wanted, f"data in batches of {batch_size}")
            self._batch_sizes[key] = batch_size
        return self._batch_sizes[key] // self._divisors.get(plan.name, 1)

    def _own_batch_size(self, plan: TrialPlan) -> int | None:
        """Return the batch size that is set for a trial; None if the data decides."""
        asked: int | None = self.known_values(plan).get("batch_size")
        return asked

    def _shared_equally(self, batch_size: int) -> int:
        """Return the next batch size that the replicas can share."""
        return math.ceil(batch_size / self._n_replicas) * self._n_replicas

    def n_steps(self, plan: TrialPlan) -> int:
        """Return the optimizer steps of a trial: its examples in whole batches, at least one.

        Raises:
            DataError: If it can't be known what one example is.
            Exception: What building the model raised, if it can't be built.
        """
        return max(1, round(plan.n_examples / self.examples_per_step(plan)))

    def n_examples(self, plan: TrialPlan) -> int:
        """Return the examples that a trial sees: whole batches. Raises as `n_steps` does."""
        return self.n_steps(plan) * self.examples_per_step(plan)

    def known_values(self, plan: TrialPlan) -> dict[str, Any]:
        """Return the hyperparameters that are known before the data is."""
        divisor = self._divisors.get(plan.name, 1)
        reduced = {BATCH_DIVISOR: divisor} if divisor > 1 else {}
        return {**self._constants, **plan_values(plan), **reduced}

    def values(self, plan: TrialPlan) -> dict[str, Any]:
        """Return the hyperparameters that a model is built with. Raises as `n_steps` does."""
        values = {**self.known_values(plan), "n_steps": self.n_steps(plan)}
        if "batch_size" in self._models.asked_names(plan.size):
            # Who asks for it hears what the data comes in, and not a default.
            divisor = self._divisors.get(plan.name, 1)
            values.setdefault("batch_size", self.batch_size(plan) * divisor)
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

    def count(self, size: Size) -> ModelCount:
        """Return what a model of a size costs; see `SizeBook.count`."""
        return self._models.count(size)

    def count_of(self, plan: TrialPlan) -> ModelCount:
        """Return what the model of a trial costs, from building it. Raises as `n_steps` does."""
        return self._models.count_with(self.values(plan), self.batch_size(plan) // self._n_replicas)

    def training_with(self, values: Mapping[str, Any]) -> str:
        """Return what tells a training from others; see `SizeBook.training_with`."""
        return self._models.training_with(values)

    def can_be_built(self, size: Size) -> bool:
        """Return whether a model of a size can be built and counted."""
        return self._models.can_be_built(size)

    def train_flops_per_example(self, size: Size) -> float:
        """Return what one example costs at a size; see `SizeBook.train_flops_per_example`."""
        return self._models.train_flops_per_example(size)

    def given_flops_per_example(self, size: Size) -> float | None:
        """Return what one example is said to cost; see `SizeBook.given_flops_per_example`."""
        return self._models.given_flops_per_example(size)

    def flops_doubt(self, size: Size) -> str:
        """Return why the cost of an example is not exact; see `SizeBook.flops_doubt`."""
        return self._models.flops_doubt(size)

    def n_params(self, size: Size) -> float:
        """Return the parameters at a size; `nan` if no model of it can be built."""
        return self._models.n_params(size)

    def resolve(self, size: Size | TargetSize) -> Size:
        """Return a size, solved for if it is given by its number of parameters."""
        return self._models.resolve(size)

    def closest(self, target: TargetSize, param_convention: str) -> Size:
        """Return the size that comes closest to a number of parameters; see `SizeBook.closest`."""
        return self._models.closest(target, param_convention)

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
        models = {size_name(model): model for model in map(model_of, plans)}
        built = [model for model in models.values() if self.can_be_built(model)]
        if self.fits_itself or not built:
            return ()
        asked = self._asked_by_data.union(*map(self._models.asked_names, built), {"batch_size"})
        names = dict.fromkeys(name for p in plans for name in (*p.size, *p.hyperparameters))
        return tuple(name for name in names if name not in asked)

    def work(self, plan: TrialPlan) -> Work:
        """Return the size of a trial, for showing progress; none for one that can't be built."""
        model = model_of(plan)
        if not (self.can_be_built(plan.size) and self.can_be_built(model)):
            return Work(n_examples=0, train_flops=0)
        n_examples = self.n_examples(plan)
        flops = self.train_flops_per_example(model)
        return Work(n_examples=n_examples, train_flops=n_examples * flops)

    def check(self, plans: Iterable[TrialPlan]) -> None:
        """Raise unless there is data enough for each of the trials, as far as it can be known.

        Raises:
            DataError: If a trial needs more batches than its data has, or those are no batches.
            SweepError: If its size sets a `batch_size` beside that of the search.
        """
        longest: dict[str, TrialPlan] = {}
        for plan in plans:
            if self._wanted_batch_size is not None:
                _check_given_once(self._wanted_batch_size, plan.size)
            key = f"{plan.size_name}_{size_name(plan.hyperparameters)}"
            known = longest.get(key, plan)
            if self.can_be_built(plan.size) and plan.n_examples >= known.n_examples:
                longest[key] = plan
        for plan in longest.values():
            data = self.dataset(plan)
            check_batched(data, self._models.input_shapes(plan.size))
            n_batches = int(data.cardinality())
            if 0 <= n_batches < self.n_steps(plan):
                raise too_short(plan, self.n_steps(plan), n_batches)

    def examples_per_step(self, plan: TrialPlan) -> int:
        """Return the examples in a batch of a trial. Raises as `n_steps` does."""
        per_item = self.count(plan.size).examples_per_item
        if per_item is None:
            raise DataError(
                f"How many examples an item of a batch holds must be known to turn `n_examples` "
                f"into steps. Received: model {plan.size_name!r}, whose outputs have unknown axes. "
                f"Build it with a fixed shape, `keras.Input((length,))`."
            )
        return self.batch_size(plan) * per_item


def too_short(plan: TrialPlan, n_steps: int, n_batches: int) -> DataError:
    """Return the error for data that ends before a trial does."""
    return DataError(
        f"The training data must last as long as the trial. Received: {n_batches} batches, where "
        f"{plan.name!r} needs {n_steps} to see {plan.n_examples} examples. Give more data, lower "
        f"`n_examples`, or pass `train.repeat()` to see the same data more than once."
    )


def _check_given_once(batch_size: int | None, others: Mapping[str, Any]) -> None:
    """Raise a `SweepError` if trials set a batch size of their own beside that of the search."""
    if "batch_size" in others:
        raise SweepError(
            f"A `batch_size` must be set once. Received: batch_size={batch_size!r} for the search, "
            f"and trials that set batch_size={others['batch_size']!r}. Leave one of them out."
        )


def _other_batches(plan: TrialPlan, batch_size: int, received: str) -> SweepError:
    """Return the error for data that doesn't come in the batches that a trial asks for."""
    return SweepError(
        f"Trials that set a `batch_size` need data in batches of that size. Received: "
        f"batch_size={batch_size} for {plan.name!r}, and {received}. Pass `search` a "
        f"function of `seed` and `batch_size` that gives the data."
    )


def plan_values(plan: TrialPlan) -> dict[str, Any]:
    """Return what is known of a trial's hyperparameters before its data is."""
    return {
        **plan.size,
        **plan.hyperparameters,
        "n_examples": plan.n_examples,
        "seed": plan.seed,
    }
