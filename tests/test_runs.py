import dataclasses
import math

import numpy as np
import pytest

from scaling_keras.errors import RunsError
from scaling_keras.events.reader import read_runs
from scaling_keras.runs import Exclusion, Run, RunTable, unique_units

COUNTS = {"embedding": 100, "head": 20, "hidden": 300}


def run(name="a", **fields):
    values = {"n_params": 420.0, "n_examples": 1e6, "loss": 2.5, "param_counts": COUNTS}
    return Run(name=name, **{**values, **fields})


def test_columns_are_arrays_in_the_order_of_the_runs():
    table = RunTable(runs=(run("a", loss=2.0), run("b", loss=1.0, seed=3)))
    np.testing.assert_array_equal(table["loss"], [2.0, 1.0])
    assert list(table["name"]) == ["a", "b"]
    assert list(table["seed"]) == [None, 3]
    assert [r.name for r in table] == ["a", "b"]


def test_an_unknown_column_is_named_with_the_known_ones():
    with pytest.raises(RunsError, match=r"columns n_params.*Received: column='perplexity'"):
        RunTable(runs=())["perplexity"]


def test_names_must_be_unique():
    with pytest.raises(RunsError, match="Received two runs named 'a'"):
        RunTable(runs=(run("a"), run("a")))


def test_usable_runs_are_completed_with_positive_finite_numbers():
    table = RunTable(
        runs=(
            run("good"),
            run("nan", loss=math.nan),
            run("zero", n_examples=0.0),
            run("failed", status="failed", reason="out of memory"),
            run("running", status="running"),
            run("overflowed", train_flops=-2.4e18),
            run("infinite", train_flops_per_example=math.inf),
        ),
        excluded=(Exclusion(name="older", reason="damaged"),),
    )
    usable = table.usable()
    assert [r.name for r in usable] == ["good"]
    assert {e.name: e.reason for e in usable.excluded} == {
        "older": "damaged",
        "nan": "loss is nan, not a positive finite number",
        "zero": "n_examples is 0.0, not a positive finite number",
        "failed": "failed: out of memory",
        "running": "running",
        "overflowed": "train_flops is -2.4e+18, not a positive finite number",
        "infinite": "train_flops_per_example is inf, not a positive finite number",
    }


@pytest.mark.parametrize(
    ("convention", "expected"),
    [("total", 420.0), ("non_embedding", 300.0), ("non_embedding_plus_head", 320.0)],
)
def test_the_convention_chooses_which_parameters_count(convention, expected):
    table = RunTable(runs=(run(),)).with_param_convention(convention)
    assert table["n_params"][0] == expected
    assert table.param_convention == convention


def test_a_convention_needs_groups_and_a_known_name():
    with pytest.raises(RunsError, match=r"has only n_params=420.0\. Log runs with ScalingLogger"):
        RunTable(runs=(run(param_counts={}),)).with_param_convention("non_embedding")
    with pytest.raises(RunsError, match="must be one of total, non_embedding"):
        RunTable(runs=(), param_convention="all")


def test_a_table_survives_csv(tmp_path):
    table = RunTable(
        runs=(
            run("a", seed=0, size="d8", train_flops=1e12),
            run("b", loss=math.nan, status="failed"),
        )
    )
    table.to_csv(tmp_path / "runs.csv")
    back = RunTable.from_csv(tmp_path / "runs.csv")
    for column in ("name", "n_params", "loss", "train_flops", "size", "status", "seed"):
        np.testing.assert_array_equal(back[column], table[column])


