"""Log one training: its size, its data, its cost and its loss, for the tab Scaling Laws.

Run it a few times with other widths, then `tensorboard --logdir runs`:

    python examples/train_one.py 16
    python examples/train_one.py 64
"""

import sys

import keras
import numpy as np

import scaling_keras as sk


def main(width: int) -> None:
    """Train a model of that width, and log it."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(8192, 10)).astype("float32")
    targets = np.sin(inputs @ rng.normal(size=(10, 1)))

    model = keras.Sequential(
        [keras.Input((10,)), keras.layers.Dense(width, "relu"), keras.layers.Dense(1)]
    )
    model.compile(optimizer="adam", loss="mse")
    print(sk.count(model))
    model.fit(
        inputs[:7168],
        targets[:7168],
        validation_data=(inputs[7168:], targets[7168:]),
        epochs=3,
        callbacks=[sk.ScalingLogger(f"runs/width-{width}")],
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 32)
