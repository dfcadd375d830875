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


def test_auto_fits_one_variable_where_it_is_named(logdir, capsys):
    assert main(["fit", str(logdir), "--x", "n_params", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["labels"]["x"] == "n_params"
    assert main(["fit", str(logdir), "--form", "chinchilla", "--x", "n_params"]) == 2
    assert "Received: `x`. Leave it out" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["fit"], ["plan", "--flops", "1e18"]])
def test_points_of_one_training_are_named_by_a_column(command, tmp_path, capsys):
    path = tmp_path / "points.csv"
    rows = list(zip(*noisy_runs(HOFFMANN).values(), strict=True))
    lines = [f"run {i // 4},{n},{d},{loss}" for i, (n, d, loss) in enumerate(rows)]
    path.write_text("\n".join(("run,n_params,n_examples,loss", *lines)))
    arguments = [command[0], str(path), *command[1:], "--form", "chinchilla"]
    assert main([*arguments, "--groups", "run"]) == 0
    assert "come from 4 independent runs" in capsys.readouterr().out
    assert main([*arguments, "--groups", "training"]) == 2
    assert "Received: 'training', and the columns" in capsys.readouterr().err


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
    assert "a b (diverged: its loss is not finite)" in err


COMMANDS = [["fit"], ["plan", "--flops", "1e15"], ["report", "--form", "chinchilla"]]


def said(command, logdir, capsys, *options):
    """Return the fit of a command as it prints it in JSON, or as far as it tells it."""
    out = ["-o", str(logdir.parent / "report")] if command[0] == "report" else []
    assert main([*command, str(logdir), *out, *options, "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    return values.get("fit", values)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_tested_prediction_is_in_no_law_unless_asked_for(command, logdir, write_run, capsys):
    before = said(command, logdir, capsys)
    write_run(
        logdir / "test",
        n_params=10**9,
        n_examples=(10**11,),
        curves={"loss": [1.2], "val_loss": [1.2]},
        example_unit="token",
        prediction={"loss": 1.5, "low": 1.4, "high": 1.6, "level": 0.9, "form": "chinchilla"},
    )
    assert said(command, logdir, capsys)["formula"] == before["formula"]
    taken = said(command, logdir, capsys, "--include-tests")
    assert taken["formula"] != before["formula"]


def test_a_tested_prediction_is_listed_with_the_reason(logdir, write_run, capsys):
    write_run(logdir / "test", prediction={"loss": 2.0, "low": 1.9, "high": 2.1})
    assert main(["fit", str(logdir), "--form", "chinchilla"]) == 0
    assert "left out test: it tests a prediction" in capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_runs_that_do_not_belong_together_can_be_chosen(command, logdir, write_run, capsys):
    before = said(command, logdir, capsys)
    write_run(logdir / "mlp" / "one", n_params=5_000, n_examples=(9_000,), curves={"loss": [1.0]})
    write_run(
        logdir / "mlp" / "two",
        n_params=5_000,
        n_examples=(9_000,),
        curves={"loss": [1.0], "val_loss": [1.0]},
    )
    assert main([*command, str(logdir)]) == 2
    err = capsys.readouterr().err
    assert "share one example unit. Received: example (mlp/two), token (run-" in err
    assert "`--runs`" in err
    for patterns in ("run-*", "!mlp"):
        assert said(command, logdir, capsys, "--runs", patterns)["formula"] == before["formula"]


def test_patterns_that_match_nothing_are_one_sentence(logdir, tmp_path, capsys):
    assert main(["fit", str(logdir), "--runs", "no*"]) == 2
    assert "A pattern must match the name of a run. Received: 'no*'" in capsys.readouterr().err
    (tmp_path / "runs.csv").write_text("n_params,n_examples,loss\n1e6,1e8,2\n")
    assert main(["fit", str(tmp_path / "runs.csv"), "--runs", "no*"]) == 2
    assert "runs named row-1. Give" in capsys.readouterr().err


def test_a_metric_brings_back_the_runs_that_have_no_held_out_loss(logdir, write_run, capsys):
    write_run(
        logdir / "bare",
        n_params=20_000_000,
        n_examples=(10**9,),
        curves={"loss": [3.0]},
        example_unit="token",
    )
    assert main(["fit", str(logdir), "--form", "chinchilla"]) == 0
    out = capsys.readouterr().out
    assert "left out bare: it has no val_loss, only loss" in out
    assert "`--metric`" in out
    assert main(["fit", str(logdir), "--form", "chinchilla", "--metric", "loss"]) == 0
    assert "17 runs, loss" in capsys.readouterr().out


def test_a_metric_of_a_csv_file_is_its_column(tmp_path, capsys):
    lines = ["n_params,n_examples,top1_loss"]
    for i in range(16):
        n, d = 1e6 * 4 ** (i % 4), 1e8 * 4 ** (i // 4)
        lines.append(f"{n},{d},{1.5 + 400 / n**0.34 + 410 / d**0.28}")
    (tmp_path / "runs.csv").write_text("\n".join(lines))
    command = ["fit", str(tmp_path / "runs.csv"), "--form", "chinchilla"]
    assert main([*command, "--metric", "top1_loss"]) == 0
    assert "16 runs" in capsys.readouterr().out
    assert main([*command, "--metric", "val_loss"]) == 2
    assert "'val_loss'" in capsys.readouterr().err


def test_one_size_is_told_what_to_fit_against_and_that_works(tmp_path, capsys):
    rows = [f"1e6,{1e5 * 2**i},{2 + 30 / (1e5 * 2**i) ** 0.3}" for i in range(8)]
    path = tmp_path / "runs.csv"
    path.write_text("\n".join(["n_params,n_examples,loss", *rows]))
    assert main(["fit", str(path)]) == 2
    advice = "`--x n_examples`"
    assert advice in capsys.readouterr().err
    assert main(["fit", str(path), "--form", "power_law_floor"]) == 2
    assert advice in capsys.readouterr().err
    assert main(["fit", str(path), "--form", "power_law_floor", "--x", "n_examples"]) == 0


def test_an_empty_path_is_not_the_current_directory(logdir, capsys, monkeypatch):
    monkeypatch.chdir(logdir)
    assert main(["fit", ""]) == 2
    assert "`logdir` must be the path of a directory. Received: ''." in capsys.readouterr().err
