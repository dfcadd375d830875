"""A training that is killed and started again, and two at the same time, in processes."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

from scaling_keras.events.reader import assemble, read_records

PROGRAM = """
import os, signal, sys
import keras, numpy as np
from scaling_keras.callbacks.scaling_logger import ScalingLogger

where, kill_at = sys.argv[1], int(sys.argv[2])

class Killing(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.model._initial_epoch or not hasattr(self, "said"):
            self.said = True
            print(int(self.model.optimizer.iterations.numpy()), flush=True)
    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.optimizer.iterations.numpy()) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
x = np.random.default_rng(0).normal(size=(32, 3))
backup = keras.callbacks.BackupAndRestore(where + "/backup", save_freq=3)
callbacks = [backup, ScalingLogger(where + "/run"), Killing()]
model.fit(x, x.sum(axis=1), batch_size=8, epochs=5, callbacks=callbacks, verbose=0)
print(int(model.optimizer.iterations.numpy()))
"""


def _run(*arguments, program=PROGRAM):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)],
        capture_output=True,
        text=True,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_after_a_kill_and_a_restart_the_curve_goes_on_from_where_the_weights_are(tmp_path):
    killed = _run(tmp_path, 11)
    assert killed.returncode == -9, killed.stderr
    (record,) = read_records(tmp_path)
    (run,) = assemble([record], now=record.last_wall_time + 1200)
    assert (run.status, run.n_examples) == ("stalled", 64)  # Its last point, of two epochs.
    done = _run(tmp_path, -1)
    assert done.returncode == 0, done.stderr
    restored, *_, final = map(int, done.stdout.split())
    assert restored == 9  # Within the third epoch, beyond the last point.
    (record,) = read_records(tmp_path)
    (run,) = assemble([record])
    assert record.facts[2].n_examples_before == 8 * restored
    assert (run.status, run.n_examples, run.dataset_size) == ("completed", 8 * final, 32)
    places = run.curves["loss"][:, 0]
    assert (np.diff(places) > 0).all()
    # Keras begins the third epoch anew: 72 items of the restored weights, and 32 an epoch.
    assert places.tolist() == [32, 64, 104, 136, 168]


VARYING_PROGRAM = """
import os, signal, sys
import keras, numpy as np
from keras import layers
from scaling_keras.callbacks.scaling_logger import ScalingLogger

where, kill_at = sys.argv[1], int(sys.argv[2])

class Killing(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.optimizer.iterations.numpy()) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

tokens = keras.Input((5,), dtype="int32")
model = keras.Model(tokens, layers.Dense(7)(layers.Embedding(7, 4, mask_zero=True)(tokens)))
model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
# Of each batch of 8 items, one token an item counts; from the 31st batch on, all five.
lengths = np.where(np.arange(50) < 30, 1, 5).repeat(8)
x = np.where(np.arange(5) < lengths[:, None], 3, 0)
backup = keras.callbacks.BackupAndRestore(where + "/backup", save_freq=45)
callbacks = [backup, ScalingLogger(where + "/run"), Killing()]
model.fit(x, x, batch_size=8, shuffle=False, epochs=2, callbacks=callbacks, verbose=0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_what_a_checkpoint_has_seen_is_written_when_it_is_made(tmp_path):
    assert _run(tmp_path, 48, program=VARYING_PROGRAM).returncode == -9
    done = _run(tmp_path, -1, program=VARYING_PROGRAM)
    assert done.returncode == 0, done.stderr
    (record,) = read_records(tmp_path)
    assert record.facts[2].n_examples_before == 8 * (30 + 15 * 5)
    (run,) = assemble([record])
    assert run.n_examples == 8 * (30 + 15 * 5) + 2 * 8 * (30 + 20 * 5)
