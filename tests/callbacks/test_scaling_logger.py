"""What a user sees: any model, any input, one run with exact numbers."""

import contextlib
import copy
import math
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from scaling_keras.callbacks import point_schedule
from scaling_keras.callbacks.scaling_logger import ScalingLogger
from scaling_keras.errors import LogdirError, RunsError, ScalingWarning
from scaling_keras.events.correcting import correct_run
from scaling_keras.events.reader import read_records, read_runs
from scaling_keras.events.schema import OWN_METRICS

EPOCHS = 2
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning",
    "ignore:Your input ran out of data:UserWarning",
    "ignore:`shuffle=True` was passed:UserWarning",
    "ignore:Your `PyDataset` class should call:UserWarning",
)


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__(name="subclassed")
        self.dense = keras.layers.Dense(1)

    def call(self, x):
        return self.dense(x)


def _functional():
    x = keras.Input((3,))
    return keras.Model(x, keras.layers.Dense(1)(x))


MODELS = {
    "sequential": lambda: keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)]),
    "sequential, built by its data": lambda: keras.Sequential([keras.layers.Dense(1)]),
    "functional": _functional,
    "subclassed": Subclassed,
}


class Batches(keras.utils.PyDataset):
    def __init__(self, data):
        super().__init__()
        self.data = data

    def __len__(self):
        return 4

    def __getitem__(self, index):
        rows = slice(32 * index, 32 * (index + 1))
        return self.data[0][rows], self.data[1][rows]


def _dataset(data):
    return tf.data.Dataset.from_tensor_slices(data).batch(32)


def _of_unknown_length(data):
    return _dataset(data).filter(lambda x, y: True)


def _generator(data):
    while True:
        yield data[0][:20], data[1][:20]


# Arguments of fit, and the examples that an epoch then has.
INPUTS = {
    "arrays": (lambda data: {"x": data[0], "y": data[1], "batch_size": 32}, 100),
    "dataset": (lambda data: {"x": _dataset(data)}, 100),
    "dataset of unknown length": (lambda data: {"x": _of_unknown_length(data)}, 100),
    "dataset, repeated": (
        lambda data: {"x": _dataset(data).repeat(), "steps_per_epoch": 3},
        None,
    ),
    "generator": (lambda data: {"x": _generator(data), "steps_per_epoch": 3}, 60),
    "PyDataset": (lambda data: {"x": Batches(data)}, 100),
    "sample weights": (
        lambda data: {"x": data[0], "y": data[1], "sample_weight": np.zeros(100) + 0.5},
        100,
    ),
}


@pytest.mark.parametrize("data_kind", INPUTS)
@pytest.mark.parametrize("model_kind", MODELS)
def test_any_model_and_any_input_make_a_run(model_kind, data_kind, data, tmp_path, read_run):
    arguments, n_per_epoch = INPUTS[data_kind]
    model = MODELS[model_kind]()
    model.compile("sgd", "mse")
    logger = ScalingLogger(tmp_path / "run")
    history = model.fit(**arguments(data), epochs=EPOCHS, callbacks=[logger], verbose=0).history
    run, record = read_run(tmp_path)
    # Six batches of 32 of the repeated 100: the fourth has only 4.
    n_examples = [96, 96 + 4 + 64] if n_per_epoch is None else [n_per_epoch, EPOCHS * n_per_epoch]
    assert run.status == "completed"
    assert run.n_examples == n_examples[-1]
    assert run.curves["loss"][:, 0].tolist() == n_examples
    assert run.curves["loss"][:, 1] == pytest.approx(history["loss"])
    assert run.n_params == 4
    assert run.train_flops_per_example == 2 * 2 * 3
    assert run.train_flops == 12 * n_examples[-1]
    assert (run.example_unit, run.param_counts["hidden"]) == ("example", 4)
    facts = record.facts[1]
    assert facts.batch_size == (20 if data_kind == "generator" else 32)
    assert (facts.flops_method, facts.uncounted) == ("graph", {})


