"""What a tuned sweep tunes: around what its sweep sets, and what depends on that."""

import math
import re

import keras
import keras_tuner
import pytest

import scaling_keras as sk
from scaling_keras.errors import SweepError
from scaling_keras.tuner.sweep import GridSweep
from scaling_keras.tuner.tuning import left_to_tune
from tests.tuner.conftest import make_data
from tests.tuner.designs.pretending import WIDTHS, Pretends, rate

DECAYS = (0.0, 0.1, 0.2)


def compiled(hp, optimizer):
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(hp["width"], "relu"), keras.layers.Dense(1)]
    )
    model.compile(optimizer=optimizer, loss="mse")
    return model


def build_with_decay(hp):
    learning_rate = hp.Float("learning_rate", 1e-3, 1e-1, sampling="log")
    return compiled(hp, keras.optimizers.AdamW(learning_rate, weight_decay=hp["decay"]))


def ladder(sizes, n_examples=(16, 32)):
    return sk.HyperparameterSweep(
        sizes=sizes, n_examples=n_examples, values={"decay": DECAYS}, seeds=[0]
    )


def decay(plan):
    return plan.hyperparameters["decay"]


def best_rate(plan):
    return 10 ** (-2.5 + 5 * decay(plan))


def loss(plan):
    """The best learning rate is another for each weight decay."""
    return 1 + math.log(rate(plan) / best_rate(plan)) ** 2


def tuned(tuner_of, build, sweep, executor, **options):
    tuner = tuner_of(sweep, build, executor=executor, **options)
    tuner.search(make_data(), validation_data=make_data(4))
    return tuner


@pytest.mark.parametrize("transfer", [False, True])
def test_around_a_hyperparameter_sweep_each_of_its_values_is_tuned_on_its_own(tuner_of, transfer):
    executor = Pretends(loss)
    sweep = sk.TunedSweep(ladder(WIDTHS[:2]), n_trials=4, transfer=transfer)
    tuned(tuner_of, build_with_decay, sweep, executor)
    n_tunings = 3 if transfer else 6
    assert len(executor.plans) == 4 * n_tunings + (12 - n_tunings)
    for value in DECAYS:
        for width in (2, 4):
            runs = [
                plan
                for plan in executor.plans
                if decay(plan) == value and plan.size["width"] == width
            ]
            tried = [plan for plan in executor.plans if decay(plan) == value]
            tried = [p for p in tried if p.n_examples == 16 and (transfer or p in runs)]
            (longer,) = [plan for plan in runs if plan.n_examples == 32]
            assert rate(longer) == rate(min(tried, key=loss))


def test_a_tuned_hyperparameter_sweep_trains_and_goes_on_and_has_an_optimum(tuner_of):
    sweep = sk.TunedSweep(ladder(WIDTHS[:1], n_examples=[16]), n_trials=2)
    tuner = tuner_of(sweep, build_with_decay)
    described = tuner.describe(make_data(), validation_data=make_data(4), measure=False, n_trials=0)
    assert (
        "2 trials of random tuning at each of 3 combinations of a size and decay"
        in described.summary()
    )
    tuner.search(make_data(), validation_data=make_data(4))
    values = [run.facts["hyperparameters"]["decay"] for run in tuner.results()]
    assert sorted(values) == sorted([*DECAYS, *DECAYS])
    assert len(tuner.results().usable()) == 1
    again = tuned(tuner_of, build_with_decay, sweep, Pretends(loss))
    assert again._executor.plans == []


def test_a_finding_on_tuning_names_the_values_of_the_sweep(tuner_of):
    executor = Pretends(lambda plan: math.nan if decay(plan) == 0.1 else loss(plan))
    sweep = sk.TunedSweep(ladder(WIDTHS[:1]), n_trials=2)
    tuner = tuned(tuner_of, build_with_decay, sweep, executor)
    (finding,) = [each for each in tuner.findings() if each.code == "tuning_failed"]
    assert "No trial that tuned 'width2' with decay=0.1 completed" in finding.message


def build_conditional(hp):
    kind = hp["optimizer"]
    with hp.conditional_scope("optimizer", ["sgd"]):
        if kind == "sgd":
            optimizer = keras.optimizers.SGD(hp.Float("sgd_rate", 1e-3, 1e-1, sampling="log"))
    with hp.conditional_scope("optimizer", ["adam"]):
        if kind == "adam":
            optimizer = keras.optimizers.Adam(hp.Float("adam_rate", 1e-4, 1e-2, sampling="log"))
    return compiled(hp, optimizer)


