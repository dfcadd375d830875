"""Hyperparameters that are tuned within each size: which trials, with what values."""

import math

import keras
import pytest
import tensorflow as tf

import scaling_keras as sk
from scaling_keras.errors import DataError, SweepError
from scaling_keras.tuner.executors.in_process import InProcess
from scaling_keras.tuner.sweep import GridSweep
from tests.tuner.conftest import build_model, make_data
from tests.tuner.designs.pretending import (
    WIDTHS,
    Ends,
    Pretends,
    build_of_any_depth,
    build_tunable,
    rate,
)


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


@pytest.mark.parametrize("n_examples", [[24], [8, 24]], ids=["tuned on", "trained on later"])
def test_data_that_ends_early_in_batches_of_a_tuned_size_is_refused_before_the_first_trial(
    tuner_of, n_examples
):
    def build(hp):
        hp.Choice("batch_size", [4, 16])
        return build_model(hp)

    def train(seed, batch_size):
        return make_data(6).unbatch().batch(batch_size, drop_remainder=True)

    executor = Pretends(lambda plan: 1.0)
    sweep = sk.TunedSweep(GridSweep(sizes=WIDTHS[:1], n_examples=n_examples), n_trials=2)
    tuner = tuner_of(sweep, build, executor=executor, constants={"version": 1})
    with pytest.raises(DataError, match=r"1 batches.*24_batch_size16_seed0' needs 2"):
        tuner.search(train, validation_data=make_data(4))
    assert executor.plans == []


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


def test_what_was_trained_outside_the_sweep_decides_nothing_about_the_next(tuner_of):
    sweep = sk.TunedSweep(GridSweep(sizes=WIDTHS[:2], n_examples=[16]), n_trials=2)
    largest = WIDTHS[1]
    tuner = tuner_of(sweep, build_tunable)
    tuner.search(make_data(), validation_data=make_data(4))
    before = tuner.plan_at(size={"width": 16}, n_examples=16)
    # More data than any trial of its size, which makes it the first of that size.
    tuner.train_at(size=largest, n_examples=32, hyperparameters={"learning_rate": 0.02})
    assert tuner.plan_at(size={"width": 16}, n_examples=16) == before
    again = tuner_of(sweep, build_tunable)
    again.search(make_data(), validation_data=make_data(4))
    assert again.plan_at(size={"width": 16}, n_examples=16) == before
