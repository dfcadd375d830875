"""Designs in a tuner: with models that are built, and trained where that is the point."""

import math

import keras
import pytest

import scaling_keras as sk
from scaling_keras.errors import SweepError, TooFewRunsError
from scaling_keras.tuner.sizes import TargetSize
from scaling_keras.tuner.sweep import GridSweep
from tests.tuner.conftest import make_data
from tests.tuner.designs.pretending import (
    WIDTHS,
    Pretends,
    build_of_any_depth,
    build_tunable,
)


def test_values_whose_runs_would_have_one_name_are_refused(tuner_of):
    sweep = sk.HyperparameterSweep(
        sizes=[{"width": 2}], n_examples=[32], values={"activation": ["x y", "x-y"]}
    )
    tuner = tuner_of(sweep, executor=Pretends(lambda plan: 1.0))
    data = make_data(8)
    with pytest.raises(
        SweepError, match=r"'x y'.* and .*'x-y'.*both 'width2_32_activationx-y_seed0"
    ):
        tuner.search(data, validation_data=data)
    with pytest.raises(SweepError, match="values of different trials must differ"):
        tuner.describe(data, validation_data=data, measure=False, n_trials=0)


def test_an_isoflop_sweep_meets_its_budgets(tuner_of):
    executor = Pretends(lambda plan: 1.0)
    sweep = sk.IsoFLOPSweep(budgets=[12_000, 48_000], sizes=WIDTHS)
    tuner = tuner_of(sweep, executor=executor)
    tuner.search(make_data(400), validation_data=make_data(4))
    for plan in executor.plans:
        spent = tuner.train_flops_per_example(plan.size) * plan.n_examples
        assert min(abs(spent / budget - 1) for budget in sweep.budgets) < 0.01
    assert tuner.stop_reason == "every trial of the sweep has been run"


class ProductOfWeights(keras.layers.Layer):
    """Multiplies two weights in each step, whatever its batch."""

    def build(self, shape):
        self.first = self.add_weight(shape=(shape[-1], 16))
        self.second = self.add_weight(shape=(16, 4))

    def call(self, x):
        return keras.ops.matmul(x, keras.ops.matmul(self.first, self.second))


class Neighbours(keras.layers.Layer):
    """Lets the items of a batch work on each other."""

    def call(self, x):
        pairs = keras.ops.matmul(x, keras.ops.transpose(x))
        return keras.ops.matmul(keras.ops.softmax(pairs), x)


def build_sharing(layer):
    def build(hp):
        layers = [keras.layers.Dense(hp["width"]), layer(), keras.layers.Dense(1)]
        model = keras.Sequential([keras.Input((3,)), *layers])
        model.compile(optimizer="sgd", loss="mse")
        return model

    return build


@pytest.mark.parametrize("layer", [ProductOfWeights, Neighbours])
def test_what_a_step_or_a_batch_costs_is_in_the_budgets_and_in_what_runs_record(tuner_of, layer):
    sweep = sk.IsoFLOPSweep(budgets=[150_000], sizes=WIDTHS[:2])
    tuner = tuner_of(sweep, build_sharing(layer))
    data = {"train": make_data(2, batch_size=12).repeat(), "validation_data": make_data(4)}
    described = tuner.describe(**data, measure=False, n_trials=0)
    tuner.search(**data)
    spent = {run.name: run.train_flops for run in tuner.results()}
    assert spent == pytest.approx({trial.name: trial.train_flops for trial in described.trials})
    assert list(spent.values()) == pytest.approx([150_000] * 2, rel=0.05)
    assert tuner.train_flops_per_example(WIDTHS[0]) == pytest.approx(
        next(run.train_flops / run.n_examples for run in tuner.results() if "width2_" in run.name)
    )


def test_an_adaptive_sweep_chooses_after_each_trial_and_goes_on_where_it_was(tuner_of):
    def loss(plan):
        noise = 1 + 0.002 * math.sin(1e3 * plan.n_examples + plan.size["width"])
        return (1 + 3 / plan.size["width"] ** 0.5 + 40 / plan.n_examples**0.5) * noise

    executor = Pretends(loss)
    sweep = sk.AdaptiveSweep(
        sizes=[*WIDTHS, {"width": 16}],
        n_examples=[100, 300, 900, 2700],
        target={"n_params": 500, "n_examples": 10_000},
        until={"train_flops": 1.5e6},
        n_resamples=100,
    )
    tuner = tuner_of(sweep, executor=executor)
    tuner.search(make_data(1000), validation_data=make_data(4))
    seen = [plan.name for plan in executor.plans]
    assert len(seen) > 9
    assert len(set(seen)) == len(seen)
    assert "budget allows" in tuner.stop_reason
    # Nothing of it is on disk, so the next search begins anew and takes the same course.
    executor.plans.clear()
    tuner.search(make_data(1000), validation_data=make_data(4))
    assert [plan.name for plan in executor.plans] == seen


