import json

import pytest

from scaling_keras.cli import main
from scaling_keras.runs import Run, RunTable
from tests.strategies import HOFFMANN, noisy_runs


@pytest.fixture
def runs_csv(tmp_path):
    rows = zip(*noisy_runs(HOFFMANN, noise=0.005).values(), strict=True)
    table = RunTable(
        runs=tuple(
            Run(name=f"r{i}", n_params=n, n_examples=d, loss=loss, example_unit="token")
            for i, (n, d, loss) in enumerate(rows)
        )
    )
    table.to_csv(tmp_path / "runs.csv")
    return str(tmp_path / "runs.csv")


def test_plan_says_how_large_on_how_much_and_how_far_out(runs_csv, capsys):
    assert main(["plan", runs_csv, "--flops", "1e19"]) == 0
    out = capsys.readouterr().out
    assert "Compute-optimal for 1e+19 training FLOPs" in out
    assert "tokens per parameter" in out
    assert "beyond the runs" in out
    assert out.count("90% interval") == 3


def test_plan_prints_json_that_a_program_reads(runs_csv, capsys):
    assert main(["plan", runs_csv, "--flops", "1e17", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert 6 * values["n_params"]["value"] * values["n_examples"]["value"] == pytest.approx(1e17)
    assert values["loss"]["low"] < values["loss"]["value"] < values["loss"]["high"]


@pytest.mark.parametrize("budget", ["0", "-1e15", "inf", "nan"])
def test_a_budget_that_is_none_is_one_sentence(runs_csv, capsys, budget):
    assert main(["plan", runs_csv, f"--flops={budget}"]) == 2
    assert "`train_flops` must be a positive, finite number" in capsys.readouterr().err


def test_a_law_of_one_variable_can_not_plan(runs_csv, capsys):
    assert main(["plan", runs_csv, "--flops", "1e15", "--form", "power_law_floor"]) == 2
    err = capsys.readouterr().err
    assert "such as `chinchilla`" in err or "distinct" in err


def test_a_plan_has_no_variable_to_choose(runs_csv, capsys):
    with pytest.raises(SystemExit) as end:
        main(["plan", "--help"])
    assert end.value.code == 0
    options = capsys.readouterr().out
    assert "--runs" in options
    assert "--x " not in options


def test_help_of_every_command_ends_well(capsys):
    for command in ("fit", "plan", "demo"):
        with pytest.raises(SystemExit) as end:
            main([command, "--help"])
        assert end.value.code == 0
        assert command in capsys.readouterr().out
