"""What may be handed over as data."""

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.errors import FitError


@pytest.mark.parametrize("data", [3, [1, 2, 3], "runs"])
@pytest.mark.parametrize(
    "call",
    [
        lambda data: laws.fit("chinchilla", data),
        lambda data: laws.fit("auto", data),
        lambda data: laws.compare(data, forms=["power_law"]),
        lambda data: laws.backtest("chinchilla", data),
        lambda data: laws.isoflop(data),
        lambda data: laws.approaches(data),
        lambda data: laws.envelope(data),
        lambda data: laws.fit_groups("power_law", data, by="family"),
        lambda data: laws.optima(data, "learning_rate"),
        laws.measured_flops_per_second,
    ],
)
def test_what_holds_no_columns_is_no_data(call, data):
    with pytest.raises(FitError, match=r"must be a (RunTable|table of runs).*Received"):
        call(data)


def test_columns_under_names_are_data_whatever_holds_them(tmp_path):
    x = np.geomspace(1e3, 1e7, 12)
    np.savez(tmp_path / "runs.npz", x=x, loss=2 + 10 / x**0.4)
    with np.load(tmp_path / "runs.npz") as stored:
        fit = laws.fit("power_law_floor", stored, n_resamples=100)
    assert fit.params["exponent"] == pytest.approx(0.4)
