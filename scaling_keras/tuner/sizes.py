"""What makes models of a family larger or smaller: how sizes are given, named and checked."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from scaling_keras.errors import SweepError
from scaling_keras.tuner.values import (
    RESERVED,
    check_free,
    check_own_names,
    is_positive,
    listed,
    plain_values,
    whole_number,
)

Size: TypeAlias = Mapping[str, Any]
"""What makes a model of the family larger or smaller: hyperparameter name to value."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TargetSize:
    """A size given by its number of parameters, which the tuner solves for by building models.

    Attributes:
        n_params: Parameters wanted, under the tuner's `param_convention`. Positive, finite.
        vary: The hyperparameter that is solved for, a whole number that parameters grow with;
            empty to ask the family (`size_for`).
        fixed: The other hyperparameters of the size.
        multiple: `vary` is a multiple of this.
        highest: Largest value of `vary` that is tried.
    """

    n_params: float
    vary: str = ""
    fixed: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    multiple: int = 1
    highest: int = 65536

    def __post_init__(self) -> None:
        if not (is_positive(self.n_params) and math.isfinite(self.n_params)):
            raise SweepError(
                f"`n_params` of a size must be positive and finite. Received: "
                f"n_params={self.n_params!r}."
            )
        for name in ("multiple", "highest"):
            # As the whole number that 8.0 is, in a frozen class.
            object.__setattr__(self, name, whole_number(name, getattr(self, name), 1))
        if self.multiple > self.highest:
            raise SweepError(
                f"`multiple` must be at most `highest`. Received: "
                f"multiple={self.multiple!r}, highest={self.highest!r}."
            )
        if not isinstance(self.vary, str) or self.vary in RESERVED:
            raise SweepError(
                f"`vary` of a size must be the name of a hyperparameter that the tuner doesn't "
                f"set. Received: vary={self.vary!r}. Pass vary='width', or whatever your sizes are "
                f"made of."
            )
        check_own_names([self.vary], "a size")
        check_free("fixed", plain_values(self.fixed, "size"), {self.vary}, "`vary`")


def size_name(size: Size) -> str:
    """Return a name for a size that can be a directory's.

    Example:
    >>> size_name({"width": 16, "depth": 2})
    'width16-depth2'
    """
    text = "-".join(f"{name}{value}" for name, value in size.items())
    return "".join(
        character if character.isalnum() or character in "-._" else "-" for character in text
    )


def in_order_of_runs(size: Size, run_names: Collection[str]) -> Size:
    """Return a size with its names in the order in which runs of it on disk are named.

    A mapping of the same values is the same size, however it is written.

    Args:
        size: The size.
        run_names: Names of runs; those of other sizes make no difference.
    """
    if any(name.startswith(f"{size_name(size)}_") for name in run_names):
        return size
    for name in run_names:
        ordered = dict(sorted(size.items(), key=lambda item: name.find(size_name(dict([item])))))
        if name.startswith(f"{size_name(ordered)}_"):
            return ordered
    return size


def checked_sizes(sizes: Sequence[Size | TargetSize]) -> tuple[Size | TargetSize, ...]:
    """Return the sizes, their names in the order of the first's.

    Raises:
        SweepError: If they are no list, aren't different, or not of the same names.
    """
    copies = tuple(
        size if isinstance(size, TargetSize) else plain_values(size, "size")
        for size in listed("sizes", sizes)
    )
    if not copies:
        raise SweepError("`sizes` must hold at least one size. Received: none. Add some.")
    given = [size for size in copies if not isinstance(size, TargetSize)]
    for size in given:
        if not size or set(size) != set(given[0]) or set(size).intersection(RESERVED):
            raise SweepError(
                f"Each of `sizes` must map the same hyperparameter names to values, and none of "
                f"them {', '.join(RESERVED)}, which the tuner sets. Received: {size!r}."
            )
    check_different_sizes(given)
    return tuple(
        size if isinstance(size, TargetSize) else {name: size[name] for name in given[0]}
        for size in copies
    )


def names_set_by(sizes: Iterable[Size | TargetSize]) -> set[str]:
    """Return the hyperparameters that sizes set."""
    each = ({*z.fixed, z.vary} if isinstance(z, TargetSize) else z for z in sizes)
    return set().union(*each)


def check_different_sizes(sizes: Sequence[Size]) -> None:
    """Raise a `SweepError` if two sizes have the same values, or the same name."""
    names = [size_name(size) for size in sizes]
    values = {frozenset(size.items()) for size in sizes}
    if min(len(set(names)), len(values)) < len(names):
        raise SweepError(
            f"`sizes` must be different. Received: {', '.join(names)}. Remove the duplicates."
        )
