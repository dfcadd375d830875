import dataclasses
import json

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.errors import FitError
from scaling_keras.laws.next_runs import next_runs
from tests.laws.test_planning import Repeated
from tests.strategies import HOFFMANN, chinchilla_loss, grid, noisy_runs, refitted

TARGET = {"n_params": 1e9, "n_examples": 1e11}
NOISE = 0.005


@pytest.fixture(scope="module")
def fit():
    return laws.fit("chinchilla", noisy_runs(HOFFMANN, noise=0.01), n_resamples=300)


def test_each_run_narrows_what_the_one_before_left(fit):
    advice = next_runs(fit, target=TARGET, n=4)
    predicted = fit.predict(**TARGET)
    assert advice.quantity == "loss"
    assert advice.target == TARGET
    assert advice.runs[0].width_before == pytest.approx(
        np.log(predicted.high[0] / predicted.low[0])
    )
    for run, following in zip(advice.runs, advice.runs[1:], strict=False):
        assert run.width_after == following.width_before
    for run in advice.runs:
        assert run.width_after < run.width_before
        assert run.cut == pytest.approx(1 - run.width_after / run.width_before)
        assert run.cut_per_flop == pytest.approx(run.cut / run.train_flops)
        assert run.train_flops == pytest.approx(6 * run.n_params * run.n_examples)
        assert run.train_flops <= advice.max_flops * (1 + 1e-9)
    dearest = 6 * fit.values.prod(axis=1).max()
    assert advice.max_flops == pytest.approx(dearest)


def test_no_candidate_worth_it_cuts_more_per_flop(fit):
    """By the formula, written out for each candidate on its own."""
    n, d = (a.ravel() for a in np.meshgrid([1e6, 1e7, 1e8], [1e8, 1e9, 1e10]))
    advice = next_runs(
        fit, target=TARGET, candidates={"n_params": n, "n_examples": d}, max_flops=1e30, n=1
    )
    (run,) = advice.runs
    params = fit.law.to_params(fit.resamples, fit.centre)
    rows = {name: value[:, None] for name, value in params.items()}
    losses = np.log(chinchilla_loss(rows, np.append(n, 1e9), np.append(d, 1e11)))
    losses = np.clip(losses, *np.quantile(losses, [0.01, 0.99], axis=0))
    cov = np.cov(losses, rowvar=False)
    total = cov[-1, -1] + advice.noise**2
    left = total - cov[-1, :-1] ** 2 / (np.diag(cov)[:-1] + advice.noise**2)
    cut = 1 - np.sqrt(left / total)
    worthy = cut >= 0.5 * cut.max()
    best = np.argmax(np.where(worthy, cut / (n * d), 0))
    assert (run.n_params, run.n_examples) == (n[best], d[best])
    assert run.cut == pytest.approx(cut[best])


def profiles():
    """Three budgets of six sizes each, from 1e18 to 1e20 FLOPs."""
    budget = np.repeat([1e18, 1e19, 1e20], 6)
    n = 0.6 * np.sqrt(budget / 120) * np.tile(np.geomspace(0.2, 5, 6), 3)
    d = budget / (6 * n)
    scatter = np.random.default_rng(0).normal(scale=0.005, size=18)
    loss = chinchilla_loss(HOFFMANN, n, d) * np.exp(scatter)
    return {"n_params": n, "n_examples": d, "loss": loss}


def test_no_run_is_cheaper_than_those_there_are():
    fit = laws.fit("chinchilla", profiles(), n_resamples=200)
    for aim in ({"target": {"n_params": 7e9, "n_examples": 1.4e11}}, {"train_flops": 1e22}):
        advice = next_runs(fit, n=4, worth=0.0, **aim)
        assert min(run.train_flops for run in advice.runs) >= 1e18 * (1 - 1e-9)
    with pytest.raises(FitError, match=r"max_flops=1e\+17, and the cheapest candidate takes"):
        next_runs(fit, train_flops=1e22, max_flops=1e17)


def test_each_run_tells_how_far_beyond_the_others_it_lies():
    fit = laws.fit("chinchilla", profiles(), n_resamples=200)
    places = {"n_params": [1e8, 1e8], "n_examples": [1e10, 1e13]}
    inside, beyond = (
        next_runs(
            fit,
            train_flops=1e22,
            candidates={name: [values[place]] for name, values in places.items()},
            max_flops=1e30,
            n=1,
        )
        for place in (0, 1)
    )
    assert inside.runs[0].extrapolation == 1.0
    assert beyond.runs[0].extrapolation == fit.predict(n_params=1e8, n_examples=1e13).extrapolation
    assert "far_extrapolation" not in [finding.code for finding in inside.warnings]
    (found,) = (f for f in beyond.warnings if f.code == "far_extrapolation")
    assert "number 1 lies up to" in found.message


def test_advice_carries_what_the_fit_says_against_itself(fit):
    misfit = laws.Finding(code="misfit", message="The form is wrong.")
    told = dataclasses.replace(fit, warnings=(misfit,))
    assert misfit in next_runs(told, target=TARGET, n=1).warnings