@pytest.mark.parametrize(
    "options",
    [{"steps_per_execution": 3}, {"steps_per_execution": 10}, {"run_eagerly": True}],
    ids=str,
)
@pytest.mark.parametrize("data_kind", ["arrays", "dataset of unknown length", "PyDataset"])
def test_ways_to_execute_a_step_count_the_same(
    options, data_kind, data, make_model, tmp_path, read_run
):
    arguments, n_per_epoch = INPUTS[data_kind]
    model = make_model(**options)
    model.fit(**arguments(data), epochs=EPOCHS, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, _ = read_run(tmp_path)
    assert (run.status, run.reason) == ("completed", "")
    assert run.n_examples == EPOCHS * n_per_epoch
    assert run.train_flops_per_example == 12


def test_validation_gives_the_held_out_loss(data, make_model, tmp_path, read_run):
    model = make_model(metrics=["mae"])
    history = model.fit(
        *data,
        epochs=3,
        validation_data=(data[0][:40], data[1][:40]),
        callbacks=[ScalingLogger(tmp_path)],
        verbose=0,
    ).history
    run, record = read_run(tmp_path)
    assert run.n_examples == 300
    assert (run.loss_name, run.loss) == ("val_loss", pytest.approx(history["val_loss"][-1]))
    assert set(run.curves) - OWN_METRICS == {"loss", "val_loss", "mae", "val_mae"}
    for name in ("loss", "val_loss", "mae", "val_mae"):
        assert run.curves[name][:, 1] == pytest.approx(history[name])
    losses = record.results[1].losses
    assert losses["val_loss"]["best"] == pytest.approx(min(history["val_loss"]))
    assert run.curves["iterations"].tolist() == [[100, 4]]  # As many steps for as many examples.


def test_the_default_directory_is_named_after_the_model_and_new(
    data, make_model, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    loggers = [ScalingLogger() for _ in range(3)]
    for logger in loggers:
        assert logger.run_dir is None
        make_model().fit(*data, callbacks=[logger], verbose=0)
    names = [logger.run_dir.name for logger in loggers]
    assert len(set(names)) == 3
    assert all(name.startswith("small-2") for name in names)
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == sorted(names)


def test_nothing_is_written_before_the_first_step(make_model, tmp_path):
    class Refusing(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            raise ValueError("not today")

    with pytest.raises(ValueError, match="not today"):
        make_model().fit(
            np.ones((4, 3)),
            np.ones((4, 1)),
            callbacks=[ScalingLogger(tmp_path / "run"), Refusing()],
            verbose=0,
        )
    assert not (tmp_path / "run").exists()


def test_beside_the_tensorboard_callback_both_write_all(data, make_model, tmp_path, read_run):
    board = keras.callbacks.TensorBoard(str(tmp_path / "board"), update_freq=2)
    for order in (1, -1):
        run_dir = tmp_path / f"run{order}"
        callbacks = [ScalingLogger(run_dir), board][::order]
        make_model().fit(*data, epochs=3, validation_split=0.5, callbacks=callbacks, verbose=0)
        run, _ = read_run(run_dir)
        assert run.curves["val_loss"][:, 0].tolist() == [50, 100, 150]
    assert list((tmp_path / "board").rglob("*tfevents*"))


def test_a_long_epoch_has_points_inside_whose_mean_is_that_of_the_epoch(
    make_model, tmp_path, read_run
):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(1600, 3)).astype("float32")
    y = x.sum(axis=1, keepdims=True)
    model = make_model()
    history = model.fit(
        x, y, batch_size=4, epochs=2, callbacks=[ScalingLogger(tmp_path)], verbose=0
    ).history
    run, _ = read_run(tmp_path)
    curve = run.curves["loss"]
    first_epoch = curve[curve[:, 0] <= 1600]
    assert len(first_epoch) > 8
    assert curve[-1, 0] == 3200
    sizes = np.diff(first_epoch[:, 0], prepend=0)
    assert np.average(first_epoch[:, 1], weights=sizes) == pytest.approx(history["loss"][0])
    assert first_epoch[0, 1] > 10 * first_epoch[-1, 1]


@pytest.mark.parametrize("n_batches", [11, 23])
def test_the_last_loss_of_an_epoch_of_unknown_length_is_not_that_of_a_batch(
    n_batches, make_model, tmp_path, read_run
):
    x = np.random.default_rng(1).normal(size=(4 * n_batches, 3)).astype("float32")
    dataset = tf.data.Dataset.from_tensor_slices((x, x.sum(axis=1, keepdims=True))).batch(4)
    dataset = dataset.filter(lambda *_: True)
    model = make_model()
    history = model.fit(dataset, epochs=2, callbacks=[ScalingLogger(tmp_path)], verbose=0).history
    run, _ = read_run(tmp_path)
    curve = dict(run.curves["loss"].tolist())
    if n_batches == 11:
        # The point after ten batches is the only one inside the first epoch.
        assert curve[44] == pytest.approx(history["loss"][0])
    else:
        # It has points after 10 and 20 batches, and its last is of the thirteen since the first.
        since_first = (history["loss"][0] * 23 - curve[40] * 10) / 13
        assert curve[92] == pytest.approx(since_first, rel=1e-4)


class Evaluating(keras.callbacks.Callback):
    """Evaluates in the midst of an epoch and at its end, which resets and fills the metrics."""

    def __init__(self, data):
        super().__init__()
        self.data = data

    def on_train_batch_end(self, batch, logs=None):
        if batch == 1:
            self.model.evaluate(*self.data, verbose=0)

    def on_epoch_end(self, epoch, logs=None):
        self.model.evaluate(*self.data, verbose=0)


@pytest.mark.parametrize("order", [1, -1])
def test_evaluations_of_another_callback_are_not_counted(
    order, data, make_model, tmp_path, read_run
):
    callbacks = [ScalingLogger(tmp_path), Evaluating(data)][::order]
    make_model().fit(*data, epochs=3, validation_data=data, callbacks=callbacks, verbose=0)
    run, _ = read_run(tmp_path)
    assert run.curves["loss"][:, 0].tolist() == [100, 200, 300]


def test_a_second_fit_of_the_same_model_goes_on(data, make_model, tmp_path, read_run):
    logger = ScalingLogger(tmp_path)
    model = make_model()
    model.fit(*data, epochs=2, callbacks=[logger], verbose=0)
    model.compile("adam", "mse")
    model.fit(*data, epochs=1, callbacks=[logger], verbose=0)
    run, record = read_run(tmp_path)
    assert run.curves["loss"][:, 0].tolist() == [100, 200, 300]
    assert (run.n_examples, run.status) == (300, "completed")
    assert record.facts[2].n_examples_before == 200
    assert record.results[2].losses["loss"]["best"] == pytest.approx(run.curves["loss"][:, 1].min())


def test_another_model_begins_a_run_of_its_own(data, make_model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    logger = ScalingLogger()
    make_model().fit(*data, callbacks=[logger], verbose=0)
    first = logger.run_dir
    make_model().fit(*data, callbacks=[logger], verbose=0)
    assert logger.run_dir != first


def test_a_new_model_in_the_directory_of_a_completed_run_takes_its_place_with_a_warning(
    data, make_model, tmp_path, read_run
):
    make_model().fit(*data, epochs=3, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    with pytest.warns(ScalingWarning, match="holds a completed one, for a model that begins anew"):
        make_model().fit(*data, epochs=1, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, _ = read_run(tmp_path)
    assert run.curves["loss"][:, 0].tolist() == [100]


class Interrupting(keras.callbacks.Callback):
    def __init__(self, epoch, error=KeyboardInterrupt):
        super().__init__()
        self.epoch = epoch
        self.error = error

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            raise self.error


def test_a_restored_model_goes_on_where_its_weights_were(data, make_model, tmp_path, read_run):
    def train(*more):
        backup = keras.callbacks.BackupAndRestore(str(tmp_path / "backup"))
        callbacks = [backup, ScalingLogger(tmp_path / "run"), *more]
        make_model().fit(*data, epochs=5, callbacks=callbacks, verbose=0)

    with pytest.raises(KeyboardInterrupt):
        train(Interrupting(3))
    run, _ = read_run(tmp_path / "run")
    assert (run.status, run.n_examples) == ("stopped", 300)
    train()
    run, record = read_run(tmp_path / "run")
    assert (run.status, run.n_examples) == ("completed", 500)
    assert run.curves["loss"][:, 0].tolist() == [100, 200, 300, 400, 500]
    assert record.facts[2].n_examples_before == 300
    assert [record.results[attempt].dataset_size for attempt in (1, 2)] == [100, 100]


def test_a_model_restored_for_a_second_fit_goes_on_where_its_weights_were(
    data, make_model, tmp_path, read_run
):
    model, logger = make_model(), ScalingLogger(tmp_path / "run")

    def train(*more):
        backup = keras.callbacks.BackupAndRestore(str(tmp_path / "backup"), save_freq=6)
        model.fit(*data, epochs=3, callbacks=[backup, logger, *more], verbose=0)

    with pytest.raises(KeyboardInterrupt):
        train(Interrupting(2))
    assert read_run(tmp_path / "run")[0].n_examples == 200
    train()
    run, record = read_run(tmp_path / "run")
    assert record.facts[2].n_examples_before == 164  # Six steps, one of them of four items.
    assert run.curves["loss"][:, 0].tolist() == [100, 264, 364]


@pytest.mark.parametrize("reduction", ["sum", "sum_over_batch_size", "none"])
def test_a_loss_that_is_summed_over_the_batch_is_warned_of(reduction, data, tmp_path, read_run):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", keras.losses.MeanSquaredError(reduction=reduction))
    is_sum = reduction == "sum"
    logger = ScalingLogger(tmp_path)
    told = pytest.warns(ScalingWarning, match="reduction='sum', which grows with the batch")
    with told if is_sum else contextlib.nullcontext():
        model.fit(*data, epochs=1, callbacks=[logger], verbose=0)
    assert read_run(tmp_path)[0].facts["loss_reduction"] == ("sum" if is_sum else "")


def test_steps_that_nobody_logged_are_warned_of(data, make_model, tmp_path):
    model = make_model()
    model.fit(*data, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    model.fit(*data, verbose=0)
    with pytest.warns(
        ScalingWarning,
        match="make 200 examples, of which its run recorded 100; fits will leave its run out",
    ):
        model.fit(*data, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    table = read_runs(tmp_path)
    assert not len(table)
    assert "of the 8 optimizer steps before it, some are in no log" in table.excluded[0].reason


def test_a_trained_model_in_a_new_directory_is_no_run_of_known_size(
    data, make_model, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    model = make_model()
    model.fit(*data, callbacks=[ScalingLogger()], verbose=0)
    second = ScalingLogger()
    with pytest.warns(ScalingWarning, match="after 4 optimizer steps, of which .* no record"):
        model.fit(*data, callbacks=[second], verbose=0)
    table = read_runs("runs")
    assert (len(table), [each.name for each in table.excluded]) == (1, [second.run_dir.name])
    correct_run(second.run_dir, reason="fine-tuned", facts={"unrecorded_steps": 0})
    assert [run.n_examples for run in read_runs("runs")] == [100, 100]


@pytest.mark.parametrize(("given", "expected"), [(0, 100), (250, 350)])
def test_what_weights_had_seen_before_can_be_said(
    given, expected, data, make_model, tmp_path, read_run
):
    model = make_model()
    model.fit(*data, verbose=0)
    logger = ScalingLogger(tmp_path, n_examples_before=given)
    model.fit(*data, callbacks=[logger], verbose=0)
    run, record = read_run(tmp_path)
    assert (run.n_examples, run.status) == (expected, "completed")
    assert record.facts[1].n_examples_before == given
    # A logger that is told nothing goes on with that run.
    model.fit(*data, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    assert read_run(tmp_path)[0].n_examples == expected + 100


def test_a_new_logger_knows_a_model_that_was_compiled_anew(data, make_model, tmp_path, read_run):
    model, logger = make_model(), ScalingLogger(tmp_path)
    for _ in range(2):
        model.fit(*data, callbacks=[logger], verbose=0)
    model.compile("sgd", "mse")
    model.fit(*data, callbacks=[logger], verbose=0)
    model.fit(*data, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, _ = read_run(tmp_path)
    assert run.n_examples == 400
    assert run.curves["loss"][:, 0].tolist() == [100, 200, 300, 400]


@pytest.mark.parametrize("address", ["memory://runs/x", Path("gs://bucket/x")], ids=str)
def test_an_address_elsewhere_is_refused(address):
    with pytest.raises(LogdirError, match=r"`log_dir` must be a local directory.*or mount"):
        ScalingLogger(address)


class SlowValidation(keras.callbacks.Callback):
    """Looks, in the midst of a validation, when the last sign of life was given."""

    def __init__(self, run_dir):
        super().__init__()
        self.run_dir = run_dir
        self.seen = []

    def on_test_batch_end(self, batch, logs=None):
        (record,) = read_records(self.run_dir)
        self.seen.append(record.last_wall_time)


def test_a_long_validation_shows_that_the_run_lives(
    data, make_model, tmp_path, read_run, monkeypatch
):
    monkeypatch.setattr(point_schedule, "POINT_SECONDS", 0.0)
    slow = SlowValidation(tmp_path)
    model, batches = make_model(), {"batch_size": 25, "validation_batch_size": 20}
    model.fit(
        *data,
        epochs=2,
        validation_data=data,
        callbacks=[ScalingLogger(tmp_path), slow],
        verbose=0,
        **batches,
    )
    assert len(slow.seen) == 10
    assert (np.diff(slow.seen) > 0).all()
    run, _ = read_run(tmp_path)
    assert run.curves["val_loss"][:, 0].tolist() == [100, 200]
    # What is said again is what was known.
    assert {tuple(point) for point in run.curves["iterations"].tolist()} <= {
        (25 * steps, steps) for steps in range(9)
    }


@pytest.mark.parametrize("given", [-1, 2.5, "all"])
def test_examples_before_that_can_not_be_are_an_error(given):
    with pytest.raises(RunsError, match="`n_examples_before` must be a whole number"):
        ScalingLogger(n_examples_before=given)


def test_a_copy_is_a_logger_of_its_own(data, make_model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    logger = ScalingLogger(facts={"size": "s"}, scalars=True)
    early = copy.deepcopy(logger)
    make_model().fit(*data, callbacks=[logger], verbose=0)
    late = copy.deepcopy(logger)
    for each in (early, late):
        assert (each.facts, each.scalars, each.run_dir) == ({"size": "s"}, True, None)
        make_model().fit(*data, callbacks=[each], verbose=0)
        assert each.run_dir != logger.run_dir


def test_facts_of_the_user_are_kept(data, make_model, tmp_path, read_run):
    facts = {
        "size": "w4",
        "family": "line",
        "seed": 3,
        "sweep": "s",
        "trial": "0007",
        "hyperparameters": {"width": 4},
        "planned_examples": 100,
        "dataset_size": 100,
        "prediction": {"loss": 1.0, "low": 0.9, "high": 1.1, "level": 0.9, "form": "chinchilla"},
    }
    make_model().fit(*data, callbacks=[ScalingLogger(tmp_path, facts=facts)], verbose=0)
    run, record = read_run(tmp_path)
    assert {name: getattr(record.facts[1], name) for name in facts} == facts
    assert (run.size, run.family, run.seed) == ("w4", "line", 3)


def test_unit_and_flops_can_be_given(data, make_model, tmp_path, read_run):
    logger = ScalingLogger(tmp_path, example_unit="molecule", train_flops_per_example=7.0)
    make_model().fit(*data, callbacks=[logger], verbose=0)
    run, record = read_run(tmp_path)
    assert (run.example_unit, run.train_flops) == ("molecule", 700.0)
    assert record.facts[1].flops_method == "given"


def test_a_language_model_counts_tokens(tmp_path, read_run):
    tokens = keras.Input((6,), dtype="int32")
    hidden = keras.layers.Embedding(11, 4)(tokens)
    model = keras.Model(tokens, keras.layers.Dense(11)(hidden))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    x = np.random.default_rng(0).integers(0, 11, size=(10, 6))
    model.fit(x, x, batch_size=4, callbacks=[ScalingLogger(tmp_path)], verbose=0)
    run, record = read_run(tmp_path)
    assert (run.example_unit, run.n_examples) == ("token", 60)
    assert (record.facts[1].batch_size, record.facts[1].examples_per_item) == (4, 6)
    assert run.train_flops_per_example == 3 * 2 * 4 * 11
    assert run.param_counts["embedding"] == 44
    assert run.param_counts["head"] == 55


def test_scalars_for_the_time_series_tab_are_written_on_request(data, make_model, tmp_path):
    from tensorboard.backend.event_processing import event_accumulator

    make_model().fit(*data, epochs=2, callbacks=[ScalingLogger(tmp_path, scalars=True)], verbose=0)
    events = event_accumulator.EventAccumulator(str(tmp_path)).Reload()
    assert [event.step for event in events.Tensors("loss")] == [100, 200]
    assert events.SummaryMetadata("loss").plugin_data.plugin_name == "scalars"
    assert events.SummaryMetadata("scaling/loss").plugin_data.plugin_name == "scaling"


def test_unknown_facts_are_an_error():
    with pytest.raises(RunsError, match=r"Received: 'width'. Put what you varied under `hyper"):
        ScalingLogger(facts={"width": 3})


def test_a_fact_may_be_a_tensor_and_is_logged_as_a_number(data, make_model, tmp_path, read_run):
    batches = tf.data.Dataset.from_tensor_slices(data).batch(25)
    facts = {"dataset_size": batches.cardinality() * 25, "hyperparameters": {"a": tf.constant(2.0)}}
    make_model().fit(batches, callbacks=[ScalingLogger(tmp_path, facts=facts)], verbose=0)
    run, record = read_run(tmp_path)
    assert (run.dataset_size, record.facts[1].hyperparameters) == (100, {"a": 2.0})


def test_a_fact_that_is_no_number_is_an_error_before_the_training():
    unknown = tf.data.Dataset.range(4).filter(lambda n: True).cardinality() * 32
    with pytest.raises(RunsError, match=r"`dataset_size` must be positive\. Received: .*-64"):
        ScalingLogger(facts={"dataset_size": unknown})
    with pytest.raises(RunsError, match="`hyperparameters` must be a mapping"):
        ScalingLogger(facts={"hyperparameters": ["a", 1]})
    with pytest.raises(RunsError, match="`facts` must be a mapping"):
        ScalingLogger(facts=3)


@pytest.mark.parametrize("log_dir", [3, "", b"runs"])
def test_a_log_dir_that_is_no_path_is_an_error(log_dir):
    with pytest.raises(RunsError, match=r"`log_dir` must be a directory.*Received: .*leave it out"):
        ScalingLogger(log_dir)


def test_a_log_dir_that_is_a_file_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    for log_dir in (tmp_path / "file", str(tmp_path / "file" / "run")):
        with pytest.raises(RunsError, match=r"where '.*file' is a file. Give another"):
            ScalingLogger(log_dir)


@pytest.mark.parametrize("flops", [0, -1.0, math.nan, "many", True])
def test_flops_that_are_not_positive_are_an_error(flops):
    with pytest.raises(RunsError, match="must be a positive number of FLOPs"):
        ScalingLogger(train_flops_per_example=flops)


def test_a_step_that_finds_no_data_is_not_counted(make_model, data, tmp_path, read_run):
    # The size of the batches is a constant of the graph, which Keras counts before it looks for
    # the data: its own tracker holds 100 of the 75 items, and too small a loss.
    batches = tf.data.Dataset.from_tensor_slices(data).batch(25, drop_remainder=True).take(3)
    unknown = batches.filter(lambda x, y: True)
    model = make_model()
    expected = make_model()
    expected.set_weights(model.get_weights())
    model.fit(unknown, epochs=2, verbose=0, callbacks=[ScalingLogger(tmp_path / "run")])
    history = expected.fit(batches, epochs=2, verbose=0).history
    run, _ = read_run(tmp_path)
    assert run.curves["loss"][:, 0].tolist() == [75, 150]
    assert run.curves["loss"][:, 1] == pytest.approx(history["loss"])
