"""Trainings outside the sweep, and what was predicted of them."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from scaling_keras import laws
from scaling_keras.errors import DataError, SweepError
from scaling_keras.tuner.designs.hyperparameters import HyperparameterSweep
from scaling_keras.tuner.executors.in_process import InProcess
from scaling_keras.tuner.sizes import TargetSize
from scaling_keras.tuner.tuner import ScalingTuner
from tests.tuner.conftest import (
    build_model,
    fails_at_width_four,
    law,
    make_data,
    out_of_memory,
    statuses,
)
from tests.tuner.designs.pretending import build_of_any_depth


def build_asking(hp):
    hp.Float("rate", 0.0, 1.0)
    return build_model(hp)


def labelled(fit, **labels):
    """Return a law that says so of the runs that it was fitted to."""
    return dataclasses.replace(fit, labels={**fit.labels, **labels})


def test_a_prediction_is_recorded_before_the_training_that_tests_it(make_tuner, data):
    tuner = make_tuner(widths=(2,))
    fit = law()
    seen = []

    class Looks(keras.callbacks.Callback):
        def on_train_end(self, logs=None):
            seen.extend(
                record.facts[1].prediction
                for name, record in tuner._project.records().items()
                if name == "width8_32_seed3"
            )

    tuner.search(data, validation_data=data, callbacks=[Looks()])
    model = tuner.train_at(size={"width": 8}, n_examples=32, fit=fit, seed=3)
    assert isinstance(model, keras.Model)
    predicted = fit.predict(n_params=41, n_examples=32)
    assert seen[0]["loss"] == pytest.approx(predicted.mean[0])
    (verdict,) = tuner.verdicts()
    assert (verdict.run, verdict.n_params) == ("width8_32_seed3", 41)
    assert verdict.predicted == pytest.approx(predicted.mean[0])
    assert verdict.reached == pytest.approx(model.evaluate(data, verbose=0), rel=1e-5)
    assert verdict.best_before == min(fit.observed)


class Family:
    """A family that knows which size comes close to a number of parameters."""

    name = "mlp"

    def __call__(self, hp):
        return build_model(hp)

    def size_for(self, n_params, *, param_convention):
        assert param_convention == "total"
        return {"width": max(1, round(n_params / 5))}


def test_an_allocation_is_trained_at_the_closest_size_for_its_budget(make_tuner, data):
    tuner = make_tuner(Family(), widths=(2,))
    tuner.search(data.repeat(), validation_data=data)
    best = law().optimal_allocation(train_flops=5_000)
    tuner.train_at(best)
    (verdict,) = tuner.verdicts()
    assert verdict.train_flops == pytest.approx(5_000, rel=0.2)
    assert verdict.n_params == pytest.approx(best.n_params.value, rel=0.2)
    assert {run.family for run in tuner.results()} == {"mlp"}


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A tuner of a sweep whose values change the model; tests must leave it as it is."""
    sweep = HyperparameterSweep(
        sizes=[{"width": 2}, {"width": 4}],
        n_examples=[8],
        values={"depth": [1, 3], "rate": [0.05]},
    )
    tuner = ScalingTuner(
        build_of_any_depth,
        sweep=sweep,
        directory=tmp_path_factory.mktemp("runs"),
        distribution_strategy=None,
    )
    tuner.search(make_data().repeat(), validation_data=make_data(1))
    return tuner


def what_it_takes(tuner, plan):
    work = tuner._searched().workload
    n_params = work.n_params(work.model_of(plan))
    return n_params, plan.n_examples * work.train_flops_per_example(plan)


@pytest.mark.parametrize("given", [{"depth": 3}, {"depth": 1}, None])
def test_an_allocation_is_kept_with_values_that_change_the_model(swept, given):
    best = law().optimal_allocation(train_flops=2e6)
    plan = swept.plan_at(best, hyperparameters=given)
    n_params, train_flops = what_it_takes(swept, plan)
    assert n_params == pytest.approx(best.n_params.value, rel=0.3)
    assert train_flops == pytest.approx(2e6, rel=0.02)
    if given:  # What isn't given is what the closest size was trained with.
        assert plan.hyperparameters == {"rate": 0.05, **given}


