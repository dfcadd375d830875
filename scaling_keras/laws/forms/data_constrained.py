"""A loss surface for data that is seen more than once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scaling_keras.laws.forms.base import Floats, Form, log_sum_of_powers


class DataConstrained(Form):
    """`L(N, D, U) = E + A / N'**alpha + B / D'**beta`, of `U` unique among `D` examples.

    Repeated data is worth less the more often it was seen, and size beyond what the unique data
    can use likewise: `D' = U + U * R_D * (1 - exp(-(D / U - 1) / R_D))`, where `D / U - 1` is the
    number of repetitions, and `N' = V + V * R_N * (1 - exp(-(N / V - 1) / R_N))`, where `V` is the
    smaller of `N` and the size for which `U` examples are compute-optimal under the law without
    repetition: `alpha * A / V**alpha = beta * B / U**beta`. `D` up to `U` is all new. `N` is
    `n_params`, `D` is `n_examples`, `U` is `dataset_size`, in the unit of `n_examples`; `R_D` and
    `R_N` count repetitions. Data that are repeated little say little of them: look at their
    intervals. `theta` is Chinchilla's with `log R_D` and `log R_N` at the end.

    References:
        Muennighoff et al., arXiv:2305.16264, equations 5 and 6 and section 3.1.
    """

    name = "data_constrained"
    title = "Data-constrained"
    variables = ("n_params", "n_examples", "dataset_size")
    parameters = (
        "param_coef",
        "param_exponent",
        "data_coef",
        "data_exponent",
        "irreducible_loss",
        "data_repetitions",
        "param_repetitions",
    )
    exponents = ("param_exponent", "data_exponent")
    template = (
        "L(N, D, U) = {irreducible_loss} + {param_coef} / N'^{param_exponent}"
        " + {data_coef} / D'^{data_exponent}, R_D = {data_repetitions}, R_N = {param_repetitions}"
    )
    source = "Muennighoff et al., arXiv:2305.16264"
    lower = (-15.0, 0.01, -15.0, 0.01, -15.0, -6.0, -6.0)
    upper = (5.0, 4.0, 5.0, 4.0, 5.0, 12.0, 12.0)
    start_low = (-4.0, 0.02, -4.0, 0.02, -2.0, -1.0, -1.0)
    start_high = (1.0, 2.0, 1.0, 2.0, 0.5, 5.0, 5.0)

    def centre_of(self, values: Floats, observed: Floats) -> Floats:
        """Return the mean logs, with that of `n_examples` for the unique ones too."""
        centre = super().centre_of(values, observed)
        centre[2] = centre[1]
        return centre

    def _effective(self, theta: Floats, z: Floats) -> tuple[Floats, Floats, dict[str, Floats]]:
        """Return `log N'` and `log D'` in the frame, and the parts of their derivatives."""
        a, alpha, b, beta, _, log_rd, log_rn = (column[:, None] for column in theta.T)
        n, d, u = z.T
        optimal = (np.log(alpha / beta) + a - b + beta * u) / alpha
        usable = np.minimum(n, optimal)
        with np.errstate(over="ignore"):
            param_excess = np.expm1(np.minimum(n - usable, 300.0))
        data_excess = np.expm1(np.maximum(d - u, 0.0))
        extra_n, by_excess, by_rn = _worth(param_excess, np.exp(log_rn))
        extra_d, _, by_rd = _worth(data_excess, np.exp(log_rd))
        bound = np.where(optimal < n, 1 - (param_excess + 1) * by_excess, 0.0)
        parts = {"optimal": optimal, "bound": bound, "by_rn": by_rn, "by_rd": by_rd}
        return usable + extra_n, np.minimum(d, u) + extra_d, parts

    def _terms(self, theta: Floats, n: Floats, d: Floats) -> Floats:
        a, alpha, b, beta, e = (column[:, None] for column in theta.T[:5])
        return np.stack(np.broadcast_arrays(a - alpha * n, b - beta * d, e), axis=1)

    def value(self, theta: Floats, z: Floats) -> Floats:
        """Return the centred log loss, shape `(batch, points)`."""
        n, d, _ = self._effective(theta, z)
        return log_sum_of_powers(self._terms(theta, n, d))[0]

    def value_and_jacobian(self, theta: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Return the centred log loss and its derivatives by `theta`.

        Where size is in excess, `log V` moves with the law without repetition too.
        """
        n, d, parts = self._effective(theta, z)
        value, share = log_sum_of_powers(self._terms(theta, n, d))
        alpha, beta = theta[:, 1:2], theta[:, 3:4]
        # The derivative of the log loss by `log V`, times that of `log V` by each parameter.
        by_usable = -alpha * share[:, 0] * parts["bound"] / alpha
        jacobian = np.empty((len(theta), 7, len(z)))
        jacobian[:, 0] = share[:, 0] + by_usable
        jacobian[:, 1] = -n * share[:, 0] + by_usable * (1 / alpha - parts["optimal"])
        jacobian[:, 2] = share[:, 1] - by_usable
        jacobian[:, 3] = -d * share[:, 1] + by_usable * (z[:, 2] - 1 / beta)
        jacobian[:, 4] = share[:, 2]
        jacobian[:, 5] = -beta * share[:, 1] * parts["by_rd"]
        jacobian[:, 6] = -alpha * share[:, 0] * parts["by_rn"]
        return value, jacobian

    def to_params(self, theta: Floats, centre: Floats) -> dict[str, Floats]:
        """Return the parameters: `log A = a + alpha * mean(log N) + mean(log L)`."""
        a, alpha, b, beta, e, log_rd, log_rn = np.moveaxis(theta, -1, 0)
        return {
            "param_coef": np.exp(a + alpha * centre[0] + centre[3]),
            "param_exponent": alpha,
            "data_coef": np.exp(b + beta * centre[1] + centre[3]),
            "data_exponent": beta,
            "irreducible_loss": np.exp(e + centre[3]),
            "data_repetitions": np.exp(log_rd),
            "param_repetitions": np.exp(log_rn),
        }

    def from_params(self, params: Mapping[str, Any], centre: Floats) -> Floats:
        """Return `theta` for the parameters of the published formula."""
        alpha, beta = params["param_exponent"], params["data_exponent"]
        return np.stack(
            np.broadcast_arrays(
                np.log(params["param_coef"]) - alpha * centre[0] - centre[3],
                alpha,
                np.log(params["data_coef"]) - beta * centre[1] - centre[3],
                beta,
                np.log(params["irreducible_loss"]) - centre[3],
                np.log(params["data_repetitions"]),
                np.log(params["param_repetitions"]),
            ),
            axis=-1,
        )


def _worth(excess: Floats, r: Floats) -> tuple[Floats, Floats, Floats]:
    """Return `log(1 + r * (1 - exp(-excess / r)))` and its derivatives by `excess` and `log r`."""
    faded = np.exp(-excess / r)
    gained = -r * np.expm1(-excess / r)
    return np.log1p(gained), faded / (1 + gained), (gained - excess * faded) / (1 + gained)
