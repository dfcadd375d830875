import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.laws.checkpoints import design_effect
from scaling_keras.laws.columns import gather
from scaling_keras.laws.objectives import get_objective
from scaling_keras.laws.problem import Problem
from tests.strategies import HOFFMANN, chinchilla_loss, grid, noisy_runs


def finding_of(runs, **options):
    """Return the finding on checkpoints, None if there is none."""
    options = {"n_resamples": 100, "check_held_out": False, **options}
    warnings = laws.fit("chinchilla", runs, **options).warnings
    found = [finding for finding in warnings if finding.code == "checkpoints_as_runs"]
    assert len(found) <= 1
    return found[0] if found else None


def effect_of(runs):
    """Return the design effect of the residuals, without the rest of a fit."""
    form = laws.FORMS["chinchilla"]
    columns = gather(form, runs, dict.fromkeys(("weights", "groups")))
    problem = Problem.of(form, columns, get_objective("huber", 1e-3), {})
    return design_effect(problem, problem.best_of_starts(np.random.default_rng(0), 16).theta)


def log_spaced(n_sizes, n_rows, loss_of=lambda n, d: chinchilla_loss(HOFFMANN, n, d)):
    """Return runs of every size at log-spaced amounts of data, without scatter."""
    n, d = grid(np.geomspace(1e6, 1e9, n_sizes), np.geomspace(1e8, 1e11, n_rows))
    return {"n_params": n, "n_examples": d, "loss": loss_of(n, d)}


def scattered(runs, *, between, within, seed):
    """Return the runs with a miss for each size and one for each row."""
    rng = np.random.default_rng(seed)
    sizes, member = np.unique(runs["n_params"], return_inverse=True)
    miss = rng.normal(0, between, len(sizes))[member] + rng.normal(0, within, len(member))
    return {**runs, "loss": runs["loss"] * np.exp(miss)}


def evenly_spaced():
    sizes, steps = (1e5, 1e6, 1e7, 1e8, 1e9), tuple(np.arange(1, 13) * 1e8)
    return noisy_runs(HOFFMANN, noise=0.003, sizes=sizes, budgets=steps)


def test_rows_in_even_steps_are_reported():
    assert "evenly spaced" in finding_of(evenly_spaced()).message


@pytest.mark.parametrize("seed", range(5))
def test_rows_of_a_size_that_miss_the_law_together_are_reported(seed):
    runs = scattered(log_spaced(6, 20), between=0.01, within=0.001, seed=seed)
    finding = finding_of(runs)
    assert "miss the law together" in finding.message
    assert "by up to 4." in finding.message  # The square root of 20 rows that are nearly as one.


@pytest.mark.parametrize(
    "runs",
    [evenly_spaced(), scattered(log_spaced(6, 20), between=0.01, within=0.001, seed=0)],
    ids=["evenly spaced", "missing together"],
)
def test_rows_whose_run_is_named_are_not(runs):
    assert finding_of(runs)
    assert finding_of(runs, groups=runs["n_params"]) is None


@pytest.mark.parametrize(("n_sizes", "n_rows"), [(5, 4), (6, 6), (6, 20), (12, 10)])
@pytest.mark.parametrize("small_ones_scatter", [False, True])
def test_a_grid_of_independent_runs_is_not(n_sizes, n_rows, small_ones_scatter):
    exact = log_spaced(n_sizes, n_rows)
    spread = 0.002 * (exact["n_params"] / 1e9) ** (-0.25 if small_ones_scatter else 0)
    for seed in range(10):
        scatter = np.exp(spread * np.random.default_rng(seed).standard_t(4, n_sizes * n_rows))
        assert effect_of({**exact, "loss": exact["loss"] * scatter}) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        lambda n, d: 1.7 + (3e4 / n**0.7 + 3e5 / d**0.7) ** 0.45,
        lambda n, d: np.maximum(chinchilla_loss(HOFFMANN, n, d), 2.6),
        lambda n, d: chinchilla_loss(HOFFMANN, n * (1 + (n / 3e7) ** 2) ** -0.25, d),
    ],
    ids=["coupled", "a floor that cuts off", "a break in size"],
)
def test_a_form_that_misses_the_shape_is_not(wrong):
    for seed in range(10):
        assert (
            effect_of(scattered(log_spaced(12, 10, wrong), between=0, within=0.001, seed=seed)) == 1
        )


def test_runs_that_all_differ_in_size_can_not_show_it():
    rng = np.random.default_rng(0)
    n, d = np.exp(rng.uniform(14, 20, 60)), np.exp(rng.uniform(18, 25, 60))
    loss = chinchilla_loss(HOFFMANN, n, d) * np.exp(rng.normal(0, 0.01, 60))
    assert effect_of({"n_params": n, "n_examples": d, "loss": loss}) == 1
