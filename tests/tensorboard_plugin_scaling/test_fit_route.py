import numpy as np
import pytest

from scaling_keras import laws
from tensorboard_plugin_scaling import fit_route
from tests.tensorboard_plugin_scaling.conftest import LAW, true_loss

PREDICTION = {"loss": 1.9, "low": 1.8, "high": 2.0, "level": 0.9, "form": "chinchilla"}


def roles(body):
    return [curve["role"] for curve in body["curves"]]


def test_the_law_is_found(get, logdir):
    logdir.add_grid()
    body = get("fit?form=chinchilla").body
    assert body["reason"] is None
    assert body["n_runs"] == 25
    found = {row["name"]: row for row in body["parameters"]}
    assert found["irreducible_loss"]["value"] == pytest.approx(LAW["E"], abs=0.15)
    assert found["param_exponent"]["value"] == pytest.approx(LAW["alpha"], abs=0.1)
    for row in found.values():
        assert row["low"] <= row["value"] <= row["high"]
    assert {name for name, row in found.items() if row["exponent"]} == {
        "param_exponent",
        "data_exponent",
    }
    assert body["formula"].startswith("L(N, D) = ")
    assert not any(row["at_bound"] for row in found.values())
    assert "{param_exponent}" in body["template"]
    assert "resamples" not in body["fit"]


def test_the_frontier_passes_where_runs_would_be(get, logdir):
    logdir.add_grid()
    body = get("fit?x=train_flops").body
    (frontier,) = (curve for curve in body["curves"] if curve["role"] == "frontier")
    expected = true_loss(np.array(frontier["n_params"]), np.array(frontier["n_examples"]))
    inside = np.array(frontier["extrapolation"]) < 2
    assert inside.any()
    np.testing.assert_allclose(np.array(frontier["mean"])[inside], expected[inside], rtol=0.02)
    assert set(body["frontier"]) == {"frontier_param_exponent", "frontier_data_exponent"}


@pytest.mark.parametrize("x", ["train_flops", "n_params", "n_examples"])
def test_a_surface_is_drawn_along_every_axis(get, logdir, x):
    logdir.add_grid()
    body = get(f"fit?x={x}").body
    slices = [curve for curve in body["curves"] if curve["role"] == "slice"]
    assert len(slices) == 5
    banded = [curve for curve in body["curves"] if curve["low"]]
    assert len(banded) == 1
    assert banded[0]["role"] == ("frontier" if x == "train_flops" else "slice")


@pytest.mark.parametrize("x", ["train_flops", "n_params", "n_examples"])
def test_a_law_of_one_variable_is_fitted_against_the_axis(get, logdir, x):
    logdir.add_grid()
    body = get(f"fit?form=power_law_floor&x={x}").body
    assert body["reason"] is None
    assert roles(body) == ["law"]
    assert body["fit"]["labels"]["x"] == x
    assert body["frontier"] == {}


def test_a_higher_level_is_a_wider_band(get, logdir):
    logdir.add_grid()
    widths = []
    for level in (0.5, 0.9, 0.99):
        row = get(f"fit?level={level}").body["parameters"][0]
        widths.append(row["high"] - row["low"])
    assert widths == sorted(widths)
    assert widths[0] < widths[-1]


def test_every_fitted_run_has_a_residual(get, logdir):
    logdir.add_grid()
    logdir.add_run("going", status=None)
    residuals = get("fit").body["residuals"]
    assert len(residuals["name"]) == 25
    assert "going" not in residuals["name"]
    assert np.abs(residuals["log_residual"]).max() < 0.03


@pytest.mark.parametrize("x", ["train_flops", "n_params"])
def test_a_run_is_compared_with_the_line_that_is_drawn(get, logdir, x):
    logdir.add_grid()
    place = {"n_params": 100_000, "n_examples": 20_000_000}
    logdir.add_run("test", *place.values(), prediction=PREDICTION)
    body = get(f"fit?form=power_law_floor&x={x}").body
    rows = get("runs").body["columns"]
    (line,) = body["curves"]
    for part in ("residuals", "tested"):
        for name, log_residual in zip(*body[part].values(), strict=True):
            row = rows["name"].index(name)
            drawn = np.interp(np.log(rows[x][row]), np.log(line["x"]), np.log(line["mean"]))
            assert log_residual == pytest.approx(np.log(rows["loss"][row]) - drawn, abs=5e-4)


