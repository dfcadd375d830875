import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from scaling_keras.errors import SweepError
from scaling_keras.tuner.quiet_import import load_tensorflow


def test_an_environment_without_tensorflow_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SweepError, match=r'pip install "\.\[cpu\]"'):
        load_tensorflow()


def test_keras_on_another_backend_is_refused(monkeypatch):
    keras = SimpleNamespace(backend=SimpleNamespace(backend=lambda: "jax"))
    logger = SimpleNamespace(setLevel=lambda level: None)
    modules = {"keras": keras, "tensorflow": SimpleNamespace(get_logger=lambda: logger)}
    monkeypatch.setitem(sys.modules, "keras", keras)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    monkeypatch.setattr("importlib.import_module", modules.get)
    with pytest.raises(SweepError, match="Received: backend 'jax'"):
        load_tensorflow()


@pytest.mark.keras
def test_tensorflow_loads_without_a_word_and_errors_can_still_be_heard():
    program = (
        "from scaling_keras.tuner.quiet_import import load_tensorflow\n"
        "import sys\n"
        "load_tensorflow()\n"
        "import keras, tensorflow\n"
        "assert keras.backend.backend() == 'tensorflow'\n"
        "tensorflow.constant(1.0)\n"
        "sys.stderr.write('heard')\n"
    )
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    environment.pop("TF_CPP_MIN_LOG_LEVEL", None)
    result = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (result.stdout, result.stderr) == ("", "heard")
