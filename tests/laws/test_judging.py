import json

import numpy as np
import pytest

from scaling_keras.errors import FitError, TooFewRunsError
from scaling_keras.laws import FORMS
from scaling_keras.laws.forms.chinchilla import Chinchilla
from scaling_keras.laws.judging import judge_design
from scaling_keras.laws.synthetic import Design, Noise
from tests.strategies import HOFFMANN

DESIGN = Design.grid(n_params=np.geomspace(1e7, 1e9, 4), n_examples=np.geomspace(1e9, 1e11, 4))
TARGET = {"n_params": 3e9, "n_examples": 3e11}


@pytest.fixture(scope="module")
def verdict():
    return judge_design("besiroglu", DESIGN, target=1e22, n_trials=12)


def test_a_good_design_pins_down_what_it_is_made_for(verdict):
    assert (verdict.form, verdict.n_runs, verdict.n_trials) == ("chinchilla", 16, 12)
    for quantity in (verdict.loss, verdict.n_params, verdict.n_examples):
        assert quantity.low < quantity.truth < quantity.high
        assert quantity.coverage >= 0.5
    assert verdict.loss.error < 0.03
    assert verdict.exponents["param_exponent"].truth == 0.34781
    assert verdict.failed_share == 0
    assert "not_identified" not in verdict.findings


def test_target_and_cost_are_stated(verdict):
    assert verdict.target_flops == 1e22
    assert 6 * verdict.n_params.truth * verdict.n_examples.truth == pytest.approx(1e22)
    assert verdict.train_flops == pytest.approx(6 * DESIGN.n_params @ DESIGN.n_examples)
    assert verdict.extrapolation == pytest.approx(1e22 / 6 / 1e20)


def test_a_verdict_is_text_and_json(verdict):
    text = verdict.summary()
    assert text.startswith("16 runs of")
    assert "12 simulated sweeps, fitted with `chinchilla`; 90% intervals" in text
    values = json.loads(json.dumps(verdict.to_dict(), allow_nan=False))
    assert values["loss"]["truth"] == verdict.loss.truth
    assert set(values["exponents"]) == {"param_exponent", "data_exponent"}


@pytest.mark.parametrize("variable", ["n_examples", "train_flops"])
def test_a_ladder_is_judged_by_the_law_of_its_variable(variable):
    data = np.geomspace(1e8, 1e10, 8)
    size = np.full(8, 1e7) if variable == "n_examples" else data / 20
    target = {"n_params": float(size[-1]), "n_examples": 4e10}
    verdict = judge_design(
        "besiroglu",
        Design(n_params=size, n_examples=data),
        target=target,
        form="power_law_floor",
        x=variable,
        noise=0.001,
        n_trials=10,
    )
    assert (verdict.form, verdict.failed_share) == ("power_law_floor", 0)
    assert verdict.loss.low < verdict.loss.high < 1.2 * verdict.loss.low
    assert set(verdict.exponents) == {"exponent"}
    assert verdict.extrapolation == pytest.approx(4)
    assert verdict.to_dict()["n_examples"]["truth"] == 4e10
    assert verdict.to_dict()["n_examples"]["low"] is None
    assert "n_examples  4e+10\n" in verdict.summary()
    assert "nan" not in verdict.summary()


def test_less_noise_pins_down_more(verdict):
    clean = judge_design("besiroglu", DESIGN, target=1e22, noise=0.001, n_trials=10)
    noisy = verdict  # Of five times the noise.
    assert clean.loss.error < noisy.loss.error
    assert clean.loss.high - clean.loss.low < noisy.loss.high - noisy.loss.low


def test_seeds_count_towards_the_cost():
    double = Design(n_params=DESIGN.n_params, n_examples=DESIGN.n_examples, n_seeds=2)
    verdict = judge_design(
        "chinchilla", double, params=HOFFMANN, target=TARGET, n_trials=10, noise=0.001
    )
    assert verdict.n_runs == 32
    assert verdict.target_flops == pytest.approx(6 * 3e9 * 3e11)
    assert verdict.train_flops == pytest.approx(12 * DESIGN.n_params @ DESIGN.n_examples)


def test_another_form_may_be_fitted_than_the_truth():
    verdict = judge_design(
        "besiroglu", DESIGN, target=1e22, form=FORMS["coupled"], n_trials=10, noise=0.001
    )
    assert verdict.form == "coupled"
    assert all(np.isnan(item.truth) for item in verdict.exponents.values())
    assert json.loads(json.dumps(verdict.to_dict(), allow_nan=False))["form"] == "coupled"
    held = {line.split()[0]: "held" in line for line in verdict.summary().splitlines()[2:8]}
    assert held["loss"]
    assert not any(held[name] for name in verdict.exponents)


def test_sweeps_that_can_not_be_fitted_are_counted():
    design = Design(n_params=np.geomspace(1e7, 1e9, 7), n_examples=np.geomspace(1e11, 1e9, 7))
    verdict = judge_design(
        "besiroglu", design, target=1e22, n_trials=10, noise=Noise(diverged_share=0.1)
    )
    assert 0 < verdict.failed_share < 1
    assert all("needs at least 7 runs" in message for message in verdict.failures)
    assert f"{verdict.failed_share:.0%} of the sweeps could not be fitted" in verdict.summary()


def test_a_design_that_can_never_be_fitted_is_refused():
    with pytest.raises(TooFewRunsError, match="needs at least 7 runs"):
        judge_design(
            "besiroglu",
            Design.ladder(n_params=[1e7, 1e8, 1e9], examples_per_param=20),
            target=1e22,
            n_trials=10,
        )


def test_options_that_can_not_be_used_are_named():
    with pytest.raises(FitError, match=r"`n_trials` must be at least 10"):
        judge_design("besiroglu", DESIGN, target=1e22, n_trials=3)
    with pytest.raises(FitError, match=r"`target` must be a positive"):
        judge_design("besiroglu", DESIGN, target=-1.0)
    with pytest.raises(FitError, match=r"`target` must be a budget in FLOPs, or n_params and"):
        judge_design("besiroglu", DESIGN, target={"n_params": 1e9})
    with pytest.raises(FitError, match=r"`level` must be between 0 and 1"):
        judge_design("besiroglu", DESIGN, target=1e22, level=90)
    with pytest.raises(FitError, match="`x` must be one of n_params, n_examples, train_flops"):
        judge_design("besiroglu", DESIGN, target=1e22, form="power_law_floor", x="loss")


def test_a_law_with_a_third_variable_has_no_target_to_be_judged_by():
    class Repeated(Chinchilla):
        name = "repeated"
        variables = ("n_params", "n_examples", "dataset_size")

    with pytest.raises(FitError, match=r"judged under a law of n_params and n_examples\. Received"):
        judge_design(Repeated(), DESIGN, params=HOFFMANN, target=1e22)
