"""The parametric loss surface of Hoffmann et al.: size and data each with a power law."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scaling_keras.laws.forms.base import Floats, Form, log_sum_of_powers


class Chinchilla(Form):
    """`L(N, D) = E + A / N**alpha + B / D**beta`.

    `N` is `n_params`, `D` is `n_examples`, in the units they were logged in; `E`, `A`, `B` are in
    the unit of the loss and positive. `theta` is `(a, alpha, b, beta, e)`, with `exp(a)`, `exp(b)`
    the two terms at the centre of the data and `exp(e)` the floor, all relative to the mean loss:
    in centred logs `log L = logsumexp(a - alpha * n, b - beta * d, e)`.

    References:
        Hoffmann et al., arXiv:2203.15556, equations 2 and 10; the log-sum-exp form is theirs.
    """

    name = "chinchilla"
    title = "Chinchilla"
    variables = ("n_params", "n_examples")
    parameters = ("param_coef", "param_exponent", "data_coef", "data_exponent", "irreducible_loss")
    exponents = ("param_exponent", "data_exponent")
    template = (
        "L(N, D) = {irreducible_loss} + {param_coef} / N^{param_exponent}"
        " + {data_coef} / D^{data_exponent}"
    )
    source = "Hoffmann et al., arXiv:2203.15556"
    lower = (-15.0, 0.01, -15.0, 0.01, -15.0)
    upper = (5.0, 4.0, 5.0, 4.0, 5.0)
    start_low = (-4.0, 0.02, -4.0, 0.02, -2.0)
    start_high = (1.0, 2.0, 1.0, 2.0, 0.5)

    def _terms(self, theta: Floats, z: Floats) -> Floats:
        """Return the logs of the three terms, shape `(batch, 3, points)`."""
        a, alpha, b, beta, e = (column[:, None] for column in theta.T)
        terms = np.empty((len(theta), 3, len(z)), dtype=theta.dtype)
        terms[:, 0] = a - alpha * z[:, 0]
        terms[:, 1] = b - beta * z[:, 1]
        terms[:, 2] = e
        return terms

    def value(self, theta: Floats, z: Floats) -> Floats:
        """Return the centred log loss, shape `(batch, points)`."""
        return log_sum_of_powers(self._terms(theta, z))[0]

    def value_and_jacobian(self, theta: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Return the centred log loss and its derivatives by `theta`."""
        value, share = log_sum_of_powers(self._terms(theta, z))
        jacobian = np.empty((len(theta), 5, len(z)))
        jacobian[:, 0] = share[:, 0]
        jacobian[:, 1] = -z[:, 0] * share[:, 0]
        jacobian[:, 2] = share[:, 1]
        jacobian[:, 3] = -z[:, 1] * share[:, 1]
        jacobian[:, 4] = share[:, 2]
        return value, jacobian

    def to_params(self, theta: Floats, centre: Floats) -> dict[str, Floats]:
        """Return `A, alpha, B, beta, E`: `log A = a + alpha * mean(log N) + mean(log L)`."""
        a, alpha, b, beta, e = np.moveaxis(theta, -1, 0)
        return {
            "param_coef": np.exp(a + alpha * centre[0] + centre[2]),
            "param_exponent": alpha,
            "data_coef": np.exp(b + beta * centre[1] + centre[2]),
            "data_exponent": beta,
            "irreducible_loss": np.exp(e + centre[2]),
        }

    def from_params(self, params: Mapping[str, Any], centre: Floats) -> Floats:
        """Return `theta` for the parameters of the published formula."""
        alpha, beta = params["param_exponent"], params["data_exponent"]
        return np.stack(
            np.broadcast_arrays(
                np.log(params["param_coef"]) - alpha * centre[0] - centre[2],
                alpha,
                np.log(params["data_coef"]) - beta * centre[1] - centre[2],
                beta,
                np.log(params["irreducible_loss"]) - centre[2],
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
