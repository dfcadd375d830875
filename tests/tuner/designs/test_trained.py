"""Designs in a tuner: with models that are built, and trained where that is the point."""

import math

import keras
import pytest
import tensorflow as tf

import scaling_keras as sk
from scaling_keras import laws
from scaling_keras.errors import SweepError, TooFewRunsError
from scaling_keras.tuner.executors.in_process import InProcess
from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.progress import SilentReporter
from scaling_keras.tuner.sweep import GridSweep, TargetSize
from scaling_keras.tuner.tuner import ScalingTuner
from tests.tuner.conftest import build_model, make_data
from tests.tuner.paper_models import completed

FAILED = TrialOutcome(status="failed", reason="no room")
WIDTHS = [{"width": 2}, {"width": 4}, {"width": 8}]


def build_tunable(hp):
    rate = hp.Float("learning_rate", 1e-3, 1e-1, sampling="log")
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(hp["width"], "relu"), keras.layers.Dense(1)]
    )
    model.compile(optimizer=keras.optimizers.SGD(rate), loss="mse")
    return model


class Pretends(InProcess):
    """Trains nothing: a trial reaches what a function of its plan says."""

    def __init__(self, loss):
        self.loss = loss
        self.plans = []

    def run(self, queue, run_trial):
        super().run(queue, self._run)

    def _run(self, plan):
        self.plans.append(plan)
        loss = self.loss(plan)
        return FAILED if math.isnan(loss) else completed(loss)


class StopsAfter(InProcess):
    """Is stopped by Ctrl-C after a number of trials."""

    def __init__(self, n_trials):
        self.n_left = n_trials

    def run(self, queue, run_trial):
        def train(plan):
            if not self.n_left:
                raise KeyboardInterrupt
            self.n_left -= 1
            return run_trial(plan)

        super().run(queue, train)


@pytest.fixture
def tuner_of(tmp_path):
    def make(sweep, build=build_model, **options):
        return ScalingTuner(
            build,
            sweep=sweep,
            **{"directory": tmp_path / "runs", "distribution_strategy": None, **options},
        )

    return make


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


def test_tuned_values_whose_runs_would_have_one_name_are_refused(tuner_of):
    def build(hp):
        hp.Choice("activation", ["x y", "x-y"])
        return build_model(hp)

    sweep = sk.TunedSweep(GridSweep(sizes=[{"width": 2}], n_examples=[32]), n_trials=2)
    tuner = tuner_of(sweep, build, executor=Pretends(lambda plan: 1.0))
    with pytest.raises(SweepError, match="values of different trials must differ"):
        tuner.search(make_data(8), validation_data=make_data(4))


def test_many_tuned_values_make_a_name_that_a_directory_can_have(tuner_of):
    def build(hp):
        for layer in range(9):
            hp.Float(f"dropout_rate_of_layer_{layer}", 0, 0.5)
        return build_model(hp)

    sweep = sk.TunedSweep(GridSweep(sizes=[{"width": 2}], n_examples=[32]), n_trials=2)
    for _ in range(2):
        tuner = tuner_of(sweep, build)
        tuner.search(make_data(8), validation_data=make_data(4))
    assert [run.facts["attempt"] for run in tuner.results()] == [1, 1]


def test_an_isoflop_sweep_meets_its_budgets(tuner_of):
    executor = Pretends(lambda plan: 1.0)
    sweep = sk.IsoFLOPSweep(budgets=[12_000, 48_000], sizes=WIDTHS)
    tuner = tuner_of(sweep, executor=executor)
    tuner.search(make_data(400), validation_data=make_data(4))
    for plan in executor.plans:
        spent = tuner.train_flops_per_example(plan.size) * plan.n_examples
        assert min(abs(spent / budget - 1) for budget in sweep.budgets) < 0.01
    assert tuner.stop_reason == "every trial of the sweep has been run"


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


