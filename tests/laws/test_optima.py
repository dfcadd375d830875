import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.errors import FitError, TooFewRunsError
from scaling_keras.runs import Run, RunTable

RATES = 2.0 ** np.arange(-12, 0)


def table(best, sizes=(1e4, 1e5, 1e6), data=(1e6, 1e7), *, rates=RATES, seeds=(0,)):
    """Runs whose log loss is a parabola in the log of the rate about the best one."""
    runs = [
        Run(
            name=f"{n}-{d}-{rate}-{seed}",
            n_params=n,
            n_examples=d,
            loss=3.0 + 0.1 * np.log(max(rate, 1e-9) / best(n, d)) ** 2 + 0.01 * seed,
            train_flops=6 * n * d,
            seed=seed,
            facts={"hyperparameters": {"learning_rate": float(rate)}},
        )
        for n in sizes
        for d in data
        for rate in rates
        for seed in seeds
    ]
    return RunTable(runs=tuple(runs))


def rule(n, d):
    return 3.0 * n**-0.4 * d**-0.05


def test_the_rule_behind_the_optima_is_found():
    found = laws.optima(table(rule, seeds=(0, 1)), "learning_rate")
    assert len(found.points) == 6
    for point in found.points:
        assert point.value == pytest.approx(rule(point.n_params, point.n_examples))
        assert point.loss == pytest.approx(3.005)
        assert not point.at_edge
    assert found.exponents["n_params"].value == pytest.approx(-0.4)
    assert found.exponents["n_examples"].value == pytest.approx(-0.05)
    assert found.coef == pytest.approx(3.0)
    assert found.predict(n_params=1e7, n_examples=1e9) == pytest.approx(rule(1e7, 1e9))
    assert found.findings == ()


def test_intervals_hold_the_exponent_as_often_as_they_say():
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        noisy = {
            key: rng.normal(scale=0.1)
            for key in [(n, d) for n in (1e4, 1e5, 1e6, 1e7) for d in (1e6, 1e7, 1e8)]
        }
        runs = table(
            lambda n, d, noisy=noisy: rule(n, d) * np.exp(noisy[n, d]),
            (1e4, 1e5, 1e6, 1e7),
            (1e6, 1e7, 1e8),
            rates=2.0 ** np.arange(-18, 2, 2),
        )
        exponent = laws.optima(runs, "learning_rate").exponents["n_params"]
        held += exponent.low <= -0.4 <= exponent.high
    assert 0.83 <= held / 200 <= 0.96


def test_an_optimum_at_an_end_is_said_and_left_out():
    found = laws.optima(table(rule, rates=RATES[:6]), "learning_rate")
    edges = [point for point in found.points if point.at_edge]
    assert edges
    assert {point.value for point in edges} == {RATES[5]}
    (finding,) = found.findings
    assert finding.code == "optimum_at_edge"
    assert f"At {len(edges)} of 6 places the best learning_rate" in finding.message


def test_optima_that_do_not_vary_give_no_rule():
    found = laws.optima(table(rule, sizes=(1e4,), data=(1e6,)), "learning_rate")
    assert found.exponents == {}
    assert np.isnan(found.predict(n_params=1e5, n_examples=1e6))


def test_one_that_varies_alone_is_told_alone():
    found = laws.optima(table(rule, data=(1e6,)), "learning_rate")
    assert list(found.exponents) == ["n_params"]
    assert found.exponents["n_params"].value == pytest.approx(-0.4)


def test_too_few_values_have_no_optimum():
    with pytest.raises(TooFewRunsError, match="An optimum needs 3 values"):
        laws.optima(table(rule, rates=RATES[:2]), "learning_rate")


def test_values_must_be_positive():
    with pytest.raises(FitError, match=r"must be positive\. Received: learning_rate=0"):
        laws.optima(table(rule, rates=[0.0, 0.1, 0.2]), "learning_rate")
