import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scaling_keras import laws
from scaling_keras.errors import FitError
from scaling_keras.laws import published
from scaling_keras.laws.forms.chinchilla import Chinchilla
from scaling_keras.laws.frontier import ExampleCost
from scaling_keras.laws.synthetic import Design, Noise, synthetic_runs, truth_of
from tests.strategies import HOFFMANN, chinchilla_loss, chinchilla_params

GRID = Design.grid(n_params=[1e6, 1e7, 1e8, 1e9], n_examples=[1e8, 1e9, 1e10, 1e11])
MANY = Design.grid(n_params=np.geomspace(1e6, 1e9, 50), n_examples=np.geomspace(1e8, 1e11, 50))


def deviations(design=MANY, **noise):
    """Log loss of each run minus that of the law."""
    table = synthetic_runs("chinchilla", design, params=HOFFMANN, noise=Noise(**noise))
    return np.log(table["loss"] / chinchilla_loss(HOFFMANN, table["n_params"], table["n_examples"]))


@settings(max_examples=25, deadline=None)
@given(params=chinchilla_params())
def test_without_noise_the_runs_follow_the_formula(params):
    table = synthetic_runs("chinchilla", GRID, params=params, noise=0.0)
    expected = chinchilla_loss(params, table["n_params"], table["n_examples"])
    np.testing.assert_allclose(table["loss"], expected, rtol=1e-12)


def test_a_fit_recovers_the_law_that_the_runs_were_drawn_from():
    fit = laws.fit("chinchilla", synthetic_runs("besiroglu", GRID, noise=1e-4), n_resamples=100)
    for name, value in published.PUBLISHED["besiroglu"].params.items():
        assert fit.params[name] == pytest.approx(value, rel=0.05)


def test_a_fit_serves_as_the_law():
    fit = laws.fit("chinchilla", synthetic_runs("besiroglu", GRID), n_resamples=100)
    table = synthetic_runs(fit, GRID, noise=0.0)
    at_minimum = dataclasses.replace(fit, resamples=fit.theta[None])
    predicted = at_minimum.predict(n_params=table["n_params"], n_examples=table["n_examples"]).mean
    np.testing.assert_allclose(table["loss"], predicted, rtol=1e-9)


def test_the_flops_are_those_of_the_law():
    fit = published.get("besiroglu")
    object.__setattr__(fit, "example_cost", ExampleCost(coef=8.0, exponent=1.1, counted=True))
    table = synthetic_runs(fit, GRID)
    np.testing.assert_allclose(table["train_flops_per_example"], 8 * table["n_params"] ** 1.1)
    np.testing.assert_allclose(
        table["train_flops"], table["train_flops_per_example"] * table["n_examples"]
    )


def test_the_scatter_is_as_large_as_asked():
    assert deviations(scale=0.01).std() == pytest.approx(0.01, rel=0.05)
    assert abs(deviations(scale=0.01).mean()) < 0.001


def test_the_scatter_may_shrink_with_compute():
    small = Design(n_params=np.full(2000, 1e6), n_examples=np.repeat([1e8, 1e11], 1000))
    scatter = deviations(small, scale=0.02, shrinking=0.1)
    assert scatter[:1000].std() == pytest.approx(0.02, rel=0.08)
    assert scatter[1000:].std() == pytest.approx(0.02 * 1000**-0.1, rel=0.08)


def test_outliers_lie_far_above_the_law():
    scatter = deviations(scale=0.01, outlier_share=0.2, outlier_scale=20)
    far = np.abs(scatter) > 0.05
    assert 0.1 < far.mean() < 0.2
    assert (scatter[far] > 0).all()


def test_diverged_runs_have_no_loss_and_no_fit_uses_them():
    table = synthetic_runs("besiroglu", MANY, noise=Noise(diverged_share=0.3), curve_points=3)
    usable = table.usable()
    assert 0.65 < len(usable) / len(table) < 0.75
    lost = next(run for run in table if run.status == "diverged")
    assert math.isnan(lost.loss)
    assert math.isnan(lost.curves["val_loss"][-1, 1])
    assert np.isfinite(lost.curves["val_loss"][:-1, 1]).all()


def test_repeated_data_reaches_laws_that_know_of_it():
    class DataAlone(Chinchilla):
        name = "data_alone"
        variables = ("n_params", "dataset_size", "n_examples")

    design = Design(n_params=[1e6, 1e7], n_examples=[1e9, 1e9], dataset_size=[1e8, 1e9])
    table = synthetic_runs(DataAlone(), design, params=HOFFMANN, noise=0.0)
    np.testing.assert_allclose(
        table["loss"], chinchilla_loss(HOFFMANN, table["n_params"], table["dataset_size"])
    )


def test_a_form_of_unique_examples_is_fitted_to_the_runs_that_know_theirs():
    class DataAlone(Chinchilla):
        name = "data_alone"
        variables = ("n_params", "dataset_size")

    table = synthetic_runs("chinchilla", GRID, params=HOFFMANN, noise=1e-4)
    first, *others = table.runs
    unknown = dataclasses.replace(first, dataset_size=math.nan)
    table = dataclasses.replace(table, runs=(unknown, *others))
    fit = laws.fit(DataAlone(), table, n_resamples=100)
    assert fit.params["data_exponent"] == pytest.approx(0.28, abs=0.01)
    assert [item.reason for item in fit.excluded] == ["it has no dataset_size"]


