"""A trial that was killed goes on where its last checkpoint was taken."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from scaling_keras.errors import ScalingWarning, SweepError
from scaling_keras.tuner.trial import run_trial
from tests.tuner.conftest import build_model, make_data, statuses


class Stops(keras.callbacks.Callback):
    """Ends the program at a batch, as Ctrl-C does, the first time that a trial comes there."""

    def __init__(self, mark, at):
        super().__init__()
        self.mark, self.at = mark, at

    def on_train_batch_end(self, batch, logs=None):
        if batch + 1 == self.at and not self.mark.exists():
            self.mark.touch()
            raise KeyboardInterrupt


def build_with_dropout(hp, activation="relu"):
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(hp["width"], activation),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse", metrics=["mae"])
    return model


def stop_and_go_on(
    make_tuner,
    mark,
    *,
    build=build_with_dropout,
    between=lambda run_dir: None,
    callbacks=(),
    train=None,
    **options,
):
    """Stop a trial of 8 batches after 6, go on, and return its run."""
    train = train or make_data(8)
    search = {
        "validation_data": make_data(4),
        "callbacks": [*callbacks, Stops(mark, 6)],
    }
    tuner = make_tuner(build, widths=(4,), checkpoint_seconds=0, **options)
    with pytest.raises(KeyboardInterrupt):
        tuner.search(train, **search)
    (run_dir,) = (path for path in tuner._project.path.iterdir() if path.is_dir())
    between(run_dir)
    tuner.search(train, **search)
    (run,) = tuner.results()
    assert not list(run_dir.glob("*.npz"))
    return run


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    from scaling_keras.tuner.sweep import GridSweep
    from scaling_keras.tuner.tuner import ScalingTuner

    tuner = ScalingTuner(
        build_with_dropout,
        sweep=GridSweep(sizes=[{"width": 4}], n_examples=[32]),
        directory=tmp_path_factory.mktemp("runs"),
        distribution_strategy=None,
    )
    tuner.search(make_data(8), validation_data=make_data(4))
    (run,) = tuner.results()
    return run


@pytest.mark.parametrize("strategy", [None, "auto"])
def test_a_stopped_trial_goes_on_to_the_same_result(make_tuner, tmp_path, uninterrupted, strategy):
    run = stop_and_go_on(make_tuner, tmp_path / "mark", distribution_strategy=strategy)
    assert (run.status, run.n_examples, run.facts["attempt"]) == ("completed", 32, 2)
    # The fifth batch was the last to be saved: Ctrl-C came before the sixth was.
    assert run.facts["n_examples_before"] == 20
    assert run.loss == pytest.approx(uninterrupted.loss, rel=1e-6)
    assert run.dataset_size == uninterrupted.dataset_size == 32
    # Keras's mean over the epoch: of all batches, not only of those since the checkpoint.
    (_, whole), *_ = uninterrupted.curves["mae"]
    assert run.curves["mae"][-1] == pytest.approx([32, whole], rel=1e-6)
    places = run.curves["loss"][:, 0]
    assert (np.diff(places) > 0).all()


def test_a_stopped_trial_costs_what_all_its_batches_cost(make_tuner, tmp_path):
    inputs = np.ones((32, 3), "float32")
    # The first batch is mostly left out, all others are whole.
    data = (inputs, inputs[:, :1], np.arange(32).clip(2, 3).astype("float32") - 2)
    train = tf.data.Dataset.from_tensor_slices(data).batch(4)
    tuner = make_tuner(build_with_dropout, widths=(4,), project_name="whole")
    tuner.search(train, validation_data=make_data(4))
    (whole,) = tuner.results()
    run = stop_and_go_on(make_tuner, tmp_path / "mark", train=train)
    assert (run.n_examples, run.facts["n_examples_before"]) == (29, 17)
    assert run.train_flops == pytest.approx(whole.train_flops, rel=1e-6)


class Falls(keras.callbacks.Callback):
    """Lets the rate fall to zero at the last batch, as a schedule by callback does."""

    def on_train_batch_begin(self, batch, logs=None):
        self.model.optimizer.learning_rate = 0.1 * (1 - batch / self.params["steps"])


def test_a_schedule_by_callback_goes_on_where_it_was(make_tuner, tmp_path):
    whole = make_tuner(build_with_dropout, widths=(4,), project_name="whole")
    whole.search(make_data(8), validation_data=make_data(4), callbacks=[Falls()])
    run = stop_and_go_on(make_tuner, tmp_path / "mark", callbacks=[Falls()])
    assert run.facts["n_examples_before"] == 20
    assert run.loss == pytest.approx(next(iter(whole.results())).loss, rel=1e-6)


def test_callbacks_see_the_batches_of_the_whole_training_after_a_checkpoint(make_tuner, tmp_path):
    seen = []

    class Keeps(keras.callbacks.Callback):
        def on_batch_begin(self, batch, logs=None):
            seen.append(("begin", batch))

        def on_test_batch_end(self, batch, logs=None):
            seen.append(("test", batch))

    hooked = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(("end", batch))
    )
    stop_and_go_on(make_tuner, tmp_path / "mark", callbacks=[Keeps(), hooked])
    # Six batches until it is stopped, then those after the checkpoint that the fifth left.
    train = [*range(6), 5, 6, 7]
    assert [batch for what, batch in seen if what == "begin"] == train
    assert [batch for what, batch in seen if what == "end"] == train
    assert [batch for what, batch in seen if what == "test"] == [0, 1, 2, 3]


def test_metrics_that_others_were_compiled_with_are_those_of_the_rest_alone(make_tuner, tmp_path):
    def forget(run_dir):
        (file,) = run_dir.glob("checkpoint-*.npz")
        with np.load(file) as saved:
            arrays = dict(saved)
        np.savez(file, **{name.replace("absolute", "squared"): v for name, v in arrays.items()})

    run = stop_and_go_on(make_tuner, tmp_path / "mark", between=forget)
    assert run.facts["n_examples_before"] == 20
    assert len(run.curves["mae"]) == 1


def in_an_unknown_way(content):
    """Return a checkpoint that says of a part that it is compressed in a way that nobody knows."""
    place = content.rindex(b"PK\x01\x02") + len("PK") + 8
    return content[:place] + b"\x04" + content[place + 1 :]


@pytest.mark.parametrize(
    ("damage", "error"),
    [(lambda content: content[:1000], "BadZipFile"), (in_an_unknown_way, "NotImplementedError")],
    ids=["truncated", "compressed"],
)
def test_a_damaged_checkpoint_is_named_and_the_trial_begins_anew(
    make_tuner, tmp_path, uninterrupted, damage, error
):
    def cut(run_dir):
        (file,) = run_dir.glob("checkpoint-*.npz")
        file.write_bytes(damage(file.read_bytes()))
        (run_dir / "1.draft.npz").write_bytes(b"half")

    with pytest.warns(ScalingWarning, match=rf"checkpoint-5-of-8\.npz' \({error}\).*is deleted"):
        run = stop_and_go_on(make_tuner, tmp_path / "mark", between=cut)
    assert (run.status, run.n_examples, run.facts["n_examples_before"]) == ("completed", 32, 0)
    assert run.loss == pytest.approx(uninterrupted.loss, rel=1e-6)


@pytest.mark.parametrize(
    "change", [lambda hp: build_with_dropout(hp, "tanh"), build_model], ids=["activation", "layers"]
)
def test_a_checkpoint_of_another_training_is_named_and_the_trial_begins_anew(
    make_tuner, tmp_path, change
):
    tuner = make_tuner(build_with_dropout, widths=(4,), checkpoint_seconds=0)
    search = {"validation_data": make_data(4), "callbacks": [Stops(tmp_path / "mark", 6)]}
    with pytest.raises(KeyboardInterrupt):
        tuner.search(make_data(8), **search)
    changed = make_tuner(change, widths=(4,), checkpoint_seconds=0)
    with pytest.warns(ScalingWarning, match=r"checkpoint-5-of-8\.npz' \(another model, optimizer"):
        changed.search(make_data(8), **search)
    (run,) = changed.results()
    assert (run.status, run.n_examples, run.facts["n_examples_before"]) == ("completed", 32, 0)


def test_a_checkpoint_that_does_not_tell_its_training_is_gone_on_from(make_tuner, tmp_path):
    def forget(run_dir):
        (file,) = run_dir.glob("checkpoint-*.npz")
        with np.load(file) as saved:
            arrays = {name: saved[name] for name in saved.files if name != "training"}
        np.savez(file, **arrays)

    run = stop_and_go_on(make_tuner, tmp_path / "mark", between=forget)
    assert run.facts["n_examples_before"] == 20


def test_a_checkpoint_that_cannot_be_written_is_no_end_of_the_training(
    make_tuner, data, monkeypatch
):
    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", fail)
    tuner = make_tuner(widths=(2,), checkpoint_seconds=0)
    with pytest.warns(ScalingWarning, match=r"needs a disk with room.*No space left"):
        tuner.search(data, validation_data=data)
    assert [run.status for run in tuner.results()] == ["completed"]


class TwoOptimizers(keras.Model):
    """Trains its head by an optimizer of its own, and draws towards its own average."""

    def __init__(self, width, is_built):
        super().__init__()
        self.dense, self.head = keras.layers.Dense(width, "relu"), keras.layers.Dense(1)
        self.second, self.is_built = keras.optimizers.Adam(0.01), is_built

    def build(self, shape):
        self.dense.build(shape)
        self.head.build((None, self.dense.units))
        if self.is_built:
            self.second.build(self.head.trainable_variables)
        self.teacher = [tf.Variable(each.value) for each in self.head.trainable_variables]

    def call(self, x):
        return self.head(self.dense(x))

    def train_step(self, data):
        x, y = data
        variables = self.head.trainable_variables
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x=x, y=y, y_pred=self(x, training=True))
            for mine, slow in zip(variables, self.teacher, strict=True):
                loss += tf.reduce_mean(tf.square(mine.value - slow))
        layers = self.dense, self.head
        dense, head = tape.gradient(
            loss, [[each.value for each in layer.trainable_variables] for layer in layers]
        )
        self.optimizer.apply(dense, self.dense.trainable_variables)
        self.second.apply(head, variables)
        for mine, slow in zip(variables, self.teacher, strict=True):
            slow.assign(0.9 * slow + 0.1 * mine.value)
        self._loss_tracker.update_state(loss, sample_weight=tf.shape(x)[0])
        return {"loss": self._loss_tracker.result()}


def with_two_optimizers(is_built=True):
    def build(hp):
        model = TwoOptimizers(hp["width"], is_built)
        model.build((None, 3))
        model.compile(keras.optimizers.Adam(0.01), "mse")
        return model

    return build


@pytest.mark.parametrize("strategy", [None, "auto"])
def test_what_a_model_holds_in_attributes_goes_on_too(make_tuner, tmp_path, strategy):
    build = with_two_optimizers()
    whole = make_tuner(build, widths=(4,), project_name="whole")
    whole.search(make_data(8), validation_data=make_data(4))
    run = stop_and_go_on(make_tuner, tmp_path / "mark", build=build, distribution_strategy=strategy)
    assert run.facts["n_examples_before"] == 20
    assert run.loss == pytest.approx(next(iter(whole.results())).loss, rel=1e-6)


def test_a_training_that_makes_variables_has_no_checkpoints_and_says_so(make_tuner, tmp_path):
    build = with_two_optimizers(is_built=False)
    with pytest.warns(ScalingWarning, match=r"width4_32_seed0', whose training made 4 more, such"):
        run = stop_and_go_on(make_tuner, tmp_path / "mark", build=build)
    assert (run.status, run.n_examples, run.facts["n_examples_before"]) == ("completed", 32, 0)


def test_a_trial_on_data_in_another_order_begins_anew_and_says_so(make_tuner, tmp_path):
    shuffled = make_data(8).shuffle(8, seed=1)
    with pytest.warns(ScalingWarning, match="which shuffles, and so comes in another order"):
        run = stop_and_go_on(make_tuner, tmp_path / "mark", train=shuffled)
    assert (run.status, run.n_examples, run.facts["n_examples_before"]) == ("completed", 32, 0)


@pytest.mark.filterwarnings("ignore:.*which shuffles")
def test_a_checkpoint_of_data_that_kept_its_order_is_of_no_use_for_other_data(make_tuner, tmp_path):
    search = {"validation_data": make_data(4), "callbacks": [Stops(tmp_path / "mark", 6)]}
    tuner = make_tuner(widths=(4,), checkpoint_seconds=0)
    with pytest.raises(KeyboardInterrupt):
        tuner.search(make_data(8), **search)
    tuner.search(make_data(8).shuffle(8, seed=1), **search)
    (run,) = tuner.results()
    assert (run.status, run.facts["n_examples_before"]) == ("completed", 0)


class RunsOut(keras.callbacks.Callback):
    """Has memory for batches that make so many steps."""

    def __init__(self, n_steps=16):
        super().__init__()
        self.n_steps = n_steps

    def on_train_batch_end(self, batch, logs=None):
        if self.params["steps"] < self.n_steps:
            raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")


def test_a_batch_is_halved_when_memory_runs_out_if_that_is_asked_for(make_tuner, data):
    tuner = make_tuner(widths=(2,), halve_batch=True)
    tuner.search(data, validation_data=data, callbacks=[RunsOut()])
    (run,) = tuner.results()
    assert (run.status, run.n_examples, run.facts["batch_size"]) == ("completed", 32, 2)
    assert run.facts["hyperparameters"]["batch_divisor"] == 2
    assert run.facts["hyperparameters"]["n_steps"] == 16
    again = make_tuner(widths=(2,), halve_batch=True)
    again.search(data, validation_data=data)
    assert [run.facts["attempt"] for run in again.results()] == [2]


def test_halved_batches_need_no_more_data_than_whole_ones(make_tuner):
    data = make_data(3, batch_size=8)
    # 3.4 batches of 8 are 3 whole ones, though 6.75 of 4 would be 7.
    tuner = make_tuner(n_examples=(27,), halve_batch=True)
    tuner.search(data, validation_data=data, callbacks=[RunsOut(n_steps=6)])
    assert statuses(tuner) == {"width2_27_seed0": "completed", "width4_27_seed0": "completed"}
    for run in tuner.results():
        assert (run.n_examples, run.facts["hyperparameters"]["n_steps"]) == (24, 6)


@pytest.mark.filterwarnings("ignore:Your input ran out of data:UserWarning")
def test_a_batch_that_was_not_full_fails_a_trial_of_halves_and_no_other(make_tuner):
    data = make_data(3).unbatch().take(9).batch(4)  # The third batch holds one.
    tuner = make_tuner(n_examples=(12,), halve_batch=True)
    with pytest.raises(SweepError, match="its data ended after 4 of 6 steps"):
        tuner.search(data, validation_data=data, callbacks=[RunsOut(n_steps=6)])
    assert statuses(tuner) == {"width2_12_seed0": "stopped", "width4_12_seed0": "stopped"}


def test_a_trial_on_halved_batches_goes_on_from_its_checkpoint(make_tuner, data, tmp_path):
    search = {
        "validation_data": data,
        "callbacks": [RunsOut(), Stops(tmp_path / "mark", 12)],
    }
    options = {"widths": (2,), "halve_batch": True, "checkpoint_seconds": 0}
    with pytest.raises(KeyboardInterrupt):
        make_tuner(**options).search(data, **search)
    # As another process does, which knows of no halving.
    again = make_tuner(**options)
    again.search(data, **search)
    (run,) = again.results()
    assert (run.status, run.n_examples, run.facts["batch_size"]) == ("completed", 32, 2)
    assert (run.facts["attempt"], run.facts["n_examples_before"]) == (3, 22)


def test_data_in_other_batches_by_now_is_tried_whole(make_tuner, data, tmp_path):
    search = {"validation_data": data, "callbacks": [RunsOut(), Stops(tmp_path / "mark", 12)]}
    with pytest.raises(KeyboardInterrupt):
        make_tuner(widths=(2,), halve_batch=True).search(data, **search)
    again = make_tuner(widths=(2,), halve_batch=True)
    again.search(make_data(16, batch_size=2), **search)
    (run,) = again.results()
    assert (run.n_examples, run.facts["batch_size"], run.facts["attempt"]) == (32, 2, 3)
    assert "batch_divisor" not in run.facts["hyperparameters"]


def test_a_batch_that_cannot_be_halved_for_all_replicas_fails_the_trial(make_tuner):
    data = make_data(8, batch_size=3)
    tuner = make_tuner(widths=(2, 4), n_examples=(24,), halve_batch=True)
    with pytest.raises(Exception, match="OOM when allocating"):
        tuner.search(data, validation_data=data, callbacks=[RunsOut()])


def test_without_being_asked_for_a_smaller_batch_the_trial_fails(make_tuner, data):
    tuner = make_tuner(widths=(2,))
    with pytest.raises(Exception, match="ResourceExhaustedError: OOM"):
        tuner.search(data, validation_data=data, callbacks=[RunsOut()])
    assert [run.status for run in tuner.results()] == ["failed"]


def test_a_trial_that_ended_before_its_process_could_say_so_is_not_trained_again(make_tuner, data):
    tuner = make_tuner(widths=(2,))
    tuner.search(data, validation_data=data)
    (run,) = tuner.results()
    (plan,) = tuner._sweep.plan(tuner._setting.workload)
    outcome = run_trial(plan, tuner._setting)
    assert (outcome.status, outcome.metrics["val_loss"]) == ("completed", run.loss)
    assert [again.facts["attempt"] for again in tuner.results()] == [1]
