import keras
import numpy as np
import pytest

from scaling_keras.callbacks.gradient_noise import METRIC, GradientNoise, noise_scale
from scaling_keras.callbacks.scaling_logger import ScalingLogger
from scaling_keras.errors import RunsError


def test_both_terms_are_told_from_two_sizes():
    signal, noise = 3.0, 60.0
    norms = {size: signal + noise / size for size in (4, 64)}
    assert noise_scale(norms[4], norms[64], 4, 64) == pytest.approx(noise / signal)
    assert noise_scale(1.0, 0.01, 4, 64) is None


def test_the_noise_scale_of_a_known_covariance_is_found_and_logged(tmp_path, read_run):
    # One weight w = 0 and loss (w x - y)^2: the gradient of an item is -2 x y. With x = 1, that of
    # a batch is -2 times the mean of its y, and B is about Var[y] / E[y]^2 = 4.
    y = np.random.default_rng(0).normal(1.0, 2.0, size=(4096, 1))
    small = np.mean((2 * y.reshape(64, 64).mean(axis=1)) ** 2)
    expected = noise_scale(small, (2 * y.mean()) ** 2, 64, 4096)
    assert 2 < expected < 8
    model = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")]
    )
    model.compile(keras.optimizers.SGD(0.0), "mse")
    batches = [(np.ones((64, 1)), y[k : k + 64]) for k in range(0, 4096, 64)]
    before = model.get_weights()
    logger = ScalingLogger(tmp_path, gradient_noise=batches)
    model.fit(*batches[0], callbacks=[logger], verbose=0)
    _, record = read_run(tmp_path)
    assert record.curves[METRIC][0, 2] == pytest.approx(expected, rel=1e-4)
    assert model.get_weights() == before
    assert GradientNoise(batches).measure(model, 3)[METRIC] == pytest.approx(3 * expected, rel=1e-4)


@pytest.mark.parametrize("batches", [5, [1, 2], [(), ()], [np.float32(1.0)]])
def test_what_is_no_batch_is_an_error(batches):
    with pytest.raises(RunsError, match=r"must be batches as `fit` takes them\. Received: "):
        GradientNoise(batches)


@pytest.mark.parametrize("sizes", [(), (4,), (4, 5)])
def test_too_few_batches_or_batches_of_two_sizes_are_an_error(sizes):
    batches = [(np.ones((size, 1)), np.ones((size, 1))) for size in sizes]
    with pytest.raises(RunsError, match="must be two batches of one size or more"):
        GradientNoise(batches)
