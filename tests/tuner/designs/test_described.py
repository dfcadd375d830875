"""What is said of a sweep before it is trained."""

import math

import pytest
import tensorflow as tf

import scaling_keras as sk
from scaling_keras import laws
from scaling_keras.tuner import description
from scaling_keras.tuner.measuring import StepMeasure
from scaling_keras.tuner.sweep import GridSweep
from scaling_keras.tuner.tuning import tuning_shares
from tests.tuner.conftest import build_model, make_data
from tests.tuner.designs.pretending import (
    WIDTHS,
    Ends,
    Pretends,
    build_of_any_depth,
    build_tunable,
)


def test_values_that_make_models_larger_are_described_and_ordered_by_what_they_cost(tuner_of):
    def build(hp):
        if hp["depth"] > 3:
            raise ValueError("too deep")
        return build_of_any_depth(hp)

    executor, told = Pretends(lambda plan: 1.0), Ends()
    sweep = sk.HyperparameterSweep(
        sizes=[{"width": 8}], n_examples=[16], values={"depth": [3, 1, 2, 4], "rate": [0.1]}
    )
    tuner = tuner_of(sweep, build, executor=executor, reporter=told)
    quick = {"validation_data": make_data(4), "measure": False, "n_trials": 0}
    described = tuner.describe(make_data(), **quick)
    flops = {
        depth: tuner_of(GridSweep(sizes=[{"width": 8, "depth": depth}], n_examples=[16]), build)
        .describe(make_data(), **quick)
        .train_flops
        for depth in (1, 2, 3)
    }
    assert [(trial.n_params, trial.train_flops) for trial in described.trials] == [
        (41, flops[1]),
        (113, flops[2]),
        (185, flops[3]),
    ]
    (failing,) = described.failing
    assert (failing.name, failing.reason) == ("width8-depth4", "ValueError: too deep")
    tuner.search(make_data(), validation_data=make_data(4))
    assert [plan.hyperparameters["depth"] for plan in executor.plans] == [1, 2, 3, 4]
    assert {progress.flops_total for progress in told.seen} == {sum(flops.values())}


class Twice(GridSweep):
    """A design that plans each trial two times."""

    def plan(self, models):
        return super().plan(models) * 2


@pytest.mark.parametrize(
    "sweep",
    [
        sk.LadderSweep(sizes=WIDTHS[:2], examples_per_param=[20, 20.001]),
        sk.IsoFLOPSweep(budgets=[1e5, 1.0000001e5], sizes=WIDTHS[:2]),
        Twice(sizes=WIDTHS[:2], n_examples=[16]),
    ],
    ids=lambda sweep: type(sweep).__name__,
)
def test_trials_that_come_to_the_same_are_one_wherever_they_are_counted(tuner_of, sweep):
    executor, told = Pretends(lambda plan: 1.0), Ends()
    tuner = tuner_of(sweep, executor=executor, reporter=told)
    quick = {"validation_data": make_data(4), "measure": False, "n_trials": 0}
    described = tuner.describe(make_data(1000), **quick)
    assert len(described.trials) == len({trial.name for trial in described.trials}) == 2
    assert described.train_flops == sum(trial.train_flops for trial in described.trials)
    assert described.findings == ()
    tuner.search(make_data(1000), validation_data=make_data(4))
    assert [plan.name for plan in executor.plans] == [trial.name for trial in described.trials]
    assert {progress.flops_total for progress in told.seen} == {described.train_flops}
    tuned = tuner_of(sk.TunedSweep(sweep, n_trials=2), build_tunable)
    assert len(tuned.describe(make_data(1000), **quick).trials) == 2


def test_a_sweep_is_described_before_it_is_trained(tuner_of):
    grid = GridSweep(sizes=WIDTHS, n_examples=[16, 64, 256])
    tuner = tuner_of(grid)
    described = tuner.describe(make_data(64), validation_data=make_data(4), n_trials=10)
    assert len(described.trials) == 9
    work = {trial.name: trial for trial in described.trials}["width4_64_seed0"]
    assert (work.n_params, work.n_examples, work.n_steps) == (21, 64, 16)
    assert described.train_flops == sum(trial.train_flops for trial in described.trials)
    assert all(trial.seconds > 0 and trial.peak_bytes > 2**20 for trial in described.trials)
    assert isinstance(described.verdict, laws.DesignVerdict)
    assert described.verdict.n_runs == 9
    text = described.summary()
    assert "9 trials" in text
    assert "simulated sweeps" in text
    assert described.to_dict()["trials"][0]["name"] == described.trials[0].name
    # Nothing has been trained.
    assert list((tuner._project.path).iterdir()) == []


