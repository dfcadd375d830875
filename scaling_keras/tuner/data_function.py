"""What a function that gives the training data is to be called with, by its parameters."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any

from scaling_keras.errors import DataError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Takes:
    """What training data is made from; nothing at all where it is a dataset.

    Attributes:
        seed: Whether it is a function of a `seed`.
        batch_size: Whether that can be given a `batch_size`.
        needs_batch_size: Whether it must be.
        hyperparameters: Whether it is a function of the hyperparameters.
        by_name: Whether it is given them as `hp`, and not in the first place.
    """

    seed: bool = False
    batch_size: bool = False
    needs_batch_size: bool = False
    hyperparameters: bool = False
    by_name: bool = False


def what_it_takes(function: Callable[..., Any]) -> Takes:
    """Return what a function takes that gives the training data.

    With a parameter `seed` it is a function of that, and of a `batch_size` if it has one; with a
    parameter `hp`, or one of any other name that has no default, of the hyperparameters; where all
    have defaults it is a function of nothing.

    Raises:
        DataError: If it is none of these.
    """
    parameters = inspect.signature(function).parameters
    kinds = {each.kind for each in parameters.values()}
    takes_more = inspect.Parameter.VAR_KEYWORD in kinds
    named = {
        name: each
        for name, each in parameters.items()
        if each.kind not in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    }
    by_name = {n for n, each in named.items() if each.kind != inspect.Parameter.POSITIONAL_ONLY}
    by_place = {n for n, each in named.items() if each.kind != inspect.Parameter.KEYWORD_ONLY}
    needed = {n for n, each in named.items() if each.default is inspect.Parameter.empty}
    if "seed" in by_name and needed <= {"seed", "batch_size"} & by_name:
        return Takes(
            seed=True,
            batch_size="batch_size" in by_name or takes_more,
            needs_batch_size="batch_size" in needed,
        )
    if "seed" not in named:
        if "hp" in by_name and needed <= {"hp"}:
            return Takes(hyperparameters=True, by_name=True)
        is_of_one = len(needed) == 1 and needed <= by_place - {"batch_size"}
        if is_of_one or (not named and inspect.Parameter.VAR_POSITIONAL in kinds):
            return Takes(hyperparameters=True)
        if not needed and (named or not kinds):
            return Takes()
    raise DataError(
        f"A function that gives the training data must be one of a `seed` (and a `batch_size`), of "
        f"`hp`, or of nothing. Received: {function!r}, with the parameters "
        f"{inspect.signature(function)}. Give those besides a default, and read the seed of an "
        f"`hp` as `hp['seed']`."
    )
