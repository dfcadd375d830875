import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scaling_keras.errors import FitError, TooFewRunsError
from scaling_keras.laws.envelope import _draw_lines, _lines, _winners, envelope
from scaling_keras.laws.envelope_curves import curves_of_table
from scaling_keras.runs import Run, RunTable
from tests.strategies import HOFFMANN, chinchilla_loss

SCHEDULE = "learning_rate_schedule"


def curves(*, n_sizes=16, n_points=60, per_param=400.0, noise=0.0, start=0.002):
    """Curves of runs with a constant learning rate, a row per point, each `per_param` long."""
    sizes = np.geomspace(1e7, 1e9, n_sizes)
    n, share = (a.ravel() for a in np.meshgrid(sizes, np.geomspace(start, 1, n_points)))
    d = per_param * n * share
    scatter = np.random.default_rng(0).normal(0, noise, len(n))
    loss = chinchilla_loss(HOFFMANN, n, d) * np.exp(scatter)
    return {"run": n, "n_params": n, "n_examples": d, "loss": loss, "train_flops": 6 * n * d}


def table_of(columns, **fields):
    runs = []
    for index, label in enumerate(np.unique(columns["run"])):
        rows = columns["run"] == label
        points = np.stack([columns["n_examples"][rows], columns["loss"][rows]], axis=1)
        runs.append(
            Run(
                **{
                    "name": f"r{index}",
                    "n_params": float(label),
                    "n_examples": points[-1, 0],
                    "loss": points[-1, 1],
                    "train_flops_per_example": 6 * float(label),
                    "curves": {"loss": points},
                    **fields,
                }
            )
        )
    return RunTable(runs=tuple(runs))


def follow(columns, **options):
    return envelope(columns, **{"skip": 0.01, "n_resamples": 100, **options})


def codes(found):
    return {finding.code for finding in found.findings}


def test_the_exponents_of_a_known_law_are_recovered_from_long_curves():
    found = follow(curves(n_sizes=24))
    assert found.size_line.exponent.value == pytest.approx(0.28 / 0.62, abs=0.02)
    assert found.data_line.exponent.value == pytest.approx(0.34 / 0.62, abs=0.02)
    assert found.size_line.exponent.low < 0.28 / 0.62 < found.size_line.exponent.high
    assert found.loss_law.params["exponent"] == pytest.approx(0.34 * 0.28 / 0.62, abs=0.01)


def test_no_curve_lies_below_the_envelope():
    columns = curves(n_sizes=8)
    found = follow(columns, smooth=0.0, skip=0.0)
    for size in np.unique(columns["n_params"]):
        data = found.train_flops / (6 * size)
        on_curve = (data >= 0.002 * 400 * size) & (data <= 400 * size)
        # Lines between points of a bent curve lie above it; the law itself may lie below them.
        loss = chinchilla_loss(HOFFMANN, size, data[on_curve])
        assert (found.loss[on_curve] <= loss * (1 + 1e-3)).all()


def test_size_and_data_on_the_envelope_make_up_the_compute():
    found = follow(curves())
    np.testing.assert_allclose(6 * found.n_params * found.n_examples, found.train_flops)
    point = found.predict(1e22)
    assert 6 * point.n_params.value * point.n_examples.value == pytest.approx(1e22)
    assert point.extrapolation > 1


def test_only_points_between_smaller_and_larger_runs_enter_the_lines():
    found = follow(curves())
    inside = found.n_params[found.bracketed]
    assert inside.min() > 1e7
    assert inside.max() < 1e9
    assert not found.bracketed.all()
    assert found.size_line.n_points == found.bracketed.sum()


def test_smoothing_takes_the_luck_of_noise_off_the_envelope():
    noisy = curves(n_points=400, noise=0.02)
    exact = follow(curves(n_points=400))
    rough, smooth = follow(noisy, smooth=0.0), follow(noisy, smooth=0.2)

    def bias(found):
        return np.mean(np.log(found.loss / exact.loss)[exact.bracketed])

    assert bias(rough) < -0.01
    assert abs(bias(smooth)) < 0.4 * abs(bias(rough))


