"""The program itself: what it says of mistakes, its version, and output that nobody reads."""

import importlib
import subprocess
import sys

import pytest

import scaling_keras
from scaling_keras.cli import COMMANDS, main
from scaling_keras.laws import FORMS
from scaling_keras.runs import Run, RunTable
from tests.strategies import HOFFMANN, noisy_runs


@pytest.fixture
def runs_csv(tmp_path):
    rows = zip(*noisy_runs(HOFFMANN, noise=0.005).values(), strict=True)
    runs = (
        Run(name=f"r{i}", n_params=n, n_examples=d, loss=loss)
        for i, (n, d, loss) in enumerate(rows)
    )
    RunTable(runs=tuple(runs)).to_csv(tmp_path / "runs.csv")
    return str(tmp_path / "runs.csv")


@pytest.mark.parametrize(
    ("arguments", "sentence", "program"),
    [
        (
            ["plan", "runs", "--flops", "abc"],
            "argument --flops: invalid float value: 'abc'",
            "plan",
        ),
        (["plan", "runs"], "one of the arguments --flops --target-loss is required", "plan"),
        (["fit", "runs", "--form", "x"], "argument --form: invalid choice: 'x'", "fit"),
        (["sweep", "x.py", "--form", "x"], "argument --form: invalid choice: 'x'", "sweep"),
        (["fit", "a\nb", "c\nd"], "unrecognized arguments: c d", ""),
        ([], "the following arguments are required: COMMAND", ""),
    ],
)
def test_a_mistake_is_one_line_that_says_where_help_is(arguments, sentence, program, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"scaling-keras: {sentence}")
    helped = " ".join(["scaling-keras", program]).strip()
    assert captured.err.endswith(f". `{helped} --help` lists what there is.\n")
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_help_names_a_form_once(command, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    said = capsys.readouterr().out
    assert said.count("optimal_learning_rate_by_compute") == (command in ("fit", "plan", "report"))
    if "FORM" in said:
        assert "--form FORM" in said
        assert "auto averages" in said or command == "sweep"


def test_help_names_every_form(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["fit", "--help"])
    said = capsys.readouterr().out
    assert all(name in said for name in FORMS)


def test_ctrl_c_while_a_command_loads_is_told_in_one_line(monkeypatch, capsys):
    def interrupt(name):
        raise KeyboardInterrupt

    monkeypatch.setattr(importlib, "import_module", interrupt)
    assert main(["fit", "runs.csv"]) == 130
    assert capsys.readouterr().err == "scaling-keras: stopped by Ctrl-C\n"


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"scaling-keras {scaling_keras.__version__}\n"


def test_output_that_nobody_reads_to_its_end_is_no_error_of_python(runs_csv):
    program = "import sys; from scaling_keras.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "fit", runs_csv, "--form", "chinchilla"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_a_law_of_what_the_runs_lack_says_which(runs_csv, capsys):
    assert main(["fit", runs_csv, "--form", "downstream_error"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("scaling-keras: A `downstream_error` fit needs `error` of the runs")
    assert err.count("\n") == 1


def test_an_unknown_device_is_told_what_there_is_to_do(runs_csv, capsys):
    assert main(["plan", runs_csv, "--flops", "1e19", "--device", "Foo"]) == 2
    err = capsys.readouterr().err
    assert "Choose one of those, or give `laws.hours` the rate of yours" in err
