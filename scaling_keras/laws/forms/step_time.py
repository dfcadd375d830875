"""The time of a training step as a function of the model's size and the batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scaling_keras.laws.forms.base import Floats, Form, log_sum_of_powers


class StepTime(Form):
    """`t(N, B) = t_0 + k * N**c * (B + B_h)`, in seconds per optimizer step.

    `N` is `n_params`, `B` is `batch_size` in the items that it was logged in; all parameters are
    positive. `t_0` is what a step costs whatever the model: dispatch, input, synchronisation.
    `k * N**c` is the time of one more item on a busy device; `c` is 1 where the FLOPs of an item
    grow as `N` at a fixed rate, and less where larger models use the device better. `B_h` is the
    batch at which, `t_0` aside, half of the full rate is reached: reading the weights and updating
    them takes as long as `B_h` items do, however small the batch. The throughput `B / t` so rises
    with the batch and levels off. A training of `D` examples, `E` to an item, takes
    `D / (B * E) * t` seconds. For a `RunTable` the time of a step comes from the throughput that
    runs recorded. All times are those of one kind of device. `theta` is `(o, p, c, h)`: in centred
    logs `log t = logsumexp(o, p + c * n + b, p + c * n + h)`.

    References:
        Hockney and Jesshope, Parallel Computers (1981), for a rate that saturates,
        `t = (n + n_half) / r_inf`; Williams et al., Roofline (2009), doi:10.1145/1498765.1498785,
        for weights that must be read whatever the batch.
    """

    name = "step_time"
    title = "Time of a step"
    variables = ("n_params", "batch_size")
    target = "step_seconds"
    lower_is_better = False
    parameters = ("overhead_seconds", "coef", "param_power", "half_rate_batch")
    exponents = ("param_power",)
    template = "t(N, B) = {overhead_seconds} + {coef} N^{param_power} (B + {half_rate_batch})"
    source = "after Hockney and Jesshope (1981)"
    lower = (-20.0, -15.0, 0.01, -15.0)
    upper = (5.0, 5.0, 4.0, 12.0)
    start_low = (-5.0, -3.0, 0.2, -4.0)
    start_high = (0.5, 0.5, 1.5, 2.0)

    def _terms(self, theta: Floats, z: Floats) -> Floats:
        """Return the logs of the three terms, shape `(batch, 3, points)`."""
        o, p, c, h = (column[:, None] for column in theta.T)
        per_item = p + c * z[:, 0]
        return np.stack(np.broadcast_arrays(o, per_item + z[:, 1], per_item + h), axis=1)

    def value(self, theta: Floats, z: Floats) -> Floats:
        """Return the centred log of the time, shape `(batch, points)`."""
        return log_sum_of_powers(self._terms(theta, z))[0]

    def value_and_jacobian(self, theta: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Return the centred log of the time and its derivatives by `theta`."""
        value, share = log_sum_of_powers(self._terms(theta, z))
        jacobian = np.empty((len(theta), 4, len(z)))
        jacobian[:, 0] = share[:, 0]
        jacobian[:, 1] = share[:, 1] + share[:, 2]
        jacobian[:, 2] = z[:, 0] * jacobian[:, 1]
        jacobian[:, 3] = share[:, 2]
        return value, jacobian

    def to_params(self, theta: Floats, centre: Floats) -> dict[str, Floats]:
        """Return the parameters: `log k = p + mean(log t) - c * mean(log N) - mean(log B)`."""
        o, p, c, h = np.moveaxis(theta, -1, 0)
        return {
            "overhead_seconds": np.exp(o + centre[2]),
            "coef": np.exp(p + centre[2] - c * centre[0] - centre[1]),
            "param_power": c,
            "half_rate_batch": np.exp(h + centre[1]),
        }

    def from_params(self, params: Mapping[str, Any], centre: Floats) -> Floats:
        """Return `theta` for the parameters of the formula."""
        c = params["param_power"]
        return np.stack(
            np.broadcast_arrays(
                np.log(params["overhead_seconds"]) - centre[2],
                np.log(params["coef"]) - centre[2] + c * centre[0] + centre[1],
                c,
                np.log(params["half_rate_batch"]) - centre[1],
            ),
            axis=-1,
        )
