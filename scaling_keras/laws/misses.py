"""What runs reached against what their law predicts there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaling_keras.laws.forms.base import Floats

if TYPE_CHECKING:
    from scaling_keras.laws.fit_result import Fit


def predicted_of_runs(fit: Fit) -> Floats:
    """Return what the law predicts at each run that it was fitted to, as `Fit.predict` says it.

    `Fit.residuals` are those of the best fit, of the leading form where several are averaged; a
    reader of predictions and of runs needs one number for both.

    Args:
        fit: A law that was fitted to runs.

    Returns:
        Shape `(n_runs,)`, in the units of the target.
    """
    return fit.predict(**dict(zip(fit.law.variables, fit.values.T, strict=True))).mean


def misses(fit: Fit) -> Floats:
    """Return by how much each run missed the prediction of its law.

    Args:
        fit: A law that was fitted to runs.

    Returns:
        Reached over predicted minus 1, shape `(n_runs,)`; of a share, such as an accuracy, reached
        minus predicted.
    """
    predicted = predicted_of_runs(fit)
    off: Floats = fit.observed - predicted
    return off / predicted if fit.law.link == "log" else off
