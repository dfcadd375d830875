"""Optimizers that can't be mirrored: what a search says of them, and how it trains them."""

import keras
import pytest

from scaling_keras.errors import SweepError
from tests.tuner.conftest import build_model

ACCUMULATES = {"gradient_accumulation_steps": 2}
OVERWRITES = {"use_ema": True, "ema_overwrite_frequency": 4}


def with_adam(options, **compiled):
    def build(hp):
        model = build_model(hp)
        model.compile(optimizer=keras.optimizers.Adam(0.01, **options), loss="mse", **compiled)
        return model

    return build


@pytest.mark.parametrize(
    "options", [ACCUMULATES, OVERWRITES], ids=["accumulated gradients", "averages that overwrite"]
)
def test_an_optimizer_that_cannot_be_mirrored_is_named_with_the_way_out(make_tuner, data, options):
    tuner = make_tuner(with_adam(options), widths=(2,), distribution_strategy="auto")
    with pytest.raises(SweepError, match="pass distribution_strategy=None, and search again"):
        tuner.search(data, validation_data=data)


@pytest.mark.parametrize("steps_per_execution", [1, 4])
@pytest.mark.parametrize(
    "options", [ACCUMULATES, OVERWRITES], ids=["accumulated gradients", "averages that overwrite"]
)
def test_such_an_optimizer_makes_all_its_steps_unmirrored(
    make_tuner, data, options, steps_per_execution
):
    build = with_adam(options, steps_per_execution=steps_per_execution)
    tuner = make_tuner(build, widths=(2,), distribution_strategy=None)
    tuner.search(data, validation_data=data)
    assert [run.status for run in tuner.results()] == ["completed"]
