"""The examples run, and do what they say; made smaller so that they end soon."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"

pytestmark = pytest.mark.keras


def run(monkeypatch, tmp_path, name, *arguments, **reduced):
    """Run an example in a directory of its own, some of its constants replaced."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [name, *arguments])
    names = runpy.run_path(str(EXAMPLES / name), run_name="example")
    names["main"].__globals__.update(reduced)
    return names["main"]


def test_every_example_is_run_here():
    text = Path(__file__).read_text(encoding="utf-8")
    assert [f.name for f in EXAMPLES.glob("*.py") if f'"{f.name}"' not in text] == []


def test_one_training_is_logged(monkeypatch, tmp_path, capsys):
    import scaling_keras as sk

    main = run(monkeypatch, tmp_path, "train_one.py")
    main(16)
    (logged,) = sk.read_runs("runs")
    assert (logged.name, logged.status, logged.n_examples) == ("width-16", "completed", 3 * 7168)
    assert "FLOPs per example" in capsys.readouterr().out


@pytest.mark.slow
def test_a_sweep_leads_to_a_prediction_that_is_tested(monkeypatch, tmp_path, capsys):
    import scaling_keras as sk

    main = run(
        monkeypatch, tmp_path, "sweep.py", WIDTHS=(4, 8, 16), BUDGETS=(8_000, 16_000, 32_000)
    )
    main()
    runs = list(sk.read_runs("runs"))
    assert len(runs) == 10
    assert {run.status for run in runs} == {"completed"}
    assert "width32_128000_seed0: predicted" in capsys.readouterr().out


@pytest.mark.slow
def test_budgets_lead_to_the_best_sizes(monkeypatch, tmp_path, capsys):
    import scaling_keras as sk

    main = run(monkeypatch, tmp_path, "isoflop.py", BUDGETS=(1e8, 2e8), N_SIZES=3)
    main()
    assert {run.status for run in sk.read_runs("runs")} == {"completed"}
    assert "every trial of the sweep has been run" in capsys.readouterr().out


@pytest.mark.slow
def test_an_adaptive_sweep_ends_with_its_reason(monkeypatch, tmp_path, capsys):
    import scaling_keras as sk

    main = run(
        monkeypatch,
        tmp_path,
        "adaptive.py",
        N_SIZES=4,
        AMOUNTS=(2_560, 5_120, 10_240, 20_480),
        UNTIL={"train_flops": 2e9},
    )
    main()
    assert len(list(sk.read_runs("runs"))) >= 9
    assert "It ended because" in capsys.readouterr().out