@pytest.mark.parametrize(("method", "n_trials"), [("random", 6), ("hyperband", 6)])
@pytest.mark.parametrize("where", ["constants", "sizes", "sweep"])
def test_what_depends_on_what_the_sweep_or_constants_set_is_tuned(
    tuner_of, method, n_trials, where
):
    options = {"constants": {"optimizer": "adam"}} if where == "constants" else {}
    size = {"width": 2, **({"optimizer": "adam"} if where == "sizes" else {})}
    if where == "sweep":
        inner = sk.HyperparameterSweep(
            sizes=[size], n_examples=[32], values={"optimizer": ["sgd", "adam"]}
        )
    else:
        inner = GridSweep(sizes=[size], n_examples=[32])
    executor = Pretends(lambda plan: 1.0)
    sweep = sk.TunedSweep(inner, method=method, n_trials=n_trials)
    tuner = tuned(tuner_of, build_conditional, sweep, executor, **options)
    rates = [
        plan.hyperparameters["adam_rate"]
        for plan in executor.plans
        if "adam_rate" in plan.hyperparameters
    ]
    if method == "random":
        assert len(set(rates)) == len(rates) == 6
    else:
        assert len(set(rates)) > 6
    others = [plan for plan in executor.plans if "sgd_rate" in plan.hyperparameters]
    assert len(others) == (len(rates) if where == "sweep" else 0)
    assert all(
        plan.hyperparameters.get("optimizer") == "sgd" and "adam_rate" not in plan.hyperparameters
        for plan in others
    )
    assert "tuning_failed" not in {finding.code for finding in tuner.findings()}


def test_a_condition_on_something_that_is_tuned_itself_is_kept():
    asked = keras_tuner.HyperParameters()
    asked.Fixed("family", "mlp")
    with asked.conditional_scope("family", ["mlp"]):
        asked.Choice("optimizer", ["sgd", "adam"])
        with asked.conditional_scope("optimizer", ["adam"]):
            asked.Float("beta", 0.8, 0.9)
        asked.Float("decay", 0.1, 0.2)
    with asked.conditional_scope("family", ["cnn"]):
        asked.Int("kernel", 3, 5)
    space = left_to_tune(asked, {"family"}, {"family": "mlp"})
    conditions = {item.name: [each.name for each in item.conditions] for item in space.space}
    assert conditions == {"optimizer": [], "beta": ["optimizer"], "decay": []}
    assert space.values == {"optimizer": "sgd", "decay": 0.1}
    # What was asked is left as it was.
    assert [len(item.conditions) for item in asked.space] == [0, 1, 2, 1, 1]


def build_of_one_value(hp):
    hp.Choice("activation", ["relu"])
    return compiled(hp, keras.optimizers.SGD(hp.Fixed("learning_rate", 1e-3)))


def test_values_that_cannot_vary_are_nothing_to_tune(tuner_of):
    executor = Pretends(lambda plan: 1.0)
    sweep = sk.TunedSweep(GridSweep(sizes=WIDTHS, n_examples=[16]), n_trials=2)
    with pytest.raises(SweepError, match=r"something to tune.*nothing that can vary .* 'width2';"):
        tuned(tuner_of, build_of_one_value, sweep, executor)
    assert executor.plans == []


def build_that_asks_for_more_where_it_is_large(hp):
    rate, momentum = hp.Float("learning_rate", 1e-3, 1e-1, sampling="log"), 0.0
    kind = hp.Choice("optimizer", ["plain", "momentum"])
    if hp["width"] > 2:
        hp.Float("share", 0.0, 0.9, default=0.5)
        if kind == "momentum":
            momentum = hp.Choice("amount", [0.9, 0.5])
    return compiled(hp, keras.optimizers.SGD(rate, momentum=momentum))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"transfer": True}, "asks for share, amount, .* take the defaults: share=0.5, amount=0.9"),
        ({"transfer": True, "share": 0.1}, "asks for amount, .* take the defaults: amount=0.9"),
        ({"transfer": True, "share": 0.1, "amount": 0.5}, ""),
        ({"transfer": False}, ""),
    ],
)
def test_what_only_sizes_that_are_not_tuned_ask_for_takes_its_default_and_is_a_finding(
    tuner_of, options, message
):
    constants = {name: value for name, value in options.items() if name != "transfer"}
    grid = GridSweep(sizes=WIDTHS, n_examples=[16])
    sweep = sk.TunedSweep(grid, n_trials=2, transfer=options["transfer"])
    tuner = tuner_of(sweep, build_that_asks_for_more_where_it_is_large, constants=constants)
    found = tuner.describe(
        make_data(), validation_data=make_data(4), measure=False, n_trials=0
    ).findings
    assert [finding.code for finding in found] == ["defaults_taken"] * bool(message)
    for finding in found:
        assert re.search(message, finding.message)
        assert "Let the smallest size ask for them too, or set them" in finding.message
