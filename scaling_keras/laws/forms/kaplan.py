"""The joint loss surface of Kaplan et al., without a floor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scaling_keras.laws.forms.base import Floats, Form, log_sum_of_powers

_LARGEST_LOG = 700.0
"""Of what a double can hold, with room for a factor."""


class Kaplan(Form):
    """`L(N, D) = ((N_c / N)**(alpha_N / alpha_D) + D_c / D)**alpha_D`.

    `N` is `n_params` (without embeddings, in the paper), `D` is `n_examples`; `N_c` and `D_c` are
    in their units, so that the loss is 1 where one of them alone decides. The surface has no
    floor: it falls to zero along every path. `theta` is `(a, alpha_N, b, alpha_D)`: in centred
    logs `log L = alpha_D * logsumexp((a - alpha_N * n) / alpha_D, (b - alpha_D * d) / alpha_D)`,
    with `exp(a)` and `exp(b)` what size and data alone would leave at the centre of the data.

    References:
        Kaplan et al., arXiv:2001.08361, equation 1.5.
    """

    name = "kaplan"
    title = "Kaplan"
    variables = ("n_params", "n_examples")
    parameters = ("param_scale", "param_exponent", "data_scale", "data_exponent")
    exponents = ("param_exponent", "data_exponent")
    template = (
        "L(N, D) = (({param_scale} / N)^({param_exponent} / {data_exponent})"
        " + {data_scale} / D)^{data_exponent}"
    )
    source = "Kaplan et al., arXiv:2001.08361"
    lower = (-15.0, 0.005, -15.0, 0.005)
    upper = (5.0, 4.0, 5.0, 4.0)
    start_low = (-3.0, 0.02, -3.0, 0.02)
    start_high = (0.5, 1.0, 0.5, 1.0)

    def _sum(self, theta: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the log of the sum, the shares in it and the logs of the terms times alpha_D."""
        a, alpha, b, beta = (column[:, None] for column in theta.T)
        alone = np.empty((len(theta), 2, len(z)), dtype=theta.dtype)
        alone[:, 0] = a - alpha * z[:, 0]
        alone[:, 1] = b - beta * z[:, 1]
        total, share = log_sum_of_powers(alone / beta[:, :, None])
        return total, share, alone

    def value(self, theta: Floats, z: Floats) -> Floats:
        """Return the centred log loss, shape `(batch, points)`."""
        value: Floats = theta[:, 3:] * self._sum(theta, z)[0]
        return value

    def value_and_jacobian(self, theta: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Return the centred log loss and its derivatives by `theta`.

        With `log L = beta * log sum exp(t_i / beta)` the derivatives by `t_i` are the shares, and
        the one by `beta` at fixed `t_i` is `log sum - sum_i share_i * t_i / beta`.
        """
        total, share, alone = self._sum(theta, z)
        beta = theta[:, 3:]
        jacobian = np.empty((len(theta), 4, len(z)))
        jacobian[:, 0] = share[:, 0]
        jacobian[:, 1] = -z[:, 0] * share[:, 0]
        jacobian[:, 2] = share[:, 1]
        bend = total - (share * alone).sum(axis=1) / beta
        jacobian[:, 3] = -z[:, 1] * share[:, 1] + bend
        return beta * total, jacobian

    def to_params(self, theta: Floats, centre: Floats) -> dict[str, Floats]:
        """Return the parameters: `log N_c = mean(log N) + (a + mean(log L)) / alpha_N`."""
        a, alpha, b, beta = np.moveaxis(theta, -1, 0)
        # A vanishing exponent puts its scale beyond all numbers; the largest stands for it.
        param_scale = np.exp(np.minimum(centre[0] + (a + centre[2]) / alpha, _LARGEST_LOG))
        data_scale = np.exp(np.minimum(centre[1] + (b + centre[2]) / beta, _LARGEST_LOG))
        return {
            "param_scale": param_scale,
            "param_exponent": alpha,
            "data_scale": data_scale,
            "data_exponent": beta,
        }

    def from_params(self, params: Mapping[str, Any], centre: Floats) -> Floats:
        """Return `theta` for the parameters of the published formula."""
        alpha, beta = params["param_exponent"], params["data_exponent"]
        return np.stack(
            np.broadcast_arrays(
                alpha * (np.log(params["param_scale"]) - centre[0]) - centre[2],
                alpha,
                beta * (np.log(params["data_scale"]) - centre[1]) - centre[2],
                beta,
            ),
            axis=-1,
        )

    def power_terms(self, params: Mapping[str, Any]) -> tuple[Any, Any, Any, Any]:
        """Return `(A, alpha, B, beta)`: the loss rises with the sum of these two terms alone."""
        alpha = params["param_exponent"] / params["data_exponent"]
        with np.errstate(over="ignore", under="ignore"):
            param_coef = np.power(params["param_scale"], alpha)
        return param_coef, alpha, params["data_scale"], 1.0
