from scaling_keras.runs import Run, RunTable
from scaling_keras.tuner.law_runs import law_runs


def run(name, loss, *, status="completed", prediction=None, **hyperparameters):
    return Run(
        name=name,
        n_params=100.0,
        n_examples=1000.0,
        loss=loss,
        size="width4",
        seed=0,
        status=status,
        facts={
            "prediction": prediction,
            "hyperparameters": {"n_examples": 1000, **hyperparameters},
        },
    )


def test_the_best_of_several_hyperparameters_makes_the_law():
    table = law_runs(RunTable(runs=(run("a", 2.0, rate=1), run("b", 1.5, rate=2))))
    assert [kept.name for kept in table] == ["b"]
    (left_out,) = table.excluded
    assert left_out.name == "a"
    assert left_out.reason == "other hyperparameters reached a lower loss: b"


def test_tests_of_predictions_and_tuning_on_part_of_the_data_are_left_out():
    runs = (
        run("test", 1.0, prediction={"loss": 1.1}),
        run("part", 1.2, tuning_share=0.3333),
        run("whole", 1.5),
    )
    table = law_runs(RunTable(runs=runs))
    assert [kept.name for kept in table] == ["whole"]
    assert {item.name: item.reason for item in table.excluded} == {
        "test": "it tests a prediction",
        "part": "it tried out hyperparameters on part of the data",
    }


def test_a_run_that_diverged_beats_nobody():
    table = law_runs(RunTable(runs=(run("bad", 0.1, status="diverged"), run("good", 2.0))))
    assert [kept.name for kept in table.usable()] == ["good"]
