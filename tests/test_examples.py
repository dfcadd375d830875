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
    assert "width32_64000_seed0: predicted" in capsys.readouterr().out


@pytest.mark.slow
def test_budgets_lead_to_the_best_sizes(monkeypatch, tmp_path, capsys):
    import scaling_keras as sk
    from scaling_keras import laws

    main = run(monkeypatch, tmp_path, "isoflop.py")
    main()
    runs = sk.read_runs("runs")
    assert {run.status for run in runs} == {"completed"}
    printed = capsys.readouterr().out
    assert "every trial of the sweep has been run" in printed
    profiles = laws.isoflop(runs, n_resamples=100).profiles
    bracketed = [profile.bracketed for profile in profiles]
    assert sum(bracketed) >= 2
    assert printed.count("FLOPs: best at ") == sum(bracketed)
    assert printed.count("FLOPs: no best size") == len(bracketed) - sum(bracketed)


@pytest.mark.slow
def test_an_adaptive_sweep_ends_with_its_reason(monkeypatch, tmp_path, capsys):
    import scaling_keras as sk

    main = run(
        monkeypatch,
        tmp_path,
        "adaptive.py",
        WIDTHS=(6, 8, 12, 16),
        AMOUNTS=(2_560, 5_120, 10_240, 20_480),
        UNTIL={"train_flops": 3e9},
    )
    main()
    assert len(list(sk.read_runs("runs"))) > 9
    printed = capsys.readouterr().out
    assert "It ended because" in printed
    assert "little_to_choose" not in printed
