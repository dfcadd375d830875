"""KerasTuner's chief and workers: what goes wrong with them must not hang the others."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
from keras_tuner.errors import FatalTypeError

from scaling_keras.errors import SweepError
from scaling_keras.events.reader import read_runs
from scaling_keras.tuner.claim import TakenOver
from scaling_keras.tuner.executors import chief_and_workers
from scaling_keras.tuner.executors.chief_and_workers import ChiefAndWorkers
from scaling_keras.tuner.executors.choosing import make_executor
from scaling_keras.tuner.executors.in_process import InProcess
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


def test_a_worker_that_is_started_again_frees_its_trial_soon(member, monkeypatch):
    monkeypatch.setattr(chief_and_workers, "_RESTART_SECONDS", 0.5)
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


def test_two_workers_of_one_name_are_two(member):
    queue = Queue(plans(1, 2))
    chief, _ = in_background(member("chief").run, queue, None)
    both = threading.Barrier(2)

    def train(plan):
        both.wait(30)
        return TrialOutcome(status="completed")

    workers = [in_background(member("w0").work, train)[0] for _ in range(2)]
    for thread in (*workers, chief):
        thread.join(30)
        assert not thread.is_alive()
    assert queue.losses == []
    assert [status for _, status, _ in queue.finished] == ["completed"] * 2


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


@pytest.mark.parametrize("error", [SystemExit("enough"), FatalTypeError("enough")])
def test_a_trial_that_ends_the_search_ends_the_chief(member, error):
    chief, raised = in_background(member("chief").run, Queue(plans(1, 2)), None)

    def train(plan):
        raise error

    with pytest.raises(type(error), match="enough"):
        member("w0").work(train)
    chief.join(30)
    assert not chief.is_alive()
    assert str(raised[0]) == f"Worker w0 ended the search by {type(error).__name__}: enough"


def test_a_mistake_that_one_worker_finds_ends_the_others_once_their_trials_have(member):
    queue = Queue(plans(1, 2, 3, 4))
    chief, raised = in_background(member("chief").run, queue, None)
    is_told, has_begun = threading.Event(), threading.Event()

    def train_on(plan):
        has_begun.set()
        is_told.wait(30)
        return TrialOutcome(status="completed")

    def train_wrong(plan):
        raise SweepError("a mistake in the set-up")

    other, others_error = in_background(member("w1").work, train_on)
    has_begun.wait(30)
    with pytest.raises(SweepError, match="a mistake in the set-up"):
        member("w0").work(train_wrong)
    is_told.set()
    for thread in (other, chief):
        thread.join(30)
        assert not thread.is_alive()
    assert others_error == []
    assert [str(error) for error in raised] == ["a mistake in the set-up"]
    assert [name for name, *_ in queue.finished] == ["width1_10_seed0"]
    assert len(queue.plans) == 2


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


@pytest.mark.parametrize("executor", ["processes", "ray", InProcess()])
def test_another_executor_is_refused_beside_the_variables(member, executor):
    with pytest.raises(SweepError, match="name a chief, `executor` must be 'local'"):
        make_executor(executor)


def test_an_executor_is_known_by_name():
    with pytest.raises(SweepError, match=r"must be one of local, processes, ray.*'slurm'"):
        make_executor("slurm")


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The losses that one process reaches."""
    return watching.losses(search(tmp_path_factory.mktemp("alone"), "local").results())


@pytest.fixture
def start(tmp_path):
    """Starts a member of a sweep in `tmp_path`; each is ended with the test."""
    port = free_port()
    members = []

    def start(name, *options):
        program = "tests.tuner.executors.sent_sweep"
        member = subprocess.Popen(
            [sys.executable, "-m", program, str(tmp_path), "chief", *options],
            cwd=watching.ROOT,
            env={
                **os.environ,
                "KERASTUNER_TUNER_ID": name,
                "KERASTUNER_ORACLE_IP": "127.0.0.1",
                "KERASTUNER_ORACLE_PORT": port,
            },
        )
        members.append(member)
        return member

    yield start
    for member in members:
        member.kill()
        member.wait()


def check_all_trained(directory, alone):
    """Check that the runs are those of one process, and in the directories of theirs."""
    table = read_runs(directory)
    reached = {run.name.removeprefix("sweep/"): run.loss for run in table}
    assert reached == pytest.approx(alone, rel=1e-5)
    assert [run.n_examples for run in table] == [N_EXAMPLES] * len(WIDTHS)
    assert {run.status for run in table} == {"completed"}
    assert {path.name for path in (directory / "sweep").iterdir() if path.is_dir()} == set(alone)


@pytest.mark.slow
def test_a_worker_and_a_chief_that_are_killed_change_nothing(tmp_path, start, alone):
    (tmp_path / "slow").touch()
    chief, *_ = (start(name) for name in ("chief", "w0", "w1"))
    run_dir = watching.wait_until(lambda: watching.with_checkpoint(tmp_path), "a checkpoint")[0]
    os.kill(watching.trainer(run_dir), signal.SIGKILL)
    chief.kill()
    chief.wait()
    chief = start("chief")
    (tmp_path / "slow").unlink()
    assert chief.wait(watching.PATIENCE) == 0
    check_all_trained(tmp_path, alone)


@pytest.mark.slow
def test_a_mistyped_objective_ends_all_after_their_first_trials(tmp_path, start):
    members = [start(name, "--objective=val_los") for name in ("chief", "w0", "w1")]
    ended = [member.wait(watching.PATIENCE) for member in members]
    assert ended[0] == 1
    assert "completed" in {run.status for run in read_runs(tmp_path)}
    assert len(read_runs(tmp_path)) < len(WIDTHS)


@pytest.mark.slow
def test_a_chief_that_is_killed_between_trials_repeats_none(tmp_path, start, alone):
    chief, _ = start("chief"), start("w0")
    watching.wait_until(lambda: watching.ended(tmp_path), "the end of a trial")
    (tmp_path / "slow").touch()
    chief.kill()
    chief.wait()
    ended = watching.ended(tmp_path)
    chief = start("chief")
    (tmp_path / "slow").unlink()
    assert chief.wait(watching.PATIENCE) == 0
    check_all_trained(tmp_path, alone)
    attempts = watching.attempts(tmp_path)
    assert {name: attempts[name] for name in ended} == ended


@pytest.mark.slow
def test_the_trial_of_a_stopped_worker_is_trained_in_its_place_and_stays_so(tmp_path, start, alone):
    (tmp_path / "slow").touch()
    members = [start(name) for name in ("chief", "w0", "w1")]
    run_dir = watching.wait_until(lambda: watching.with_checkpoint(tmp_path), "a checkpoint")[0]
    stopped = watching.trainer(run_dir)
    os.kill(stopped, signal.SIGSTOP)

    def is_under_way_again():
        other = watching.trainer(run_dir)
        return other not in (0, stopped) and watching.attempts(tmp_path).get(run_dir.name) == 2

    (tmp_path / "slow").unlink()
    watching.wait_until(is_under_way_again, "another worker's attempt", members[0])
    os.kill(stopped, signal.SIGCONT)
    assert [member.wait(watching.PATIENCE) for member in members] == [0, 0, 0]
    check_all_trained(tmp_path, alone)
    once = dict.fromkeys(alone, 1)
    assert watching.attempts(tmp_path) == {**once, run_dir.name: 2}
