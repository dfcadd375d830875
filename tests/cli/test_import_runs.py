import json
import subprocess
import sys

import pytest

from scaling_keras.cli import main
from scaling_keras.runs import RunTable
from tests.events.hparams_logdir import write_session
from tests.strategies import HOFFMANN, noisy_runs


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "theirs.csv"
    rows = zip(*noisy_runs(HOFFMANN, noise=0.01).values(), strict=True)
    lines = [f"{n},{d / 1e9},{loss},0.1" for n, d, loss in rows]
    path.write_text("\n".join(["params,tokens,val,lr", *lines, "1e6,,3.0,0.1"]))
    return path


OPTIONS = ["--columns", "n_params=params,n_examples=tokens", "--columns", "loss=val"]
SCALE = ["--scale", "n_examples=1e9"]


def test_a_csv_file_of_another_tool_is_imported_and_fitted(source, tmp_path, capsys):
    out = tmp_path / "runs.csv"
    assert main(["import", str(source), str(out), *OPTIONS, *SCALE]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"16 runs written to {out}, 16 of use to a fit; loss: val\n")
    assert "left out row-17: it has no n_examples (tokens)" in text
    assert RunTable.from_csv(out)["lr"].tolist() == [0.1] * 16
    assert main(["fit", str(out), "--form", "chinchilla"]) == 0
    assert "16 runs" in capsys.readouterr().out


def test_a_logdir_with_hyperparameters_is_imported(tmp_path, capsys):
    for index in range(3):
        write_session(
            tmp_path / "logs" / f"run-{index}",
            {"n_params": 1000 * 2**index, "n_examples": 5000, "units": 8},
            curves={"validation/epoch_loss": [3.0, 2.0 - 0.1 * index, 2.5 - 0.1 * index]},
            status=1,
        )
    out = tmp_path / "runs.csv"
    assert main(["import", str(tmp_path / "logs"), str(out), "--loss", "best", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["n_runs"], summary["n_usable"], summary["excluded"]) == (3, 3, [])
    assert summary["loss_names"] == ["validation/epoch_loss"]
    assert "units" in summary["columns"]
    assert RunTable.from_csv(out)["loss"] == pytest.approx([2.0, 1.9, 1.8])


def test_a_file_that_is_there_is_only_replaced_when_asked(source, tmp_path, capsys):
    out = tmp_path / "runs.csv"
    out.write_text("mine")
    assert main(["import", str(source), str(out), *OPTIONS]) == 2
    assert "pass --overwrite" in capsys.readouterr().err
    assert out.read_text() == "mine"
    assert main(["import", str(source), str(out), *OPTIONS, "--overwrite"]) == 0
    assert len(RunTable.from_csv(out)) == 16


def test_nothing_is_written_when_nothing_can_be_read(source, tmp_path, capsys):
    out = tmp_path / "runs.csv"
    assert main(["import", str(source), str(out)]) == 2
    assert "An import needs n_params, n_examples, loss" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--columns", "n_params"], "`--columns` must be pairs"),
        (["--scale", "n_params=many"], "`--scale` must hold numbers. Received: n_params='many'"),
        (["--scale", "=2"], "`--scale` must be pairs"),
    ],
)
def test_arguments_that_can_not_be_used_are_one_sentence(
    source, tmp_path, capsys, options, message
):
    assert main(["import", str(source), str(tmp_path / "out.csv"), *options]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_a_place_that_can_not_be_written_is_one_sentence(source, tmp_path, capsys):
    out = tmp_path / "nowhere" / "runs.csv"
    assert main(["import", str(source), str(out), *OPTIONS]) == 2
    assert "`out` must be a file that can be written" in capsys.readouterr().err


def test_an_import_loads_no_framework(tmp_path):
    hparams = {"n_params": 1000, "n_examples": 5000}
    write_session(tmp_path / "logs" / "a", hparams, curves={"loss": [3.0]})
    code = (
        "import sys\n"
        "from scaling_keras.cli import main\n"
        "assert main(['import', 'logs', 'runs.csv']) == 0\n"
        "loaded = {'jax', 'keras', 'matplotlib', 'tensorflow', 'torch'} & sys.modules.keys()\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_sessions_that_may_have_been_cut_off_are_named(tmp_path, capsys):
    for index in range(4):
        hparams = {"n_params": 1000 * 2**index, "n_examples": 5000}
        curves = {"val_loss": [3.0, 2.5][: 1 if index == 3 else 2]}
        write_session(tmp_path / "logs" / f"run-{index}", hparams, curves=curves)
    arguments = ["import", str(tmp_path / "logs"), str(tmp_path / "runs.csv"), "--overwrite"]
    assert main(arguments) == 0
    assert "  of run-3, its loss ends early, at step 0" in capsys.readouterr().out
    assert main([*arguments, "--json"]) == 0
    (doubt,) = json.loads(capsys.readouterr().out)["doubts"]
    assert doubt["name"] == "run-3"
