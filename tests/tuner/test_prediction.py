"""What is predicted of a run, and by which laws."""

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.errors import SweepError
from scaling_keras.events import schema
from scaling_keras.runs import Run, RunTable
from scaling_keras.tuner.prediction import check_keeps_to, prediction_facts
from tests.strategies import HOFFMANN, noisy_runs

RUN = {"objective": "val_loss", "n_params": 1e9, "n_examples": 1e11, "train_flops": 6e20}


def table(n_params, n_examples, **options):
    """Runs of a law of both, with its loss as `val_loss`."""
    runs = (
        Run(
            name=f"run {i}",
            n_params=n,
            n_examples=d,
            loss=0.5 + 1 / n**0.3 + 2 / d**0.3,
            train_flops=6 * n * d,
            loss_name="val_loss",
            status="completed",
            facts={"dataset_size": 1e3},
        )
        for i, (n, d) in enumerate(zip(n_params, n_examples, strict=True))
    )
    return RunTable(runs=tuple(runs), **options)


@pytest.fixture(scope="module")
def runs():
    return noisy_runs(HOFFMANN, noise=0.005)


def test_what_a_surface_predicts_is_recorded(runs):
    fit = laws.fit("chinchilla", runs)
    facts = prediction_facts(fit, objective="loss", n_params=1e9, n_examples=1e11, train_flops=6e20)
    prediction = fit.predict(n_params=1e9, n_examples=1e11)
    assert facts["loss"] == prediction.mean[0]
    assert (facts["low"], facts["high"]) == (prediction.low[0], prediction.high[0])
    assert facts["best_before"] == min(np.asarray(runs["loss"]))
    assert (facts["form"], facts["loss_name"]) == ("chinchilla", "loss")
    assert facts["form_weights"] == {}
    assert facts["extrapolation"] == prediction.extrapolation[0]


def test_an_average_is_recorded_as_one_with_its_weights(runs):
    fit = laws.fit("auto", runs, n_resamples=100)
    facts = prediction_facts(fit, objective="loss", n_params=1e9, n_examples=1e11, train_flops=6e20)
    assert facts["form"] == "auto"
    assert facts["form_weights"] == fit.form_weights
    assert sum(facts["form_weights"].values()) == pytest.approx(1)
    back = schema.decode(schema.encode(schema.RunFacts(prediction=facts)), schema.RunFacts)
    assert back.prediction == facts


def test_what_a_curve_over_compute_predicts_is_recorded(runs):
    n, d = (np.asarray(runs[name], dtype=float) for name in ("n_params", "n_examples"))
    columns = {"train_flops": 6 * n * d, "loss": runs["loss"]}
    fit = laws.fit("power_law_floor", columns, x="train_flops")
    facts = prediction_facts(fit, objective="loss", n_params=1.0, n_examples=1.0, train_flops=1e21)
    assert facts["loss"] == fit.predict(x=1e21).mean[0]


def test_a_law_of_another_metric_predicts_nothing(runs):
    fit = laws.fit(
        "chinchilla", table(*np.array(np.meshgrid([1e3, 1e4, 1e5], [1e5, 1e6, 1e7])).reshape(2, -1))
    )
    assert prediction_facts(fit, **RUN)["loss_name"] == "val_loss"
    with pytest.raises(SweepError, match=r"a law of 'val_loss', and objective='val_mae'"):
        prediction_facts(fit, **{**RUN, "objective": "val_mae"})


def test_a_law_of_what_is_no_loss_predicts_nothing():
    losses = np.linspace(2, 4, 12)
    fit = laws.fit("downstream_accuracy", loss=losses, metric=1 / (1 + np.exp(losses - 3)))
    with pytest.raises(SweepError, match="a law of 'metric', and objective='val_loss'"):
        prediction_facts(fit, **RUN)


def test_a_law_predicts_by_what_is_known_of_a_run():
    x = np.geomspace(1e3, 1e6, 8)
    for fit in (
        laws.fit("power_law", x=x, loss=3 * x**-0.1),
        laws.fit("power_law", {"width": x, "loss": 3 * x**-0.1}, x="width"),
    ):
        with pytest.raises(SweepError, match=r"from what is known of it: n_params, n_examples, tr"):
            prediction_facts(fit, **RUN)


def test_a_law_of_repeated_data_is_told_how_much_there_is():
    n, d, u = (a.ravel() for a in np.meshgrid([1e3, 1e4, 1e5], [1e5, 1e6, 1e7], [1e5, 3e5, 1e6]))
    fit = laws.fit(
        "data_constrained",
        n_params=n,
        n_examples=d,
        dataset_size=u,
        loss=0.5 + 1 / n**0.3 + 2 / d**0.3,
        on_failure="return",
    )
    with pytest.raises(SweepError, match=r"law of dataset_size.*an argument of `search`"):
        prediction_facts(fit, **RUN)
    facts = prediction_facts(fit, **RUN, dataset_size=1e6)
    expected = fit.predict(n_params=1e9, n_examples=1e11, dataset_size=1e6)
    assert facts["loss"] == expected.mean[0]


def test_a_law_of_data_is_for_the_size_of_its_runs():
    runs = table([1e4] * 6, np.geomspace(1e5, 1e7, 6))
    fit = laws.fit("power_law", runs, x="n_examples")
    check_keeps_to(runs, fit, n_params=1e4, n_examples=1e9)
    with pytest.raises(SweepError, match=r"whose `n_params` is 1e\+04, .*n_params=2e\+04"):
        check_keeps_to(runs, fit, n_params=2e4, n_examples=1e9)


def test_a_law_of_compute_is_for_the_ratio_of_its_runs():
    sizes = np.geomspace(1e3, 1e5, 6)
    runs = table(sizes, 20 * sizes)
    fit = laws.fit("power_law", runs, x="train_flops")
    check_keeps_to(runs, fit, n_params=1e6, n_examples=2.1e7)
    for ratio in (10, 40):
        with pytest.raises(SweepError, match=rf"`examples_per_param` is 20, .*param={ratio}\."):
            check_keeps_to(runs, fit, n_params=1e6, n_examples=ratio * 1e6)


def test_a_law_of_size_is_for_the_data_of_its_runs():
    runs = table(np.geomspace(1e3, 1e5, 6), [1e6, 2e6] * 3)
    fit = laws.fit("power_law", runs, x="n_params")
    check_keeps_to(runs, fit, n_params=1e7, n_examples=1.5e6)
    with pytest.raises(SweepError, match=r"`n_examples` is 1e\+06 to 2e\+06"):
        check_keeps_to(runs, fit, n_params=1e7, n_examples=1e7)


def test_a_law_of_size_and_data_is_for_any_run(runs):
    few = table([1e3], [1e5])
    check_keeps_to(few, laws.fit("chinchilla", runs), n_params=1e9, n_examples=1e7)
