import pytest

from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.progress import SilentReporter, Tracker, Work
from scaling_keras.tuner.sweep import plan_trial

COMPLETED = TrialOutcome(status="completed", elapsed_seconds=0.0)


class Listener:
    """Keeps what it is told."""

    def __init__(self):
        self.calls = []

    def __getattr__(self, name):
        def take(*args):
            self.calls.append((name, args[-1]))

        return take


class Clock:
    """Shows the time it is set to."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def listener():
    return Listener()


def plan(width, n_examples):
    return plan_trial({"width": width}, n_examples, 0)


def seconds(work):
    """What a trial takes here: 2 s to begin with, 1 ms an example, and 10 GFLOP/s."""
    return 2.0 + 1e-3 * work.n_examples + work.train_flops / 1e10


@pytest.fixture
def works():
    sizes = [(width, n) for n in (1_000, 4_000) for width in (10, 100, 1_000)]
    return {
        plan(width, n).name: Work(n_examples=n, train_flops=1e3 * n * width**2)
        for width, n in sizes
    }


def plans(works):
    return [plan(int(name[5:].split("_")[0]), int(name.split("_")[1])) for name in works]


def train(tracker, clock, trial, works):
    tracker.begin_trial(trial)
    elapsed = seconds(works[trial.name])
    clock.now += elapsed
    tracker.end_trial(trial, TrialOutcome(status="completed", elapsed_seconds=elapsed))


def test_progress_counts_flops_not_trials(works, clock, listener):
    tracker = Tracker(listener, clock)
    tracker.begin(works, set())
    first = plans(works)[0]
    train(tracker, clock, first, works)
    progress = tracker.progress()
    assert (progress.n_ended, progress.n_trials) == (1, 6)
    assert progress.flops_done == works[first.name].train_flops
    assert progress.flops_total == sum(work.train_flops for work in works.values())


def test_what_earlier_searches_did_is_done(works, clock, listener):
    tracker = Tracker(listener, clock)
    done = {plan.name for plan in plans(works)[:2]}
    tracker.begin(works, done)
    assert tracker.progress().n_ended == 2
    assert tracker.progress().flops_done == sum(works[name].train_flops for name in done)


def test_a_trial_counts_as_far_as_it_is(works, clock, listener):
    tracker = Tracker(listener, clock)
    tracker.begin(works, set())
    trial = plans(works)[1]
    tracker.begin_trial(trial)
    tracker.advance(trial, 0.25)
    assert tracker.progress().flops_done == 0.25 * works[trial.name].train_flops
    assert tracker.progress().trial == trial.name


def test_nothing_is_promised_before_anything_is_measured(works, clock, listener):
    tracker = Tracker(listener, clock)
    tracker.begin(works, set())
    assert tracker.progress().remaining_seconds is None
    trial = plans(works)[0]
    tracker.begin_trial(trial)
    tracker.advance(trial, 0.0)
    clock.now += 1.0
    tracker.advance(trial, 0.5)
    assert tracker.progress().remaining_seconds is None


def test_the_estimate_tells_the_cost_of_a_trial_of_a_step_and_of_a_flop_apart(
    works, clock, listener
):
    tracker = Tracker(listener, clock)
    tracker.begin(works, set())
    trials = plans(works)
    for trial in trials[:4]:
        train(tracker, clock, trial, works)
    left = sum(seconds(works[trial.name]) for trial in trials[4:])
    assert tracker.progress().remaining_seconds == pytest.approx(left, rel=0.01)


def test_the_estimate_falls_while_a_trial_goes_on(works, clock, listener):
    tracker = Tracker(listener, clock)
    tracker.begin(works, set())
    trials = plans(works)
    for trial in trials[:5]:
        train(tracker, clock, trial, works)
    last = trials[5]
    tracker.begin_trial(last)
    tracker.advance(last, 0.0)
    total = seconds(works[last.name])
    estimates = []
    for _ in range(4):
        clock.now += total / 5
        tracker.advance(last, (clock.now - sum(seconds(works[t.name]) for t in trials[:5])) / total)
        estimates.append(tracker.progress().remaining_seconds)
    assert estimates == sorted(estimates, reverse=True)
    assert estimates[-1] == pytest.approx(total / 5, rel=0.05)


def test_a_single_trial_is_estimated_from_itself(clock, listener):
    tracker = Tracker(listener, clock)
    trial = plan(10, 1_000)
    tracker.begin({trial.name: Work(n_examples=1e3, train_flops=1e9)}, set())
    tracker.begin_trial(trial)
    tracker.advance(trial, 0.0)
    clock.now += 5.0
    tracker.advance(trial, 0.25)
    assert tracker.progress().remaining_seconds == pytest.approx(15.0)


def test_a_trial_that_goes_on_from_a_checkpoint_is_estimated_from_this_attempt(clock, listener):
    tracker = Tracker(listener, clock)
    trial, second, third = (plan(10, 1_000 + i) for i in range(3))
    work = Work(n_examples=1e3, train_flops=1e9)
    tracker.begin({trial.name: work}, set())
    tracker.begin_trial(trial)
    tracker.advance(trial, 0.5)
    assert tracker.progress().remaining_seconds is None
    for now in (10.0, 100.0, 400.0):
        clock.now = now
        tracker.advance(trial, 0.5 + now / 1000)
        assert tracker.progress().remaining_seconds == pytest.approx(500.0 - now)
    tracker.end_trial(trial, TrialOutcome(status="completed", elapsed_seconds=500.0))
    # Half of a trial took 500 s, and a whole one twice as long.
    for other in (second, third):
        tracker.expect(other, work)
    tracker.begin_trial(second)
    tracker.end_trial(second, TrialOutcome(status="completed", elapsed_seconds=1000.0))
    assert tracker.progress().remaining_seconds == pytest.approx(1000.0)
    tracker.begin_trial(third)
    tracker.advance(third, 0.9)
    assert tracker.progress().remaining_seconds == pytest.approx(100.0)


def test_a_trial_that_is_begun_again_is_estimated_from_its_newest_attempt(clock, listener):
    tracker = Tracker(listener, clock)
    trial = plan(10, 1_000)
    tracker.begin({trial.name: Work(n_examples=1e3, train_flops=1e9)}, set())
    tracker.begin_trial(trial)
    for now, fraction in [(0.0, 0.0), (30.0, 0.3), (100.0, 0.2), (110.0, 0.3)]:
        clock.now = now
        tracker.advance(trial, fraction)
    assert tracker.progress().remaining_seconds == pytest.approx(70.0)


def test_a_failed_trial_is_over_but_measures_nothing(works, clock, listener):
    tracker = Tracker(listener, clock)
    tracker.begin(works, set())
    trial = plans(works)[0]
    tracker.begin_trial(trial)
    tracker.end_trial(trial, TrialOutcome(status="failed", reason="no memory"))
    assert tracker.progress().n_ended == 1
    assert tracker.progress().remaining_seconds is None


def test_the_reporter_is_told_of_everything_in_turn(works, clock, listener):
    tracker = Tracker(listener, clock)
    tracker.begin(works, set())
    trial = plans(works)[0]
    tracker.begin_trial(trial)
    tracker.advance(trial, 0.5)
    tracker.end_trial(trial, COMPLETED)
    tracker.end()
    assert [name for name, _ in listener.calls] == [
        "search_began",
        "trial_began",
        "trial_advanced",
        "trial_ended",
        "search_ended",
    ]


def test_the_silent_reporter_takes_everything(works):
    tracker = Tracker(SilentReporter())
    trial = plans(works)[0]
    tracker.begin(works, set())
    tracker.begin_trial(trial)
    tracker.advance(trial, 0.5)
    tracker.end_trial(trial, COMPLETED)
    tracker.end()
    assert tracker.progress().n_ended == 1


def test_a_budget_stands_for_the_trials_that_are_not_known_yet(clock, listener):
    tracker = Tracker(listener, clock)
    first, second = plan(10, 1_000), plan(100, 1_000)
    tracker.begin({first.name: Work(n_examples=1e3, train_flops=1e9)}, set(), budget=1e10)
    assert tracker.progress().flops_total == 1e10
    tracker.begin_trial(first)
    tracker.end_trial(first, TrialOutcome(status="completed", elapsed_seconds=2.0))
    assert tracker.progress().remaining_seconds == pytest.approx(18.0)
    tracker.expect(second, Work(n_examples=1e3, train_flops=5e9))
    tracker.remark("interval 4.0% wide")
    progress = tracker.progress()
    assert (progress.n_trials, progress.flops_total) == (2, 1e10)
    assert progress.note == "interval 4.0% wide"


def test_a_trial_after_the_search_goes_on_with_its_progress(clock, listener):
    tracker = Tracker(listener, clock)
    first, test = plan(10, 1_000), plan(100, 1_000)
    tracker.begin({first.name: Work(n_examples=1e3, train_flops=1e9)}, set(), budget=5e9)
    tracker.begin_trial(first)
    tracker.end_trial(first, TrialOutcome(status="completed", elapsed_seconds=2.0))
    tracker.end()
    tracker.expect(test, Work(n_examples=1e3, train_flops=4e9))
    for _ in range(2):  # One that is trained again counts once.
        tracker.begin_trial(test)
        tracker.advance(test, 0.5)
        progress = tracker.progress()
        assert (progress.flops_done, progress.flops_total) == (3e9, 5e9)
        assert (progress.n_ended, progress.n_trials) == (1, 2)
        tracker.end_trial(test, TrialOutcome(status="completed", elapsed_seconds=8.0))


def test_what_is_foreseen_stands_for_the_trials_that_are_not_known_yet(clock, listener):
    small, large = (Work(n_examples=1e3, train_flops=flops) for flops in (1e9, 4e9))
    tracker = Tracker(listener, clock)
    tracker.begin({}, set(), foreseen=[(small, 3.0), (large, 1.0)])
    first, second = plan(10, 1_000), plan(10, 1_001)
    tracker.expect(first, small)
    tracker.begin_trial(first)
    clock.now += 1.0
    tracker.advance(first, 0.5)
    progress = tracker.progress()
    assert (progress.n_ended, progress.n_trials, progress.flops_total) == (0, 4, 7e9)
    assert progress.remaining_seconds is None
    tracker.end_trial(first, TrialOutcome(status="completed", elapsed_seconds=2.0))
    assert tracker.progress().remaining_seconds >= 6.0
    tracker.take_in(second, small)
    progress = tracker.progress()
    assert (progress.n_ended, progress.n_trials, progress.flops_done) == (2, 4, 2e9)
    assert progress.remaining_seconds >= 4.0
    tracker.end()
    assert (tracker.progress().n_trials, tracker.progress().flops_total) == (2, 2e9)