def test_worth_trades_flops_for_narrowness(fit):
    cheap, fair, dear = (
        next_runs(fit, target=TARGET, n=1, worth=worth).runs[0] for worth in (0.0, 0.5, 1.0)
    )
    assert cheap.train_flops < fair.train_flops <= dear.train_flops
    assert cheap.cut_per_flop > fair.cut_per_flop >= dear.cut_per_flop
    assert cheap.cut < fair.cut <= dear.cut


def test_a_dearer_limit_allows_a_larger_cut(fit):
    near, far = (
        next_runs(fit, target=TARGET, n=1, worth=1.0, max_flops=flops).runs[0]
        for flops in (1e15, 1e19)
    )
    assert near.train_flops <= 1e15
    assert far.cut > near.cut


def test_the_optimal_size_of_a_budget_can_be_the_aim(fit):
    advice = next_runs(fit, train_flops=1e21, n=2)
    best = fit.optimal_allocation(train_flops=1e21)
    assert advice.quantity == "n_params"
    assert advice.target == {"train_flops": 1e21}
    assert advice.runs[0].width_before == pytest.approx(
        np.log(best.n_params.high / best.n_params.low)
    )
    assert 0 < advice.runs[1].width_after < advice.runs[0].width_after


def sweep(seed):
    """Eleven runs with noise, a function that trains more, and affordable runs at random."""
    rng = np.random.default_rng(seed)
    n, d = grid(sizes=(1e5, 1e6, 1e7), budgets=(1e7, 1e8, 1e9))
    n, d = np.append(n, [3e5, 3e6]), np.append(d, [3e7, 3e8])

    def trained(n, d):
        return chinchilla_loss(HOFFMANN, n, d) * np.exp(rng.normal(0, NOISE, np.shape(n)))

    def at_random():
        size = 10 ** rng.uniform(5, 7.6)
        data = 10 ** rng.uniform(7, min(9.6, 16 - np.log10(size)))
        return {"n_params": size, "n_examples": data}

    return {"n_params": n, "n_examples": d, "loss": trained(n, d)}, trained, at_random


def flops_of(run):
    return 6 * run["n_params"] * run["n_examples"]


def true_spread(n, d):
    """Standard deviation of the target's log loss, fitted to runs at these places.

    The inverse of the information of normal residuals, carried to the target by the derivatives
    of the law that is true.
    """
    form, centre = laws.FORMS["chinchilla"], np.zeros(3)
    theta = form.from_params({k: np.array(v) for k, v in HOFFMANN.items()}, centre)[None]

    def derivatives(n, d):
        return form.value_and_jacobian(theta, np.log(np.column_stack([n, d])))[1][0]

    known = derivatives(n, d)
    there = derivatives([TARGET["n_params"]], [TARGET["n_examples"]])[:, 0]
    return NOISE * np.sqrt(there @ np.linalg.solve(known @ known.T, there))


def test_the_recommended_run_is_worth_more_than_others_were_the_law_known(fit):
    """By what the true law says a run is worth, which the advice has to guess from eleven runs."""
    cuts, flops = {"advised": [], "random": []}, {"advised": [], "random": []}
    for seed in range(20):
        runs, _, at_random = sweep(seed)
        before = refitted(fit, runs, n_resamples=200)
        n, d = runs["n_params"], runs["n_examples"]
        picks = [("advised", next_runs(before, target=TARGET, n=1).runs[0].variables)]
        picks += [("random", at_random()) for _ in range(20)]
        for name, run in picks:
            after = true_spread(np.append(n, run["n_params"]), np.append(d, run["n_examples"]))
            cuts[name].append(1 - after / true_spread(n, d))
            flops[name].append(flops_of(run))
    per_flop = {name: np.sum(cuts[name]) / np.sum(flops[name]) for name in cuts}
    assert per_flop["advised"] > 4 * per_flop["random"]
    assert np.mean(cuts["advised"]) > 1.8 * np.mean(cuts["random"])


@pytest.mark.slow
def test_doing_the_recommended_run_narrows_more_per_flop_than_doing_another(fit):
    """Over sweeps that are refitted with the run that was recommended, or with one at random."""
    cuts, flops = {"advised": 0.0, "random": 0.0}, {"advised": 0.0, "random": 0.0}
    for seed in range(24):
        runs, trained, at_random = sweep(seed)
        before = refitted(fit, runs, n_resamples=200)
        advised = next_runs(before, target=TARGET, n=1).runs[0].variables
        for name, run in (("advised", advised), ("random", at_random())):
            more = {key: np.append(runs[key], run[key]) for key in run}
            more["loss"] = np.append(runs["loss"], trained(run["n_params"], run["n_examples"]))
            after = refitted(fit, more, n_resamples=200)
            cuts[name] += 1 - law_spread(after) / law_spread(before)
            flops[name] += flops_of(run)
    assert cuts["advised"] / flops["advised"] > 2 * cuts["random"] / flops["random"]
    assert cuts["advised"] > 0.1 * 24


