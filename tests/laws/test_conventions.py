import dataclasses

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.laws.exponents import frontier_exponents
from scaling_keras.runs import PARAM_CONVENTIONS, Run, RunTable
from tests.strategies import HOFFMANN, chinchilla_loss

WIDTHS = (64, 128, 256, 512, 1024, 2048)
OTHERS = ("N counted as non_embedding", "N counted as non_embedding_plus_head")


def table_of(vocab_size, *, flops=True, noise=0.002):
    """Return Transformers whose loss follows a law of their parameters outside embeddings."""
    rng = np.random.default_rng(0)
    runs = []
    for width in WIDTHS:
        hidden, symbols = 12 * 4 * width**2, vocab_size * width
        counts = {"embedding": symbols, "head": symbols, "hidden": hidden}
        cost = 6.0 * (hidden + symbols) if flops else np.nan
        for seen in np.geomspace(1e8, 1e11, 6):
            loss = chinchilla_loss(HOFFMANN, hidden, seen) * np.exp(rng.normal(0, noise))
            runs.append(
                Run(
                    name=f"{width}-{seen:.3g}",
                    n_params=float(sum(counts.values())),
                    n_examples=seen,
                    loss=loss,
                    param_counts=counts,
                    train_flops_per_example=cost,
                )
            )
    return RunTable(runs=tuple(runs))


def fit_of(table, **options):
    return laws.fit("chinchilla", table, n_resamples=100, check_held_out=False, **options)


def by_name(fit, table):
    return {variation.name: variation for variation in laws.sensitivity(fit, table)}


def findings(fit):
    return [finding for finding in fit.warnings if finding.code == "convention_matters"]


def test_each_way_of_counting_has_the_exponent_of_a_fit_with_it():
    table = table_of(32000)
    tried = by_name(fit_of(table), table)
    for convention in PARAM_CONVENTIONS:
        if convention != table.param_convention:
            other = fit_of(table.with_param_convention(convention))
            found = tried[f"N counted as {convention}"]
            assert found.params == pytest.approx(other.params, rel=1e-4)
            exponent = frontier_exponents(other, level=0.9)["frontier_param_exponent"].value
            assert found.frontier_param_exponent == pytest.approx(exponent, rel=1e-4)


def test_the_prediction_is_for_the_same_model():
    table = table_of(32000, noise=0.0)
    tried = by_name(fit_of(table), table)
    # The true law is one of the parameters outside embeddings, so that one is exact.
    found = tried["N counted as non_embedding"]
    total = max(run.n_params for run in table) * 10**0.5
    # Four times as many outside embeddings from one width to the next.
    slope = np.log(4) / np.log(table.runs[-1].n_params / table.runs[-7].n_params)
    hidden = 12 * 4 * 2048**2 * (total / table.runs[-1].n_params) ** slope
    truth = chinchilla_loss(HOFFMANN, hidden, 1e11 * 10**0.5)
    assert found.prediction == pytest.approx(truth, rel=1e-4)


def test_sixfold_flops_move_the_exponent_only():
    table = table_of(32000)
    fit = fit_of(table)
    found = by_name(fit, table)["C counted as 6 N D"]
    alpha, beta = fit.params["param_exponent"], fit.params["data_exponent"]
    assert found.frontier_param_exponent == pytest.approx(beta / (alpha + beta))
    assert found.params == pytest.approx(dict(fit.params))
    assert found.change == 0
    assert "C counted as 6 N D" not in by_name(fit, table_of(32000, flops=False))


def test_the_fit_as_it_is_has_its_own_exponent():
    table = table_of(32000)
    fit = fit_of(table)
    own = frontier_exponents(fit, level=0.9)["frontier_param_exponent"].value
    assert by_name(fit, table)["huber"].frontier_param_exponent == pytest.approx(own)


def test_a_convention_that_changes_the_exponent_is_reported():
    (finding,) = findings(fit_of(table_of(32000)))
    assert "`total`" in finding.message
    assert "N counted as non_embedding" in finding.message
    assert finding.message.endswith(".")


def test_one_that_changes_little_is_not():
    assert findings(fit_of(table_of(10, noise=0.01))) == []


@pytest.mark.parametrize("lacking", ["counts", "sizes", "table"])
def test_runs_that_recorded_one_count_have_one(lacking):
    table = table_of(32000, flops=False)
    fit = fit_of(table)
    if lacking == "counts":
        runs = tuple(dataclasses.replace(run, param_counts={}) for run in table)
    else:
        runs = tuple(dataclasses.replace(run, n_params=2 * run.n_params) for run in table)
    other = None if lacking == "table" else RunTable(runs=runs)
    assert not {*OTHERS} & {variation.name for variation in laws.sensitivity(fit, other)}


def test_a_law_without_a_frontier_exponent_has_none():
    table = table_of(32000)
    fit = laws.fit("power_law_floor", table, x="n_examples", n_resamples=100)
    tried = laws.sensitivity(fit, table)
    assert {variation.frontier_param_exponent for variation in tried} == {None}
    assert findings(fit) == []