@settings(max_examples=8, deadline=None)
@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.floats(0.1, 10.0))
def test_the_envelope_does_not_depend_on_the_units(size_unit, data_unit, loss_unit):
    columns = curves(n_points=30, noise=0.003)
    scaled = {
        **columns,
        "n_params": columns["n_params"] * size_unit,
        "n_examples": columns["n_examples"] * data_unit,
        "loss": columns["loss"] * loss_unit,
    }
    plain, other = follow(columns).size_line, follow(scaled).size_line
    assert other.exponent.value == pytest.approx(plain.exponent.value, rel=1e-6)
    assert other.exponent.high == pytest.approx(plain.exponent.high, rel=1e-6)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000))
def test_the_envelope_does_not_depend_on_the_order_of_the_points_of_runs(seed):
    columns = curves(n_points=30, noise=0.003)
    order = np.random.default_rng(seed).permutation(len(columns["loss"]))
    plain = follow(columns).size_line
    other = follow({name: column[order] for name, column in columns.items()}).size_line
    assert other.exponent.value == pytest.approx(plain.exponent.value, rel=1e-9)


def test_points_that_are_not_finite_are_left_out():
    columns = curves()
    holes = {**columns, "loss": columns["loss"].copy()}
    holes["loss"][::7] = np.nan
    holes["loss"][7] = np.inf
    found = follow(holes)
    (said,) = [f for f in found.findings if f.code == "points_left_out"]
    assert said.message.startswith("138 points are not finite and are left out")
    assert "points_left_out" not in codes(follow(columns))
    assert np.isfinite(found.loss).all()
    assert found.size_line.exponent.value == pytest.approx(
        follow(columns).size_line.exponent.value, abs=0.02
    )


def test_points_of_a_table_that_are_not_finite_are_counted():
    runs = list(table_of(curves(n_points=30)).runs)
    runs[3].curves["loss"][5:8, 1] = np.nan
    (said,) = [
        f for f in follow(RunTable(runs=tuple(runs))).findings if f.code == "points_left_out"
    ]
    assert "3 points are not finite and are left out of their curves (r3)" in said.message


def test_a_run_of_a_table_with_a_loss_that_is_not_positive_is_left_out_with_the_rows():
    runs = list(table_of(curves(n_points=30)).runs)
    runs[3].curves["loss"][5, 1] = -1.0
    found = follow(RunTable(runs=tuple(runs)))
    (left_out,) = found.excluded
    assert left_out.name == "r3"
    assert left_out.reason == "its curve of loss is not positive: -1.0 in row 5"


def test_curves_of_different_lengths_count_where_they_are():
    columns = curves()
    largest = columns["n_params"] == columns["n_params"].max()
    kept = ~largest | (columns["n_examples"] < 0.1 * columns["n_examples"].max())
    found = follow({name: column[kept] for name, column in columns.items()})
    assert found.train_flops.max() < columns["train_flops"].max()
    assert np.isfinite(found.loss).all()


def test_points_logged_twice_are_averaged():
    columns = curves(noise=0.003)
    twice = {name: np.concatenate([column, column]) for name, column in columns.items()}
    np.testing.assert_allclose(follow(twice).loss, follow(columns).loss)


def test_a_table_gives_what_its_columns_give():
    columns = curves(noise=0.003)
    from_table, from_columns = follow(table_of(columns)), follow(columns)
    np.testing.assert_allclose(from_table.loss, from_columns.loss)
    assert from_table.run[0] == "r0"
    assert "flops_assumed" not in codes(from_table)


@pytest.mark.parametrize(
    ("facts", "options", "said"),
    [
        ({}, {}, True),
        ({SCHEDULE: {"class_name": "CosineDecay"}}, {}, True),
        ({SCHEDULE: None}, {}, False),
        ({SCHEDULE: {"class_name": "CosineDecay"}}, {"constant_schedule": True}, False),
    ],
)
def test_schedules_that_end_later_are_said(facts, options, said):
    found = follow(table_of(curves(n_points=30), facts=facts), **options)
    assert ("unmatched_schedules" in codes(found)) is said


