"""The accuracy on a downstream task as a function of the loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scaling_keras.laws.forms.base import Floats, Form, logit, sigmoid


class DownstreamAccuracy(Form):
    """`Acc(L) = chance + (top - chance) / (1 + exp(s * (L - L_0)))`, with `0 <= chance < top <= 1`.

    `L` is the `loss` of a run: on the task itself, or held out. The accuracy, or another share
    that rises as the loss falls, goes from what guessing gives, `chance`, to `top`; half of the
    way is done at `L_0`, in the unit of the loss, and `s`, one over that unit, is how steeply.
    The law stays between 0 and 1. Where guessing is known to give, say, a quarter, hold it there:
    `fixed={"chance": 0.25}`. `theta` is `(t, c, m, g)`: `top = sigmoid(t)`,
    `chance = top * sigmoid(c)`, `m` is `L_0` and `exp(-g)` is `1 / s` relative to the mean loss.

    References:
        Bhagia et al., arXiv:2412.04403, the second step; Grattafiori et al. (Llama 3),
        arXiv:2407.21783, section 3.2.1, link loss and accuracy by a sigmoid as well.
    """

    name = "downstream_accuracy"
    title = "Downstream accuracy, a sigmoid of the loss"
    variables = ("loss",)
    linear_variables = ("loss",)
    falling_variables = ("loss",)
    target = "metric"
    link = "share"
    lower_is_better = False
    parameters = ("top", "chance", "midpoint_loss", "slope")
    template = "M(L) = {chance} + ({top} - {chance}) / (1 + exp({slope} (L - {midpoint_loss})))"
    source = "Bhagia et al., arXiv:2412.04403"
    lower = (-12.0, -12.0, -2.0, -3.0)
    upper = (12.0, 12.0, 6.0, 6.0)
    start_low = (-1.0, -4.0, 0.4, 0.0)
    start_high = (6.0, 1.0, 1.6, 4.0)

    def _parts(self, theta: Floats, z: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return `top`, `sigmoid(c)`, the distance left as a share, and `s * (L - L_0)`."""
        t, c, m, g = (column[:, None] for column in theta.T)
        above = np.exp(g) * (z[:, 0] - m)
        return sigmoid(t), sigmoid(c), sigmoid(above), above

    def value(self, theta: Floats, z: Floats) -> Floats:
        """Return the accuracy, shape `(batch, points)`."""
        top, guess, left, _ = self._parts(theta, z)
        value: Floats = top * (1 - (1 - guess) * left)
        return value

    def value_and_jacobian(self, theta: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Return the accuracy and its derivatives by `theta`."""
        top, guess, left, above = self._parts(theta, z)
        value = top * (1 - (1 - guess) * left)
        steepness = top * (1 - guess) * left * (1 - left)
        jacobian = np.empty((len(theta), 4, len(z)))
        jacobian[:, 0] = value * (1 - top)
        jacobian[:, 1] = top * guess * (1 - guess) * left
        jacobian[:, 2] = steepness * np.exp(theta[:, 3:])
        jacobian[:, 3] = -steepness * above
        return value, jacobian

    def to_params(self, theta: Floats, centre: Floats) -> dict[str, Floats]:
        """Return `top`, `chance`, `L_0` and `s`."""
        t, c, m, g = np.moveaxis(theta, -1, 0)
        top = sigmoid(t)
        return {
            "top": top,
            "chance": top * sigmoid(c),
            "midpoint_loss": m * np.exp(centre[0]),
            "slope": np.exp(g - centre[0]),
        }

    def from_params(self, params: Mapping[str, Any], centre: Floats) -> Floats:
        """Return `theta` for the parameters of the formula."""
        top = params["top"]
        return np.stack(
            np.broadcast_arrays(
                logit(top),
                logit(params["chance"] / top),
                params["midpoint_loss"] / np.exp(centre[0]),
                np.log(params["slope"]) + centre[0],
            ),
            axis=-1,
        )
