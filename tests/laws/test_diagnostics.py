import numpy as np
import pytest

from scaling_keras import laws
from tests.strategies import HOFFMANN, chinchilla_loss, noisy_runs


def codes(runs):
    fit = laws.fit("chinchilla", runs, n_resamples=100)
    for finding in fit.warnings:
        assert finding.message.endswith(".")
    return [finding.code for finding in fit.warnings]


def test_a_short_range_is_reported():
    assert "short_range" in codes(noisy_runs(HOFFMANN, sizes=(1e6, 2e6, 4e6, 8e6)))
    assert "short_range" not in codes(noisy_runs(HOFFMANN))


def test_size_and_data_in_proportion_are_reported_and_the_exponents_not_believed():
    n = np.geomspace(1e5, 1e9, 12)
    d = 20 * n
    scatter = np.random.default_rng(0).normal(0, 0.01, 12)
    loss = chinchilla_loss(HOFFMANN, n, d) * np.exp(scatter)
    fit = laws.fit("chinchilla", n_params=n, n_examples=d, loss=loss, n_resamples=100)
    found = {finding.code: finding.message for finding in fit.warnings}
    assert "hold less often than they say" in found["collinear"]
    assert "not_identified" in found


def test_losses_that_do_not_fall_leave_exponents_at_their_bound():
    runs = noisy_runs(HOFFMANN)
    flat = {**runs, "loss": np.random.default_rng(0).normal(2.0, 0.01, 16)}
    assert "at_bound" in codes(flat)


def test_a_law_that_breaks_is_widened():
    runs = noisy_runs(HOFFMANN, noise=0.001, sizes=(1e5, 1e6, 1e7, 1e8, 1e9))
    broken = {**runs, "loss": np.maximum(runs["loss"], 3.0)}
    assert "widened" in codes(broken)


def grid_runs(noise=0.003, seed=0, **options):
    sizes = tuple(np.geomspace(1e5, 1e9, 6))
    return noisy_runs(HOFFMANN, noise=noise, seed=seed, sizes=sizes, **options)


def test_a_good_design_raises_no_alarm():
    runs = grid_runs()
    assert set(codes(runs)) <= {"flops_assumed", "widened"}


def test_few_sizes_are_reported():
    assert "few_sizes" in codes(noisy_runs(HOFFMANN, noise=0.003))


def test_one_size_that_outweighs_the_others_is_reported():
    runs = grid_runs()
    extra_data = np.geomspace(1.1e7, 0.9e10, 90)
    many = {
        "n_params": np.append(runs["n_params"], np.full(90, 1e5)),
        "n_examples": np.append(runs["n_examples"], extra_data),
        "loss": np.append(runs["loss"], chinchilla_loss(HOFFMANN, 1e5, extra_data)),
    }
    assert "unbalanced_sizes" in codes(many)


def test_rows_that_repeat_are_reported():
    runs = grid_runs()
    twice = {name: np.append(column, column[:2]) for name, column in runs.items()}
    assert "duplicate_rows" in codes(twice)


def test_rows_that_repeat_are_said_to_narrow_the_intervals_that_they_narrow():
    runs = grid_runs()
    thrice = {name: np.repeat(column, 3) for name, column in runs.items()}
    options = {"n_resamples": 200, "check_held_out": False}
    weighted = laws.fit("chinchilla", runs, weights=np.full(24, 3.0), **options)
    repeated = laws.fit("chinchilla", thrice, **options)
    widths = [
        float((one.high - one.low)[0])
        for one in (fit.predict(n_params=1e9, n_examples=1e10) for fit in (weighted, repeated))
    ]
    assert widths[1] < 0.97 * widths[0]
    (said,) = [f.message for f in repeated.warnings if f.code == "duplicate_rows"]
    assert said.startswith("48 of 72 rows repeat another exactly")
    assert "intervals come out narrower" in said


def test_rows_that_repeat_are_runs_of_their_own_only_if_groups_says_so():
    runs = {name: np.tile(column, 2) for name, column in grid_runs().items()}
    said = {}
    for name, groups in (("by default", None), ("each", np.arange(48))):
        fit = laws.fit("chinchilla", runs, groups=groups, n_resamples=100, check_held_out=False)
        (said[name],) = [f.message for f in fit.warnings if f.code == "duplicate_rows"]
    assert "are drawn together, so the law is no surer for them" in said["by default"]
    assert "count by `groups` as runs of their own" in said["each"]


def test_few_independent_runs_are_reported():
    runs = grid_runs()
    fit = laws.fit("chinchilla", runs, n_resamples=100, groups=runs["n_params"])
    assert "few_runs" in [finding.code for finding in fit.warnings]


