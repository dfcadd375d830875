import math
import re

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.errors import LogdirError, RunsError, ScalingWarning
from scaling_keras.events.importing import import_csv, import_hparams
from scaling_keras.events.reader import read_runs
from scaling_keras.laws.run_findings import run_findings
from scaling_keras.runs import RunTable
from tests.events.hparams_logdir import scalar_value, write_events, write_session
from tests.strategies import HOFFMANN, noisy_runs


@pytest.fixture
def csv_file(tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_text(
        "params,steps,batch,val,lr,flops\n"
        "1e6,100,32,3.5,0.1,1e12\n"
        "2e6,200,32,3.1,0.05,\n"
        "4e6,200,,2.9,0.05,\n"
        "8e6,200,32,lost,0.05,\n"
        "9e6,200,32,nan,0.05,\n"
    )
    return path


THEIRS = {"n_params": "params", "n_examples": "steps * batch * 16", "loss": "val"}


def test_columns_of_other_names_and_products_of_them_are_read(csv_file):
    table = import_csv(csv_file, columns={**THEIRS, "train_flops": "flops"})
    np.testing.assert_array_equal(table["n_params"], [1e6, 2e6, 9e6])
    np.testing.assert_array_equal(table["n_examples"], [51200, 102400, 102400])
    np.testing.assert_array_equal(table["lr"], [0.1, 0.05, 0.05])
    np.testing.assert_array_equal(table["steps"], [100, 200, 200])
    with pytest.raises(RunsError, match="column='params'"):
        table["params"]


def test_flops_that_are_not_in_the_file_stay_unknown(csv_file):
    table = import_csv(csv_file, columns={**THEIRS, "train_flops": "flops"})
    assert table["train_flops"][0] == 1e12
    assert math.isnan(table["train_flops"][1])


def test_rows_without_what_a_fit_needs_are_left_out_with_the_reason(csv_file):
    table = import_csv(csv_file, columns=THEIRS)
    assert {item.name: item.reason for item in table.usable().excluded} == {
        "row-3": "it has no n_examples (steps * batch * 16)",
        "row-4": "its loss is 'lost', not a number",
        "row-5": "diverged: its loss is not finite",
    }


def cut(logdir, session, n_bytes):
    """Take the last bytes of the file that holds a session's validation loss."""
    (path,) = (logdir / session / "validation").iterdir()
    path.write_bytes(path.read_bytes()[:-n_bytes])


@pytest.fixture
def silent(tmp_path):
    """Ten sessions that don't say how they ended, with a loss after each of three epochs."""
    for index in range(10):
        curves = {"validation/epoch_loss": [5.0, 4.0, 3.0]}
        hparams = {"n_params": 2.0**index, "n_examples": 100}
        write_session(tmp_path / f"run{index}", hparams, curves=curves)
    return tmp_path


def test_a_session_whose_file_ends_in_half_a_record_is_not_completed(silent):
    cut(silent, "run6", 20)
    table = import_hparams(silent)
    (left_out,) = table.usable().excluded
    assert left_out.name == "run6"
    assert re.match(r"stalled: the last \d+ bytes of .* are half a record", left_out.reason)


def test_half_a_record_of_a_session_that_ended_is_told_with_its_facts(tmp_path):
    curves = {"validation/epoch_loss": [5.0, 4.0]}
    write_session(tmp_path / "a", {"n_params": 9, "n_examples": 9}, curves=curves, status=1)
    cut(tmp_path, "a", 3)
    (run,) = import_hparams(tmp_path)
    assert run.status == "completed"
    assert "half a record" in run.facts["skipped"][0]


def test_a_session_that_ends_earlier_than_most_and_does_not_say_so_is_doubted(silent, tmp_path):
    hparams, curves = {"n_params": 3e4, "n_examples": 100}, {"validation/epoch_loss": [5.0]}
    write_session(silent / "short", hparams, curves=curves)
    write_session(silent / "short-and-over", hparams, curves=curves, status=1)
    table = import_hparams(silent)
    assert {run.name: run.reason for run in table if run.reason} == {
        "short": "its loss ends early, at step 0, that of most others at 2; nothing says that it "
        "was over"
    }
    table.to_csv(tmp_path / "runs.csv")
    again = RunTable.from_csv(tmp_path / "runs.csv")
    (finding,) = (f for f in run_findings(again) if f.code == "may_be_unfinished")
    assert "1 of 12 runs may have been cut off (short)" in finding.message


def test_units_are_multiplied_out(csv_file):
    table = import_csv(csv_file, columns=THEIRS, scale={"n_params": 1e3, "dataset_size": 1e9})
    np.testing.assert_array_equal(table["n_params"], [1e9, 2e9, 9e9])
    assert np.isnan(table["dataset_size"]).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": {"tokens": "steps"}}, r"`columns` must be by the names n_params"),
        ({"columns": {"n_params": "size"}}, r"n_params='size', without size; there is params,"),
        ({"columns": {"n_params": "params*layers"}}, r"without layers; there is"),
        ({"columns": {"n_params": "1e6"}}, r"without 1e6; there is"),
        ({"scale": {"name": 2.0}}, r"`scale` must be by the names n_params.*Received: name"),
        ({"scale": {"n_params": 0.0}}, r"`scale` must hold positive.*n_params=0\.0"),
        ({}, r"An import needs n_params, n_examples, loss.*it has no n_params; it has no"),
    ],
)
def test_options_that_can_not_be_used_are_named(csv_file, options, message):
    with pytest.raises(RunsError, match=message):
        import_csv(csv_file, **options)