def test_other_names_of_columns_can_be_mapped(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text("params,tokens,loss,optimizer,train_flops\n1e6,1e8,3.1,adam,6e14\n")
    table = RunTable.from_csv(path, columns={"n_params": "params", "n_examples": "tokens"})
    (only,) = table
    assert (only.name, only.n_params, only.n_examples) == ("row-1", 1e6, 1e8)
    assert only.train_flops_per_example == pytest.approx(6e6)
    assert only.facts == {"optimizer": "adam"}


def test_a_csv_without_a_column_or_with_text_for_a_number_is_named(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text("n_params,loss\n1,2\n")
    with pytest.raises(
        RunsError,
        match=r"without n_examples; it has 'n_params', 'loss'\. Name its columns so, or map them",
    ):
        RunTable.from_csv(path)
    path.write_text("n_params,n_examples,loss\n1,2,3\n4,5,low\n")
    with pytest.raises(
        RunsError, match=r"Column `loss` must hold numbers\. Received: 'low' in row 2"
    ):
        RunTable.from_csv(path)


def test_a_file_that_can_not_be_read_is_named(tmp_path):
    with pytest.raises(RunsError, match=r"must be a readable CSV file.*no\.csv"):
        RunTable.from_csv(tmp_path / "no.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RunsError, match=r"binary\.csv"):
        RunTable.from_csv(tmp_path / "binary.csv")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(RunsError, match="without n_params, n_examples, loss"):
        RunTable.from_csv(tmp_path / "empty.csv")


def test_a_line_that_breaks_off_is_a_run_that_no_fit_uses(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text("n_params,n_examples,loss\n1,2,3\n4,5\n")
    table = RunTable.from_csv(path)
    assert [r.name for r in table.usable()] == ["row-1"]


def test_units_are_listed_once():
    assert unique_units([run("a"), run("b", example_unit="token"), run("c")]) == (
        "example",
        "token",
    )


def test_filtering_keeps_what_was_left_out():
    table = RunTable(runs=(run("a"), run("b")), excluded=(Exclusion(name="c", reason="damaged"),))
    kept = table.where(lambda r: r.name == "b")
    assert [r.name for r in kept] == ["b"]
    assert kept.excluded == table.excluded
    assert dataclasses.replace(kept, runs=()).excluded == table.excluded


def test_numbers_among_the_facts_are_columns():
    table = RunTable(
        runs=(
            run(
                "a",
                facts={
                    "batch_size": 32,
                    "device_kind": "GPU",
                    "hyperparameters": {"width": 64, "batch_size": 1},
                    "optimizer": {"name": "adam", "learning_rate": 0.1, "amsgrad": False},
                },
            ),
            run("b", facts={"batch_size": None, "hyperparameters": {"width": 128}}),
        )
    )
    np.testing.assert_array_equal(table["batch_size"], [32, math.nan])
    np.testing.assert_array_equal(table["width"], [64, 128])
    np.testing.assert_array_equal(table["learning_rate"], [0.1, math.nan])
    assert table.columns[-4:] == ("batch_size", "width", "learning_rate", "amsgrad")


def test_a_fact_that_is_no_number_is_no_column():
    table = RunTable(runs=(run("a", facts={"device_kind": "GPU", "depth": None}),))
    with pytest.raises(RunsError, match=r"has the columns n_params.*column='depth'"):
        table["depth"]
    with pytest.raises(RunsError, match=r"column='device_kind', which is text: 'GPU'\. Look at"):
        table["device_kind"]


def test_labels_are_fields_or_facts_and_numbers_only_if_all_are():
    table = RunTable(
        runs=(
            run("a", seed=1, facts={"run": "1", "rate": "1e-3", "kind": "x"}),
            run("b", facts={"run": "b", "hyperparameters": {"rate": 0.01}}),
        )
    )
    assert table.labels("run") == ["1", "b"]
    assert table.labels("rate") == [0.001, 0.01]
    assert table.labels("kind") == ["x", None]
    assert table.labels("seed") == [1, None]
    assert table.labels("name") == ["a", "b"]
    assert table.labels("dataset_size") == [None, None]
    assert {"run", "rate", "kind", "family"} <= set(table.label_columns)
    with pytest.raises(RunsError, match=r"Runs can be told apart by .*Received: column='colour'"):
        table.labels("colour")


def test_rows_that_share_a_name_are_read_where_it_is_called_otherwise(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("name,n_params,n_examples,loss\na,1,1,3\na,1,2,2\nb,2,1,3\n")
    with pytest.raises(RunsError, match="give the column that says so another name than `name`"):
        RunTable.from_csv(path)
    table = RunTable.from_csv(path, columns={"run": "name"})
    assert table.labels("run") == ["a", "a", "b"]


def test_facts_and_the_size_of_the_data_set_survive_csv(tmp_path):
    facts = {"batch_size": 32, "device_kind": "GPU", "hyperparameters": {"width": 64, "name": "x"}}
    table = RunTable(runs=(run("a", dataset_size=5e5, facts=facts), run("b")))
    table.to_csv(tmp_path / "runs.csv")
    back = RunTable.from_csv(tmp_path / "runs.csv")
    assert list(back["name"]) == ["a", "b"]
    for column in ("dataset_size", "batch_size", "width"):
        np.testing.assert_array_equal(back[column], table[column])
    first, second = back
    assert first.facts["device_kind"] == "GPU"
    assert second.facts == {}


def test_an_empty_csv_says_that_it_is(tmp_path):
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(RunsError, match=r"empty\.csv' without n_params, .*; it is empty\. Name"):
        RunTable.from_csv(tmp_path / "empty.csv")


def test_columns_that_are_no_names_are_shown_cut(tmp_path):
    (tmp_path / "bars.csv").write_text("|".join(["column"] * 99))
    with pytest.raises(RunsError, match=r"it has 'column\|column.*\.\.\.\. Name its columns"):
        RunTable.from_csv(tmp_path / "bars.csv")


@pytest.mark.parametrize(("sign", "named"), [(";", "semicolons"), ("\t", "tabs")])
@pytest.mark.parametrize("read", [RunTable.from_csv, read_runs])
def test_columns_that_no_commas_separate_are_said_to_be_one(read, sign, named, tmp_path):
    lines = (("n_params", "n_examples", "loss"), ("1000", "20000", "3,1"))
    (tmp_path / "one.csv").write_text("\n".join(sign.join(line) for line in lines))
    with pytest.raises(RunsError, match=f"separated by commas.*with one column.*{named} separate"):
        read(tmp_path / "one.csv")


def test_a_csv_may_have_blanks_around_names_and_seeds_written_as_floats(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text("n_params, n_examples ,loss,seed\n1e6,1e8,3.0,2.0\n")
    (run,) = RunTable.from_csv(path)
    assert (run.n_examples, run.seed) == (1e8, 2)
    path.write_text("n_params,n_examples,loss,seed\n1e6,1e8,3.0,2.5\n")
    with pytest.raises(
        RunsError, match=r"Column `seed` must hold whole numbers\. Received: '2\.5'"
    ):
        RunTable.from_csv(path)


def test_what_a_run_cost_on_the_way_follows_its_course():
    run = Run(
        name="a",
        n_params=1.0,
        n_examples=400.0,
        loss=1.0,
        train_flops=1000.0,
        train_flops_per_example=2.5,
    )
    places = np.array([0.0, 100.0, 200.0, 400.0])
    assert run.flops_at(places).tolist() == [0, 250, 500, 1000]
    run = dataclasses.replace(run, flops_course=((200.0, 100.0),))
    assert run.flops_at(places).tolist() == [0, 50, 100, 1000]
