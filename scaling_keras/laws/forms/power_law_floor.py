"""A power law of one variable above a floor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scaling_keras.laws.forms.base import Floats, Form, log_sum_of_powers


class PowerLawFloor(Form):
    """`L(x) = E + A / x**alpha`.

    `x` is whatever varies: parameters, examples or FLOPs, in the unit it was logged in; `E` and
    `A` are in the unit of the loss and positive. `theta` is `(a, alpha, e)`, with `exp(a)` the
    power law at the centre of the data and `exp(e)` the floor, both relative to the mean loss.

    References:
        Henighan et al., arXiv:2010.14701, equation 1.1.
    """

    name = "power_law_floor"
    title = "Power law with floor"
    variables = ("x",)
    parameters = ("coef", "exponent", "irreducible_loss")
    exponents = ("exponent",)
    template = "L(x) = {irreducible_loss} + {coef} / x^{exponent}"
    source = "Henighan et al., arXiv:2010.14701"
    lower = (-15.0, 0.01, -15.0)
    upper = (5.0, 4.0, 5.0)
    start_low = (-4.0, 0.02, -2.0)
    start_high = (1.0, 2.0, 0.5)

    def _terms(self, theta: Floats, z: Floats) -> Floats:
        """Return the logs of the two terms, shape `(batch, 2, points)`."""
        a, alpha, e = (column[:, None] for column in theta.T)
        terms = np.empty((len(theta), 2, len(z)), dtype=theta.dtype)
        terms[:, 0] = a - alpha * z[:, 0]
        terms[:, 1] = e
        return terms

    def value(self, theta: Floats, z: Floats) -> Floats:
        """Return the centred log loss, shape `(batch, points)`."""
        return log_sum_of_powers(self._terms(theta, z))[0]

    def value_and_jacobian(self, theta: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Return the centred log loss and its derivatives by `theta`."""
        value, share = log_sum_of_powers(self._terms(theta, z))
        jacobian = np.stack([share[:, 0], -z[:, 0] * share[:, 0], share[:, 1]], axis=1)
        return value, jacobian

    def to_params(self, theta: Floats, centre: Floats) -> dict[str, Floats]:
        """Return `A, alpha, E`: `log A = a + alpha * mean(log x) + mean(log L)`."""
        a, alpha, e = np.moveaxis(theta, -1, 0)
        return {
            "coef": np.exp(a + alpha * centre[0] + centre[1]),
            "exponent": alpha,
            "irreducible_loss": np.exp(e + centre[1]),
        }

    def from_params(self, params: Mapping[str, Any], centre: Floats) -> Floats:
        """Return `theta` for the parameters of the published formula."""
        alpha = params["exponent"]
        return np.stack(
            np.broadcast_arrays(
                np.log(params["coef"]) - alpha * centre[0] - centre[1],
                alpha,
                np.log(params["irreducible_loss"]) - centre[1],
            ),
            axis=-1,
        )
