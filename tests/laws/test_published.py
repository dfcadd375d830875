"""Published numbers, to the digits that their sources print."""

import json
from pathlib import Path

import numpy as np
import pytest

from scaling_keras.errors import FitError
from scaling_keras.laws import FORMS, Fit, cheapest, published
from scaling_keras.runs import PARAM_CONVENTIONS

GOPHER_BUDGET = 5.76e23
"""FLOPs that Gopher and Chinchilla were trained with: Hoffmann et al., table 3 and section 4."""


@pytest.mark.parametrize("name", published.PUBLISHED)
def test_a_published_law_predicts_without_an_interval_and_says_so(name):
    fit = published.get(name)
    middle = dict(zip(fit.law.variables, fit.values.mean(axis=0), strict=True))
    prediction = fit.predict(**middle)
    assert 1 < prediction.mean[0] < 10
    assert np.isnan([prediction.low[0], prediction.high[0]]).all()
    assert fit.warnings[0].code == "no_interval"
    assert {finding.code for finding in fit.warnings[1:]} <= {"source_note"}
    assert "arXiv:" in fit.labels["source"]


@pytest.mark.parametrize("name", ["kaplan", "hoffmann"])
def test_what_a_source_says_of_a_law_goes_with_each_of_its_plans(name):
    fit = published.get(name)
    notes = {note for note in fit.warnings if note.code == "source_note"}
    assert {note.message for note in notes} == set(published.PUBLISHED[name].source.notes)
    for plan in (
        fit.optimal_allocation(train_flops=1e21),
        fit.predict(n_params=1e9, n_examples=1e10),
        cheapest(fit, loss=2.2),
    ):
        assert notes <= set(plan.warnings)


def test_the_rules_of_kaplan_et_al_for_size_say_that_rates_were_not_decayed():
    for name in ("kaplan_n_params", "kaplan_n_params_min"):
        assert any("not decayed" in note for note in published.power_law(name).source.notes)


@pytest.mark.parametrize("name", published.PUBLISHED)
def test_a_published_law_survives_json(name):
    fit = published.get(name)
    values = json.loads(json.dumps(fit.to_dict(), allow_nan=False))
    back = Fit.from_dict(values)
    assert values["objective"] is None
    assert np.isnan([back.objective, back.start_agreement, back.moved]).all()
    assert back.resamples.shape == fit.resamples.shape
    np.testing.assert_array_equal(back.observed, fit.observed)
    assert back.formula() == fit.formula()
    assert back.to_dict() == fit.to_dict()


@pytest.mark.parametrize("name", published.PUBLISHED)
def test_parameters_and_conventions_are_in_our_words(name):
    law = published.PUBLISHED[name]
    assert set(law.params) == set(FORMS[law.form].parameters)
    assert set(law.ranges) - {"train_flops"} == set(FORMS[law.form].variables)
    assert law.source.param_convention in ("", *PARAM_CONVENTIONS)
    for name, value in law.fit().params.items():
        assert value == pytest.approx(law.params[name], rel=1e-12)


@pytest.mark.parametrize(
    ("name", "form"), [("kaplan", "kaplan"), ("muennighoff", "data_constrained")]
)
def test_laws_of_a_form_are_there_if_the_form_is(name, form):
    assert (name in published.PUBLISHED) == (form in FORMS)


@pytest.mark.parametrize(
    ("name", "loss"), [("hoffmann", 1.9366), ("hoffmann_unrounded", 1.9208), ("besiroglu", 1.9734)]
)
def test_the_loss_of_chinchilla_is_that_of_the_printed_formula(name, loss):
    prediction = published.get(name).predict(n_params=70e9, n_examples=1.4e12)
    assert prediction.mean[0] == pytest.approx(loss, abs=5e-5)
    assert prediction.extrapolation[0] == pytest.approx(70e9 * 1.4e12 * 6 / 1.3e22, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "exponent"),
    # Hoffmann et al. print 0.46 for approach 3, Besiroglu et al. 0.513.
    [("hoffmann", 0.452), ("hoffmann_unrounded", 0.4565), ("besiroglu", 0.513)],
)
def test_the_exponent_of_the_optimal_size_is_the_published_one(name, exponent):
    low, high = published.get(name).optimal_allocation(train_flops=[1e21, 1e23]).n_params.value
    assert np.log10(high / low) / 2 == pytest.approx(exponent, abs=5e-4)


def test_approach_3_gives_the_size_that_hoffmann_et_al_print_for_the_budget_of_gopher():
    # Figure 4: 40 billion parameters at the budget of Gopher.
    best = published.get("hoffmann_unrounded").optimal_allocation(train_flops=GOPHER_BUDGET)
    assert best.n_params.value == pytest.approx(40e9, rel=0.02)
    assert np.isnan(best.n_params.low)


def test_besiroglu_et_al_ask_for_about_twenty_tokens_per_parameter():
    best = published.get("besiroglu").optimal_allocation(train_flops=GOPHER_BUDGET)
    assert best.n_examples.value / best.n_params.value == pytest.approx(20, abs=2)


def test_gadre_et_al_in_their_own_variables():
    # Theirs: E + (a M**eta + b M**-eta) C**-eta with 1.51, 141, 190 and 0.121 for C4.
    size, data = 1.4e9, 28e9
    ratio, compute = data / size, 6 * size * data
    theirs = 1.51 + (141 * ratio**0.121 + 190 * ratio**-0.121) * compute**-0.121
    ours = published.get("gadre_c4").predict(n_params=size, n_examples=data).mean[0]
    assert ours == pytest.approx(theirs, rel=0.01)


