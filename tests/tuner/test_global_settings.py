"""What a program sets for its whole process holds for each of its models, wherever it is built."""

import subprocess
import sys

import keras
import pytest

from scaling_keras.tuner.global_settings import GlobalSettings, clear_session
from tests.requirements import require_module
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


SENDS = """
import sys
import keras
import tensorflow as tf
from scaling_keras.tuner.executors import packing
from scaling_keras.tuner.strategy import split_cpu

split_cpu(2)
keras.config.set_floatx("float64")
keras.config.set_epsilon(1e-5)
keras.config.set_image_data_format("channels_first")
keras.config.set_dtype_policy("mixed_bfloat16")
tf.config.experimental.enable_tensor_float_32_execution(False)

class Zero:
    "Reads a setting while it is made."
    def __setstate__(self, state):
        self.zeros = keras.ops.zeros(1)

zero = Zero()
zero.is_sent = True
sys.stdout.buffer.write(packing.pack(zero))
"""

RECEIVES = """
import sys
import tensorflow as tf
from scaling_keras.tuner.executors import packing
from scaling_keras.tuner.global_settings import GlobalSettings

zero = packing.unpack(sys.stdin.buffer.read())
print(zero.zeros.dtype.name, len(tf.config.list_logical_devices("CPU")))
print(GlobalSettings.of_this_process())
"""


def test_the_settings_are_sent_ahead_of_what_runs_trials():
    require_module("cloudpickle")
    packed = subprocess.run([sys.executable, "-c", SENDS], capture_output=True, check=True).stdout
    told = subprocess.run(
        [sys.executable, "-c", RECEIVES], input=packed, capture_output=True, check=True
    ).stdout
    assert told.decode().splitlines() == [
        "float64 2",
        (
            "GlobalSettings(floatx='float64', epsilon=1e-05, image_data_format='channels_first', "
            'dtype_policy=<DTypePolicy "mixed_bfloat16">, tensor_float_32=False, cpu_devices=2)'
        ),
    ]
