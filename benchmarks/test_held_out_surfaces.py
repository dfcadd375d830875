"""Public sweeps over size and data: fit the cheaper runs, predict the dearest.

Their rows may not be redistributed: pass `--data DIR` with `holdout_surfaces.csv`.
"""

from __future__ import annotations

import time

import numpy as np
import pytest

from scaling_keras import laws

LEVEL = 0.9
WANTED_ERROR = 0.00637
"""Mean over the sets: the better of Chinchilla's and the coupled surface, with hindsight."""


def columns(rows):
    return {name: rows[name] for name in ("n_params", "n_examples", "loss")}


def winkler(observed, low, high, level):
    """Return the interval score of Winkler (1972): width, and `2 / alpha` times the miss."""
    missed = np.maximum(low - observed, 0) + np.maximum(observed - high, 0)
    return (high - low) + 2 / (1 - level) * missed


@pytest.mark.parametrize("form", ["chinchilla", "coupled", "kaplan", "auto"])
def test_held_out_error_and_coverage(measurements, capsys, form):
    path = measurements("holdout_surfaces.csv")
    rows = np.genfromtxt(path, delimiter=",", names=True, dtype=None, encoding="utf-8")
    table = []
    with capsys.disabled():
        print(f"\n{form}: error, cover and width of the {LEVEL:.0%} intervals, Winkler score")
        for name in np.unique(rows["set"]):
            here = rows[rows["set"] == name]
            train, test = (here[here["split"] == part] for part in ("train", "test"))
            begin = time.process_time()
            fit = laws.fit(form, columns(train))
            seconds = time.process_time() - begin
            p = fit.predict(n_params=test["n_params"], n_examples=test["n_examples"], level=LEVEL)
            loss = test["loss"]
            figures = (
                np.mean(np.abs(p.mean / loss - 1)),
                np.mean((p.low <= loss) & (loss <= p.high)),
                np.mean((p.high - p.low) / loss),
                np.mean(winkler(loss, p.low, p.high, LEVEL) / loss),
            )
            table.append(figures)
            print(f"  {name:36} {_shown(figures)}  {fit.form}, {seconds:.1f} CPU s")
        mean = np.mean(table, axis=0)
        print(f"  {'mean':36} {_shown(mean)}")
    errors, covers = np.array(table).T[:2]
    if form == "auto":
        assert np.mean(errors) <= WANTED_ERROR
        assert 0.85 <= np.mean(covers) <= 0.95
        assert min(covers) >= 0.6


def _shown(figures):
    error, cover, width, score = figures
    return f"{error:.3%}  {cover:.0%}  {width:.2%}  {score:.2%}"
