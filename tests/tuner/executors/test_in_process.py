import pytest

from scaling_keras.tuner.executors.in_process import InProcess
from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.sweep import plan_trial
from tests.tuner.executors.queues import Queue


@pytest.fixture
def queue():
    return Queue(plan_trial({"width": width}, 10, 0) for width in (1, 2, 3))


def test_trials_run_one_after_the_other_in_their_order(queue):
    InProcess().run(queue, lambda plan: TrialOutcome(status=f"done {plan.size['width']}"))
    assert [status for _, status, _ in queue.finished] == ["done 1", "done 2", "done 3"]


def test_what_a_trial_raises_ends_the_search(queue):
    def run(plan):
        if plan.size["width"] == 2:
            raise KeyboardInterrupt
        return TrialOutcome(status="completed")

    with pytest.raises(KeyboardInterrupt):
        InProcess().run(queue, run)
    assert len(queue.finished) == 1
