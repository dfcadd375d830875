import numpy as np

from scaling_keras import laws
from scaling_keras.laws.misses import misses, predicted_of_runs
from tests.strategies import HOFFMANN, noisy_runs


def test_a_run_of_an_average_of_forms_is_compared_with_what_the_average_predicts():
    runs = noisy_runs(HOFFMANN, noise=0.05)
    fit = laws.fit("auto", **runs, n_resamples=100)
    assert len(fit.form_weights) > 1
    said = fit.predict(n_params=runs["n_params"], n_examples=runs["n_examples"])
    np.testing.assert_allclose(predicted_of_runs(fit), said.mean)
    np.testing.assert_allclose(misses(fit), runs["loss"] / said.mean - 1)


def test_a_share_misses_by_a_difference():
    x = np.geomspace(1e3, 1e7, 12)
    accuracy = 0.9 - 3 / x**0.3 + 0.01 * np.cos(np.arange(12))
    fit = laws.fit("bounded_metric", x=x, metric=accuracy, n_resamples=100)
    np.testing.assert_allclose(misses(fit), fit.observed - fit.predict(x=x).mean)
