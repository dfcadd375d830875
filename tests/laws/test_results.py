"""Answers carry what the fit they come from says against itself."""

import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.laws.results import CAVEATS, distinct
from tests.strategies import HOFFMANN, noisy_runs

MISFIT = laws.Finding(code="misfit", message="The form is wrong somewhere.")
OF_THE_DATA = laws.Finding(code="flops_assumed", message="Six per parameter.")


@pytest.fixture(scope="module")
def doubted():
    fit = laws.fit("chinchilla", noisy_runs(HOFFMANN, noise=0.01), n_resamples=100)
    return dataclasses.replace(fit, warnings=(MISFIT, OF_THE_DATA, MISFIT))


def answers(fit):
    """Whatever a fit of size and data is asked for."""
    yield fit.predict(n_params=1e7, n_examples=1e9)
    yield fit.optimal_allocation(train_flops=1e17)
    yield laws.allocate(fit, train_flops=1e17)
    yield laws.cheapest(fit, loss=3.0)
    yield laws.next_runs(fit, train_flops=1e17, n=1)
    yield laws.compute_multiplier(fit, fit, train_flops=1e17)


def test_each_answer_tells_once_why_its_fit_is_in_doubt(doubted):
    for answer in answers(doubted):
        assert answer.warnings.count(MISFIT) == 1
        assert OF_THE_DATA not in answer.warnings


def test_a_downstream_prediction_tells_it_of_both_laws(doubted):
    loss = np.linspace(2, 4, 9)
    error = 0.85 - 2.1 * np.exp(-0.75 * loss)
    second = laws.fit("downstream_error", loss=loss, error=error, n_resamples=100)
    second = dataclasses.replace(second, warnings=(dataclasses.replace(MISFIT, message="Too."),))
    found = laws.predict_downstream(doubted, second, n_params=1e7, n_examples=1e9)
    assert [f.message for f in found.warnings if f.code == "misfit"] == [
        MISFIT.message,
        "Too.",
    ]


def test_published_laws_say_that_they_have_no_interval():
    first, second = (laws.published.get(name) for name in ("hoffmann", "besiroglu"))
    found = laws.compute_multiplier(first, second, train_flops=1e21)
    assert np.isnan(found.multiplier.low)
    assert [finding.code for finding in found.warnings].count("no_interval") == 2
    prediction = first.predict(n_params=1e9, n_examples=1e11)
    assert "no_interval" in [finding.code for finding in prediction.warnings]
    values = json.loads(json.dumps(prediction.to_dict(), allow_nan=False))
    assert values["low"] == [None]


def test_findings_come_once_and_in_order():
    assert distinct([OF_THE_DATA, MISFIT, OF_THE_DATA]) == (OF_THE_DATA, MISFIT)


def test_caveats_are_codes_that_findings_have():
    sources = Path(laws.__file__).parent.glob("*.py")
    codes = re.findall(r'\bcode="(\w+)"', "".join(p.read_text(encoding="utf-8") for p in sources))
    assert set(codes) >= CAVEATS
