"""Trials on a Ray cluster of several nodes, all of them on this machine."""

import os
import sys
import warnings

import pytest

from scaling_keras.errors import ScalingWarning, SweepError
from scaling_keras.events.reader import read_runs
from scaling_keras.tuner.executors import packing
from scaling_keras.tuner.executors.ray_cluster import RayCluster, _train
from scaling_keras.tuner.sweep import plan_trial
from tests.requirements import require_module
from tests.tuner.executors import watching
from tests.tuner.executors.queues import Queue, Sent
from tests.tuner.executors.sent_sweep import N_EXAMPLES, WIDTHS, search


def test_without_ray_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SweepError, match=r"needs Ray.*pip install ray"):
        RayCluster()


@pytest.mark.parametrize("value", [0, 0.5])
def test_numbers_are_checked(value):
    with pytest.raises(SweepError, match="`cpus_per_trial` must be a whole number of at least 1"):
        RayCluster(cpus_per_trial=value)


@pytest.fixture(scope="module")
def ray():
    module = require_module("ray")
    require_module("cloudpickle")
    return module


@pytest.fixture(scope="module")
def cluster(ray):
    """A head that trains nothing, and two nodes that have room for a trial each."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 0, "include_dashboard": False}
    made = in_time(lambda: Cluster(initialize_head=True, head_node_args=head))
    made.nodes = [in_time(lambda: made.add_node(num_cpus=1)) for _ in range(2)]
    made.wait_for_nodes()
    yield made
    made.shutdown()


def in_time(start):
    """Return what `start` does, tried anew: a busy machine may exceed the 30 s that Ray gives."""
    for _ in range(2):
        try:
            return start()
        except Exception as error:  # Ray raises no narrower one.
            if "timed out during startup" not in str(error):
                raise
    return start()


def run(cluster, tmp_path, widths, **options):
    queue = Queue(plan_trial({"width": width}, 10, 0) for width in widths)
    RayCluster(address=cluster.address, **options).run(queue, Sent(tmp_path))
    return queue


# Ray leaves sockets and files to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


@pytest.mark.slow
def test_lost_trials_are_begun_again_and_those_that_kill_fail_in_the_end(cluster, tmp_path):
    queue = run(cluster, tmp_path, (2, 3, 1), max_retries=1)
    ended = {name: (status, reason) for name, status, reason in queue.finished}
    assert ended["width1_10_seed0"][0] == ended["width2_10_seed0"][0] == "completed"
    status, reason = ended["width3_10_seed0"]
    assert status == "failed"
    assert reason.startswith("Ray lost it: ")
    assert reason.endswith("it was begun 2 times")
    with pytest.raises(SweepError, match="a mistake in the set-up"):
        run(cluster, tmp_path, (5,))


@pytest.mark.slow
def test_what_the_package_warns_of_on_a_node_is_heard(cluster, tmp_path):
    with pytest.warns(ScalingWarning, match="a doubt about the trial"):
        run(cluster, tmp_path, (8,))


def test_warnings_of_a_trial_are_told_with_its_end(tmp_path, monkeypatch):
    require_module("cloudpickle")
    shown = []
    monkeypatch.setattr(warnings, "showwarning", lambda message, *_: shown.append(str(message)))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "1")
    warnings.simplefilter("always")
    plan = packing.pack_plan(plan_trial({"width": 8}, 10, 0))
    outcome, error, warned = _train(packing.pack(Sent(tmp_path)), plan, {"CPU": 1, "GPU": 0})
    assert (outcome.status, error) == ("completed", None)
    assert warned == ["a doubt about the trial"]
    assert shown == ["a doubt of others"]


@pytest.mark.slow
def test_a_mistyped_objective_ends_the_search_after_the_first_trial(cluster, tmp_path):
    with pytest.raises(SweepError, match="Received: 'val_los'; they have loss, val_loss"):
        search(tmp_path, RayCluster(address=cluster.address), objective="val_los")
    table = read_runs(tmp_path)
    assert "completed" in {run.status for run in table}
    assert len(table) < len(WIDTHS)


@pytest.mark.slow
def test_modules_beside_the_program_are_found_on_the_nodes(cluster, tmp_path, monkeypatch):
    (tmp_path / "sent_from_here.py").write_text(
        "from tests.tuner.executors.queues import Sent\n\n\nclass SentFromHere(Sent):\n    pass\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    import sent_from_here

    queue = Queue([plan_trial({"width": 1}, 10, 0)])
    RayCluster(address=cluster.address).run(queue, sent_from_here.SentFromHere(tmp_path))
    assert [status for _, status, _ in queue.finished] == ["completed"]


@pytest.mark.slow
def test_a_trial_that_hangs_is_ended_and_begun_again(cluster, tmp_path):
    class Watched(Queue):
        """Says that a trial is silent from when it begins until it is given up."""

        def silent_seconds(self, plan):
            return 5.0 if (tmp_path / plan.name).exists() and not self.losses else None

    queue = Watched([plan_trial({"width": 4}, 10, 0)])
    RayCluster(address=cluster.address, stall_seconds=4.0).run(queue, Sent(tmp_path))
    assert [status for _, status, _ in queue.finished] == ["completed"]


@pytest.mark.slow
def test_a_killed_driver_and_a_lost_node_change_nothing(cluster, tmp_path):
    alone = watching.losses(search(tmp_path / "alone", "local").results())
    directory = tmp_path / "ray"
    directory.mkdir()
    (directory / "slow").touch()
    driver = watching.start_driver(directory, f"ray:{cluster.address}")
    try:
        watching.wait_until(lambda: watching.with_checkpoint(directory), "a checkpoint", driver)
    finally:
        driver.kill()
        driver.wait()
    ended = watching.ended(directory)
    driver = watching.start_driver(directory, f"ray:{cluster.address}")
    try:
        first = {run_dir.name: watching.trainer(run_dir) for run_dir in directory.glob("sweep/w*")}
        watching.wait_until(
            lambda: any(
                watching.trainer(run_dir) != first.get(run_dir.name)
                for run_dir in watching.with_checkpoint(directory)
            ),
            "the restart of a trial",
            driver,
        )
        ended |= watching.ended(directory)
        cluster.remove_node(cluster.nodes.pop())
        cluster.nodes.append(in_time(lambda: cluster.add_node(num_cpus=1)))
        (directory / "slow").unlink()
        assert driver.wait(watching.PATIENCE) == 0
    finally:
        driver.kill()
        driver.wait()
    table = read_runs(directory)
    reached = {run.name.removeprefix("sweep/"): run.loss for run in table}
    assert reached == pytest.approx(alone, rel=1e-5)
    assert [run.n_examples for run in table] == [N_EXAMPLES] * len(WIDTHS)
    assert {path.name for path in (directory / "sweep").iterdir() if path.is_dir()} == set(alone)
    attempts = watching.attempts(directory)
    assert {name: attempts[name] for name in ended} == ended
    assert sum(attempts.values()) <= len(WIDTHS) + 4


@pytest.mark.slow
def test_a_node_that_is_lost_and_a_driver_killed_between_trials_repeat_none(cluster, tmp_path):
    driver = watching.start_driver(tmp_path, f"ray:{cluster.address}")
    try:
        watching.wait_until(lambda: watching.ended(tmp_path), "the end of a trial", driver)
        (tmp_path / "slow").touch()
        cluster.remove_node(cluster.nodes.pop())
        cluster.nodes.append(in_time(lambda: cluster.add_node(num_cpus=1)))
    finally:
        driver.kill()
        driver.wait()
    ended = watching.ended(tmp_path)
    (tmp_path / "slow").unlink()
    assert watching.start_driver(tmp_path, f"ray:{cluster.address}").wait(watching.PATIENCE) == 0
    assert set(watching.ended(tmp_path)) == {f"width{w}_{N_EXAMPLES}_seed0" for w in WIDTHS}
    attempts = watching.attempts(tmp_path)
    assert {name: attempts[name] for name in ended} == ended
