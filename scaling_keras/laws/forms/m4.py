"""A power law that saturates at both ends: at the floor, and at the loss before any training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scaling_keras.laws.forms.base import Floats, Form

_NEWTON_STEPS = 40
_SOLVED = 1e-5
"""Convergence is cubic, so what is left after a relative step of this size is below rounding."""


class M4(Form):
    """`(L - E) / (E_0 - L)**gamma = A / x**alpha`, which says what `L` is at each `x`.

    `x` is whatever varies, in the unit it was logged in. `E_0` is the loss at `x = 0`, `E` the
    floor, both in the unit of the loss, `0 < E < E_0`; `gamma` shapes the way down from `E_0`. `A`
    is in the unit of the loss to the power `1 - gamma`. Far out it is a power law with floor. With
    `L = E + (E_0 - E) * s` and `s = sigmoid(u)` the equation is
    `log s - gamma * log(1 - s) = a - alpha * z`, whose left side rises with `u` at a slope between
    1 and `gamma`, so Newton's method finds `u`. `theta` is `(a, alpha, gamma, e, g)`, with
    `exp(e)` the floor and `exp(g)` the gap `E_0 - E`, relative to the mean loss.

    References:
        Alabdulmohsin et al., arXiv:2209.06640, equation 3 (their estimator M4).
    """

    name = "m4"
    title = "M4, saturating at both ends"
    variables = ("x",)
    parameters = ("coef", "exponent", "saturation_exponent", "irreducible_loss", "initial_loss")
    exponents = ("exponent",)
    template = (
        "(L - {irreducible_loss}) / ({initial_loss} - L)^{saturation_exponent}"
        " = {coef} / x^{exponent}"
    )
    source = "Alabdulmohsin et al., arXiv:2209.06640"
    lower = (-40.0, 0.01, 0.05, -15.0, -15.0)
    upper = (40.0, 6.0, 8.0, 5.0, 12.0)
    start_low = (-4.0, 0.05, 0.2, -2.0, -2.0)
    start_high = (2.0, 2.0, 2.0, 0.3, 2.0)

    def _solved(self, theta: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
        """Return `s`, the slope of the equation's left side, and `log(1 + exp(u))`."""
        a, alpha, gamma = (theta[:, index : index + 1] for index in range(3))
        wanted = a - alpha * z[:, 0]
        # Far to either side the left side is `u` or `gamma * u`, up to what vanishes.
        u = np.where(wanted < 0, wanted, wanted / gamma)
        for _ in range(_NEWTON_STEPS):
            s, rise = _sigmoid_and_rise(u)
            slope = 1 + (gamma - 1) * s
            step = (wanted - u - (gamma - 1) * rise) / slope
            # Halley's correction: the second derivative is `(gamma - 1) * s * (1 - s)`.
            bend = 0.5 * (gamma - 1) * s * (1 - s) / slope * step
            step /= 1 + np.maximum(bend, -0.5)
            u += step
            if np.abs(step).max() < _SOLVED * (1 + np.abs(u).max()):
                break
        s, rise = _sigmoid_and_rise(u)
        return s, 1 + (gamma - 1) * s, rise

    def value(self, theta: Floats, z: Floats) -> Floats:
        """Return the centred log loss, shape `(batch, points)`."""
        s = self._solved(theta, z)[0]
        value: Floats = np.log(np.exp(theta[:, 3:4]) + np.exp(theta[:, 4:5]) * s)
        return value

    def value_and_jacobian(self, theta: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Return the centred log loss and its derivatives by `theta`, by implicit ones of `u`."""
        s, slope, rise = self._solved(theta, z)
        floor, gap = np.exp(theta[:, 3:4]), np.exp(theta[:, 4:5])
        loss = floor + gap * s
        by_u = gap * s * (1 - s) / loss
        jacobian = np.empty((len(theta), 5, len(z)))
        jacobian[:, 0] = by_u / slope
        jacobian[:, 1] = -z[:, 0] * jacobian[:, 0]
        jacobian[:, 2] = -rise * jacobian[:, 0]
        jacobian[:, 3] = floor / loss
        jacobian[:, 4] = gap * s / loss
        return np.log(loss), jacobian

    def to_params(self, theta: Floats, centre: Floats) -> dict[str, Floats]:
        """Return the parameters: `A = (E_0 - E)**(1 - gamma) * exp(a + alpha * mean(log x))`."""
        a, alpha, gamma, e, g = np.moveaxis(theta, -1, 0)
        floor, gap = np.exp(e + centre[1]), np.exp(g + centre[1])
        return {
            "coef": np.exp(a + alpha * centre[0] + (1 - gamma) * (g + centre[1])),
            "exponent": alpha,
            "saturation_exponent": gamma,
            "irreducible_loss": floor,
            "initial_loss": floor + gap,
        }

    def from_params(self, params: Mapping[str, Any], centre: Floats) -> Floats:
        """Return `theta` for the parameters of the published formula."""
        alpha, gamma = params["exponent"], params["saturation_exponent"]
        log_gap = np.log(params["initial_loss"] - params["irreducible_loss"])
        return np.stack(
            np.broadcast_arrays(
                np.log(params["coef"]) - alpha * centre[0] - (1 - gamma) * log_gap,
                alpha,
                gamma,
                np.log(params["irreducible_loss"]) - centre[1],
                log_gap - centre[1],
            ),
            axis=-1,
        )


def _sigmoid_and_rise(u: Floats) -> tuple[Floats, Floats]:
    """Return `1 / (1 + exp(-u))` and `log(1 + exp(u))`, without overflow."""
    small = np.exp(-np.abs(u))
    s = np.where(u < 0, small, 1.0) / (1 + small)
    return s, np.maximum(u, 0.0) + np.log1p(small)
