"""What a sweep leaves out, in as many lines as there are reasons."""

from __future__ import annotations

from collections.abc import Iterable

from scaling_keras.runs import Exclusion

_NAMED = 3
"""Names that are given of those that share a reason."""


def by_reason(excluded: Iterable[Exclusion]) -> tuple[str, ...]:
    """Return each reason after the names of what it leaves out, of many the first three.

    Example:
    >>> dear = [Exclusion(name=f"width{n}", reason="too large") for n in (16, 32, 64, 128, 256)]
    >>> by_reason([*dear, Exclusion(name="width8", reason="no model")])
    ('width16, width32, width64 and 2 more: too large', 'width8: no model')
    """
    names: dict[str, list[str]] = {}
    for each in excluded:
        names.setdefault(each.reason, []).append(each.name)
    return tuple(f"{_few(some)}: {reason}" for reason, some in names.items())


def _few(names: list[str]) -> str:
    """Return names for a line."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
