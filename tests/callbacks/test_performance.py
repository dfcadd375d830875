import sys
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from scaling_keras.callbacks import performance
from scaling_keras.callbacks.performance import Performance, device_facts
from scaling_keras.callbacks.scaling_logger import ScalingLogger
from scaling_keras.errors import RunsError


@pytest.fixture
def clock(monkeypatch):
    """A clock that only the test moves."""
    now = [0.0]
    fake = SimpleNamespace(perf_counter=lambda: now[0], monotonic=lambda: now[0])
    monkeypatch.setattr(performance, "time", fake)
    return now


MODEL = SimpleNamespace(optimizer=SimpleNamespace(learning_rate=0.5))


def test_speed_is_that_of_the_training_alone_since_the_last_time(clock):
    measured = Performance(flops_per_example=10.0, peak=2000.0)
    measured.begin(2, 8)
    clock[0] = 3.0
    measured.clock.pause()
    clock[0] = 90.0
    measured.clock.resume()
    clock[0] = 91.0
    values = measured.measure(MODEL, 10, 208)
    assert values["seconds_per_step"] == 0.5
    assert values["examples_per_second"] == 50.0
    assert values["flops_utilisation"] == 0.25
    assert values["learning_rate"] == 0.5
    assert measured.measure(MODEL, 11, 300) == {}
    clock[0] = 400.0
    assert measured.measure(MODEL, 12, 300)["examples_per_second"] == pytest.approx(92 / 309)


def test_memory_that_can_not_be_told_is_left_out(monkeypatch):
    assert performance.memory_peak_bytes() > 1e6
    monkeypatch.setitem(sys.modules, "resource", None)
    assert performance.memory_peak_bytes() is None


@pytest.mark.parametrize(
    ("dtype", "peak"), [("mixed_bfloat16", 312e12), ("float32", 156e12), ("float64", None)]
)
def test_the_peak_of_a_known_device_is_that_of_the_type_it_multiplies(dtype, peak, monkeypatch):
    config = performance.tf.config
    monkeypatch.setattr(config, "list_physical_devices", lambda kind: [kind])
    details = {"device_name": "NVIDIA A100-SXM4-40GB"}
    monkeypatch.setattr(config.experimental, "get_device_details", lambda device: details)
    model = SimpleNamespace(dtype_policy=keras.dtype_policies.get(dtype))
    facts = device_facts("GPU", model, None)
    assert facts == {**details, "peak_flops_per_second": peak}
    assert device_facts("GPU", model, 1.0)["peak_flops_per_second"] == 1.0


@pytest.mark.filterwarnings("ignore:`shuffle=True` was passed:UserWarning")
def test_speed_learning_rate_and_utilisation_are_logged_and_no_step_is_traced_anew(
    data, tmp_path, read_run
):
    traces = []

    class Tracing(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            traces.append(1)
            return super().train_step(data)

    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = Tracing()
    finally:
        keras.config.set_dtype_policy("float32")
    model.compile(keras.optimizers.SGD(schedule), "mse", jit_compile=False)
    logger = ScalingLogger(tmp_path, peak_flops_per_second=1e6)
    model.fit(data[0][:96], data[1][:96], epochs=3, callbacks=[logger], verbose=0)
    # Keras's symbolic build, the step that trains, and the count of its FLOPs: once each.
    assert len(traces) == 3
    run, record = read_run(tmp_path)
    rates = record.curves["learning_rate"]
    assert rates[:, 0].tolist() == [96, 192, 288]
    np.testing.assert_allclose(rates[:, 2], 0.1 * 0.5 ** (np.array([3, 6, 9]) / 10), rtol=1e-6)
    for name in ("examples_per_second", "seconds_per_step", "memory_peak_bytes"):
        assert (record.curves[name][:, 2] > 0).all()
    rate = record.curves["examples_per_second"][:, 2] * run.train_flops_per_example / 1e6
    np.testing.assert_allclose(record.curves["flops_utilisation"][:, 2], rate, rtol=1e-6)
    assert record.facts[1].peak_flops_per_second == 1e6
    assert run.status == "completed"


def test_a_peak_that_is_not_positive_is_an_error():
    with pytest.raises(RunsError, match="`peak_flops_per_second` must be a positive number"):
        ScalingLogger(peak_flops_per_second=-1.0)
