"""The best learning rate or batch size as a power law of size and data, or of the compute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scaling_keras.laws.forms.base import Floats, Form

_SYMBOLS = {"n_params": "N", "n_examples": "D", "train_flops": "C"}
_POWERS = {"n_params": "param_power", "n_examples": "data_power", "train_flops": "compute_power"}


class OptimalSetting(Form):
    """`setting = c * N**a * D**b`, or `c * D**b`, or `c * C**b`.

    The setting is the one with the lowest loss, in the unit it was logged in (`batch_size` in the
    items of a batch); `N` is `n_params`, `D` is `n_examples`, `C` is `train_flops`. `c` is
    positive; the powers may have either sign and stand in the formula with the sign they are
    stored with: the best learning rate falls with size, the best batch grows with data. Fitted to
    a `RunTable` that holds several settings for each size and data, the best of each are found
    first (`laws.best_settings`); given as columns, the rows are taken to be the best. `theta` is
    `(a, p_1, ...)`: `log setting = a + sum_i p_i * z_i`.

    Args:
        target: `learning_rate` or `batch_size`.
        variables: What it depends on: keys of `_SYMBOLS`.
        name: What `fit` calls it.
        source: Where the form comes from.

    References:
        Li et al. (Step Law), arXiv:2503.04715, for size and data; DeepSeek-AI,
        arXiv:2401.02954, for the compute.
    """

    is_optimum = True
    lower_is_better = False

    def __init__(self, target: str, variables: tuple[str, ...], name: str, source: str) -> None:
        self.target, self.variables, self.name, self.source = target, variables, name, source
        symbols = [_SYMBOLS[variable] for variable in variables]
        words = target.replace("_", " ")
        self.title = f"Best {words} by {', '.join(symbols)}"
        powers = tuple(_POWERS[variable] for variable in variables)
        self.parameters = ("coef", *powers)
        self.exponents = powers
        self.template = f"best {words} = {{coef}}" + "".join(
            f" {symbol}^{{{power}}}" for symbol, power in zip(symbols, powers, strict=True)
        )
        n = len(variables)
        self.lower, self.upper = (-15.0, *(-4.0,) * n), (15.0, *(4.0,) * n)
        self.start_low, self.start_high = (-1.0, *(-1.5,) * n), (1.0, *(1.5,) * n)

    def value(self, theta: Floats, z: Floats) -> Floats:
        """Return the centred log of the setting, shape `(batch, points)`."""
        value: Floats = theta[:, :1] + theta[:, 1:] @ z.T
        return value

    def value_and_jacobian(self, theta: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Return the centred log of the setting and its derivatives by `theta`."""
        jacobian = np.empty((*theta.shape, len(z)))
        jacobian[:, 0] = 1.0
        jacobian[:, 1:] = z.T
        return self.value(theta, z), jacobian

    def to_params(self, theta: Floats, centre: Floats) -> dict[str, Floats]:
        """Return `c` and the powers: `log c = a + mean(log y) - sum_i p_i * mean(log x_i)`."""
        a, *powers = np.moveaxis(theta, -1, 0)
        shift = sum(power * mean for power, mean in zip(powers, centre[:-1], strict=True))
        values = [np.exp(a + centre[-1] - shift), *powers]
        return dict(zip(self.parameters, values, strict=True))

    def from_params(self, params: Mapping[str, Any], centre: Floats) -> Floats:
        """Return `theta` for the parameters of the published formula."""
        powers = [params[name] for name in self.parameters[1:]]
        shift = sum(power * mean for power, mean in zip(powers, centre[:-1], strict=True))
        a = np.log(params["coef"]) - centre[-1] + shift
        return np.stack(np.broadcast_arrays(a, *powers), axis=-1)
