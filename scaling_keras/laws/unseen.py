"""What the losses of the runs say nothing of: variables without an effect, parameters left free.

A loss that never changes, or changes with the size alone, is met by a law whose other terms vanish.
Their parameters then stay where the search began, in every resample, which makes intervals that
are narrow, or of no width at all, and mean nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scaling_keras.laws.forms.base import Floats, Form
from scaling_keras.laws.inseparable import Inseparable
from scaling_keras.laws.problem import Problem
from scaling_keras.laws.results import Finding

NO_EFFECT = 1e-4
"""Change of the target over the whole range of a variable, in logs or as a share, that is none."""
SHARE = 0.05
"""Part of the resamples without an effect from which the runs don't show it."""
_FREE = 1e-5
"""Change of the target, over all rows, by a move across the box of the starts, that is none."""
_SAME = 1e-12
"""Change of the target, in logs, that is rounding."""
_TAKES_PART = 3e-3
"""Share of its box by which a parameter must move on such a way to be left free."""


def unseen(
    form: Form, theta: Floats, resamples: Floats, z: Floats, pairs: Sequence[Inseparable] = ()
) -> tuple[str, ...]:
    """Return the variables of which the runs don't show that they have an effect.

    Those that the law, or one in twenty of its resamples, hardly changes with from one end of the
    runs to the other, where the other variables are in their middle. Of two that the rows can't
    tell apart either may explain what both do, which their own finding says: these are unseen only
    where the law changes with neither.

    Args:
        form: A law.
        theta: Its parameters in the solver's frame, shape `(p,)`.
        resamples: Those of each resample, shape `(n, p)`.
        z: The rows in that frame, shape `(rows, variables)`; without rows nothing is said, nor of
            an optimum, which may well be the same everywhere.
        pairs: Variables that the rows can't tell apart.
    """
    if not len(z) or form.is_optimum:  # One that never moves is known well.
        return ()
    n = z.shape[1]
    ends = np.repeat(z.mean(axis=0)[None], 2 * n, axis=0)
    ends[np.arange(n), np.arange(n)] = z.min(axis=0)
    ends[n + np.arange(n), np.arange(n)] = z.max(axis=0)
    value = form.value(np.concatenate([theta[None], resamples]), ends)
    without = np.abs(value[:, n:] - value[:, :n]) < NO_EFFECT
    for pair in pairs:
        both = [pair.one, pair.other]
        without[:, both] = without[:, both].all(axis=1, keepdims=True)
    hidden = without[0] | (without.mean(axis=0) > SHARE)
    return tuple(name for name, no in zip(form.variables, hidden, strict=True) if no)


def left_free(problem: Problem, theta: Floats) -> tuple[str, ...]:
    """Return the parameters that may have other values: the law of the rows doesn't change.

    Either with one of them alone, as with the worth of repetition where no run repeats its data,
    or with several that move together, as where only their product matters.

    Args:
        problem: The rows and the form.
        theta: Its parameters in the solver's frame, shape `(p,)`.
    """
    return _moving(problem, _free_directions(problem, theta))


def needed_free(problem: Problem, theta: Floats, z: Floats) -> tuple[str, ...]:
    """Return the parameters that the rows leave free, and the law elsewhere changes with.

    Args:
        problem: The rows and the form.
        theta: Its parameters in the solver's frame, shape `(p,)`.
        z: Points in that frame, shape `(points, variables)`.
    """
    directions = _free_directions(problem, theta)
    change = np.abs(directions @ problem.slopes(theta, z)).max(axis=1, initial=0.0)
    return _moving(problem, directions[change > NO_EFFECT])


def spread(
    problem: Problem, theta: Floats, resamples: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return the law and its resamples with parameters that alone have no effect all over a range.

    The law gets the middle of the box that starts are drawn from, a resample some place in it. So
    the intervals of such a parameter, and of what depends on it, are as wide as that box, and not
    the place where one search began.

    Args:
        problem: The rows and the form.
        theta: Parameters in the solver's frame, shape `(p,)`.
        resamples: Those of each resample, shape `(n, p)`.
        rng: Source of randomness.
    """
    without = np.linalg.norm(_at_rows(problem, theta), axis=1) < _FREE
    law = theta[None]
    # A floor that ended at next to nothing has no slope either, but an effect elsewhere.
    for index in np.flatnonzero(without):
        one = np.arange(len(without)) == index
        middle = problem.moved_in_box(law, one, np.array([[0.5]]))
        without[index] = _change(problem, law, middle)[0] < _SAME
        law = middle if without[index] else law
    if not without.any():
        return theta, resamples
    share = rng.uniform(size=(len(resamples), int(without.sum())))
    moved = problem.moved_in_box(resamples, without, share)
    changed = _change(problem, resamples, moved) >= NO_EFFECT
    return law[0], np.where(changed[:, None], resamples, moved)


def _change(problem: Problem, laws: Floats, moved: Floats) -> Floats:
    """Return by how much the target of some row changes at most from each law to another."""
    change: Floats = np.abs(problem.fitted(moved) - problem.fitted(laws)).max(axis=1)
    return change


def _moving(problem: Problem, directions: Floats) -> tuple[str, ...]:
    """Return the parameters that move along some directions."""
    part = np.linalg.norm(directions, axis=0)
    by_name = zip(problem.free_parameters, part, strict=True)
    return tuple(name for name, moved in by_name if moved > _TAKES_PART)


def _free_directions(problem: Problem, theta: Floats) -> Floats:
    """Return unit vectors along which the law of the rows doesn't change, shape `(k, free)`.

    Those that the Jacobian takes to nothing, where each parameter is in units of its box. One that
    does nothing alone is a direction of its own.

    References:
        Rothenberg (1971), doi:10.2307/1913267: parameters are identified, locally, where the
        Jacobian has full rank.
    """
    slopes = _at_rows(problem, theta)
    slopes[np.linalg.norm(slopes, axis=1) < _FREE] = 0.0
    # All vectors of the parameters are needed, but none of the rows: those fill a square of rows.
    vectors, sizes, _ = np.linalg.svd(slopes, full_matrices=len(slopes) > slopes.shape[1])
    free = np.ones(len(vectors), dtype=bool)
    free[: len(sizes)] = sizes < _FREE
    directions: Floats = vectors.T[free]
    return directions


def _at_rows(problem: Problem, theta: Floats) -> Floats:
    """Return how fast the law of the rows that count changes, as `Problem.slopes` has it."""
    return problem.slopes(theta, problem.z[problem.columns.weights > 0])


def unseen_findings(form: Form, names: Sequence[str]) -> tuple[Finding, ...]:
    """Return what must be said of a law some of whose variables have no effect that shows."""
    if not names:
        return ()
    split = (
        " The best split of a budget is not identified, and allocations keep to ratios of the runs."
        if form.is_surface and {"n_params", "n_examples"} & set(names)
        else ""
    )
    return (
        Finding(
            code="not_identified",
            message=f"The runs do not show that the {form.target} changes with "
            f"{' or '.join(names)}: a law without that explains them as well.{split} Add runs over "
            f"a wider range.",
        ),
    )
