import shutil
import struct
import subprocess
import sys

import pytest
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from scaling_keras.errors import LogdirError
from scaling_keras.events.frames import frame, read_frames
from scaling_keras.events.reader import assemble, read_records, read_runs
from scaling_keras.events.schema import RunFacts
from scaling_keras.events.writer import RunWriter


def _event_file(run_dir):
    (path,) = [path for path in run_dir.iterdir() if "tfevents" in path.name]
    return path


def test_runs_are_read_at_every_depth_sorted_by_name(tmp_path, write_run):
    write_run(tmp_path / "lm" / "b", n_params=2000)
    write_run(tmp_path / "lm" / "a", n_params=1000)
    write_run(tmp_path)
    table = read_runs(str(tmp_path))
    assert [run.name for run in table] == [".", "lm/a", "lm/b"]
    assert list(table["n_params"]) == [10_000, 1000, 2000]
    assert list(table["loss"]) == pytest.approx([2.4] * 3)
    assert set(table["loss_name"]) == {"val_loss"}


def test_reading_loads_no_tensorflow_and_no_keras(tmp_path, write_run):
    write_run(tmp_path)
    code = (
        "import sys; from scaling_keras.events.reader import read_runs; "
        f"assert len(read_runs({str(tmp_path)!r})) == 1; "
        "print([name for name in ('tensorflow', 'keras') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_resumed_run_goes_on_with_its_curve(tmp_path, write_run):
    write_run(tmp_path / "a", curves={"loss": (3.0, 2.0, 1.0)}, status=None)
    write_run(
        tmp_path / "a",
        n_examples=(250, 350),
        curves={"loss": (1.5, 0.5)},
        n_examples_before=200,
    )
    (run,) = read_runs(tmp_path)
    assert run.status == "completed"
    assert run.curves["loss"].tolist() == [[100, 3.0], [200, 2.0], [250, 1.5], [350, 0.5]]


def test_links_are_followed_once_even_in_a_circle(tmp_path, write_run):
    write_run(tmp_path / "elsewhere" / "a")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "up").symlink_to(tmp_path / "logs")
    assert [run.name for run in read_runs(tmp_path / "logs")] == ["linked/a"]


def test_a_file_cut_off_in_its_last_record_is_read_up_to_there(tmp_path, write_run):
    write_run(tmp_path / "a", status=None)
    path = _event_file(tmp_path / "a")
    path.write_bytes(path.read_bytes()[:-9])
    (run,) = read_runs(tmp_path, metric="loss")
    assert run.curves["loss"][-1].tolist() == [200, 2.5]


def test_half_a_record_is_skipped_and_said_to_be(tmp_path, write_run):
    write_run(tmp_path / "a", status=None)
    path = _event_file(tmp_path / "a")
    path.write_bytes(path.read_bytes()[:-9])
    (record,) = read_records(tmp_path)
    (run,) = assemble([record], metric="loss", now=record.last_wall_time + 660)
    assert (run.status, len(run.curves["loss"])) == ("stalled", 2)
    assert run.reason.startswith("its last event is 11 minutes old; the last ")
    assert run.reason.endswith("are half a record and were skipped")
    (run,) = assemble([record], metric="loss", now=record.last_wall_time)
    assert run.status == "running"
    assert run.reason.endswith("are half a record and were skipped")
    # Nor is it forgotten once another attempt has come to its end.
    write_run(tmp_path / "a", attempt=2, n_examples_before=200)
    (run,) = read_runs(tmp_path)
    assert (run.status, run.reason) == ("completed", "")
    assert [each[-34:] for each in run.facts["skipped"]] == ["are half a record and were skipped"]


def test_a_last_event_ahead_of_the_clock_is_no_running_run(tmp_path, write_run):
    write_run(tmp_path / "a", status=None)
    (record,) = read_records(tmp_path)
    (run,) = assemble([record], metric="loss", now=record.last_wall_time - 3600)
    assert run.reason == "its last event is 60 minutes ahead of the clock"


