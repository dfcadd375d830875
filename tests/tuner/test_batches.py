"""Whether data comes in the same order again is told by what it is made of."""

import pytest
import tensorflow as tf

from scaling_keras.tuner.batches import keeps_order

NUMBERS = tf.data.Dataset.range(8)


def by_chance():
    options = tf.data.Options()
    options.deterministic = False
    return NUMBERS.with_options(options).batch(2)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (NUMBERS.map(lambda x: x + 1).batch(2).repeat().prefetch(1), True),
        (NUMBERS.shuffle(8, seed=1, reshuffle_each_iteration=False).batch(2), True),
        (NUMBERS.shuffle(8, seed=1).batch(2), False),
        (tf.data.Dataset.zip(NUMBERS, NUMBERS.shuffle(8)).batch(2), False),
        (by_chance(), False),
    ],
    ids=["plain", "shuffled_once", "shuffled", "partly", "by_chance"],
)
def test_data_that_shuffles_comes_in_another_order(data, expected):
    assert keeps_order(data) is expected
    if expected:
        first, second = (list(data.take(4).as_numpy_iterator()) for _ in range(2))
        assert [each.tolist() for each in first] == [each.tolist() for each in second]
