"""A user's own form, from a function and the ranges of its parameters."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from string import Formatter
from typing import Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.forms.base import Floats, Form

_WIDE = 10.0
"""Ratio of the ends of a positive range from which it is searched in logs."""
_NUDGE = 1e-6
"""Difference that derivatives are checked by, relative to the range of a parameter."""
_IMPOSSIBLE = 50.0
"""Log of the target, relative to its mean, where the function gives none."""


def custom_form(
    function: Callable[..., Any],
    *,
    parameters: Mapping[str, tuple[float, float]],
    variables: Sequence[str] = ("x",),
    target: str = "loss",
    exponents: Sequence[str] = (),
    name: str = "custom",
    template: str | None = None,
) -> Form:
    """Return a form of your own that `fit` takes in place of a name.

    Args:
        function: Called with every variable and every parameter by name; gives the target. It gets
            arrays that broadcast, of shape `(points,)` and `(fits, 1)`, and must work with complex
            numbers, by which its derivatives are taken: arithmetic, powers, `np.exp`, `np.log`,
            `np.where` and `np.maximum` do, `np.abs` doesn't. It is checked, here and at the rows of
            a fit, against differences.
        parameters: Each parameter's lowest and highest value. A positive range that is wider than
            a factor of ten is searched in logs.
        variables: Names of the columns it takes.
        target: Name of the column it gives, positive.
        exponents: Those of the parameters that are exponents, to be looked at closely.
        name: What the fit calls it.
        template: The formula, with `{}` fields named after the parameters.

    Raises:
        FitError: If a range is empty, the function takes other arguments, it doesn't work with
            complex numbers, or `exponents` or `template` names what is no parameter.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> form = laws.custom_form(
    ...     lambda x, coef, exponent, floor: floor + coef * np.log(x) ** -exponent,
    ...     parameters={"coef": (1e-2, 1e4), "exponent": (0.1, 8), "floor": (0.1, 10)},
    ... )
    >>> x = np.geomspace(1e3, 1e9, 20)
    >>> fit = laws.fit(form, x=x, loss=1.5 + 40 / np.log(x) ** 2)
    >>> f"{fit.params['exponent']:.3f}"
    '2.000'
    """
    _check_ranges(parameters)
    _check_signature(function, (*variables, *parameters))
    form = _Custom(function, dict(parameters), tuple(variables))
    form.name, form.title, form.target = name, name, target
    form.falling_variables = tuple(name for name in variables if name == "loss")
    form.exponents, form.source = tuple(exponents), "a form of your own"
    form.template = (
        template
        or f"{target} = {name}("
        + ", ".join([*variables, *(f"{key}={{{key}}}" for key in parameters)])
        + ")"
    )
    _check_names(form.parameters, form.variables, exponents, form.template)
    z = np.log([[0.5], [1.0], [2.0]]) + np.zeros((3, len(form.variables)))
    _check_derivatives(form, _spread(form, 8), z)
    return form


class _Custom(Form):
    """A function as a form; its frame leaves the variables as they are."""

    def __init__(
        self,
        function: Callable[..., Any],
        ranges: Mapping[str, tuple[float, float]],
        variables: tuple[str, ...],
    ) -> None:
        self._function, self.variables, self.parameters = function, variables, tuple(ranges)
        self._ranges = [(name, low, high) for name, (low, high) in ranges.items()]
        self._in_logs = [low > 0 and high > _WIDE * low for low, high in ranges.values()]
        corners = np.array(list(ranges.values()), dtype=np.float64)
        corners[self._in_logs] = np.log(corners[self._in_logs])
        self.lower, self.upper = tuple(corners[:, 0]), tuple(corners[:, 1])
        self.start_low, self.start_high = self.lower, self.upper

    def centre_of(self, values: Floats, observed: Floats) -> Floats:
        """Return zeros: the function wants its variables, and gives its target, as they are."""
        return np.zeros(values.shape[1] + 1)

    def value(self, theta: Floats, z: Floats) -> Floats:
        """Return the log of the target; a large number where the function gives none."""
        columns = {name: np.exp(z[:, i]) for i, name in enumerate(self.variables)}
        columns |= {name: column[:, None] for name, column in self._values(theta).items()}
        with np.errstate(all="ignore"):
            given = np.asarray(self._function(**columns))
            usable = np.isfinite(given) & (given.real > 0)
            logs = np.log(np.where(usable, given, 1.0))
        value: Floats = np.where(usable, logs, _IMPOSSIBLE) + 0.0 * theta[:, :1]
        return value

    def check(self, z: Floats, theta: Floats | None = None) -> None:
        """Raise a `FitError` if the function gives nothing at rows `z`, or wrong derivatives."""
        tried = _spread(self, 256) if theta is None else theta[None]
        possible = self.value(tried, z) < _IMPOSSIBLE
        if not (possible.any() if theta is None else possible.all()):
            rows = np.flatnonzero(~possible.any(axis=0))
            where = ", ".join(f"{name} in {low:g} to {high:g}" for name, low, high in self._ranges)
            raise FitError(
                f"`function` must give a positive, finite number at every row. Received: none at "
                f"{len(rows)} of {len(z)}, the first of them row {rows[0]}, with {where}. Correct "
                f"the ranges or the function."
            )
        if theta is None:
            some = np.linspace(0, len(z) - 1, min(len(z), 32)).astype(int)
            _check_derivatives(self, tried[possible.any(axis=1)][:16], z[some])

    def to_params(self, theta: Floats, centre: Floats) -> dict[str, Floats]:
        """Return the parameters by name."""
        return self._values(theta)

    def from_params(self, params: Mapping[str, Any], centre: Floats) -> Floats:
        """Return `theta` for the parameters."""
        values = [
            np.log(params[name]) if in_logs else params[name]
            for name, in_logs in zip(self.parameters, self._in_logs, strict=True)
        ]
        return np.stack(np.broadcast_arrays(*values), axis=-1)

    def _values(self, theta: Floats) -> dict[str, Floats]:
        columns = np.moveaxis(theta, -1, 0)
        return {
            name: np.exp(column) if in_logs else column
            for name, column, in_logs in zip(self.parameters, columns, self._in_logs, strict=True)
        }


def _spread(form: _Custom, n: int) -> Floats:
    """Return the middle of the ranges, then points spread over them, shape `(n, p)`."""
    low, high = np.array(form.lower), np.array(form.upper)
    points = np.random.default_rng(0).uniform(0.01, 0.99, (n, len(low)))
    points[0] = 0.5
    spread: Floats = low + (high - low) * points
    return spread


def _check_ranges(parameters: Mapping[str, tuple[float, float]]) -> None:
    if not parameters:
        raise FitError(
            "`parameters` must name at least one parameter with its range. Received: none. "
            "Pass for example {'exponent': (0.01, 3)}."
        )
    for name, ends in parameters.items():
        try:
            low, high = (float(end) for end in ends)
        except (TypeError, ValueError):
            low, high = np.nan, np.nan
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise FitError(
                f"`parameters` must give each parameter its lowest and highest value, finite and "
                f"in that order. Received: {name}={ends!r}. Pass for example {name}=(0.01, 3)."
            )


def _check_signature(function: Callable[..., Any], names: Sequence[str]) -> None:
    try:
        inspect.signature(function).bind(**dict.fromkeys(names))
    except (TypeError, ValueError) as error:
        raise FitError(
            f"`function` must take the arguments {', '.join(names)} by name. Received: a function "
            f"that doesn't ({error}). Name its arguments after `variables` and `parameters`."
        ) from None


def _check_names(
    parameters: Sequence[str], variables: Sequence[str], exponents: Sequence[str], template: str
) -> None:
    twice = sorted(set(parameters) & set(variables))
    if twice or not variables:
        raise FitError(
            f"`variables` must name at least one column, and none that is a parameter too. "
            f"Received: {', '.join(twice) or 'none'}. Rename one of them."
        )
    for what, names in (
        ("exponents", exponents),
        ("template", [name for _, name, _, _ in Formatter().parse(template) if name is not None]),
    ):
        unknown = [name for name in names if name not in parameters]
        if unknown:
            raise FitError(
                f"`{what}` must name parameters of the form: {', '.join(parameters)}. Received: "
                f"{', '.join(map(repr, unknown))}. Correct the name, or add the parameter."
            )


def _check_derivatives(form: _Custom, theta: Floats, z: Floats) -> None:
    """Raise a `FitError` unless derivatives by complex steps agree with differences."""
    width = np.array(form.upper) - np.array(form.lower)
    advice = "Write it with arithmetic, powers, np.exp and np.log of its arguments"
    try:
        with warnings.catch_warnings():
            # To discard an imaginary part is a warning; here it is the derivative that is lost.
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            value, jacobian = form.value_and_jacobian(theta, z)
    except (TypeError, ValueError, np.exceptions.ComplexWarning) as error:
        raise FitError(
            f"`function` must work with arrays of complex numbers. Received: one that raises "
            f"{type(error).__name__}: {error}. {advice}."
        ) from None
    for index, name in enumerate(form.parameters):
        nudge = np.zeros(theta.shape[1])
        nudge[index] = _NUDGE * width[index]
        above, below = form.value(theta + nudge, z), form.value(theta - nudge, z)
        slope = (above - below) / (2 * nudge[index])
        usable = np.maximum(np.maximum(above, below), value) < _IMPOSSIBLE
        # At a kink the two sides differ, and neither is wrong.
        bend = np.abs(above - 2 * value + below) / nudge[index]
        off = np.abs(slope - jacobian[:, index])
        if (usable & (off > 1e-3 * np.abs(slope) + bend + 1e-6 / width[index])).any():
            raise FitError(
                f"`function` must be differentiable by complex steps. Received: one whose "
                f"derivative by {name!r} comes out wrong, as np.abs makes it of a complex "
                f"number. {advice}; |v| is np.where(v > 0, v, -v)."
            )
