import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.runs import Run, RunTable

TRUTH = {"overhead_seconds": 0.01, "coef": 3e-10, "param_power": 0.9, "half_rate_batch": 40.0}
SIZES, BATCHES = np.geomspace(1e6, 1e9, 5), np.array([8.0, 32.0, 128.0, 512.0])


def seconds(n_params, batch_size):
    per_item = TRUTH["coef"] * n_params ** TRUTH["param_power"]
    return TRUTH["overhead_seconds"] + per_item * (batch_size + TRUTH["half_rate_batch"])


@pytest.fixture(scope="module")
def fit():
    n, batch = (column.ravel() for column in np.meshgrid(SIZES, BATCHES))
    scatter = np.exp(np.random.default_rng(0).normal(0, 0.02, len(n)))
    return laws.fit(
        "step_time",
        n_params=n,
        batch_size=batch,
        step_seconds=seconds(n, batch) * scatter,
        n_resamples=200,
    )


def test_the_law_is_recovered_with_its_intervals(fit):
    intervals = fit.intervals(0.98)
    for name, true in TRUTH.items():
        assert intervals[name].low < true < intervals[name].high
    assert fit.params["half_rate_batch"] == pytest.approx(40, rel=0.2)


def test_a_training_ten_times_larger_is_timed(fit):
    found = fit.predict(n_params=1e10, batch_size=1024.0)
    assert found.mean[0] == pytest.approx(seconds(1e10, 1024.0), rel=0.1)
    assert found.low[0] < seconds(1e10, 1024.0) < found.high[0]


def test_the_throughput_rises_with_the_batch_and_levels_off(fit):
    batch = np.geomspace(1, 1e5, 40)
    rate = batch / fit.predict(n_params=1e8, batch_size=batch).mean
    gain = np.diff(np.log(rate))
    assert (gain > 0).all()
    assert (np.diff(gain) < 0).all()


def test_it_survives_saving(fit):
    assert laws.Fit.from_dict(fit.to_dict()).to_dict() == fit.to_dict()
    assert "on log step_seconds" in fit.summary()


def test_the_runs_of_a_table_bring_their_times():
    runs = [
        Run(
            name=f"{n:g}-{batch:g}",
            n_params=n,
            n_examples=1e6,
            loss=2.0,
            facts={
                "batch_size": int(batch),
                "examples_per_item": 16,
                "result": {"examples_per_second": 16 * batch / seconds(n, batch)},
            },
        )
        for n in SIZES
        for batch in BATCHES
    ]
    untimed = Run(name="untimed", n_params=1e7, n_examples=1e6, loss=2.0, facts={"batch_size": 8})
    found = laws.fit("step_time", RunTable(runs=(*runs, untimed)), n_resamples=100)
    assert found.params == pytest.approx(TRUTH, rel=1e-4)
    assert [(item.name, item.reason) for item in found.excluded] == [
        ("untimed", "it has no step_seconds")
    ]