def test_runs_without_a_usable_curve_are_left_out_with_reasons():
    good = table_of(curves(n_points=30))
    bad = (
        Run(name="bare", n_params=1e8, n_examples=1e9, loss=3.0),
        Run(name="burst", n_params=1e8, n_examples=1e9, loss=3.0, status="diverged", reason="nan"),
        Run(name="sizeless", n_params=np.nan, n_examples=1e9, loss=3.0),
        Run(
            name="dot",
            n_params=1e8,
            n_examples=1e9,
            loss=3.0,
            curves={"loss": np.array([[1e9, 3.0]])},
        ),
    )
    found = follow(RunTable(runs=(*good.runs, *bad)))
    reasons = {item.name: item.reason for item in found.excluded}
    assert reasons["bare"] == "it has no curve of loss"
    assert reasons["burst"] == "diverged: nan"
    assert "n_params is nan" in reasons["sizeless"]
    assert reasons["dot"] == "its curve has too few usable points"
    assert found.n_runs == 16


def test_a_point_that_a_mask_hides_is_refused_by_its_row():
    columns = curves(n_points=30)
    hidden = np.arange(len(columns["n_params"])) == 7
    columns["n_examples"] = np.ma.masked_array(columns["n_examples"], hidden)
    with pytest.raises(FitError, match=r"`n_examples` must hold .* Received: nan in row 7"):
        follow(columns)


def test_costs_that_nobody_counted_are_assumed_and_said():
    columns = curves(n_points=30)
    del columns["train_flops"]
    assert "flops_assumed" in codes(follow(columns))
    uncounted = table_of(columns, train_flops_per_example=np.nan)
    assert "flops_assumed" in codes(follow(uncounted))


def test_a_metric_chooses_the_curve():
    table = table_of(curves(n_points=30))
    with pytest.raises(TooFewRunsError, match=r"at least 3 sizes. Received: 0 after .* val_loss"):
        follow(table, metric="val_loss")


@pytest.mark.parametrize("field", ["example_unit", "loss_name"])
def test_curves_of_different_kinds_are_not_mixed(field):
    table = table_of(curves(n_points=30))
    odd = {"example_unit": "image", "loss_name": "val_loss"}[field]
    points = {"loss": table.runs[0].curves["loss"], "val_loss": table.runs[0].curves["loss"]}
    run = Run(
        **{"name": "odd", "n_params": 1e8, "n_examples": 1e9, "loss": 3.0, "curves": points},
        **{field: odd},
    )
    with pytest.raises(FitError, match="runs of an envelope must share one"):
        follow(RunTable(runs=(*table.runs, run)))


@pytest.mark.parametrize("n_sizes", [1, 2])
def test_one_or_two_sizes_are_too_few(n_sizes):
    with pytest.raises(TooFewRunsError, match=rf"at least 3 sizes. Received: {n_sizes}"):
        follow(curves(n_sizes=n_sizes))


def test_an_envelope_of_three_sizes_shows_no_trend():
    found = follow(curves(n_sizes=3))
    assert found.size_line is None
    assert found.exponents == {}
    assert "short_envelope" in codes(found)
    with pytest.raises(FitError, match="3 sizes on the envelope"):
        found.predict(1e22)


def test_equal_losses_show_no_trend():
    columns = curves(n_points=30)
    flat = follow({**columns, "loss": np.full(len(columns["loss"]), 3.0)})
    assert flat.size_line is None
    assert flat.loss_law is None


def test_an_envelope_at_the_edge_of_the_sizes_is_said():
    found = follow(curves(n_sizes=12, per_param=2000.0, n_points=80, start=0.001))
    assert "envelope_at_edge" in codes(found)


def test_resamples_without_a_trend_are_said():
    assert "few_curves" in codes(follow(curves(n_sizes=12, per_param=80.0), skip=0.1))


