"""A surface on which size and data share one power of their sum."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from scaling_keras.laws.forms.base import Floats, Form, log_sum_of_powers


class Coupled(Form):
    """`L(N, D) = E + (A / N**alpha + B / D**beta)**k`.

    With `k = 1` it is Chinchilla's. A `k` below 1 lets the larger of the two shortages hide the
    smaller one less than their plain sum does. `N` is `n_params`, `D` is `n_examples`; `E` is in
    the unit of the loss, `A` and `B` in that unit to the power `1 / k`; all are positive. `theta`
    is `(a, alpha, b, beta, e, k)`: in centred logs
    `log L = logsumexp(k * logsumexp(a - alpha * n, b - beta * d), e)`.

    References:
        arXiv:2608.07222, whose surface this is.
    """

    name = "coupled"
    title = "Coupled exponents"
    variables = ("n_params", "n_examples")
    parameters = (
        "param_coef",
        "param_exponent",
        "data_coef",
        "data_exponent",
        "irreducible_loss",
        "coupling_exponent",
    )
    exponents = ("param_exponent", "data_exponent", "coupling_exponent")
    contains: Mapping[str, Mapping[str, float]] = MappingProxyType(
        {"chinchilla": {"coupling_exponent": 1.0}}
    )
    template = (
        "L(N, D) = {irreducible_loss} + ({param_coef} / N^{param_exponent}"
        " + {data_coef} / D^{data_exponent})^{coupling_exponent}"
    )
    source = "arXiv:2608.07222"
    lower = (-25.0, 0.01, -25.0, 0.01, -15.0, 0.05)
    upper = (10.0, 6.0, 10.0, 6.0, 5.0, 4.0)
    start_low = (-4.0, 0.02, -4.0, 0.02, -2.0, 0.2)
    start_high = (1.0, 2.0, 1.0, 2.0, 0.5, 1.5)

    def _sums(self, theta: Floats, z: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the log loss, the outer shares, the log of the inner sum and the inner shares."""
        a, alpha, b, beta, e, k = (column[:, None] for column in theta.T)
        inner = np.empty((len(theta), 2, len(z)), dtype=theta.dtype)
        inner[:, 0] = a - alpha * z[:, 0]
        inner[:, 1] = b - beta * z[:, 1]
        shortage, inner_share = log_sum_of_powers(inner)
        outer = np.empty((len(theta), 2, len(z)), dtype=theta.dtype)
        outer[:, 0] = k * shortage
        outer[:, 1] = e
        value, outer_share = log_sum_of_powers(outer)
        return value, outer_share, shortage, inner_share

    def value(self, theta: Floats, z: Floats) -> Floats:
        """Return the centred log loss, shape `(batch, points)`."""
        return self._sums(theta, z)[0]

    def value_and_jacobian(self, theta: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Return the centred log loss and its derivatives by `theta`."""
        value, outer, shortage, inner = self._sums(theta, z)
        slope = outer[:, 0] * theta[:, 5:6]
        jacobian = np.empty((len(theta), 6, len(z)))
        jacobian[:, 0] = slope * inner[:, 0]
        jacobian[:, 1] = -z[:, 0] * jacobian[:, 0]
        jacobian[:, 2] = slope * inner[:, 1]
        jacobian[:, 3] = -z[:, 1] * jacobian[:, 2]
        jacobian[:, 4] = outer[:, 1]
        jacobian[:, 5] = outer[:, 0] * shortage
        return value, jacobian

    def to_params(self, theta: Floats, centre: Floats) -> dict[str, Floats]:
        """Return the parameters: `log A = a + alpha * mean(log N) + mean(log L) / k`."""
        a, alpha, b, beta, e, k = np.moveaxis(theta, -1, 0)
        return {
            "param_coef": np.exp(a + alpha * centre[0] + centre[2] / k),
            "param_exponent": alpha,
            "data_coef": np.exp(b + beta * centre[1] + centre[2] / k),
            "data_exponent": beta,
            "irreducible_loss": np.exp(e + centre[2]),
            "coupling_exponent": k,
        }

    def from_params(self, params: Mapping[str, Any], centre: Floats) -> Floats:
        """Return `theta` for the parameters of the published formula."""
        alpha, beta = params["param_exponent"], params["data_exponent"]
        k = params["coupling_exponent"]
        return np.stack(
            np.broadcast_arrays(
                np.log(params["param_coef"]) - alpha * centre[0] - centre[2] / k,
                alpha,
                np.log(params["data_coef"]) - beta * centre[1] - centre[2] / k,
                beta,
                np.log(params["irreducible_loss"]) - centre[2],
                k,
            ),
            axis=-1,
        )

    def power_terms(self, params: Mapping[str, Any]) -> tuple[Any, Any, Any, Any]:
        """Return `(A, alpha, B, beta)`: the loss rises with the sum of these two terms alone."""
        return (
            params["param_coef"],
            params["param_exponent"],
            params["data_coef"],
            params["data_exponent"],
        )
