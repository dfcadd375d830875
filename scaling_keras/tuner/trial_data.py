"""What the training data of each trial is: which batches, how many, and of what size."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import tensorflow as tf

from scaling_keras.errors import DataError, SweepError
from scaling_keras.tuner.batches import GivenData, keeps_order, look_at
from scaling_keras.tuner.data_function import Takes, what_it_takes
from scaling_keras.tuner.given_hyperparameters import as_hyperparameters
from scaling_keras.tuner.sizes import size_name
from scaling_keras.tuner.sweep import TrialPlan
from scaling_keras.tuner.values import BATCH_DIVISOR, whole_number

TrainingSource: TypeAlias = "tf.data.Dataset | Callable[..., tf.data.Dataset]"
"""Batched training data, the same for all trials, or a function that gives them."""


class TrialData:
    """Gives each trial of a search its training data.

    Args:
        train: Training data: a batched dataset, or a function that gives one: of the `seed` of a
            trial, of its hyperparameters without `n_steps`, or of nothing; see `what_it_takes`.
        n_replicas: Copies of the model that train in step.
        batch_size: What a function with a `seed` is given as `batch_size`, rounded up to a
            multiple of the replicas; None for its own default. A trial may have its own, where
            this is None.
        constants: Hyperparameters that are the same for all trials.

    Attributes:
        constants: Those that `constants` set, with the batch size that the replicas make of it.
        given: What `batch_size` sets: that, or nothing.
        keeps_order: Whether a trial that is begun anew gets the same data in the same order. A
            function makes it anew from the seed; a dataset that shuffles comes in another order.
        asked: Names of the hyperparameters that the data has asked for so far.

    Raises:
        DataError: If `train` is neither, or a function of anything else.
        SweepError: If `batch_size` is below 1, `train` can't take it, or `constants` set one, too.
    """

    def __init__(
        self,
        train: TrainingSource,
        *,
        n_replicas: int,
        batch_size: int | None = None,
        constants: Mapping[str, Any] = MappingProxyType({}),
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
        self._train = train
        self._n_replicas = n_replicas
        self.given = {} if batch_size is None else {"batch_size": batch_size}
        self.check_given_once(constants)
        self.constants = self.as_shared(constants)
        self.keeps_order = not isinstance(train, tf.data.Dataset) or keeps_order(train)
        self.asked: set[str] = set()
        self._looked_at: dict[tuple[Any, ...], GivenData] = {}
        self._divisors: dict[str, int] = {}

    def check_given_once(self, others: Mapping[str, Any]) -> None:
        """Raise a `SweepError` if trials set a batch size beside that of the search."""
        if self.given and "batch_size" in others:
            raise SweepError(
                f"A `batch_size` must be set once. Received: batch_size="
                f"{self.given['batch_size']!r} for the search, and trials that set "
                f"batch_size={others['batch_size']!r}. Leave one of them out."
            )

    def check_can_be_sent(self) -> None:
        """Raise a `SweepError` if the data is a dataset: another process can't be sent that."""
        if isinstance(self._train, tf.data.Dataset):
            raise SweepError(
                "Data is made anew in the process that trains. Received: training data that is a "
                "tf.data.Dataset, which can't be sent. Pass a function of `seed` or of `hp` that "
                "returns it."
            )

    def known_values(self, plan: TrialPlan) -> dict[str, Any]:
        """Return the hyperparameters that are known before the data is.

        A batch size is what the replicas make of it: what the data comes in, and models hear.
        """
        divisor = self.divisor(plan)
        reduced = {BATCH_DIVISOR: divisor} if divisor > 1 else {}
        return self.as_shared({**self.constants, **plan.values, **reduced})

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
            size = self.given.get("batch_size") if own is None else own
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
        self.asked.update(asked.asked)
        return data

    def batch_size(self, plan: TrialPlan) -> int:
        """Return the items in a batch of a trial's data, over all replicas.

        Raises:
            DataError: If the data is empty or not batched.
            SweepError: If the replicas can't share a batch equally, or the trial is to have batches
                of another size.
        """
        batch_size = self.as_given(plan).batch_size
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
        return batch_size // self.divisor(plan)

    def replica_batch_size(self, plan: TrialPlan) -> int:
        """Return each replica's share of a batch of a trial. Raises as `batch_size` does."""
        return self.batch_size(plan) // self._n_replicas

    def as_given(self, plan: TrialPlan) -> GivenData:
        """Return what the data of a trial is like as it was given, which is made once for that."""
        if not (self._takes.seed or self._takes.hyperparameters):
            made_for: tuple[Any, ...] = ()
        elif self._takes.seed:
            made_for = (plan.seed, self._own_batch_size(plan))
        else:
            made_for = (plan.size_name, plan.n_examples, plan.seed, size_name(plan.hyperparameters))
        if made_for not in self._looked_at:
            self._looked_at[made_for] = look_at(self._whole_dataset(plan))
        return self._looked_at[made_for]

    def _own_batch_size(self, plan: TrialPlan) -> int | None:
        """Return the batch size that is set for a trial; None if the data decides."""
        asked: int | None = self.known_values(plan).get("batch_size")
        return asked

    def halve_batch(self, plan: TrialPlan) -> bool:
        """Halve the batches of a trial; return False if they can't be shared equally then."""
        half, rest = divmod(self.batch_size(plan), 2)
        if rest or half % self._n_replicas or not half:
            return False
        self._divisors[plan.name] = 2 * self.divisor(plan)
        return True

    def has_smaller_batches(self, plan: TrialPlan) -> bool:
        """Return whether the batches of a trial have been halved."""
        return self.divisor(plan) > 1

    def divisor(self, plan: TrialPlan) -> int:
        """Return by how much the batches of a trial have been divided; 1 for whole ones."""
        return self._divisors.get(plan.name, 1)

    def follow(self, plan: TrialPlan, hyperparameters: Mapping[str, Any]) -> None:
        """Take a trial as its run was trained: with smaller batches, if memory ran out then."""
        self._divisors[plan.name] = int(hyperparameters.get(BATCH_DIVISOR, 1))

    def as_shared(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return hyperparameters with what the replicas make of a batch size among them."""
        if "batch_size" not in values:
            return dict(values)
        return {**values, "batch_size": self._shared_equally(values["batch_size"])}

    def _shared_equally(self, batch_size: int) -> int:
        """Return the next batch size that the replicas can share."""
        return math.ceil(batch_size / self._n_replicas) * self._n_replicas


def _other_batches(plan: TrialPlan, batch_size: int, received: str) -> SweepError:
    """Return the error for data that doesn't come in the batches that a trial asks for."""
    return SweepError(
        f"Trials that set a `batch_size` need data in batches of that size. Received: "
        f"batch_size={batch_size} for {plan.name!r}, and {received}. Pass `search` a "
        f"function of `seed` and `batch_size` that gives the data."
    )


def too_short(plan: TrialPlan, n_steps: int, n_batches: int) -> DataError:
    """Return the error for data that ends before a trial does."""
    return DataError(
        f"The training data must last as long as the trial. Received: {n_batches} batches, where "
        f"{plan.name!r} needs {n_steps} to see {plan.n_examples} examples. Give more data, lower "
        f"`n_examples`, or pass `train.repeat()` to see the same data more than once."
    )
