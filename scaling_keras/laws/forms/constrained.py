"""A form with some of its parameters held at given values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any, cast

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.forms.base import Floats, Form


class Constrained(Form):
    """`form` with the published parameters in `fixed` held at their values.

    `theta` has the components of the other parameters alone; `expand` gives the form's own. A
    fixed coefficient is not a fixed component of `theta`, because in the centred frame that
    depends on the exponent too; so the expansion goes by way of the published parameters, and
    its derivatives come from complex steps.
    """

    def __init__(self, form: Form, fixed: Mapping[str, float], centre: Floats) -> None:
        self._form, self._fixed, self._centre = form, dict(fixed), centre
        names = [name for name in form.parameters if name not in fixed]
        self._free = np.array([form.parameters.index(name) for name in names], dtype=int)
        for name in ("name", "variables", "target", "link"):
            setattr(self, name, getattr(form, name))
        self.parameters = tuple(names)
        for name in ("lower", "upper", "start_low", "start_high"):
            setattr(self, name, tuple(np.array(getattr(form, name))[self._free]))
        middle = 0.5 * (np.array(form.start_low) + np.array(form.start_high))
        params = form.to_params(middle, centre)
        self._base = self._from_params(params)

    def expand(self, theta: Floats) -> Floats:
        """Return the form's `theta`, shape `(..., p)`, from the free components."""
        full = np.empty((*theta.shape[:-1], len(self._form.parameters)), dtype=theta.dtype)
        full[...] = self._base
        full[..., self._free] = theta
        return self._from_params(self._form.to_params(full, self._centre))

    def _from_params(self, params: Mapping[str, Any]) -> Floats:
        """Return the form's `theta` for parameters, the fixed ones at their values."""
        with np.errstate(divide="ignore"):  # The log of a floor that is held at zero.
            return self._form.from_params({**params, **self._fixed}, self._centre)

    def value(self, theta: Floats, z: Floats) -> Floats:
        """Return the value of the form at the expanded parameters."""
        return self._form.value(self.expand(theta), z)

    def value_and_jacobian(self, theta: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Return the value and its derivatives by the free components."""
        value, jacobian = self._form.value_and_jacobian(self.expand(theta), z)
        chained = np.empty((len(theta), theta.shape[1], len(z)))
        for index in range(theta.shape[1]):
            nudged = theta.astype(np.complex128)
            nudged[:, index] += 1e-30j
            direction = self.expand(cast("Floats", nudged)).imag / 1e-30
            chained[:, index] = np.einsum("bp,bpi->bi", direction, jacobian)
        return value, chained

    def to_params(self, theta: Floats, centre: Floats) -> dict[str, Floats]:
        """Return all parameters of the form, the fixed ones among them."""
        return self._form.to_params(self.expand(theta), centre)

    def from_params(self, params: Mapping[str, Any], centre: Floats) -> Floats:
        """Return the free components of the form's `theta`."""
        theta: Floats = self._form.from_params(params, centre)[..., self._free]
        return theta


def check_fixed(form: Form, fixed: Mapping[str, Any] | None) -> dict[str, float]:
    """Return the parameters to hold, or raise a `FitError` that names the one that can't be."""
    if fixed is not None and not isinstance(fixed, Mapping):
        raise FitError(
            f"`fixed` must be a mapping from names of parameters to their values. Received: "
            f"{fixed!r}. Pass for example {{{form.parameters[0]!r}: 0.3}}."
        )
    checked: dict[str, float] = {}
    for name, value in (fixed or {}).items():
        if name not in form.parameters:
            raise FitError(
                f"`fixed` must name parameters of `{form.name}`: {', '.join(form.parameters)}. "
                f"Received: {name!r}."
            )
        if not (isinstance(value, Real) and math.isfinite(value)):
            raise FitError(
                f"`fixed` must give each parameter a finite number. Received: {name}={value!r}."
            )
        checked[name] = float(value)
        if not _may_be(form, name, checked[name]):
            raise FitError(
                f"`fixed` must give `{name}` of `{form.name}` a number that is not negative. "
                f"Received: {name}={value!r}."
            )
    if len(checked) == len(form.parameters):
        raise FitError(
            f"`fixed` must leave a parameter of `{form.name}` to fit. Received: all of "
            f"{', '.join(form.parameters)}."
        )
    return checked


def _may_be(form: Form, name: str, value: float) -> bool:
    """Return whether a parameter may be negative, if `value` is.

    One that may not is met by its log, which is `nan` there and not at the value without its sign.
    """
    centre = np.zeros(len(form.variables) + 1)
    middle = 0.5 * (np.array(form.start_low) + np.array(form.start_high))
    params = form.to_params(middle, centre)
    with np.errstate(all="ignore"):
        known = [
            not np.isnan(form.from_params({**params, name: np.float64(tried)}, centre)).any()
            for tried in (value, abs(value))
        ]
    return known[0] or not known[1]
