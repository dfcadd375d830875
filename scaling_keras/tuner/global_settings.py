"""Settings of Keras and TensorFlow that a whole process shares, and that trainings depend on."""

from __future__ import annotations

import dataclasses
from typing import Any

import keras
import tensorflow as tf

from scaling_keras.tuner.strategy import n_cpu_devices, split_cpu


@dataclasses.dataclass(frozen=True, kw_only=True)
class GlobalSettings:
    """What a program has set for its process, for other processes to train as it would.

    Attributes:
        floatx: Type of floating-point numbers: `float16`, `bfloat16`, `float32` or `float64`.
        epsilon: The small number that keeps divisions finite.
        image_data_format: `channels_last` or `channels_first`.
        dtype_policy: What layers compute and keep their variables in, a `keras.DTypePolicy`.
        tensor_float_32: Whether GPUs may round the factors of matrix products to TensorFloat-32.
        cpu_devices: Logical devices that the CPU is split into.
    """

    floatx: str
    epsilon: float
    image_data_format: str
    dtype_policy: Any
    tensor_float_32: bool
    cpu_devices: int

    @classmethod
    def of_this_process(cls) -> GlobalSettings:
        """Return the settings of this process."""
        return cls(
            floatx=keras.config.floatx(),
            epsilon=keras.config.epsilon(),
            image_data_format=keras.config.image_data_format(),
            dtype_policy=keras.config.dtype_policy(),
            tensor_float_32=tf.config.experimental.tensor_float_32_execution_enabled(),
            cpu_devices=n_cpu_devices(),
        )

    def apply(self) -> None:
        """Make them the settings of this process, whose TensorFlow has not used a device yet.

        Raises:
            SweepError: If the CPU must be split and TensorFlow has used it.
        """
        split_cpu(self.cpu_devices)
        keras.config.set_floatx(self.floatx)
        keras.config.set_epsilon(self.epsilon)
        keras.config.set_image_data_format(self.image_data_format)
        keras.config.set_dtype_policy(self.dtype_policy)
        tf.config.experimental.enable_tensor_float_32_execution(self.tensor_float_32)


def clear_session(dtype_policy: Any, *, free_memory: bool = True) -> None:
    """Forget what Keras keeps of the models made so far, and begin with a dtype policy.

    Keras's own `clear_session` also forgets the policy that the user set. It isn't simply kept as
    it stands: a `build_model` that sets one for some of its models would set it for the rest.

    Args:
        dtype_policy: The `keras.DTypePolicy` of the models to come that set none.
        free_memory: Whether to look for garbage at once, a third of a second in a large program.
    """
    keras.backend.clear_session(free_memory=free_memory)
    keras.config.set_dtype_policy(dtype_policy)
