import dataclasses
import math

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.errors import SweepError
from scaling_keras.tuner.designs.adaptive import AdaptiveSweep
from scaling_keras.tuner.executors.interface import TrialOutcome
from tests.tuner.paper_models import Nature, PaperModels, completed, never, sizes

SIZES = sizes(1e7, 3e7, 1e8, 3e8, 1e9)
DATA = [2e8, 6e8, 2e9, 6e9, 2e10]
TARGET = {"n_params": 3e9, "n_examples": 6e10}
FAILED = TrialOutcome(status="failed", reason="no room")


def sweep(**options):
    return AdaptiveSweep(
        **{
            "sizes": SIZES,
            "n_examples": DATA,
            "target": TARGET,
            "until": {"width": 0.18, "train_flops": 1e20},
            "n_resamples": 100,
            **options,
        }
    )


def own_form(function, **options):
    """Return a law of one exponent for size and data."""
    ranges = {"floor": (0.1, 5.0), "coef": (1.0, 1e5), "exponent": (0.05, 1.0)}
    return laws.custom_form(
        function,
        parameters=ranges,
        variables=("n_params", "n_examples"),
        exponents=("exponent",),
        **options,
    )


def one_exponent(n_params, n_examples, floor, coef, exponent):
    return floor + coef * (n_params**-exponent + n_examples**-exponent)


OF_ACCURACY = own_form(one_exponent, target="accuracy")


def run(course, nature, *, in_flight=1, at_most=60):
    """Run a course with some trials in flight; return the plans in the order of their ends."""
    running, order = [], []
    while len(order) < at_most:
        while len(running) < in_flight and (plan := course.next_plan()) is not None:
            running.append(plan)
        if not running:
            break
        plan = running.pop(0)
        course.finish(plan, nature(plan))
        order.append(plan)
    return order


@pytest.fixture(scope="module")
def ended():
    """A course that has reached the width that was wanted."""
    nature = Nature(np.random.default_rng(0))
    course = sweep().start(PaperModels(), never)
    return course, run(course, nature), nature


def test_it_begins_with_three_sizes_and_three_amounts_of_data():
    first = sweep().first(PaperModels())
    assert len(first) == 9
    assert {plan.size["n"] for plan in first} == {1e7, 3e7, 1e8}
    assert {plan.n_examples for plan in first} == {2e8, 6e8, 2e9}


def begins_with(**options):
    """Return the sizes and the amounts of data of the first runs."""
    first = sweep(**options).first(PaperModels())
    return {plan.size["n"] for plan in first}, {plan.n_examples for plan in first}


def test_a_large_budget_is_no_reason_to_begin_with_dearer_ones():
    dear = {"until": {"train_flops": 1e23}}
    assert begins_with(**dear) == begins_with() == ({1e7, 3e7, 1e8}, {2e8, 6e8, 2e9})


def test_the_first_ones_are_apart_where_there_are_such():
    near = {"sizes": sizes(1e7, 1.2e7, 2e7, 2.2e7, 4e7, 8e7), "n_examples": [200, 220, 240, 290]}
    assert begins_with(**near) == ({1e7, 2e7, 4e7}, {200, 240, 290})


def test_if_the_budget_does_not_pay_for_those_it_begins_with_the_smallest():
    near = {"sizes": sizes(1e7, 1.2e7, 1.3e7, 2e7, 1e9), "n_examples": [200, 400, 800]}
    assert begins_with(**near)[0] == {1e7, 2e7, 1e9}
    tight = begins_with(**near, until={"train_flops": 6 * 1e9 * 800})
    assert tight == ({1e7, 1.2e7, 1.3e7}, {200, 400, 800})


class Dearer(PaperModels):
    """An example costs twice as much."""

    def train_flops_per_example(self, plan):
        return 2 * super().train_flops_per_example(plan)


class Padded(Nature):
    """Half of what a trial is planned to see is padding."""

    def __call__(self, plan):
        seen = plan.n_examples // 2
        outcome = super().__call__(dataclasses.replace(plan, n_examples=seen))
        flops = 6.0 * plan.size["n"] * plan.n_examples
        return dataclasses.replace(outcome, n_examples=seen, train_flops=flops)


def test_padding_makes_no_other_choices_than_dearer_examples_do():
    options = {"target": {"train_flops": 1e22}, "until": {"train_flops": 1e20}}
    options |= {"form": "chinchilla"}
    half = [n_examples / 2 for n_examples in DATA]
    padded = sweep(**options).start(PaperModels(), never)
    dearer = sweep(**options, n_examples=half).start(Dearer(), never)
    bought = [
        [(plan.size["n"], plan.n_examples * share) for plan in run(course, nature, at_most=12)]
        for course, nature, share in (
            (padded, Padded(np.random.default_rng(0)), 0.5),
            (dearer, Nature(np.random.default_rng(0)), 1.0),
        )
    ]
    assert bought[0] == bought[1]
    assert len(bought[0]) == 12
    best = [course.fit.optimal_allocation(train_flops=1e22) for course in (padded, dearer)]
    assert best[0].n_examples.value == pytest.approx(best[1].n_examples.value)
    assert 12 * best[0].n_params.value * best[0].n_examples.value == pytest.approx(1e22)