def test_a_size_is_solved_for_with_values_that_change_the_model(swept):
    target = TargetSize(n_params=400, vary="width")
    plan = swept.plan_at(size=target, n_examples=8, hyperparameters={"depth": 3, "rate": 0.05})
    assert what_it_takes(swept, plan)[0] == pytest.approx(400, rel=0.15)
    shallow = swept.plan_at(size=target, n_examples=8, hyperparameters={"depth": 1})
    assert shallow.size["width"] > plan.size["width"]
    assert what_it_takes(swept, shallow)[0] == pytest.approx(400, rel=0.15)


def test_a_law_leaves_out_the_runs_that_tested_one(make_tuner, data):
    tuner = make_tuner(n_examples=(8, 12, 32))
    tuner.search(data, validation_data=data)
    tuner.train_at(size={"width": 8}, n_examples=32, fit=law())
    assert len(tuner.results()) == 7
    fit = tuner.fit_law("power_law_floor", x="train_flops", on_failure="return")
    assert fit.n_runs == 6


def test_a_model_may_be_trained_without_a_prediction(make_tuner, data):
    tuner = make_tuner(widths=(2,))
    tuner.search(data, validation_data=data)
    tuner.train_at(size={"width": 8}, n_examples=16)
    assert tuner.verdicts() == ()
    assert "width8_16_seed0" in statuses(tuner)


def test_what_goes_wrong_in_a_single_training_is_raised_and_recorded(make_tuner, data):
    tuner = make_tuner(fails_at_width_four(out_of_memory), widths=(2,))
    tuner.search(data, validation_data=data)
    sizes = tuner._setting.workload._models
    for known in (sizes._counts, sizes._asked, sizes._asked_names):
        known["width4"] = known["width2"]
    with pytest.raises(tf.errors.ResourceExhaustedError):
        tuner.train_at(size={"width": 4}, n_examples=16)
    assert statuses(tuner)["width4_16_seed0"] == "failed"


def test_a_single_training_needs_a_search_before_it(make_tuner):
    with pytest.raises(SweepError, match="a tuner that has made none"):
        make_tuner().train_at(size={"width": 2}, n_examples=8)


def test_a_single_training_needs_a_size_and_data(searched):
    for arguments in ({}, {"size": {"width": 2}}, {"n_examples": 8}):
        with pytest.raises(SweepError, match="an allocation, or both a size and a number"):
            searched.plan_at(**arguments)


def test_without_a_family_a_size_is_found_in_what_the_sweep_varies(searched):
    best = law().optimal_allocation(train_flops=1_000)
    plan = searched.plan_at(best)
    # A width of w has 5 w + 1 parameters; the sweep's are even.
    ratios = {w: abs(np.log((5 * w + 1) / best.n_params.value)) for w in range(2, 100, 2)}
    assert plan.size == {"width": min(ratios, key=ratios.get)}
    spent = plan.n_examples * searched.train_flops_per_example(plan.size)
    assert spent == pytest.approx(1_000, rel=0.05)
    assert plan.prediction["form"] == "chinchilla"


@pytest.mark.parametrize("vary", ["width", ""])
def test_a_size_may_be_given_by_its_parameters(searched, vary):
    target = TargetSize(n_params=61, vary=vary)
    assert searched.plan_at(size=target, n_examples=16).size == {"width": 12}


class Embedding:
    """A family most of whose parameters are of an embedding: 20 w, and w + 1 besides."""

    name = "embedding"

    def __call__(self, hp):
        model = keras.Sequential(
            [
                keras.Input((3,), dtype="int32"),
                keras.layers.Embedding(20, hp["width"]),
                keras.layers.GlobalAveragePooling1D(),
                keras.layers.Dense(1),
            ]
        )
        model.compile(optimizer="sgd", loss="mse")
        return model


class EmbeddingOfItsOwn(Embedding):
    """The same, which knows its sizes."""

    def size_for(self, n_params, *, param_convention):
        return {"width": round(n_params / {"total": 21, "non_embedding": 1}[param_convention])}


