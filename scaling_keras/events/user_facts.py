"""Facts of a run that a user gives: turned into what a run records, or refused in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scaling_keras.errors import RunsError
from scaling_keras.events import schema
from scaling_keras.events.field_types import plain

_POSITIVE = {"dataset_size", "planned_examples", "train_flops_per_example"}
_OF_A_PREDICTION = ("loss", "low", "high", "level")


def checked_facts(facts: Any, *, names: Sequence[str], otherwise: str) -> dict[str, Any]:
    """Return facts by name as `RunFacts` has them; scalar tensors and NumPy's become numbers.

    Args:
        facts: A mapping; None for none.
        names: The names that it may have.
        otherwise: What to do about another name, as a sentence.

    Raises:
        RunsError: If it isn't a mapping, or has another name or a value that its field can't hold.
    """
    if facts is None:
        return {}
    try:
        given = dict(facts)
    except (TypeError, ValueError):
        raise RunsError(
            f"`facts` must be a mapping of names to values. Received: {schema.shortened(facts)}. "
            f"Pass a dict, its keys of {', '.join(names)}."
        ) from None
    unknown = [repr(name) for name in given if name not in names]
    if unknown:
        raise RunsError(
            f"`facts` may have the keys {', '.join(names)}. Received: "
            f"{', '.join(sorted(unknown))}. {otherwise}"
        )
    return {name: checked_fact(name, value) for name, value in given.items()}


def checked_fact(name: str, value: Any) -> Any:
    """Return one fact as `RunFacts` has it; see `checked_facts`.

    Raises:
        RunsError: If its field can't hold the value.
    """
    try:
        fact = schema.typed(name, plain(value), schema.RunFacts, strict=True)
    except TypeError as error:
        raise _refusal(name, str(error), value) from None
    if name in _POSITIVE and fact is not None and not fact > 0:
        raise _refusal(name, "positive", value)
    if name == "prediction" and fact is not None:
        missing = [key for key in _OF_A_PREDICTION if fact.get(key) is None]
        if missing:
            raise _refusal(name, f"a mapping with the numbers {', '.join(_OF_A_PREDICTION)}", value)
    return fact


def _refusal(name: str, wanted: str, value: Any) -> RunsError:
    """Return the error for a fact that isn't what it must be."""
    return RunsError(
        f"`{name}` must be {wanted}. Received: {schema.shortened(value)}. Correct it, or leave it "
        f"out where it is unknown."
    )
