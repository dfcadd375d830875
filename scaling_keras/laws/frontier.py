"""Compute-optimal size and data, and what one example costs at each size."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.forms.base import Floats, Form

FALLBACK_FLOPS_PER_PARAM = 6.0
"""FLOPs per parameter and example of a dense network: 2 forward, 4 backward.

Kaplan et al., arXiv:2001.08361, section 2.1.
"""

MIN_COST_EXPONENT = 0.1
"""Below it the FLOPs of an example hardly rise with the size, or fall: then a budget buys any
size, and no split of it is best."""
MAX_COST_MISS = 10.0
"""Factor by which a run's FLOPs may miss the power law before that says nothing of them."""

_WIDEST = 230.0
"""Largest log of a size: beyond it a double overflows soon."""
_GRID = 257


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExampleCost:
    """Training FLOPs of one example as a power law of the size: `coef * N**exponent`.

    Attributes:
        coef: FLOPs at `N = 1`.
        exponent: 1 for models whose every parameter works once on each example.
        counted: Whether it was fitted to counted FLOPs; else it is the fallback `6 N`, also
            where there are such but no power law of the size can be made of them.
        max_error: Largest relative deviation of the runs' counted FLOPs from it.
    """

    coef: float = FALLBACK_FLOPS_PER_PARAM
    exponent: float = 1.0
    counted: bool = False
    max_error: float = 0.0

    def __call__(self, n_params: Any) -> Floats:
        """Return the FLOPs of one example for models of `n_params`."""
        cost: Floats = self.coef * np.asarray(n_params, dtype=np.float64) ** self.exponent
        return cost


def fit_example_cost(n_params: Floats, train_flops_per_example: Floats) -> ExampleCost:
    """Return the cost of an example as the runs' counted FLOPs show it.

    A straight line in logs by least squares over the distinct sizes; with fewer than three of
    them the exponent stays 1. The FLOPs are not `6 N` in general: attention, tied embeddings and
    convolutions break the proportion, for a ResNet50 by a factor of 149. A line with an exponent
    below `MIN_COST_EXPONENT`, or that misses a run by more than `MAX_COST_MISS`, isn't used:
    `6 N` is returned, with how far the FLOPs are from that.

    Args:
        n_params: Parameters of each run; may be empty.
        train_flops_per_example: Counted FLOPs of each, positive, `nan` where unknown.
    """
    known = np.isfinite(train_flops_per_example)
    if not known.any():
        return ExampleCost()
    pairs = np.unique(np.stack([n_params[known], train_flops_per_example[known]], 1), axis=0)
    size, cost = np.log(pairs).T
    exponent = 1.0
    if len(np.unique(size)) >= 3:
        exponent = float(np.polyfit(size, cost, 1)[0])
    level = float(np.mean(cost - exponent * size))
    misses = cost - exponent * size - level
    if exponent < MIN_COST_EXPONENT or np.abs(misses).max() > np.log(MAX_COST_MISS):
        assumed = cost - size - np.log(FALLBACK_FLOPS_PER_PARAM)
        return ExampleCost(max_error=_largest(assumed))
    return ExampleCost(
        coef=float(np.exp(level)), exponent=exponent, counted=True, max_error=_largest(misses)
    )


def _largest(misses: Floats) -> float:
    """Return the largest relative deviation of logs that miss by so much."""
    return float(np.abs(np.expm1(misses)).max())


def optimal_n_params(
    form: Form, theta: Floats, centre: Floats, cost: ExampleCost, train_flops: Floats
) -> Floats:
    """Return the size that reaches the lowest loss of a surface for each budget.

    Minimises the loss subject to `C = k N**q D`. If it rises with `A / N**alpha + B / D**beta`
    alone (`Form.power_terms`), setting the derivative by `log N` to zero, `alpha A N**-alpha =
    q beta B D**-beta` with `D = C / (k N**q)`, gives
    `N = (alpha A / (q beta B) * (C / k)**beta) ** (1 / (alpha + q beta))`; with `q = 1` this is
    equation 4 of Hoffmann et al., arXiv:2203.15556. Other laws are searched on a grid of sizes,
    with a parabola through the three lowest.

    Args:
        form: A law of `n_params` and `n_examples`.
        theta: Its parameters in the solver's frame, shape `(draws, p)`.
        centre: Origin of that frame.
        cost: What an example costs.
        train_flops: Budgets `C`, shape `(budgets,)`.

    Returns:
        Shape `(draws, budgets)`.

    Raises:
        FitError: If an exponent is negative, as one may be held to be.
    """
    terms = form.power_terms(
        {name: draws[:, None] for name, draws in form.to_params(theta, centre).items()}
    )
    if terms is None:
        searched: Floats = np.exp(_search(form, theta, centre, cost, train_flops))
        return searched
    param_coef, alpha, data_coef, beta = terms
    if np.any(alpha < 0) or np.any(beta < 0):
        raise FitError(
            f"A best size needs a loss that falls with size and data. Received: a `{form.name}` "
            f"fit with an exponent below 0. Let the data choose it, or hold it above 0."
        )
    q = cost.exponent
    # A term that does nothing, as with an exponent held at 0, or everything has a log all the same.
    bounds = np.finfo(np.float64)
    slope_n, slope_d = (
        np.log(np.clip(term, bounds.tiny, bounds.max))
        for term in (alpha * param_coef, q * beta * data_coef)
    )
    total = np.maximum(alpha + q * beta, bounds.tiny)
    log_n = (slope_n - slope_d + beta * np.log(train_flops / cost.coef)) / total
    # A draw with a vanishing exponent would put everything into size or into data.
    sizes: Floats = np.exp(np.clip(log_n, -_WIDEST, _WIDEST))
    return sizes


def _search(
    form: Form, theta: Floats, centre: Floats, cost: ExampleCost, train_flops: Floats
) -> Floats:
    """Return the log of the best sizes, shape `(draws, budgets)`, by search on a grid."""
    found = np.empty((len(theta), len(train_flops)))
    for column, budget in enumerate(train_flops):
        # Between one parameter and the size whose single example takes the whole budget.
        low, high = 0.0, max(np.log(budget / cost.coef) / cost.exponent, 1.0)
        for _ in range(2):
            log_n = np.linspace(low, high, _GRID)
            best = _lowest(form, theta, centre, cost, budget, log_n)
            # The draws lie around one another: the second grid is finer, and around them all.
            step = log_n[1] - log_n[0]
            low, high = max(0.0, best.min() - 2 * step), best.max() + 2 * step
        found[:, column] = best
    return found


def _lowest(
    form: Form, theta: Floats, centre: Floats, cost: ExampleCost, budget: float, log_n: Floats
) -> Floats:
    """Return where on the grid each draw is lowest, refined by a parabola, shape `(draws,)`."""
    log_d = np.log(budget) - np.log(cost.coef) - cost.exponent * log_n
    by_name = {"n_params": np.exp(log_n), "n_examples": np.exp(log_d)}
    values = np.stack([by_name[name] for name in form.variables], axis=1)
    loss = form.value(theta, form.into_frame(values, centre))
    middle = np.clip(np.argmin(loss, axis=1), 1, len(log_n) - 2)
    rows = np.arange(len(theta))
    left, here, right = (loss[rows, middle + shift] for shift in (-1, 0, 1))
    bend = left - 2 * here + right
    shift = np.where(bend > 0, 0.5 * (left - right) / np.where(bend > 0, bend, 1.0), 0.0)
    lowest: Floats = log_n[middle] + np.clip(shift, -1.0, 1.0) * (log_n[1] - log_n[0])
    return lowest