def test_a_column_that_is_there_twice_is_refused(tmp_path):
    path = tmp_path / "twice.csv"
    path.write_text("n_params,n_examples,loss, loss,,\n1e6,1e7,3.0,2.0,,\n")
    with pytest.raises(RunsError, match=r"Received: 'loss' more than once in .*twice\.csv"):
        import_csv(path)
    with pytest.raises(RunsError, match="'loss' more than once"):
        RunTable.from_csv(path)


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(RunsError, match=r"An import needs.*empty\.csv' with no columns"):
        import_csv(tmp_path / "empty.csv")


def test_a_file_with_a_header_only_is_told_that_it_lacks_rows(tmp_path):
    path = tmp_path / "head.csv"
    path.write_text("n_params,tokens,loss\n")
    with pytest.raises(RunsError, match=r"with n_params, tokens, loss, and no row below them"):
        import_csv(path, columns={"n_examples": "tokens"})


@pytest.fixture
def logdir(tmp_path):
    """Sixteen sessions of a known law, one that failed, one without a size, one without loss."""
    root = tmp_path / "logs"
    runs = noisy_runs(HOFFMANN, noise=0.01)
    for index, (n, d, loss) in enumerate(zip(*runs.values(), strict=True)):
        write_session(
            root / f"run-{index:02d}",
            {"size": n, "steps": d / 64, "batch_size": 64, "optimizer": "adam"},
            curves={
                "train/epoch_loss": [99.0, loss - 0.1],
                "validation/epoch_loss": [99.0, loss - 0.01, loss],
            },
            status=1,
        )
    curves = {"validation/epoch_loss": [3.0]}
    write_session(
        root / "x-failed", {"size": 1e3, "steps": 10, "batch_size": 64}, status=2, curves=curves
    )
    write_session(root / "x-no-size", {"steps": 10, "batch_size": 64}, curves=curves)
    write_session(
        root / "x-train-only",
        {"size": 1e3, "steps": 10, "batch_size": 64},
        curves={"train/epoch_loss": [3.0]},
    )
    return root


COLUMNS = {"n_params": "size", "n_examples": "steps*batch_size"}


def test_sessions_become_runs_with_the_held_out_loss(logdir):
    table = import_hparams(logdir, columns=COLUMNS)
    runs = noisy_runs(HOFFMANN, noise=0.01)
    first = next(iter(table))
    assert (first.name, first.loss_name, first.status) == (
        "run-00",
        "validation/epoch_loss",
        "completed",
    )
    np.testing.assert_allclose(table["loss"][:16], runs["loss"], rtol=1e-6)
    np.testing.assert_array_equal(table["n_examples"][:16], runs["n_examples"])
    np.testing.assert_array_equal(table["batch_size"][:16], 64)
    assert first.facts["optimizer"] == "adam"


