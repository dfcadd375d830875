"""One form against one set of rows, in the solver's frame: starts, resamples and profiles."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import cast

import numpy as np

from scaling_keras.laws.columns import Columns
from scaling_keras.laws.forms.base import Floats, Form
from scaling_keras.laws.forms.constrained import Constrained
from scaling_keras.laws.objectives import Objective
from scaling_keras.laws.solver import (
    MAX_STEPS,
    PATIENT_MAX_STEPS,
    QUICK_MAX_STEPS,
    Solution,
    huber_sum,
    solve,
)
from scaling_keras.laws.uncertainty import resample_weights

N_STARTS = 128
N_PATIENT = 8
SCREEN_STEPS = 40
"""Steps that every start is given; only those near the best, or of the leading, go on."""
_NEAR_BEST = 1.05
N_RESTARTS = 16
RESAMPLE_STEPS = 60
"""Resamples begin near their minima; what moves after so many steps wanders along a flat valley."""
AGREEMENT = 1e-6
_EXACT = 1e-16
"""Objective per row below which a law is met exactly: half the square of 1e-8 in log loss. What is
left is rounding, of which neither the bottom nor how many starts reach it means anything."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Minimum:
    """The best of many starts.

    Attributes:
        theta: Parameters of the form in the solver's frame, shape `(p,)`.
        objective: The minimised sum, in the unit of the objective.
        n_starts: Starts that were tried.
        agreement: Share of them whose minimum is within a relative 1e-6 of the best, or meets the
            rows exactly.
        converged: Whether the best is a minimum, to the working precision, or meets them exactly.
        at_bound: Which parameters ended at a bound, shape `(p,)`; fixed ones did not.
        moved: Largest distance of the minimum from the start it came from, as a share of the box
            that starts are drawn from.
    """

    theta: Floats
    objective: float
    n_starts: int
    agreement: float
    converged: bool
    at_bound: np.ndarray
    moved: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Problem:
    """All that the solver needs besides starts and weights.

    Attributes:
        form: The law.
        columns: The rows.
        objective: What is minimised.
        fixed: Published parameters that are held at a value.
        centre: Origin of the solver's frame.
        z: The variables there.
        y: The target there.
    """

    form: Form
    columns: Columns
    objective: Objective
    fixed: Mapping[str, float]
    centre: Floats
    z: Floats
    y: Floats

    @classmethod
    def of(
        cls,
        form: Form,
        columns: Columns,
        objective: Objective,
        fixed: Mapping[str, float],
        centre: Floats | None = None,
    ) -> Problem:
        """Return the problem of fitting `form` to `columns`, in the frame of those rows."""
        if centre is None:
            centre = form.centre_of(columns.values, columns.observed)
        return cls(
            form=form,
            columns=columns,
            objective=objective,
            fixed=fixed,
            centre=centre,
            z=form.into_frame(columns.values, centre),
            y=form.target_into_frame(columns.observed, centre),
        )

    def best_of_starts(self, rng: np.random.Generator, n_starts: int = N_STARTS) -> Minimum:
        """Minimise from random starts.

        After `SCREEN_STEPS` those go on that are near the best or among the `N_PATIENT` that got
        farthest. If the best is then still on its way, the latter go on to the end.
        """
        law = self._free_form
        starts = rng.uniform(law.start_low, law.start_high, (n_starts, len(law.parameters)))
        solution = self._solve(starts, self.columns.weights, far=True, max_steps=SCREEN_STEPS)
        order = np.argsort(solution.objective)
        near = solution.objective[order] <= solution.objective[order[0]] * _NEAR_BEST
        near[:N_PATIENT] = True
        leading = order[near & ~solution.converged[order]]
        self._go_on(solution, leading, MAX_STEPS)
        best = int(np.argmin(solution.objective))
        if not solution.converged[best]:
            self._go_on(solution, np.argsort(solution.objective)[:N_PATIENT], PATIENT_MAX_STEPS)
            best = int(np.argmin(solution.objective))
        exact = self._exact
        agree = solution.objective <= max(solution.objective[best] * (1 + AGREEMENT), exact)
        box = np.array(law.start_high) - np.array(law.start_low)
        theta = self._expand(solution.theta[best])
        return Minimum(
            theta=theta,
            objective=float(self.total(theta[None], self.columns.weights[None])[0]),
            n_starts=n_starts,
            agreement=float(np.mean(agree)),
            converged=bool(solution.converged[best] or solution.objective[best] <= exact),
            at_bound=self._at_bound(solution.at_bound[best]),
            moved=float(np.max(np.abs(solution.theta[best] - starts[best]) / box)),
        )

    def minima_of_rows(self, rows: np.ndarray, n_starts: int, rng: np.random.Generator) -> Floats:
        """Return the best of a few random starts for each of several parts of the rows.

        The search ends where predictions no longer move.

        Args:
            rows: Masks of the rows to fit, shape `(parts, rows)`.
            n_starts: For each part.
            rng: Source of randomness.

        Returns:
            Shape `(parts, p)`.
        """
        law, shape = self._free_form, (len(rows) * n_starts, len(self._free))
        starts = rng.uniform(law.start_low, law.start_high, shape)
        weights = np.repeat(rows * self.columns.weights, n_starts, axis=0)
        found = self._solve(starts, weights, far=True, max_steps=QUICK_MAX_STEPS)
        best = np.argmin(found.objective.reshape(len(rows), n_starts), axis=1)
        return self._expand(found.theta[best + n_starts * np.arange(len(rows))])

    def _go_on(self, solution: Solution, which: np.ndarray, max_steps: int) -> None:
        """Let some of the problems of a solution descend further, in place."""
        if not len(which):
            return
        further = self._solve(
            solution.theta[which], self.columns.weights, far=False, max_steps=max_steps
        )
        for field in dataclasses.fields(Solution):
            getattr(solution, field.name)[which] = getattr(further, field.name)

    def restart(self, best: Minimum, resamples: Floats) -> Minimum:
        """Return a lower minimum, if one lies below the minima of some of the resamples.

        Where data constrain a law little, the bends of Huber's function leave many minima of nearly
        the same depth, and the way through larger bends leads all starts to one of them. Each
        resample has the bends elsewhere, and so leads on to others.

        References:
            Wood (2001), doi:10.1111/j.0006-341X.2001.00240.x: bootstrap restarting.
        """
        weights = self.columns.weights
        leading = resamples[np.argsort(self.total(resamples, weights[None]))[:N_RESTARTS]]
        solution = self._solve(self._free_part(leading), weights, far=False)
        theta = self._expand(solution.theta)
        totals = self.total(theta, weights[None])
        lowest = int(np.argmin(totals))
        if not (totals[lowest] < best.objective * (1 - AGREEMENT) and solution.converged[lowest]):
            return best
        return dataclasses.replace(
            best,
            theta=theta[lowest],
            objective=float(totals[lowest]),
            agreement=best.agreement if self.is_exact(best.theta[None])[0] else 0.0,
            at_bound=self._at_bound(solution.at_bound[lowest]),
        )

    def resample(self, theta: Floats, n: int, rng: np.random.Generator) -> Floats:
        """Return the minima of `n` bootstrap resamples, shape `(n, p)`."""
        columns = self.columns
        weights = resample_weights(columns.groups, columns.weights, n, rng)
        return self.minima_near(theta, weights)

    def minima_near(
        self, theta: Floats, weights: Floats, *, max_steps: int = RESAMPLE_STEPS
    ) -> Floats:
        """Return the minimum that lies nearest to `theta` under each of several weightings.

        Args:
            theta: Where to begin, shape `(p,)` or `(batch, p)`.
            weights: Shape `(batch, rows)`.
            max_steps: Steps after which a problem that still descends is left where it is.

        Returns:
            Shape `(batch, p)`.
        """
        starts = np.broadcast_to(self._free_part(theta), (len(weights), len(self._free)))
        return self._expand(self._solve(starts, weights, far=False, max_steps=max_steps).theta)

    def fitted(self, theta: Floats) -> Floats:
        """Return the target at the rows in the solver's frame, shape `(batch, rows)`."""
        return self.form.value(theta, self.z)

    def residuals(self, theta: Floats) -> Floats:
        """Return what the objective is a function of, in the solver's frame, `(batch, rows)`."""
        law = self.objective.form_for_solver(self.form)
        off: Floats = law.value(theta, self.z) - self.objective.target_for_solver(self.form, self.y)
        return off

    def total(self, theta: Floats, weights: Floats) -> Floats:
        """Return the objective at each of several parameter vectors, in its own unit."""
        unit = float(np.exp(self.centre[-1]))
        return self.objective.total(self.residuals(theta), weights, unit)

    def is_exact(self, theta: Floats) -> np.ndarray:
        """Return which of several parameter vectors meet the rows up to rounding."""
        weights, delta = self.columns.weights, self.objective.solver_delta
        exact: np.ndarray = huber_sum(self.residuals(theta), weights, delta) <= self._exact
        return exact

    @property
    def _exact(self) -> float:
        """Objective, as the solver has it, up to which the rows are met exactly."""
        return _EXACT * float(self.columns.weights.sum())

    def slopes(self, theta: Floats, z: Floats) -> Floats:
        """Return how fast the law changes with each of `free_parameters`, shape `(free, points)`.

        Args:
            theta: Where, shape `(p,)`.
            z: Points in the solver's frame, shape `(points, variables)`.

        Returns:
            Its derivatives, in the solver's frame, by a move across the box that starts are drawn
            from, which is of the scale of the parameter.
        """
        law = self._free_form
        box = np.array(law.start_high) - np.array(law.start_low)
        jacobian = law.value_and_jacobian(self._free_part(theta)[None], z)[1][0]
        slopes: Floats = box[:, None] * jacobian
        return slopes

    def moved_in_box(self, theta: Floats, which: np.ndarray, share: Floats) -> Floats:
        """Return parameter vectors with some of the free parameters elsewhere in their box.

        Args:
            theta: Shape `(batch, p)`.
            which: Mask of `free_parameters`.
            share: Where in the box that starts are drawn from, in `[0, 1]`; `(batch, which.sum())`.
        """
        law, free = self._free_form, self._free_part(theta).copy()
        low, high = np.array(law.start_low)[which], np.array(law.start_high)[which]
        free[:, which] = low + share * (high - low)
        return self._expand(free)

    @property
    def free_parameters(self) -> tuple[str, ...]:
        """Names of the parameters that are not held."""
        return self._free_form.parameters

    def linearised(self, theta: Floats, parameter: str) -> tuple[Floats, Floats, Floats]:
        """Return the residuals, their derivatives and those of a published parameter.

        Args:
            theta: Where, shape `(p,)`.
            parameter: Its name.

        Returns:
            Shapes `(rows,)`, `(free, rows)` and `(free,)`: by the free components of `theta`.
        """
        law, free = self._free_form, self._free_part(theta)
        jacobian = self.objective.form_for_solver(law).value_and_jacobian(free[None], self.z)[1][0]
        nudged = free + 1e-30j * np.eye(len(free))
        gradient = law.to_params(cast("Floats", nudged), self.centre)[parameter].imag / 1e-30
        return self.residuals(theta[None])[0], jacobian, gradient

    def _solve(
        self, starts: Floats, weights: Floats, *, far: bool, max_steps: int = MAX_STEPS
    ) -> Solution:
        """Minimise over the free parameters from every start."""
        return solve(
            self.objective.form_for_solver(self._free_form),
            self.z,
            self.objective.target_for_solver(self.form, self.y),
            weights,
            starts,
            delta=self.objective.solver_delta,
            far=far,
            max_steps=max_steps,
        )

    @property
    def _free_form(self) -> Form:
        return Constrained(self.form, self.fixed, self.centre) if self.fixed else self.form

    @property
    def _free(self) -> list[int]:
        """Places of the free parameters in `theta`."""
        return [i for i, name in enumerate(self.form.parameters) if name not in self.fixed]

    def _free_part(self, theta: Floats) -> Floats:
        part: Floats = theta[..., self._free]
        return part

    def _expand(self, theta: Floats) -> Floats:
        law = self._free_form
        return law.expand(theta) if isinstance(law, Constrained) else theta

    def _at_bound(self, free: np.ndarray) -> np.ndarray:
        bound = np.zeros(len(self.form.parameters), dtype=bool)
        bound[self._free] = free
        return bound
