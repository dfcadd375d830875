import pytest

from scaling_keras.events import schema
from scaling_keras.runs import RunTable
from tensorboard_plugin_scaling.runs_route import columns

PREDICTION = {"loss": 2.0, "low": 1.9, "high": 2.1, "level": 0.9, "form": "chinchilla"}
AVERAGE = {**PREDICTION, "form": "auto", "form_weights": {"coupled": 0.56, "chinchilla": 0.44}}


def test_every_run_has_a_row_with_what_is_known_of_it(get, logdir):
    logdir.add_run(
        "done",
        8_000,
        1_000_000,
        loss=2.25,
        size="small",
        family="lm",
        seed=3,
        planned_examples=1_000_000,
        prediction=PREDICTION,
        sweep="s",
        trial="t",
    )
    body = get("runs").body
    row = {name: values[0] for name, values in body["columns"].items()}
    assert row["name"] == "done"
    assert (row["status"], row["reason"]) == ("completed", "")
    assert row["not_fitted"] == "it tests a prediction"
    assert (row["n_params"], row["n_examples"], row["loss"]) == (8_000, 1_000_000, 2.25)
    assert (row["train_flops"], row["train_flops_per_example"]) == (4.8e10, 48_000)
    assert (row["size"], row["family"], row["seed"]) == ("small", "lm", 3)
    assert (row["example_unit"], row["elapsed_seconds"]) == ("token", 12.5)
    assert row["n_params_total"] == 8_000
    assert row["n_params_non_embedding"] == 6_000
    assert row["n_params_non_embedding_plus_head"] == 6_000
    assert (row["planned_examples"], row["planned_flops"]) == (1_000_000, 4.8e10)
    assert row["prediction"] == PREDICTION
    assert (row["sweep"], row["trial"]) == ("s", "t")
    assert (body["reason"], body["loss_name"]) == (None, "val_loss")


def test_the_law_of_a_prediction_may_be_an_average(get, logdir):
    logdir.add_run("test", prediction=AVERAGE)
    assert get("runs").body["columns"]["prediction"] == [AVERAGE]


def test_the_size_of_the_data_set_is_that_of_the_table(get, logdir):
    logdir.add_run("said", dataset_size=500)
    logdir.add_run("unknown")
    logdir.add_run("seen", status=None)
    result = schema.RunResult(losses={"val_loss": {"final": 2.0}}, n_examples=9, dataset_size=400)
    logdir.add_payload("seen", schema.result_tag(1), schema.encode(result))
    rows = get("runs").body["columns"]
    assert dict(zip(rows["name"], rows["dataset_size"], strict=True)) == {
        "said": 500,
        "seen": 400,
        "unknown": None,
    }


def test_all_columns_have_one_length(get, logdir):
    logdir.add_grid()
    logdir.add_run("going", status=None)
    assert {len(values) for values in get("runs").body["columns"].values()} == {26}


def test_the_answer_follows_the_options(get, logdir):
    logdir.add_run("run", 8_000, loss=2.25)
    body = get("runs?loss=best&param_convention=non_embedding").body
    assert body["columns"]["loss"] == [2.24]
    assert body["columns"]["n_params"] == [6_000]
    assert (body["loss"], body["param_convention"]) == ("best", "non_embedding")


def test_a_run_outside_the_fit_says_why(get, logdir):
    logdir.add_run("bad", status="failed", reason="out of memory")
    logdir.add_run("odd", loss=-1.0)
    logdir.add_run("off", loss=float("nan"), status="diverged", reason="loss became NaN")
    rows = get("runs").body["columns"]
    why = dict(zip(rows["name"], rows["not_fitted"], strict=True))
    assert why["bad"] == "failed: out of memory"
    assert why["off"] == "diverged: loss became NaN"
    assert "loss is -1.0, not a positive" in why["odd"]
    assert rows["loss"][rows["name"].index("off")] is None


def test_a_run_that_cannot_be_read_is_left_out_with_its_reason(get, logdir):
    logdir.add_run("good")
    logdir.add_payload("bad", "scaling/run/1", b"{}")
    body = get("runs").body
    assert body["columns"]["name"] == ["good"]
    (left_out,) = body["excluded"]
    assert left_out["name"] == "bad"
    assert "versioned JSON object" in left_out["reason"]


def test_without_runs_there_is_a_reason(get):
    answer = get("runs")
    assert answer.status == 200
    assert "Received: none so far" in answer.body["reason"]
    assert answer.body["columns"]["name"] == []


def test_the_laws_that_can_be_fitted_are_listed(get):
    forms = {form["name"]: form for form in get("runs").body["forms"]}
    assert forms["chinchilla"]["variables"] == ["n_params", "n_examples"]
    assert forms["power_law_floor"]["title"]
    assert not {"optimal_learning_rate", "downstream_error", "bounded_metric"} & set(forms)


def test_names_are_not_interpreted(get, logdir):
    name = "<img src=x onerror=alert(1)>/\u202e\u0000"
    logdir.add_run(name)
    assert get("runs").body["columns"]["name"] == [name]


@pytest.mark.parametrize("query", ["loss=worst", "param_convention=all", "x=n_params"])
def test_a_bad_request_is_a_400(get, query):
    answer = get(f"runs?{query}")
    assert answer.status == 400
    assert "Received: " in answer.body["error"]


def test_an_empty_table_has_empty_columns():
    assert set(map(len, columns(RunTable(runs=())).values())) == {0}


def test_only_the_runs_that_are_asked_for_are_listed(get, logdir):
    for name in ("demo/a", "demo/b", "mlp"):
        logdir.add_run(name)
    assert get("runs?runs=demo").body["columns"]["name"] == ["demo/a", "demo/b"]
    none = get("runs?runs=no").body
    assert (none["columns"]["name"], none["reason"]) == ([], None)


def test_a_run_that_makes_no_law_says_why(get, logdir):
    logdir.add_run("test", prediction=PREDICTION)
    logdir.add_run("slow", loss=2.5, sweep="s", hyperparameters={"rate": 1})
    logdir.add_run("fast", loss=2.0, sweep="s", hyperparameters={"rate": 2})
    rows = get("runs").body["columns"]
    assert dict(zip(rows["name"], rows["not_fitted"], strict=True)) == {
        "fast": "",
        "slow": "other hyperparameters reached a lower loss: fast",
        "test": "it tests a prediction",
    }
