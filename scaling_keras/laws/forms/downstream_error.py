"""The error on downstream tasks as a function of the loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scaling_keras.laws.forms.base import Floats, Form, logit, sigmoid


class DownstreamError(Form):
    """`Err(L) = eps - k * exp(-gamma * L)`.

    `L` is the `loss` of a run, in nats or whatever it was logged in; the error, a share from 0 to
    1, is one minus an accuracy, most often an average over tasks. `eps` is the error of a model
    that knows nothing, `gamma`, one over the unit of the loss, how fast a lower loss pays, and `k`
    the gain that a loss of zero would bring, which lies far beyond any data and may exceed
    `eps`. Predictions are cut off at 0. `theta` is `(t, a, g)`: `eps = sigmoid(t)`, `exp(a)` the
    gain at the mean loss, `exp(g)` is `gamma` times the mean loss.

    References:
        Gadre et al., arXiv:2403.08540.
    """

    name = "downstream_error"
    title = "Downstream error, exponential in the loss"
    variables = ("loss",)
    linear_variables = ("loss",)
    falling_variables = ("loss",)
    target = "error"
    link = "share"
    parameters = ("chance_error", "coef", "rate")
    template = "Err(L) = {chance_error} - {coef} exp(-{rate} L)"
    source = "Gadre et al., arXiv:2403.08540"
    lower = (-12.0, -12.0, -4.0)
    upper = (12.0, 4.0, 5.0)
    start_low = (-1.0, -4.0, -1.5)
    start_high = (5.0, 0.5, 3.0)

    def _parts(self, theta: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
        """Return `eps`, the gain, and minus the derivative of its log by `g`."""
        t, a, g = (column[:, None] for column in theta.T)
        along = np.exp(g) * (z[:, 0] - 1)
        return sigmoid(t), np.exp(a - along), along

    def value(self, theta: Floats, z: Floats) -> Floats:
        """Return the error, shape `(batch, points)`."""
        chance, gain, _ = self._parts(theta, z)
        value: Floats = chance - gain
        return value

    def value_and_jacobian(self, theta: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Return the error and its derivatives by `theta`."""
        chance, gain, along = self._parts(theta, z)
        jacobian = np.empty((len(theta), 3, len(z)))
        jacobian[:, 0] = chance * (1 - chance)
        jacobian[:, 1] = -gain
        jacobian[:, 2] = gain * along
        return chance - gain, jacobian

    def to_params(self, theta: Floats, centre: Floats) -> dict[str, Floats]:
        """Return `eps`, `k` and `gamma`: `log k = a + gamma * mean(L)`."""
        t, a, g = np.moveaxis(theta, -1, 0)
        return {
            "chance_error": sigmoid(t),
            "coef": np.exp(a + np.exp(g)),
            "rate": np.exp(g - centre[0]),
        }

    def from_params(self, params: Mapping[str, Any], centre: Floats) -> Floats:
        """Return `theta` for the parameters of the published formula."""
        at_mean = params["rate"] * np.exp(centre[0])
        return np.stack(
            np.broadcast_arrays(
                logit(params["chance_error"]), np.log(params["coef"]) - at_mean, np.log(at_mean)
            ),
            axis=-1,
        )