def test_seeds_are_replicates_of_a_configuration():
    design = Design.ladder(n_params=[1e6, 1e7], examples_per_param=20, n_seeds=3)
    table = synthetic_runs("besiroglu", design)
    assert design.n_runs == len(table) == 6
    assert list(table["seed"]) == [0, 1, 2, 0, 1, 2]
    np.testing.assert_array_equal(table["n_params"], np.repeat([1e6, 1e7], 3))
    assert len(set(table["loss"])) == 6


def test_the_same_seed_gives_the_same_runs():
    first, again, other = (synthetic_runs("besiroglu", GRID, seed=s)["loss"] for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).all()


def test_curves_end_at_the_loss_of_the_run_and_fall_along_the_law():
    table = synthetic_runs("besiroglu", GRID, curve_points=20, noise=0.002)
    for run in table:
        curve = run.curves["val_loss"]
        assert curve.shape == (20, 2)
        assert curve[-1, 0] == pytest.approx(run.n_examples)
        assert curve[-1, 1] == pytest.approx(run.loss, rel=1e-12)
        assert curve[0, 1] > run.loss
    assert synthetic_runs("besiroglu", GRID).runs[0].curves == {}


@pytest.mark.parametrize("correlation", [0.0, 0.9])
def test_neighbouring_points_of_a_curve_share_their_noise(correlation):
    design = Design(n_params=np.full(40, 1e8), n_examples=1e10)
    noise = Noise(scale=0.01, correlation=correlation)
    table = synthetic_runs("chinchilla", design, params=HOFFMANN, noise=noise, curve_points=200)
    curves = np.array([run.curves["val_loss"][:, 1] for run in table])
    places = table.runs[0].curves["val_loss"][:, 0]
    scatter = np.log(curves / chinchilla_loss(HOFFMANN, 1e8, places))
    assert scatter.std() == pytest.approx(0.01, rel=0.2)
    lagged = np.corrcoef(scatter[:, :-1].ravel(), scatter[:, 1:].ravel())[0, 1]
    assert lagged == pytest.approx(correlation, abs=0.08)


def test_designs_spend_what_they_say():
    design = Design.iso_flops(train_flops=[1e18, 1e19], n_params=[1e7, 1e8, 1e9])
    np.testing.assert_allclose(
        6 * design.n_params * design.n_examples, np.repeat([1e18, 1e19], 3), rtol=1e-12
    )
    kept = Design.iso_flops(
        train_flops=[1e18, 1e19], n_params=[1e7, 1e8, 1e9], examples_per_param=(1, 200)
    )
    ratio = kept.n_examples / kept.n_params
    assert ((ratio >= 1) & (ratio <= 200)).all()
    assert 0 < kept.n_runs < design.n_runs
    ladder = Design.ladder(n_params=[1e6, 1e7], examples_per_param=[5, 20])
    np.testing.assert_allclose(ladder.n_examples / ladder.n_params, [5, 20, 5, 20])


@given(n_sizes=st.integers(1, 4), n_data=st.integers(1, 4), n_seeds=st.integers(1, 3))
def test_a_grid_has_every_size_with_all_data(n_sizes, n_data, n_seeds):
    sizes, data = np.geomspace(1e6, 1e8, n_sizes), np.geomspace(1e8, 1e9, n_data)
    design = Design.grid(n_params=sizes, n_examples=data, n_seeds=n_seeds)
    assert design.n_runs == n_sizes * n_data * n_seeds
    assert len(set(zip(design.n_params, design.n_examples, strict=True))) == n_sizes * n_data


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_params": [1e6, -1], "n_examples": 1e8}, "`n_params` must be a positive"),
        ({"n_params": [1e6, 1e7], "n_examples": [1, 2, 3]}, "2 values of `n_params`, 3 of"),
        ({"n_params": 1e6, "n_examples": 1e8, "n_seeds": 0}, "`n_seeds` must be a positive whole"),
    ],
)
def test_a_design_that_can_not_be_is_refused(options, message):
    with pytest.raises(FitError, match=message):
        Design(**options)


def test_a_design_without_any_run_is_refused():
    with pytest.raises(FitError, match=r"`examples_per_param` must leave some configurations"):
        Design.iso_flops(train_flops=1e18, n_params=1e6, examples_per_param=(1e-3, 1))


@pytest.mark.parametrize(
    ("field", "value", "limits"),
    [
        ("scale", -0.1, "at least 0"),
        ("scale", math.inf, "at least 0"),
        ("outlier_share", 1.5, "from 0 to 1"),
        ("outlier_scale", 0.5, "at least 1"),
        ("correlation", 1.0, r"from 0 to 0\.999"),
    ],
)
def test_noise_that_can_not_be_is_refused(field, value, limits):
    with pytest.raises(FitError, match=rf"`{field}` of noise must be {limits}\. Received: {field}"):
        Noise(**{field: value})


def test_laws_that_runs_can_not_be_drawn_from_are_refused():
    with pytest.raises(FitError, match="`name` must be one of"):
        synthetic_runs("chinchila", GRID)
    with pytest.raises(FitError, match=r"`params` of a `chinchilla` law must be param_coef.*none"):
        truth_of(laws.FORMS["chinchilla"])
    with pytest.raises(FitError, match=r"`params` come with a fit already"):
        truth_of(published.get("besiroglu"), HOFFMANN)
    one = {"coef": 1.0, "exponent": 0.5, "irreducible_loss": 1.0}
    with pytest.raises(FitError, match=r"need a law of the loss over n_params and n_examples"):
        truth_of("power_law_floor", one)
    with pytest.raises(FitError, match="`curve_points` must be 0, or 2 and more"):
        synthetic_runs("besiroglu", GRID, curve_points=1)
