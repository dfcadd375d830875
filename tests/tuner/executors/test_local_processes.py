"""Trials in processes of their own, which die, hang, and are left alone."""

import functools
import os
import resource
import signal
import subprocess
import sys
import threading

import pytest

from scaling_keras.errors import SweepError
from scaling_keras.events.reader import read_runs
from scaling_keras.tuner.executors.local_processes import LocalProcesses
from scaling_keras.tuner.sweep import plan_trial
from tests.requirements import require_module
from tests.tuner.conftest import make_data
from tests.tuner.executors import watching
from tests.tuner.executors.queues import Queue, Sent
from tests.tuner.executors.sent_sweep import N_EXAMPLES, WIDTHS, make_sweep_tuner, search

require_module("cloudpickle")


def run(tmp_path, widths, **options):
    queue = Queue(plan_trial({"width": width}, 10, 0) for width in widths)
    options = {"n_workers": 1, **options}
    LocalProcesses(**options).run(queue, Sent(tmp_path))
    return queue


def test_a_process_is_replaced_after_its_trials(tmp_path):
    queue = run(tmp_path, (1, 10, 11), trials_per_process=2)
    processes = [reason for _, _, reason in queue.finished]
    assert processes[0] == processes[1] != processes[2]
    assert queue.advanced == [(f"width{width}_10_seed0", 0.5) for width in (1, 10, 11)]


def test_the_trial_of_a_process_that_dies_is_begun_again(tmp_path):
    queue = run(tmp_path, (2, 1))
    assert {(name, status) for name, status, _ in queue.finished} == {
        ("width2_10_seed0", "completed"),
        ("width1_10_seed0", "completed"),
    }
    assert queue.losses == ["width2_10_seed0"]


def test_a_trial_that_kills_every_process_fails_in_the_end_and_the_others_go_on(tmp_path):
    queue = run(tmp_path, (3, 1), max_retries=1)
    ended = {name: (status, reason) for name, status, reason in queue.finished}
    assert ended["width3_10_seed0"] == (
        "failed",
        "its process ended with exit code 3; it was begun 2 times",
    )
    assert ended["width1_10_seed0"][0] == "completed"


def test_a_process_that_hangs_is_ended_and_its_trial_begun_again(tmp_path):
    queue = run(tmp_path, (4,), stall_seconds=30.0)
    assert [status for _, status, _ in queue.finished] == ["completed"]
    assert queue.losses == ["width4_10_seed0"]


def test_a_mistake_in_the_set_up_ends_the_search(tmp_path):
    with pytest.raises(SweepError, match="a mistake in the set-up"):
        run(tmp_path, (5, 1))


def test_what_a_trial_prints_is_not_the_programs_output(tmp_path, capfd):
    run(tmp_path, (6,))
    assert capfd.readouterr().out == ""


def test_a_process_finds_no_modules_in_the_current_directory(tmp_path, monkeypatch):
    (tmp_path / "queue.py").write_text("raise RuntimeError('not a module of the program')")
    monkeypatch.chdir(tmp_path)
    queue = run(tmp_path, (1,), max_retries=0)
    assert [status for _, status, _ in queue.finished] == ["completed"]


def test_a_trial_that_exits_ends_the_search_without_a_word_of_its_process(tmp_path, capfd):
    with pytest.raises(SystemExit, match="I exit"):
        run(tmp_path, (7, 1))
    assert capfd.readouterr().err == ""


def test_nothing_now_is_not_the_end_while_a_trial_is_under_way(tmp_path):
    class Adaptive(Queue):
        def next_trial(self):
            under_way = 2 - len(self.plans) - len(self.finished)
            return None if under_way else super().next_trial()

    queue = Adaptive(plan_trial({"width": width}, 10, 0) for width in (1, 10))
    LocalProcesses(n_workers=2).run(queue, Sent(tmp_path))
    assert len(queue.finished) == 2


def test_gpus_are_shared_out(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1,2,5")
    pairs = LocalProcesses(gpus_per_trial=2)
    assert [share["CUDA_VISIBLE_DEVICES"] for share in pairs._shares] == ["0,1", "2,5"]
    assert pairs.n_replicas == 2
    assert len(LocalProcesses()._shares) == 4
    with pytest.raises(SweepError, match=r"as many GPUs as there are.*gpus_per_trial=5.*shows 4"):
        LocalProcesses(gpus_per_trial=5)
    with pytest.raises(SweepError, match=r"GPUs of its own.*n_workers=3 with 2 of 4"):
        LocalProcesses(n_workers=3, gpus_per_trial=2)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    (share, *_) = LocalProcesses(n_workers=2)._shares
    assert share["CUDA_VISIBLE_DEVICES"] == "-1"


@pytest.mark.parametrize("name", ["n_workers", "trials_per_process"])
def test_numbers_are_checked(name):
    with pytest.raises(
        SweepError, match=rf"`{name}` must be a whole number of at least 1. Received: 0"
    ):
        LocalProcesses(**{name: 0})


def locked_data(seed, *, lock):
    with lock:
        return make_data(100)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"train": make_data(100)}, "training data that is a tf.data.Dataset, which can't be sent"),
        ({"validation_data": make_data()}, "`validation_data` that is a tf.data.Dataset"),
        ({"train": functools.partial(locked_data, lock=threading.Lock())}, "open files, locks"),
    ],
)
def test_what_cannot_be_sent_is_named(tmp_path, bad, message):
    def train(seed):
        return make_data(100)

    arguments = {"train": train, "validation_data": functools.partial(make_data, 4), **bad}
    tuner = make_sweep_tuner(tmp_path, LocalProcesses(n_workers=1))
    with pytest.raises(SweepError, match=message):
        tuner.search(arguments.pop("train"), **arguments)