@pytest.mark.parametrize("family", [Embedding(), EmbeddingOfItsOwn()])
def test_n_is_counted_as_the_law_counts_it(make_tuner, data, family):
    tuner = make_tuner(family)
    numbers = data.map(lambda x, y: (tf.cast(tf.abs(x), "int32"), y))
    tuner.search(numbers.repeat(), validation_data=numbers)
    fit = labelled(law(), param_convention="non_embedding")
    best = fit.optimal_allocation(train_flops=10_000)
    plan = tuner.plan_at(best)
    n_params = plan.size["width"] + 1
    assert n_params == pytest.approx(best.n_params.value, abs=1.5)
    seen = tuner._searched().workload.n_examples(plan)
    assert plan.prediction["loss"] == fit.predict(n_params=n_params, n_examples=seen).mean[0]


def test_a_law_of_another_metric_tests_nothing(searched):
    of_another = labelled(law(), loss_name="val_mae")
    with pytest.raises(SweepError, match="a law of 'val_mae', and objective='val_loss'"):
        searched.train_at(size={"width": 8}, n_examples=16, fit=of_another)
    plan = searched.plan_at(size={"width": 8}, n_examples=16, fit=law())
    assert plan.prediction["loss_name"] == "val_loss"


def test_a_law_of_data_alone_tests_no_other_size(searched):
    d = np.geomspace(8, 64, 6)
    fit = laws.fit("power_law", {"n_examples": d, "loss": 2 * d**-0.3}, x="n_examples")
    assert searched.plan_at(size={"width": 4}, n_examples=16, fit=fit).prediction is not None
    with pytest.raises(SweepError, match=r"`n_params` is 11 to 21.*n_params=41"):
        searched.train_at(size={"width": 8}, n_examples=16, fit=fit)


def test_a_plan_is_trained_with_the_examples_that_it_names(searched):
    fit = law()
    for plan in (
        laws.allocate(fit, train_flops=20_000, dataset_size=24),
        laws.cheapest(fit, loss=1.3),
    ):
        planned = searched.plan_at(plan)
        assert planned.n_examples == round(plan.n_examples.value)
        assert 5 * planned.size["width"] == pytest.approx(plan.n_params.value, abs=5)
        assert planned.prediction["form"] == "chinchilla"


@pytest.mark.parametrize("given", [1e7, {"n_params": 3}, law])
def test_what_is_no_allocation_is_refused(searched, given):
    with pytest.raises(SweepError, match=r"`laws.cheapest` returns. Received: "):
        searched.plan_at(given)


@pytest.mark.parametrize("more", [{"size": {"width": 8}}, {"n_examples": 16}])
def test_an_allocation_leaves_no_size_and_data_to_give(searched, more):
    best = law().optimal_allocation(train_flops=1_000)
    with pytest.raises(SweepError, match="Received: one, and size="):
        searched.plan_at(best, **more)


def test_a_size_beyond_those_that_are_tried_is_not_cut(searched):
    best = law().optimal_allocation(train_flops=1e13)
    with pytest.raises(SweepError, match=r"'width' up to 65536. Received: .*'width65536' has 3.27"):
        searched.plan_at(best)


def test_a_size_cannot_be_found_where_the_sweep_varies_none(make_tuner, data):
    tuner = make_tuner(widths=(2,), executor=InProcess())
    tuner.search(data, validation_data=data)
    with pytest.raises(SweepError, match=r"varying the whole number.*sizes that differ in nothing"):
        tuner.plan_at(size=TargetSize(n_params=61), n_examples=16)


def test_a_run_of_the_sweep_is_not_trained_again_by_accident(searched):
    before = [run.facts["attempt"] for run in searched.results()]
    for fit in (law(), None):
        with pytest.raises(SweepError, match=r"Received: 'width4_32_seed0', which has ended"):
            searched.train_at(size={"width": 4}, n_examples=32, fit=fit)
    assert [run.facts["attempt"] for run in searched.results()] == before


@pytest.mark.parametrize("n_examples", [31, 33])
def test_what_the_sweep_has_trained_is_no_test_under_another_name(searched, n_examples):
    with pytest.raises(SweepError, match="in whole batches the same as 'width4_32_seed0'"):
        searched.train_at(size={"width": 4}, n_examples=n_examples, fit=law())
    assert len(searched.results()) == 4


