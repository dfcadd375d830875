import pytest
import tensorflow as tf

from scaling_keras.errors import SweepError
from scaling_keras.tuner.strategy import device_message, make_strategy, n_replicas, split_cpu


def test_auto_mirrors_over_all_devices_and_sums_on_one():
    strategy = make_strategy("auto")
    assert isinstance(strategy, tf.distribute.MirroredStrategy)
    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    assert n_replicas(strategy) == len(devices)
    assert isinstance(
        strategy.extended._get_cross_device_ops(tf.constant(1.0)),
        tf.distribute.ReductionToOneDevice,
    )


def test_a_strategy_of_your_own_is_taken_as_it_is():
    strategy = tf.distribute.OneDeviceStrategy("CPU:0")
    assert make_strategy(strategy) is strategy


def test_none_is_no_strategy():
    assert make_strategy(None) is None
    assert n_replicas(None) == 1


@pytest.mark.parametrize("choice", ["mirrored", 2, ["GPU:0"]])
def test_anything_else_is_refused(choice):
    with pytest.raises(SweepError, match=r"must be 'auto', None or a tf\.distribute\.Strategy"):
        make_strategy(choice)


def test_what_trains_is_told_in_a_few_words():
    assert device_message(None) == "one device, no distribution strategy"
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    assert device_message(strategy) == "MirroredStrategy over 1 CPU device"


def test_one_replica_needs_no_splitting():
    split_cpu(1)


def test_there_is_at_least_one_replica():
    with pytest.raises(SweepError, match=r"at least 1 replica\. Received: 0"):
        split_cpu(0)


def test_a_cpu_in_use_cannot_be_split():
    tf.constant(1.0)
    with pytest.raises(SweepError, match="must be split before TensorFlow uses it"):
        split_cpu(2)
