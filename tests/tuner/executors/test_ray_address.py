"""Which cluster would be joined, and that an address where nobody answers is said at once."""

import socket

import pytest

from scaling_keras.errors import SweepError
from scaling_keras.tuner.executors.ray_address import find_address
from scaling_keras.tuner.executors.ray_cluster import RayCluster
from tests.requirements import require_module
from tests.tuner.executors.queues import Queue, Sent


@pytest.fixture(autouse=True)
def nothing_known(tmp_path, monkeypatch):
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))


@pytest.fixture
def silent():
    """An address at which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


def write_current(tmp_path, address):
    (tmp_path / "ray").mkdir()
    (tmp_path / "ray" / "ray_current_cluster").write_text(address + "\n")


def test_without_any_address_a_cluster_is_started():
    address = find_address(None)
    assert address.announcement() == "Starting a Ray cluster on this machine."
    address.check_answers()


def test_the_address_is_found_where_ray_looks(tmp_path, monkeypatch):
    write_current(tmp_path, "10.0.0.3:6379")
    assert find_address(None).text == find_address("auto").text == "10.0.0.3:6379"
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.2:6379")
    assert find_address(None).announcement() == (
        "Joining the Ray cluster at 10.0.0.2:6379, the address in the environment variable "
        "RAY_ADDRESS."
    )
    assert find_address("10.0.0.1:6379").text == "10.0.0.1:6379"
    assert find_address("local").text == ""
    monkeypatch.setenv("RAY_ADDRESS", "local")
    assert find_address(None).text == ""


def test_an_address_that_answers_is_let_through():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for address in (f"127.0.0.1:{port}", f"ray://127.0.0.1:{port}", "a-name-for-ray"):
            find_address(address).check_answers()


def test_an_address_where_nobody_answers_is_refused_with_what_to_do(tmp_path, monkeypatch, silent):
    with pytest.raises(SweepError, match=rf"'{silent}' of `address` \(Connection.*ray start"):
        find_address(silent).check_answers()
    with pytest.raises(SweepError, match="Connection"):
        find_address(f"ray://{silent}").check_answers()
    write_current(tmp_path, silent)
    with pytest.raises(SweepError, match=r"ray_current_cluster.*`ray stop` forgets it"):
        find_address(None).check_answers()
    monkeypatch.setenv("RAY_ADDRESS", silent)
    with pytest.raises(SweepError, match=r"RAY_ADDRESS.*unset it"):
        find_address(None).check_answers()


# Not slow, but Ray is only where slow tests run.
@pytest.mark.slow
def test_the_executor_says_which_cluster_it_joins_and_refuses_one_that_is_not_there(
    tmp_path, silent, monkeypatch
):
    ray = require_module("ray")
    require_module("cloudpickle")
    queue = Queue([])
    with pytest.raises(SweepError, match="must be running at its address"):
        RayCluster(address=silent).run(queue, Sent(tmp_path))
    (said,) = queue.announced
    assert silent in said

    def fail(**options):
        raise ConnectionError("ray client connection timeout")

    monkeypatch.setattr(ray, "init", fail)
    with pytest.raises(SweepError, match=r"'head' of `address` \(ConnectionError: ray client"):
        RayCluster(address="head").run(queue, Sent(tmp_path))
