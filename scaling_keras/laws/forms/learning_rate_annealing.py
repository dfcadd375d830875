"""The loss along a training, under whatever learning-rate schedule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scaling_keras.laws.forms.base import Floats, Form

_SMALLEST = 1e-2
"""Loss, relative to the mean, below which its log goes on as a straight line: the formula may fall
below zero, where there is none, far from any minimum."""


class LearningRateAnnealing(Form):
    """`L(s) = L_0 + A / S_1**alpha - C * S_2`, after `s` steps.

    `S_1` is the sum of the learning rates so far and `S_2` the annealing area, the sum of how far
    the rate has fallen, with a delay: `laws.schedule_variables` computes both from a schedule.
    `L_0` and `A` are in the unit of the loss (`A` with `S_1` in that of the rate), `C` is loss per
    unit of `S_2`; all are positive. `L_0` is what a constant rate ends at; annealing goes below
    it. The law is of one model, batch and peak rate: fitted to the curves of a few schedules it
    predicts that of another. At least one of them must anneal. It is empirical and has limits:
    steps at a rate of zero lower its loss, and so does a higher peak rate without end. `theta` is
    `(a, alpha, e, c)`: relative to the mean loss, `L = exp(e) + exp(a - alpha * s) - exp(c) * z`
    with `s` the centred `log S_1` and `z` the area relative to its mean.

    References:
        Tissue et al., arXiv:2408.11029.
    """

    name = "learning_rate_annealing"
    title = "Curve under a learning-rate schedule"
    variables = ("learning_rate_sum", "annealing_area")
    linear_variables = ("annealing_area",)
    parameters = ("coef", "exponent", "constant_rate_loss", "annealing_coef")
    exponents = ("exponent",)
    template = "L = {constant_rate_loss} + {coef} / S1^{exponent} - {annealing_coef} S2"
    source = "Tissue et al., arXiv:2408.11029"
    lower = (-15.0, 0.01, -15.0, -20.0)
    upper = (5.0, 6.0, 5.0, 3.0)
    start_low = (-5.0, 0.05, -1.0, -8.0)
    start_high = (0.5, 2.0, 0.3, -1.0)

    def _parts(self, theta: Floats, z: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the loss, and its three terms."""
        a, alpha, e, c = (column[:, None] for column in theta.T)
        power, floor, annealed = np.exp(a - alpha * z[:, 0]), np.exp(e), np.exp(c) * z[:, 1]
        return floor + power - annealed, power, floor, annealed

    def value(self, theta: Floats, z: Floats) -> Floats:
        """Return the centred log loss, shape `(batch, points)`."""
        return _log(self._parts(theta, z)[0])[0]

    def value_and_jacobian(self, theta: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Return the centred log loss and its derivatives by `theta`."""
        loss, power, floor, annealed = self._parts(theta, z)
        value, slope = _log(loss)
        jacobian = np.empty((len(theta), 4, len(z)))
        jacobian[:, 0] = slope * power
        jacobian[:, 1] = -z[:, 0] * jacobian[:, 0]
        jacobian[:, 2] = slope * floor
        jacobian[:, 3] = -slope * annealed
        return value, jacobian

    def to_params(self, theta: Floats, centre: Floats) -> dict[str, Floats]:
        """Return the parameters: `log A = a + alpha * mean(log S_1) + mean(log L)`."""
        a, alpha, e, c = np.moveaxis(theta, -1, 0)
        return {
            "coef": np.exp(a + alpha * centre[0] + centre[2]),
            "exponent": alpha,
            "constant_rate_loss": np.exp(e + centre[2]),
            "annealing_coef": np.exp(c + centre[2] - centre[1]),
        }

    def from_params(self, params: Mapping[str, Any], centre: Floats) -> Floats:
        """Return `theta` for the parameters of the published formula."""
        alpha = params["exponent"]
        return np.stack(
            np.broadcast_arrays(
                np.log(params["coef"]) - alpha * centre[0] - centre[2],
                alpha,
                np.log(params["constant_rate_loss"]) - centre[2],
                np.log(params["annealing_coef"]) - centre[2] + centre[1],
            ),
            axis=-1,
        )


def _log(loss: Floats) -> tuple[Floats, Floats]:
    """Return the log, continued below `_SMALLEST` by its tangent, and its derivative."""
    # Compared by the real part alone: a complex step must not decide which branch is taken.
    low = loss.real < _SMALLEST
    bounded = np.where(low, _SMALLEST, loss)
    slope = 1 / bounded
    value: Floats = np.log(bounded) + np.where(low, (loss - _SMALLEST) * slope, 0.0)
    return value, slope