def test_a_tuned_sweep_gives_the_law_the_best_of_each_size(tuner_of):
    grid = GridSweep(sizes=WIDTHS[:2], n_examples=[16, 32])
    tuner = tuner_of(sk.TunedSweep(grid, n_trials=2), build_tunable)
    tuner.search(make_data(), validation_data=make_data(4))
    runs = {run.name: run for run in tuner.results()}
    # Two to tune each size, one of which is a trial of the grid too, and one more for each.
    assert len(runs) == 6
    for width in (2, 4):
        tuned = [r for r in runs.values() if (r.size, r.n_examples) == (f"width{width}", 16)]
        (other,) = [r for r in runs.values() if (r.size, r.n_examples) == (f"width{width}", 32)]
        best = min(tuned, key=lambda run: run.loss)
        rates = [run.facts["hyperparameters"]["learning_rate"] for run in (best, other)]
        assert rates[0] == rates[1]
    again = Pretends(lambda plan: 1.0)
    same = tuner_of(sk.TunedSweep(grid, n_trials=2), build_tunable, executor=again)
    same.search(make_data(), validation_data=make_data(4))
    assert again.plans == []
    kept = same.results().usable()
    assert len(kept) == 4
    assert len(kept.excluded) == 2
    assert "other hyperparameters reached a lower loss" in kept.excluded[0].reason


def run_tuned(tuner_of, loss, *, reporter=None, **options):
    executor = Pretends(loss)
    grid = GridSweep(sizes=WIDTHS[:2], n_examples=[90, 180])
    sweep = sk.TunedSweep(grid, **options)
    tuner = tuner_of(sweep, build_tunable, executor=executor, reporter=reporter)
    tuner.search(make_data(90), validation_data=make_data(4))
    return tuner, executor.plans


def rate(plan):
    return plan.hyperparameters["learning_rate"]


class Ends(SilentReporter):
    """Keeps the progress at the end of each trial."""

    def __init__(self):
        self.seen = []

    def trial_ended(self, plan, outcome, progress):
        self.seen.append(progress)


@pytest.mark.parametrize("n_done", [0, 2])
def test_the_progress_of_a_tuned_sweep_counts_the_trials_to_come(tuner_of, n_done):
    grid = GridSweep(sizes=WIDTHS[:2], n_examples=[16, 32])
    sweep = sk.TunedSweep(grid, n_trials=2)

    def search(executor):
        told = Ends()
        tuner = tuner_of(sweep, build_tunable, executor=executor, reporter=told)
        tuner.search(make_data(), validation_data=make_data())
        return told.seen

    if n_done:
        with pytest.raises(KeyboardInterrupt):
            search(StopsAfter(n_done))
    seen = search("local")
    assert [progress.n_ended for progress in seen] == list(range(n_done + 1, 7))
    assert {progress.n_trials for progress in seen} == {6}
    assert len({progress.flops_total for progress in seen}) == 1
    assert [progress.remaining_seconds > 0 for progress in seen] == [True] * len(seen[1:]) + [False]
    notes = ["tuning width2", "tuning width2", "", "tuning width4", "tuning width4", ""]
    assert [progress.note for progress in seen] == notes[n_done:]


def test_an_optimum_at_the_end_of_its_range_is_a_finding(tuner_of):
    tuner, plans = run_tuned(tuner_of, lambda plan: 1 / rate(plan), n_trials=30)
    assert max(map(rate, plans)) > 0.08
    assert [finding.code for finding in tuner.findings()] == ["optimum_at_edge"] * 2
    assert "The best learning_rate at 'width2'" in tuner.findings()[0].message


def test_with_transfer_only_the_smallest_size_is_tuned(tuner_of):
    tuner, plans = run_tuned(
        tuner_of, lambda plan: 1 + math.log(rate(plan) / 1e-2) ** 2, n_trials=5, transfer=True
    )
    assert [plan.size["width"] for plan in plans[:5]] == [2] * 5
    assert len(plans) == 5 + 3
    assert len({rate(plan) for plan in plans[5:]}) == 1
    assert tuner.findings() == ()


