"""How long `read_runs` takes on a large log directory, in a process without TensorFlow."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time

import pytest

from scaling_keras.events.schema import RunFacts, RunResult
from scaling_keras.events.writer import RunWriter

N_RUNS = 5000
N_POINTS = 50
METRICS = ("loss", "val_loss", "iterations")
CPU_SECONDS = 5.0

PROGRAM = """
import sys, time
from scaling_keras.events.reader import read_runs
begun = time.process_time()
table = read_runs(sys.argv[1])
seconds = time.process_time() - begun
assert "tensorflow" not in sys.modules and "keras" not in sys.modules
assert len(table.runs[-1].curves["val_loss"]) == int(sys.argv[2])
print(len(table), seconds, time.process_time())
"""


@pytest.fixture(scope="module")
def large_logdir(tmp_path_factory):
    """A log directory of `N_RUNS` runs; a few are written, the others are copies of those."""
    root = tmp_path_factory.mktemp("large")
    for index in range(20):
        _write(root / f"{index:05d}", index)
    for index in range(20, N_RUNS):
        shutil.copytree(root / f"{index % 20:05d}", root / f"{index:05d}")
    return root


def _write(run_dir, index):
    writer = RunWriter(run_dir)
    groups = {"embedding": 1000, "head": 1000, "hidden": 10_000 + index}
    writer.write_facts(
        RunFacts(
            model_name="transformer",
            n_params={**groups, "trainable": 12_000, "non_trainable": 0, "total": 12_000},
            train_flops_per_example=7e4,
            hyperparameters={f"parameter_{k}": k * 0.1 for k in range(10)},
            start_time=time.time(),
        )
    )
    for point in range(1, N_POINTS + 1):
        writer.write_point(point * 64_000, dict.fromkeys(METRICS, 4.0 / point))
    losses = {name: {"final": 1.0, "best": 1.0, "tail": 1.0} for name in METRICS[:2]}
    writer.write_result(RunResult(losses=losses, n_examples=64_000 * N_POINTS))
    writer.close()


def test_a_large_logdir_is_read_in_seconds(large_logdir):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(large_logdir), str(N_POINTS)],
        capture_output=True,
        text=True,
        check=True,
    )
    n_runs, seconds, whole = done.stdout.split()
    n_points = N_RUNS * N_POINTS * len(METRICS)
    print(f"\n{n_runs} runs, {n_points:,} points: {seconds} CPU s, {whole} with the imports")
    assert int(n_runs) == N_RUNS
    assert float(seconds) < CPU_SECONDS