@pytest.mark.skipif("kaplan" not in FORMS, reason="the form is not there")
def test_the_joint_law_of_kaplan_et_al_tends_to_a_power_of_the_size():
    fit = published.get("kaplan")
    sizes = np.array([1e6, 1e9])
    loss = fit.predict(n_params=sizes, n_examples=1e30).mean
    np.testing.assert_allclose(loss, (6.4e13 / sizes) ** 0.076, rtol=1e-3)
    loss = fit.predict(n_params=1e30, n_examples=sizes).mean
    np.testing.assert_allclose(loss, (1.8e13 / sizes) ** 0.103, rtol=1e-3)


@pytest.mark.skipif("data_constrained" not in FORMS, reason="the form is not there")
def test_the_law_of_muennighoff_et_al_is_their_chinchilla_law_for_fresh_data():
    fit = published.get("muennighoff")
    # At the size that is best for the data nothing is in excess: A / N**a + B / D**b + E.
    ratio = (np.exp(6.255414) / np.exp(7.3049974)) ** (1 / 0.3526596)
    size, data = 1e9 * ratio**0.5, 1e9 / ratio**0.5
    loss = fit.predict(n_params=size, n_examples=data, dataset_size=data).mean[0]
    expected = np.exp(0.6254804) + (
        np.exp(6.255414) / size**0.3526596 + np.exp(7.3049974) / data**0.3526596
    )
    assert loss == pytest.approx(expected, rel=1e-6)


def test_repeated_predictions_know_the_range_of_the_runs():
    fit = published.get("besiroglu")
    inside = fit.predict(n_params=1e9, n_examples=2e10)
    assert inside.extrapolation[0] == 1
    # Largest size and most data together were never trained.
    assert fit.predict(n_params=1.6e10, n_examples=3e11).extrapolation[0] > 2


def test_standard_errors_are_those_of_besiroglu_et_al():
    errors = published.PUBLISHED["besiroglu"].standard_errors
    assert errors["data_exponent"] == 0.0206
    assert set(errors) == set(published.PUBLISHED["besiroglu"].params)


@pytest.mark.parametrize(
    ("name", "at", "value"),
    [
        # Kaplan et al., equations 1.1 to 1.4, in their own units.
        ("kaplan_loss_of_n_params", {"n_params": 8.8e13}, 1.0),
        ("kaplan_loss_of_dataset_size", {"dataset_size": 5.4e13}, 1.0),
        ("kaplan_loss_of_train_flops_min", {"train_flops": 3.1e8 * 8.64e19}, 1.0),
        ("kaplan_loss_of_train_flops", {"train_flops": 1.6e7 * 8.64e19}, 1.0),
        ("kaplan_n_params_min", {"train_flops": 8.64e19}, 1.3e9),
        ("kaplan_n_params", {"train_flops": 8.64e19}, 1.6e9),
        ("kaplan_batch_size", {"loss": 1.0}, 2.0e8),
        ("minicpm_batch_size", {"loss": 1.0}, 1.21e9),
        ("llama3_n_examples", {"train_flops": 3.8e25}, 1.05e13),
        ("step_law_learning_rate", {"n_params": 1e9, "n_examples": 1e11}, 1.63e-3),
        ("step_law_batch_size", {"n_examples": 1e11}, 1.11e6),
    ],
)
def test_a_rule_gives_what_its_source_prints(name, at, value):
    assert published.power_law(name)(**at)[0] == pytest.approx(value, rel=5e-3)


def test_size_and_data_of_deepseek_make_up_the_budget():
    budgets = np.array([1e18, 1e20])
    size = published.power_law("deepseek_train_flops_per_example")(train_flops=budgets)
    data = published.power_law("deepseek_n_examples")(train_flops=budgets)
    np.testing.assert_allclose(size * data, budgets, rtol=1e-3)


@pytest.mark.parametrize("name", published.POWER_LAWS)
def test_a_rule_has_a_source_and_an_interval_only_with_a_level(name):
    rule = published.power_law(name)
    assert rule.source.reference.count("arXiv:") == 1
    assert (rule.interval is None) == (rule.level is None)


def test_exponents_without_a_factor_give_no_values():
    rule = published.power_law("porian_n_params_tuned")
    assert rule.exponents == {"train_flops": 0.497}
    with pytest.raises(FitError, match="has a published exponent only"):
        rule(train_flops=1e20)


def test_a_rule_says_how_far_beyond_its_runs_it_is_asked():
    rule = published.power_law("llama3_n_examples")
    factor = rule.extrapolation(train_flops=[6e17, 1e20, 1e25])
    np.testing.assert_allclose(factor, [10, 1, 1000])
    assert np.isnan(published.power_law("kaplan_n_params").extrapolation(train_flops=1e20)).all()


def test_unknown_names_and_variables_are_told_the_known_ones():
    with pytest.raises(FitError, match=r"one of.*hoffmann.*Received: 'chinchilla'"):
        published.get("chinchilla")
    with pytest.raises(FitError, match=r"one of.*llama3_n_examples.*Received: 'llama'"):
        published.power_law("llama")
    with pytest.raises(FitError, match=r"takes train_flops\. Received: n_params"):
        published.power_law("llama3_n_examples")(n_params=1e9)
    with pytest.raises(FitError, match="`train_flops` must be a positive"):
        published.power_law("llama3_n_examples")(train_flops=0)


@pytest.mark.parametrize("name", [*published.PUBLISHED, *published.POWER_LAWS])
def test_every_published_law_is_in_the_documentation(name):
    page = Path(__file__).parents[2] / "docs" / "published.md"
    assert f"`{name}`" in page.read_text(encoding="utf-8")
