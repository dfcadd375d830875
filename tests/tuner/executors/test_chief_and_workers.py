"""KerasTuner's chief and workers: what goes wrong with them must not hang the others."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from scaling_keras.errors import SweepError
from scaling_keras.events.reader import read_runs
from scaling_keras.tuner.claim import TakenOver
from scaling_keras.tuner.executors.chief_and_workers import ChiefAndWorkers
from scaling_keras.tuner.executors.choosing import make_executor
from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.sweep import plan_trial
from tests.tuner.executors import watching
from tests.tuner.executors.queues import Queue
from tests.tuner.executors.sent_sweep import N_EXAMPLES, WIDTHS, search

QUICK = {"silence_seconds": 6.0, "absence_seconds": 30.0}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture
def member(monkeypatch):
    """Makes the member of a name, of one chief and its workers."""
    monkeypatch.setenv("KERASTUNER_ORACLE_IP", "127.0.0.1")
    monkeypatch.setenv("KERASTUNER_ORACLE_PORT", free_port())

    def make(name, **options):
        monkeypatch.setenv("KERASTUNER_TUNER_ID", name)
        return ChiefAndWorkers(**{**QUICK, **options})

    return make


def in_background(function, *arguments):
    """Run a function in a thread; return the thread and the list that gets what it raised."""
    raised = []

    def run():
        try:
            function(*arguments)
        except SweepError as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, raised


def plans(*widths):
    return [plan_trial({"width": width}, 10, 0) for width in widths]


def test_workers_share_the_trials(member):
    queue = Queue(plans(1, 2, 3))
    chief, raised = in_background(member("chief").run, queue, None)

    def train(plan):
        time.sleep(0.2)
        return TrialOutcome(status="completed", metrics={"loss": plan.size["width"] / 2})

    workers = [in_background(member(name).work, train)[0] for name in ("w0", "w1")]
    for thread in (*workers, chief):
        thread.join(30)
        assert not thread.is_alive()
    assert raised == []
    assert sorted(name for name, *_ in queue.finished) == sorted(p.name for p in plans(1, 2, 3))


def test_the_trial_of_a_worker_that_is_gone_goes_to_another(member):
    queue = Queue(plans(1, 2))
    chief, raised = in_background(member("chief").run, queue, None)

    def vanish(plan):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        member("w0").work(vanish)
    member("w1").work(lambda plan: TrialOutcome(status="completed"))
    chief.join(30)
    assert not chief.is_alive()
    assert raised == []
    assert len(queue.losses) == 1
    assert {(name, status) for name, status, _ in queue.finished} == {
        (plan.name, "completed") for plan in plans(1, 2)
    }


def test_a_worker_that_is_started_again_frees_its_trial_at_once(member):
    queue = Queue(plans(1))
    chief, _ = in_background(member("chief", silence_seconds=60.0).run, queue, None)

    def vanish(plan):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        member("w0").work(vanish)
    member("w0").work(lambda plan: TrialOutcome(status="completed"))
    chief.join(10)
    assert not chief.is_alive()
    assert [status for _, status, _ in queue.finished] == ["completed"]


def test_a_trial_that_hangs_is_taken_from_its_worker(member):
    queue = Queue(plans(1))
    queue.silent["width1_10_seed0"] = 100.0
    chief, _ = in_background(member("chief", stall_seconds=50.0, max_retries=0).run, queue, None)

    def train(plan):
        time.sleep(1.5)
        raise TakenOver("another process trains it")

    member("w0").work(train)
    chief.join(30)
    assert not chief.is_alive()
    ((_, status, reason),) = queue.finished
    assert (status, reason) == ("failed", "worker w0 made no step for 50 s")


def test_a_mistake_in_the_set_up_ends_the_chief_and_the_worker(member):
    chief, raised = in_background(member("chief").run, Queue(plans(1, 2)), None)

    def train(plan):
        raise SweepError("a mistake in the set-up")

    with pytest.raises(SweepError, match="a mistake in the set-up"):
        member("w0").work(train)
    chief.join(30)
    assert not chief.is_alive()
    assert str(raised[0]) == "a mistake in the set-up"


def test_nobody_waits_for_ever(member):
    with pytest.raises(SweepError, match=r"A chief needs workers.*for 1 s"):
        member("chief", absence_seconds=1.0).run(Queue(plans(1)), None)
    with pytest.raises(SweepError, match=r"A worker needs a chief.*UNAVAILABLE"):
        member("w0", absence_seconds=1.0).work(None)
    member("chief", silence_seconds=1.0).run(Queue([]), None)


def test_an_address_that_is_taken_is_named(member):
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(os.environ["KERASTUNER_ORACLE_PORT"])))
        other.listen()
        with pytest.raises(SweepError, match=r"A chief needs an address of its own.*127.0.0.1"):
            member("chief").run(Queue(plans(1)), None)


def test_the_environment_chooses_and_must_be_whole(member, monkeypatch):
    member("w0")
    assert make_executor("local").is_worker
    monkeypatch.delenv("KERASTUNER_TUNER_ID")
    with pytest.raises(SweepError, match=r"without KERASTUNER_TUNER_ID. Set all of them"):
        make_executor("local")


def test_an_executor_is_known_by_name():
    with pytest.raises(SweepError, match=r"must be one of local, processes, ray.*'slurm'"):
        make_executor("slurm")


@pytest.mark.slow
def test_a_worker_and_a_chief_that_are_killed_change_nothing(tmp_path):
    alone = watching.losses(search(tmp_path / "alone", "local").results())
    directory = tmp_path / "shared"
    directory.mkdir()
    (directory / "slow").touch()
    port = free_port()

    def start(name):
        return subprocess.Popen(
            [sys.executable, "-m", "tests.tuner.executors.sent_sweep", str(directory), "chief"],
            cwd=watching.ROOT,
            env={
                **os.environ,
                "KERASTUNER_TUNER_ID": name,
                "KERASTUNER_ORACLE_IP": "127.0.0.1",
                "KERASTUNER_ORACLE_PORT": port,
            },
        )

    members = {name: start(name) for name in ("chief", "w0", "w1")}
    try:
        run_dir = watching.wait_until(lambda: watching.with_checkpoint(directory), "a checkpoint")[
            0
        ]
        os.kill(watching.trainer(run_dir), signal.SIGKILL)
        members["chief"].kill()
        members["chief"].wait()
        members["chief"] = start("chief")
        (directory / "slow").unlink()
        assert members["chief"].wait(watching.PATIENCE) == 0
    finally:
        for one in members.values():
            one.kill()
            one.wait()
    table = read_runs(directory)
    reached = {run.name.removeprefix("sweep/"): run.loss for run in table}
    assert reached == pytest.approx(alone, rel=1e-5)
    assert [run.n_examples for run in table] == [N_EXAMPLES] * len(WIDTHS)
