import json
import types

import keras
import pytest
import tensorflow as tf

from scaling_keras.callbacks.chief import is_chief
from scaling_keras.callbacks.scaling_logger import ScalingLogger


@pytest.mark.parametrize(
    ("jobs", "task", "expected"),
    [
        (("worker",), ("worker", 0), True),
        (("worker",), ("worker", 1), False),
        (("chief", "worker"), ("chief", 0), True),
        (("chief", "worker"), ("worker", 0), False),
        (("worker", "ps"), ("ps", 0), False),
    ],
)
def test_one_task_of_a_cluster_writes(jobs, task, expected, monkeypatch):
    cluster = {job: ["localhost:1", "localhost:2"] for job in jobs}
    config = {"cluster": cluster, "task": dict(zip(("type", "index"), task, strict=True))}
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))
    resolver = tf.distribute.cluster_resolver.TFConfigClusterResolver()
    assert is_chief(types.SimpleNamespace(cluster_resolver=resolver)) is expected
    # Tasks that train each a model of its own are as many runs.
    assert is_chief(tf.distribute.get_strategy())


@pytest.mark.skipif(
    keras.version().startswith("3.10."), reason="Keras 3.10 distributes nothing on TensorFlow"
)
@pytest.mark.parametrize(("process", "writes"), [("0", True), ("1", False)])
def test_one_process_of_a_keras_distribution_writes(
    process, writes, data, make_model, tmp_path, monkeypatch
):
    monkeypatch.setenv("KERAS_DISTRIBUTION_PROCESS_ID", process)
    model = make_model()
    model.fit(*data, callbacks=[ScalingLogger(tmp_path / "alone")], verbose=0)
    assert (tmp_path / "alone").exists()
    keras.distribution.set_distribution(keras.distribution.DataParallel())
    try:
        run_dir = tmp_path / "together"
        model = make_model()
        model.fit(*data, callbacks=[ScalingLogger(run_dir)], verbose=0)
    finally:
        keras.distribution.set_distribution(None)
    assert run_dir.exists() is writes