def test_the_law_is_that_of_the_command_line(get, logdir):
    logdir.add_grid()
    body = get("fit").body
    columns = get("runs").body["columns"]
    fit = laws.fit(
        "auto", {name: columns[name] for name in ("n_params", "n_examples", "loss")}
    ).intervals(0.9)
    assert body["n_resamples"] == 1000
    for row in body["parameters"]:
        found = fit[row["name"]]
        assert (row["low"], row["high"]) == pytest.approx((found.low, found.high), rel=1e-9)


def test_a_parameter_at_a_bound_says_so(get, logdir):
    for i, n in enumerate(np.geomspace(1e4, 1e8, 6)):
        for j, d in enumerate(np.geomspace(1e6, 1e9, 5)):
            # It falls faster than any power law above a floor.
            loss = n**-0.3 + d**-0.3 - 0.9 * (1e8**-0.3 + 1e9**-0.3)
            logdir.add_run(f"{i}-{j}", n_params=int(n), n_examples=int(d), loss=loss)
    body = get("fit?form=chinchilla").body
    bounds = {row["name"] for row in body["parameters"] if row["at_bound"]}
    assert "irreducible_loss" in bounds
    assert bounds == set(body["fit"]["at_bound"])


def test_an_average_is_shown_as_the_law_that_counts_most(get, logdir):
    logdir.add_grid()
    body = get("fit").body
    first, second = body["average"]
    assert first["weight"] > second["weight"]
    assert {first["form"], second["form"]} == {"chinchilla", "coupled"}
    form = laws.FORMS[first["form"]]
    assert (body["title"], body["source"]) == (form.title, form.source)
    assert body["template"] == form.template
    assert [row["name"] for row in body["parameters"]] == list(form.parameters)
    assert f"{first['weight']:.0%} `{form.name}`" in body["findings"][0]["message"]
    assert get("fit?form=coupled").body["average"] == []


def test_running_runs_do_not_count_but_make_room(get, logdir):
    logdir.add_grid()
    before = get("fit").body
    logdir.add_run("far", 1_000_000, 100_000_000, status=None)
    after = get("fit").body
    assert after["parameters"] == before["parameters"]
    assert max(after["curves"][-1]["x"]) > 10 * max(before["curves"][-1]["x"])


def test_the_same_data_is_fitted_once(get, logdir, monkeypatch):
    logdir.add_grid()
    made = []
    fit = fit_route.fit
    monkeypatch.setattr(fit_route, "fit", lambda *a, **k: made.append(k) or fit(*a, **k))
    first = get("fit?x=train_flops").body
    logdir.add_run("going", status=None)
    assert get("fit?x=n_params&level=0.5").body["fitted_at"] == first["fitted_at"]
    assert len(made) == 1
    logdir.add_run("done", 50_000, 2_000_000)
    get("fit")
    get("fit?loss=best")
    get("fit?param_convention=non_embedding")
    assert len(made) == 4


def test_laws_of_one_variable_are_kept_by_axis(get, logdir):
    logdir.add_grid()
    formulas = {
        get(f"fit?form=power_law_floor&x={x}").body["formula"] for x in ("n_params", "n_examples")
    }
    assert len(formulas) == 2


def test_many_runs_need_fewer_resamples():
    assert fit_route.n_resamples(10) == fit_route.n_resamples(500) == 1000
    assert fit_route.n_resamples(1000) == 500
    assert fit_route.n_resamples(100_000) == 100


def reason(answer):
    assert answer.status == 200
    assert "curves" not in answer.body
    return answer.body["reason"]


def test_without_runs_there_is_a_reason(get):
    assert "Received: none so far" in reason(get("fit"))


def test_while_all_runs_are_running_there_is_a_reason(get, logdir):
    for size in (1_000, 2_000, 4_000):
        logdir.add_run(f"run-{size}", size, status=None)
    assert "running" in reason(get("fit"))


def test_too_few_sizes_are_a_reason(get, logdir):
    logdir.add_grid(sizes=(3_000, 10_000))
    assert "distinct" in reason(get("fit"))