def test_a_design_that_no_law_can_be_fitted_to_says_so(tuner_of):
    sweep = sk.DataLadderSweep(size={"width": 4}, n_examples=(16, 64), n_steps=3)
    described = tuner_of(sweep).describe(make_data(16), validation_data=make_data(4), measure=False)
    assert described.verdict is None
    assert "What it will pin down can't be foreseen" in described.summary()
    assert math.isnan(described.seconds)
    assert described.to_dict()["seconds"] is None


@pytest.mark.parametrize("is_tuned", [False, True])
def test_a_sweep_of_hyperparameters_is_not_judged_by_a_law_of_size_and_data(tuner_of, is_tuned):
    sweep = sk.HyperparameterSweep(
        sizes=WIDTHS, n_examples=[16, 64, 256], values={"momentum": [0.1, 0.2, 0.4]}
    )
    tuner = tuner_of(sk.TunedSweep(sweep) if is_tuned else sweep, build_tunable)
    options = {"validation_data": make_data(4), "measure": False}
    described = tuner.describe(make_data(64), n_trials=10, **options)
    assert described.verdict is None
    assert "what values of momentum are best (`laws.optima`)" in described.why_no_verdict
    assert tuner.describe(make_data(64), n_trials=0, **options).why_no_verdict == ""


LADDERS = [
    sk.DataLadderSweep(size={"width": 4}, n_examples=(16, 2048), n_steps=8),
    sk.LadderSweep(sizes=[{"width": 2**step} for step in range(1, 9)]),
]


@pytest.mark.parametrize("sweep", LADDERS, ids=["of data", "of compute"])
def test_a_ladder_is_described_by_the_law_of_what_it_varies(tuner_of, sweep):
    data = make_data().repeat()
    described = tuner_of(sweep).describe(
        data, validation_data=make_data(4), measure=False, n_trials=10
    )
    verdict = described.verdict
    assert (verdict.form, verdict.n_runs) == ("power_law_floor", 8)
    assert verdict.loss.low <= verdict.loss.truth <= verdict.loss.high
    dearest = max(described.trials, key=lambda trial: trial.train_flops)
    assert verdict.target_flops == pytest.approx(10 * dearest.train_flops, rel=0.2)
    assert "not_separable" not in described.summary()


def test_what_cannot_be_foreseen_is_described_in_words(tuner_of):
    tuned = sk.TunedSweep(GridSweep(sizes=WIDTHS, n_examples=[16]), n_trials=7)
    quick = {"validation_data": make_data(4), "measure": False, "n_trials": 0}
    described = tuner_of(tuned, build_tunable).describe(make_data(), **quick)
    # The best of seven trials is the sweep's own.
    assert described.train_flops == 7 * sum(trial.train_flops for trial in described.trials)
    assert "before those, 7 trials of random tuning at each of 3 sizes" in described.summary()
    once = sk.TunedSweep(
        GridSweep(sizes=WIDTHS, n_examples=[144]), method="hyperband", transfer=True
    )
    described = tuner_of(once, build_tunable).describe(make_data(64), **quick)
    n_tuned = sum(tuning_shares("hyperband", 10).values())
    told = f"before those, {n_tuned} trials of hyperband tuning at 1 size."
    assert told in described.summary()


def adaptive(**options):
    return sk.AdaptiveSweep(
        **{
            "sizes": [*WIDTHS, {"width": 16}],
            "n_examples": [16, 32, 64, 128],
            "target": {"train_flops": 1e7},
            "until": {"width": 0.1},
            "form": "chinchilla",
            **options,
        }
    )


def test_an_adaptive_sweep_is_described_by_the_most_that_it_can_cost(tuner_of):
    quick = {"validation_data": make_data(4), "measure": False, "n_trials": 0}
    described = tuner_of(adaptive()).describe(make_data(64), **quick)
    first = sum(trial.train_flops for trial in described.trials)
    whole = GridSweep(sizes=adaptive().sizes, n_examples=adaptive().n_examples)
    all_16 = tuner_of(whole).describe(make_data(64), **quick).train_flops
    assert (len(described.trials), described.is_bound) == (9, True)
    assert described.train_flops == all_16 > first
    assert described.to_dict()["is_bound"]
    text = described.summary()
    assert text.startswith(f"9 trials to begin with, at most {all_16:.3g} FLOPs\n")
    assert "whichever of 16 trials tells most, until width 0.1." in text
    budget = 1.5 * first
    described = tuner_of(adaptive(until={"width": 0.1, "train_flops": budget})).describe(
        make_data(64), **quick
    )
    assert described.train_flops == budget
    assert f"until width 0.1 or train_flops {budget:g}" in described.summary()


