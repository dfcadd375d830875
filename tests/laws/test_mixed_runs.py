import pytest

from scaling_keras import laws
from scaling_keras.laws.mixed_runs import mixed_findings
from scaling_keras.runs import Run, RunTable
from tests.strategies import HOFFMANN, noisy_runs


def run(name, *, family="", sweep="", **hyperparameters):
    return Run(
        name=name,
        n_params=1e3,
        n_examples=1e6,
        loss=2.0,
        family=family,
        facts={"sweep": sweep, "hyperparameters": hyperparameters},
    )


def messages(*runs):
    found = list(mixed_findings(runs))
    assert {finding.code for finding in found} <= {"mixed_runs"}
    return [finding.message for finding in found]


@pytest.mark.parametrize(
    "runs",
    [
        [run("a"), run("b")],
        [run("demo/a", family="lm", sweep="demo"), run("demo/b", family="lm", sweep="demo")],
        [run("a", width=2), run("b", width=4)],
        [run("a", note="first"), run("b", note="second"), run("c", note="third")],
        [run("s/a", sweep="s", act="relu"), run("s/b", sweep="s", act="gelu")],
    ],
    ids=["bare", "one sweep", "numbers", "names", "tuned"],
)
def test_runs_that_belong_together_give_no_finding(runs):
    assert messages(*runs) == []


def test_a_run_of_no_sweep_beside_one_is_told_with_the_way_to_choose():
    (message,) = messages(
        run("demo/a", family="lm", sweep="demo", text="11"),
        run("demo/b", family="lm", sweep="demo", text="11"),
        run("mlp"),
    )
    assert "2 families (lm: 2, none: 1), 2 sweeps (demo: 2, none: 1). A law" in message
    assert "`--runs`" in message
    assert "field Runs" in message


def test_sweeps_of_one_name_in_two_directories_and_their_texts_are_told_apart():
    (message,) = messages(
        run("a/demo/x", sweep="demo", text="11"), run("b/demo/x", sweep="demo", text="22")
    )
    assert "2 sweeps (a/demo: 1, b/demo: 1), different `text`" in message


def test_texts_of_runs_without_a_sweep_are_told():
    (message,) = messages(run("a", data="c4"), run("b", data="c4"), run("c", data="wiki"))
    assert "different `data`" in message


def test_a_fit_says_that_its_runs_are_mixed():
    rows = zip(*noisy_runs(HOFFMANN, noise=0.01).values(), strict=True)
    table = RunTable(
        runs=tuple(
            Run(name=f"r{i}", n_params=n, n_examples=d, loss=loss, family="ab"[i % 2])
            for i, (n, d, loss) in enumerate(rows)
        )
    )
    fit = laws.fit("chinchilla", table, n_resamples=100)
    assert "mixed_runs" in {finding.code for finding in fit.warnings}