def test_sessions_that_no_fit_can_use_are_listed_with_the_reason(logdir):
    table = import_hparams(logdir, columns=COLUMNS).usable()
    assert {item.name: item.reason for item in table.excluded} == {
        "x-failed": "failed",
        "x-no-size": "it has no n_params (size)",
        "x-train-only": "it has no loss (validation/epoch_loss)",
    }


def test_a_session_that_can_not_be_read_is_left_out(logdir):
    path = next((logdir / "run-03").glob("*tfevents*"))
    path.with_name(path.name + ".1").write_bytes(b"\x01" * 40)
    table = import_hparams(logdir, columns=COLUMNS)
    assert any(e.name == "run-03" and "a record is damaged" in e.reason for e in table.excluded)


@pytest.mark.parametrize(("choice", "offset"), [("final", 0.0), ("best", -0.01)])
def test_the_loss_is_taken_as_asked(logdir, choice, offset):
    table = import_hparams(logdir, columns=COLUMNS, loss=choice)
    expected = noisy_runs(HOFFMANN, noise=0.01)["loss"] + offset
    np.testing.assert_allclose(table["loss"][:16], expected, rtol=1e-6)


def test_the_epochs_of_keras_may_stand_in_a_product(logdir):
    columns = {"n_params": "size", "n_examples": "n_epochs*1000"}
    assert import_hparams(logdir, columns=columns)["n_examples"][0] == 3000


def test_of_two_trainings_in_one_directory_a_run_is_the_last_and_says_so(tmp_path):
    columns = {"n_params": "size", "n_examples": "n_epochs*1000"}
    first, second = {"train/epoch_loss": [3.0, 2.0, 1.0]}, {"train/epoch_loss": [5.0, 4.0]}
    write_session(tmp_path / "a", {"size": 8}, curves=first, status=1)
    write_session(tmp_path / "a", {"size": 64}, curves=second, status=1, began=100.0)
    (run,) = import_hparams(tmp_path, columns=columns)
    assert (run.n_params, run.n_examples, run.loss) == (64, 2000, 4.0)
    (said,) = run.skipped
    assert "of an earlier training, were skipped" in said


def test_the_length_of_a_training_whose_steps_begin_again_is_unknown(tmp_path):
    for name in ("a", "b"):
        write_session(tmp_path / name, {"size": 8}, curves={"train/epoch_loss": [3.0, 2.0]})
    again = [(step, scalar_value("epoch_loss", value)) for step, value in enumerate([1.5, 1.0])]
    write_events(tmp_path / "b" / "train", again, began=100.0)
    columns = {"n_params": "size", "n_examples": "n_epochs*1000"}
    table = import_hparams(tmp_path, columns=columns)
    assert [run.name for run in table] == ["a"]
    (left_out,) = table.excluded
    assert left_out.reason.startswith("it has no n_examples (n_epochs*1000); the steps of")
    assert "as where `fit` is called twice" in left_out.reason
    known = import_hparams(tmp_path, columns={**columns, "n_examples": "size*1000"})
    assert known.runs[1].loss == 1.0
    assert "begin again" in known.runs[1].skipped[0]


def test_the_last_step_may_stand_in_a_product_and_is_no_number_of_epochs(logdir, tmp_path):
    columns = {"n_params": "size", "n_examples": "step*1000"}
    with pytest.warns(ScalingWarning, match=r"n_examples='step\*1000'.*Put `n_epochs` in its"):
        assert import_hparams(logdir, columns=columns)["n_examples"][0] == 2000
    write_session(tmp_path / "a", {"size": 7}, curves={"loss": [2.0, 1.0]})
    (run,) = import_hparams(tmp_path / "a", columns=columns)
    assert run.n_examples == 1000
    with pytest.raises(RunsError, match="without n_epochs"):
        import_hparams(tmp_path / "a", columns={**columns, "n_examples": "n_epochs*1000"})


