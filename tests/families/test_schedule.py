import keras
import numpy as np
import pytest

from scaling_keras.families.schedule import WarmupLinearDecay


@pytest.mark.parametrize("n_steps", [1, 2, 7, 391, 10_000])
def test_the_last_step_still_learns_and_the_next_would_not(n_steps):
    schedule = WarmupLinearDecay(0.5, n_steps)
    assert float(schedule(n_steps - 1)) > 0
    assert float(schedule(n_steps)) == 0


def test_it_climbs_over_the_warmup_and_then_falls_in_a_line():
    rates = [float(WarmupLinearDecay(1.0, 100, 0.2)(step)) for step in range(100)]
    assert np.allclose(np.diff(rates[:20]), 1 / 20)
    assert max(rates) == rates[19] == 1
    assert np.allclose(np.diff(rates[20:]), -1 / 81, atol=1e-6)


def test_it_is_restored_from_its_configuration():
    schedule = WarmupLinearDecay(0.3, 50, 0.1)
    again = keras.optimizers.schedules.deserialize(keras.optimizers.schedules.serialize(schedule))
    assert [float(again(step)) for step in range(50)] == [
        float(schedule(step)) for step in range(50)
    ]
