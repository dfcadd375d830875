"""What `Fit.to_dict` gave, checked and turned back into the fields of a fit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.forms.base import Form
from scaling_keras.laws.frontier import ExampleCost
from scaling_keras.laws.holdout import Backtest
from scaling_keras.laws.results import Finding
from scaling_keras.runs import Exclusion

MAYBE_UNKNOWN = ("objective", "start_agreement", "moved")
"""Numbers that are `nan` for a law taken from a publication; JSON has no `nan`."""
ARRAYS = (
    "theta",
    "centre",
    "values",
    "observed",
    "weights",
    "groups",
    "resamples",
    "set_aside",
)
_SAVE_ANEW = "Pass what `to_dict` gave, and as `law` the form that it is of."

_Record = TypeVar("_Record")


def restored_fields(values: Mapping[str, Any], law: Form) -> dict[str, Any]:
    """Return the fields of a fit of a form, from plain values.

    Args:
        values: What `Fit.to_dict` gave, with every field.
        law: The form.

    Raises:
        FitError: If a field is not what a fit of this form has there.
    """
    restored = {**values, "law": law}
    restored.update(_arrays(values, law))
    if not isinstance(values["params"], Mapping) or set(values["params"]) != set(law.parameters):
        raise FitError(
            f"`params` of a stored `{law.name}` fit must be {', '.join(law.parameters)}. "
            f"Received: {values['params']!r}. {_SAVE_ANEW}"
        )
    weights = values["form_weights"]
    if not isinstance(weights, Mapping) or not set(weights) <= {law.name, *law.contains}:
        raise FitError(
            f"`form_weights` of a stored `{law.name}` fit must be weights of "
            f"{', '.join((law.name, *law.contains))} by name. Received: {weights!r}. {_SAVE_ANEW}"
        )
    for name in MAYBE_UNKNOWN:
        restored[name] = np.nan if values[name] is None else values[name]
    for name in ("at_bound", "names", "warnings", "excluded"):
        if not isinstance(values[name], (list, tuple)):
            raise FitError(
                f"`{name}` of a stored fit must be a list. Received: {values[name]!r}. {_SAVE_ANEW}"
            )
        restored[name] = tuple(values[name])
    for name, kind in (("warnings", Finding), ("excluded", Exclusion)):
        restored[name] = tuple(_record(kind, name, item) for item in restored[name])
    restored["example_cost"] = _record(ExampleCost, "example_cost", values["example_cost"])
    if values["backtest"] is not None:
        backtest = _record(Backtest, "backtest", values["backtest"])
        restored["backtest"] = dataclasses.replace(backtest, errors=tuple(backtest.errors))
    return restored


def _arrays(values: Mapping[str, Any], law: Form) -> dict[str, np.ndarray]:
    """Return the arrays of a fit; raise a `FitError` that names one of another shape."""
    n_rows, p, v = np.size(values["observed"]), len(law.parameters), len(law.variables)
    # As many as there are where None.
    shapes: dict[str, tuple[int | None, ...]] = {
        **dict.fromkeys(ARRAYS, (n_rows,)),
        "theta": (p,),
        "centre": (v + 1,),
        "values": (n_rows, v),
        "resamples": (None, p),
        "set_aside": (None, v),
    }
    arrays = {}
    for name, shape in shapes.items():
        try:
            array = np.asarray(values[name], dtype=np.float64)
        except (TypeError, ValueError):
            array = np.array(np.nan)
        if not array.size and len(shape) == 2:  # JSON has no shape for an empty array.
            array = array.reshape(0, shape[1] or 0)
        wanted = tuple(
            have if want is None else want
            for want, have in zip(shape, (*array.shape, 0), strict=False)
        )
        if array.shape != wanted:
            raise FitError(
                f"`{name}` of a stored `{law.name}` fit of {n_rows} runs must be an array of "
                f"numbers of shape {'x'.join('any' if n is None else str(n) for n in shape)}. "
                f"Received: {_described(array)}. {_SAVE_ANEW}"
            )
        arrays[name] = array.astype(np.int64) if name == "groups" else array
    return arrays


def _described(array: np.ndarray) -> str:
    return f"shape {'x'.join(map(str, array.shape))}" if array.ndim else "something else"


def _record(kind: type[_Record], name: str, given: Any) -> _Record:
    """Return a dataclass from a mapping of its fields, or raise a `FitError` that names it."""
    fields = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]  # Is one.
    if not isinstance(given, Mapping) or set(given) != set(fields):
        raise FitError(
            f"`{name}` of a stored fit must be made of {', '.join(fields)}. Received: {given!r}. "
            f"{_SAVE_ANEW}"
        )
    return kind(**given)
