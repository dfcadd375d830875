import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.errors import FitError, TooFewRunsError
from scaling_keras.laws import schedule_variables

PEAK, WARMUP = 3e-3, 200
TRUTH = {"coef": 2.0, "exponent": 0.4, "constant_rate_loss": 2.6, "annealing_coef": 0.12}


def schedule(kind, n):
    """Rates of a training of `n` steps, with a warmup."""
    s = np.arange(1, n + 1)
    decay = {
        "constant": np.ones(n),
        "cosine": 0.1 + 0.45 * (1 + np.cos(np.pi * s / n)),
        "wsd": np.clip(1 - 0.9 * (s - 0.8 * n) / (0.2 * n), 0.1, 1.0),
    }
    return PEAK * np.minimum(1, s / WARMUP) * decay[kind]


def loss_of(found):
    return (
        TRUTH["constant_rate_loss"]
        + TRUTH["coef"] * found["learning_rate_sum"] ** -TRUTH["exponent"]
        - TRUTH["annealing_coef"] * found["annealing_area"]
    )


def curves(*trainings, noise=0.002):
    rng = np.random.default_rng(0)
    rows = {"learning_rate_sum": [], "annealing_area": [], "loss": [], "groups": []}
    for number, (kind, n) in enumerate(trainings):
        steps = np.unique(np.geomspace(500, n, 40).astype(int))
        found = schedule_variables(schedule(kind, n), steps=steps)
        scatter = np.exp(rng.normal(0, noise, len(steps)))
        found |= {"loss": loss_of(found) * scatter, "groups": np.full(len(steps), number)}
        for name, column in found.items():
            rows[name].append(column)
    return {name: np.concatenate(columns) for name, columns in rows.items()}


@pytest.fixture(scope="module")
def joint():
    rows = curves(("constant", 20_000), ("cosine", 20_000), ("cosine", 10_000))
    return laws.fit("learning_rate_annealing", n_resamples=100, **rows)


def test_curves_of_several_schedules_are_fitted_jointly(joint):
    assert joint.params == pytest.approx(TRUTH, rel=0.02)
    assert joint.start_agreement > 0.9
    assert laws.Fit.from_dict(joint.to_dict()).to_dict() == joint.to_dict()


def test_the_curve_of_a_schedule_that_was_not_fitted_is_predicted(joint):
    steps = np.array([8000, 15_999, 17_000, 18_000, 19_000, 20_000])
    wsd = schedule_variables(schedule("wsd", 20_000), steps=steps)
    found = joint.predict(**wsd)
    np.testing.assert_allclose(found.mean, loss_of(wsd), rtol=0.003)
    assert ((found.low < loss_of(wsd)) & (loss_of(wsd) < found.high)).mean() > 0.8
    # The drop at the end comes from annealing: a constant rate stays well above.
    constant = schedule_variables(schedule("constant", 20_000), steps=steps)
    assert joint.predict(**constant).mean[-1] > found.mean[-1] + 0.15


def test_points_of_curves_without_their_trainings_get_a_finding(joint):
    assert "checkpoints_as_runs" not in {finding.code for finding in joint.warnings}
    rows = curves(("constant", 20_000), ("cosine", 20_000))
    del rows["groups"]
    found = laws.fit("learning_rate_annealing", n_resamples=100, **rows)
    (finding,) = [f for f in found.warnings if f.code == "checkpoints_as_runs"]
    assert "Name the training of each row with `groups`" in finding.message


def test_constant_schedules_alone_can_not_say_what_annealing_brings():
    with pytest.raises(TooFewRunsError, match="at least 3 distinct values of `annealing_area`"):
        laws.fit("learning_rate_annealing", **curves(("constant", 20_000)))


def test_the_areas_are_those_of_the_definition():
    rates, momentum = np.array([1.0, 2.0, 2.0, 1.5, 1.0, 1.0, 1.2]), 0.7
    found = schedule_variables(rates, momentum=momentum)
    np.testing.assert_allclose(found["learning_rate_sum"], np.cumsum(rates))
    area = [
        sum(
            (rates[k - 1] - rates[k]) * momentum ** (i - k)
            for i in range(s + 1)
            for k in range(2, i + 1)  # The rise from 1 to 2 is a warmup.
        )
        for s in range(len(rates))
    ]
    np.testing.assert_allclose(found["annealing_area"], area, atol=1e-14)


def test_a_warmup_and_a_constant_rate_anneal_nothing():
    assert not schedule_variables(schedule("constant", 1000))["annealing_area"].any()


def test_steps_are_counted_from_one():
    rates = schedule("cosine", 300)
    every, some = schedule_variables(rates), schedule_variables(rates, steps=[1, 300])
    for name in every:
        np.testing.assert_array_equal(some[name], every[name][[0, -1]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"learning_rates": []}, "`learning_rates` must hold the rate of every step"),
        ({"learning_rates": [0.0, 0.0]}, "`learning_rates` must hold .* not all zero"),
        ({"learning_rates": [1.0, -1.0]}, "`learning_rates` must hold .*none negative"),
        ({"learning_rates": [1.0, np.nan]}, "`learning_rates` must hold .*finite"),
        ({"learning_rates": np.ma.masked_array([1.0, 1.0], [0, 1])}, "`learning_rates` must hold"),
        ({"learning_rates": "cosine"}, "`learning_rates` must hold .*'cosine'"),
        ({"steps": [0]}, r"`steps` must hold whole numbers from 1 to 3.*Received: \[0\]"),
        ({"steps": [4]}, "`steps` must hold whole numbers from 1 to 3"),
        ({"steps": [1.5]}, "`steps` must hold whole numbers from 1 to 3"),
        ({"steps": 2}, "`steps` must hold whole numbers from 1 to 3.*Received: 2"),
        ({"momentum": 1.0}, "`momentum` must be at least 0 and below 1. Received: momentum=1.0"),
    ],
)
def test_what_is_no_schedule_is_refused(arguments, message):
    with pytest.raises(FitError, match=message):
        schedule_variables(**{"learning_rates": [1.0, 1.0, 0.5], **arguments})
