"""What the runs say nothing of: parameters that are left free, alone or together."""

import numpy as np
import pytest

from scaling_keras import laws

SIZES, DATA = (
    column.ravel() for column in np.meshgrid(np.geomspace(1e7, 1e9, 5), np.geomspace(1e8, 1e10, 5))
)
LOSS = 1.8 + 400 / SIZES**0.35 + 1200 / DATA**0.37
X = np.geomspace(1e3, 1e7, 20)
CURVE = 1.5 + 20 / X**0.4
OPTIONS = {"n_resamples": 100, "check_held_out": False}


def noisy(loss):
    return loss * np.exp(np.random.default_rng(0).normal(scale=0.003, size=len(loss)))


def repeated(dataset_size, loss=LOSS, **options):
    columns = {"n_params": SIZES, "n_examples": DATA, "dataset_size": dataset_size}
    return laws.fit("data_constrained", **columns, loss=noisy(loss), **OPTIONS, **options)


def free(answer):
    """Return what the finding of parameters that are left free says."""
    said = [finding.message for finding in answer.warnings if finding.code == "not_identified"]
    return [message for message in said if "the same with other values" in message]


@pytest.fixture(scope="module")
def unrepeated():
    """A law of repetition where the data would have lasted for several times as many examples."""
    return repeated(np.repeat([2e10, 4e10, 8e10, 2e10, 4e10], 5))


def test_the_worth_of_repetition_is_not_identified_where_nothing_is_repeated(unrepeated):
    (message,) = free(unrepeated)
    assert message.startswith("`data_repetitions`, `param_repetitions` are not identified")
    assert free(repeated(DATA))[0].startswith("`data_repetitions` is not identified")


def test_what_has_no_effect_has_the_range_that_searches_begin_in(unrepeated):
    for name in ("data_repetitions", "param_repetitions"):
        interval = unrepeated.intervals()[name]
        assert interval.low < 0.1 * interval.value < 0.01 * interval.high
    other = repeated(np.repeat([2e10, 4e10, 8e10, 2e10, 4e10], 5), seed=1)
    assert other.params["data_repetitions"] == pytest.approx(unrepeated.params["data_repetitions"])
    once, often = (
        unrepeated.predict(n_params=1e9, n_examples=1e10, dataset_size=size) for size in (1e10, 1e8)
    )
    assert often.high[0] - often.low[0] > 10 * (once.high[0] - once.low[0])


def test_a_plan_that_repeats_data_has_no_ends_then(unrepeated):
    plan = laws.allocate(unrepeated, train_flops=1e20, dataset_size=1e9)
    for interval in (plan.n_params, plan.n_examples, plan.n_epochs):
        assert (interval.low, interval.high) == (0.0, np.inf)
    assert "`data_repetitions`" in plan.warnings[0].message
    dearest = laws.cheapest(unrepeated, loss=plan.loss.value, dataset_size=1e9)
    assert (dearest.train_flops.low, dearest.train_flops.high) == (0.0, np.inf)


def test_a_plan_that_repeats_nothing_keeps_its_ends(unrepeated):
    plan = laws.allocate(unrepeated, train_flops=1e20, dataset_size=1e13)
    assert 0 < plan.n_params.low < plan.n_params.high < np.inf
    given = laws.allocate(unrepeated, train_flops=1e20, dataset_size=1e9, n_params=1e9)
    assert given.n_epochs.low == pytest.approx(given.n_epochs.high)


def test_repetition_is_identified_by_runs_that_repeat_or_by_being_held():
    sizes = np.repeat([1e7, 3e7, 1e8, 3e8, 1e9], 5)
    unique = np.minimum(sizes, DATA)
    worth = unique * (1 + 15 * -np.expm1(-(DATA / unique - 1) / 15))
    loss = 1.8 + 400 / SIZES**0.35 + 1200 / worth**0.37
    assert not free(repeated(unique, loss))
    held = {"param_repetitions": 1e4}
    assert not free(repeated(unique, loss, fixed=held))
    assert not free(repeated(DATA, fixed={"data_repetitions": 15.0, **held}))


def test_a_plan_keeps_to_ratios_of_runs_whose_loss_does_not_change_with_size():
    fit = repeated(np.minimum(DATA, 1e9), 1.8 + 1200 / DATA**0.37)
    plan = laws.allocate(fit, train_flops=1e20, dataset_size=1e9)
    ratio = plan.n_examples.value / plan.n_params.value
    assert (DATA / SIZES).min() * 0.999 <= ratio <= (DATA / SIZES).max() * 1.001
    assert (plan.n_params.low, plan.n_params.high) == (0.0, np.inf)


@pytest.mark.parametrize(
    ("law", "left"),
    [
        (lambda x, a, b, c, d: c + a * x**-b + 0 * d, "`d` is not identified"),
        (lambda x, a, b, c, d: c + a * d * x**-b, "`a`, `d` are not identified"),
        (lambda x, a, b, c, d: c + a * x ** -(b / d), "`b`, `d` are not identified"),
        (lambda x, a, b, c, d: c + a * x**-b + (d - 3) * x**-1.5, None),
    ],
)
@pytest.mark.parametrize("unit", [1.0, 1e-6])
def test_parameters_of_a_form_of_ones_own_that_do_nothing_are_not_identified(law, left, unit):
    def in_unit(x, a, b, c, d):
        return law(x, a, b, c, d / unit)

    ranges = {"a": (1e-2, 1e6), "b": (0.01, 3), "c": (0.01, 10), "d": (unit, 5 * unit)}
    form = laws.custom_form(in_unit, parameters=ranges)
    found = free(laws.fit(form, x=X, loss=noisy(CURVE), **OPTIONS))
    assert [message.startswith(left or "-") for message in found] == ([True] if left else [])


@pytest.mark.parametrize("noise", [0.0, 1e-12, 1e-10])
@pytest.mark.parametrize("n_breaks", [1, 2, 3])
def test_a_break_that_is_not_there_is_not_identified(n_breaks, noise):
    scatter = np.random.default_rng(0).normal(scale=noise, size=40)
    x = np.geomspace(1e3, 1e7, 40)
    form = "broken_power_law" + (f"_{n_breaks}" if n_breaks > 1 else "")
    fit = laws.fit(form, x=x, loss=(1.5 + 20 / x**0.4) * np.exp(scatter), **OPTIONS)
    (message,) = free(fit)
    for number in range(1, n_breaks + 1):
        assert f"`break_at_{number}`" in message
    for name, truth in (("irreducible_loss", 1.5), ("exponent", 0.4)):
        assert f"`{name}`" in message or fit.params[name] == pytest.approx(truth, rel=1e-4)


def test_parameters_that_the_rows_ask_for_are_not_left_free():
    assert not free(laws.fit("power_law_floor", x=X, loss=CURVE, **OPTIONS))
    surface = {"n_params": SIZES, "n_examples": DATA, "loss": LOSS}
    for form in ("chinchilla", "coupled"):
        assert not free(laws.fit(form, **surface, **OPTIONS))
        held = {"param_coef": 400.0, "irreducible_loss": 1.8}
        assert not free(laws.fit(form, **surface, **OPTIONS, fixed=held))
