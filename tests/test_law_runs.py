import dataclasses

import pytest

from scaling_keras.runs import Run, RunTable

PREDICTION = {"loss": 1.1, "low": 1.0, "high": 1.2}


def run(name, loss, *, status="completed", prediction=None, sweep="s", seed=0, size="width4", **hp):
    return Run(
        name=name,
        n_params=100.0,
        n_examples=1000.0,
        loss=loss,
        size=size,
        seed=seed,
        status=status,
        facts={
            "sweep": sweep,
            "prediction": prediction,
            "hyperparameters": {"n_examples": 1000, **hp},
        },
    )


def usable(*runs):
    table = RunTable(runs=runs).usable()
    return [kept.name for kept in table], {item.name: item.reason for item in table.excluded}


def test_the_best_of_several_hyperparameters_makes_the_law():
    kept, why = usable(run("a", 2.0, rate=1), run("b", 1.5, rate=2))
    assert kept == ["b"]
    assert why == {"a": "other hyperparameters reached a lower loss: b"}


def test_tests_of_predictions_and_tuning_on_part_of_the_data_are_left_out():
    kept, why = usable(
        run("test", 1.0, prediction=PREDICTION),
        run("part", 1.2, tuning_share=0.3333),
        run("whole", 1.5),
    )
    assert kept == ["whole"]
    assert why == {
        "test": "it tests a prediction",
        "part": "it tried out hyperparameters on part of the data",
    }


def test_a_run_that_diverged_beats_nobody():
    kept, why = usable(run("bad", 0.1, status="diverged"), run("good", 2.0))
    assert kept == ["good"]
    assert why == {"bad": "diverged"}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"seed": 0}, {"seed": 1}),
        ({"seed": None}, {"seed": None}),
        ({"size": "width4"}, {"size": "width8"}),
        ({"sweep": "s", "rate": 1}, {"sweep": "t", "rate": 2}),
        ({"sweep": "", "rate": 1}, {"sweep": "", "rate": 2}),
    ],
    ids=["seeds", "repetitions", "sizes", "sweeps", "runs of no sweep"],
)
def test_runs_that_do_not_compete_are_all_kept(one, two):
    kept, _ = usable(run("a", 2.0, **one), run("b", 1.5, **two))
    assert kept == ["a", "b"]


def test_tests_are_taken_in_if_asked_for():
    table = RunTable(runs=(run("test", 1.0, prediction=PREDICTION), run("plain", 1.5, seed=1)))
    assert [kept.name for kept in table.with_tests().usable()] == ["test", "plain"]
    assert [kept.name for kept in table.usable()] == ["plain"]


def test_what_finds_the_best_setting_sees_every_setting():
    table = RunTable(runs=(run("a", 2.0, rate=1), run("b", 1.5, rate=2)))
    assert [kept.name for kept in table.completed()] == ["a", "b"]


def test_a_csv_file_still_tells_which_runs_make_no_law(tmp_path):
    table = RunTable(
        runs=(
            run("test", 1.0, prediction=PREDICTION),
            run("a", 2.0, rate=1),
            run("b", 1.5, rate=2),
            run("part", 1.2, tuning_share=0.3333),
        )
    )
    table.to_csv(tmp_path / "runs.csv")
    back = RunTable.from_csv(tmp_path / "runs.csv")
    assert back.usable().excluded == table.usable().excluded
    both = (each.with_tests().usable() for each in (table, back))
    assert [[kept.name for kept in each] for each in both] == [["test"], ["test"]]
    back.to_csv(tmp_path / "again.csv")
    assert RunTable.from_csv(tmp_path / "again.csv").usable().excluded == back.usable().excluded


def test_of_a_metric_that_is_better_when_higher_the_highest_makes_the_law():
    tried = [
        dataclasses.replace(run(name, value, learning_rate=rate), loss_name="val_accuracy")
        for name, value, rate in (("low", 0.4, 0.1), ("high", 0.7, 0.2))
    ]
    kept, reasons = usable(*tried)
    assert kept == ["high"]
    assert reasons == {"low": "other hyperparameters reached a higher val_accuracy: high"}
