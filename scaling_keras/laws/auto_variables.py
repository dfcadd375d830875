"""What `auto` is asked for: a law of one variable, or one of size and data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scaling_keras.errors import FitError
from scaling_keras.laws.forms import FORMS
from scaling_keras.laws.row_options import check_data
from scaling_keras.runs import RunTable

SURFACE = ("n_params", "n_examples", "loss")
CURVE = ("x", "loss")
_OPTIONS = ("weights", "groups")


def is_of_one_variable(data: RunTable | Mapping[str, Any] | None, given: Mapping[str, Any]) -> bool:
    """Return whether `auto` is to fit a law of `x`, by the columns that are there.

    An `x` that was passed decides. Else size and data do where both are there, so that a mapping
    may hold more columns than a fit takes.

    Args:
        data: As `fit` takes it.
        given: The columns that were passed by name, None where not.

    Raises:
        FitError: If a column was passed that no law of `auto` takes, or there are neither.
    """
    check_data(data)
    passed = [name for name, column in given.items() if column is not None]
    strange = [name for name in passed if name not in {*SURFACE, *CURVE, *_OPTIONS}]
    if strange:
        raise FitError(
            f"`auto` fits the loss over n_params and n_examples, or over x. Received: "
            f"`{strange[0]}`. {_advice(strange[0])}."
        )
    if isinstance(data, RunTable) or "x" in passed:
        return "x" in passed
    present = [*passed, *(map(str, data) if data is not None else ())]
    for columns in (SURFACE, CURVE):
        if set(columns) <= set(present):
            return columns == CURVE
    raise FitError(
        f"`auto` needs the columns n_params, n_examples and loss, or x and loss. Received: "
        f"{', '.join(name for name in dict.fromkeys(present) if name not in _OPTIONS) or 'none'}. "
        f"Add what is missing, or name a form to fit something else."
    )


def _advice(column: str) -> str:
    """Return which forms take a column, as a sentence without its full stop."""
    takers = [f"`{f.name}`" for f in FORMS.values() if column in (*f.variables, f.target)]
    if not takers:
        return "Leave it out"
    return f"Leave it out, or name a form that takes it: {', '.join(takers)}"
