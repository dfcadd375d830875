"""A power law whose slope changes at one to three places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scaling_keras.laws.forms.base import Floats, Form


class BrokenPowerLaw(Form):
    """`L(x) = E + A / x**alpha / prod_i (1 + (x / x_i)**(1 / w_i))**(c_i * w_i)`.

    `x` is whatever varies, in the unit it was logged in; `E` and `A` are in the unit of the loss
    and positive. On log-log axes the slope of what lies above the floor changes from `-alpha` by
    `-c_i` around `x_i`, over a width of about `w_i` in `log x`. Slopes may have either sign, so a
    loss may rise in between, as in double descent; the breaks come in no fixed order. `theta` is
    `(a, alpha, e)`, then `(c_i, log x_i - mean(log x), log w_i)` for each break.

    Args:
        n_breaks: How many, 1 to 3.

    References:
        Caballero et al., arXiv:2210.14891, equation 1 (their `f_i` is `w_i`).
    """

    variables = ("x",)
    source = "Caballero et al., arXiv:2210.14891"

    def __init__(self, n_breaks: int) -> None:
        numbers = range(1, n_breaks + 1)
        self.name = "broken_power_law" + (f"_{n_breaks}" if n_breaks > 1 else "")
        self.title = f"Power law with {n_breaks} break{'s' if n_breaks > 1 else ''}"
        self.parameters = (
            "coef",
            "exponent",
            "irreducible_loss",
            *(f"break_{part}_{i}" for i in numbers for part in ("change", "at", "width")),
        )
        self.exponents = ("exponent", *(f"break_change_{i}" for i in numbers))
        self.template = "L(x) = {irreducible_loss} + {coef} / x^{exponent}" + "".join(
            f" / (1 + (x / {{break_at_{i}}})^(1 / {{break_width_{i}}}))"
            f"^({{break_change_{i}}} {{break_width_{i}}})"
            for i in numbers
        )
        self.lower = (-40.0, -3.0, -15.0, *(-4.0, -20.0, -4.0) * n_breaks)
        self.upper = (20.0, 4.0, 5.0, *(4.0, 20.0, 3.0) * n_breaks)
        self.start_low = (-3.0, 0.02, -3.0, *(-0.5, -4.0, -2.5) * n_breaks)
        self.start_high = (1.0, 1.0, 0.3, *(1.0, 4.0, 0.5) * n_breaks)

    def _above(self, theta: Floats, z: Floats) -> tuple[Floats, list[tuple[Floats, ...]]]:
        """Return the log of what lies above the floor, and the parts of each break."""
        above = theta[:, :1] - theta[:, 1:2] * z[:, 0]
        breaks: list[tuple[Floats, ...]] = []
        for first in range(3, theta.shape[1], 3):
            change, at, log_width = (theta[:, i : i + 1] for i in range(first, first + 3))
            width = np.exp(log_width)
            along = (z[:, 0] - at) / width
            rise = np.logaddexp(0.0, along)
            above = above - change * width * rise
            breaks.append((change, width, along, rise))
        return above, breaks

    def value(self, theta: Floats, z: Floats) -> Floats:
        """Return the centred log loss, shape `(batch, points)`."""
        value: Floats = np.logaddexp(theta[:, 2:3], self._above(theta, z)[0])
        return value

    def value_and_jacobian(self, theta: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Return the centred log loss and its derivatives by `theta`."""
        above, breaks = self._above(theta, z)
        value = np.logaddexp(theta[:, 2:3], above)
        share = np.exp(above - value)
        jacobian = np.empty((*theta.shape, len(z)))
        jacobian[:, 0] = share
        jacobian[:, 1] = -z[:, 0] * share
        jacobian[:, 2] = np.exp(theta[:, 2:3] - value)
        for number, (change, width, along, rise) in enumerate(breaks):
            passed = 0.5 * (1 + np.tanh(0.5 * along))
            first = 3 + 3 * number
            jacobian[:, first] = -width * rise * share
            jacobian[:, first + 1] = change * passed * share
            jacobian[:, first + 2] = -change * width * (rise - along * passed) * share
        return value, jacobian

    def to_params(self, theta: Floats, centre: Floats) -> dict[str, Floats]:
        """Return the parameters: `log A = a + alpha * mean(log x) + mean(log L)`."""
        columns = np.moveaxis(theta, -1, 0)
        a, alpha, e = columns[:3]
        values = [np.exp(a + alpha * centre[0] + centre[1]), alpha, np.exp(e + centre[1])]
        for first in range(3, len(columns), 3):
            change, at, log_width = columns[first : first + 3]
            values += [change, np.exp(at + centre[0]), np.exp(log_width)]
        return dict(zip(self.parameters, values, strict=True))

    def from_params(self, params: Mapping[str, Any], centre: Floats) -> Floats:
        """Return `theta` for the parameters of the published formula."""
        alpha = params["exponent"]
        values = [
            np.log(params["coef"]) - alpha * centre[0] - centre[1],
            alpha,
            np.log(params["irreducible_loss"]) - centre[1],
        ]
        for number in range(1, len(self.parameters) // 3):
            values += [
                params[f"break_change_{number}"],
                np.log(params[f"break_at_{number}"]) - centre[0],
                np.log(params[f"break_width_{number}"]),
            ]
        return np.stack(np.broadcast_arrays(*values), axis=-1)