def test_it_ends_when_the_interval_is_narrow_enough_and_says_so(ended):
    course, order, _ = ended
    assert "as narrow as wanted" in course.reason
    predicted = course.fit.predict(**TARGET)
    assert predicted.high[0] / predicted.low[0] <= 1.18
    assert course.fit.backtest is not None
    assert len(order) >= 15
    assert course.spent() <= 1e20
    assert len({plan.name for plan in order}) == len(order)
    assert course.next_plan() is None
    assert "interval" in course.note


def test_it_ends_when_the_compute_is_spent():
    nature = Nature(np.random.default_rng(1), noise=0.02)
    course = sweep(until={"train_flops": 6e18}).start(PaperModels(), never)
    run(course, nature)
    assert course.spent() <= 6e18
    assert course.reason.startswith("no run is left that the budget allows")


@pytest.mark.parametrize("budget", [{}, {"train_flops": 1e22}])
def test_it_ends_when_every_run_has_been_trained_and_says_so(budget):
    nature = Nature(np.random.default_rng(1), noise=0.02)
    options = {"sizes": SIZES[:3], "n_examples": DATA[:3], "until": {"width": 1e-3, **budget}}
    course = sweep(**options).start(PaperModels(), never)
    assert len(run(course, nature)) == 9
    assert course.reason.startswith("every run of `sizes`, `n_examples` and `seeds` has been")
    failing = sweep(**options).start(PaperModels(), never)
    run(failing, lambda plan: FAILED)
    assert "add larger ones, and there is no law: " in failing.reason


def test_a_run_that_alone_costs_more_than_the_budget_is_none_that_has_been_trained():
    models = PaperModels()
    nine = {"sizes": SIZES[:3], "n_examples": DATA[:3]}
    cost = sum(
        models.train_flops_per_example(plan) * plan.n_examples
        for plan in sweep(**nine).first(models)
    )
    nature = Nature(np.random.default_rng(1), noise=0.02)
    options = {**nine, "sizes": [*SIZES[:3], SIZES[4]], "until": {"train_flops": 1.001 * cost}}
    course = sweep(**options).start(models, never)
    run(course, nature)
    assert course.reason.startswith("no run is left that the budget allows")


def test_trials_cost_whole_batches():
    models = PaperModels(step=4 * 10**8)
    nature = Nature(np.random.default_rng(1), noise=0.02)
    course = sweep(until={"train_flops": 8e18}).start(models, never)
    order = run(course, nature)
    paid = sum(models.train_flops_per_example(p) * models.n_examples(p) for p in order)
    assert paid == pytest.approx(course.spent())
    assert 4e18 < paid <= 8e18


def test_amounts_of_data_that_are_the_same_in_whole_batches_are_trained_once():
    models = PaperModels(step=10**9)
    plans = sweep(n_examples=[2e8, 6e8, 2e9, 6e9]).plan(models)
    assert {plan.n_examples for plan in plans} == {2e8, 2e9, 6e9}


def test_what_earlier_searches_trained_is_not_run_again(ended):
    _, order, nature = ended
    done = {plan.name for plan in order[:-1]}
    again = sweep().start(PaperModels(), lambda p: nature(p) if p.name in done else None)
    assert {plan.name for plan in again.known()} == done
    assert [p.name for p in run(again, nature)] == [order[-1].name]


def test_several_trials_in_flight_are_different_and_none_is_lost():
    nature = Nature(np.random.default_rng(0))
    course = sweep(until={"width": 0.25, "train_flops": 2e19}).start(PaperModels(), never)
    order = run(course, nature, in_flight=3)
    assert len({plan.name for plan in order}) == len(order)
    assert course.spent() <= 2e19
    assert course.reason


def test_a_failed_trial_is_paid_for_and_replaced_by_another():
    nature = Nature(np.random.default_rng(0))
    bad = {plan.name for plan in sweep().first(PaperModels())[:4]}
    course = sweep().start(PaperModels(), never)
    order = run(course, lambda plan: FAILED if plan.name in bad else nature(plan))
    assert bad <= {plan.name for plan in order}
    assert "as narrow as wanted" in course.reason


def test_nothing_but_failures_ends_with_the_reason():
    course = sweep(until={"train_flops": 3e18}).start(PaperModels(), never)
    run(course, lambda plan: FAILED, at_most=200)
    assert course.reason.startswith("no run is left that the budget allows, and there is no law")


@pytest.mark.parametrize("bad", [0.0, math.nan])
def test_a_run_without_a_usable_loss_is_left_out_of_the_law(bad):
    nature = Nature(np.random.default_rng(0))
    spoilt = sweep().first(PaperModels())[0].name
    course = sweep().start(PaperModels(), never)
    order = run(course, lambda plan: completed(bad) if plan.name == spoilt else nature(plan))
    assert spoilt in {plan.name for plan in order}
    assert course.fit.n_runs == len(order) - 1
    assert "as narrow as wanted" in course.reason


