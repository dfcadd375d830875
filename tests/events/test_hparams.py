import numpy as np
import pytest

from scaling_keras.errors import LogdirError
from scaling_keras.events.frames import frame
from scaling_keras.events.hparams import read_sessions
from tests.events.hparams_logdir import scalar_value, write_events, write_session


def test_a_session_has_its_hyperparameters_and_the_scalars_of_the_folders_below(tmp_path):
    write_session(
        tmp_path / "a",
        {"units": 32, "optimizer": "adam", "bias": True},
        curves={
            "train/epoch_loss": [2.0, 1.5],
            "validation/epoch_loss": [2.5, 1.75],
            "score": [3.0],
        },
        status=1,
        group="setting-1",
    )
    (session,) = read_sessions(tmp_path)
    assert session.name == "a"
    assert session.hparams == {"units": 32.0, "optimizer": "adam", "bias": True}
    assert (session.status, session.group, session.problems) == ("completed", "setting-1", ())
    np.testing.assert_array_equal(session.scalars["validation/epoch_loss"], [[0, 2.5], [1, 1.75]])
    assert set(session.scalars) == {"train/epoch_loss", "validation/epoch_loss", "score"}


def test_the_logdir_itself_may_be_a_session(tmp_path):
    write_session(tmp_path, {"units": 32}, curves={"train/epoch_loss": [2.0]})
    (session,) = read_sessions(tmp_path)
    assert session.name == "."
    assert list(session.scalars) == ["train/epoch_loss"]


def test_sessions_within_sessions_keep_their_own_scalars(tmp_path):
    write_session(tmp_path / "a", {"units": 1}, curves={"train/epoch_loss": [2.0]})
    write_session(tmp_path / "a" / "b", {"units": 2}, curves={"train/epoch_loss": [1.0]})
    outer, inner = read_sessions(tmp_path)
    assert (outer.name, inner.name) == ("a", "a/b")
    assert outer.scalars["train/epoch_loss"][0, 1] == 2.0
    assert inner.scalars["train/epoch_loss"][0, 1] == 1.0


@pytest.mark.parametrize(
    ("written", "read"), [(1, "completed"), (2, "failed"), (3, "running"), (0, ""), (None, "")]
)
def test_how_a_session_ended_is_told_in_our_words(tmp_path, written, read):
    write_session(tmp_path / "a", {"units": 1}, status=written)
    assert read_sessions(tmp_path)[0].status == read


def test_scalars_of_the_older_kind_are_read_too(tmp_path):
    write_session(tmp_path / "a", {"units": 1}, curves={"loss": [2.0, 1.0]}, legacy=True)
    np.testing.assert_array_equal(read_sessions(tmp_path)[0].scalars["loss"], [[0, 2.0], [1, 1.0]])


def test_of_two_trainings_in_one_directory_the_last_holds_alone(tmp_path):
    earlier = {"train/epoch_loss": [3.0, 2.0, 1.0], "validation/epoch_loss": [3.5, 2.5, 1.5]}
    write_session(tmp_path / "a", {"units": 8}, curves=earlier, status=1)
    write_session(
        tmp_path / "a", {"units": 64}, curves={"train/epoch_loss": [5.0, 4.0]}, began=100.0
    )
    (session,) = read_sessions(tmp_path)
    assert (session.hparams, session.status) == ({"units": 64.0}, "")
    assert list(session.scalars) == ["train/epoch_loss"]
    np.testing.assert_array_equal(session.scalars["train/epoch_loss"], [[0, 5.0], [1, 4.0]])
    assert session.restarted == frozenset()
    assert "written 2 times" in session.superseded
    assert "the 6 points before them" in session.superseded


def test_hyperparameters_that_are_written_twice_at_the_beginning_supersede_nothing(tmp_path):
    write_session(tmp_path / "a", {"units": 8})
    write_session(tmp_path / "a", {"units": 8}, curves={"train/epoch_loss": [2.0]}, began=1.0)
    (session,) = read_sessions(tmp_path)
    assert (session.superseded, session.problems) == ("", ())


def test_hyperparameters_that_are_written_at_the_end_keep_the_scalars_before_them(tmp_path):
    write_session(tmp_path / "a", {"units": 8}, began=100.0)
    write_events(tmp_path / "a", [(0, scalar_value("loss", 2.0))])
    (session,) = read_sessions(tmp_path)
    assert session.scalars["loss"][0, 1] == 2.0


def test_a_last_session_without_scalars_does_not_get_those_of_the_one_before(tmp_path):
    write_session(tmp_path / "a", {"units": 8}, curves={"train/epoch_loss": [3.0]})
    write_session(tmp_path / "a", {"units": 64}, began=100.0)
    (session,) = read_sessions(tmp_path)
    assert session.scalars == {}
    (problem,) = session.problems
    assert problem.startswith("no scalars follow its last hyperparameters")


def test_steps_that_begin_again_are_told_apart_from_copies_of_a_file(tmp_path):
    curve = {"train/epoch_loss": [3.0, 2.0]}
    for name, again in (("copied", [3.0, 2.0]), ("twice", [1.5, 1.0])):
        write_session(tmp_path / name, {"units": 8}, curves=curve)
        values = [(step, scalar_value("epoch_loss", value)) for step, value in enumerate(again)]
        write_events(tmp_path / name / "train", values, began=100.0)
    copied, twice = read_sessions(tmp_path)
    assert copied.restarted == frozenset()
    assert twice.restarted == {"train/epoch_loss"}


def test_a_damaged_file_is_a_problem_of_its_session(tmp_path):
    write_session(tmp_path / "a", {"units": 1})
    (path,) = (tmp_path / "a").iterdir()
    content = path.read_bytes()
    (tmp_path / "a" / f"{path.name}.1").write_bytes(b"\x01" * len(content))
    (session,) = read_sessions(tmp_path)
    (problem,) = session.problems
    assert problem.startswith(f"all behind byte 0, where a record is damaged, {len(content)} bytes")
    assert problem.endswith(f"of {path.name}.1 can't be read")


def test_a_record_that_is_no_event_is_a_problem_of_its_session(tmp_path):
    write_session(tmp_path / "a", {"units": 1})
    (path,) = (tmp_path / "a").iterdir()
    (tmp_path / "a" / f"{path.name}.1").write_bytes(frame(b"\xff\xff\xff"))
    (session,) = read_sessions(tmp_path)
    assert "a record is damaged (DecodeError" in session.problems[0]


def test_a_logdir_without_hyperparameters_is_told_what_to_do(tmp_path):
    write_events(tmp_path / "a", [])
    with pytest.raises(LogdirError, match=r"must hold sessions.*none of them hyperparameters"):
        read_sessions(tmp_path)
    with pytest.raises(LogdirError, match="must be an existing directory"):
        read_sessions(tmp_path / "nowhere")
