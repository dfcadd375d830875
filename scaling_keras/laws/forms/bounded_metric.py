"""A law of a metric that can't leave the range from 0 to 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scaling_keras.laws.forms.base import Floats, Form, logit, sigmoid


class BoundedMetric(Form):
    """`M(x) = top - (top - chance) / (1 + (x / x_0)**alpha)`, with `0 <= chance < top <= 1`.

    For accuracy, F1, recall: shares that rise with `x` from what guessing gives, `chance`, to what
    can be reached at all, `top`. Far beyond `x_0` the distance from `top` is a power law,
    `(top - chance) * (x / x_0)**-alpha`, so there the error `1 - M` is a power law with a floor;
    near `x_0` it bends as it must to stay below 1. The law lies between 0 and 1 everywhere, and
    rows of exactly 0 or 1 can be fitted. `theta` is `(t, c, m, alpha)`: `top = sigmoid(t)`,
    `chance = top * sigmoid(c)`, and `m = log x_0` from the centre of the data.

    References:
        The saturating law of Alabdulmohsin et al., arXiv:2209.06640, with its exponent of
        saturation at one, where it can be solved for the metric.
    """

    name = "bounded_metric"
    title = "Bounded metric"
    variables = ("x",)
    target = "metric"
    link = "share"
    lower_is_better = False
    parameters = ("top", "chance", "scale", "exponent")
    exponents = ("exponent",)
    template = "M(x) = {top} - ({top} - {chance}) / (1 + (x / {scale})^{exponent})"
    source = "after Alabdulmohsin et al., arXiv:2209.06640"
    lower = (-12.0, -12.0, -40.0, 0.01)
    upper = (12.0, 12.0, 40.0, 8.0)
    start_low = (-1.0, -4.0, -4.0, 0.1)
    start_high = (6.0, 1.0, 4.0, 2.0)

    def _parts(self, theta: Floats, z: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return `top`, `sigmoid(c)`, the distance left as a share, and `log x - m`."""
        t, c, m, alpha = (column[:, None] for column in theta.T)
        beyond = z[:, 0] - m
        return sigmoid(t), sigmoid(c), sigmoid(-alpha * beyond), beyond

    def value(self, theta: Floats, z: Floats) -> Floats:
        """Return the metric, shape `(batch, points)`."""
        top, guess, left, _ = self._parts(theta, z)
        metric: Floats = top * (1 - (1 - guess) * left)
        return metric

    def value_and_jacobian(self, theta: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Return the metric and its derivatives by `theta`."""
        top, guess, left, beyond = self._parts(theta, z)
        value = top * (1 - (1 - guess) * left)
        slope = top * (1 - guess) * left * (1 - left)
        jacobian = np.empty((len(theta), 4, len(z)))
        jacobian[:, 0] = value * (1 - top)
        jacobian[:, 1] = top * guess * (1 - guess) * left
        jacobian[:, 2] = -slope * theta[:, 3:]
        jacobian[:, 3] = slope * beyond
        return value, jacobian

    def to_params(self, theta: Floats, centre: Floats) -> dict[str, Floats]:
        """Return `top`, `chance`, `x_0` and `alpha`."""
        t, c, m, alpha = np.moveaxis(theta, -1, 0)
        top = sigmoid(t)
        return {
            "top": top,
            "chance": top * sigmoid(c),
            "scale": np.exp(m + centre[0]),
            "exponent": alpha,
        }

    def from_params(self, params: Mapping[str, Any], centre: Floats) -> Floats:
        """Return `theta` for the parameters of the formula."""
        top = params["top"]
        return np.stack(
            np.broadcast_arrays(
                logit(top),
                logit(params["chance"] / top),
                np.log(params["scale"]) - centre[0],
                params["exponent"],
            ),
            axis=-1,
        )
