import json

import pytest

from scaling_keras.cli import main
from scaling_keras.runs import Run, RunTable
from tests.strategies import HOFFMANN, noisy_runs


@pytest.fixture
def logdir(tmp_path, write_run):
    runs = noisy_runs(HOFFMANN, noise=0.01)
    for i, (n, d, loss) in enumerate(zip(*runs.values(), strict=True)):
        write_run(
            tmp_path / f"run-{i:02d}",
            n_params=int(n),
            n_examples=(int(d),),
            curves={"loss": [loss], "val_loss": [loss]},
            example_unit="token",
        )
    write_run(tmp_path / "lost", status="diverged", reason="the loss became NaN")
    return tmp_path


def test_fit_prints_the_law_its_intervals_and_what_was_left_out(logdir, capsys):
    assert main(["fit", str(logdir)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("L(N, D) = ")
    assert "16 runs, val_loss, N counts total parameters, D counts tokens" in out
    assert "90% interval" in out
    assert "left out lost: diverged: the loss became NaN" in out


def test_fit_tells_what_was_skipped_of_a_run_that_completed(logdir, capsys):
    path = next(path for path in sorted(logdir.rglob("*tfevents*")) if "lost" not in str(path))
    content = path.read_bytes()
    path.write_bytes(content + content[:20])  # Half a record.
    assert main(["fit", str(logdir)]) == 0
    out = capsys.readouterr().out
    assert f"of {path.parent.relative_to(logdir).as_posix()}, the last 20 bytes of" in out


def test_fit_prints_json_that_a_program_reads(logdir, capsys):
    assert main(["fit", str(logdir), "--json", "--level", "0.8"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["n_runs"] == 16
    assert values["params"]["param_exponent"] == pytest.approx(0.34, abs=0.1)
    interval = values["intervals"]["param_exponent"]
    assert interval["low"] < interval["value"] < interval["high"]
    assert values["excluded"] == [{"name": "lost", "reason": "diverged: the loss became NaN"}]


def test_fit_takes_a_one_variable_form_and_a_convention(logdir, capsys):
    arguments = ["--form", "power_law_floor", "--x", "train_flops"]
    assert main(["fit", str(logdir), *arguments, "--param-convention", "non_embedding"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("L(x) = ")
    assert "N counts non_embedding parameters" in out


def test_fit_reads_a_csv_file(tmp_path, capsys):
    rows = zip(*noisy_runs(HOFFMANN).values(), strict=True)
    table = RunTable(
        runs=tuple(
            Run(name=f"r{i}", n_params=n, n_examples=d, loss=loss)
            for i, (n, d, loss) in enumerate(rows)
        )
    )
    table.to_csv(tmp_path / "runs.csv")
    assert main(["fit", str(tmp_path / "runs.csv")]) == 0
    assert "16 runs" in capsys.readouterr().out


@pytest.mark.parametrize("command", [["fit"], ["plan", "--flops", "1e15"]])
def test_a_logdir_that_is_not_there_is_one_sentence_and_exit_code_2(command, tmp_path, capsys):
    assert main([*command, str(tmp_path / "nowhere")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "nowhere" in captured.err


def test_a_logdir_without_runs_says_how_to_log_some(tmp_path, capsys):
    assert main(["fit", str(tmp_path)]) == 2
    assert "ScalingLogger" in capsys.readouterr().err


def test_a_csv_file_that_is_not_there_is_one_sentence(tmp_path, capsys):
    assert main(["fit", str(tmp_path / "no.csv")]) == 2
    assert "no.csv" in capsys.readouterr().err


def test_too_few_sizes_are_one_sentence(tmp_path, write_run, capsys):
    for i in range(8):
        write_run(
            tmp_path / f"r{i}",
            n_params=10_000,
            n_examples=(1000 * 2**i,),
            curves={"loss": [3.0 - 0.1 * i]},
        )
    assert main(["fit", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert "3 distinct values of `n_params`. Received: 1 (10000)" in err
    assert "power_law_floor" in err


def test_losses_that_are_nan_are_named(tmp_path, write_run, capsys):
    for i in range(8):
        write_run(
            tmp_path / f"r{i}",
            n_params=1000 * 2**i,
            n_examples=(1000 * 3**i,),
            curves={"loss": [float("nan")]},
        )
    assert main(["fit", str(tmp_path)]) == 2
    assert "after leaving out 8: r0 (" in capsys.readouterr().err


def test_an_impossible_level_is_one_sentence(logdir, capsys):
    assert main(["fit", str(logdir), "--level", "90"]) == 2
    assert "`level` must be between 0 and 1" in capsys.readouterr().err


def test_a_file_that_is_no_csv_and_a_directory_named_like_one_are_told_apart(tmp_path, capsys):
    (tmp_path / "runs.txt").write_text("n_params,n_examples,loss\n")
    assert main(["fit", str(tmp_path / "runs.txt")]) == 2
    assert "or a file whose name ends in .csv" in capsys.readouterr().err
    (tmp_path / "old.csv").mkdir()
    assert main(["fit", str(tmp_path / "old.csv")]) == 2
    assert "must hold event files" in capsys.readouterr().err


def test_a_mistake_is_one_line_whatever_the_runs_are_called(tmp_path, capsys):
    (tmp_path / "runs.csv").write_text('name,n_params,n_examples,loss\n"a\nb",1e6,1e8,nan\n')
    assert main(["fit", str(tmp_path / "runs.csv")]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "a b (loss is nan" in err
