import numpy as np
import pytest

from scaling_keras.callbacks.annealing_forecast import (
    Course,
    course_steps,
    forecast_under_schedule,
)
from scaling_keras.laws.schedules import schedule_variables

N_STEPS = 2000
SHARE = np.arange(1, N_STEPS + 1) / N_STEPS
COURSES = {
    "cosine": 0.5 * (1 + np.cos(np.pi * SHARE)),
    "linear": 1.001 - SHARE,
    "exponential": np.exp(-3 * SHARE),
    "late": np.where(SHARE < 0.8, 1.0, np.maximum((1 - SHARE) / 0.2, 1e-3)),
}


def _course(rates):
    return Course(rates=rates[course_steps(len(rates))], n_steps=len(rates))


def _annealing(rates, rng):
    """Return the loss after every step by the law that is fitted, its momentum another."""
    sums = np.cumsum(rates)
    floor, coef, exponent = rng.uniform(0.5, 3), rng.uniform(0.5, 3), rng.uniform(0.2, 0.8)
    areas = schedule_variables(rates, momentum=1 - 1 / (N_STEPS * rng.uniform(0.003, 0.1)))
    fall = areas["annealing_area"] / max(areas["annealing_area"][-1], 1e-12)
    base = (sums / sums[-1] * 50 + 0.2) ** -exponent
    return floor + coef * base - rng.uniform(0.1, 0.8) * coef * base[-1] * fall


def _multi_power(rates, rng):
    """Return it by another law: each fall takes the loss down by a power of the rates since."""
    sums = np.cumsum(rates)
    floor, coef, exponent = rng.uniform(0.5, 3), rng.uniform(0.5, 3), rng.uniform(0.2, 0.8)
    base = (sums / sums[-1] * 50 + 0.2) ** -exponent
    falls = np.maximum(-np.diff(rates, prepend=rates[0]), 0)
    speed, beta = rng.uniform(5, 50) / sums[-1], rng.uniform(0.3, 0.7)
    places = np.linspace(0, N_STEPS - 1, 100).astype(int)
    taken = [
        (falls[: i + 1] * (1 - (1 + speed * (sums[i] - sums[: i + 1])) ** -beta)).sum()
        for i in places
    ]
    share = rng.uniform(0.1, 0.5)
    return floor + coef * base - share * coef * base[-1] * np.interp(SHARE, SHARE[places], taken)


def _seen(loss, share, rng, noise=0.005):
    """Return steps and noisy losses of the first `share` of a training."""
    steps = np.unique(np.concatenate([np.geomspace(20, N_STEPS, 40), np.arange(60, N_STEPS, 60)]))
    steps = steps[steps <= share * N_STEPS].astype(int)
    return steps.astype(float), loss[steps - 1] * np.exp(noise * rng.normal(size=len(steps)))


@pytest.mark.parametrize("kind", ["cosine", "linear", "exponential"])
def test_the_end_of_a_known_course_is_told_from_its_middle(kind):
    rng = np.random.default_rng(0)
    rates = COURSES[kind]
    loss = _annealing(rates, rng)
    forecast = forecast_under_schedule(_course(rates), *_seen(loss, 0.7, rng, 1e-4), level=0.9)
    assert not forecast.is_upper_bound
    assert forecast.loss == pytest.approx(loss[-1], rel=0.02)


def test_the_interval_holds_the_end_about_as_often_as_it_says():
    held, widths = [], []
    for make in (_annealing, _multi_power):
        for kind in ("cosine", "linear", "exponential"):
            for share in (0.4, 0.7, 0.9):
                rng = np.random.default_rng(3)
                for _ in range(8):
                    loss = make(COURSES[kind], rng)
                    seen = _seen(loss, share, rng)
                    forecast = forecast_under_schedule(_course(COURSES[kind]), *seen, level=0.9)
                    end = loss[-1] * np.exp(0.005 * rng.normal())
                    held.append(forecast.low <= end <= forecast.high)
                    widths.append((forecast.high - forecast.low) / end)
    assert np.mean(held) >= 0.85
    assert np.median(widths) < 0.06


def test_before_a_fall_only_an_upper_bound_is_known():
    rates, course = COURSES["late"], _course(COURSES["late"])
    held = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        loss = _annealing(rates, rng)
        forecast = forecast_under_schedule(course, *_seen(loss, 0.7, rng), level=0.9)
        assert (forecast.is_upper_bound, forecast.low) == (True, 0.0)
        assert forecast.loss < forecast.high
        held.append(loss[-1] <= forecast.high)
    assert all(held)
    loss = _annealing(rates, rng)
    assert not forecast_under_schedule(course, *_seen(loss, 0.95, rng), level=0.9).is_upper_bound


@pytest.mark.parametrize("loss", [np.full(40, np.nan), np.zeros(40), np.ones(9)], ids=str)
def test_a_curve_that_says_nothing_has_no_forecast(loss):
    steps = np.linspace(100, 1000, len(loss))
    assert forecast_under_schedule(_course(COURSES["cosine"]), steps, loss, level=0.9) is None


def test_a_course_knows_whether_its_rates_can_be_such_and_still_change():
    course = Course(rates=np.array([0.1, 1.0, 1.0, 1.0]), n_steps=40)
    assert course.is_usable
    assert not course.is_constant_since(5)
    assert course.is_constant_since(15)
    for rates in ([0.0, 0.0], [1.0, np.nan], [1.0, -1.0]):
        assert not Course(rates=np.array(rates), n_steps=2).is_usable


@pytest.mark.parametrize("n_steps", [3, 500, 12_345])
def test_steps_find_their_place_in_a_course(n_steps):
    steps = course_steps(n_steps)
    course = Course(rates=np.ones(len(steps)), n_steps=n_steps)
    assert course.places(steps + 1.0).tolist() == list(range(len(steps)))
    sums, _ = course.variables(0.99)
    assert sums[-1] == pytest.approx(n_steps)
