"""What holds of every design, and of the simple ones in particular."""

import inspect
import math

import pytest

import scaling_keras as sk
from scaling_keras.errors import SweepError
from scaling_keras.tuner.designs import DESIGNS
from scaling_keras.tuner.sizes import TargetSize
from scaling_keras.tuner.sweep import GridSweep
from tests.tuner.paper_models import PaperModels, never, sizes

MANY = sizes(1e3, 4e3, 16e3, 64e3)
BY_NAME = {
    "adaptive": lambda: sk.AdaptiveSweep(
        sizes=MANY,
        n_examples=[1e4, 4e4, 16e4],
        target={"n_params": 1e6, "n_examples": 1e7},
        until={"train_flops": 1e12},
    ),
    "data_ladder": lambda: sk.DataLadderSweep(size={"n": 1e4}, n_examples=(100, 10_000)),
    "grid": lambda: GridSweep(sizes=MANY, n_examples=[100, 1000], seeds=[0, 1]),
    "hyperparameters": lambda: sk.HyperparameterSweep(
        sizes=MANY, n_examples=[100], values={"learning_rate": [0.1, 0.2], "batch_size": [2, 4]}
    ),
    "isoflop": lambda: sk.IsoFLOPSweep(budgets=[1e9, 1e10], sizes=MANY),
    "ladder": lambda: sk.LadderSweep(sizes=MANY, examples_per_param=[5, 20]),
    "tuned": lambda: sk.TunedSweep(GridSweep(sizes=MANY, n_examples=[100])),
}


def test_every_design_is_tried_here_and_public():
    assert set(BY_NAME) == set(DESIGNS)
    assert {design.__name__ for design in DESIGNS.values()} <= set(sk.__all__)


@pytest.mark.parametrize("name", DESIGNS)
def test_a_design_plans_different_trials_cheapest_first(name):
    models = PaperModels()
    plans = BY_NAME[name]().plan(models)
    costs = [models.train_flops_per_example(plan) * plan.n_examples for plan in plans]
    assert plans
    assert len({plan.name for plan in plans}) == len(plans)
    assert costs == sorted(costs)


@pytest.mark.parametrize("name", sorted(set(DESIGNS) - {"data_ladder"}))
def test_a_design_leaves_out_models_that_are_too_large(name):
    plans = BY_NAME[name]().plan(PaperModels(limit=20e3))
    assert {plan.size["n"] for plan in plans} == {1e3, 4e3, 16e3}


@pytest.mark.parametrize("name", sorted(set(DESIGNS) - {"adaptive", "tuned"}))
def test_a_fixed_design_hands_out_its_plan_and_says_when_it_is_done(name):
    sweep = BY_NAME[name]()
    course = sweep.start(PaperModels(), never)
    plans = []
    while (plan := course.next_plan()) is not None:
        plans.append(plan)
    assert tuple(plans) == course.known() == sweep.plan(PaperModels())
    assert course.reason == "every trial of the sweep has been run"


@pytest.mark.parametrize("name", DESIGNS)
def test_a_design_takes_its_options_by_name_only(name):
    signature = inspect.signature(DESIGNS[name])
    kinds = {p.kind for n, p in signature.parameters.items() if n != "sweep"}
    assert kinds == {inspect.Parameter.KEYWORD_ONLY}


def test_each_budget_is_spent_at_each_size_as_counted_not_as_6nd():
    models = PaperModels(exponent=1.2)
    plans = sk.IsoFLOPSweep(budgets=[1e11, 1e12], sizes=MANY).plan(models)
    spent = [models.train_flops_per_example(plan) * plan.n_examples for plan in plans]
    assert spent[:4] == pytest.approx([1e11] * 4, rel=0.01)
    assert spent[4:] == pytest.approx([1e12] * 4, rel=0.01)


def test_a_size_that_cannot_be_built_has_no_budget_to_spend():
    plans = sk.IsoFLOPSweep(budgets=[1e10], sizes=MANY).plan(PaperModels(broken=(4e3,)))
    assert {plan.size["n"] for plan in plans} == {1e3, 16e3, 64e3}


def test_ratios_out_of_range_are_left_out():
    plans = sk.IsoFLOPSweep(budgets=[1e10], sizes=MANY, examples_per_param=(1, 200)).plan(
        PaperModels()
    )
    ratios = [plan.n_examples / plan.size["n"] for plan in plans]
    assert len(ratios) == 2
    assert 1 <= min(ratios) <= max(ratios) <= 200


