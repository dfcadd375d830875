"""The law that is told while a search goes on."""

import numpy as np
import pytest

from scaling_keras.tuner.designs import AdaptiveSweep, DataLadderSweep, LadderSweep
from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.law_so_far import LawSoFar
from scaling_keras.tuner.sweep import GridSweep, plan_trial
from tests.tuner.paper_models import LAW, PaperModels, sizes

pytestmark = pytest.mark.keras

PLACES = [(n, d) for n in (1e6, 4e6, 1.6e7) for d in (1e8, 4e8, 1.6e9)]


def ended(n, d, *, status="completed", more=0.0):
    loss = (
        LAW["irreducible_loss"]
        + LAW["param_coef"] / n ** LAW["param_exponent"]
        + LAW["data_coef"] / d ** LAW["data_exponent"]
        + more
    )
    outcome = TrialOutcome(status=status, metrics={"val_loss": loss}, n_examples=int(d))
    return plan_trial({"n": n}, int(d), 0), outcome


GRID = GridSweep(sizes=sizes(1e6, 4e6), n_examples=[10**8, 4 * 10**8])


def law_of(trials, sweep=GRID):
    return LawSoFar(PaperModels(), sweep, "val_loss", trials)


def test_too_few_trials_have_no_law():
    assert law_of([]).text() == ""
    assert law_of([ended(*place) for place in PLACES[:6]]).text() == ""


def test_the_law_is_that_of_the_trials_so_far():
    law = law_of([ended(*place) for place in PLACES[:6]])
    for place in PLACES[6:]:
        law.add(*ended(*place))
    assert law.text() == "chinchilla: L(N, D) = 1.8000 + 482.0000 / N^0.3500 + 2085 / D^0.3700"


def test_padding_is_no_example_and_is_paid_for():
    """Half of what is planned is seen, at the cost of all of it."""
    ladder = LadderSweep(sizes=sizes(1e6, 4e6))
    law = law_of([], ladder)
    for n in 1e6 * 2.0 ** np.arange(8):
        flops = 6.0 * n * 20 * n
        outcome = TrialOutcome(
            status="completed",
            metrics={"val_loss": 1.8 + 1e3 / flops**0.25},
            n_examples=int(10 * n),
            train_flops=flops,
        )
        law.add(plan_trial({"n": n}, int(20 * n), 0), outcome)
    # Rounding of an exact law decides whether that is 1000 or 1000.0000.
    said = law.text().replace("1000.0000", "1000")
    assert said == "power_law_floor: L(x) = 1.8000 + 1000 / x^0.2500"


def test_trials_that_failed_or_lost_to_others_do_not_count():
    law = law_of([ended(*place) for place in PLACES])
    told = law.text()
    law.add(*ended(6.4e7, 1e8, status="failed", more=3.0))
    law.add(*ended(*PLACES[0], more=3.0))
    tried_out = plan_trial({"n": 6.4e7}, 10**8, 0, hyperparameters={"tuning_share": 0.3333})
    law.add(tried_out, ended(6.4e7, 1e8, more=3.0)[1])
    law.add(plan_trial({"n": 6.4e7}, 10**8, 0), TrialOutcome(status="completed", metrics={}))
    for bad in (0.0, -1.0, float("nan")):
        spoilt = TrialOutcome(status="completed", metrics={"val_loss": bad})
        law.add(plan_trial({"n": 6.4e7}, 10**8, 0), spoilt)
    assert law.text() == told


def test_a_ladder_has_a_law_of_its_variable():
    trials = [ended(1e7, 1e8 * 2**i) for i in range(8)]
    assert law_of(trials).text() == ""
    ladder = DataLadderSweep(size={"n": 1e7}, n_examples=(10**8, 10**9))
    assert law_of(trials, ladder).text().startswith("power_law_floor: L(x) = ")


def test_a_sweep_for_a_form_has_a_law_of_it():
    sweep = AdaptiveSweep(
        sizes=sizes(1e6, 4e6, 1.6e7),
        n_examples=[10**8, 4 * 10**8, 16 * 10**8],
        target={"n_params": 1e8, "n_examples": 1e10},
        until={"width": 0.1},
        form="coupled",
    )
    trials = [ended(n, d) for n in (1e6, 4e6, 1.6e7, 6.4e7) for d in (1e8, 4e8, 1.6e9)]
    assert law_of(trials, sweep).text().startswith("coupled: L(N, D) = ")