@pytest.mark.parametrize("metrics", [{"val_loss": -1.0}, {"loss": 1.0}])
def test_runs_that_all_lack_a_usable_loss_end_it_with_the_reason(metrics):
    course = sweep().start(PaperModels(), never)
    outcome = TrialOutcome(status="completed", metrics=metrics)
    assert len(run(course, lambda plan: outcome)) == 9
    assert course.reason == (
        "no law can be fitted: 9 runs have completed, and none has a positive, finite val_loss"
    )


def test_a_law_of_your_own_can_steer_it():
    nature = Nature(np.random.default_rng(0))
    form = own_form(one_exponent, name="one_exponent")
    course = sweep(form=form, until={"width": 0.5}).start(PaperModels(), never)
    run(course, nature)
    assert course.fit.form == "one_exponent"
    assert "as narrow as wanted" in course.reason


@pytest.mark.parametrize("in_flight", [1, 3])
def test_a_law_that_no_further_run_makes_right_ends_it_before_another_is_paid_for(in_flight):
    def without_derivative(n_params, exponent, **others):
        flat = np.where(np.real(n_params) > 9e7, abs(exponent), exponent)
        return one_exponent(n_params, exponent=flat, **others)

    trained = []
    nature = Nature(np.random.default_rng(0))
    course = sweep(form=own_form(without_derivative)).start(PaperModels(), never)
    with pytest.raises(SweepError, match=r"law, which must .* Received: .*what has been trained"):
        run(course, lambda plan: trained.append(plan) or nature(plan), in_flight=in_flight)
    assert len(trained) == 9


def test_equal_losses_leave_the_best_size_open_and_are_no_mistake():
    options = {"target": {"train_flops": 1e21}, "until": {"train_flops": 1e20}}
    course = sweep(form="chinchilla", **options).start(PaperModels(), never)
    assert len(run(course, lambda plan: completed(2.0), at_most=11)) == 11


def test_the_optimal_size_of_a_budget_can_be_the_target():
    nature = Nature(np.random.default_rng(0))
    options = {"target": {"train_flops": 1e21}, "until": {"width": 20.0, "train_flops": 1e20}}
    course = sweep(**options).start(PaperModels(), never)
    run(course, nature)
    best = course.fit.optimal_allocation(train_flops=1e21).n_params
    assert best.high / best.low <= 21


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sizes": SIZES[:2]}, "`sizes` of an adaptive sweep must be at least 3"),
        ({"n_examples": DATA[:2]}, "`n_examples` of an adaptive sweep must be at least 3"),
        ({"target": {"n_params": 1e9}}, "`target` must name n_params and n_examples, or"),
        ({"until": 0.1}, "`until` must be a mapping of names to numbers.* Received: 0.1"),
        ({"target": None}, "`target` must be a mapping of names to numbers.* Received: None"),
        ({"until": {}}, "`until` must name width, train_flops or both"),
        ({"until": {"steps": 5}}, "`until` must name width, train_flops or both"),
        ({"until": {"width": -1}}, "`until` must be positive, finite numbers"),
        ({"form": "chinchila"}, r"`form` .* chinchilla, coupled, kaplan, or .*: 'chinchila'\.$"),
        ({"form": None}, r"`form` of an adaptive sweep must be .* Received: None\.$"),
        ({"form": "power_law"}, r"Received: 'power_law', of loss by x\.$"),
        ({"form": "data_constrained"}, "'data_constrained', of loss by n_params, n_examples, data"),
        ({"form": OF_ACCURACY}, "'custom', of accuracy by n_params, n_examples"),
        ({"level": 90}, "`level` must be between 0 and 1"),
        ({"n_resamples": 5}, "`n_resamples` must be at least 100"),
        ({"worth": 2}, "`worth` must be from 0 to 1"),
        ({"worth": -1}, "`worth` must be from 0 to 1"),
    ],
)
def test_what_cannot_be_meant_is_refused(options, message):
    with pytest.raises(SweepError, match=message):
        sweep(**options)


def test_the_budget_must_pay_for_the_first_runs():
    with pytest.raises(SweepError, match="`until` must allow the first 9 runs"):
        sweep(until={"train_flops": 2e18}).start(PaperModels(exponent=1.02), never)


def test_first_runs_that_leave_little_to_choose_with_are_a_finding():
    models = PaperModels()
    cost = sum(
        models.train_flops_per_example(plan) * plan.n_examples
        for plan in sweep(until={"train_flops": 3e18}).first(models)
    )
    tight, ample = (
        sweep(until={"train_flops": times * cost}).start(models, never) for times in (1.5, 3)
    )
    assert [finding.code for finding in tight.findings] == ["little_to_choose"]
    assert "The first 9 runs" in tight.findings[0].message
    assert ample.findings == []


def test_sizes_that_cannot_be_built_do_not_count():
    with pytest.raises(SweepError, match="needs 3 different sizes that can be built"):
        sweep().start(PaperModels(broken=(1e7, 3e7, 1e8)), never)
