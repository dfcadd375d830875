import dataclasses

import keras
import keras_tuner
import numpy as np
import pytest
import tensorflow as tf

from scaling_keras.counting.model_count import count
from scaling_keras.errors import DataError, SweepError
from scaling_keras.tuner.sweep import by_training, plan_trial
from scaling_keras.tuner.trial_data import TrialData
from scaling_keras.tuner.workload import Workload
from tests.tuner.conftest import build_model, make_data

SMALL = {"width": 2}


def as_hypermodel(build):
    class Model(keras_tuner.HyperModel):
        def build(self, hp):
            return build(hp)

    return Model()


def workload(
    train=None, build=build_model, *, n_replicas=1, batch_size=None, constants=None, **options
):
    train = make_data() if train is None else train
    data = TrialData(train, n_replicas=n_replicas, batch_size=batch_size, constants=constants or {})
    return Workload(as_hypermodel(build), data, **options)


def in_batches(seed, batch_size):
    """The data as a function that is given the batch size."""
    return make_data(batch_size=batch_size)


def plan(n_examples=16, seed=0, **size):
    return plan_trial({**SMALL, **size}, n_examples, seed)


def test_a_trial_sees_its_examples_in_whole_batches():
    work = workload()
    assert [work.n_steps(plan(n)) for n in (1, 4, 9, 11, 32)] == [1, 1, 2, 3, 8]
    assert work.n_examples(plan(9)) == 8


def test_an_example_of_a_sequence_is_one_of_its_places():
    def build(hp):
        model = keras.Sequential([keras.Input((16, 3)), keras.layers.Dense(2)])
        model.compile(loss="mse")
        return model

    shape = (5, 4, 16)
    train = tf.data.Dataset.from_tensor_slices((np.ones((*shape, 3)), np.ones((*shape, 2))))
    work = workload(train, build)
    assert work.n_steps(plan(640)) == 10
    assert work.n_examples(plan(640)) == 640


def test_flops_are_counted_and_multiplied_by_the_examples():
    work = workload()
    # 3 x 2 and 2 x 1 products: twice forward, as often for the weights, and for the hidden layer.
    assert work.train_flops_per_example(plan()) == 2 * (2 * 6 + 3 * 2)
    assert work.work(plan(32)).train_flops == 32 * work.train_flops_per_example(plan())


def test_each_size_is_built_once_to_be_counted():
    built = []

    def build(hp):
        built.append(hp["width"])
        return build_model(hp)

    work = workload(build=build)
    for n_examples in (8, 16, 32):
        work.n_steps(plan(n_examples))
        work.work(plan(n_examples, width=4))
    assert sorted(built) == [2, 4]


