"""Public learning curves: fit the first half, predict the second.

Curves of Alabdulmohsin et al., arXiv:2209.06640: 36 of few-shot error against the images seen in
pre-training, 5 of language models. Pass `--data DIR` with `learning_curves.csv`.
"""

from __future__ import annotations

import time

import numpy as np
import pytest

from scaling_keras import laws

LEVEL = 0.9
M4 = 0.0308
"""Mean error on the image curves that the estimator of Alabdulmohsin et al. reaches."""
FORMS = (
    "power_law",
    "power_law_floor",
    "m4",
    "broken_power_law",
    "broken_power_law_2",
    "broken_power_law_3",
)


def rmsle(predicted, observed):
    """Return the root mean squared error of the log loss."""
    return float(np.sqrt(np.mean(np.log(predicted / observed) ** 2)))


@pytest.fixture(scope="module")
def curves(measurements):
    """Return the domain, the fitted and the judged rows of each curve."""
    path = measurements("learning_curves.csv")
    rows = np.genfromtxt(path, delimiter=",", names=True, dtype=None, encoding="utf-8")
    found = []
    for name in dict.fromkeys(rows["curve"]):
        here = rows[rows["curve"] == name]
        train, test = (here[here["split"] == part] for part in ("train", "test"))
        found.append((here["domain"][0], train, test))
    return found


def judged(curves, form, **options):
    """Return by domain, for each curve, the error, cover and CPU seconds."""
    found = {}
    for domain, train, test in curves:
        begin = time.process_time()
        fit = laws.fit(form, x=train["n_examples"], loss=train["loss"], **options)
        p = fit.predict(x=test["n_examples"], level=LEVEL)
        seconds = time.process_time() - begin
        inside = np.mean((p.low <= test["loss"]) & (test["loss"] <= p.high))
        found.setdefault(str(domain), []).append((rmsle(p.mean, test["loss"]), inside, seconds))
    return {domain: np.array(rows) for domain, rows in found.items()}


def shown(name, found):
    lines = [
        f"  {name:20} {domain}: mean error {rows[:, 0].mean():.5f}, {LEVEL:.0%} intervals hold "
        f"{rows[:, 1].mean():.0%} (worst curve {rows[:, 1].min():.0%}), "
        f"{rows[:, 2].mean():.3f} CPU s a curve"
        for domain, rows in found.items()
    ]
    return "\n".join(lines)


@pytest.mark.parametrize("form", FORMS)
def test_error_of_a_form(curves, capsys, form):
    found = judged(curves, form, n_resamples=100, on_failure="return")
    with capsys.disabled():
        print("\n" + shown(form, found))


def test_what_the_judged_rows_scatter_by(curves, capsys):
    """A cubic in logs through the judged rows themselves: no law can be asked for much less."""
    errors = []
    for domain, _, test in curves:
        if domain == "IC":
            log_x, log_loss = np.log(test["n_examples"]), np.log(test["loss"])
            centred = log_x - log_x.mean()
            fitted = np.polyval(np.polyfit(centred, log_loss, 3), centred)
            errors.append(rmsle(np.exp(fitted), test["loss"]))
    with capsys.disabled():
        print(f"\n  scatter of the judged rows, IC: {np.mean(errors):.5f}")


def test_error_and_cover_of_auto(curves, capsys):
    found = judged(curves, "auto")
    with capsys.disabled():
        print("\n" + shown("auto", found))
    assert found["IC"][:, 0].mean() < M4
    assert 0.85 <= found["IC"][:, 1].mean() <= 0.95