def test_another_scalar_may_be_the_loss(logdir):
    table = import_hparams(logdir, columns={**COLUMNS, "loss": "train/epoch_loss"})
    assert set(table["loss_name"]) == {"train/epoch_loss"}
    assert "x-train-only" in set(table["name"])


def test_group_and_seed_of_a_session_are_kept(tmp_path):
    hparams = {"n_params": 10, "n_examples": 20, "seed": 3}
    write_session(tmp_path / "a", hparams, curves={"loss": [1.0]}, group="g1")
    (run,) = import_hparams(tmp_path)
    assert (run.seed, run.facts["session_group"], run.loss_name) == (3, "g1", "loss")


def test_what_was_imported_survives_csv_and_is_fitted(logdir, tmp_path):
    import_hparams(logdir, columns=COLUMNS).to_csv(tmp_path / "runs.csv")
    fit = laws.fit("chinchilla", RunTable.from_csv(tmp_path / "runs.csv"), n_resamples=100)
    assert fit.n_runs == 16
    assert fit.params["param_exponent"] == pytest.approx(0.34, abs=0.1)


def test_options_of_a_logdir_are_checked(logdir, tmp_path):
    with pytest.raises(RunsError, match="`loss` must be one of final, best, tail"):
        import_hparams(logdir, loss="last")
    with pytest.raises(RunsError, match=r"without weights; there is batch_size, optimizer"):
        import_hparams(logdir, columns={"n_params": "weights"})
    with pytest.raises(RunsError, match=r"An import needs n_params.*run-00: it has no n_params"):
        import_hparams(logdir)
    with pytest.raises(LogdirError, match="must be an existing directory"):
        import_hparams(tmp_path / "nowhere")


def test_read_runs_reads_them_too(logdir, tmp_path):
    expected = import_hparams(logdir, columns=COLUMNS)
    table = read_runs(logdir, columns=COLUMNS)
    assert [run.name for run in table] == [run.name for run in expected]
    assert list(table["loss"]) == list(expected["loss"])
    assert table.excluded == expected.excluded
    other = read_runs(logdir, metric="loss", columns=COLUMNS)
    assert set(other["loss_name"]) == {"train/epoch_loss"}


def test_read_runs_says_what_a_logdir_of_others_lacks(tmp_path):
    write_session(tmp_path / "a", {"width": 3}, curves={"validation/epoch_loss": [1.0]})
    with pytest.raises(RunsError, match=r"with width.*Say with `columns` what `n_params`, the tr"):
        read_runs(tmp_path)


def test_runs_of_ours_and_of_others_are_one_table(tmp_path, write_run):
    write_run(tmp_path / "m")
    told = {"n_params": 50, "n_examples": 1000}
    curves = {"train/epoch_loss": [3.0, 2.0], "validation/epoch_loss": [3.5, 2.5]}
    write_session(tmp_path / "a", told, curves=curves)
    write_session(tmp_path / "z", {"width": 3}, curves=curves)
    table = read_runs(tmp_path)
    assert [(run.name, run.loss_name) for run in table] == [("a", "val_loss"), ("m", "val_loss")]
    assert table.runs[0].loss == 2.5
    assert [item.reason for item in table.excluded] == ["it has no n_params; it has no n_examples"]
    assert len(read_runs(tmp_path, columns={"n_params": "width", "n_examples": "1000*width"})) == 2


def test_read_runs_reads_a_csv_file(csv_file):
    table = read_runs(csv_file, columns=THEIRS, param_convention="non_embedding")
    assert list(table["n_params"]) == list(import_csv(csv_file, columns=THEIRS)["n_params"])
    assert table.param_convention == "non_embedding"
    assert len(table.excluded) == 2
    by_metric = read_runs(csv_file, columns={**THEIRS, "loss": "lr"})
    assert by_metric["loss"][0] == 0.1
    with pytest.raises(RunsError, match="An import needs n_params, n_examples, loss of"):
        read_runs(csv_file)
