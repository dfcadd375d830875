"""What each trial takes: its data, its optimizer steps, its FLOPs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

import keras_tuner
import tensorflow as tf

from scaling_keras.counting.model_count import ModelCount
from scaling_keras.errors import DataError, SweepError
from scaling_keras.tuner.batches import GivenData, check_batched, keeps_order, look_at
from scaling_keras.tuner.data_function import Takes, what_it_takes
from scaling_keras.tuner.given_hyperparameters import as_hyperparameters
from scaling_keras.tuner.progress import Work
from scaling_keras.tuner.size_book import SizeBook, compiled
from scaling_keras.tuner.sizes import Size, TargetSize, size_name
from scaling_keras.tuner.sweep import Asked, TrialPlan
from scaling_keras.tuner.trial_models import TrialModels
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
        train: Training data: a batched dataset, or a function that gives one: of the `seed` of a
            trial, of its hyperparameters without `n_steps`, or of nothing; see `what_it_takes`.
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
        sizes: The sizes of the sweep, which show what of `values` changes a model.
        values: All values of those, where they are known beforehand: name to the values.
        size_for: Finds the size of a number of parameters, as `TransformerLM.size_for` does.
        flops_of: Says what one example costs at a size, in place of the count; None for the count.
        run_names: Names of the runs there are, which say in what order sizes are written.

    Attributes:
        given: Names of the hyperparameters that are the same for all trials.
        constants: Those that `constants` set, with the batch size that the replicas make of it.
        fits_itself: Whether the model has a `fit` of its own, which may ask for more.
        keeps_order: Whether a trial that is begun anew gets the same data in the same order. A
            function makes it anew from the seed; a dataset that shuffles comes in another order.

    Raises:
        DataError: If `train` is neither, or a function of anything else.
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
        sizes: Sequence[Size | TargetSize] = (),
        values: Mapping[str, Sequence[Any]] | None = None,
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
        self._takes = what_it_takes(train) if callable(train) else Takes()
        if batch_size is not None:
            if not self._takes.batch_size:
                raise SweepError(
                    f"`batch_size` is for training data that is a function of a `batch_size` and "
                    f"a `seed`. Received: batch_size={batch_size!r} and {train!r}. Leave it out, "
                    f"and batch the data yourself."
                )
            batch_size = whole_number("batch_size", batch_size, 1)
        given = {} if batch_size is None else {"batch_size": batch_size}
        self._n_replicas = n_replicas
        self.constants = self._as_shared(constants or {})
        others = {**self.constants, **self._as_shared(examples_of or {})}
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
        self._trial_models = TrialModels(self._models, sizes, values or {})
        self.keeps_order = not isinstance(train, tf.data.Dataset) or keeps_order(train)
        self._wanted_batch_size = batch_size
        self._train = train
        self._given_data: dict[tuple[Any, ...], GivenData] = {}
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
        self._divisors[plan.name] = 2 * self._divisor(plan)
        return True

    def has_smaller_batches(self, plan: TrialPlan) -> bool:
        """Return whether the batches of a trial have been halved."""
        return self._divisor(plan) > 1

    def _divisor(self, plan: TrialPlan) -> int:
        """Return by how much the batches of a trial have been divided; 1 for whole ones."""
        return self._divisors.get(plan.name, 1)

    def follow(self, plan: TrialPlan, hyperparameters: Mapping[str, Any]) -> None:
        """Take a trial as its run was trained: with smaller batches, if memory ran out then."""
        self._divisors[plan.name] = int(hyperparameters.get(BATCH_DIVISOR, 1))

    def dataset(self, plan: TrialPlan) -> tf.data.Dataset:
        """Return all training data of a trial, in batches of its size.

        Raises:
            DataError: If it isn't a batched dataset.
        """
        data = self._whole_dataset(plan)
        if not self.has_smaller_batches(plan):
            return data
        return data.rebatch(self.batch_size(plan), drop_remainder=True)

    def _whole_dataset(self, plan: TrialPlan) -> tf.data.Dataset:
        """Return the data in the batches in which it was given."""
        if isinstance(self._train, tf.data.Dataset):
            return self._train
        if self._takes.seed:
            own = self._own_batch_size(plan)
            size = self._wanted_batch_size if own is None else own
            if size is not None and not self._takes.batch_size:
                raise _other_batches(plan, size, f"a function of a `seed` alone, {self._train!r}")
            if size is None and self._takes.needs_batch_size:
                raise SweepError(
                    f"A function of `seed` and `batch_size` that gives the training data must be "
                    f"told the batch size. Received: {self._train!r}, with no `batch_size` said "
                    f"anywhere. Pass `search(..., batch_size=32)`, or give the parameter a default."
                )
            wanted = {} if size is None else {"batch_size": self._shared_equally(size)}
            data = self._train(seed=plan.seed, **wanted)
        elif self._takes.hyperparameters:
            data = self._data_of_hyperparameters(plan)
        else:
            data = self._train()
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
            data = self._train(hp=asked) if self._takes.by_name else self._train(asked)
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
        batch_size = self._given(plan).batch_size
        if batch_size % self._n_replicas:
            nearest = max(1, round(batch_size / self._n_replicas)) * self._n_replicas
            raise SweepError(
                f"A batch is shared equally by {self._n_replicas} replicas, so its size must "
                f"be a multiple of that. Received: a batch of {batch_size}. Make it "
                f"{nearest}, or pass distribution_strategy=None."
            )
        wanted = self._own_batch_size(plan)
        if wanted is not None and batch_size != wanted:
            raise _other_batches(plan, wanted, f"data in batches of {batch_size}")
        return batch_size // self._divisor(plan)

    def _given(self, plan: TrialPlan) -> GivenData:
        """Return what the data of a trial is like as it was given, which is made once for that."""
        if not (self._takes.seed or self._takes.hyperparameters):
            made_for: tuple[Any, ...] = ()
        elif self._takes.seed:
            made_for = (plan.seed, self._own_batch_size(plan))
        else:
            made_for = (plan.size_name, plan.n_examples, plan.seed, size_name(plan.hyperparameters))
        if made_for not in self._given_data:
            self._given_data[made_for] = look_at(self._whole_dataset(plan))
        return self._given_data[made_for]

    def _own_batch_size(self, plan: TrialPlan) -> int | None:
        """Return the batch size that is set for a trial; None if the data decides."""
        asked: int | None = self.known_values(plan).get("batch_size")
        return asked

    def _as_shared(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return hyperparameters with what the replicas make of a batch size among them."""
        if "batch_size" not in values:
            return dict(values)
        return {**values, "batch_size": self._shared_equally(values["batch_size"])}

    def _shared_equally(self, batch_size: int) -> int:
        """Return the next batch size that the replicas can share."""
        return math.ceil(batch_size / self._n_replicas) * self._n_replicas

    def n_steps(self, plan: TrialPlan) -> int:
        """Return the optimizer steps of a trial: its examples in whole batches, at least one.

        Halved batches make twice the steps, so that no more data is needed than was there.

        Raises:
            DataError: If it can't be known what one example is.
            Exception: What building the model raised, if it can't be built.
        """
        divisor = self._divisor(plan)
        whole = self.examples_per_step(plan) * divisor
        return divisor * max(1, round(plan.n_examples / whole))

    def n_examples(self, plan: TrialPlan) -> int:
        """Return the examples that a trial sees: whole batches. Raises as `n_steps` does."""
        return self.n_steps(plan) * self.examples_per_step(plan)

    def known_values(self, plan: TrialPlan) -> dict[str, Any]:
        """Return the hyperparameters that are known before the data is.

        A batch size is what the replicas make of it: what the data comes in, and models hear.
        """
        divisor = self._divisor(plan)
        reduced = {BATCH_DIVISOR: divisor} if divisor > 1 else {}
        return self._as_shared({**self.constants, **plan_values(plan), **reduced})

    def values(self, plan: TrialPlan) -> dict[str, Any]:
        """Return the hyperparameters that a model is built with. Raises as `n_steps` does."""
        values = {**self.known_values(plan), "n_steps": self.n_steps(plan)}
        if "batch_size" in self._models.asked_names(self.model_of(plan)):
            # Who asks for it hears what the data comes in, and not a default.
            divisor = self._divisor(plan)
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

    def model_of(self, plan: TrialPlan) -> Size:
        """Return what makes the model of a trial; see `TrialModels.model_of`."""
        return self._trial_models.model_of(plan)

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

    def train_flops_per_example(self, plan: TrialPlan) -> float:
        """Return what one example of a trial costs, with its share of what each step costs.

        That is what its run records, on average; see `SizeBook.train_flops_per_example`.

        Raises:
            Exception: As `n_steps` does, where a step costs something whatever its batch.
        """
        model = self.model_of(plan)
        if not self._models.depends_on_batch(model):
            return self._models.train_flops_per_example(model)
        return self._models.flops_in_batches(model, self.batch_size(plan) // self._n_replicas)

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
        asked = self._asked_by_data.union(*map(self._models.asked_names, built), {"batch_size"})
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
            if self._wanted_batch_size is not None:
                _check_given_once(self._wanted_batch_size, plan.size)
            model = self.model_of(plan)
            if not self.can_be_built(model):
                continue
            given = self._given(plan)
            check_batched(given.element_spec, self._models.input_shapes(model))
            n_steps = self.n_steps(plan) // self._divisor(plan)
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
