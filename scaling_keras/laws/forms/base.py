"""What a functional form is to the solver: its value and Jacobian in a centred frame."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]

_COMPLEX_STEP = 1e-30


class Form(abc.ABC):
    """A law that says how the loss, or another target, depends on a few variables.

    The solver works in a frame of its own. A variable that acts through its powers is taken as
    the centred log `z = log(x) - mean(log(x))`; one that acts linearly (`linear_variables`) as
    `z = x / mean(x)`. A positive target is taken as `log(y) - mean(log(y))` (`link` `log`),
    a share from 0 to 1, such as an accuracy, as it is (`link` `share`). There the terms of a law
    are of order one whatever the units, its parameters are nearly uncorrelated, and the same
    bounds and starts serve every data set. `theta` holds the parameters in that frame, `params`
    the ones of the published formula.

    A new form needs the attributes, `value`, `to_params` and `from_params`. Derivatives come from
    complex steps unless it has `value_and_jacobian` of its own, which is several times faster.

    Attributes:
        name: What `fit` calls it.
        title: What people call it.
        variables: Names of the variables, in the order of the columns of `z`.
        linear_variables: Those of `variables` that enter linearly and may be zero.
        falling_variables: Those that get smaller as runs get dearer: a loss.
        target: Name of what the law predicts.
        link: `log` or `share`, as above.
        lower_is_better: Whether the target is what training makes small, as a loss or an error is.
        is_optimum: Whether the target is the setting with the lowest loss, which is to be found
            first where runs tried several.
        parameters: Names of the parameters of the published formula, in the order of `theta`.
        exponents: Those of `parameters` that are exponents, the slopes on log-log axes.
        contains: Forms that this one becomes, with what parameters of its own it does.
        template: The formula, with `{}` fields named after the parameters.
        source: Where the form comes from.
        lower: Lower bounds of `theta`.
        upper: Upper bounds of `theta`.
        start_low: Lower corner of the box that starts are drawn from.
        start_high: Its upper corner.
    """

    name: str
    title: str
    variables: tuple[str, ...]
    linear_variables: tuple[str, ...] = ()
    falling_variables: tuple[str, ...] = ()
    target: str = "loss"
    link: str = "log"
    lower_is_better: bool = True
    is_optimum: bool = False
    parameters: tuple[str, ...]
    exponents: tuple[str, ...] = ()
    contains: Mapping[str, Mapping[str, float]] = MappingProxyType({})
    template: str
    source: str
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    start_low: tuple[float, ...]
    start_high: tuple[float, ...]

    @abc.abstractmethod
    def value(self, theta: Floats, z: Floats) -> Floats:
        """Return the target in the solver's frame: the centred log loss, for most forms.

        Args:
            theta: Parameters, shape `(batch, p)`. Complex, unless there is a
                `value_and_jacobian` of the form's own.
            z: The variables in the solver's frame, shape `(points, variables)`.

        Returns:
            Shape `(batch, points)`.
        """

    def value_and_jacobian(self, theta: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Return the target and its derivatives by `theta`.

        By complex steps, `df/dt = imag(f(t + ih)) / h`: exact to rounding, since nothing is
        subtracted (Squire and Trapp, doi:10.1137/S003614459631241X).

        Returns:
            Arrays of shape `(batch, points)` and `(batch, p, points)`.
        """
        value = self.value(theta, z)
        jacobian = np.empty((*theta.shape, len(z)))
        for index in range(theta.shape[1]):
            nudged = theta.astype(np.complex128)
            nudged[:, index] += 1j * _COMPLEX_STEP
            jacobian[:, index] = self.value(cast("Floats", nudged), z).imag / _COMPLEX_STEP
        return value, jacobian

    @abc.abstractmethod
    def to_params(self, theta: Floats, centre: Floats) -> dict[str, Floats]:
        """Return the parameters of the published formula.

        Args:
            theta: Parameters in the solver's frame, shape `(..., p)`.
            centre: What `centre_of` returned for the data.

        Returns:
            Parameter name to an array of shape `(...)`.
        """

    @abc.abstractmethod
    def from_params(self, params: Mapping[str, Any], centre: Floats) -> Floats:
        """Return `theta` for parameters of the published formula: `to_params` undone.

        Args:
            params: Numbers or arrays of one shape `(...)`.
            centre: As for `to_params`.

        Returns:
            Shape `(..., p)`.
        """

    @property
    def is_surface(self) -> bool:
        """Whether it is a law of the loss by size and data, which plans can be made with."""
        over_both = {"n_params", "n_examples"} <= set(self.variables)
        return over_both and self.link == "log" and self.lower_is_better

    def check(self, z: Floats, theta: Floats | None = None) -> None:  # noqa: B027
        """Raise a `FitError` if the form can't be used at rows `z`, shape `(points, variables)`.

        Called before a fit and, with what it found, after it. For forms from outside the package.
        """

    def power_terms(self, params: Mapping[str, Any]) -> tuple[Any, Any, Any, Any] | None:
        """Return `(A, alpha, B, beta)` if the loss rises with `A / N**alpha + B / D**beta` alone.

        The best split of a budget then has a closed form (`laws.frontier`). None otherwise.
        """
        return None

    def centre_of(self, values: Floats, observed: Floats) -> Floats:
        """Return the origin of the solver's frame, shape `(variables + 1,)`.

        The mean log of each variable, or the log of its mean where it is linear, and the mean log
        of the target, or 0 where it is a share.

        Args:
            values: The variables, shape `(points, variables)`.
            observed: The target, shape `(points,)`.
        """
        centre = np.zeros(values.shape[1] + 1)
        for index, name in enumerate(self.variables):
            column = values[:, index]
            centre[index] = (
                np.log(column.mean()) if name in self.linear_variables else np.log(column).mean()
            )
        if self.link == "log":
            centre[-1] = np.log(observed).mean()
        return centre

    def into_frame(self, values: Floats, centre: Floats) -> Floats:
        """Return the variables in the solver's frame, shape `(points, variables)`."""
        linear = [name in self.linear_variables for name in self.variables]
        if not any(linear):
            centred: Floats = np.log(values) - centre[:-1]
            return centred
        z = np.empty(values.shape)
        for index, is_linear in enumerate(linear):
            column = values[:, index]
            z[:, index] = (
                column / np.exp(centre[index]) if is_linear else np.log(column) - centre[index]
            )
        return z

    def target_into_frame(self, observed: Floats, centre: Floats) -> Floats:
        """Return the target in the solver's frame."""
        return np.log(observed) - centre[-1] if self.link == "log" else observed

    def target_from_frame(self, value: Floats, centre: Floats) -> Floats:
        """Return the target in its own unit: `target_into_frame` undone.

        What noise around a law has put below 0 or above 1 is cut off there, if it is a share.
        """
        return np.exp(value + centre[-1]) if self.link == "log" else np.clip(value, 0.0, 1.0)


def log_sum_of_powers(terms: Floats) -> tuple[Floats, Floats]:
    """Return `log(sum(exp(terms)))` over axis 1 and the share of each term in the sum.

    Args:
        terms: Logs of positive terms, shape `(batch, terms, points)`; overwritten.

    Returns:
        Arrays of shape `(batch, points)` and `(batch, terms, points)`. The shares are the
        derivatives of the first by the terms.
    """
    highest = terms.max(axis=1, keepdims=True)
    terms -= highest
    np.exp(terms, out=terms)
    total = terms.sum(axis=1, keepdims=True)
    terms /= total
    return np.log(total[:, 0]) + highest[:, 0], terms


def sigmoid(x: Floats) -> Floats:
    """Return `1 / (1 + exp(-x))`, without overflow; of complex numbers too."""
    share: Floats = 0.5 * (1 + np.tanh(0.5 * x))
    return share


def logit(share: Any) -> Any:
    """Return the inverse of `sigmoid`, within its working precision of 0 and 1."""
    tiny = 1e-15
    bounded = np.where(np.real(share) < tiny, tiny, share)
    bounded = np.where(np.real(bounded) > 1 - tiny, 1 - tiny, bounded)
    return np.log(bounded) - np.log1p(-bounded)