def test_a_test_is_not_made_twice_under_different_names(make_tuner, data):
    tuner = make_tuner(build_asking, widths=(2,))
    tuner.search(data, validation_data=data)
    tuner.train_at(size={"width": 2}, n_examples=16, fit=law())
    with pytest.raises(SweepError, match="in whole batches the same as 'width2_16_seed0'"):
        tuner.train_at(size={"width": 2}, n_examples=17, fit=law())
    tuner.train_at(size={"width": 2}, n_examples=17, fit=law(), hyperparameters={"rate": 0.5})
    assert [verdict.n_examples for verdict in tuner.verdicts()] == [16, 16]


@pytest.mark.parametrize("n_examples", [-10, 0, 16.5, "many"])
def test_the_examples_of_a_single_training_are_a_positive_whole_number(searched, n_examples):
    with pytest.raises(SweepError, match=r"`n_examples` must be whole numbers of at least 1"):
        searched.train_at(size={"width": 8}, n_examples=n_examples, fit=law())


def test_examples_may_be_a_whole_number_written_as_a_float(searched):
    assert searched.plan_at(size={"width": 8}, n_examples=16.0).name == "width8_16_seed0"


def test_the_seed_of_a_single_training_is_not_negative(searched):
    with pytest.raises(SweepError, match=r"`seed` must be whole numbers of at least 0"):
        searched.train_at(size={"width": 8}, n_examples=16, seed=-1)


@pytest.mark.parametrize("size", [{"wdth": 8}, {"width": 8, "dpth": 2}, {}])
def test_a_size_is_made_of_what_those_of_the_sweep_are(searched, size):
    with pytest.raises(SweepError, match="must be made of what the sizes of the sweep are: width"):
        searched.train_at(size=size, n_examples=16, fit=law())


def test_what_nobody_reads_is_refused_before_it_is_trained(searched):
    n_runs = len(searched.results())
    for given in ({"lerning_rate": 0.1}, {"rate": 0.5}):
        with pytest.raises(SweepError, match=f"Received: {next(iter(given))}=.*neither does"):
            searched.train_at(size={"width": 8}, n_examples=16, hyperparameters=given)
    assert len(searched.results()) == n_runs


def test_what_an_example_costs_is_asked_of_sizes_made_of_what_those_of_the_sweep_are(
    searched, swept
):
    for size in ({"wdth": 8}, {}):
        with pytest.raises(SweepError, match="made of what the sizes of the sweep are: width"):
            searched.train_flops_per_example(size)
    with pytest.raises(SweepError, match="must be a mapping"):
        searched.train_flops_per_example(3)
    deep, shallow = ({"width": 4, "depth": depth} for depth in (3, 1))
    assert swept.train_flops_per_example(deep) > swept.train_flops_per_example(shallow)


@pytest.mark.parametrize("name", ["n_steps", "n_examples", "seed", "width", "version"])
def test_what_is_set_elsewhere_is_no_hyperparameter_of_a_single_training(searched, name):
    with pytest.raises(SweepError, match=f"neither the size, nor `constants`, .*: {name}=1"):
        searched.train_at(size={"width": 8}, n_examples=16, hyperparameters={name: 1})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"fit": "chinchilla"}, "`fit` must be a law .* Received: a str, 'chinchilla'"),
        ({"hyperparameters": ["rate"]}, "of a run must be a mapping of names to values"),
        ({"hyperparameters": {"rate": [0.1]}}, "of a run must be numbers"),
        ({"size": 8}, "of a size must be a mapping of names to values"),
    ],
)
def test_what_a_single_training_is_given_is_checked(searched, given, message):
    with pytest.raises(SweepError, match=message):
        searched.train_at(**{"size": {"width": 8}, "n_examples": 16, **given})
    assert len(searched.results()) == 4


def test_an_allocation_is_of_one_budget(searched):
    best = law().optimal_allocation(train_flops=[5_000, 6_000])
    with pytest.raises(SweepError, match="an allocation of 2 budgets"):
        searched.plan_at(best)


def test_a_single_training_needs_data_enough(searched):
    with pytest.raises(DataError, match="8 batches, where 'width2_999_seed0' needs 250"):
        searched.plan_at(size={"width": 2}, n_examples=999)