def test_a_strategy_cannot_be_sent(tmp_path):
    import tensorflow as tf

    tuner = make_sweep_tuner(
        tmp_path,
        LocalProcesses(n_workers=1),
        distribution_strategy=tf.distribute.OneDeviceStrategy("CPU:0"),
    )
    with pytest.raises(SweepError, match=r"A strategy is made anew.*OneDeviceStrategy"):
        tuner.search(lambda seed: make_data(100), validation_data=lambda: make_data(4))


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The losses of the sweep from one process."""
    return watching.losses(search(tmp_path_factory.mktemp("alone"), "local").results())


def check_whole(directory, alone, *, attempts):
    """Check that the runs are those of one process, after at most so many attempts in all."""
    table = read_runs(directory)
    assert {run.name.removeprefix("sweep/"): run.loss for run in table} == pytest.approx(
        alone, rel=1e-5
    )
    assert [run.n_examples for run in table] == [N_EXAMPLES] * len(WIDTHS)
    assert sum(run.facts["attempt"] for run in table) <= attempts
    assert not list(directory.rglob("*.npz"))
    assert not list(directory.rglob("*.lock"))


@pytest.mark.slow
def test_a_mistyped_objective_ends_the_search_after_the_first_trial(tmp_path):
    with pytest.raises(SweepError, match="Received: 'val_los'; they have loss, val_loss"):
        search(tmp_path, LocalProcesses(n_workers=2), objective="val_los")
    table = read_runs(tmp_path)
    assert "completed" in {run.status for run in table}
    assert len(table) < len(WIDTHS)


@pytest.mark.slow
def test_a_worker_that_is_killed_changes_nothing(tmp_path, alone):
    (tmp_path / "slow").touch()
    driver = watching.start_driver(tmp_path, "processes")
    try:
        (run_dir, *_) = watching.wait_until(
            lambda: watching.with_checkpoint(tmp_path), "a checkpoint", driver
        )
        os.kill(watching.trainer(run_dir), signal.SIGKILL)
        (tmp_path / "slow").unlink()
        assert driver.wait(watching.PATIENCE) == 0
    finally:
        driver.kill()
        driver.wait()
    check_whole(tmp_path, alone, attempts=len(WIDTHS) + 1)
    assert max(run.facts["n_examples_before"] for run in read_runs(tmp_path)) > 0


@pytest.mark.slow
def test_a_killed_driver_takes_its_workers_along_and_goes_on_where_it_was(tmp_path, alone):
    (tmp_path / "slow").touch()
    driver = watching.start_driver(tmp_path, "processes")
    try:
        under_way = watching.wait_until(
            lambda: len(dirs := watching.with_checkpoint(tmp_path)) == 2 and dirs,
            "two trials",
            driver,
        )
        workers = [watching.trainer(run_dir) for run_dir in under_way]
        with pytest.raises(SweepError, match=rf"process {driver.pid} on .* is searching"):
            search(tmp_path, "local")
    finally:
        driver.kill()
        driver.wait()
    watching.wait_until(lambda: not any(map(watching.is_alive, workers)), "the end of the workers")
    (tmp_path / "slow").unlink()
    search(tmp_path, LocalProcesses(n_workers=1))
    check_whole(tmp_path, alone, attempts=len(WIDTHS) + 2)


@pytest.mark.slow
def test_processes_load_tensorflow_without_a_word(tmp_path, capfd, monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")  # As the command line does.
    search(tmp_path, LocalProcesses(n_workers=1))
    assert capfd.readouterr().err == ""


@pytest.mark.slow
def test_a_full_disk_ends_the_search_and_names_the_run(tmp_path):
    """A file may not grow beyond 1 kB here, as on a disk that is nearly full."""
    program = subprocess.run(
        [sys.executable, "-m", "tests.tuner.executors.sent_sweep", str(tmp_path), "local"],
        cwd=watching.ROOT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.returncode == 1
    assert "A run must be able to write down how it went. Received: 'width2" in program.stderr
    assert "ended with OSError: [Errno 27] File too large. See whether the disk" in program.stderr
