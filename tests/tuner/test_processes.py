"""What can only be seen from outside: a process that is killed, stopped, or splits its CPU."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scaling_keras.events.reader import read_records, read_runs
from tests.tuner.conftest import make_data
from tests.tuner.sweep_program import N_EXAMPLES, WIDTHS

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


@contextlib.contextmanager
def sweep_program(directory, *, replicas=1, **environment):
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.tuner.sweep_program", str(directory), str(replicas)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield program
    finally:
        program.kill()
        program.wait()
        program.stdout.close()
        program.stderr.close()


def wait_for_trial(program, number):
    """Wait until the trial of this number, from 1, is under way."""
    for _ in range(number):
        line = program.stdout.readline()
        assert line == "training\n", program.stderr.read()


def go_on(make_tuner, directory):
    """Go on with the program's search in this process; return the tuner."""
    tuner = make_tuner(
        widths=WIDTHS,
        n_examples=(N_EXAMPLES,),
        directory=directory,
        distribution_strategy="auto",
    )
    tuner.search(make_data(100), validation_data=make_data(4))
    return tuner


def test_a_search_killed_in_the_middle_of_a_trial_goes_on_with_that_trial(tmp_path, make_tuner):
    with sweep_program(tmp_path, SLOW="1") as program:
        wait_for_trial(program, 1)
        # The first trial takes ten seconds more; what is killed is the second.
        wait_for_trial(program, 1)
        program.send_signal(signal.SIGKILL)
        program.wait()
    killed = {record.name: record for record in read_records(tmp_path)}
    assert killed["sweep/width2_400_seed0"].results[1].status == "completed"
    assert killed["sweep/width4_400_seed0"].results == {}
    tuner = go_on(make_tuner, tmp_path)
    runs = {run.size: run for run in tuner.results()}
    assert {run.status for run in runs.values()} == {"completed"}
    assert {size: run.facts["attempt"] for size, run in runs.items()} == {"width2": 1, "width4": 2}
    assert runs["width4"].n_examples == N_EXAMPLES
    places = runs["width4"].curves["loss"][:, 0]
    assert (places[1:] > places[:-1]).all()


def test_ctrl_c_leaves_a_logdir_that_can_be_read_and_gone_on_with(tmp_path, make_tuner):
    with sweep_program(tmp_path, SLOW="1") as program:
        wait_for_trial(program, 1)
        program.send_signal(signal.SIGINT)
        assert program.wait(60) == -signal.SIGINT
        assert "KeyboardInterrupt" in program.stderr.read()
    (run,) = read_runs(tmp_path)
    assert run.status == "stopped"
    assert 0 < run.n_examples < N_EXAMPLES
    assert "Ctrl-C" in run.reason or "KeyboardInterrupt" in run.reason
    tuner = go_on(make_tuner, tmp_path)
    assert {run.status for run in tuner.results()} == {"completed"}
    assert [run.n_examples for run in tuner.results()] == [N_EXAMPLES] * 2


def test_two_replicas_train_to_the_same_losses_as_one(tmp_path, make_tuner):
    with sweep_program(tmp_path / "two", replicas=2) as program:
        assert program.wait(120) == 0, program.stderr.read()
    alone = {run.size: run for run in go_on(make_tuner, tmp_path / "one").results()}
    shared = {run.size: run for run in read_runs(tmp_path / "two")}
    assert set(shared) == set(alone) == {"width2", "width4"}
    for size, run in shared.items():
        assert run.facts["n_replicas"] == 2
        assert run.facts["strategy"] == "MirroredStrategy"
        assert run.facts["batch_size"] == alone[size].facts["batch_size"] == 4
        assert run.n_examples == alone[size].n_examples == N_EXAMPLES
        assert run.train_flops == alone[size].train_flops
        assert run.loss == pytest.approx(alone[size].loss, rel=1e-4)