def test_two_trainings_at_the_same_time_in_one_directory_are_left_out(tmp_path, write_run):
    write_run(tmp_path / "b")
    for index in range(2):
        write_run(tmp_path / f"{index}", start_time=float(index))
        shutil.copytree(tmp_path / f"{index}", tmp_path / "a", dirs_exist_ok=True)
    table = read_runs(tmp_path)
    assert [run.name for run in table] == ["0", "1", "b"]
    assert "two trainings wrote attempt 1 of it at the same time" in table.excluded[0].reason


def test_points_of_any_layout_come_back_as_they_were_written(tmp_path):
    writer = RunWriter(tmp_path)
    writer.write_facts(RunFacts())
    expected = []
    for index in range(40):
        step = (index + 1) * 7 ** (index % 20)
        names = ("loss", "val_loss", "a much longer name of a metric" * 6)[: 1 + index % 3]
        value = [1.5, float("nan"), float("inf"), 0.0][index % 4]
        writer.write_point(step, dict.fromkeys(names, value))
        expected += [(step, value) for _ in names]
    writer.close()
    (record,) = read_records(tmp_path)
    found = [(p[0], p[2]) for curve in record.curves.values() for p in curve.tolist()]
    assert str(sorted(found, key=str)) == str(sorted([(float(s), v) for s, v in expected], key=str))


def test_what_comes_before_a_damaged_length_is_kept(tmp_path, write_run):
    write_run(tmp_path / "a")
    path = _event_file(tmp_path / "a")
    content = bytearray(path.read_bytes())
    sizes = [len(frame(each)) for each in read_frames(bytes(content)).records]
    struct.pack_into("<Q", content, sum(sizes[:4]), 2**40)
    path.write_bytes(content)
    (record,) = read_records(tmp_path)
    (run,) = assemble([record], metric="loss")
    assert (run.status, run.curves["loss"].tolist()) == ("running", [[100, 3.0], [200, 2.5]])
    (sentence,) = run.facts["skipped"]
    assert sentence.startswith(f"all behind byte {sum(sizes[:4])}, where a record is damaged")


@pytest.mark.parametrize("tail", [b"\0" * 4096, b"\xa5" * 50])
def test_junk_behind_a_run_that_ended_leaves_it_as_it_is(tmp_path, write_run, tail):
    write_run(tmp_path / "a")
    (whole,) = read_runs(tmp_path)
    path = _event_file(tmp_path / "a")
    path.write_bytes(path.read_bytes() + tail)
    (run,) = read_runs(tmp_path)
    assert (run.status, run.loss, run.n_examples) == ("completed", whole.loss, whole.n_examples)
    assert f"{len(tail)} bytes of {path.name} was skipped" in run.facts["skipped"][0]


def test_a_point_with_a_flipped_bit_is_skipped_and_said_to_be(tmp_path, write_run):
    write_run(tmp_path / "a")
    path = _event_file(tmp_path / "a")
    content = path.read_bytes()
    assert content.count(struct.pack("<f", 2.25)) == 1
    path.write_bytes(content.replace(struct.pack("<f", 2.25), struct.pack("<f", 2.75)))
    (run,) = read_runs(tmp_path)
    assert run.curves["loss"].tolist() == [[100, 3.0], [200, 2.5]]
    assert run.loss == 2.4
    assert run.facts["skipped"][0].startswith("a damaged record of ")


def test_a_damaged_result_is_never_taken_for_one(tmp_path, write_run):
    write_run(tmp_path / "a")
    path = _event_file(tmp_path / "a")
    path.write_bytes(path.read_bytes().replace(b'"final":2.4', b'"final":2e4'))
    (run,) = read_runs(tmp_path)
    assert (run.status, run.loss) == ("running", pytest.approx(2.4))
    assert "a damaged record" in run.reason


def test_a_run_whose_facts_are_damaged_is_left_out(tmp_path, write_run):
    write_run(tmp_path / "b")
    write_run(tmp_path / "a")
    write_run(tmp_path / "a", n_examples_before=300, n_examples=(400, 500, 600))
    path = max((tmp_path / "a").iterdir())
    path.write_bytes(path.read_bytes().replace(b'"model_name":"m', b'"model_name":"M'))
    table = read_runs(tmp_path)
    assert [run.name for run in table] == ["b"]
    assert table.excluded[0].reason.startswith(
        "it has points but no facts of its last attempt: a damaged record of "
    )


