"""Tuners of sweeps whose models are built."""

import pytest

from scaling_keras.tuner.tuner import ScalingTuner
from tests.tuner.conftest import build_model


@pytest.fixture
def tuner_of(tmp_path):
    def make(sweep, build=build_model, **options):
        return ScalingTuner(
            build,
            sweep=sweep,
            **{"directory": tmp_path / "runs", "distribution_strategy": None, **options},
        )

    return make
