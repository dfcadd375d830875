"""Counting under `tf.distribute.MirroredStrategy`, in a process with two logical CPUs."""

import subprocess
import sys
import textwrap

PROGRAM = """
import keras, numpy as np, tensorflow as tf
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
from scaling_keras.counting.model_count import count, count_with_data

class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(4, use_bias=False)
    def call(self, x):
        return self.dense(x)
    def train_step(self, data):
        return super().train_step(data)

strategy = tf.distribute.MirroredStrategy(
    ["CPU:0", "CPU:1"], cross_device_ops=tf.distribute.ReductionToOneDevice()
)
with strategy.scope():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, use_bias=False),
                              keras.layers.BatchNormalization(), keras.layers.Dropout(0.5)])
    model.compile("adam", "mse")
    inside = count(model)
    own = Own()
    own.compile("adam", "mse")
outside = count(model)
keras.backend.clear_session()
alone = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, use_bias=False),
                          keras.layers.BatchNormalization(), keras.layers.Dropout(0.5)])
plain = count(alone)
for one in (inside, outside):
    assert one.groups == plain.groups
    assert one.flops_by_convention == plain.flops_by_convention
    assert [row.train_flops_per_example for row in one.layers] == [
        row.train_flops_per_example for row in plain.layers
    ]
assert inside.train_flops_per_example == outside.train_flops_per_example == 2 * 2 * 12
x = np.ones((8, 3), "float32"), np.ones((8, 4), "float32")
own.fit(*x, batch_size=4, verbose=0)
specs = tf.TensorSpec((None, 3)), tf.TensorSpec((None, 4))
counted = count_with_data(own, specs)
assert counted.flops_method == "graph", counted.flops_reason
assert counted.train_flops_per_example == 2 * 2 * 12, counted
print("ok")
"""


def test_a_mirrored_model_is_counted_inside_and_outside_of_its_scope():
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM)], capture_output=True, text=True
    )
    assert done.stdout.strip().endswith("ok"), done.stderr
