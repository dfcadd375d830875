"""What a fit minimises: a function of residuals, of the logs or of the values themselves."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.forms.base import Floats, Form
from scaling_keras.laws.solver import huber_sum

_ALMOST_ABSOLUTE = 1e-8
"""Bend of the Huber function that stands in for the absolute value while solving."""
_LARGEST_LOG = 60.0
"""Logs of values above this, relative to the mean, are only met far from any minimum."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Objective:
    """A sum over the rows of a function of the residuals.

    Attributes:
        name: What `fit` calls it.
        of_logs: Whether the residuals are of log values.
        delta: Bend of Huber's function; infinity for squares over two, 0 for absolute values.
    """

    name: str
    of_logs: bool
    delta: float

    @property
    def solver_delta(self) -> float:
        """The bend to solve with: Newton's method needs some curvature."""
        return self.delta or _ALMOST_ABSOLUTE

    def form_for_solver(self, form: Form) -> Form:
        """Return `form`, or the same law in values where residuals are not of logs."""
        return form if self.of_logs or form.link != "log" else InValues(form)

    def target_for_solver(self, form: Form, y: Floats) -> Floats:
        """Return the target in the solver's frame as residuals need it."""
        return y if self.of_logs or form.link != "log" else np.exp(y)

    def total(self, residuals: Floats, weights: Floats, scale: float) -> Floats:
        """Return the objective, in the target's own unit where residuals are of values.

        Args:
            residuals: In the solver's frame, shape `(..., rows)`.
            weights: Shape `(..., rows)`.
            scale: Unit of the frame in that of the target: `exp(centre[-1])`.
        """
        unit = 1.0 if self.of_logs else scale
        if self.delta == 0:
            total: Floats = unit * np.einsum("...i,...i->...", np.abs(residuals), weights)
            return total
        return unit**2 * huber_sum(residuals, weights, self.delta)


OBJECTIVES: Mapping[str, tuple[bool, float]] = MappingProxyType(
    {
        "huber": (True, np.nan),
        "squared_log": (True, np.inf),
        "absolute_log": (True, 0.0),
        "squared": (False, np.inf),
        "absolute": (False, 0.0),
    }
)
"""By name: whether residuals are of logs, and the bend; that of `huber` is the user's."""


def get_objective(name: str, huber_delta: float) -> Objective:
    """Return the objective called `name`.

    Raises:
        FitError: If there is none, or `huber_delta` is not positive and finite.
    """
    if name not in OBJECTIVES:
        raise FitError(f"`objective` must be one of {', '.join(OBJECTIVES)}. Received: {name!r}.")
    if not (isinstance(huber_delta, (int, float)) and 0 < huber_delta < np.inf):
        raise FitError(
            f"`huber_delta` must be positive and finite. Received: {huber_delta!r}. "
            f"Pass objective='squared_log' for no bend."
        )
    of_logs, delta = OBJECTIVES[name]
    return Objective(
        name=name, of_logs=of_logs, delta=float(huber_delta) if name == "huber" else delta
    )


class InValues(Form):
    """A form whose target is the value relative to its geometric mean, not the log of that."""

    def __init__(self, form: Form) -> None:
        self._form = form
        for name in ("name", "variables", "parameters", "lower", "upper"):
            setattr(self, name, getattr(form, name))
        self.start_low, self.start_high = form.start_low, form.start_high

    def value(self, theta: Floats, z: Floats) -> Floats:
        """Return the exponential of the form's value."""
        value: Floats = np.exp(np.minimum(self._form.value(theta, z), _LARGEST_LOG))
        return value

    def value_and_jacobian(self, theta: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Return it with its derivatives by the chain rule."""
        value, jacobian = self._form.value_and_jacobian(theta, z)
        value = np.exp(np.minimum(value, _LARGEST_LOG))
        return value, jacobian * value[:, None]

    def to_params(self, theta: Floats, centre: Floats) -> dict[str, Floats]:
        """Return the parameters of the form."""
        return self._form.to_params(theta, centre)

    def from_params(self, params: Mapping[str, Any], centre: Floats) -> Floats:
        """Return `theta` of the form."""
        return self._form.from_params(params, centre)