def test_transfer_tunes_the_smallest_size_and_not_the_cheapest_trial(tuner_of):
    executor = Pretends(lambda plan: 1.0)
    isoflop = sk.IsoFLOPSweep(budgets=[13_000, 26_000], sizes=[{"width": w} for w in (7, 5, 3)])
    tuner = tuner_of(
        sk.TunedSweep(isoflop, n_trials=2, transfer=True), build_tunable, executor=executor
    )
    cheapest = tuner._sweep.plan(tuner._prepare(make_data(), make_data(), None, (), None).workload)
    assert cheapest[0].size["width"] != 3
    tuner.search(make_data(400), validation_data=make_data(4))
    assert {plan.size["width"] for plan in executor.plans[:2]} == {3}
    assert len({plan.n_examples for plan in executor.plans[:2]}) == 1
    assert len(executor.plans) == 2 + 5


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


def test_hyperband_tries_most_values_on_part_of_the_data(tuner_of):
    loss = lambda plan: 1 + math.log(rate(plan) / 1e-2) ** 2 + 10 / plan.n_examples  # noqa: E731
    ends = Ends()
    _, plans = run_tuned(tuner_of, loss, reporter=ends, method="hyperband", transfer=True)
    assert {progress.n_trials for progress in ends.seen} == {len(plans)}
    totals = [progress.flops_total for progress in ends.seen]
    assert totals == pytest.approx([ends.seen[-1].flops_done] * len(plans))
    shares = [plan.hyperparameters.get("tuning_share", 1) for plan in plans]
    assert shares.count(1) < len(shares) / 2
    assert {plan.n_examples for plan in plans} == {10, 30, 90, 180}
    tried = [plan for plan in plans if plan.n_examples == 90 and plan.size["width"] == 2]
    best = min(tried, key=loss)
    assert {rate(plan) for plan in plans if plan.n_examples == 180} == {rate(best)}


def build_conditional(hp):
    rate, momentum = 1e-2, 0.0
    if hp.Choice("optimizer", ["plain", "momentum"]) == "momentum":
        with hp.name_scope("momentum"):
            momentum = hp.Float("amount", 0.1, 0.9)
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(hp["width"], "relu"), keras.layers.Dense(1)]
    )
    model.compile(optimizer=keras.optimizers.SGD(rate, momentum=momentum), loss="mse")
    return model


def test_what_is_asked_for_only_with_some_values_is_tuned_too(tuner_of):
    def loss(plan):
        return 1 - plan.hyperparameters.get("momentum/amount", 0.0)

    def search():
        executor = Pretends(loss)
        grid = GridSweep(sizes=WIDTHS[:1], n_examples=[16, 32])
        sweep = sk.TunedSweep(grid, n_trials=8)
        tuner_of(sweep, build_conditional, executor=executor).search(
            make_data(), validation_data=make_data(4)
        )
        return [dict(plan.hyperparameters) for plan in executor.plans]

    *tried, chosen = search()
    assert len(tried) == 8
    plain = [values for values in tried if values["optimizer"] == "plain"]
    assert plain == [{"optimizer": "plain"}]
    amounts = {values["momentum/amount"] for values in tried if values not in plain}
    assert len(amounts) > 1
    assert all(0.1 <= amount <= 0.9 for amount in amounts)
    assert chosen == {"optimizer": "momentum", "momentum/amount": max(amounts)}
    # A search that goes on proposes the same.
    assert search() == [*tried, chosen]


def test_a_size_whose_tuning_fails_is_left_out_with_a_finding(tuner_of):
    loss = lambda plan: math.nan if plan.size["width"] == 2 else 1.0  # noqa: E731
    tuner, plans = run_tuned(tuner_of, loss, n_trials=2)
    assert tuner.findings()[0].code == "tuning_failed"
    assert {plan.size["width"] for plan in plans if plan.n_examples == 180} == {4}


