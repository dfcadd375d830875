"""The options of a tuner, checked where it is made and not where they are used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scaling_keras.errors import SweepError
from scaling_keras.tuner.sweep import Sweep
from scaling_keras.tuner.values import is_positive, kind_of


def check_options(
    *,
    sweep: Any,
    reporter: Any,
    checkpoint_seconds: float | None,
    max_n_params: float | None,
    train_flops_per_example: Callable[..., float] | None,
    **switches: bool,
) -> None:
    """Raise a `SweepError` if an option can't be one.

    Args:
        sweep: See `ScalingTuner`.
        reporter: See there.
        checkpoint_seconds: See there.
        max_n_params: See there.
        train_flops_per_example: See there.
        **switches: What is done or isn't, by name.
    """
    if not isinstance(sweep, Sweep):
        raise SweepError(
            f"`sweep` must be a design of what to train. Received: {kind_of(sweep)}. Pass one, "
            f"such as GridSweep(sizes=[{{'width': 16}}, {{'width': 32}}], n_examples=[10_000])."
        )
    if reporter is not None and not callable(getattr(reporter, "search_began", None)):
        raise _not("reporter", reporter, "a `Reporter`, told how searches go, or None")
    if checkpoint_seconds is not None and not (
        checkpoint_seconds == 0 or is_positive(checkpoint_seconds)
    ):
        raise _not("checkpoint_seconds", checkpoint_seconds, "seconds, 0 or more, or None")
    if max_n_params is not None and not is_positive(max_n_params):
        raise _not("max_n_params", max_n_params, "a number of parameters above 0, or None")
    if train_flops_per_example is not None and not callable(train_flops_per_example):
        raise _not(
            "train_flops_per_example",
            train_flops_per_example,
            "a function from a size to the FLOPs of one example, or None",
        )
    for name, value in switches.items():
        if isinstance(value, str) or value not in (True, False):
            raise _not(name, value, "True or False")


def _not(name: str, value: Any, what: str) -> SweepError:
    """Return the error for an option that isn't what it must be."""
    return SweepError(f"`{name}` must be {what}. Received: {name}={value!r}.")


def family_name(build_model: Any) -> str:
    """Return the name of a model family, or of the function that builds it."""
    for candidate in (getattr(build_model, "name", None), getattr(build_model, "__name__", None)):
        if isinstance(candidate, str) and candidate:
            return candidate
    return type(build_model).__name__
