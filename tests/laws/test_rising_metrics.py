import dataclasses

import numpy as np
import pytest

import scaling_keras as sk
from scaling_keras import laws
from scaling_keras.cli import main
from scaling_keras.errors import FitError, RunsError
from scaling_keras.laws.optima import optima
from scaling_keras.runs import Run, RunTable
from tests.strategies import HOFFMANN, noisy_runs

SIZES, DATA = np.geomspace(1e4, 1e6, 4), np.geomspace(1e5, 1e7, 4)
FAST = {"n_resamples": 100, "check_held_out": False}


def codes(fit):
    return {finding.code for finding in fit.warnings}


def accuracy_of(n, d):
    return 0.9 - 0.8 / (1 + (n * d / 1e11) ** 0.6)


def table_of(name, values=accuracy_of, **facts):
    """Return runs whose loss was read from the metric `name`."""
    return RunTable(
        runs=tuple(
            Run(
                name=f"{n:.0f}-{d:.0f}",
                n_params=float(n),
                n_examples=float(d),
                loss=float(values(n, d)),
                loss_name=name,
                train_flops=6.0 * n * d,
                train_flops_per_example=6.0 * n,
                facts=facts,
            )
            for n in SIZES
            for d in DATA
        )
    )


@pytest.fixture
def logdir(tmp_path, write_run):
    for n in SIZES:
        for d in DATA:
            rising = [float(accuracy_of(n, d * share)) for share in (0.5, 1.0, 0.8)]
            write_run(
                tmp_path / f"{n:.0f}-{d:.0f}",
                n_params=int(n),
                n_examples=(int(d / 2), int(d * 0.9), int(d)),
                curves={"val_loss": [3.0, 2.0, 1.0], "val_accuracy": rising},
            )
    return tmp_path


@pytest.mark.parametrize("form", ["auto", "chinchilla", "kaplan", "power_law"])
@pytest.mark.parametrize("name", ["val_accuracy", "val_auc_1", "validation/epoch_accuracy"])
def test_a_metric_that_is_better_when_higher_is_no_loss(form, name):
    x = "train_flops" if form == "power_law" else None
    with pytest.raises(
        FitError, match=rf"Received: {name}, which is better when higher.*`bounded_metric`.*--form"
    ):
        laws.fit(form, table_of(name), x=x)


def test_a_column_of_a_mapping_is_known_by_its_name():
    columns = {"n": np.geomspace(1, 1e4, 8), "accuracy": np.linspace(0.1, 0.8, 8)}
    with pytest.raises(FitError, match="Received: accuracy, which is better when higher"):
        laws.fit("power_law", columns, x="n", loss="accuracy")


def test_nor_has_it_profiles_an_envelope_or_a_best_setting():
    table = table_of("val_accuracy", learning_rate=0.1)
    curves = tuple(
        dataclasses.replace(run, curves={"val_accuracy": np.array([[1.0, 0.1], [9.0, 0.2]])})
        for run in table
    )
    for ask in (
        lambda: laws.isoflop(table),
        lambda: laws.envelope(RunTable(runs=curves)),
        lambda: laws.best_settings(table),
        lambda: optima(table, "learning_rate"),
    ):
        with pytest.raises(FitError, match="val_accuracy, which is better when higher"):
            ask()


@pytest.mark.parametrize("name", ["reward", "my_score"])
def test_where_only_the_rows_say_that_it_rises_it_is_a_finding(name):
    fit = laws.fit("chinchilla", table_of(name), **FAST)
    (found,) = (f.message for f in fit.warnings if f.code == "loss_rises")
    assert found.startswith(f"`{name}` rises with `n_params` and `n_examples` (rank correlation ")
    assert "`bounded_metric`" in found
    assert "loss_rises" in {f.code for f in fit.predict(n_params=1e6, n_examples=1e7).warnings}


def test_a_loss_that_falls_or_is_noise_carries_no_such_finding():
    assert "loss_rises" not in codes(laws.fit("chinchilla", noisy_runs(HOFFMANN), **FAST))
    rng = np.random.default_rng(0)
    x = np.repeat(np.geomspace(1e3, 1e6, 10), 2)
    for _ in range(20):
        noise = {"x": x, "loss": np.exp(rng.normal(0, 0.05, 20))}
        assert "loss_rises" not in codes(laws.fit("power_law", noise, **FAST))


