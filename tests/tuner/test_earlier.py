"""What a search says and makes of runs of earlier ones that are damaged."""

import shutil

import keras
import pytest

from scaling_keras.errors import ScalingWarning, SweepError
from scaling_keras.events.frames import frame, read_frames
from scaling_keras.tuner.designs.hyperparameters import HyperparameterSweep
from tests.tuner.conftest import NoTrials, build_model, law


def test_a_search_says_which_run_it_trains_again_because_its_file_was_cut_off(make_tuner, data):
    make_tuner().search(data, validation_data=data)
    tuner = make_tuner()
    (file,) = (tuner._project.path / "width4_32_seed0").iterdir()
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.warns(ScalingWarning) as warned:
        tuner.search(data, validation_data=data)
    (message,) = {str(w.message) for w in warned if "must be whole" in str(w.message)}
    assert "'width4_32_seed0', of which the last" in message
    assert file.name in message
    attempts = {run.name: run.facts["attempt"] for run in tuner.results()}
    assert attempts == {"width2_32_seed0": 1, "width4_32_seed0": 2}


@pytest.mark.parametrize("length", [0, 30, 300, 1200])
def test_a_run_whose_file_was_cut_off_before_its_facts_is_named_too(make_tuner, data, length):
    make_tuner(widths=(2,)).search(data, validation_data=data)
    tuner = make_tuner(widths=(2,))
    (file,) = (tuner._project.path / "width2_32_seed0").iterdir()
    file.write_bytes(file.read_bytes()[:length])
    with pytest.warns(ScalingWarning) as warned:
        tuner.search(data, validation_data=data)
    (message,) = {str(w.message) for w in warned if "must be whole" in str(w.message)}
    assert f"{file.name} ends after {length} bytes" in message
    assert "trained again" in message
    (run,) = tuner.results()
    assert run.status == "completed"


@pytest.mark.parametrize(
    ("whole", "damaged", "why"),
    [
        (b"scaling/run/1", b"scalinG/run/1", "the facts are missing"),
        (b'"hyperparameters"', b'"hyperparameters!', "must be a versioned JSON object"),
    ],
)
def test_a_run_whose_facts_are_damaged_is_named_and_not_trained_in_vain(
    make_tuner, data, whole, damaged, why
):
    make_tuner().search(data, validation_data=data)
    tuner = make_tuner(executor=NoTrials())
    (file,) = (tuner._project.path / "width4_32_seed0").iterdir()
    records = [each.replace(whole, damaged, 1) for each in read_frames(file.read_bytes()).records]
    file.write_bytes(b"".join(map(frame, records)))
    with pytest.warns(ScalingWarning, match=f"'width4_32_seed0', of which .*{why}.*as failed"):
        tuner.search(data, validation_data=data)
    assert [each.name for each in tuner.results().excluded] == ["width4_32_seed0"]
    shutil.rmtree(file.parent)
    make_tuner().search(data, validation_data=data)
    assert len(tuner.results()) == 2


def test_a_search_clears_the_checkpoint_of_a_run_killed_after_its_result(make_tuner, data):
    make_tuner().search(data, validation_data=data)
    tuner = make_tuner()
    left = tuner._project.path / "width4_32_seed0" / "checkpoint-4-of-8.npz"
    left.write_bytes(b"")
    tuner.search(data, validation_data=data)
    assert not left.exists()


def test_a_trial_that_was_once_a_test_is_a_finding(make_tuner, data):
    tuner = make_tuner(widths=(2,))
    tuner.search(data, validation_data=data)
    tuner.train_at(size={"width": 4}, n_examples=32, fit=law())
    assert tuner.findings() == ()
    wider = make_tuner(widths=(2, 4), executor=NoTrials())
    wider.search(data, validation_data=data)
    (finding,) = wider.findings()
    assert finding.code == "planned_tests"
    assert "width4_32_seed0" in finding.message
    assert "include_tests=True" in finding.message


def test_runs_that_the_sweep_no_longer_plans_are_a_finding(make_tuner, data):
    make_tuner(widths=(2, 3)).search(data, validation_data=data)
    fewer = make_tuner(widths=(3,), executor=NoTrials())
    fewer.search(data, validation_data=data)
    (finding,) = fewer.findings()
    assert finding.code == "runs_beside_the_plan"
    assert "width2_" in finding.message
    assert "width3_" not in finding.message
    assert {run.size for run in fewer.results().usable()} == {"width2", "width3"}


def test_runs_that_the_law_leaves_out_are_not_said_to_be_in_it(make_tuner, data):
    def build(hp):
        model = build_model(hp)
        model.compile(optimizer=keras.optimizers.SGD(hp["learning_rate"]), loss="mse")
        return model

    def tuner_of(*rates, **options):
        values = {"learning_rate": rates}
        sweep = HyperparameterSweep(sizes=[{"width": 2}], n_examples=[32], values=values)
        return make_tuner(build, sweep=sweep, **options)

    tuner_of(1e-9, 0.01).search(data, validation_data=data)
    of_best, of_worse = (tuner_of(rate, executor=NoTrials()) for rate in (0.01, 1e-9))
    for tuner in (of_best, of_worse):
        tuner.search(data, validation_data=data)
        (usable,) = tuner.results().usable()
        assert usable.name.endswith("0.01_seed0")
    assert "runs_beside_the_plan" not in {finding.code for finding in of_best.findings()}
    found = {finding.code: finding.message for finding in of_worse.findings()}
    assert "1 runs" in found["runs_beside_the_plan"]
    assert usable.name in found["runs_beside_the_plan"]


def compiled_anew(**options):
    """Return a `build_model` that compiles otherwise, with a schedule of the trial's own length."""

    def build(hp):
        model = build_model(hp)
        schedule = keras.optimizers.schedules.CosineDecay(0.1, hp["n_steps"])
        model.compile(**{"optimizer": keras.optimizers.SGD(schedule), "loss": "mse", **options})
        return model

    return build


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"loss": "mae"}, "loss"),
        ({"optimizer": "adam"}, "optimizer"),
        ({"optimizer": keras.optimizers.SGD(0.2), "loss": "mae"}, "optimizer and loss"),
    ],
)
def test_runs_of_another_optimizer_or_loss_are_refused(make_tuner, data, options, parts):
    make_tuner(compiled_anew(), widths=(2,)).search(data, validation_data=data)
    # Also where no run of the new sweep has been trained before: all count for the law.
    other = make_tuner(compiled_anew(**options), widths=(2,), n_examples=(16,))
    with pytest.raises(SweepError, match=rf"another {parts} than run 'width2.*overwrite=True"):
        other.search(data, validation_data=data)


def test_runs_of_the_same_training_and_those_that_cannot_be_built_now_are_no_others(
    make_tuner, data
):
    def build(hp):
        if hp["width"] == 2 and is_second:
            raise ValueError("no such width")
        return compiled_anew()(hp)

    is_second = False
    make_tuner(build, n_examples=(16, 32), seeds=(0, 1)).search(data, validation_data=data)
    is_second = True
    again = make_tuner(build, widths=(4,), n_examples=(16, 32), seeds=(0, 1), executor=NoTrials())
    again.search(data, validation_data=data)


def test_runs_that_do_not_say_how_they_were_compiled_are_no_others(make_tuner, data, monkeypatch):
    monkeypatch.setattr("scaling_keras.tuner.checkpoint.training_digest", lambda model: "")
    make_tuner(compiled_anew(), widths=(2,)).search(data, validation_data=data)
    other = make_tuner(compiled_anew(loss="mae"), widths=(2,), executor=NoTrials())
    other.search(data, validation_data=data)
