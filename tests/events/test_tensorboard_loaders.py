"""What RunWriter writes comes back through both of TensorBoard's loaders."""

import contextlib
import subprocess
import time

import numpy as np
import pytest
from tensorboard import context
from tensorboard.data import provider

from scaling_keras.events.assembling import assemble
from scaling_keras.events.reader import read_records
from scaling_keras.events.records import RunRecord
from scaling_keras.events.schema import (
    PLUGIN_NAME,
    RunFacts,
    RunResult,
    curve_metric,
    decode,
    facts_attempt,
    result_attempt,
)
from scaling_keras.events.writer import RunWriter

N_POINTS = 300
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*pkg_resources.*", "ignore:Deprecated call to `pkg_resources"
)


@contextlib.contextmanager
def _python_loader(logdir):
    from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer

    multiplexer = plugin_event_multiplexer.EventMultiplexer(tensor_size_guidance={PLUGIN_NAME: 0})
    multiplexer.AddRunsFromDirectory(str(logdir))
    multiplexer.Reload()
    yield data_provider.MultiplexerDataProvider(multiplexer, str(logdir))


@contextlib.contextmanager
def _data_server(logdir):
    from tensorboard.data import server_ingester
    from tensorboard.util import grpc_util

    try:
        binary = server_ingester.get_server_binary()
    except server_ingester.NoDataServerError as error:
        pytest.skip(f"TensorBoard's data server isn't available: {error}")
    port_file = logdir.parent / f"{logdir.name}.port"
    command = [binary.path, f"--logdir={logdir}", "--reload=once", "--port=0", "--die-after-stdin"]
    command += [f"--samples-per-plugin={PLUGIN_NAME}=all", f"--port-file={port_file}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as server:
        while not (port_file.exists() and port_file.read_text().endswith("\n")):
            assert server.poll() is None, "the data server did not start"
            time.sleep(0.01)
        ingester = server_ingester.ExistingServerDataIngester(
            f"localhost:{port_file.read_text().strip()}",
            channel_creds_type=grpc_util.ChannelCredsType.LOCAL,
        )
        ingester.start()
        yield ingester.data_provider


@pytest.fixture(params=[_python_loader, _data_server], ids=["load_fast=false", "load_fast=true"])
def open_provider(request):
    """A function from a logdir to a data provider, once for each loader."""
    with contextlib.ExitStack() as stack:
        yield lambda logdir: stack.enter_context(request.param(logdir))


def _write_attempt(run_dir, attempt_points, *, status, **facts):
    writer = RunWriter(run_dir)
    writer.write_facts(
        RunFacts(
            attempt=writer.attempt,
            n_params={"hidden": 5, "total": 5},
            start_time=time.time(),
            **facts,
        )
    )
    for n_examples, loss in attempt_points:
        writer.write_point(n_examples, {"loss": loss, "val_loss": loss + 1})
    if status:
        writer.write_result(RunResult(attempt=writer.attempt, status=status, n_examples=1))
    writer.close()


def _records_through(data_provider, n_runs):
    """Read records as a TensorBoard plugin would: one call for each kind of data."""
    options = {"experiment_id": "", "plugin_name": PLUGIN_NAME}
    ctx = context.RequestContext()
    for _ in range(100):  # The data server answers while it still loads.
        tensors = data_provider.list_tensors(ctx, **options)
        scalars = data_provider.read_scalars(ctx, downsample=10**6, **options)
        if len(tensors) == n_runs and len(scalars) == n_runs:
            break
        time.sleep(0.1)
    return [
        _record(name, series, scalars.get(name, {})) for name, series in sorted(tensors.items())
    ]


def _record(name, series, scalars):
    contents = {tag: listed.plugin_content for tag, listed in series.items()}
    return RunRecord(
        name=name,
        facts={
            facts_attempt(tag): decode(content, RunFacts)
            for tag, content in contents.items()
            if facts_attempt(tag)
        },
        results={
            result_attempt(tag): decode(content, RunResult)
            for tag, content in contents.items()
            if result_attempt(tag)
        },
        curves={
            curve_metric(tag): np.array([(d.step, d.wall_time, d.value) for d in data])
            for tag, data in scalars.items()
        },
        last_wall_time=max(listed.max_wall_time for listed in series.values()),
    )


def test_the_provider_interface_is_the_one_we_read(open_provider, tmp_path):
    _write_attempt(tmp_path / "a", [(1, 1.0)], status="completed")
    assert isinstance(open_provider(tmp_path), provider.DataProvider)


def test_facts_results_and_every_point_come_back(open_provider, tmp_path):
    points = [(10 * (k + 1), 5.0 / (k + 1)) for k in range(N_POINTS)]
    _write_attempt(
        tmp_path / "sweep" / "a", points, status="completed", hyperparameters={"width": 3}
    )
    _write_attempt(tmp_path / "sweep" / "b", points[:7], status=None)
    expected = read_records(tmp_path)
    received = _records_through(open_provider(tmp_path), n_runs=2)
    assert [record.name for record in received] == ["sweep/a", "sweep/b"]
    for theirs, ours in zip(received, expected, strict=True):
        assert theirs.facts == ours.facts
        assert theirs.results == ours.results
        assert theirs.curves.keys() == ours.curves.keys()
        for metric, curve in ours.curves.items():
            np.testing.assert_array_equal(theirs.curves[metric], curve)


def test_a_resumed_run_is_the_same_run_in_either_loader_and_in_ours(open_provider, tmp_path):
    _write_attempt(tmp_path / "a", [(100, 5.0), (200, 4.0), (300, 3.0)], status="stopped")
    _write_attempt(
        tmp_path / "a", [(250, 3.5), (400, 2.0)], status="completed", n_examples_before=200
    )
    (ours,) = assemble(read_records(tmp_path))
    (theirs,) = assemble(_records_through(open_provider(tmp_path), n_runs=1))
    assert ours.curves["loss"].tolist() == [[100, 5.0], [200, 4.0], [250, 3.5], [400, 2.0]]
    assert theirs.curves["loss"].tolist() == ours.curves["loss"].tolist()
    assert (theirs.status, theirs.loss) == (ours.status, ours.loss) == ("completed", 3.0)
