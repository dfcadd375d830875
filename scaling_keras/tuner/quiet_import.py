"""Load TensorFlow without what it has to say while it loads."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from scaling_keras.errors import SweepError


def load_tensorflow() -> None:
    """Load TensorFlow as Keras's backend, errors only on standard error from then on.

    Only a program may decide this, so no library code calls it.

    Raises:
        SweepError: If TensorFlow isn't installed, or Keras has another backend already.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "keras" not in sys.modules:
        # Whatever ~/.keras/keras.json says: `tf.distribute` needs it.
        os.environ["KERAS_BACKEND"] = "tensorflow"
    if importlib.util.find_spec("tensorflow") is None:
        raise SweepError(
            "Training needs TensorFlow. Received: an environment without it. Install it with "
            "`pip install tensorflow`, or from a clone of scaling_keras with "
            '`pip install ".[cpu]"`.'
        )
    import_quietly()
    tensorflow = importlib.import_module("tensorflow")
    keras = importlib.import_module("keras")
    tensorflow.get_logger().setLevel("ERROR")
    if keras.backend.backend() != "tensorflow":
        raise SweepError(
            f"Training needs Keras with TensorFlow. Received: backend {keras.backend.backend()!r}. "
            f"Set the environment variable KERAS_BACKEND=tensorflow."
        )


def import_quietly() -> None:
    """Import TensorFlow and Keras without the notices that some versions write at any log level.

    What they say later is heard. Only for a program of our own.
    """
    with _standard_error_closed():
        importlib.import_module("tensorflow")
        importlib.import_module("keras")


@contextlib.contextmanager
def _standard_error_closed() -> Iterator[None]:
    """Send what native code writes to standard error nowhere, while this holds."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