def test_few_runs_in_a_row_are_no_rise():
    x = np.geomspace(1e3, 1e6, 6)
    fit = laws.fit("power_law", x=x, loss=np.linspace(1, 2, 6), **FAST)
    assert "loss_rises" not in codes(fit)


def test_a_falling_metric_of_an_unknown_name_is_a_loss():
    table = table_of("penalty", lambda n, d: 1 - accuracy_of(n, d))
    assert "loss_rises" not in codes(laws.fit("chinchilla", table, **FAST))


def test_the_metric_that_runs_were_read_with_is_that_of_a_bounded_metric(logdir):
    runs = sk.read_runs(logdir, metric="val_accuracy")
    fit = laws.fit("bounded_metric", runs, x="train_flops", **FAST)
    assert fit.observed.tolist() == runs["loss"].tolist()
    assert fit.labels["metric"] == "val_accuracy"
    assert "16 runs, val_accuracy, " in fit.summary()


def test_its_best_is_its_highest(logdir):
    final = sk.read_runs(logdir, metric="val_accuracy")["loss"]
    best = sk.read_runs(logdir, metric="val_accuracy", loss="best")["loss"]
    assert (best > final).all()


def test_an_accuracy_of_zero_is_a_row_of_its_law():
    table = table_of("val_accuracy", lambda n, d: max(accuracy_of(n, d) - 0.2, 0.0))
    assert (table["loss"] == 0).any()
    fit = laws.fit("bounded_metric", table, x="train_flops", **FAST)
    assert fit.n_runs == 16
    assert len(table_of("val_loss", lambda n, d: 0.0).usable()) == 0


def test_a_bounded_metric_of_runs_read_with_a_loss_says_how_to_read_them():
    with pytest.raises(RunsError, match=r"runs with val_loss.*`--metric val_accuracy`.*metric="):
        laws.fit("bounded_metric", table_of("val_loss"), x="train_flops")


def test_a_task_by_its_loss_takes_no_accuracy_for_the_loss():
    with pytest.raises(FitError, match="val_accuracy, which is better when higher"):
        laws.fit("downstream_accuracy", table_of("val_accuracy"), metric=np.full(16, 0.5))


def test_the_command_line_fits_plans_and_reports_it(logdir, tmp_path, capsys):
    named = [str(logdir), "--metric", "val_accuracy"]
    assert main(["fit", *named, "--form", "bounded_metric"]) == 0
    assert "M(x) = " in capsys.readouterr().out
    assert main(["fit", *named]) == 2
    assert "--form bounded_metric" in capsys.readouterr().err
    assert main(["plan", *named, "--flops", "1e12"]) == 2
    assert "--form bounded_metric" in capsys.readouterr().err
    assert main(["plan", *named, "--flops", "1e12", "--form", "bounded_metric"]) == 2
    assert "A plan needs a law of n_params and n_examples" in capsys.readouterr().err
    out = tmp_path / "report.md"
    assert main(["report", *named, "--form", "bounded_metric", "-o", str(out)]) == 0
    text = out.read_text()
    assert "val_accuracy expected" in text
    assert "best loss so far" not in text


def test_a_csv_file_names_its_metric(tmp_path, capsys):
    lines = [f"{n},{d},{accuracy_of(n, d)}" for n in SIZES for d in DATA]
    path = tmp_path / "runs.csv"
    path.write_text("\n".join(["n_params,n_examples,val_accuracy", *lines]))
    assert main(["fit", str(path), "--metric", "val_accuracy"]) == 2
    assert "val_accuracy, which is better when higher" in capsys.readouterr().err
    fitted = ["fit", str(path), "--metric", "val_accuracy", "--form", "bounded_metric"]
    assert main([*fitted, "--x", "n_params"]) == 2  # Too few sizes, told so.
    assert "needs at least 6 runs" in capsys.readouterr().err
