"""What the losses of the runs say nothing of: variables without an effect, parameters left free.

A loss that never changes, or changes with the size alone, is met by a law whose other terms vanish.
Their parameters then stay where the search began, in every resample, which makes intervals that
are narrow, or of no width at all, and mean nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scaling_keras.laws.forms.base import Floats, Form
from scaling_keras.laws.results import Finding

NO_EFFECT = 1e-4
"""Change of the target over the whole range of a variable, in logs or as a share, that is none."""
SHARE = 0.05
"""Part of the resamples without an effect from which the runs don't show it."""
_FREE = 1e-5
"""Change of the target by one unit of an exponent below which any value does as well."""


def unseen(form: Form, theta: Floats, resamples: Floats, z: Floats) -> tuple[str, ...]:
    """Return the variables of which the runs don't show that they have an effect.

    Those that the law, or one in twenty of its resamples, hardly changes with from one end of the
    runs to the other, where the other variables are in their middle.

    Args:
        form: A law.
        theta: Its parameters in the solver's frame, shape `(p,)`.
        resamples: Those of each resample, shape `(n, p)`.
        z: The rows in that frame, shape `(rows, variables)`; without rows nothing is said, nor of
            an optimum, which may well be the same everywhere.
    """
    if not len(z) or form.is_optimum:  # One that never moves is known well.
        return ()
    n = z.shape[1]
    ends = np.repeat(z.mean(axis=0)[None], 2 * n, axis=0)
    ends[np.arange(n), np.arange(n)] = z.min(axis=0)
    ends[n + np.arange(n), np.arange(n)] = z.max(axis=0)
    value = form.value(np.concatenate([theta[None], resamples]), ends)
    without = np.abs(value[:, n:] - value[:, :n]) < NO_EFFECT
    hidden = without[0] | (without.mean(axis=0) > SHARE)
    return tuple(name for name, no in zip(form.variables, hidden, strict=True) if no)


def left_free(form: Form, theta: Floats, z: Floats) -> tuple[str, ...]:
    """Return the exponents that may have any value: the law of the rows doesn't change with them.

    Args:
        form: A law.
        theta: Its parameters in the solver's frame, shape `(p,)`.
        z: The rows in that frame, shape `(rows, variables)`.
    """
    slopes = np.abs(form.value_and_jacobian(theta[None], z)[1][0]).max(axis=1)
    by_name = zip(form.parameters, slopes, strict=True)
    return tuple(name for name, slope in by_name if name in form.exponents and slope < _FREE)


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
