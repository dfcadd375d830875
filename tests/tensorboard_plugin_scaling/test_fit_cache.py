import dataclasses
import threading

import pytest

from scaling_keras.errors import FitError
from scaling_keras.runs import Run, RunTable
from tensorboard_plugin_scaling.fit_cache import FitCache, table_digest


def test_a_fit_is_made_once():
    cache, made = FitCache(), []
    for _ in range(3):
        cache.get("key", lambda: made.append(1) or ("fit", 1.0))
    assert len(made) == 1


def test_the_oldest_fits_are_forgotten():
    cache, made = FitCache(capacity=2), []
    for key in ("a", "b", "a", "c", "a", "b"):
        cache.get(key, lambda key=key: made.append(key) or (key, 1.0))
    assert made == ["a", "b", "c", "b"]


def test_an_error_is_not_kept():
    cache = FitCache()

    def fail():
        raise FitError("not yet")

    with pytest.raises(FitError, match="not yet"):
        cache.get("key", fail)
    assert cache.get("key", lambda: ("fit", 2.0)) == ("fit", 2.0)


def test_requests_at_the_same_time_share_one_fit():
    cache, made, answers = FitCache(), [], []
    started = threading.Event()

    def compute():
        made.append(1)
        started.wait(5)
        return "fit", 1.0

    threads = [
        threading.Thread(target=lambda: answers.append(cache.get("key", compute))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    started.set()
    for thread in threads:
        thread.join(10)
    assert (len(made), len(answers)) == (1, 4)


RUN = Run(name="a", n_params=1e3, n_examples=1e5, loss=3.0, train_flops=6e8)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "b"},
        {"n_params": 2e3},
        {"n_examples": 2e5},
        {"loss": 2.9},
        {"train_flops": 7e8},
        {"train_flops_per_example": 1.0},
        {"loss_name": "val_loss"},
        {"example_unit": "token"},
    ],
)
def test_whatever_a_fit_depends_on_changes_the_digest(change):
    table = RunTable(runs=(RUN,))
    other = RunTable(runs=(dataclasses.replace(RUN, **change),))
    assert table_digest(table) != table_digest(other)


def test_the_digest_knows_how_losses_and_parameters_were_taken():
    tables = [
        RunTable(runs=(RUN,)),
        RunTable(runs=(RUN,), loss_choice="best"),
        RunTable(runs=(RUN,), param_convention="non_embedding"),
    ]
    assert len(set(map(table_digest, tables))) == 3


def test_what_is_left_out_does_not_change_the_digest():
    running = dataclasses.replace(RUN, name="b", status="running")
    table = RunTable(runs=(RUN, running))
    assert table_digest(table.usable()) == table_digest(RunTable(runs=(RUN,)))
