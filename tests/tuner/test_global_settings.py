"""What a program sets for its whole process holds for each of its models, wherever it is built."""

import keras
import pytest

from scaling_keras.tuner.global_settings import GlobalSettings, clear_session
from tests.tuner.conftest import build_model


@pytest.fixture(autouse=True)
def as_before():
    settings = GlobalSettings.of_this_process()
    yield
    settings.apply()


def policies_of(make_tuner, data, build):
    """Return the policy that each model was built with, as its run tells."""
    tuner = make_tuner(build, checkpoint_seconds=None)
    tuner.search(data, validation_data=data)
    return {run.facts["size"]: run.facts["dtype_policy"] for run in tuner.results()}


def test_each_model_has_the_dtype_policy_of_the_program(make_tuner, data):
    keras.config.set_dtype_policy("mixed_bfloat16")
    built = []

    def build(hp):
        built.append(keras.config.dtype_policy().name)
        return build_model(hp)

    assert policies_of(make_tuner, data, build) == dict.fromkeys(
        ("width2", "width4"), "mixed_bfloat16"
    )
    assert len(built) >= 4
    assert set(built) == {"mixed_bfloat16"}


def test_the_policy_that_a_model_asks_for_is_its_own(make_tuner, data):
    def build(hp):
        if hp["width"] == 2:
            keras.config.set_dtype_policy("mixed_bfloat16")
        return build_model(hp)

    assert policies_of(make_tuner, data, build) == {"width2": "mixed_bfloat16", "width4": "float32"}


def test_measuring_a_step_keeps_the_policy(make_tuner, data):
    keras.config.set_dtype_policy("mixed_bfloat16")
    tuner = make_tuner()
    tuner.describe(data, validation_data=data, measure=True)
    assert keras.config.dtype_policy().name == "mixed_bfloat16"


def test_a_cleared_session_counts_names_anew_under_the_policy():
    clear_session(keras.DTypePolicy("mixed_bfloat16"))
    assert keras.layers.Dense(1).name == "dense"
    clear_session(keras.config.dtype_policy())
    layer = keras.layers.Dense(1)
    assert (layer.name, layer.compute_dtype) == ("dense", "bfloat16")
