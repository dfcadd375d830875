"""What a report consists of, before it is HTML or Markdown: plain text in a few kinds of block."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any, TypeAlias

from scaling_keras.laws import Interval

MARK = "scaling-keras report"
"""Near the beginning of every file of a report, so that it is known for one."""

_TIMES = "\N{MULTIPLICATION SIGN}"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Heading:
    """The beginning of a section."""

    text: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Paragraph:
    """One or more sentences."""

    text: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Formula:
    """A line that is shown as it is."""

    text: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bullets:
    """Items, each with a word that stands out before it, or none."""

    items: tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Grid:
    """A table. Columns of numbers stand to the right."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    n_text_columns: int = 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class Picture:
    """A figure.

    Attributes:
        name: Of its file, letters and hyphens.
        caption: What it shows.
        files: The picture by format, `svg` and `png`.
    """

    name: str
    caption: str
    files: dict[str, bytes] = dataclasses.field(repr=False)


Block: TypeAlias = Heading | Paragraph | Formula | Bullets | Grid | Picture


@dataclasses.dataclass(frozen=True, kw_only=True)
class Document:
    """A report: its title and what stands below."""

    title: str
    blocks: Sequence[Block]


def number(value: Any, spec: str = ".3g") -> str:
    """Return a number as people write it.

    Example:
    >>> number(0.034), number(2.329, ".4f"), number(float("inf"))
    ('0.034', '2.3290', 'no limit')
    """
    value = float(value)
    if math.isnan(value):
        return "unknown"
    if math.isinf(value):
        return "no limit"
    text = f"{value:{spec}}"
    if "e" not in text:
        return text
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa}{_TIMES}10{str(int(exponent)).translate(_SUPERSCRIPTS)}"


def ranged(interval: Interval | None, spec: str = ".3g") -> str:
    """Return a number with its interval.

    Example:
    >>> ranged(Interval(value=2.0, low=1.5, high=2.5))
    '2 (1.5 to 2.5)'
    """
    if interval is None:
        return "-"
    value = number(interval.value, spec)
    if math.isnan(float(interval.low)):
        return f"{value} (error unknown)"
    return f"{value} ({number(interval.low, spec)} to {number(interval.high, spec)})"
