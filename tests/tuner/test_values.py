"""What sweeps and tuners are given is checked where it is given, in a sentence."""

import math

import keras
import numpy as np
import pytest

import scaling_keras as sk
from scaling_keras.errors import SweepError
from scaling_keras.tuner.sizes import TargetSize
from scaling_keras.tuner.sweep import GridSweep, plan_trial
from scaling_keras.tuner.values import of_one_kind, plain_values, positive_numbers, whole_numbers

SIZES = [{"width": 2}, {"width": 4}]


@pytest.mark.parametrize(
    ("design", "name", "value"),
    [
        (sk.GridSweep, "n_examples", 320),
        (sk.GridSweep, "seeds", 3),
        (sk.GridSweep, "sizes", {"width": 4}),
        (sk.GridSweep, "sizes", TargetSize(n_params=100)),
        (sk.IsoFLOPSweep, "budgets", 1e6),
        (sk.LadderSweep, "examples_per_param", np.array(20.0)),
    ],
)
def test_a_single_value_where_a_list_is_wanted_is_told_to_go_in_brackets(design, name, value):
    others = {} if design is not sk.GridSweep else {"n_examples": [8]}
    with pytest.raises(SweepError, match=rf"`{name}` must be a list.*{name}=.*in brackets"):
        design(**{"sizes": SIZES, **others, name: value})


def test_whatever_can_be_gone_through_is_a_list():
    assert whole_numbers("seeds", range(2), 0) == (0, 1)
    assert positive_numbers("budgets", (10.0**n for n in (1, 2))) == (10.0, 100.0)
    assert len(GridSweep(sizes=({"width": w} for w in (1, 2)), n_examples=np.array([8])).sizes) == 2


@pytest.mark.parametrize("value", ["2", None, [1], math.nan])
def test_numbers_are_no_text(value):
    with pytest.raises(SweepError, match="`seeds` must be whole numbers of at least 0"):
        whole_numbers("seeds", [value], 0)
    with pytest.raises(SweepError, match="`budgets` must be positive, finite numbers"):
        positive_numbers("budgets", [value])


@pytest.mark.parametrize("size", [4, None, [4], {3: 4}], ids=str)
def test_a_size_maps_names_to_values(size):
    with pytest.raises(SweepError, match="of a size must be a mapping of names to values"):
        GridSweep(sizes=[size], n_examples=[8])
    with pytest.raises(SweepError, match="of a size must be a mapping of names to values"):
        TargetSize(n_params=100, vary="depth", fixed=size)


def test_no_value_is_nan_since_it_would_differ_from_itself():
    with pytest.raises(
        SweepError, match=r"must be numbers, strings or booleans. Received: rate=nan"
    ):
        plain_values({"rate": math.nan}, "size")


@pytest.mark.parametrize("batch_size", [0, 4.5, "32"])
def test_a_batch_size_is_a_positive_whole_number_wherever_it_is_set(batch_size):
    message = f"`batch_size` must be a whole number of at least 1. Received: {batch_size!r}"
    with pytest.raises(SweepError, match=message):
        sk.HyperparameterSweep(sizes=SIZES, n_examples=[8], values={"batch_size": [batch_size, 8]})
    with pytest.raises(SweepError, match=message):
        GridSweep(sizes=[{"batch_size": batch_size}], n_examples=[8])


@pytest.mark.parametrize("values", [0.1, [1, 2], {}, None], ids=str)
def test_values_of_hyperparameters_go_by_name(values):
    with pytest.raises(SweepError, match="`values` must name at least one hyperparameter"):
        sk.HyperparameterSweep(sizes=SIZES, n_examples=[8], values=values)


def test_the_values_of_one_hyperparameter_are_a_list():
    with pytest.raises(SweepError, match=r"`learning_rate` must be a list.*learning_rate=0\.1"):
        sk.HyperparameterSweep(sizes=SIZES, n_examples=[8], values={"learning_rate": 0.1})


def test_whole_numbers_among_others_become_floats():
    sweep = sk.HyperparameterSweep(sizes=SIZES, n_examples=[8], values={"lr": [0.1, 1]})
    assert [repr(value) for value in sweep.values["lr"]] == ["0.1", "1.0"]
    for unmixed in ([1, 2], [True, False], ["a", "b"], [True, "a"], [0.5, 1.0]):
        assert list(map(repr, of_one_kind(unmixed))) == list(map(repr, unmixed))