def test_the_result_is_plain_values():
    values = json.loads(json.dumps(follow(curves(n_points=30)).to_dict()))
    assert values["size_line"]["exponent"]["value"] == pytest.approx(0.45, abs=0.05)
    assert values["loss_law"]["form"] == "power_law_floor"
    assert len(values["run"]) == len(values["train_flops"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"loss": None}, "An envelope needs the column `loss`"),
        ({"run": "name"}, "An envelope needs the column `name`"),
        ({"loss": [3.0]}, "`loss` must hold a number for each of the 3 points"),
        ({"loss": ["a", "b", "c"]}, "`loss` must hold a number"),
        ({"loss": [3.0, -1.0, 0.0]}, "`loss` must hold positive.*-1.0 in row 1, 0.0 in row 2"),
        ({"n_examples": [1e9, np.inf, 1e9]}, "`n_examples` must hold positive.*inf in row 1"),
        ({"n_params": [1e6, 2e6, 3e6]}, "must have one `n_params`. Received: 2 values in run 'a'"),
        ({"skip": 1.0}, "`skip` must be a share"),
        ({"smooth": -1.0}, "`smooth` must be a half width"),
        ({"level": 0}, "`level` must be"),
        ({"n_resamples": 5}, "`n_resamples` must be"),
        ({"seed": -1}, "`seed` must not be"),
    ],
)
def test_an_argument_that_can_not_be_used_is_named(changes, message):
    arguments = {
        "run": ["a", "a", "b"],
        "n_params": [1e6, 1e6, 2e6],
        "n_examples": [1e8, 2e8, 1e8],
        "loss": [3.0, 2.9, 2.8],
    }
    with pytest.raises(FitError, match=message):
        envelope(**{**arguments, **changes})


def dearer_later(**options):
    """Runs whose first half of examples cost half as much each as the others: a third of all."""
    runs = []
    for run in table_of(curves(**options)):
        full = run.n_examples * run.train_flops_per_example
        course = ((run.n_examples / 2, full / 3),)
        runs.append(dataclasses.replace(run, train_flops=full, flops_course=course))
    return RunTable(runs=tuple(runs))


def test_data_on_the_envelope_is_what_the_run_had_seen_for_the_compute():
    table = dearer_later()
    runs = {run.name: run for run in table}
    found = follow(table)
    spent = [runs[name].flops_at(n) for name, n in zip(found.run, found.n_examples, strict=True)]
    # The cost changes between two of the logged points.
    np.testing.assert_allclose(spent, found.train_flops, rtol=0.02)
    assert np.median(np.abs(spent / found.train_flops - 1)) < 1e-9


def test_a_curve_costs_what_its_run_had_cost_at_each_point():
    halves = dearer_later(n_sizes=6)
    (points, *_), _, _ = curves_of_table(halves, None, True)
    run = halves.runs[0]
    seen = run.curves["loss"][:, 0]
    share = np.where(seen <= run.n_examples / 2, 2 / 3 * seen, 4 / 3 * seen - run.n_examples / 3)
    assert np.exp(points.log_flops) == pytest.approx(share * run.train_flops_per_example)


def test_lines_of_resamples_are_those_of_the_winners_of_their_runs():
    rng = np.random.default_rng(0)
    grid = np.geomspace(1e10, 1e14, 30)
    sizes = rng.choice(np.geomspace(1e4, 1e7, 6), 25)
    off = (np.log(sizes)[:, None] - np.log(grid) / 2) ** 2
    losses = (3 + 0.02 * off + rng.normal(0, 0.1, off.shape)).round(2)
    losses[rng.random(losses.shape) < 0.4] = np.nan
    examples = 1 + rng.random(losses.shape)
    again, expected = np.random.default_rng(1), []
    for _ in range(100):
        runs = np.unique(again.integers(len(sizes), size=len(sizes)))
        there = np.isfinite(losses[runs]).any(axis=0)
        winner, bracketed = _winners(losses[runs], sizes[runs])
        seen = examples[runs[winner], np.arange(len(grid))]
        lines = _lines(grid, sizes[runs[winner]], seen, bracketed & there)
        if lines is not None:
            expected.append(lines)
    drawn, failed = _draw_lines(grid, losses, sizes, examples, 100, np.random.default_rng(1))
    np.testing.assert_array_equal(drawn, expected)
    assert failed == 1 - len(expected) / 100
