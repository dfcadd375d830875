"""Values as the fields of a payload have them: what a user or a file gives, turned to its type."""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Mapping
from typing import Any

_NAMES = {
    int: "a whole number",
    float: "a finite number",
    str: "text",
    bool: "true or false",
}


def plain(value: Any) -> Any:
    """Return `value` as JSON has it, in nested containers too.

    Non-finite floats become null; numbers, arrays and tensors of any library Python's; anything
    else its text.
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if hasattr(value, "numpy"):  # An eager tensor or a variable of TensorFlow's or Keras's.
        return plain(value.numpy())
    return str(value)


def as_type(value: Any, hint: Any, *, strict: bool = False) -> Any:
    """Return a value of JSON as a type hint of the schema says.

    A whole number may be written `3.0`, a name as a number, and a number that was NaN as null.

    Args:
        value: What `json.loads` or `plain` gives.
        hint: `Any`, a number, `str`, `bool`, a mapping from `str` to one of these, or such a type
            or None.
        strict: Whether a count must be whole. What was logged unchecked may not be.

    Raises:
        TypeError: If it is something else; the message says what it must be.
    """
    if hint is Any:
        return value
    arms = typing.get_args(hint)
    if isinstance(hint, types.UnionType):
        (hint,) = (arm for arm in arms if arm is not types.NoneType)
        return None if value is None else as_type(value, hint, strict=strict)
    if arms:
        return _mapping(value, arms[1], strict=strict)
    if hint is float and value is None:
        return math.nan
    if hint is str and _is_number(value):
        return str(value)
    if hint in (int, float) and _is_number(value):
        if hint is float:
            return float(value)
        if isinstance(value, int) or value.is_integer() or not strict:
            return int(value) if value == int(value) else value
    elif hint in (str, bool) and isinstance(value, hint):
        return value
    raise TypeError(_NAMES[hint])


def _mapping(value: Any, hint: Any, *, strict: bool) -> dict[str, Any]:
    """Return a mapping whose values are as a hint says."""
    if not isinstance(value, Mapping):
        raise TypeError("a mapping of names to values")
    try:
        return {str(key): as_type(item, hint, strict=strict) for key, item in value.items()}
    except TypeError as error:
        raise TypeError(f"a mapping of names, each to {error}") from None


def _is_number(value: Any) -> bool:
    """Return whether a value is a number that a float can hold; a flag is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
