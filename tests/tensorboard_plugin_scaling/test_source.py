import pytest
from tensorboard.context import RequestContext

from scaling_keras.events import schema
from scaling_keras.events.assembling import STALL_SECONDS, assemble
from tensorboard_plugin_scaling import source as source_module
from tensorboard_plugin_scaling.source import RunSource, version

CONTEXT = RequestContext()


@pytest.fixture
def source(logdir):
    return RunSource(logdir.provider)


def read(source, experiment_id=""):
    return source.read(CONTEXT, experiment_id)


def table_of(source):
    snapshot = read(source)
    return assemble(snapshot.records, now=snapshot.now)


def test_finished_runs_are_known_from_what_is_listed(source, logdir):
    logdir.add_grid()
    table = table_of(source)
    assert len(table.usable()) == 25
    logdir.provider.read_last_scalars.assert_not_called()


def test_the_number_of_calls_does_not_grow_with_the_number_of_runs(source, logdir):
    for index in range(50):
        logdir.add_run(f"run-{index}", status=None)
    read(source)
    assert logdir.provider.list_tensors.call_count == 1
    assert logdir.provider.list_scalars.call_count == 1
    assert logdir.provider.read_last_scalars.call_count == 1
    assert not logdir.provider.read_scalars.called
    assert not logdir.provider.read_tensors.called


def test_a_running_run_is_where_its_last_point_is(source, logdir):
    logdir.add_run("done")
    logdir.add_run("going", 20_000, 5_000, loss=3.25, status=None)
    run = next(run for run in table_of(source) if run.name == "going")
    assert (run.status, run.loss, run.n_examples) == ("running", 3.25, 5_000)
    assert run.train_flops == 6.0 * 20_000 * 5_000


def test_a_resumed_run_goes_on(source, logdir):
    logdir.add_run("run", status="stopped", reason="interrupted")
    facts = schema.RunFacts(attempt=2, n_params={"hidden": 10}, n_examples_before=1_000_000)
    logdir.add_payload("run", schema.facts_tag(2), schema.encode(facts))
    logdir.add_point("run", schema.curve_tag("val_loss"), 1_200_000, 2.0)
    (run,) = table_of(source)
    assert (run.status, run.loss, run.n_examples) == ("running", 2.0, 1_200_000)


def test_a_payload_that_cannot_be_read_leaves_out_its_run_and_says_why(source, logdir):
    logdir.add_run("good")
    logdir.add_run("newer")
    logdir.add_payload("newer", schema.facts_tag(1), b'{"version": 999}')
    logdir.add_run("damaged")
    logdir.add_payload("damaged", schema.result_tag(1), b"\x00\xff")
    table = table_of(source)
    assert [run.name for run in table] == ["good"]
    reasons = {item.name: item.reason for item in table.excluded}
    assert "version=999" in reasons["newer"]
    assert "damaged or was written by something else" in reasons["damaged"]


def test_points_without_facts_are_a_run_that_is_left_out(source, logdir):
    logdir.add_point("lost", schema.curve_tag("loss"), 10, 3.0)
    (excluded,) = table_of(source).excluded
    assert excluded.name == "lost"
    assert "points but no facts" in excluded.reason


def test_what_was_decoded_once_is_not_decoded_again(source, logdir, monkeypatch):
    logdir.add_grid()
    read(source)
    decoded = []
    decode = schema.decode
    monkeypatch.setattr(
        source_module.schema, "decode", lambda *given: decoded.append(given) or decode(*given)
    )
    read(source)
    assert decoded == []
    logdir.add_run("new")
    assert len(read(source).records) == 26
    assert len(decoded) == 2


def test_a_directory_that_was_written_anew_is_decoded_anew(source, logdir):
    logdir.add_run("run", 1_000)
    assert table_of(source)["n_params"].tolist() == [1_000]
    logdir.add_run("run", 2_000)
    assert table_of(source)["n_params"].tolist() == [2_000]


def test_runs_that_are_gone_are_forgotten(source, logdir):
    logdir.add_grid()
    read(source)
    logdir.payloads.clear()
    logdir.curves.clear()
    assert read(source).records == ()


def listed(logdir):
    return logdir.copy_of_payloads(), {run: dict(tags) for run, tags in logdir.curves.items()}


def test_the_version_stays_while_nothing_happens(logdir):
    logdir.add_grid()
    now = 0.0
    assert version(*listed(logdir), now=now) == version(*listed(logdir), now=now)


def test_the_version_changes_with_every_kind_of_news(logdir):
    logdir.add_run("a", status=None)
    seen = {version(*listed(logdir), now=0.0)}
    logdir.add_point("a", schema.curve_tag("loss"), 2_000_000, 2.0)
    seen.add(version(*listed(logdir), now=0.0))
    logdir.add_run("b")
    seen.add(version(*listed(logdir), now=0.0))
    logdir.add_payload("a", schema.result_tag(1), schema.encode(schema.RunResult()))
    seen.add(version(*listed(logdir), now=0.0))
    logdir.payloads.pop("b")
    seen.add(version(*listed(logdir), now=0.0))
    assert len(seen) == 5


def test_the_version_changes_when_a_run_goes_silent(logdir):
    logdir.add_run("a", status=None, silent_seconds=1_000)
    logdir.add_run("b", silent_seconds=1_000)
    last = max(series.max_wall_time for series in logdir.payloads["a"].values())
    before, after = last + STALL_SECONDS - 1, last + STALL_SECONDS + 1
    assert version(*listed(logdir), now=before) != version(*listed(logdir), now=after)
    assert version(*listed(logdir), now=after) == version(*listed(logdir), now=after + 100)


def test_the_status_and_the_version_agree_on_what_is_silent(source, logdir):
    logdir.add_run("a", status=None, silent_seconds=STALL_SECONDS + 5)
    (run,) = table_of(source)
    assert run.status == "stalled"
