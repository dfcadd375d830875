"""Designs that buy runs of a sweep one by one: where each stands as its FLOPs grow."""

from __future__ import annotations

import contextlib
import dataclasses

import numpy as np

from scaling_keras import laws
from scaling_keras.errors import FitError
from scaling_keras.tuner.designs.buying import Goal, Purchase, choose, width_at
from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.sweep import plan_trial

LEVEL = 0.9
START_SHARE, N_START = 0.002, 9
N_RESAMPLES, N_CHECKED = 100, 150
"""Resamples of the fits on the way, and of those that a design is looked at by."""
GROWTH = 1.1
"""A design is looked at whenever its FLOPs have grown by so much."""
N_SURE = 15
"""Runs before a sweep may end."""
STRETCHES = np.geomspace(0.5, 16, 200)


def with_costs(rows):
    """Return the rows of a set with `6 N D` as cost where the file has it overflowed."""
    rows = rows.copy()
    if (rows["train_flops"] <= 0).any():
        rows["train_flops"] = 6 * rows["n_params"] * rows["n_examples"]
    return rows


def pool_of(rows):
    """Return the runs that can be bought, and what each would turn out to reach."""
    pool, outcomes = [], {}
    for index, row in enumerate(rows):
        plan = plan_trial({"row": index}, int(row["n_examples"]), 0)
        pool.append(
            Purchase(
                plan=plan,
                n_params=float(row["n_params"]),
                n_examples=float(row["n_examples"]),
                train_flops=float(row["train_flops"]),
            )
        )
        outcomes[plan.name] = TrialOutcome(
            status="completed", metrics={"val_loss": float(row["loss"])}
        )
    return sorted(pool, key=lambda bought: bought.train_flops), outcomes


@dataclasses.dataclass(frozen=True, kw_only=True)
class Look:
    """Where a design stands after some of its runs.

    Attributes:
        flops: What they cost.
        n_runs: How many.
        width: Width of the interval at the target, in logs.
        misses: How far each held-out run lies from its prediction, relative to the interval's
            half-width on that side.
        error: Root mean square of the predictions' errors, in logs.
    """

    flops: float
    n_runs: int
    width: float
    misses: np.ndarray
    error: float


def look(goal, fit, bought, test):
    """Return where a design stands with a law."""
    p = fit.predict(n_params=test["n_params"], n_examples=test["n_examples"])
    mean, low, high, reached = (np.log(x) for x in (p.mean, p.low, p.high, test["loss"]))
    half = np.where(reached < mean, mean - low, high - mean)
    return Look(
        flops=spent_on(bought),
        n_runs=len(bought),
        width=width_at(goal, fit),
        misses=np.abs(reached - mean) / half,
        error=float(np.sqrt(np.mean((reached - mean) ** 2))),
    )


def law_of(bought, outcomes, *, check_held_out):
    """Return the law of the runs bought, as an adaptive sweep fits it but for the resamples."""
    return laws.fit(
        "chinchilla",
        {
            "n_params": [run.n_params for run in bought],
            "n_examples": [run.n_examples for run in bought],
            "loss": [outcomes[run.plan.name].metrics["val_loss"] for run in bought],
            "train_flops_per_example": [run.train_flops / run.n_examples for run in bought],
        },
        n_resamples=N_CHECKED if check_held_out else N_RESAMPLES,
        check_held_out=check_held_out,
    )


def spent_on(bought):
    return sum(purchase.train_flops for purchase in bought)


def looks(goal, pool, outcomes, test, order=None):
    """Return where a design stands as its FLOPs grow, bought by choice or in an order."""
    bought, seen = start(pool) if order is None else list(order[:7]), []
    while True:
        left = [p for p in (pool if order is None else order) if p not in bought]
        due = not left or not seen or spent_on(bought) >= GROWTH * seen[-1].flops
        chosen = None
        if due or order is None:
            with contextlib.suppress(FitError):
                fit = law_of(bought, outcomes, check_held_out=due)
                if due:
                    seen.append(look(goal, fit, bought, test))
                if order is None and left:
                    chosen = choose(goal, fit, left).chosen
        if not left:
            return seen
        bought.append(chosen or left[0])


def stop(seen, width, stretch=1.0):
    """Return the first look whose interval, stretched, is as narrow as wanted; the last if none."""
    enough = (x for x in seen if x.n_runs >= N_SURE and stretch * x.width <= width)
    return next(enough, seen[-1])


def cover(paths, widths, stretch):
    """Return the share of held-out runs inside the stretched intervals where they stop."""
    stops = [stop(seen, width, stretch) for seen, width in zip(paths, widths, strict=True)]
    return float(np.mean([np.mean(x.misses <= stretch) for x in stops]))


