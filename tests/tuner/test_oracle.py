import math

import keras_tuner
import pytest

from scaling_keras.errors import SweepError
from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.objective import metric_name
from scaling_keras.tuner.oracle import PlanOracle
from scaling_keras.tuner.sweep import plan_trial

FAILED = TrialOutcome(status="failed", reason="MemoryError: no room")


def completed(loss):
    return TrialOutcome(status="completed", metrics={"val_loss": loss, "loss": loss - 0.1})


@pytest.fixture
def plans():
    return [plan_trial({"width": width}, n, 0) for n in (100, 200) for width in (2, 4, 8)]


@pytest.fixture
def oracle(tmp_path):
    oracle = PlanOracle("val_loss")
    oracle._set_project_dir(str(tmp_path), "sweep")
    return oracle


def run_all(oracle, outcome):
    order = []
    while (plan := oracle.next_trial()) is not None:
        order.append(plan)
        oracle.finish(plan, outcome(plan))
    return order


def test_trials_are_proposed_in_the_order_of_the_plan_each_once(oracle, plans):
    oracle.set_plan(plans, {})
    assert run_all(oracle, lambda plan: completed(2.0)) == plans
    assert oracle.next_trial() is None


@pytest.mark.parametrize(
    ("values", "declared"),
    [([0.5, 1, 2], [0.5, 1.0, 2.0]), ([True, "layer"], ["True", "layer"]), ([1, 2], [1, 2])],
)
def test_values_of_several_kinds_are_proposed_as_they_are(oracle, values, declared):
    plans = [plan_trial({"value": value}, 100, 0) for value in values]
    oracle.set_plan(plans, {})
    (space,) = [item for item in oracle.hyperparameters.space if item.name == "value"]
    assert list(map(repr, space.values)) == list(map(repr, declared))
    proposed = run_all(oracle, lambda plan: completed(2.0))
    assert [repr(plan.size["value"]) for plan in proposed] == list(map(repr, values))
    assert proposed[1].name == f"value{values[1]}_100_seed0"


def test_trials_that_have_ended_are_not_proposed_again(oracle, plans):
    oracle.set_plan(plans, {plans[1].name: completed(1.0), plans[4].name: FAILED})
    order = run_all(oracle, lambda plan: completed(2.0))
    assert order == [plans[0], plans[2], plans[3], plans[5]]
    best = oracle.get_best_trials(1)[0]
    assert (best.score, oracle.plan_of(best)) == (1.0, plans[1])


def test_several_trials_may_be_under_way(oracle, plans):
    oracle.set_plan(plans, {})
    first, second = oracle.next_trial(), oracle.next_trial()
    assert (first, second) == (plans[0], plans[1])
    oracle.finish(second, completed(1.5))
    oracle.finish(first, completed(2.5))
    assert [oracle.plan_of(trial) for trial in oracle.get_best_trials(2)] == [second, first]


def test_no_number_of_failures_ends_the_search(oracle, plans):
    oracle.set_plan(plans, {})
    assert run_all(oracle, lambda plan: FAILED) == plans
    assert {trial.status for trial in oracle.trials.values()} == {"FAILED"}
    assert {trial.message for trial in oracle.trials.values()} == {FAILED.reason}


def test_a_trial_without_a_finite_objective_has_failed(oracle, plans):
    oracle.set_plan(plans, {})
    plan = oracle.next_trial()
    oracle.finish(plan, TrialOutcome(status="completed", metrics={"loss": 1.0}))
    (trial,) = oracle.trials.values()
    assert (trial.status, trial.message) == ("FAILED", "no finite val_loss")
    assert trial.score is None or math.isnan(trial.score)


def test_the_best_hyperparameters_are_those_of_the_lowest_loss(oracle, plans):
    oracle.set_plan(plans, {})
    run_all(oracle, lambda plan: completed(1.0 + abs(plan.size["width"] - 4)))
    values = oracle.get_best_trials(1)[0].hyperparameters.values
    assert (values["width"], values["n_examples"]) == (4, 100)


def test_the_search_space_holds_what_the_plan_varies(oracle, plans):
    oracle.set_plan(plans, {})
    space = {hp.name: tuple(hp.values) for hp in oracle.get_space().space}
    assert space == {"width": (2, 4, 8), "n_examples": (100, 200), "seed": (0,)}


def test_a_new_plan_takes_the_place_of_the_old_one(oracle, plans):
    oracle.set_plan(plans, {})
    oracle.next_trial()
    oracle.set_plan(plans[3:], {})
    assert run_all(oracle, lambda plan: completed(2.0)) == plans[3:]


def test_nothing_is_written_and_nothing_said(oracle, plans, tmp_path, capsys):
    oracle.set_plan(plans, {})
    run_all(oracle, lambda plan: completed(2.0))
    oracle.save()
    oracle.reload()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert capsys.readouterr() == ("", "")


def test_a_course_may_wait_for_what_is_under_way(oracle, plans):
    """The second trial is chosen by how the first ended."""

    class Course:
        reason, note, train_flops, findings = "", "so far", 0.0, []

        def __init__(self):
            self.waiting = [plans[0]]

        def known(self):
            return ()

        def next_plan(self):
            return self.waiting.pop(0) if self.waiting else None

        def finish(self, plan, outcome):
            if plan is plans[0]:
                self.waiting.append(plans[3] if outcome.metrics["val_loss"] > 1 else plans[1])

    oracle.set_plan((), {}, Course())
    first = oracle.next_trial()
    assert oracle.next_trial() is None
    oracle.finish(first, completed(2.0))
    assert oracle.next_trial() is plans[3]
    assert oracle.note == "so far"
    assert oracle.next_trial() is None


def test_trials_of_earlier_searches_are_taken_in_once(oracle, plans):
    oracle.set_plan(plans, {})
    run_all(oracle, lambda plan: completed(2.0))
    oracle.restore(plans[0], completed(0.5))
    other = plan_trial({"width": 16}, 100, 0)
    oracle.restore(other, completed(1.0))
    assert oracle.plan_of(oracle.get_best_trials(1)[0]) == other


def test_the_metric_of_an_objective_is_a_name_or_one_of_keras_tuner():
    assert metric_name("val_loss") == "val_loss"
    assert metric_name(keras_tuner.Objective("val_loss", "min")) == "val_loss"
    with pytest.raises(SweepError, match=r"less is better.*Received: 'score'"):
        metric_name(keras_tuner.Objective("score", "max"))
    with pytest.raises(SweepError, match=r"name of one metric.*Received: \['loss'\]"):
        metric_name(["loss"])


@pytest.mark.parametrize("objective", ["val_accuracy", "auc"])
def test_an_objective_of_which_more_is_better_is_refused(objective):
    with pytest.raises(SweepError, match=f"less is better.*Received: '{objective}'"):
        PlanOracle(objective)