def build_of_any_depth(hp):
    layers = [keras.layers.Dense(hp["width"]) for _ in range(hp.Int("depth", 1, 3))]
    model = keras.Sequential([keras.Input((3,)), *layers, keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(hp.Float("rate", 1e-3, 1e-1)), loss="mse")
    return model


def test_what_makes_models_larger_is_not_tuned(tuner_of):
    isoflop = sk.IsoFLOPSweep(budgets=[12_000], sizes=WIDTHS)
    executor = Pretends(lambda plan: 1.0)
    tuner = tuner_of(sk.TunedSweep(isoflop, n_trials=2), build_of_any_depth, executor=executor)
    message = "depth=3, with which 'width2' has 23 parameters and .* and not 11 and 36.*`sizes`"
    with pytest.raises(SweepError, match=message):
        tuner.describe(make_data(400), validation_data=make_data(4), measure=False, n_trials=0)
    with pytest.raises(SweepError, match=message):
        tuner.search(make_data(400), validation_data=make_data(4))
    assert executor.plans == []


def test_what_costs_more_with_the_same_parameters_is_not_tuned(tuner_of):
    def build(hp):
        more = hp.Boolean("upsampled", default=False)
        layers = [keras.layers.UpSampling1D(2)] if more else []
        dense = keras.layers.Dense(hp["width"])
        model = keras.Sequential([keras.Input((3, 2)), *layers, dense, keras.layers.Flatten()])
        model.compile("sgd", "mse")
        return model

    sweep = sk.TunedSweep(GridSweep(sizes=WIDTHS, n_examples=[16]), n_trials=2)
    data = tf.data.Dataset.from_tensors((tf.ones((4, 3, 2)), tf.ones((4, 3))))
    with pytest.raises(SweepError, match="upsampled=True, with which 'width2' has 6 parameters"):
        tuner_of(sweep, build).search(data.repeat(), validation_data=data)


def of_layers(widths, hp):
    layers = [keras.layers.Dense(width) for width in widths]
    model = keras.Sequential([keras.Input((3,)), *layers, keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(hp.Float("rate", 1e-3, 1e-1)), loss="mse")
    return model


def build_deeper_of_a_kind(hp):
    extra = hp.Int("extra", 0, 4) if hp.Choice("kind", ["plain", "deep"]) == "deep" else 0
    return of_layers([hp["width"]] * (1 + extra), hp)


def build_of_a_rank(hp):
    return of_layers([hp["width"], min(hp["width"], hp.Choice("rank", [2, 4]))], hp)


def build_of_a_share(hp):
    return of_layers([max(1, round(hp["width"] * hp.Float("share", 0.5, 1.0)))], hp)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (build_deeper_of_a_kind, "kind='deep', extra=4, with which 'width2' has 35 parameters"),
        (build_of_a_rank, "rank=4, with which 'width4' has 41 parameters .* and not 29 and"),
    ],
)
@pytest.mark.parametrize("transfer", [False, True])
def test_what_makes_models_larger_at_some_sizes_or_with_some_values_is_refused_before_the_first(
    tuner_of, build, message, transfer
):
    executor = Pretends(lambda plan: 1.0)
    sweep = sk.TunedSweep(GridSweep(sizes=WIDTHS, n_examples=[16]), n_trials=2, transfer=transfer)
    tuner = tuner_of(sweep, build, executor=executor)
    with pytest.raises(SweepError, match=message):
        tuner.search(make_data(), validation_data=make_data(4))
    assert executor.plans == []


def test_a_fraction_that_makes_models_larger_is_refused_before_its_trial_is_trained(tuner_of):
    executor = Pretends(lambda plan: 1.0)
    sweep = sk.TunedSweep(GridSweep(sizes=[{"width": 64}], n_examples=[16]), n_trials=3)
    tuner = tuner_of(sweep, build_of_a_share, executor=executor)
    with pytest.raises(SweepError, match=r"share=0\.\d+, .*with which 'width64' has"):
        tuner.search(make_data(), validation_data=make_data(4))
    assert executor.plans == []


