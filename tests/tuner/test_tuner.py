import json
import math
import threading

import keras
import keras_tuner
import numpy as np
import pytest

from scaling_keras.errors import (
    CountingError,
    DataError,
    LogdirError,
    RunsError,
    ScalingWarning,
    SweepError,
)
from scaling_keras.events.writer import RunWriter
from scaling_keras.tuner.executors.in_process import InProcess
from scaling_keras.tuner.project import SWEEP_FILE, WEIGHTS_FILE
from scaling_keras.tuner.sweep import GridSweep
from tests.tuner.conftest import (
    NoTrials,
    build_model,
    fails_at_width_four,
    make_data,
    out_of_memory,
    statuses,
)


def test_every_trial_becomes_a_run_with_its_facts(searched):
    table = searched.results()
    assert len(table) == 4
    run = next(run for run in table if run.name == "width4_32_seed1")
    assert (run.size, run.family, run.seed) == ("width4", "build_model", 1)
    assert (run.n_params, run.n_examples) == (4 * 4 + 5, 32)
    assert run.loss_name == "val_loss"
    assert run.facts["sweep"] == "mlp"
    assert run.facts["trial"] == run.name
    assert run.facts["planned_examples"] == run.facts["dataset_size"] == 32
    assert run.facts["hyperparameters"] == {
        "version": 7,
        "width": 4,
        "n_examples": 32,
        "seed": 1,
        "n_steps": 8,
    }
    assert run.facts["strategy"] == "MirroredStrategy"
    assert run.facts["learning_rate_schedule"]["decay_steps"] == 8
    assert {run.status for run in table} == {"completed"}


def test_the_seed_decides_the_result(searched, make_tuner):
    loss = {run.name: run.loss for run in searched.results()}
    assert loss["width4_32_seed0"] != loss["width4_32_seed1"]
    again = make_tuner(widths=(4,), distribution_strategy="auto")
    again.search(lambda hp: make_data().shuffle(8, seed=hp["seed"]), validation_data=make_data(4))
    for run in again.results():
        assert run.loss == pytest.approx(loss[run.name], rel=1e-5)


def test_nothing_but_events_and_the_mark_is_left_behind(searched):
    directory = searched._project.path
    kinds = {path.name.split(".")[0] for path in directory.rglob("*") if path.is_file()}
    assert kinds == {"events", "sweep"}
    assert json.loads((directory / SWEEP_FILE).read_text())["objective"] == "val_loss"


def test_kerastuner_knows_the_best_trial(searched):
    best = searched.get_best_hyperparameters()[0]
    lowest = min(searched.results(), key=lambda run: run.loss)
    assert (best["width"], best["n_examples"]) == (
        lowest.facts["hyperparameters"]["width"],
        lowest.facts["hyperparameters"]["n_examples"],
    )


def test_nothing_is_printed(make_tuner, data, capsys):
    tuner = make_tuner(widths=(2,))
    tuner.search(data, validation_data=data)
    tuner.search(data, validation_data=data)
    assert capsys.readouterr().out == ""


def test_the_same_search_again_trains_nothing(make_tuner, data):
    make_tuner().search(data, validation_data=data)

    again = make_tuner(executor=NoTrials())
    again.search(data, validation_data=data)
    assert len(again.results()) == 2
    assert again.get_best_hyperparameters()[0]["width"] in (2, 4)


def test_a_larger_sweep_trains_what_is_new(make_tuner, data):
    make_tuner().search(data, validation_data=data)
    trained = []

    class Counting(InProcess):
        def run(self, queue, run_trial):
            super().run(queue, lambda plan: trained.append(plan.name) or run_trial(plan))

    larger = make_tuner(widths=(2, 4, 8), executor=Counting())
    larger.search(data, validation_data=data)
    assert trained == ["width8_32_seed0"]
    assert len(larger.results()) == 3


def test_a_stopped_search_goes_on(make_tuner, data):
    class Stopping(InProcess):
        def run(self, queue, run_trial):
            queue.finish(plan := queue.next_trial(), run_trial(plan))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_tuner(executor=Stopping()).search(data, validation_data=data)
    tuner = make_tuner()
    assert len(tuner.results()) == 1
    tuner.search(data, validation_data=data)
    assert set(statuses(tuner).values()) == {"completed"}
    assert len(tuner.results()) == 2
    assert {run.facts["attempt"] for run in tuner.results()} == {1}


