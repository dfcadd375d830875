"""ScalingLogger under `tf.distribute.MirroredStrategy`, in a process with two logical CPUs."""

import subprocess
import sys
import textwrap

from scaling_keras.events.reader import read_records, read_runs

PROGRAM = """
import sys, keras, numpy as np, tensorflow as tf
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
from scaling_keras.callbacks.scaling_logger import ScalingLogger

class Subclassed(keras.Model):
    def __init__(self):
        super().__init__(name="subclassed")
        self.normalization = keras.layers.BatchNormalization()
        self.dense = keras.layers.Dense(1)
    def call(self, x, training=False):
        return self.dense(self.normalization(x, training=training))

class OwnStep(Subclassed):
    def train_step(self, data):
        return super().train_step(data)

def sequential():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])

strategy = tf.distribute.MirroredStrategy(
    ["CPU:0", "CPU:1"], cross_device_ops=tf.distribute.ReductionToOneDevice()
)
x = np.random.default_rng(0).normal(size=(100, 3)).astype("float32")
y = x.sum(axis=1, keepdims=True)
dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(32)
unknown = dataset.filter(lambda x, y: True)
for make in (sequential, Subclassed, OwnStep):
    for name, data, executions in (("known", dataset, 1), ("unknown", unknown, 3)):
        with strategy.scope():
            model = make()
            model.compile("sgd", "mse", steps_per_execution=executions)
        logger = ScalingLogger(f"{sys.argv[1]}/{make.__name__}-{name}")
        model.fit(data, epochs=2, validation_data=dataset, callbacks=[logger], verbose=0)
"""


def test_replicas_are_counted_together(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error::scaling_keras.errors.ScalingWarning",
            "-c",
            textwrap.dedent(PROGRAM),
            str(tmp_path),
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    runs = read_runs(tmp_path)
    assert len(runs) == 6, done.stderr
    for run in runs:
        assert run.status == "completed", run
        assert run.curves["val_loss"][:, 0].tolist() == [100, 200], run.name
        assert run.train_flops_per_example == 3 * 2 * 3 - (6 if "seq" in run.name else 0)
    for record in read_records(tmp_path):
        facts = record.facts[1]
        assert (facts.n_replicas, facts.strategy) == (2, "MirroredStrategy")
        assert (facts.batch_size, facts.flops_method) == (32, "graph"), record.name
