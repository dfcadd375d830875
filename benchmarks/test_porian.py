"""Exponents of Porian et al., arXiv:2406.19146: how a recipe changes the compute-optimal size.

Pass `--data DIR` with `porian_optimal_pairs.csv`, their compute-optimal sizes by budget. Each
optimum counts by one over the variance of its log, as their bootstrap has it; those without one are
dropped.
"""

from __future__ import annotations

import numpy as np
import pytest

from scaling_keras import laws

PUBLISHED = {
    # Parameters and FLOPs counted, warm-up, decay, hyperparameters: the published exponent.
    ("kaplan", "long", "kaplan", "base"): 0.835,
    ("standard", "long", "kaplan", "base"): 0.706,
    ("standard", "short", "kaplan", "base"): 0.602,
    ("standard", "short", "chinchilla", "base"): 0.571,
    ("standard", "short", "const", "tuned"): 0.497,
}


@pytest.mark.parametrize("recipe", PUBLISHED)
def test_the_exponent_of_a_recipe(measurements, capsys, recipe):
    path = measurements("porian_optimal_pairs.csv")
    rows = np.genfromtxt(path, delimiter=",", names=True, dtype=None, encoding="utf-8")
    # NumPy renames the column `file`.
    chosen = (rows["file_"] == "rw") & (rows["n_star_logstd"] > 0)
    for name, wanted in zip(("param_count", "warmup", "decay", "hparams"), recipe, strict=True):
        chosen &= rows[name] == wanted
    pairs = rows[chosen]
    line = laws.frontier_exponent(
        pairs["flops"], pairs["n_opt"], weights=1 / pairs["n_star_logstd"] ** 2, level=0.95
    )
    found = line.exponent
    with capsys.disabled():
        print(
            f"\n  {', '.join(recipe)}: {found.value:.4f} ({found.low:.3f} to {found.high:.3f}), "
            f"published {PUBLISHED[recipe]}"
        )
    assert found.value == pytest.approx(PUBLISHED[recipe], abs=0.005)
