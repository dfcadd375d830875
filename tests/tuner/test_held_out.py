"""Losses of different held-out data don't become points of one law."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from scaling_keras.errors import SweepError
from scaling_keras.events import schema
from scaling_keras.tuner.held_out import held_out_facts, why_others
from scaling_keras.tuner.trials import Trials
from tests.tuner.conftest import NoTrials, make_data

INPUTS = np.random.default_rng(0).normal(size=(100, 3))
TARGETS = INPUTS.sum(axis=1, keepdims=True)


def dataset(batch_size, inputs=INPUTS, targets=TARGETS):
    return tf.data.Dataset.from_tensor_slices((inputs, targets)).batch(batch_size)


def words(*items):
    return tf.data.Dataset.from_tensor_slices(list(items)).batch(2)


@pytest.mark.parametrize(
    "same",
    [
        (INPUTS, TARGETS),
        (INPUTS.astype("float32"), TARGETS.astype("float32")),
        (tf.constant(INPUTS), TARGETS),
        dataset(5),
        dataset(32),
        dataset(100),
        dataset(32).filter(lambda x, y: True),
        dataset(32).shuffle(4),
        dataset(32).shuffle(4, reshuffle_each_iteration=False),
        dataset(1).shuffle(100).unbatch().batch(8),
        dataset(7, INPUTS[::-1], TARGETS[::-1]),
        None,
        object(),
    ],
)
def test_the_same_data_in_another_form_is_no_other(same):
    facts = held_out_facts(same)
    for known in (dataset(32), (INPUTS, TARGETS)):
        assert why_others(held_out_facts(known), facts) == ""
        assert why_others(facts, held_out_facts(known)) == ""


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ((INPUTS[:60], TARGETS[:60]), "100 items, not on 60"),
        (dataset(32).take(1), "100 items, not on 32"),
        (dataset(8).take(3), "100 items, not on 24"),
        ((INPUTS, 5 * TARGETS), "other items"),
        ((INPUTS, np.where(np.arange(100)[:, None] == 99, 0.0, TARGETS)), "other items"),
        (dataset(32, INPUTS, TARGETS[::-1]), "other items"),
        ((INPUTS[:, :2], TARGETS), "other items"),
    ],
)
def test_other_data_is_told_by_its_number_or_its_items(other, why):
    assert why_others(held_out_facts(dataset(32)), held_out_facts(other)) == why


def test_of_data_too_large_to_read_only_the_number_is_known(monkeypatch):
    monkeypatch.setattr("scaling_keras.tuner.held_out._MOST_ITEMS", 50)
    between = {"min_items": 97, "max_items": 128}
    assert held_out_facts(dataset(32)) == between
    for _ in range(8):  # Whichever batch comes first.
        assert held_out_facts(dataset(32).shuffle(4)) == between
    assert held_out_facts((INPUTS, TARGETS)) == {"min_items": 100, "max_items": 100}
    assert held_out_facts(dataset(32).filter(lambda x, y: True)) == {}
    assert not why_others(held_out_facts(dataset(32)), held_out_facts(dataset(5)))
    assert why_others(held_out_facts(dataset(32)), held_out_facts(dataset(32).take(3)))


def test_of_large_items_only_the_number_is_known(monkeypatch):
    monkeypatch.setattr("scaling_keras.tuner.held_out._MOST_BYTES", 1000)
    assert held_out_facts(dataset(50)) == {"min_items": 51, "max_items": 100}


def test_data_that_is_other_each_time_is_told_by_its_number():
    rng = np.random.default_rng(0)

    def batches():
        for part in (slice(0, 64), slice(64, 100)):
            yield INPUTS[part] + rng.normal(size=INPUTS[part].shape), TARGETS[part]

    spec = tf.TensorSpec((None, 3), tf.float64), tf.TensorSpec((None, 1), tf.float64)
    noisy = tf.data.Dataset.from_generator(batches, output_signature=spec)
    assert held_out_facts(noisy) == {"min_items": 100, "max_items": 100}


def test_texts_are_told_apart_and_what_cannot_be_read_is_unknown():
    assert why_others(held_out_facts(words("a", "b")), held_out_facts(words("a", "c")))
    assert not why_others(held_out_facts(words("a", "b")), held_out_facts(words("a", "b")))

    def breaks():
        raise ValueError("no such file")

    spec = tf.TensorSpec((None, 3))
    assert held_out_facts(tf.data.Dataset.from_generator(breaks, output_signature=spec)) == {}
    ragged = tf.data.Dataset.from_tensor_slices(tf.ragged.constant([[1], [2, 3]])).batch(2)
    assert held_out_facts(ragged) == {}
    assert held_out_facts(tf.data.Dataset.range(3)) == {}


def test_runs_record_it_and_a_search_with_other_data_is_refused(make_tuner, data):
    tuner = make_tuner()
    tuner.search(data, validation_data=make_data(4))
    for run in tuner.results():
        assert (run.facts["held_out"]["min_items"], run.facts["held_out"]["max_items"]) == (16, 16)
        assert run.facts["held_out"]["items"]
    x, y = (np.concatenate(part) for part in zip(*make_data(4).as_numpy_iterator(), strict=True))
    make_tuner(executor=NoTrials()).search(data, validation_data=(x, y))
    larger = make_tuner(widths=(2, 4, 8))
    message = r"other `validation_data` than run '.*evaluated on {}\. Pass the same again\. Choose"
    with pytest.raises(SweepError, match=message.format("other items")):
        larger.search(data, validation_data=(x, 5 * y))
    with pytest.raises(SweepError, match=message.format("16 items, not on 32")):
        larger.search(data, validation_data=make_data(1, batch_size=32))
    assert len(larger.results()) == 2
    # A law of the training loss has nothing to do with it.
    make_tuner(objective="loss", executor=NoTrials()).search(data, validation_data=(x, 5 * y))


def test_runs_of_earlier_versions_are_taken_as_they_are(make_tuner, data, monkeypatch):
    with monkeypatch.context() as earlier:
        earlier.setattr("scaling_keras.tuner.tuner.held_out_facts", lambda data: {})
        make_tuner(widths=(2,)).search(data, validation_data=make_data(4))
    tuner = make_tuner()
    tuner.search(data, validation_data=make_data(2))
    assert tuner.findings() == ()
    old = schema.encode(schema.RunFacts()).replace(b'"held_out":{},', b"")
    assert b"held_out" not in old
    assert schema.decode(old, schema.RunFacts).held_out == {}


def test_data_that_a_function_gives_otherwise_each_time_is_a_finding(make_tuner, data):
    times = itertools.count(1)

    class Sends:
        """Trains each trial as if in a process of its own."""

        n_replicas = None

        def run(self, queue, run_trial):
            while (plan := queue.next_trial()) is not None:
                state = run_trial.__getstate__()
                sent = Trials.__new__(Trials)
                sent.__setstate__(state)
                queue.finish(plan, sent(plan))

    tuner = make_tuner(executor=Sends())
    tuner.search(
        lambda: make_data(),
        validation_data=lambda: make_data(4).map(lambda x, y: (x, y * next(times))),
    )
    (finding,) = tuner.findings()
    assert finding.code == "other_held_out_data"
    assert "on other items, as width4_32_seed0 was." in finding.message
    assert len({run.facts["held_out"]["items"] for run in tuner.results()}) == 2


def test_a_dataset_of_keras_is_taken_as_unknown(make_tuner, data):
    class Held(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return INPUTS[:4].astype("float32"), TARGETS[:4].astype("float32")

    tuner = make_tuner(widths=(2,))
    tuner.search(data, validation_data=Held())
    (run,) = tuner.results()
    assert run.facts["held_out"] == {}
