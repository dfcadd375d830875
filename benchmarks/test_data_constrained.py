"""Repeated data: the two constants of Muennighoff et al., arXiv:2305.16264.

Pass `--data DIR` with `data_constrained_182.csv`, their runs. As they do, everything but the two
numbers of repetitions is held at what they fitted to runs without repetition.
"""

from __future__ import annotations

import time

import numpy as np

from scaling_keras import laws

PUBLISHED_MINIMUM = 0.0158259366
WANTED = 0.01580466
FIXED = {
    "param_coef": np.exp(6.255414),
    "data_coef": np.exp(7.3049974),
    "irreducible_loss": np.exp(0.6254804),
    "param_exponent": 0.3526596,
    "data_exponent": 0.3526596,
}


def test_a_lower_minimum_is_found_and_said_not_to_be_identified(measurements, capsys):
    path = measurements("data_constrained_182.csv")
    rows = np.genfromtxt(path, delimiter=",", names=True, dtype=None, encoding="utf-8")
    begin = time.process_time()
    fit = laws.fit(
        "data_constrained",
        n_params=rows["params"],
        n_examples=rows["tokens"],
        dataset_size=rows["unique_tokens"],
        loss=rows["val_loss"],
        fixed=FIXED,
    )
    seconds = time.process_time() - begin
    profiles = [laws.profile(fit, f"{name}_repetitions") for name in ("data", "param")]
    intervals = fit.intervals(0.95)
    with capsys.disabled():
        print(
            f"\n  objective {fit.objective:.17g} (published {PUBLISHED_MINIMUM}), {seconds:.1f} s"
        )
        for found in profiles:
            drawn, likely = intervals[found.parameter], found.interval
            print(
                f"  {found.parameter} {drawn.value:.4g}: 95 % of resamples {drawn.low:.3g} to "
                f"{drawn.high:.3g}, 90 % by profile {likely.low:.3g} to {likely.high:.3g}"
            )
        print("  " + "\n  ".join(f"{f.code}: {f.message}" for f in fit.warnings))
    assert fit.objective < WANTED + 5e-9  # To the digits that are stated.
    unsure = [finding.message for finding in fit.warnings if finding.code == "not_identified"]
    assert len(unsure) == 2