@pytest.mark.parametrize("share", [None, 10])
def test_a_schedule_may_warm_up(share):
    def build(hp):
        warmup = 2000 if share is None else max(1, hp["n_steps"] // share)
        schedule = keras.optimizers.schedules.CosineDecay(
            0.0, hp["n_steps"] - warmup, warmup_target=1e-2, warmup_steps=warmup
        )
        model = build_model(hp)
        model.compile(optimizer=keras.optimizers.SGD(schedule), loss="mse")
        return model

    work = workload(build=build)
    assert work.can_be_built(SMALL), work.why_not_built(SMALL)
    assert work.n_steps(plan(32)) == 8


def test_a_size_that_cannot_be_built_costs_infinitely_much_and_shows_no_work():
    def build(hp):
        raise MemoryError("no room")

    work = workload(build=build)
    assert work.train_flops_per_example(plan()) == float("inf")
    assert not work.can_be_built(SMALL)
    with pytest.raises(MemoryError, match="no room"):
        work.n_steps(plan())
    assert work.work(plan()).train_flops == 0
    work.check([plan(10**9)])


def test_why_a_size_cannot_be_built_is_one_line():
    def build(hp):
        raise ValueError("no such width,\nnor any other")

    assert workload(build=build).why_not_built(SMALL) == "ValueError: no such width,"


def test_our_own_errors_in_building_are_not_hidden():
    def build(hp):
        raise SweepError("no such size")

    with pytest.raises(SweepError, match="no such size"):
        workload(build=build).can_be_built(SMALL)


def test_parameters_stand_in_for_flops_that_are_unknown(monkeypatch):
    counted = dataclasses.replace(
        count(build_model({"width": 2, "n_steps": 1})), train_flops_per_example=None
    )
    monkeypatch.setattr("scaling_keras.tuner.size_book.count", lambda model: counted)
    assert workload().train_flops_per_example(plan()) == 6 * 11


def test_data_may_be_a_function_of_a_seed_and_a_batch_size():
    calls = []

    def train(batch_size=4, seed=0):
        calls.append((batch_size, seed))
        return make_data(batch_size=batch_size)

    assert workload(train).data.batch_size(plan(seed=3)) == 4
    assert workload(train, batch_size=6).data.batch_size(plan(seed=0)) == 6
    assert calls == [(4, 3), (6, 0)]


def test_a_batch_size_is_rounded_up_to_a_multiple_of_the_replicas():
    work = workload(
        lambda batch_size, seed: make_data(batch_size=batch_size), n_replicas=4, batch_size=9
    )
    assert work.data.batch_size(plan()) == 12


def test_data_may_be_a_function_of_the_hyperparameters():
    seen = []

    def train(hp):
        seen.append((hp["width"], hp["n_examples"], hp["seed"], hp["version"]))
        return make_data()

    workload(train, constants={"version": "v2"}).data.batch_size(plan(16, seed=5))
    assert seen == [(2, 16, 5, "v2")]


def test_the_batch_size_of_a_dataset_that_leaves_it_open_is_that_of_its_first_batch():
    data = tf.data.Dataset.from_tensor_slices((np.ones((10, 3)), np.ones((10, 1)))).batch(4)
    assert data.element_spec[0].shape[0] is None
    assert workload(data).data.batch_size(plan()) == 4


def test_constants_and_the_plan_make_up_the_hyperparameters():
    values = workload(constants={"version": "v2"}).values(plan(32, seed=1))
    assert values == {"version": "v2", "width": 2, "n_examples": 32, "seed": 1, "n_steps": 8}


def test_a_batch_that_the_replicas_cannot_share_is_refused():
    work = workload(make_data(batch_size=5), n_replicas=2)
    with pytest.raises(SweepError, match=r"2 replicas.*a batch of 5\. Make it 4"):
        work.data.batch_size(plan())


def test_data_that_is_too_short_is_refused_before_anything_is_trained():
    work = workload()
    work.check([plan(32), plan(8)])
    with pytest.raises(DataError, match=r"8 batches.*needs 25.*100 examples.*train\.repeat\(\)"):
        work.check([plan(8), plan(100)])


@pytest.mark.parametrize("seeds", [(0, 1), (1, 0)])
@pytest.mark.parametrize(
    "train", [lambda seed: make_data(8 - seed), lambda hp: make_data(8 - hp["seed"])]
)
def test_the_data_of_each_seed_must_be_long_enough(train, seeds):
    with pytest.raises(DataError, match=r"7 batches.*'width2_32_seed1' needs 8"):
        workload(train).check([plan(32, seed=seed) for seed in seeds])


def test_the_data_of_each_trial_must_be_long_enough_where_it_depends_on_its_examples():
    work = workload(lambda hp: make_data(1 if hp["n_examples"] == 8 else 8))
    work.check([plan(32)])
    with pytest.raises(DataError, match=r"1 batches.*'width2_8_seed0' needs 2"):
        work.check([plan(8), plan(32)])


def test_the_trial_that_needs_most_is_named_where_several_need_too_much():
    with pytest.raises(DataError, match=r"8 batches.*'width2_100_seed0' needs 25"):
        workload().check([plan(40), plan(100), plan(60)])


def test_data_is_made_once_to_be_looked_at_for_all_trials_that_it_is_the_same_for():
    made = []

    def train(seed):
        made.append(seed)
        return make_data()

    work = workload(train)
    work.check([plan(n, seed, width=w) for n in (8, 16) for seed in (0, 1) for w in (2, 4)])
    assert made == [0, 1]


def test_data_without_end_or_of_unknown_length_is_let_pass():
    endless = make_data().repeat()
    unknown = make_data().filter(lambda x, y: True)
    for data in (endless, unknown):
        workload(data).check([plan(10_000)])


@pytest.mark.parametrize("train", [np.ones((4, 3)), [1, 2], None], ids=lambda v: type(v).__name__)
def test_data_of_another_kind_is_refused(train):
    with pytest.raises(DataError, match=r"must be a batched tf\.data\.Dataset, or a function"):
        TrialData(train, n_replicas=1)


def test_a_function_must_give_a_dataset():
    with pytest.raises(DataError, match=r"must return a batched.*Received: list"):
        workload(lambda hp: [1]).data.batch_size(plan())


def test_single_items_that_look_like_batches_are_refused():
    def build(hp):
        model = keras.Sequential([keras.Input((16, 3)), keras.layers.Dense(2)])
        model.compile(loss="mse")
        return model

    items = tf.data.Dataset.from_tensor_slices((np.ones((5, 16, 3)), np.ones((5, 16, 2))))
    with pytest.raises(DataError, match=r"must be batched\. Received: a dataset of single items"):
        workload(items, build).check([plan(16)])
    workload(items.batch(1), build).check([plan(16)])


def test_a_batch_of_numbers_is_one_where_the_model_wants_vectors_of_one():
    def build(hp):
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile(loss="mse")
        return model

    numbers = tf.data.Dataset.from_tensor_slices((np.ones((5, 1)), np.ones((5, 1))))
    workload(numbers, build).check([plan(5)])


def test_single_items_are_refused():
    data = tf.data.Dataset.range(5)
    with pytest.raises(DataError, match=r"must be batched\. Received: a dataset of single items"):
        workload(data).data.batch_size(plan())


def test_empty_data_is_refused():
    data = make_data().unbatch().take(0).batch(4)
    with pytest.raises(DataError, match=r"at least one batch\. Received: none"):
        workload(data).data.batch_size(plan())


def other_batches(batch_size):
    return plan_trial(SMALL, 16, 0, hyperparameters={"batch_size": batch_size})


@pytest.mark.parametrize("train", [make_data(), lambda hp: make_data()], ids=["data", "function"])
def test_a_trial_that_sets_its_batch_size_needs_data_in_such_batches(train):
    assert workload(train).data.batch_size(other_batches(4)) == 4
    with pytest.raises(SweepError, match=r"batch_size=8 for .*data in batches of 4.*Pass `search`"):
        workload(train).data.batch_size(other_batches(8))


def test_a_function_of_a_seed_that_takes_no_batch_size_is_named():
    with pytest.raises(SweepError, match=r"batch_size=8 for .*a function of a `seed` alone"):
        workload(lambda seed: make_data()).data.batch_size(other_batches(8))
    with pytest.raises(SweepError, match="`batch_size` is for training data"):
        workload(lambda seed: make_data(), batch_size=8)
    takes_all = lambda seed, **options: make_data(**options)  # noqa: E731
    assert workload(takes_all).data.batch_size(other_batches(8)) == 8


def test_a_function_that_must_be_told_the_batch_size_says_how():
    with pytest.raises(
        SweepError, match=r"no `batch_size` said anywhere\. Pass `search\(\.\.\., bat"
    ):
        workload(in_batches).data.batch_size(plan())
    assert workload(in_batches, batch_size=8).data.batch_size(plan()) == 8
    assert workload(lambda seed, batch_size=2: make_data(batch_size=2)).data.batch_size(plan()) == 2


def reads_batch_size(hp):
    return make_data(batch_size=hp["batch_size"])


@pytest.mark.parametrize("train", [in_batches, reads_batch_size])
def test_what_the_replicas_make_of_a_batch_size_is_what_the_model_hears_and_the_run_records(train):
    work = workload(train, n_replicas=4)
    assert work.data.batch_size(other_batches(6)) == 8
    assert work.values(other_batches(6))["batch_size"] == 8
    assert work.data.known_values(plan(batch_size=6))["batch_size"] == 8
    work = workload(train, n_replicas=4, constants={"batch_size": 6})
    assert (work.values(plan())["batch_size"], work.data.constants) == (8, {"batch_size": 8})


def test_a_model_that_is_counted_hears_what_the_replicas_make_of_the_batch_size():
    heard = set()

    def build(hp):
        heard.add(hp["batch_size"])
        return build_model(hp)

    work = workload(in_batches, build, n_replicas=4, batch_size=6)
    work.check([plan()])
    work.count_of(plan())
    assert heard == {8}


def test_batch_sizes_of_which_the_replicas_make_the_same_are_the_same_training():
    work = workload(in_batches, n_replicas=2)
    first, same, other = (other_batches(n) for n in (3, 4, 5))
    assert by_training([first, same, other], work) == [[first, same], [other]]


@pytest.mark.parametrize("batch_size", [0, 8])
def test_a_batch_size_is_for_functions_that_take_one(batch_size):
    with pytest.raises(SweepError, match=f"`batch_size` is for training data.*{batch_size}"):
        workload(make_data(), batch_size=batch_size)


@pytest.mark.parametrize("batch_size", [0, -4, 1.5, "32"])
def test_a_batch_size_of_a_search_is_a_positive_whole_number(batch_size):
    with pytest.raises(SweepError, match=f"`batch_size` must be a whole .*: {batch_size!r}"):
        workload(in_batches, batch_size=batch_size)


def test_a_model_with_open_axes_says_why_its_examples_are_unknown():
    def build(hp):
        model = keras.Sequential([keras.Input((None, 3)), keras.layers.Dense(1)])
        model.compile(loss="mse")
        return model

    with pytest.raises(DataError, match=r"whose outputs have unknown axes\. Build it with a fixed"):
        workload(build=build).n_steps(plan())


def test_a_batch_size_is_set_once():
    for options in ({"constants": {"batch_size": 4}}, {"examples_of": {"batch_size": 4}}):
        with pytest.raises(SweepError, match=r"must be set once\. Received: batch_size=8 for the"):
            workload(in_batches, batch_size=8, **options)
    with pytest.raises(SweepError, match=r"and trials that set batch_size=4\. Leave one of them"):
        workload(in_batches, batch_size=8).check([plan(batch_size=4)])


def test_a_batch_size_among_the_constants_is_that_of_the_data():
    assert workload(in_batches, constants={"batch_size": 6}).data.batch_size(plan()) == 6
    with pytest.raises(SweepError, match=r"batch_size=6 for .* and data in batches of 4"):
        workload(constants={"batch_size": 6}).data.batch_size(plan())


def test_a_function_is_called_with_what_it_takes():
    assert workload(lambda n=2, *, hp: make_data(n, hp["width"])).data.batch_size(plan()) == 2
    assert (
        workload(lambda batch_size=6: make_data(batch_size=batch_size)).data.batch_size(plan()) == 6
    )
    with pytest.raises(DataError, match=r"or of nothing\. Received: .* \(hp, seed\)"):
        workload(lambda hp, seed: make_data())


def test_a_function_of_nothing_gives_the_data():
    work = workload(lambda: make_data(5))
    work.check([plan(20)])
    assert work.n_steps(plan(20)) == 5


@pytest.mark.parametrize("name", ["n_steps", "shards"])
def test_data_that_asks_for_what_is_not_known_before_it_is_refused(name):
    work = workload(lambda hp: make_data(hp[name]))
    message = f"known before it: width, n_examples, seed.*one that asks for {name}.*`n_examples`"
    with pytest.raises(DataError, match=message):
        work.check([plan(20)])


def test_a_key_error_of_the_data_itself_is_passed_on():
    with pytest.raises(KeyError, match="corpus"):
        workload(lambda hp: {}["corpus"]).check([plan(20)])
