"""How long a trial takes, told from its beginning."""

import types

import keras
import keras_tuner
import pytest

from scaling_keras.tuner.measuring import StepWatch, measure_step


class Clock:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def watched(ends, seconds=10.0):
    """Return a watch after batches that ended then, and after how many of them it was enough."""
    clock = Clock()
    watch = StepWatch(seconds, clock)
    watch.set_model(types.SimpleNamespace(stop_training=False))
    enough = None
    for n_batches, end in ends:
        clock.now = end
        watch.on_train_batch_end(n_batches - 1)
        if watch.model.stop_training and enough is None:
            enough = n_batches
    return watch, enough


def test_a_step_takes_what_the_later_half_of_the_steps_took():
    # The first traces, and those after it are slow.
    ends = [(1, 7.0), (2, 9.0), (3, 10.0), (4, 10.5), (5, 11.0)]
    measured = watched(ends)[0].measure(12.0, 5)
    assert measured.step_seconds == 0.5
    assert measured.setup_seconds == 12.0 - 5 * 0.5
    assert measured.peak_bytes == 5


def test_steps_that_are_run_at_once_are_each_a_part():
    measured = watched([(50, 3.0), (100, 4.0), (150, 5.0)])[0].measure(6.0, 0)
    assert measured.step_seconds == pytest.approx(1 / 50)
    assert measured.setup_seconds == pytest.approx(3.0)


def test_a_single_execution_is_all_there_is():
    measured = watched([(8, 3.0)])[0].measure(4.0, 0)
    assert (measured.setup_seconds, measured.step_seconds) == (4.0, 0.0)


def test_steps_are_watched_for_some_time_after_the_second():
    ends = [(n, 100.0 + n) for n in range(1, 20)]
    assert watched(ends, seconds=10.0)[1] == 12
    assert watched([(1, 5.0), (2, 6.0), (3, 50.0)], seconds=10.0)[1] == 3


def test_what_is_counted_after_the_first_step_is_no_step():
    watch, enough = watched([(1, 1.0), (2, 61.0), (3, 61.5)], seconds=0.5)
    assert enough == 3
    assert watch.measure(61.5, 0).step_seconds == 0.5


class Ticks(keras.callbacks.Callback):
    """Lets two seconds go by with each batch."""

    def __init__(self, clock):
        super().__init__()
        self.clock = clock

    def __deepcopy__(self, memo):
        return self

    def on_train_batch_begin(self, batch, logs=None):
        self.clock.now += 2.0


class Ticking(keras_tuner.HyperModel):
    """A family with a `fit` of its own, in which each batch takes two seconds of a clock."""

    def __init__(self, clock, **compiled_with):
        super().__init__()
        self.clock = clock
        self.compiled_with = compiled_with

    def build(self, hp):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(hp["width"])])
        model.compile("sgd", "mse", **self.compiled_with)
        return model

    def fit(self, hp, model, *args, callbacks, **kwargs):
        return model.fit(*args, callbacks=[Ticks(self.clock), *callbacks], **kwargs)


def measured_with(make_tuner, data, n_examples, **compiled_with):
    """Return the measure of a trial by a clock that its batches set, and what they set it to."""
    clock = Clock()
    tuner = make_tuner(Ticking(clock, **compiled_with), widths=(2,), n_examples=(n_examples,))
    setting = tuner._prepare(data.repeat(), data, None, (), None)
    (plan,) = tuner._sweep.plan(setting.workload)
    measured = measure_step(plan, setting, clock=clock)
    assert list(tuner._project.path.iterdir()) == []  # It leaves nothing behind.
    return measured, clock.now


def test_the_beginning_of_a_trial_is_run_as_the_trial_is(make_tuner, data):
    measured, ran_until = measured_with(make_tuner, data, 400)
    # Two seconds are more than enough, so that three of the hundred steps are run.
    assert ran_until == 6.0
    assert (measured.setup_seconds, measured.step_seconds) == (0.0, 2.0)
    assert measured.peak_bytes > 2**20


def test_steps_of_one_execution_are_measured_by_whole_executions(make_tuner, data):
    measured, ran_until = measured_with(make_tuner, data, 400, steps_per_execution=10)
    assert ran_until == 6.0
    assert measured.step_seconds == pytest.approx(0.2)


def test_a_trial_of_one_execution_is_run_whole(make_tuner, data):
    measured, ran_until = measured_with(make_tuner, data, 32, steps_per_execution=50)
    assert ran_until == 2.0
    assert (measured.setup_seconds, measured.step_seconds) == (2.0, 0.0)
