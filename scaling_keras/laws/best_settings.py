"""The best learning rate or batch size for each size and data, from runs that tried several."""

from __future__ import annotations

import dataclasses
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.results import Finding
from scaling_keras.laws.rising_metrics import refuse_rising
from scaling_keras.laws.row_options import check_table
from scaling_keras.runs import Exclusion, Run, RunTable

SAME_DATA = 1.02
"""Amounts of data closer than this are one: a batch size rounds them."""
WINDOW = 2.0
"""Values up to this factor from the lowest make the parabola, its two neighbours always. Wider,
the loss rises more steeply towards large learning rates than small, which would move the vertex."""
SETTINGS = ("learning_rate", "batch_size")


@dataclasses.dataclass(frozen=True, kw_only=True)
class BestSettings:
    """The best of the settings that were tried, for each size and amount of data.

    Attributes:
        setting: Name of the column.
        names: Name of the best run of each, as all arrays in the order of size and data.
        n_params: Parameters, shape `(configurations,)`.
        n_examples: Examples seen.
        train_flops: FLOPs of the whole run, `nan` where unknown.
        values: The best setting: the vertex of a parabola in its log where that is bracketed,
            else the lowest run's.
        loss: The lowest loss.
        n_tried: How many values were tried, diverged ones among them.
        smoothed: Whether the value is that of a parabola.
        at_edge: Whether the lowest is the smallest or largest value tried, so that the best may
            lie beyond. A fit leaves these out.
        excluded: Runs that could not be used, with reasons.
        warnings: Findings on them.
    """

    setting: str
    names: tuple[str, ...]
    n_params: Floats
    n_examples: Floats
    train_flops: Floats
    values: Floats
    loss: Floats
    n_tried: np.ndarray
    smoothed: np.ndarray
    at_edge: np.ndarray
    excluded: tuple[Exclusion, ...]
    warnings: tuple[Finding, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values; unknown FLOPs as None."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        for name, value in values.items():
            if isinstance(value, np.ndarray):
                values[name] = value.tolist()
        values["train_flops"] = [None if np.isnan(c) else c for c in self.train_flops.tolist()]
        values["names"] = list(self.names)
        for name in ("excluded", "warnings"):
            values[name] = [dataclasses.asdict(item) for item in values[name]]
        return values


def best_settings(runs: RunTable, setting: str = "learning_rate") -> BestSettings:
    """Return the best value of a setting for each size and amount of data.

    Runs of one `n_params` and, within 2 %, one `n_examples` are compared. At each value of the
    setting counts the lowest loss over all else that was varied, seeds averaged. The lowest of
    these, its two neighbours and any others within a factor of two give a parabola in the log of
    the setting, whose vertex is the best: a grid's own lowest value is off by up to half a step.
    A run that diverged bounds the best from its side, but has no part in the parabola. `laws.fit`
    of an `optimal_...` form does this by itself when it is given a table.

    Args:
        runs: The runs, with the setting among their facts or hyperparameters.
        setting: Name of the column, positive.

    Raises:
        FitError: If no run is usable and has the setting.

    Example:
    >>> from scaling_keras.runs import Run
    >>> runs = RunTable(runs=tuple(
    ...     Run(name=f"lr={lr}", n_params=1e6, n_examples=2e7, facts={"learning_rate": lr},
    ...         loss=2 + 0.05 * np.log(lr / 3e-3) ** 2)
    ...     for lr in (5e-4, 1e-3, 2e-3, 4e-3, 8e-3)))
    >>> f"{best_settings(runs).values[0]:.4f}"
    '0.0030'
    """
    check_table("runs", runs)
    refuse_rising(f"The best {setting}", [run.loss_name for run in runs])
    tried, excluded = _tried(runs, setting)
    if not tried:
        raise FitError(
            f"`setting` must be a number that completed runs recorded, positive. Received: "
            f"{setting!r}, of which {len(runs)} runs have none. Log it as a hyperparameter, or add "
            f"it as a column."
        )
    rows = [_best_of(group) for group in _configurations(tried)]
    if not rows:
        raise FitError(
            f"The best {setting} needs runs that completed. Received: {len(tried)} runs with one, "
            f"all of which diverged. Add runs with smaller values."
        )
    columns: dict[str, Any] = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return BestSettings(
        setting=setting,
        excluded=excluded,
        warnings=tuple(_edge_findings(setting, rows)),
        **{**columns, "names": tuple(row["names"] for row in rows)},
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Tried:
    """A run with its setting; its loss is infinite if it diverged."""

    run: Run
    value: float
    loss: float
    others: str


def _tried(runs: RunTable, setting: str) -> tuple[list[_Tried], tuple[Exclusion, ...]]:
    """Return the runs that say something of the setting, and those that don't."""
    usable = runs.completed()
    diverged = [run for run in runs if run.status == "diverged" and run.n_params > 0]
    kept = {run.name for run in (*usable, *diverged)}
    known = {
        name: dict(zip((run.name for run in runs), runs[name], strict=True))
        for name in {setting, *SETTINGS}
        if name in runs.columns
    }
    found, lacking = [], []
    for run in runs:
        if run.name not in kept:
            continue
        value = float(known.get(setting, {}).get(run.name, np.nan))
        if not (np.isfinite(value) and value > 0):
            lacking.append(Exclusion(name=run.name, reason=f"it has no {setting}"))
            continue
        others = {**dict(run.facts.get("hyperparameters") or {})}
        others |= {name: float(column[run.name]) for name, column in known.items()}
        others = {k: v for k, v in others.items() if k not in ("seed", setting)}
        text = json.dumps(others, sort_keys=True, default=str)
        loss = np.inf if run.status == "diverged" else run.loss
        found.append(_Tried(run=run, value=value, loss=loss, others=text))
    return found, (*usable.excluded, *lacking)


def _configurations(tried: Sequence[_Tried]) -> Iterator[list[_Tried]]:
    """Yield the runs of each size and amount of data, in their order.

    A run that diverged stopped early, so it is counted with every amount of data that is no
    smaller than what it saw.
    """
    by_size: defaultdict[float, list[_Tried]] = defaultdict(list)
    for item in tried:
        by_size[item.run.n_params].append(item)
    for size in sorted(by_size):
        diverged = [item for item in by_size[size] if np.isinf(item.loss)]
        completed = [item for item in by_size[size] if np.isfinite(item.loss)]
        completed.sort(key=lambda item: item.run.n_examples)
        group: list[_Tried] = []
        for item in completed:
            if group and item.run.n_examples > SAME_DATA * group[-1].run.n_examples:
                yield [*group, *_short_of(diverged, group)]
                group = []
            group.append(item)
        if group:
            yield [*group, *_short_of(diverged, group)]


def _short_of(diverged: Sequence[_Tried], group: Sequence[_Tried]) -> list[_Tried]:
    most = SAME_DATA * max(item.run.n_examples for item in group)
    return [item for item in diverged if not item.run.n_examples > most]


def _best_of(group: Sequence[_Tried]) -> dict[str, Any]:
    """Return the row of one configuration, at least one of whose runs completed."""
    by_value: defaultdict[float, defaultdict[str, list[float]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for item in group:
        by_value[item.value][item.others].append(item.loss)
    values = np.array(sorted(by_value))
    losses = np.array(
        [min(float(np.mean(seeds)) for seeds in by_value[v].values()) for v in values]
    )
    lowest = int(np.argmin(losses))
    completed = [item for item in group if np.isfinite(item.loss)]
    winner = min((i for i in completed if i.value == values[lowest]), key=lambda i: i.loss).run
    at_edge = lowest in (0, len(values) - 1)
    vertex = None if at_edge else _vertex(np.log(values), losses, lowest)
    flops = [item.run.train_flops for item in completed]
    return {
        "names": winner.name,
        "n_params": winner.n_params,
        "n_examples": float(np.mean([item.run.n_examples for item in completed])),
        "train_flops": float(np.mean(flops)),
        "values": float(values[lowest] if vertex is None else np.exp(vertex)),
        "loss": float(losses[lowest]),
        "n_tried": len(values),
        "smoothed": vertex is not None,
        "at_edge": at_edge,
    }


def _vertex(logs: Floats, losses: Floats, lowest: int) -> float | None:
    """Return where a parabola around the lowest point has its minimum, None if there is none."""
    left, right = lowest - 1, lowest + 1
    excess = losses - losses[lowest]
    if not (np.isfinite(excess[left]) and np.isfinite(excess[right])):
        return None
    x = logs - logs[lowest]
    near = np.isfinite(excess) & (np.abs(x) <= np.log(WINDOW))
    near[left : right + 1] = True
    curvature, slope, _ = np.polyfit(x[near], excess[near], 2)
    if curvature <= 0:
        return None
    vertex = logs[lowest] - slope / (2 * curvature)
    return float(vertex) if logs[left] <= vertex <= logs[right] else None


def _edge_findings(setting: str, rows: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    edges = [row for row in rows if row["at_edge"]]
    if edges:
        first = edges[0]
        yield Finding(
            code="optimum_at_edge",
            message=f"For {len(edges)} of {len(rows)} combinations of size and data the best "
            f"{setting} is the smallest or largest of those tried, so the best may lie beyond "
            f"(n_params={first['n_params']:.3g}, n_examples={first['n_examples']:.3g}: "
            f"{first['values']:.3g}, of {first['n_tried']}); a fit leaves them out. Try values on "
            f"the far side.",
        )
