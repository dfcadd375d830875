"""Sweeps drawn from known laws, several of which no form of the package contains."""

from __future__ import annotations

import numpy as np

TRUTHS = ("chinchilla", "coupled", "interacting", "bent", "two_powers", "lopsided", "kaplan")
DESIGNS = ("iso_flops", "grid", "cloud", "ladder")
NOISES = (0.001, 0.003, 0.01)
OUTLIERS = (0.0, 0.05)
"""Share of runs that went badly, and lie above the law by `OUTLIER_SCALE` times the noise."""
OUTLIER_SCALE = 8.0
CONFIGURATION_NOISE = 0.5
"""Scatter that all runs of one size share, relative to that of single runs: its shape."""


def draw_sweep(truth, design, seed):
    """Return `(train, test)`, each a dict of columns: the cheaper runs and the dearest.

    The exponents, terms, floor and noise of the law are drawn anew for each seed.
    """
    rng = np.random.default_rng([TRUTHS.index(truth), DESIGNS.index(design), seed])
    n, d, n_test = _places(design, rng)
    order = np.argsort(n * d, kind="stable")
    n, d = n[order], d[order]
    noise = rng.choice(NOISES)
    sizes, member = np.unique(n, return_inverse=True)
    deviation = noise * rng.standard_normal(len(n))
    if len(sizes) < len(n):
        deviation += CONFIGURATION_NOISE * noise * rng.standard_normal(len(sizes))[member]
    loss = loss_of(truth, n, d, rng) * np.exp(deviation)
    bad = rng.random(len(n)) < rng.choice(OUTLIERS)
    bad[-n_test:] = False
    loss[bad] *= np.exp(OUTLIER_SCALE * noise * rng.random(bad.sum()))
    rows = {"n_params": n, "n_examples": d, "loss": loss}
    train = {name: column[:-n_test] for name, column in rows.items()}
    test = {name: column[-n_test:] for name, column in rows.items()}
    return train, test


def loss_of(truth, n, d, rng):
    """Return the loss without noise; terms are of one order at the smallest size and budget."""
    x, y = np.log(n / n.min()), np.log(d / d.min())
    alpha, beta = rng.uniform(0.2, 0.5, 2)
    floor, a, b = rng.uniform(0.5, 2.5), rng.uniform(0.5, 3.0), rng.uniform(0.5, 3.0)
    size, data = a * np.exp(-alpha * x), b * np.exp(-beta * y)
    if truth == "chinchilla":
        return floor + size + data
    if truth == "coupled":
        k = rng.uniform(0.3, 0.8)
        return floor + (size ** (1 / k) + data ** (1 / k)) ** k
    if truth == "interacting":
        # Both shortages at once cost more, or less, than their sum.
        return floor + size + data + rng.uniform(-0.5, 0.5) * np.sqrt(size * data)
    if truth == "bent":
        # The exponents change slowly with scale: by up to a fifth over the range.
        bend_n, bend_d = rng.uniform(-0.2, 0.2, 2)
        size = a * np.exp(-alpha * x * (1 + bend_n * x / x.max()))
        data = b * np.exp(-beta * y * (1 + bend_d * y / y.max()))
        return floor + size + data
    if truth == "two_powers":
        # A second, faster term of size: small models lack something that others have.
        return floor + size + data + rng.uniform(0.2, 1.0) * np.exp(-3 * alpha * x)
    if truth == "lopsided":
        # Settings were tuned at one ratio of data to size; away from it runs end higher.
        off = (y - x) - np.median(y - x)
        return (floor + size + data) * (1 + rng.uniform(0, 0.004) * off**2)
    return (size ** (1 / beta) + data ** (1 / beta)) ** beta  # kaplan: no floor


def _places(design, rng):
    """Return sizes, data and how many of the dearest runs are judged."""
    if design == "grid":
        n, d = np.meshgrid(np.geomspace(1e7, 2e9, 6), np.geomspace(1e9, 1e11, 6))
        return n.ravel(), d.ravel(), 7
    if design == "ladder":
        n = np.repeat(np.geomspace(1e7, 3e9, 8), 3)
        d = n * np.tile([5.0, 20.0, 160.0], 8)
        return n, d, 6
    if design == "cloud":
        n = np.exp(rng.uniform(np.log(3e7), np.log(1e10), 80))
        d = np.exp(rng.uniform(np.log(3e8), np.log(3e11), 80))
        return n, d, 16
    budgets = np.geomspace(1e18, 1e20, 6)
    budget, ratio = (grid.ravel() for grid in np.meshgrid(budgets, np.geomspace(2, 400, 9)))
    n = np.sqrt(budget / (6 * ratio))
    return n, budget / (6 * n), 18