@pytest.mark.parametrize("length", [0, 10, 70, 300])
def test_a_run_cut_off_in_its_facts_is_not_taken_for_one_of_others(tmp_path, write_run, length):
    write_run(tmp_path / "b")
    write_run(tmp_path / "a")
    path = _event_file(tmp_path / "a")
    path.write_bytes(path.read_bytes()[:length])
    why = f"{path.name} ends after {length} bytes, before it says anything"
    assert read_runs(tmp_path).excluded[0].reason == f"its event files hold no facts: {why}"
    with pytest.raises(LogdirError, match=f"whose 1 event file holds none .{why}"):
        read_runs(tmp_path / "a")


def test_a_payload_of_a_newer_version_excludes_its_run(tmp_path, write_run):
    write_run(tmp_path / "a")
    write_run(tmp_path / "b")
    path = _event_file(tmp_path / "a")
    records = read_frames(path.read_bytes()).records
    newer = (each.replace(b'{"version":1,', b'{"version":8,') for each in records)
    path.write_bytes(b"".join(map(frame, newer)))
    table = read_runs(tmp_path)
    assert [run.name for run in table] == ["b"]
    assert "version=8. Upgrade" in table.excluded[0].reason


def test_a_whole_record_that_is_no_event_excludes_its_run(tmp_path, write_run):
    write_run(tmp_path / "a")
    write_run(tmp_path / "b")
    path = _event_file(tmp_path / "a")
    path.write_bytes(path.read_bytes() + frame(b"\xff scaling/"))
    table = read_runs(tmp_path)
    assert [run.name for run in table] == ["b"]
    assert "a record is damaged (DecodeError" in table.excluded[0].reason


def test_a_file_that_went_away_while_reading_excludes_its_run(tmp_path, write_run):
    write_run(tmp_path / "a")
    write_run(tmp_path / "b")
    _event_file(tmp_path / "a").rename(tmp_path / "kept")
    (tmp_path / "a" / "events.out.tfevents.1").symlink_to(tmp_path / "nowhere")
    table = read_runs(tmp_path)
    assert "can't be read: No such file" in table.excluded[0].reason


def test_event_files_of_others_are_passed_over(tmp_path, write_run):
    write_run(tmp_path / "a")
    other = EventFileWriter(str(tmp_path / "a"))
    value = summary_pb2.Summary.Value(tag="scaling/loss", simple_value=9.0)
    other.add_event(event_pb2.Event(step=1, summary=summary_pb2.Summary(value=[value])))
    other.close()
    (tmp_path / "notes.tfevents.txt").write_text("no event file at all")
    (run,) = read_runs(tmp_path)
    assert len(run.curves["loss"]) == 3


def test_a_logdir_that_does_not_exist_is_an_error(tmp_path):
    with pytest.raises(LogdirError, match=r"nowhere', which does not exist\. Check the path"):
        read_runs(tmp_path / "nowhere")


def test_a_logdir_that_is_a_file_is_an_error(tmp_path):
    path = tmp_path / "events.out.tfevents.1"
    path.touch()
    with pytest.raises(LogdirError, match=r"which is a file\. Give the directory"):
        read_runs(path)


def test_a_logdir_without_event_files_is_an_error(tmp_path):
    with pytest.raises(LogdirError, match=r"where there are none\. Train with callbacks="):
        read_runs(tmp_path)


def test_a_logdir_with_other_event_files_says_to_add_the_logger(tmp_path):
    EventFileWriter(str(tmp_path / "train")).close()
    with pytest.raises(LogdirError, match=r"whose 1 event file holds none\. Add ScalingLogger"):
        read_runs(tmp_path)
    shutil.copytree(tmp_path / "train", tmp_path / "validation")
    with pytest.raises(LogdirError, match="whose 2 event files hold none"):
        read_records(tmp_path)