def test_a_ladder_gives_a_law_of_what_it_varies(tuner_of):
    ladder = sk.LadderSweep(sizes=[{"width": w} for w in (2, 3, 4, 6, 8)], examples_per_param=[1])
    data_ladder = sk.DataLadderSweep(size={"width": 2}, n_examples=(8, 128), n_steps=5)
    for sweep, name, variable in (
        (ladder, "ladder", "train_flops"),
        (data_ladder, "data", "n_examples"),
    ):
        tuner = tuner_of(sweep, project_name=name)
        tuner.search(make_data(40), validation_data=make_data(4))
        for form in ("auto", "power_law_floor"):
            fit = tuner.fit_law(form, n_resamples=100)
            assert (fit.n_runs, dict(fit.labels)["x"]) == (5, variable)
        with pytest.raises(TooFewRunsError, match="`chinchilla`"):
            tuner.fit_law("chinchilla")
    three = sk.LadderSweep(sizes=WIDTHS, examples_per_param=[1, 3, 10])
    assert (sk.TunedSweep(ladder).variable, three.variable) == ("train_flops", "")


def test_values_that_make_models_too_large_are_left_out_with_the_reason(tuner_of):
    executor = Pretends(lambda plan: 1.0)
    sweep = sk.HyperparameterSweep(
        sizes=WIDTHS[:1], n_examples=[16], values={"depth": [1, 2, 3], "rate": [0.1]}
    )
    tuner = tuner_of(sweep, build_of_any_depth, executor=executor, max_n_params=20)
    tuner.search(make_data(), validation_data=make_data(4))
    assert [plan.hyperparameters["depth"] for plan in executor.plans] == [1, 2]
    described = tuner.describe(make_data(), validation_data=make_data(4), measure=False, n_trials=0)
    (left_out,) = described.skipped
    assert left_out.name == "width2-depth3"
    assert left_out.reason == "23 trainable parameters, more than max_n_params=20"


def test_hyperparameters_reach_the_model_and_the_data(tuner_of):
    batches = []

    def train(seed, batch_size):
        batches.append(batch_size)
        return make_data(16, batch_size=batch_size)

    sweep = sk.HyperparameterSweep(
        sizes=WIDTHS[:1],
        n_examples=[32],
        values={"learning_rate": [1e-2, 2e-2], "batch_size": [2, 4]},
    )
    tuner = tuner_of(sweep, build_tunable)
    tuner.search(train, validation_data=make_data(4))
    assert set(batches) == {2, 4}
    runs = list(tuner.results())
    assert {run.facts["batch_size"] for run in runs} == {2, 4}
    steps = {(r.facts["batch_size"], r.facts["hyperparameters"]["n_steps"]) for r in runs}
    assert steps == {(2, 16), (4, 8)}
    rates = {float(f"{run.facts['optimizer']['learning_rate']:.3g}") for run in runs}
    assert rates == {0.01, 0.02}


def test_a_size_is_solved_for_by_building(tuner_of):
    executor = Pretends(lambda plan: 1.0)
    sizes = [TargetSize(n_params=n, vary="width", multiple=2) for n in (41, 400)]
    tuner = tuner_of(GridSweep(sizes=sizes, n_examples=[16]), executor=executor)
    tuner.search(make_data(), validation_data=make_data(4))
    # A width of w has 5 w + 1 parameters.
    assert [plan.size for plan in executor.plans] == [{"width": 8}, {"width": 80}]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (TargetSize(n_params=1e3), "needs to know what to vary"),
        (TargetSize(n_params=1e3, vary="width", highest=8), "must come within a quarter"),
        (TargetSize(n_params=1e3, vary="depth"), "A size is solved for by building models"),
    ],
)
def test_a_size_that_cannot_be_solved_for_is_refused(tuner_of, target, message):
    tuner = tuner_of(GridSweep(sizes=[target], n_examples=[16]))
    with pytest.raises(SweepError, match=message):
        tuner.search(make_data(), validation_data=make_data(4))


def test_models_that_are_too_large_are_left_out_with_the_reason(tuner_of):
    executor = Pretends(lambda plan: 1.0)
    grid = GridSweep(sizes=WIDTHS, n_examples=[16])
    tuner = tuner_of(grid, executor=executor, max_n_params=30)
    tuner.search(make_data(), validation_data=make_data(4))
    assert {plan.size["width"] for plan in executor.plans} == {2, 4}
    described = tuner.describe(make_data(), validation_data=make_data(4), measure=False, n_trials=0)
    (left_out,) = described.skipped
    assert (left_out.name, left_out.reason) == (
        "width8",
        "41 trainable parameters, more than max_n_params=30",
    )


def test_a_budget_below_one_batch_is_left_out_with_the_reason(tuner_of):
    executor = Pretends(lambda plan: 1.0)
    # 4 examples a batch; one costs 36 FLOPs at width 2 and 72 at width 4.
    sweep = sk.IsoFLOPSweep(budgets=[150, 1500], sizes=WIDTHS[:2])
    tuner = tuner_of(sweep, executor=executor)
    tuner.search(make_data(40), validation_data=make_data(4))
    assert sorted(plan.name for plan in executor.plans) == [
        "width2_42_seed0",
        "width2_4_seed0",
        "width4_21_seed0",
    ]
    described = tuner.describe(
        make_data(40), validation_data=make_data(4), measure=False, n_trials=0
    )
    (left_out,) = described.skipped
    assert left_out.name == "width4 at 150 FLOPs"
    assert left_out.reason == "the budget pays for less than one batch of 4 examples"


def test_a_sweep_with_nothing_to_train_is_refused(tuner_of):
    def broken(hp):
        raise MemoryError("no room")

    tuner = tuner_of(GridSweep(sizes=WIDTHS, n_examples=[16]), broken)
    with pytest.raises(SweepError, match=r"needs a size that can be trained.*MemoryError: no room"):
        tuner.describe(make_data(), validation_data=make_data(4))
