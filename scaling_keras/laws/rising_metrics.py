"""What is said where a law of a loss is asked of a metric that is better when it is higher."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from scaling_keras.errors import FitError
from scaling_keras.laws.forms.base import Floats, Form
from scaling_keras.laws.results import Finding
from scaling_keras.metric_direction import is_higher_better

if TYPE_CHECKING:
    from scaling_keras.laws.columns import Columns

FEWEST = 7
"""Configurations from which their order can show a rise: of seven, one in 5040 rises throughout."""
CLEAR = 0.5
"""Rank correlation with the cost from which a target is said to rise."""
SIGNIFICANT = 1e-3
"""Chance below which the correlation is no accident."""


def refuse_rising(what: str, names: Iterable[str]) -> None:
    """Raise a `FitError` if one of some losses is a metric that is known to be better when higher.

    Args:
        what: What is asked for, to begin the sentence with: `A power_law fit`.
        names: The metrics that the losses were taken from.
    """
    for name in names:
        if is_higher_better(name):
            raise FitError(
                f"{what} is of a loss, which is better when lower. Received: {name}, which is "
                f"better when higher. Fit `bounded_metric` to it, a share from 0 to 1, against one "
                f"column: `--form bounded_metric --x train_flops` of `scaling-keras fit`, or "
                f"`laws.fit('bounded_metric', runs, x='train_flops')`."
            )


def rising_findings(form: Form, columns: Columns) -> Iterator[Finding]:
    """Yield whether a target that should fall clearly rises as its variables grow.

    By the rank correlation (Spearman's) of the mean of each configuration with the product of its
    variables, which knows no scale. Seeds can't make it, nor a few runs.

    Args:
        form: The law.
        columns: Its rows.
    """
    grown = [i for i, name in enumerate(form.variables) if name not in form.linear_variables]
    if form.target != "loss" or not form.lower_is_better or form.falling_variables or not grown:
        return
    values, member = np.unique(columns.values, axis=0, return_inverse=True)
    member = member.reshape(-1)
    if len(values) < FEWEST:
        return
    means = np.bincount(member, columns.observed) / np.bincount(member)
    correlation, chance = _rank_correlation(np.log(values[:, grown]).sum(axis=1), means)
    if correlation > CLEAR and chance < SIGNIFICANT:
        name = columns.labels.get("loss_name", "loss")
        yield Finding(
            code="loss_rises",
            message=f"`{name}` rises with {_listed([form.variables[i] for i in grown])} (rank "
            f"correlation {correlation:.2f}), where a loss falls. If it is better when higher, "
            f"fit `bounded_metric` to it, as a share from 0 to 1; if it is a loss, find out why "
            f"dearer runs end worse before using this law.",
        )


def _rank_correlation(one: Floats, other: Floats) -> tuple[float, float]:
    """Return Spearman's correlation, and the chance of one so large by accident.

    The chance is Student's t, as for Pearson's correlation; from seven values on it is near enough.
    """
    first, second = _ranks(one), _ranks(other)
    if first.std() == 0 or second.std() == 0:
        return 0.0, 1.0
    correlation = float(np.clip(np.corrcoef(first, second)[0, 1], -1.0, 1.0))
    freedom = len(one) - 2
    t = correlation * np.sqrt(freedom / max(1 - correlation**2, 1e-300))
    return correlation, float(special.stdtr(freedom, -t))


def _ranks(values: Floats) -> Floats:
    """Return the rank of each value, that of equal ones their mean."""
    _, member, counts = np.unique(values, return_inverse=True, return_counts=True)
    mean_ranks: Floats = np.cumsum(counts) - (counts - 1) / 2
    ranks: Floats = mean_ranks[member.reshape(-1)]
    return ranks


def _listed(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)