def stretch_to_cover(paths, widths):
    """Return the least factor on all intervals of a design with which they hold what they say."""
    return next(s for s in STRETCHES if cover(paths, widths, s) >= LEVEL)


def within(seen, error):
    """Return the look from which on the error stays below one."""
    above = [k for k, x in enumerate(seen) if x.error > error]
    return seen[min(above[-1] + 1, len(seen) - 1)] if above else seen[0]


def start(pool):
    """Return nine runs as far apart as a small share of the FLOPs allows.

    The sweep begins with its smallest sizes and amounts that are apart, which a pool of runs that
    happened to be made need not have.
    """
    share = START_SHARE * sum(purchase.train_flops for purchase in pool)
    few = [purchase for purchase in pool if purchase.train_flops <= share / 3]
    return spread(few if len(few) >= N_START else pool[:N_START])[:N_START]


def factorial_pool(pool):
    """Return the pool as a full grid that grows in compute: the cheapest runs first."""
    return list(pool)


def spread(pool):
    """Return the pool as an ever finer grid over all of it, from corner to corner."""
    n, d = (np.log([getattr(p, name) for p in pool]) for name in ("n_params", "n_examples"))
    n, d = ((x - x.min()) / max(np.ptp(x), 1e-9) for x in (n, d))
    order = [int(np.argmin(n + d))]
    while len(order) < len(pool):
        far = np.min([(n - n[k]) ** 2 + (d - d[k]) ** 2 for k in order], axis=0)
        order.append(int(np.argmax(far)))
    return [pool[k] for k in order]


def by_ratio(pool):
    """Return the pool as a ladder about the usual ratio of data to size that grows wider."""
    ratios = np.log([p.n_examples / p.n_params for p in pool])
    return [pool[k] for k in np.argsort(np.abs(ratios - np.median(ratios)), kind="stable")]


GROWING = {"full grid": factorial_pool, "finer grid": spread, "ladder": by_ratio}


def looks_at(rows):
    """Return the looks of each design at one set."""
    train, test = (rows[rows["split"] == part] for part in ("train", "test"))
    dearest = test[np.argmax(test["train_flops"])]
    target = {key: float(dearest[key]) for key in ("n_params", "n_examples")}
    pool, outcomes = pool_of(train)
    goal = Goal(target=target, n_resamples=N_RESAMPLES)
    orders = {"adaptive": None, **{grid: make(pool) for grid, make in GROWING.items()}}
    return {design: looks(goal, pool, outcomes, test, order) for design, order in orders.items()}


def miss_of(bought, outcomes, test):
    """Return the root mean square of the errors at held-out runs, in logs."""
    fit = law_of(bought, outcomes, check_held_out=False)
    p = fit.predict(n_params=test["n_params"], n_examples=test["n_examples"])
    return float(np.sqrt(np.mean(np.log(p.mean / test["loss"]) ** 2)))


def ratios_of(stops):
    """Return the FLOPs of the adaptive sweep over those of the best grid, for each set."""
    return [row["adaptive"].flops / min(row[grid].flops for grid in GROWING) for row in stops]


def shown(ratios):
    return " ".join(f"{ratio:.2f}" for ratio in ratios) + f", median {np.median(ratios):.2f}"


def beside(stops, design):
    """Return the FLOPs of the adaptive sweep over those of a grid, in the middle of the sets."""
    return float(np.median([row["adaptive"].flops / row[design].flops for row in stops]))


def compared(sets, times):
    """Return lines that compare designs, and FLOPs over those of the best grid at equal cover.

    Both with the intervals as they are, and with all intervals of a design stretched by the one
    factor with which they hold as many held-out runs as they say where the design then stops.

    Args:
        sets: The looks of each design, for each set.
        times: The width that is wanted, of that from all runs of a set.
    """
    widths = [np.log1p(times * np.expm1(row["full grid"][-1].width)) for row in sets.values()]
    paths = {design: [row[design] for row in sets.values()] for design in ("adaptive", *GROWING)}
    even = {design: stretch_to_cover(paths[design], widths) for design in paths}
    lines, ratios = [], []
    for by in (dict.fromkeys(paths, 1.0), even):
        stops = [
            {design: stop(row[design], width, by[design]) for design in paths}
            for row, width in zip(sets.values(), widths, strict=True)
        ]
        ratios = ratios_of(stops)
        lines.append("  " + shown(ratios))
        for design in paths:
            held = cover(paths[design], widths, by[design])
            taken = f"adaptive takes {beside(stops, design):.2f}"
            lines.append(f"    {design:12} x{by[design]:.2f} held {held:.0%}, {taken}")
    return lines, ratios