def test_every_budget_is_spent_on_every_size_or_left_out_with_the_reason():
    options = {"budgets": [3e4, 1e8, 1e10], "sizes": MANY, "seeds": [0, 1]}
    sweep = sk.IsoFLOPSweep(**options, examples_per_param=(1, 200))
    models = PaperModels(step=20, broken=(4e3,))
    plans, left_out = sweep.plan(models), sweep.left_out(models)
    assert {plan.size_name for plan in plans} == {"n1000.0", "n16000.0"}
    assert len(plans) / 2 + len(left_out) == 9
    too_little = "the budget pays for less than one batch of 20 examples"
    too_thin = "the budget pays for fewer than 1 examples per parameter"
    assert left_out == {
        "n1000.0 at 30000 FLOPs": too_little,
        "n16000.0 at 30000 FLOPs": too_little,
        "n64000.0 at 30000 FLOPs": too_little,
        "n16000.0 at 1e+08 FLOPs": too_thin,
        "n64000.0 at 1e+08 FLOPs": too_thin,
        "n64000.0 at 1e+10 FLOPs": too_thin,
        "n1000.0 at 1e+10 FLOPs": "the budget pays for more than 200 examples per parameter",
    }


def test_a_budget_that_buys_no_example_is_refused():
    with pytest.raises(SweepError, match="At least one size must be able to spend a budget"):
        sk.IsoFLOPSweep(budgets=[10.0], sizes=MANY).plan(PaperModels())


def test_a_range_of_ratios_must_rise():
    with pytest.raises(SweepError, match="`examples_per_param` must be a lower and a higher"):
        sk.IsoFLOPSweep(budgets=[1e9], sizes=MANY, examples_per_param=(5, 5))


@pytest.mark.parametrize("value", [0.0, -1.0, math.inf, "much"])
def test_budgets_must_be_positive(value):
    with pytest.raises(SweepError, match="`budgets` must be positive, finite numbers"):
        sk.IsoFLOPSweep(budgets=[value], sizes=MANY)


def test_a_ladder_keeps_the_ratio_of_data_to_parameters():
    plans = sk.LadderSweep(sizes=MANY, examples_per_param=[5, 20]).plan(PaperModels(broken=(1e3,)))
    assert sorted({plan.n_examples / plan.size["n"] for plan in plans}) == [5, 20]
    assert len(plans) == 6


def test_a_data_ladder_has_equal_ratios():
    sweep = sk.DataLadderSweep(size={"n": 1e3}, n_examples=(100, 1600), n_steps=5)
    assert [plan.n_examples for plan in sweep.plan(PaperModels())] == [100, 200, 400, 800, 1600]


def test_hyperparameters_are_part_of_a_trial_and_of_its_name():
    plans = BY_NAME["hyperparameters"]().plan(PaperModels())
    assert len(plans) == 16
    assert plans[0].hyperparameters == {"learning_rate": 0.1, "batch_size": 2}
    assert plans[0].name == "n1000.0_100_learning_rate0.1-batch_size2_seed0"


def test_there_must_be_hyperparameters_to_vary():
    with pytest.raises(SweepError, match="`values` must name at least one hyperparameter"):
        sk.HyperparameterSweep(sizes=MANY, n_examples=[1], values={})
    with pytest.raises(SweepError, match="hyperparameters of a trial must be numbers"):
        sk.HyperparameterSweep(sizes=MANY, n_examples=[1], values={"rate": [None, 1]})


@pytest.mark.parametrize("n_params", [0, -1, math.inf, math.nan])
def test_a_target_size_is_a_positive_number_of_parameters(n_params):
    with pytest.raises(SweepError, match="`n_params` of a size must be positive and finite"):
        TargetSize(n_params=n_params)


def test_a_target_size_varies_by_whole_steps():
    for multiple in (0, "8", 1.5):
        with pytest.raises(SweepError, match="`multiple` must be a whole number of at least 1"):
            TargetSize(n_params=1e4, multiple=multiple)
    with pytest.raises(SweepError, match=r"`multiple` must be at most `highest`.*highest=4"):
        TargetSize(n_params=1e4, multiple=8, highest=4)
    assert TargetSize(n_params=1e4, multiple=8.0) == TargetSize(n_params=1e4, multiple=8)


@pytest.mark.parametrize("given", [(10, 20, 40), (10,), 10, ("10", "20"), (10, None)])
def test_what_goes_from_a_lowest_to_a_highest_is_two_numbers(given):
    with pytest.raises(SweepError, match="`n_examples` must be "):
        sk.DataLadderSweep(size={"n": 1}, n_examples=given)
    with pytest.raises(SweepError, match="`examples_per_param` must be "):
        sk.IsoFLOPSweep(budgets=[1.0], sizes=[{"n": 1}], examples_per_param=given)


def test_amounts_of_data_that_are_too_close_are_named_as_they_were_given():
    with pytest.raises(SweepError, match=r"far enough apart for 6 .* n_examples=\(10, 12\)"):
        sk.DataLadderSweep(size={"n": 1}, n_examples=(10, 12))


def test_targets_that_come_out_the_same_are_refused():
    grid = GridSweep(sizes=[TargetSize(n_params=1e3), {"n": 1e3}], n_examples=[10])
    with pytest.raises(SweepError, match="`sizes` must be different"):
        grid.plan(PaperModels())
