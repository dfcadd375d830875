import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from scaling_keras.events.field_types import as_type, plain


class Tensor:
    """As TensorFlow's eager tensors: no `tolist`, but `numpy`."""

    def __init__(self, value):
        self._value = value

    def numpy(self):
        return np.asarray(self._value)


def test_numbers_of_any_library_become_plain():
    assert plain({"a": Tensor(96), "b": [np.float32(0.5)], "c": Tensor([1.0, math.nan])}) == {
        "a": 96,
        "b": [0.5],
        "c": [1.0, None],
    }


@pytest.mark.parametrize(
    ("value", "hint", "expected"),
    [
        (3.0, int, 3),
        (3.5, int, 3.5),
        (3, float, 3.0),
        (3, str, "3"),
        (True, bool, True),
        (None, int | None, None),
        (["anything"], Any, ["anything"]),
        ({"a": 1.0}, Mapping[str, int], {"a": 1}),
        ({"a": {"b": None}}, Mapping[str, Mapping[str, float | None]], {"a": {"b": None}}),
    ],
)
def test_a_value_becomes_what_its_field_has(value, hint, expected):
    received = as_type(value, hint)
    assert received == expected
    assert type(received) is type(expected)


def test_a_null_was_a_nan():
    assert math.isnan(as_type(None, float))


@pytest.mark.parametrize(
    ("value", "hint", "wanted"),
    [
        ("3", int, "a whole number"),
        (True, int, "a whole number"),
        (None, int, "a whole number"),
        (math.inf, float, "a finite number"),
        (10**400, float, "a finite number"),
        (True, str, "text"),
        ([1], str, "text"),
        (1, bool, "true or false"),
        (["a", 1], Mapping[str, Any], "a mapping of names to values"),
        ({"a": "x"}, Mapping[str, int], "a mapping of names, each to a whole number"),
    ],
)
def test_another_type_is_named(value, hint, wanted):
    with pytest.raises(TypeError, match=f"^{wanted}$"):
        as_type(value, hint)


def test_a_count_that_a_user_gives_must_be_whole():
    assert as_type(3.0, int | None, strict=True) == 3
    with pytest.raises(TypeError, match="a whole number"):
        as_type(3.5, int | None, strict=True)