def test_runs_without_flops_can_still_be_fitted(get, logdir):
    for size in (3_000, 10_000, 30_000):
        for data in (100_000, 400_000, 1_600_000):
            logdir.add_run(f"{size}-{data}", size, data, flops=False)
    body = get("fit?x=train_flops").body
    assert (body["reason"], body["curves"]) == (None, [])
    assert len(get("fit?x=n_params").body["curves"]) == 3


def test_a_law_against_flops_that_nobody_knows_has_a_reason(get, logdir):
    for size in (3_000, 10_000, 30_000, 50_000, 90_000):
        logdir.add_run(f"run-{size}", size, flops=False)
    assert "its train_flops is not known" in reason(get("fit?form=power_law_floor&x=train_flops"))


def test_a_law_against_flops_takes_the_runs_that_know_theirs(get, logdir):
    logdir.add_grid()
    logdir.add_run("unknown", 50_000, 3_000_000, flops=False)
    body = get("fit?form=power_law_floor&x=train_flops").body
    assert body["n_runs"] == 25
    assert "unknown" not in body["residuals"]["name"]
    assert get("fit?form=power_law_floor&x=n_params").body["n_runs"] == 26


def test_losses_that_do_not_belong_together_are_a_reason(get, logdir):
    logdir.add_grid()
    logdir.add_run("images", 20_000, 3_000_000)
    facts = logdir.payloads["images"]["scaling/run/1"]
    content = facts.plugin_content.replace(b'"token"', b'"image"')
    logdir.add_payload("images", "scaling/run/1", content)
    assert "Received: image (images), token (n" in reason(get("fit"))


@pytest.mark.parametrize("query", ["form=nope", "x=steps", "level=0", "loss=x", "weights=1"])
def test_a_bad_request_is_a_400(get, query):
    answer = get(f"fit?{query}")
    assert answer.status == 400
    assert "Received: " in answer.body["error"]


def test_a_provider_that_breaks_is_a_500(get, logdir):
    logdir.provider.list_tensors.side_effect = RuntimeError("server gone")
    assert get("fit").status == 500


def test_by_default_the_form_is_chosen_by_held_out_error(get, logdir):
    logdir.add_grid()
    body = get("fit").body
    assert body["form"] == "auto"
    assert body["fit"]["form"] in ("chinchilla", "coupled")
    assert body["findings"][0]["code"] == "form_chosen"
    assert get("fit?form=coupled").body["fit"]["form"] == "coupled"


def test_a_tested_prediction_is_not_fitted_and_its_error_is_out_of_sample(get, logdir):
    logdir.add_grid()
    before = get("fit?form=chinchilla").body
    place = {"n_params": 2_000_000, "n_examples": 200_000_000}
    loss = 0.9 * true_loss(**place)
    logdir.add_run("test", *place.values(), loss=loss, prediction=PREDICTION)
    after = get("fit?form=chinchilla").body
    assert after["parameters"] == before["parameters"]
    assert "test" not in after["residuals"]["name"]
    assert after["tested"]["name"] == ["test"]
    assert after["tested"]["log_residual"] == pytest.approx([np.log(0.9)], abs=0.03)
    assert before["tested"] == {"name": [], "log_residual": []}
    for query in ("x=train_flops", "x=n_params", "form=power_law_floor&x=train_flops"):
        assert get(f"fit?{query}").body["tested"]["name"] == ["test"]


def test_a_test_whose_place_is_not_known_has_no_error(get, logdir):
    logdir.add_grid()
    logdir.add_run("test", 2_000_000, 200_000_000, flops=False, prediction=PREDICTION)
    assert get("fit?form=power_law_floor&x=train_flops").body["tested"]["name"] == []


def test_only_the_runs_that_are_asked_for_are_fitted(get, logdir):
    logdir.add_grid()
    logdir.add_run("mlp/one", 20_000, 3_000_000)
    assert get("fit?form=chinchilla").body["n_runs"] == 26
    assert get("fit?form=chinchilla&runs=mlp/*,n*").body["n_runs"] == 26
    assert get("fit?form=chinchilla&runs=!mlp").body["n_runs"] == 25
    assert "Received: 'no', and runs named" in reason(get("fit?runs=no"))
