"""Adaptive sweeps against grids on public sweeps, whose runs are the pool that can be bought.

They may not be redistributed: pass `--data DIR` with `holdout_surfaces.csv`.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks.growing_sweeps import (
    GROWING,
    beside,
    compared,
    looks_at,
    miss_of,
    pool_of,
    ratios_of,
    shown,
    spent_on,
    spread,
    with_costs,
    within,
)

# Each fits some thousand laws.
pytestmark = pytest.mark.timeout(0)

TIMES_AS_WIDE = (1.25, 2, 3)
"""Widths that are wanted, of those that all runs of a set give."""


@pytest.fixture(scope="module")
def rows_of_sets(measurements):
    """Return the rows of each public sweep, by its name."""
    rows = np.genfromtxt(
        measurements("holdout_surfaces.csv"),
        delimiter=",",
        names=True,
        dtype=None,
        encoding="utf-8",
    )
    return {str(name): with_costs(rows[rows["set"] == name]) for name in np.unique(rows["set"])}


@pytest.fixture(scope="module")
def sweeps(rows_of_sets):
    """Return the looks of each design at each public sweep."""
    return {name: looks_at(rows) for name, rows in rows_of_sets.items()}


def test_ten_runs_spread_over_a_public_sweep_miss_about_as_much_as_all(rows_of_sets, capsys):
    ratios = []
    with capsys.disabled():
        print()
        for name, rows in rows_of_sets.items():
            train, test = (rows[rows["split"] == part] for part in ("train", "test"))
            pool, outcomes = pool_of(train)
            ten = spread(pool)[:10]
            few, cheap, whole = (
                miss_of(bought, outcomes, test) if len(bought) >= 10 else math.nan
                for bought in (ten, pool[: len(pool) // 2], pool)
            )
            share = spent_on(ten) / spent_on(pool)
            print(f"  {name}: {few:.2%} for {share:.0%}; {whole:.2%}; cheap half {cheap:.2%}")
            ratios.append(few / whole)
    assert np.median(ratios) <= 1.1


@pytest.mark.parametrize("times", TIMES_AS_WIDE)
def test_half_the_flops_of_the_best_grid_at_equal_cover_on_public_sweeps(sweeps, times, capsys):
    lines, ratios = compared(sweeps, times)
    with capsys.disabled():
        print(f"\n{times} times as wide as from all runs, of the best grid's FLOPs:")
        print("\n".join(lines))
    assert np.median(ratios) <= 0.5


def test_half_the_flops_of_the_best_grid_to_the_same_error_on_public_sweeps(sweeps, capsys):
    stops = [
        {design: within(seen, 1.5 * row["full grid"][-1].error) for design, seen in row.items()}
        for row in sweeps.values()
    ]
    ratios = ratios_of(stops)
    with capsys.disabled():
        print(f"\nto 1.5 times the error from all runs: {shown(ratios)}")
        for grid in GROWING:
            print(f"    adaptive takes {beside(stops, grid):.2f} of the {grid}'s")
    assert np.median(ratios) <= 0.5