def test_starting_anew_forgets_the_old_runs(make_tuner, data):
    make_tuner(widths=(2,)).search(data, validation_data=data)
    tuner = make_tuner(widths=(8,), overwrite=True)
    tuner.search(data, validation_data=data)
    assert {run.size for run in tuner.results()} == {"width8"}


def test_a_search_does_not_go_on_with_runs_of_another_training(make_tuner, data):
    make_tuner(widths=(2,)).search(data, validation_data=data)
    with pytest.raises(SweepError, match=r"n_steps=4 for run.*was trained with n_steps=8"):
        make_tuner().search(make_data(4, batch_size=8), validation_data=data)
    with pytest.raises(SweepError, match=r"version=2 for run.*trained with version=None"):
        make_tuner(constants={"version": 2}).search(data, validation_data=data)
    # Not even beside them, at sizes of its own: one law would take them all.
    with pytest.raises(SweepError, match=r"version=2 for run.*trained with version=None"):
        make_tuner(widths=(16,), constants={"version": 2}).search(data, validation_data=data)


@pytest.mark.parametrize(
    ("make_error", "reason"),
    [
        (out_of_memory, "ResourceExhaustedError: OOM when allocating tensor"),
        (lambda: MemoryError(), "MemoryError"),
        (
            lambda: ValueError("Exception encountered when calling A.call().\n\n\x1b[1mno\x1b[0m"),
            "ValueError: no",
        ),
        (lambda: ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
    ],
    ids=["oom", "memory", "framed", "bug"],
)
def test_a_size_that_cannot_be_built_is_recorded_and_the_sweep_goes_on(
    make_tuner, data, make_error, reason
):
    tuner = make_tuner(fails_at_width_four(make_error))
    tuner.search(data, validation_data=data)
    table = tuner.results()
    assert {run.size for run in table.usable()} == {"width2"}
    failed = [run for run in table if run.status == "failed"]
    assert {run.size for run in failed} == {"width4"}
    assert {run.reason for run in failed} == {reason}
    assert all(math.isnan(run.n_params) for run in failed)


class Breaks(keras.callbacks.Callback):
    """Raises at the end of the first batch of a model that is wide."""

    def on_train_batch_end(self, batch, logs=None):
        if self.model.layers[0].units == 4:
            raise RuntimeError("the disk is full")


def test_a_training_that_breaks_is_recorded_and_tried_again_by_the_next_search(make_tuner, data):
    tuner = make_tuner()
    tuner.search(data, validation_data=data, callbacks=[Breaks()])
    assert statuses(tuner) == {
        "width2_32_seed0": "completed",
        "width4_32_seed0": "failed",
    }
    failed = next(run for run in tuner.results() if run.status == "failed")
    assert "the disk is full" in failed.reason
    again = make_tuner()
    again.search(data, validation_data=data)
    assert set(statuses(again).values()) == {"completed"}
    attempts = {run.size: run.facts["attempt"] for run in again.results()}
    assert attempts == {"width2": 1, "width4": 2}


def diverges_at_width_four(hp):
    model = build_model(hp)
    if hp["width"] == 4:
        model.compile(optimizer=keras.optimizers.SGD(1e30), loss="mse")
    return model


def test_a_loss_that_is_no_number_ends_the_trial_early_and_is_not_tried_again(make_tuner):
    data = make_data(50)
    tuner = make_tuner(diverges_at_width_four, n_examples=(200,))
    tuner.search(data, validation_data=data)
    found = {run.name: run for run in tuner.results()}
    assert found["width4_200_seed0"].status == "diverged"
    assert found["width4_200_seed0"].n_examples < 200
    assert found["width2_200_seed0"].status == "completed"

    make_tuner(diverges_at_width_four, n_examples=(200,), executor=NoTrials()).search(
        data, validation_data=data
    )


def test_a_sweep_in_which_everything_fails_says_why(make_tuner, data):
    def build(hp):
        raise ValueError("no such layer")

    with pytest.raises(SweepError, match="2 that did not, the first because: ValueError: no such"):
        make_tuner(build).search(data, validation_data=data)


def test_ctrl_c_in_a_training_is_recorded_and_goes_through(make_tuner, data):
    class Interrupts(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt

    tuner = make_tuner()
    with pytest.raises(KeyboardInterrupt):
        tuner.search(data, validation_data=data, callbacks=[Interrupts()])
    (run,) = tuner.results()
    assert run.status == "stopped"
    assert run.reason


def test_ctrl_c_while_a_model_is_built_is_recorded_too(make_tuner, data):
    built = []

    def build(hp):
        built.append(hp)
        if len(built) == 3:  # The first two are to be counted.
            raise KeyboardInterrupt
        return build_model(hp)

    tuner = make_tuner(build)
    with pytest.raises(KeyboardInterrupt):
        tuner.search(data, validation_data=data)
    (record,) = tuner._project.records().values()
    assert record.results[1].status == "stopped"


def test_data_that_is_too_short_is_refused_before_anything_is_trained(make_tuner, data):
    tuner = make_tuner(n_examples=(8, 1_000))
    with pytest.raises(DataError, match=r"8 batches, where 'width2_1000_seed0' needs 250"):
        tuner.search(data, validation_data=data)
    with pytest.raises(LogdirError, match=r"holds no runs\. Call `search` first"):
        tuner.results()


# Keras's, which says the same.
@pytest.mark.filterwarnings("ignore:Your input ran out of data:UserWarning")
def test_data_of_unknown_length_that_ends_early_ends_the_search_with_the_same_sentence(make_tuner):
    data = make_data(3).filter(lambda x, y: True)
    tuner = make_tuner(widths=(2,), n_examples=(8, 40))
    with pytest.raises(DataError, match=r"3 batches.*needs 10 to see 40.*train\.repeat\(\)"):
        tuner.search(data, validation_data=make_data(2))
    found = statuses(tuner)
    assert found["width2_8_seed0"] == "completed"
    assert found["width2_40_seed0"] != "completed"
    tuner = make_tuner(widths=(2,), n_examples=(8, 40))
    tuner.search(data.repeat(), validation_data=make_data(2))
    assert set(statuses(tuner).values()) == {"completed"}


def test_data_that_has_become_too_short_by_its_trial_is_refused_before_that_is_trained(make_tuner):
    lengths = iter([8, 7])  # As it is looked at, and as it is trained on.
    tuner = make_tuner(widths=(2,))
    with pytest.raises(DataError, match=r"7 batches, where 'width2_32_seed0' needs 8"):
        tuner.search(lambda: make_data(next(lengths)), validation_data=make_data(2))
    (record,) = tuner._project.records().values()
    assert (record.results[1].status, record.results[1].n_examples) == ("failed", 0)


class OwnFit(keras_tuner.HyperModel):
    """Trains with a `fit` of its own."""

    def __init__(self, fit, steps_per_execution=1):
        super().__init__()
        self.own_fit, self.steps_per_execution = fit, steps_per_execution

    def build(self, hp):
        model = build_model(hp)
        model.compile("sgd", "mse", steps_per_execution=self.steps_per_execution)
        return model

    def fit(self, hp, model, data, **options):
        return self.own_fit(model, data, options)


@pytest.mark.filterwarnings("ignore:Your input ran out of data:UserWarning")
@pytest.mark.parametrize("steps_per_execution", [1, 4])
@pytest.mark.parametrize("is_told_the_steps", [True, False])
def test_a_trial_that_made_a_step_less_than_planned_never_completes(
    make_tuner, steps_per_execution, is_told_the_steps
):
    def fit(model, data, options):
        if not is_told_the_steps:
            options.pop("steps_per_epoch")
        return model.fit(data, **options)

    data = make_data(9).filter(lambda x, y: True)
    tuner = make_tuner(OwnFit(fit, steps_per_execution), widths=(2,), n_examples=(40,))
    with pytest.raises(DataError, match=r"9 batches, where 'width2_40_seed0' needs 10"):
        tuner.search(data, validation_data=make_data(2))
    assert set(statuses(tuner).values()) == {"stopped"}


def test_a_fit_may_make_its_steps_in_several_epochs(make_tuner):
    def fit(model, data, options):
        return model.fit(data, **{**options, "epochs": 2, "steps_per_epoch": 3})

    uneven = make_data(3).unbatch().take(11).batch(4).repeat(2)  # Batches of 4, 4 and 3.
    tuner = make_tuner(OwnFit(fit), widths=(2,), n_examples=(24,))
    tuner.search(uneven, validation_data=make_data(2))
    assert [(run.status, run.n_examples) for run in tuner.results()] == [("completed", 22)]


@pytest.mark.parametrize("n_examples", [32, 100], ids=["whole", "and a part"])
def test_a_trial_whose_batches_are_not_all_full_counts_as_what_it_saw(make_tuner, n_examples):
    uneven = make_data(5, batch_size=2).unbatch().batch(4).repeat()  # Batches of 4, 4 and 2.
    tuner = make_tuner(widths=(2,), n_examples=(n_examples,))
    tuner.search(uneven, validation_data=make_data(2))
    (run,) = tuner.results()
    n_steps = n_examples // 4
    seen = 10 * (n_steps // 3) + 4 * (n_steps % 3)
    assert (run.status, run.n_examples) == ("completed", seen)
    tuner = make_tuner(widths=(2,), n_examples=(n_examples,), executor=NoTrials())
    tuner.search(uneven, validation_data=make_data(2))


def test_held_out_data_that_only_the_first_trial_could_go_through_is_refused(make_tuner, data):
    def batches():
        yield from data.as_numpy_iterator()

    for held_out in (batches(), batches, data.as_numpy_iterator()):
        tuner = make_tuner()
        with pytest.raises(DataError, match=r"go through from its beginning.*used up after"):
            tuner.search(data, validation_data=held_out)
        assert not tuner._project.records()


def test_sizes_written_in_another_order_are_found_again(make_tuner, data):
    def grid(*sizes):
        return GridSweep(sizes=sizes, n_examples=[32])

    make_tuner(sweep=grid({"width": 2, "depth": 1})).search(data, validation_data=data)
    # As an earlier version named a size whose names were in another order than the first's.
    make_tuner(sweep=grid({"depth": 1, "width": 4})).search(data, validation_data=data)
    sizes = {"width": 2, "depth": 1}, {"width": 4, "depth": 1}
    for found in (sizes, [dict(reversed(size.items())) for size in sizes]):
        tuner = make_tuner(sweep=grid(*found), executor=NoTrials())
        tuner.search(data, validation_data=data)
    assert {run.size for run in tuner.results()} == {"width2-depth1", "depth1-width4"}
    with pytest.raises(SweepError, match="a run that the sweep hasn't"):
        tuner.train_at(size={"depth": 1, "width": 2}, n_examples=32)


class Endless(keras.utils.PyDataset):
    num_batches = None

    def __getitem__(self, index):
        return np.zeros((4, 3)), np.zeros((4, 1))


@pytest.mark.parametrize(
    "make",
    [lambda: make_data().repeat(), lambda: Endless(), lambda: lambda: make_data().repeat()],
    ids=["dataset", "PyDataset", "function"],
)
def test_held_out_data_without_an_end_is_refused_before_anything_is_trained(make_tuner, data, make):
    tuner = make_tuner()
    with pytest.raises(DataError, match=r"must have an end.*a \w+ that has none\..*take"):
        tuner.search(data, validation_data=make())
    assert not tuner._project.records()


def test_held_out_data_may_come_from_a_function(make_tuner, data):
    tuner = make_tuner()
    tuner.search(data, validation_data=lambda: data)
    assert set(statuses(tuner).values()) == {"completed"}


def test_a_callback_that_cannot_be_copied_is_named_before_the_first_trial(make_tuner, data):
    class Held(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.lock = threading.Lock()

    tuner = make_tuner()
    with pytest.raises(SweepError, match=r"a tests\.tuner\.test_tuner\..*Held, .*cannot pickle"):
        tuner.search(data, validation_data=data, callbacks=[Held()])
    assert not tuner._project.records()


def test_a_held_out_objective_needs_held_out_data(make_tuner, data):
    with pytest.raises(SweepError, match=r"needs `validation_data`\..*objective='val_loss'"):
        make_tuner().search(data)


def test_the_training_loss_may_be_the_objective(make_tuner, data):
    tuner = make_tuner(objective="loss")
    tuner.search(data)
    assert {run.loss_name for run in tuner.results()} == {"loss"}


def test_a_model_must_be_compiled(make_tuner, data):
    def build(hp):
        return keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])

    with pytest.raises(SweepError, match=r"must return a compiled keras\.Model.*isn't compiled"):
        make_tuner(build).search(data, validation_data=data)


def test_a_search_that_trains_nothing_is_an_error(make_tuner, data):
    class Idle(InProcess):
        def run(self, queue, run_trial):
            pass

    with pytest.raises(
        SweepError, match=r"must train at least one trial\..*asked for none\. Correct that"
    ):
        make_tuner(executor=Idle()).search(data, validation_data=data)


def test_an_objective_may_be_that_of_keras_tuner(make_tuner, data):
    tuner = make_tuner(objective=keras_tuner.Objective("loss", "min"), widths=(2,))
    tuner.search(data, validation_data=data)
    (run,) = tuner.results()
    assert (run.status, run.loss_name) == ("completed", "loss")


def test_a_model_without_shapes_is_refused_with_what_to_do(make_tuner, data):
    def build(hp):
        model = keras.Sequential([keras.layers.Dense(hp["width"]), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    with pytest.raises(CountingError, match=r"must be built .*`model\.build\(input_shape\)`"):
        make_tuner(build).search(data, validation_data=data)


def test_a_build_function_must_return_a_model(make_tuner, data):
    with pytest.raises(SweepError, match=r"must return a compiled keras\.Model.*Received: None"):
        make_tuner(lambda hp: None).search(data, validation_data=data)


def test_weights_are_kept_if_asked_for_and_come_back(make_tuner, data):
    tuner = make_tuner(keep_weights=True)
    tuner.search(data, validation_data=data)
    assert len(list(tuner._project.path.rglob(WEIGHTS_FILE))) == 2
    (model,) = tuner.get_best_models()
    lowest = min(run.loss for run in tuner.results())
    assert model.evaluate(data, verbose=0) == pytest.approx(lowest, rel=1e-5)


def test_weights_that_cannot_be_saved_end_the_search(make_tuner, data, monkeypatch):
    def fail(self, path):
        raise OSError(28, "No space left on device")

    tuner = make_tuner(widths=(2,), keep_weights=True)
    with monkeypatch.context() as patch:
        patch.setattr(keras.Model, "save_weights", fail)
        with pytest.raises(SweepError, match=r"width2_32_seed0/model.*No space left"):
            tuner.search(data, validation_data=data)
    assert statuses(tuner) == {"width2_32_seed0": "failed"}
    # The run is trained again, or its weights would be lost for good.
    tuner.search(data, validation_data=data)
    (model,) = tuner.get_best_models()
    (run,) = tuner.results()
    assert model.evaluate(data, verbose=0) == pytest.approx(run.loss, rel=1e-5)


def test_a_trial_ends_as_soon_as_its_log_cannot_be_written(make_tuner, data, monkeypatch):
    batches = []
    counts = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: batches.append(batch)
    )

    def fail(self, facts):
        raise OSError(28, "No space left on device")

    tuner = make_tuner(widths=(2,))
    with monkeypatch.context() as patch:
        patch.setattr(RunWriter, "write_facts", fail)
        with (
            pytest.warns(ScalingWarning, match="No space left on device"),
            pytest.raises(SweepError, match=r"write down.*'width2_32_seed0'.*No space left.*full"),
        ):
            tuner.search(data, validation_data=data, callbacks=[counts])
    assert len(batches) < 8
    tuner.search(data, validation_data=data)
    assert statuses(tuner) == {"width2_32_seed0": "completed"}


def test_weights_that_were_not_kept_cannot_come_back(searched):
    with pytest.raises(SweepError, match="Pass keep_weights=True"):
        searched.get_best_models()


def test_weights_that_are_gone_are_missed(make_tuner, data):
    tuner = make_tuner(widths=(2,), keep_weights=True)
    tuner.search(data, validation_data=data)
    for file in tuner._project.path.rglob(WEIGHTS_FILE):
        file.unlink()
    with pytest.raises(SweepError, match="has none at"):
        tuner.get_best_models()


def test_tensorboard_writes_each_trial_to_a_directory_of_its_own(make_tuner, data, tmp_path):
    callback = keras.callbacks.TensorBoard(tmp_path / "logs")
    make_tuner().search(data, validation_data=data, callbacks=[callback])
    assert {path.name for path in (tmp_path / "logs").iterdir()} == {
        "width2_32_seed0",
        "width4_32_seed0",
    }


def test_files_of_keras_callbacks_are_each_trials_own(make_tuner, data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    callbacks = [
        keras.callbacks.ModelCheckpoint(
            tmp_path / "best" / "best.weights.h5", save_weights_only=True
        ),
        keras.callbacks.CSVLogger("log.csv"),
    ]
    tuner = make_tuner(keep_weights=True)
    tuner.search(data, validation_data=data, callbacks=callbacks)
    for name in ("width2_32_seed0", "width4_32_seed0"):
        assert (tmp_path / "best" / name / "best.weights.h5").exists()
        header, row = (tmp_path / name / "log.csv").read_text().splitlines()
        assert "val_loss" in header
        assert row
    assert not (tmp_path / "log.csv").exists()
    assert callbacks[1].filename == "log.csv"


def test_a_callback_that_would_restore_the_weights_of_another_trial_is_refused(
    make_tuner, data, tmp_path
):
    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
    tuner = make_tuner()
    with pytest.raises(SweepError, match=r"`checkpoint_seconds`.*a BackupAndRestore among"):
        tuner.search(data, validation_data=data, callbacks=[backup])
    assert not tuner._project.records()


def test_a_search_of_nothing_names_what_was_left_out(make_tuner, data):
    with pytest.raises(SweepError, match=r"Received: none \(width2: 11 trainable.*; width4: 21 "):
        make_tuner(max_n_params=10).search(data, validation_data=data)


def test_another_tuners_project_is_refused(make_tuner, tmp_path):
    (tmp_path / "runs" / "sweep").mkdir(parents=True)
    (tmp_path / "runs" / "sweep" / "oracle.json").write_text("{}")
    with pytest.raises(SweepError, match="another KerasTuner tuner"):
        make_tuner()


def test_an_unknown_convention_is_refused(make_tuner):
    with pytest.raises(RunsError, match="`param_convention` must be one of"):
        make_tuner(param_convention="mine")


def test_a_build_function_may_also_define_its_own_hyperparameters(make_tuner, data):
    def build(hp):
        hp.Float("momentum", 0.0, 0.9, default=0.5)
        hp.Int("width", 1, 64)
        return build_model(hp)

    tuner = make_tuner(build)
    tuner.search(data, validation_data=data)
    assert {run.n_params for run in tuner.results()} == {11, 21}


def test_a_dataset_size_may_be_a_tensor_and_must_be_a_number(make_tuner, data):
    tuner = make_tuner(widths=(2,))
    with pytest.raises(RunsError, match=r"`dataset_size` must be a whole number. Received: 'all'"):
        tuner.search(data, validation_data=data, dataset_size="all")
    tuner.search(data, validation_data=data, dataset_size=data.cardinality() * 4)
    assert tuner.results()["dataset_size"].tolist() == [32]


def test_a_search_whose_data_goes_to_another_directory_stays_in_its_project(
    make_tuner, data, tmp_path, monkeypatch
):
    def train(seed):
        (tmp_path / "elsewhere").mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path / "elsewhere")
        return data

    monkeypatch.chdir(tmp_path)
    tuner = make_tuner(directory="runs")
    tuner.search(train, validation_data=data)
    assert not any((tmp_path / "elsewhere").iterdir())
    assert {run.status for run in tuner.results()} == {"completed"}


def test_a_remote_directory_is_refused_before_anything_is_made(make_tuner, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SweepError, match="'gs://bucket/runs'"):
        make_tuner(directory="gs://bucket/runs")
    assert not any(tmp_path.iterdir())
