import json
import re

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.cli import main
from scaling_keras.cli.plan import number, ratio
from scaling_keras.runs import Run, RunTable
from tests.strategies import HOFFMANN, chinchilla_loss, noisy_runs


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


def test_plan_writes_counts_and_factors_out(runs_csv, capsys):
    assert main(["plan", runs_csv, "--flops", "1e17"]) == 0
    out = capsys.readouterr().out
    assert re.search(
        r"^  parameters +[\d,]+  \(90% interval [\d,]+ to [\d,]+\)$", out, re.MULTILINE
    )
    assert main(["plan", runs_csv, "--flops", "1e22"]) == 0
    assert re.search(r"^  \d+,\d{2}0x beyond the runs$", capsys.readouterr().out, re.MULTILINE)


def test_plan_prints_json_that_a_program_reads(runs_csv, capsys):
    assert main(["plan", runs_csv, "--flops", "1e17", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert 6 * values["n_params"]["value"] * values["n_examples"]["value"] == pytest.approx(1e17)
    assert values["loss"]["low"] < values["loss"]["value"] < values["loss"]["high"]


@pytest.fixture
def ladder_csv(tmp_path):
    """Runs of 20 examples per parameter, which tell size and data not apart."""
    sizes = np.geomspace(1e6, 1e9, 12)
    loss = chinchilla_loss(HOFFMANN, sizes, 20 * sizes)
    loss *= np.exp(np.random.default_rng(0).normal(scale=0.004, size=12))
    rows = enumerate(zip(sizes, loss, strict=True))
    runs = (Run(name=f"r{i}", n_params=n, n_examples=20 * n, loss=value) for i, (n, value) in rows)
    RunTable(runs=tuple(runs)).to_csv(tmp_path / "runs.csv")
    return str(tmp_path / "runs.csv")


def test_what_speaks_against_a_plan_is_in_json_as_in_text(ladder_csv, capsys):
    arguments = ["plan", ladder_csv, "--flops", "1e19", "--form", "chinchilla"]
    assert main(arguments) == 0
    text = capsys.readouterr().out
    assert main([*arguments, "--json"]) == 0
    values = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert {"not_separable", "collinear"} <= {item["code"] for item in values["warnings"]}
    assert values["n_params"]["high"] is None
    assert "90% interval without ends" in text
    told = [item for item in values["warnings"] if text.count(f"  ! {item['message']}\n") == 1]
    assert text.count("\n  ! ") == len(told)
    assert {"not_separable", "collinear"} <= {item["code"] for item in told}
    others = [item["code"] for item in values["warnings"] if item not in told]
    for code in others:
        assert re.search(rf"of the fit besides: .*\b{code}\b.*`scaling-keras fit`", text)


def test_findings_of_the_plan_come_before_those_of_its_fit(runs_csv, capsys):
    arguments = ["plan", runs_csv, "--flops", "1e22", "--device", "H100"]
    assert main(["fit", runs_csv, "--json"]) == 0
    of_fit = [item["message"] for item in json.loads(capsys.readouterr().out)["warnings"]]
    assert main([*arguments, "--json"]) == 0
    every = [item["message"] for item in json.loads(capsys.readouterr().out)["warnings"]]
    assert set(of_fit) < set(every)
    assert every[-len(of_fit) :] == sorted(of_fit, key=every.index)
    assert main(arguments) == 0
    text = capsys.readouterr().out
    assert "form_chosen" in text
    assert "The forms are averaged" not in text
    assert text.index("The hours assume") < text.index("of the fit besides: ")


def test_a_price_says_what_it_is_of(runs_csv, capsys):
    arguments = ["plan", runs_csv, "--flops", "1e22", "--device", "H100", "--n-devices", "8"]
    assert main([*arguments, "--price", "2.5", "--json"]) == 0
    took = json.loads(capsys.readouterr().out)["duration"]
    assert main([*arguments, "--price", "2.5"]) == 0
    text = capsys.readouterr().out
    price = re.escape(f"{took['cost']['value']:,.4g}")
    assert re.search(rf"^  price of training  +{price}$", text, re.MULTILINE)
    assert f"{took['device_hours']['value']:,.3g} device-hours at 2.5 each" in text
    assert "for the training FLOPs of this run alone" in text
    assert main(arguments) == 0
    assert "price" not in capsys.readouterr().out


def test_runs_to_do_next_tell_the_ratio_of_the_ends_of_the_interval(runs_csv, capsys):
    arguments = ["plan", runs_csv, "--flops", "1e22", "--next-runs", "2"]
    assert main([*arguments, "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert main(arguments) == 0
    text = capsys.readouterr().out
    for run in values["next_runs"]["runs"]:
        before, after = (ratio(run[name]) for name in ("width_before", "width_after"))
        assert f"its upper over its lower end from {before} to {after}" in text
    loss, first = values["loss"], values["next_runs"]["runs"][0]
    assert np.exp(first["width_before"]) == pytest.approx(loss["high"] / loss["low"], rel=0.02)


@pytest.mark.parametrize(
    ("width", "said"), [(0.0, "1.000"), (0.0123, "1.012"), (1.374, "3.95"), (1e4, "inf")]
)
def test_a_width_in_logs_is_told_as_a_factor(width, said):
    assert ratio(width) == said


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


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [
        (1.0, 3.0, "2  (90% interval 1 to 3)"),
        (0.0, 3.0, "2  (90% interval up to 3, no lower end)"),
        (1.0, np.inf, "2  (90% interval 1 and no upper end)"),
        (0.0, np.inf, "2  (90% interval without ends)"),
        (2.0, 2.0, "2"),
    ],
)
def test_open_ends_are_said_in_words(low, high, written):
    interval = laws.Interval(value=2.0, low=low, high=high)
    assert number(interval, "{:g}".format, 0.9) == written