@pytest.mark.parametrize("name", ["width", "n_steps", "n_examples", "seed", "batch_divisor"])
def test_what_is_varied_is_not_set_elsewhere(name):
    message = f"`values` must be .* neither `sizes` nor the tuner sets. Received: {name}="
    with pytest.raises(SweepError, match=message):
        sk.HyperparameterSweep(sizes=SIZES, n_examples=[8], values={name: [4, 8]})
    if name != "width":
        with pytest.raises(
            SweepError, match=r"`fixed` must be .*neither `vary` nor the tuner sets"
        ):
            TargetSize(n_params=100, vary="width", fixed={name: 4})
        with pytest.raises(SweepError, match=r"`vary` of a size .* that the tuner doesn't set"):
            TargetSize(n_params=100, vary=name)


def test_what_is_varied_is_not_what_a_size_was_solved_for():
    class Finds:
        def resolve(self, size):
            return {"width": 8}

        def why_skipped(self, size):
            return ""

    target = TargetSize(n_params=100)
    sweep = sk.HyperparameterSweep(sizes=[target], n_examples=[8], values={"width": [4, 8]})
    with pytest.raises(SweepError, match=r"neither `sizes` nor the tuner sets. Received: width="):
        sweep.plan(Finds())


def test_a_target_size_that_fixes_what_it_varies_is_refused():
    with pytest.raises(SweepError, match=r"`fixed` must be .* Received: width=2"):
        TargetSize(n_params=100, vary="width", fixed={"width": 2})
    with pytest.raises(SweepError, match="`vary` of a size must be the name of a hyperparameter"):
        TargetSize(n_params=100, vary=3)
    with pytest.raises(SweepError, match=r"must be positive and finite. Received: n_params='10M'"):
        TargetSize(n_params="10M", vary="width")


@pytest.mark.parametrize("sweep", [SIZES, GridSweep, None])
def test_only_a_sweep_is_tuned(sweep):
    with pytest.raises(SweepError, match=r"one whose trials are all known beforehand. Received: "):
        sk.TunedSweep(sweep)


def test_callbacks_are_a_list(make_tuner, data):
    with pytest.raises(SweepError, match="`callbacks` must be a list"):
        make_tuner().search(data, validation_data=data, callbacks=keras.callbacks.TerminateOnNaN())


@pytest.mark.parametrize("name", ["loss", "size", "n_params", "strategy", "elapsed_seconds"])
def test_a_hyperparameter_has_no_name_by_which_runs_tell_something_else(make_tuner, name):
    message = f"must not have the name of something else .* Received: '{name}' of a "
    other = rf".*another name, such as 'my_{name}'"
    with pytest.raises(SweepError, match=f"{message}size{other}"):
        GridSweep(sizes=[{name: 4}], n_examples=[8])
    with pytest.raises(SweepError, match=f"{message}size{other}"):
        TargetSize(n_params=100, vary="width", fixed={name: 4})
    with pytest.raises(SweepError, match=f"{message}size{other}"):
        TargetSize(n_params=100, vary=name)
    with pytest.raises(SweepError, match=f"{message}trial{other}"):
        sk.HyperparameterSweep(sizes=SIZES, n_examples=[8], values={name: [4, 8]})
    with pytest.raises(SweepError, match=f"{message}search{other}"):
        make_tuner(constants={name: 4})


@pytest.mark.parametrize("chosen", [{"size": {"loss": 1}}, {"hyperparameters": {"loss": 1}}])
def test_no_trial_has_a_name_by_which_runs_tell_something_else(chosen):
    with pytest.raises(SweepError, match="Received: 'loss' of a trial"):
        plan_trial(**{"size": {"width": 2}, "n_examples": 8, "seed": 0, **chosen})


def test_a_model_asks_for_no_name_by_which_runs_tell_something_else(make_tuner, data):
    def build(hp):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(hp["width"])])
        model.compile(optimizer=keras.optimizers.SGD(hp.Float("loss", 0.1, 0.2)), loss="mse")
        return model

    grid = GridSweep(sizes=SIZES, n_examples=[32])
    for sweep in (grid, sk.TunedSweep(grid, n_trials=2)):
        with pytest.raises(SweepError, match="Received: 'loss' of a model"):
            make_tuner(build, sweep=sweep).search(data, validation_data=data)


def test_what_is_the_same_as_a_fact_and_as_a_hyperparameter_may_be_set():
    names = ("batch_size", "optimizer", "learning_rate", "learning_rate_schedule")
    sk.HyperparameterSweep(sizes=SIZES, n_examples=[8], values={name: [4] for name in names})