def test_a_tuned_batch_size_needs_data_in_such_batches_before_the_first_trial(tuner_of):
    def build(hp):
        hp.Choice("batch_size", [4, 8])
        return build_model(hp)

    executor = Pretends(lambda plan: 1.0)
    sweep = sk.TunedSweep(GridSweep(sizes=WIDTHS[:1], n_examples=[16]), n_trials=2)
    tuner = tuner_of(sweep, build, executor=executor)
    with pytest.raises(SweepError, match=r"batch_size=8 for .*and data in batches of 4"):
        tuner.search(make_data(), validation_data=make_data(4))
    assert executor.plans == []


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


def test_a_tuned_sweep_needs_something_to_tune(tuner_of):
    tuner = tuner_of(sk.TunedSweep(GridSweep(sizes=WIDTHS, n_examples=[16])))
    with pytest.raises(SweepError, match="A tuned sweep needs something to tune"):
        tuner.search(make_data(), validation_data=make_data(4))


def test_only_fixed_sweeps_are_tuned():
    adaptive = sk.AdaptiveSweep(
        sizes=WIDTHS, n_examples=[1, 2, 3], target={"train_flops": 1e9}, until={"width": 0.1}
    )
    with pytest.raises(SweepError, match="one whose trials are all known beforehand"):
        sk.TunedSweep(adaptive)
    with pytest.raises(SweepError, match="`method` must be one of random, bayesian, hyperband"):
        sk.TunedSweep(GridSweep(sizes=WIDTHS, n_examples=[1]), method="genetic")


def test_bayesian_tuning_says_what_it_needs(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SweepError, match="Bayesian optimization needs scikit-learn"):
        sk.TunedSweep(GridSweep(sizes=WIDTHS, n_examples=[1]), method="bayesian")


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
    assert "before those, 7 trials of random tuning at 3 sizes" in described.summary()
    adaptive = sk.AdaptiveSweep(
        sizes=WIDTHS,
        n_examples=[8, 16, 32],
        target={"train_flops": 1e9},
        until={"width": 0.1, "train_flops": 1e7},
    )
    described = tuner_of(adaptive).describe(make_data(), **quick)
    assert len(described.trials) == 9
    assert "until width 0.1 or train_flops 1e+07" in described.summary()
    assert described.train_flops == 1e7


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
    assert left_out.reason == "the budget pays for 2 examples, less than one batch of 4"


def test_a_sweep_with_nothing_to_train_is_refused(tuner_of):
    def broken(hp):
        raise MemoryError("no room")

    tuner = tuner_of(GridSweep(sizes=WIDTHS, n_examples=[16]), broken)
    with pytest.raises(SweepError, match=r"needs a size that can be trained.*MemoryError: no room"):
        tuner.describe(make_data(), validation_data=make_data(4))


def test_a_model_outside_the_sweep_takes_what_the_closest_size_was_tuned_to(tuner_of):
    sweep = sk.HyperparameterSweep(
        sizes=WIDTHS[:1], n_examples=[16], values={"learning_rate": [1e-2, 5e-2]}
    )
    tuner = tuner_of(sweep, build_tunable)
    tuner.search(make_data(), validation_data=make_data(4))
    best = min(tuner.results(), key=lambda run: run.loss)
    wanted = {"learning_rate": best.facts["hyperparameters"]["learning_rate"]}
    assert tuner.plan_at(size={"width": 8}, n_examples=16).hyperparameters == wanted
    own = tuner.plan_at(size={"width": 8}, n_examples=16, hyperparameters={"learning_rate": 0.02})
    assert own.hyperparameters == {"learning_rate": 0.02}
