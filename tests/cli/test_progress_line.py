import io

import pytest

from scaling_keras.cli.progress_line import ProgressLine, describe, duration, flops

pytestmark = pytest.mark.keras


class Terminal(io.StringIO):
    def isatty(self):
        return True


def progress(**options):
    # Loads a deep-learning framework, which collecting these tests must not.
    from scaling_keras.tuner.progress import Progress

    values = {
        "trial": "width16-depth2_100000_seed0",
        "n_trials": 18,
        "n_ended": 3,
        "flops_done": 0.5e12,
        "flops_total": 2e12,
        "elapsed_seconds": 30.0,
        "remaining_seconds": 95.0,
    }
    return Progress(**{**values, **options})


def plan():
    from scaling_keras.tuner.sweep import plan_trial

    return plan_trial({"width": 16}, 100, 0)


def outcome(status, reason=""):
    from scaling_keras.tuner.executors.interface import TrialOutcome

    return TrialOutcome(status=status, reason=reason, elapsed_seconds=12.0)


def test_the_line_tells_flops_trainings_and_time_left():
    assert describe(progress()) == (
        "[#####---------------]  25% of 2 TFLOP, 3/18 trained, 1 min 35 s left, "
        "width16-depth2_100000_seed0"
    )


def test_it_promises_nothing_that_is_not_known():
    assert "left" not in describe(progress(remaining_seconds=None))
    assert "interval 4% wide" in describe(progress(note="interval 4% wide"))
    assert describe(progress(flops_done=0.0, flops_total=0.0)).startswith("[####################]")


def test_a_terminal_sees_one_line_that_is_written_over_and_taken_away():
    stream = Terminal()
    line = ProgressLine(stream)
    line.search_began(progress())
    line.trial_began(plan(), progress())
    line.trial_advanced(progress())
    line.trial_ended(plan(), outcome("completed"), progress())
    line.search_ended(progress())
    text = stream.getvalue()
    assert "\n" not in text.replace("3 of 18 trainings were done before.\n", "")
    assert text.endswith("\r\x1b[K")
    assert "25% of 2 TFLOP" in text


def test_it_is_not_written_more_than_a_few_times_a_second():
    stream = Terminal()
    line = ProgressLine(stream)
    for _ in range(100):
        line.trial_advanced(progress())
    assert stream.getvalue().count("25%") == 1


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (90, "[##---------] {standing}, width16-depth2_100000_seed0"),
        (80, "{standing}, width16-depth2_100000_seed0"),
        (70, "{standing}, width16-d...000_seed0"),
        (50, "{standing}"),
        (40, " 25% of 2 TFLOP, 3/18 trained, 1 min 35"),
    ],
)
def test_a_narrow_terminal_sees_a_shorter_line(monkeypatch, columns, expected):
    monkeypatch.setenv("COLUMNS", str(columns))
    stream = Terminal()
    ProgressLine(stream).trial_began(plan(), progress())
    line = stream.getvalue().split("\x1b[K")[-1]
    assert line == expected.format(standing=" 25% of 2 TFLOP, 3/18 trained, 1 min 35 s left")
    assert len(line) < columns


def test_a_note_is_shown_whole_or_not_at_all():
    text = "L(N, D) = 1.8172 + 477.8259 / N^0.3473 + 2143.4 / D^0.3672"
    assert text in describe(progress(note=text), 110)
    assert "L(N, D)" not in describe(progress(note=text), 100)


def test_a_law_that_does_not_fit_beside_a_note_leaves_it():
    both = progress(note="interval 4% wide", law="L(N, D) = 1.8172 + 477.8259 / N^0.3473")
    assert "interval 4% wide, L(N, D)" in describe(both)
    assert "interval 4% wide" in describe(both, 80)
    assert "L(N, D)" not in describe(both, 80)


def test_a_file_sees_a_line_for_each_trial_that_ended():
    stream = io.StringIO()
    line = ProgressLine(stream)
    line.search_began(progress(n_ended=0))
    line.trial_began(plan(), progress())
    line.trial_advanced(progress())
    line.trial_ended(plan(), outcome("completed"), progress())
    line.trial_ended(plan(), outcome("completed"), progress(law="L(x) = 1 + 2 / x^0.3"))
    line.trial_ended(plan(), outcome("failed", "MemoryError: no room"), progress())
    line.trial_ended(plan(), outcome("stopped"), progress())
    line.search_ended(progress())
    assert stream.getvalue() == (
        " 25% of 2 TFLOP, 3/18 trained, 1 min 35 s left: width16_100_seed0 took 12 s\n"
        " 25% of 2 TFLOP, 3/18 trained, 1 min 35 s left: width16_100_seed0 took 12 s; "
        "L(x) = 1 + 2 / x^0.3\n"
        "width16_100_seed0 failed: MemoryError: no room\n"
        "width16_100_seed0 stopped: no reason given\n"
    )


@pytest.mark.parametrize(
    ("number", "text"),
    [(3.2e15, "3.2 PFLOP"), (2.35e12, "2.35 TFLOP"), (8e9, "8 GFLOP"), (5e6, "5 MFLOP")],
)
def test_flops_have_a_unit_that_suits_them(number, text):
    assert flops(number) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.6, "1 min 0 s"), (3599, "59 min 59 s"), (7320, "2 h 2 min")],
)
def test_a_time_is_told_as_a_person_would(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_what_is_announced_is_a_line_that_stays(stream):
    line = ProgressLine(stream())
    line.announced("Joining the Ray cluster at head:6379.")
    assert line._stream.getvalue().endswith("Joining the Ray cluster at head:6379.\n")