@pytest.mark.parametrize(("n_runs", "found"), [(8, True), (9, False)])
def test_two_runs_more_than_parameters_are_few(n_runs, found):
    chosen = np.random.default_rng(0).permutation(24)[:n_runs]
    runs = {name: column[chosen] for name, column in grid_runs().items()}
    fit = laws.fit("coupled", runs, n_resamples=100, check_held_out=False)
    assert ("few_runs" in [finding.code for finding in fit.warnings]) == found


def test_outliers_are_reported_by_name():
    runs = grid_runs()
    runs["loss"][5] *= 1.3
    fit = laws.fit("chinchilla", runs, n_resamples=100)
    (finding,) = (finding for finding in fit.warnings if finding.code == "outliers")
    assert "(row 5)" in finding.message


def test_an_answer_that_depends_on_the_objective_is_reported():
    runs = grid_runs(noise=0.002)
    runs["loss"][-4:] *= 1.15  # The dearest runs went wrong together.
    assert "objective_sensitive" in codes(runs)


def test_a_form_that_misses_the_shape_is_reported():
    n, d = (
        column.ravel()
        for column in np.meshgrid(np.geomspace(1e5, 1e9, 7), np.geomspace(1e7, 1e10, 6))
    )
    scatter = np.exp(np.random.default_rng(0).normal(0, 0.002, 42))
    loss = 1.7 + (3e4 / n**0.7 + 3e5 / d**0.7) ** 0.45
    found = codes({"n_params": n, "n_examples": d, "loss": loss * scatter})
    assert "misfit" in found


def test_seeds_that_agree_better_than_the_law_are_reported():
    runs = grid_runs(noise=0.0)
    rng = np.random.default_rng(1)
    off = np.exp(rng.normal(0, 0.02, 24))  # Each configuration misses the law by its own amount.
    three = {
        "n_params": np.repeat(runs["n_params"], 3),
        "n_examples": np.repeat(runs["n_examples"], 3),
        "loss": np.repeat(runs["loss"] * off, 3) * np.exp(rng.normal(0, 0.001, 72)),
    }
    assert "lack_of_fit" in codes(three)


def test_seeds_that_scatter_around_the_law_are_not():
    sizes = tuple(np.geomspace(1e5, 1e9, 6))
    n, d = (
        np.repeat(noisy_runs(HOFFMANN, sizes=sizes)[name], 3) for name in ("n_params", "n_examples")
    )
    loss = chinchilla_loss(HOFFMANN, n, d) * np.exp(np.random.default_rng(3).normal(0, 0.01, 72))
    assert "lack_of_fit" not in codes({"n_params": n, "n_examples": d, "loss": loss})


def test_early_rows_off_the_law_are_reported():
    x = np.geomspace(1e3, 1e8, 40)
    loss = 1.5 + 20 / x**0.3 + 300 / x**0.8  # Before a power law there is often a steeper fall.
    loss *= np.exp(np.random.default_rng(0).normal(0, 0.001, 40))
    fit = laws.fit("power_law_floor", x=x, loss=loss, n_resamples=100)
    assert {"early_rows", "misfit"} <= {finding.code for finding in fit.warnings}


def test_early_rows_that_move_the_best_size_alone_are_reported():
    # Profiles whose loss falls steadily with compute; below 1e18 FLOPs the best size grows faster.
    flops, offset = (
        grid.ravel()
        for grid in np.meshgrid(np.geomspace(1e17, 1e21, 10), np.linspace(-1.5, 1.5, 7))
    )
    compute = flops / 1e18
    n = 1e8 * compute**0.5 * np.exp(offset)
    off = np.log(n / (1e8 * compute ** np.where(compute < 1, 0.8, 0.45)))
    loss = 1.7 + 1.2 * compute**-0.15 * (1 + 0.03 * off**2)
    loss *= np.exp(np.random.default_rng(0).normal(0, 0.003, len(loss)))
    columns = {"n_params": n, "n_examples": flops / 6 / n, "loss": loss}
    fit = laws.fit("chinchilla", columns, n_resamples=200, check_held_out=False)
    (said,) = [finding.message for finding in fit.warnings if finding.code == "early_rows"]
    early = laws.sensitivity(fit)[-1]
    assert early.standard_errors < 2
    assert f"the best size by {early.n_params_change:+.0%}" in said


def test_outliers_are_said_to_move_the_best_size():
    runs = grid_runs()
    runs["loss"][5] *= 1.3
    fit = laws.fit("chinchilla", runs, n_resamples=100)
    (said,) = [finding.message for finding in fit.warnings if finding.code == "outliers"]
    (without,) = (v for v in laws.sensitivity(fit) if v.name == "without outliers")
    assert f"the best size by {without.n_params_change:+.0%}" in said
