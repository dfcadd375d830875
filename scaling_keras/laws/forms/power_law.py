"""A power law of one variable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scaling_keras.laws.forms.base import Floats, Form


class PowerLaw(Form):
    """`L(x) = A / x**alpha`.

    `x` is whatever varies: parameters, examples or FLOPs, in the unit it was logged in; `A` is in
    the unit of the loss and positive. A straight line on log-log axes, so good over the range in
    which the floor is far away. `theta` is `(a, alpha)`, with `exp(a)` the law at the centre of
    the data, relative to the mean loss: `log L = a - alpha * z`.

    References:
        Hestness et al., arXiv:1712.00409; Kaplan et al., arXiv:2001.08361, equations 1.1 to 1.3.
    """

    name = "power_law"
    title = "Power law"
    variables = ("x",)
    parameters = ("coef", "exponent")
    exponents = ("exponent",)
    template = "L(x) = {coef} / x^{exponent}"
    source = "Hestness et al., arXiv:1712.00409"
    lower = (-15.0, 1e-4)
    upper = (15.0, 10.0)
    start_low = (-1.0, 0.02)
    start_high = (1.0, 2.0)

    def value(self, theta: Floats, z: Floats) -> Floats:
        """Return the centred log loss, shape `(batch, points)`."""
        value: Floats = theta[:, :1] - theta[:, 1:2] * z[:, 0]
        return value

    def value_and_jacobian(self, theta: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Return the centred log loss and its derivatives by `theta`."""
        jacobian = np.empty((len(theta), 2, len(z)))
        jacobian[:, 0] = 1.0
        jacobian[:, 1] = -z[:, 0]
        return self.value(theta, z), jacobian

    def to_params(self, theta: Floats, centre: Floats) -> dict[str, Floats]:
        """Return `A, alpha`: `log A = a + alpha * mean(log x) + mean(log L)`."""
        a, alpha = np.moveaxis(theta, -1, 0)
        return {"coef": np.exp(a + alpha * centre[0] + centre[1]), "exponent": alpha}

    def from_params(self, params: Mapping[str, Any], centre: Floats) -> Floats:
        """Return `theta` for the parameters of the published formula."""
        alpha = params["exponent"]
        a = np.log(params["coef"]) - alpha * centre[0] - centre[1]
        return np.stack(np.broadcast_arrays(a, alpha), axis=-1)