@pytest.mark.parametrize(
    "target", [{"train_flops": 1e7}, {"n_params": 1e3, "n_examples": 1e4}], ids=["budget", "run"]
)
def test_the_first_runs_of_an_adaptive_sweep_are_judged_for_its_target(tuner_of, target):
    quick = {"validation_data": make_data(4), "measure": False, "n_trials": 10}
    tuner = tuner_of(adaptive(target=target))
    described = tuner.describe(make_data(64), **quick)
    assert described.verdict.n_runs == 9
    told = target.get("train_flops", target)
    assert tuner.describe(make_data(64), target=told, **quick).verdict == described.verdict
    assert "Of the first runs alone, if the law is like the one assumed:\n9 runs" in (
        described.summary()
    )
    other = tuner.describe(make_data(64), target=2e7, **quick)
    assert other.verdict.target_flops == 2e7


def test_repeated_runs_are_judged_and_the_same_training_is_one_run(tuner_of):
    def verdict(**options):
        grid = GridSweep(sizes=[*WIDTHS, {"width": 16}], **options)
        described = tuner_of(grid).describe(
            make_data(64), validation_data=make_data(4), measure=False, n_trials=10
        )
        return described.verdict

    amounts = [16, 32, 64, 128]
    once, thrice = verdict(n_examples=amounts), verdict(n_examples=amounts, seeds=[0, 1, 2])
    assert (once.n_runs, thrice.n_runs) == (16, 48)
    assert thrice.train_flops == pytest.approx(3 * once.train_flops)
    assert thrice.loss.high / thrice.loss.low < once.loss.high / once.loss.low
    assert verdict(n_examples=[*amounts, 129]) == once


def test_a_step_is_measured_in_the_longest_of_the_trials_that_take_as_long(tuner_of, monkeypatch):
    measured = []

    def measure(plan, setting):
        measured.append((plan.size_name, plan.n_examples))
        return StepMeasure(setup_seconds=1.0, step_seconds=0.5, peak_bytes=2**20)

    monkeypatch.setattr(description, "measure_step", measure)
    described = tuner_of(GridSweep(sizes=WIDTHS[:2], n_examples=[16, 64])).describe(
        make_data(64), validation_data=make_data(4), n_trials=0
    )
    assert measured == [("width2", 64), ("width4", 64)]
    assert [trial.seconds for trial in described.trials] == [3.0, 3.0, 9.0, 9.0]
    assert described.seconds == 24.0


def test_what_is_left_out_is_told_in_a_line_for_each_reason(tuner_of):
    sweep = sk.IsoFLOPSweep(
        budgets=[10, 100, 150, 1e4],
        sizes=[*WIDTHS, {"width": 16}],
        examples_per_param=(0, 20),
    )
    described = tuner_of(sweep).describe(
        make_data(200), validation_data=make_data(4), measure=False, n_trials=0
    )
    assert len(described.trials) + len(described.skipped) == 4 * 4
    told = [line for line in described.summary().splitlines() if line.startswith("Left out")]
    too_little, too_much = told
    assert too_little == (
        "Left out: width2 at 10 FLOPs, width4 at 10 FLOPs, width8 at 10 FLOPs and 8 more: the "
        "budget pays for less than one batch of 4 examples"
    )
    assert too_much == (
        "Left out: width2 at 10000 FLOPs: the budget pays for more than 20 examples per parameter"
    )


def test_a_size_whose_first_step_fails_is_described(tuner_of):
    def build(hp):
        model = build_model(hp)
        if hp["width"] == 4:

            def fail(*arguments):
                raise tf.errors.ResourceExhaustedError(None, None, "out of memory")

            model.train_step = fail
        return model

    tuner = tuner_of(GridSweep(sizes=WIDTHS[:2], n_examples=[16]), build)
    described = tuner.describe(make_data(), validation_data=make_data(4), n_trials=0)
    (failing,) = described.failing
    assert failing.name == "width4"
    assert "out of memory" in failing.reason
    assert "Would fail: width4, ResourceExhaustedError" in described.summary()
    assert described.seconds > 0
    assert described.to_dict()["failing"][0]["name"] == "width4"
