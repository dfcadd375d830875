import time

import numpy as np
import pytest

from scaling_keras.events.assembling import assemble
from scaling_keras.events.reader import read_records
from scaling_keras.events.records import read_run_dir
from scaling_keras.events.schema import RunFacts, RunResult
from scaling_keras.events.writer import RunWriter

FACTS = RunFacts(model_name="gpt", n_params={"hidden": 10}, hyperparameters={"width": 32})
RESULT = RunResult(losses={"loss": {"final": 1.0, "best": 0.5, "tail": 1.0}}, n_examples=200)


def test_facts_results_and_points_come_back(tmp_path):
    writer = RunWriter(tmp_path / "a")
    writer.write_facts(FACTS)
    begin = time.time()
    writer.write_point(100, {"loss": 2.0, "val_loss": 2.5})
    writer.write_point(200, {"loss": 1.0})
    writer.write_result(RESULT)
    writer.close()
    writer.close()
    (record,) = read_records(tmp_path)
    assert record.name == "a"
    assert record.facts == {1: FACTS}
    assert record.results == {1: RESULT}
    np.testing.assert_array_equal(record.curves["loss"][:, [0, 2]], [[100, 2.0], [200, 1.0]])
    np.testing.assert_array_equal(record.curves["val_loss"][:, [0, 2]], [[100, 2.5]])
    assert begin <= record.curves["loss"][0, 1] <= record.last_wall_time <= time.time()


def test_everything_is_on_disk_after_a_flush_while_the_writer_is_open(tmp_path):
    writer = RunWriter(tmp_path)
    writer.write_facts(FACTS)
    writer.write_point(10, {"loss": 1.0})
    record = read_run_dir(tmp_path)
    assert record.facts == {1: FACTS}
    assert len(record.curves["loss"]) == 1
    writer.close()


def test_a_writer_in_the_same_directory_is_the_next_attempt(tmp_path):
    for attempt in (1, 2, 3):
        writer = RunWriter(tmp_path)
        assert writer.attempt == attempt
        assert sorted(writer.earlier.facts) == list(range(1, attempt))
        writer.write_facts(RunFacts(attempt=writer.attempt))
        writer.close()


def test_examples_beyond_32_bits_and_nan_are_kept(tmp_path):
    writer = RunWriter(tmp_path)
    writer.write_point(2**62, {"loss": float("nan")})
    writer.close()
    (point,) = read_run_dir(tmp_path).curves["loss"]
    assert point[0] == 2**62
    assert np.isnan(point[2])


@pytest.mark.parametrize("value", [1e300, -1e300])
def test_a_value_beyond_float32_becomes_infinite(tmp_path, value):
    writer = RunWriter(tmp_path)
    writer.write_point(1, {"loss": value})
    writer.close()
    assert np.isinf(read_run_dir(tmp_path).curves["loss"][0, 2])


def test_wall_times_never_go_back_whatever_the_clock_does(tmp_path, monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr("scaling_keras.events.writer.time.time", lambda: clock[0])
    first = RunWriter(tmp_path)
    first.write_facts(RunFacts(start_time=clock[0]))
    for n_examples, now in ((100, 1010.0), (200, 400.0), (300, 1020.0)):
        clock[0] = now
        first.write_point(n_examples, {"loss": 1.0})
    first.close()
    clock[0] = 500.0
    second = RunWriter(tmp_path)
    start_time = second.after_earlier(clock[0])
    second.write_facts(RunFacts(attempt=2, n_examples_before=200, start_time=start_time))
    second.write_point(250, {"loss": 2.0})
    second.close()
    record = read_run_dir(tmp_path)
    assert record.curves["loss"][:3, 1].tolist() == [1010.0, 1010.0, 1020.0]
    assert start_time > 1020.0
    (run,) = assemble([record], metric="loss", now=1021.0)
    assert run.curves["loss"].tolist() == [[100, 1.0], [200, 1.0], [250, 2.0]]
    assert run.status == "running"


def test_a_thousand_points_of_two_series_take_less_than_100_kilobytes(tmp_path):
    writer = RunWriter(tmp_path)
    for point in range(1, 1001):
        writer.write_point(64_000 * point, {"loss": 1.0 / point, "val_loss": 2.0 / point})
    writer.close()
    (path,) = tmp_path.iterdir()
    assert path.stat().st_size < 100_000
