"""Approach 1 of Hoffmann et al.: the lower envelope of training curves."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from scaling_keras.errors import ConvergenceError, FitError, TooFewRunsError
from scaling_keras.laws.envelope_curves import TrainingCurve, curves_of_arrays, curves_of_table
from scaling_keras.laws.fit_result import Fit, check_level
from scaling_keras.laws.fitting import fit
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.frontier_line import (
    FrontierLine,
    FrontierPoint,
    describe_line,
    line_operator,
    point_on,
)
from scaling_keras.laws.results import Finding, Interval
from scaling_keras.laws.row_options import check_data
from scaling_keras.laws.uncertainty import check_resampling
from scaling_keras.runs import Exclusion, RunTable

MIN_SIZES = 3
"""A size can be the best of those trained only with one below and one above it."""
MIN_WINNERS = 3
"""Sizes on the envelope from which it shows a trend rather than one step."""
AT_EDGE = 0.2
"""Share of the envelope at the edge of the sizes from which it is the sweep's own."""
GRID_PER_DECADE = 40


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Envelope:
    """The lowest loss of any run at each amount of compute, and what it says of the frontier.

    Attributes:
        train_flops: Amounts of compute, evenly spaced in logs, rising, shape `(points,)`.
        run: Name of the run with the lowest loss at each.
        n_params: Its size.
        n_examples: The examples it had seen.
        loss: Its loss, smoothed.
        bracketed: Whether runs of smaller and of larger size were there to be compared with.
            Only these points enter the power laws: at the ends of a sweep the best run is merely
            the smallest or largest one.
        size_line: `N_opt` against compute; None if fewer than three sizes are on the bracketed
            envelope.
        data_line: `D_opt` against compute.
        loss_law: A `power_law_floor` of the loss against compute, fitted to the envelope and
            resampled by runs; None where it can't be fitted.
        skip: Share of each run that was left out at its start.
        level: Share that the intervals are meant to contain, in `(0, 1)`.
        n_runs: Curves that were used.
        excluded: Runs of the table that were left out, with reasons.
        findings: What a careful reader should know.
    """

    train_flops: Floats
    run: tuple[str, ...]
    n_params: Floats
    n_examples: Floats
    loss: Floats
    bracketed: npt.NDArray[np.bool_]
    size_line: FrontierLine | None
    data_line: FrontierLine | None
    loss_law: Fit | None = dataclasses.field(repr=False)
    skip: float
    level: float
    n_runs: int
    excluded: tuple[Exclusion, ...]
    findings: tuple[Finding, ...]

    @property
    def exponents(self) -> dict[str, Interval]:
        """`frontier_param_exponent` (a) and `frontier_data_exponent` (b), if identified."""
        if self.size_line is None or self.data_line is None:
            return {}
        return {
            "frontier_param_exponent": self.size_line.exponent,
            "frontier_data_exponent": self.data_line.exponent,
        }

    def predict(self, train_flops: Any) -> FrontierPoint:
        """Return the compute-optimal size and data at other budgets.

        Args:
            train_flops: Budgets, a number or a one-dimensional array, positive and finite.

        Raises:
            FitError: If the envelope shows no trend, or a budget is not positive and finite.
        """
        if self.size_line is None or self.data_line is None:
            raise FitError(
                f"A prediction needs {MIN_WINNERS} sizes on the envelope, each between smaller "
                f"and larger ones. Received: {len(set(self.n_params[self.bracketed].tolist()))}. "
                f"Train more sizes, or train them longer."
            )
        return point_on(
            self.size_line, self.data_line, train_flops, self.train_flops[self.bracketed]
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain, JSON-able values; the loss law without its resamples."""
        return {
            "train_flops": self.train_flops.tolist(),
            "run": list(self.run),
            "n_params": self.n_params.tolist(),
            "n_examples": self.n_examples.tolist(),
            "loss": self.loss.tolist(),
            "bracketed": self.bracketed.tolist(),
            "size_line": self.size_line.to_dict() if self.size_line else None,
            "data_line": self.data_line.to_dict() if self.data_line else None,
            "loss_law": self.loss_law.to_dict(resamples=False) if self.loss_law else None,
            "skip": self.skip,
            "level": self.level,
            "n_runs": self.n_runs,
            "excluded": [dataclasses.asdict(item) for item in self.excluded],
            "findings": [dataclasses.asdict(item) for item in self.findings],
        }


def envelope(
    data: RunTable | Mapping[str, Any] | None = None,
    *,
    run: Any = None,
    n_params: Any = None,
    n_examples: Any = None,
    loss: Any = None,
    train_flops: Any = None,
    metric: str | None = None,
    constant_schedule: bool = False,
    skip: float = 0.1,
    smooth: float = 0.1,
    level: float = 0.9,
    n_resamples: int = 1000,
    seed: int | np.random.Generator | None = 0,
) -> Envelope:
    """Find the run with the lowest loss at each amount of compute, and how its size grows.

    Power laws of size and data against compute are fitted to the points of the lower envelope
    that lie between smaller and larger runs. Intervals come from drawing whole runs anew.

    A point in the middle of a run whose learning rate still has to decay lies above what a run
    that ends there would reach. The envelope then compares runs at different shares of their
    schedules, which is one reason why the exponents of Kaplan et al. and Hoffmann et al. differ;
    the finding `unmatched_schedules` says so unless rates are constant.

    Args:
        data: A `RunTable` whose runs have curves, or a mapping of columns, a row per point.
        run: Which run each point belongs to: labels, shape `(points,)`. With a mapping, may name
            the column; so for the others.
        n_params: Parameters of the run, the same at each of its points.
        n_examples: Examples seen at each point.
        loss: Loss at each point, positive; points that are not finite are left out, with a
            finding that counts them.
        train_flops: Compute spent at each point, `6 N D` if not said, with a finding.
        metric: For a table, the curve to take; by default the one each run's loss comes from.
        constant_schedule: Whether learning rates were constant, so that every point is what a run
            ending there would reach. For a table it is read from what the runs logged.
        skip: Share of each run's examples to leave out at its start, in `[0, 1)`: there the loss
            follows warm-up and initialisation, not the law.
        smooth: Half width in log compute of the window over which curves are smoothed by local
            straight lines; 0 joins the points. An envelope of noisy curves lies below them all.
        level: Share that intervals are meant to contain, in `(0, 1)`.
        n_resamples: Bootstrap resamples, at least 100.
        seed: Of the resamples: a whole number, a generator, or None for a fresh one.

    Returns:
        The envelope and the power laws along it.

    Raises:
        FitError: If an argument can't be used.
        TooFewRunsError: If there are fewer than three sizes with a curve.

    Example:
    >>> import numpy as np
    >>> from scaling_keras import laws
    >>> sizes = np.geomspace(1e7, 1e9, 12)
    >>> n, share = (a.ravel() for a in np.meshgrid(sizes, np.geomspace(0.01, 1, 60)))
    >>> d = 400 * n * share
    >>> found = laws.envelope(run=n, n_params=n, n_examples=d, train_flops=6 * n * d, skip=0.01,
    ...                       loss=1.69 + 406.4 / n**0.34 + 410.7 / d**0.28)
    >>> f"{found.size_line.exponent.value:.2f}"
    '0.45'

    References:
        Hoffmann et al., arXiv:2203.15556, section 3.1. Dropping the start of runs:
        Choshen et al., arXiv:2410.11840.
    """
    check_level(level)
    check_resampling(n_resamples, seed)
    check_data(data)
    _check_options(skip, smooth)
    if isinstance(data, RunTable):
        curves, excluded, notes = curves_of_table(data, metric, constant_schedule)
    else:
        given = {
            "run": run,
            "n_params": n_params,
            "n_examples": n_examples,
            "loss": loss,
            "train_flops": train_flops,
        }
        curves, excluded, notes = curves_of_arrays(data, given, constant_schedule)
    curves = [curve.after(skip) for curve in curves]
    _check_enough(curves, excluded)
    grid = _grid(curves)
    losses = np.stack([curve.smoothed(grid, smooth) for curve in curves])
    sizes = np.array([curve.n_params for curve in curves])
    examples = np.stack([curve.examples(grid) for curve in curves])
    winner, bracketed = _winners(losses, sizes)
    best = losses[winner, np.arange(len(grid))]
    seen = examples[winner, np.arange(len(grid))]
    rng = np.random.default_rng(seed)
    drawn, failed = _draw_lines(grid, losses, sizes, examples, n_resamples, rng)
    size_line, data_line = _described(
        grid, _lines(grid, sizes[winner], seen, bracketed), drawn, bracketed, level
    )
    at_edge = _edge_share(losses, sizes, bracketed)
    return Envelope(
        train_flops=grid,
        run=tuple(curves[index].name for index in winner),
        n_params=sizes[winner],
        n_examples=seen,
        loss=best,
        bracketed=bracketed,
        size_line=size_line,
        data_line=data_line,
        loss_law=_loss_law(grid, best, winner, bracketed, n_resamples, seed),
        skip=skip,
        level=level,
        n_runs=len(curves),
        excluded=excluded,
        findings=(*notes, *_findings(size_line, failed, at_edge)),
    )


def _described(
    grid: Floats, lines: Floats | None, drawn: Floats, bracketed: np.ndarray, level: float
) -> tuple[FrontierLine | None, FrontierLine | None]:
    """Return the lines of size and data with their intervals."""
    if lines is None:
        return None, None
    size, data = (
        describe_line(
            lines[index],
            drawn[:, index],
            centre=float(np.log(grid).mean()),
            level=level,
            n_points=int(bracketed.sum()),
        )
        for index in (0, 1)
    )
    return size, data


def _check_options(skip: float, smooth: float) -> None:
    if not 0 <= skip < 1:
        raise FitError(
            f"`skip` must be a share of each run, from 0 to below 1. Received: skip={skip!r}. "
            f"Pass 0.1 to leave out the first tenth."
        )
    if not (np.isfinite(smooth) and smooth >= 0):
        raise FitError(
            f"`smooth` must be a half width in log compute, 0 or more. Received: "
            f"smooth={smooth!r}. Pass 0.1 for windows of about 10 % to each side."
        )


def _check_enough(curves: Sequence[TrainingCurve], excluded: Sequence[Exclusion]) -> None:
    sizes = {curve.n_params for curve in curves}
    if len(sizes) < MIN_SIZES:
        left_out = "; ".join(f"{item.name} ({item.reason})" for item in excluded[:3])
        raise TooFewRunsError(
            f"An envelope needs curves of at least {MIN_SIZES} sizes. Received: {len(sizes)}"
            f"{f' after leaving out {len(excluded)}: {left_out}' if excluded else ''}. Train more "
            f"sizes, and log their curves."
        )


def _grid(curves: Sequence[TrainingCurve]) -> Floats:
    """Return amounts of compute, evenly spaced in logs, from the first curve to the last."""
    low = min(curve.log_flops[0] for curve in curves)
    high = max(curve.log_flops[-1] for curve in curves)
    n_points = max(2, int(np.ceil((high - low) / np.log(10) * GRID_PER_DECADE)) + 1)
    return np.exp(np.linspace(low, high, n_points))


def _winners(losses: Floats, sizes: Floats) -> tuple[npt.NDArray[np.intp], np.ndarray]:
    """Return the run with the lowest loss at each place, and whether others stood around it.

    Args:
        losses: Shape `(runs, places)`; `nan` where a run has no curve.
        sizes: Shape `(runs,)`.
    """
    filled = np.where(np.isfinite(losses), losses, np.inf)
    winner = np.argmin(filled, axis=0)
    there = np.isfinite(losses)
    smallest = np.where(there, sizes[:, None], np.inf).min(axis=0)
    largest = np.where(there, sizes[:, None], -np.inf).max(axis=0)
    return winner, (smallest < sizes[winner]) & (sizes[winner] < largest)


def _lines(grid: Floats, size: Floats, seen: Floats, bracketed: np.ndarray) -> Floats | None:
    """Return exponent and height of size and data, shape `(2, 2)`; None without a trend."""
    if len(np.unique(size[bracketed])) < MIN_WINNERS:
        return None
    log_c = np.log(grid)
    operator = line_operator((log_c - log_c.mean())[bracketed], np.ones(int(bracketed.sum())))
    return np.stack([operator @ np.log(each[bracketed]) for each in (size, seen)])


def _draw_lines(
    grid: Floats,
    losses: Floats,
    sizes: Floats,
    examples: Floats,
    n_resamples: int,
    rng: np.random.Generator,
) -> tuple[Floats, float]:
    """Return the lines of resamples of whole runs, and the share of those without a trend.

    Runs are ranked by loss and by size once, as `_winners` would in each resample: its best is
    then the first in the ranking that was drawn.
    """
    there = np.isfinite(losses.T)
    by_loss = np.argsort(np.where(there, losses.T, np.inf), axis=1, kind="stable")
    by_size = np.argsort(sizes, kind="stable")
    there_by_size, ranked = there[:, by_size], sizes[by_size]
    places = np.arange(len(grid))
    drawn = []
    for _ in range(n_resamples):
        runs = np.zeros(len(sizes), dtype=bool)
        runs[rng.integers(len(sizes), size=len(sizes))] = True
        winner = by_loss[places, np.argmax(runs[by_loss], axis=1)]
        present = there_by_size & runs[by_size]
        smallest = ranked[np.argmax(present, axis=1)]
        largest = ranked[::-1][np.argmax(present[:, ::-1], axis=1)]
        size = sizes[winner]
        bracketed = there[places, winner] & (smallest < size) & (size < largest)
        lines = _lines(grid, size, examples[winner, places], bracketed)
        if lines is not None:
            drawn.append(lines)
    return np.array(drawn).reshape(-1, 2, 2), 1 - len(drawn) / n_resamples


def _loss_law(
    grid: Floats,
    loss: Floats,
    winner: npt.NDArray[np.intp],
    bracketed: np.ndarray,
    n_resamples: int,
    seed: int | np.random.Generator | None,
) -> Fit | None:
    """Return the loss along the envelope as a law of compute, None where it can't be fitted."""
    try:
        return fit(
            "power_law_floor",
            x=grid[bracketed],
            loss=loss[bracketed],
            groups=winner[bracketed],
            n_resamples=n_resamples,
            seed=seed,
        )
    except (TooFewRunsError, ConvergenceError):
        return None


def _edge_share(losses: Floats, sizes: Floats, bracketed: np.ndarray) -> float:
    """Return the share of places with three sizes or more whose best is the least or largest."""
    present = np.array([len(np.unique(sizes[np.isfinite(column)])) for column in losses.T])
    compared = present >= MIN_SIZES
    return float(1 - bracketed[compared].mean()) if compared.any() else 1.0


def _findings(line: FrontierLine | None, failed: float, at_edge: float) -> Iterator[Finding]:
    """Yield what can be said of the lines."""
    if line is not None and at_edge > AT_EDGE:
        yield Finding(
            code="envelope_at_edge",
            message=f"At {at_edge:.0%} of the amounts of compute where three sizes or more can be "
            f"compared, the best is the smallest or the largest of them: the exponents follow "
            f"which runs were made. Train more sizes, or each for longer, or lower `skip`.",
        )
    if line is None:
        yield Finding(
            code="short_envelope",
            message=f"Fewer than {MIN_WINNERS} sizes are the best of those around them at some "
            f"amount of compute, so no exponent can be told. Train more sizes, or longer.",
        )
    elif failed > 0.1:
        yield Finding(
            code="few_curves",
            message=f"In {failed:.0%} of the resamples too few runs are left on the envelope for "
            f"an exponent, so the interval is too narrow. Train more sizes.",
        )