def law_spread(fit):
    """Width of the target's interval by the law alone, the part of it that runs can narrow."""
    point = np.array([[TARGET["n_params"], TARGET["n_examples"]]])
    draws = fit.law.value(fit.resamples, fit.law.into_frame(point, fit.centre))[:, 0]
    return np.subtract(*np.quantile(draws, [0.95, 0.05]))


def test_other_variables_stay_as_the_target_has_them():
    n, d, unique = (
        a.ravel() for a in np.meshgrid([1e6, 1e7, 1e8], [1e8, 1e9, 1e10], [1e7, 1e8, 1e10])
    )
    rng = np.random.default_rng(0)
    loss = chinchilla_loss(HOFFMANN, n, np.minimum(d, 8 * unique))
    loss *= np.exp(rng.normal(0, 0.003, 27))
    columns = {"n_params": n, "n_examples": d, "dataset_size": unique, "loss": loss}
    fit = laws.fit(Repeated(), columns, n_resamples=100)
    advice = next_runs(fit, target={**TARGET, "dataset_size": 1e9}, n=1)
    assert advice.runs[0].variables["dataset_size"] == pytest.approx(1e9)


def test_exact_runs_leave_nothing_to_gain():
    n, d = grid()
    fit = laws.fit(
        "chinchilla",
        n_params=n,
        n_examples=d,
        loss=chinchilla_loss(HOFFMANN, n, d),
        n_resamples=100,
    )
    same = dataclasses.replace(fit, resamples=np.repeat(fit.theta[None], 100, axis=0))
    advice = next_runs(same, target=TARGET, n=2)
    assert [run.cut for run in advice.runs] == pytest.approx([0.0, 0.0], abs=1e-6)
    assert "little_to_gain" in [finding.code for finding in advice.warnings]


def test_a_form_that_missed_held_out_runs_is_a_finding(fit):
    missed = dataclasses.replace(
        fit, backtest=dataclasses.replace(fit.backtest, miss_ratio=2.5, extrapolation=5.0)
    )
    (finding,) = next_runs(missed, target=TARGET).warnings
    assert finding.code == "form_in_doubt"
    assert "missed held-out runs by 2.5x its intervals" in finding.message


def test_advice_survives_json(fit):
    advice = next_runs(fit, target=TARGET)
    values = json.loads(json.dumps(advice.to_dict(), allow_nan=False))
    assert len(values["runs"]) == 3
    assert values["runs"][0]["variables"]["n_params"] == advice.runs[0].n_params


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "needs either a target run or a budget"),
        ({"target": TARGET, "train_flops": 1e18}, "needs either a target run or a budget"),
        ({"target": {"n_params": 1e9}}, "`target` must name n_params and n_examples. Received"),
        ({"target": 1e19}, "`target` must name n_params and n_examples. Received: 1e.19. Pass"),
        (
            {"target": {"n_params": [1e9, 2e9], "n_examples": 1e11}},
            "`target` must be a single run. Received: 2 of them",
        ),
        ({"target": {"n_params": 0, "n_examples": 1e11}}, "`n_params` must be a positive"),
        ({"train_flops": [1e18, 1e19]}, "`train_flops` must be one number"),
        ({"target": TARGET, "n": 0}, "`n` must be at least 1"),
        ({"target": TARGET, "worth": 2.0}, "`worth` must be from 0 to 1"),
        ({"target": TARGET, "worth": "much"}, "`worth` must be from 0 to 1"),
        ({"target": TARGET, "max_flops": 1.0}, "`max_flops` must allow at least one candidate"),
        (
            {"target": TARGET, "candidates": {"n_params": [1, 2, 3], "n_examples": [1, 2]}},
            "`candidates` must hold numbers or arrays of one length. Received: lengths 3, 2",
        ),
        ({"target": TARGET, "level": 2}, "`level` must be between 0 and 1"),
    ],
)
def test_what_can_not_be_advised_on_is_named(fit, arguments, sentence):
    with pytest.raises(FitError, match=sentence):
        next_runs(fit, **arguments)


def test_a_law_of_one_variable_can_not_advise():
    x = np.geomspace(1, 1e4, 8)
    fit = laws.fit("power_law_floor", x=x, loss=1 + x**-0.5, n_resamples=100)
    with pytest.raises(FitError, match="law of the loss by n_params and n_examples"):
        next_runs(fit, target={"x": 1e6})


def test_a_law_without_resamples_can_not_advise(fit):
    bare = dataclasses.replace(fit, resamples=np.empty((0, 5)))
    with pytest.raises(FitError, match=r"learns from the resamples of a fit\. Received: 0"):
        next_runs(bare, target=TARGET)


def test_what_is_under_way_is_counted_on_and_not_chosen_for_what_it_tells(fit):
    first, second = next_runs(fit, target=TARGET, n=2).runs
    after = next_runs(fit, target=TARGET, n=1, running=dict(first.variables)).runs[0]
    assert after.variables == second.variables
    assert after.width_before == pytest.approx(second.width_before)
    assert after.width_after == pytest.approx(second.width_after)
