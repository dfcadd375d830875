import pytest

from scaling_keras.laws.run_findings import run_findings
from scaling_keras.runs import Exclusion, Run, RunTable

LOGGED = {"attempt": 1}


def codes(runs, excluded=()):
    found = run_findings(RunTable(runs=tuple(runs), excluded=excluded))
    assert all(finding.message.endswith(".") for finding in found)
    return [finding.code for finding in found]


def run(name, n_examples=1e6, loss_name="val_loss", n_params=1e4, **facts):
    return Run(
        name=name,
        n_params=n_params,
        n_examples=n_examples,
        loss=2.0,
        loss_name=loss_name,
        facts={**LOGGED, **facts},
    )


def test_runs_trained_well_give_none():
    assert codes([run("a"), run("b", 4e6)]) == []


def test_a_table_of_bare_numbers_gives_none():
    assert codes([Run(name="a", n_params=1e3, n_examples=1e5, loss=2.0, loss_name="loss")]) == []


def test_a_fit_of_training_losses_is_reported():
    assert codes([run("a", loss_name="loss")]) == ["training_loss"]


@pytest.mark.parametrize(("size", "found"), [(1e5, ["repeated_data"]), (5e5, [])])
def test_data_seen_many_times_is_reported(size, found):
    assert codes([run("a", n_examples=1e6, dataset_size=size)]) == found


def test_one_schedule_for_runs_of_several_lengths_is_reported():
    cosine = {"class_name": "CosineDecay", "decay_steps": 1000}
    shared = [
        run("a", 1e6, learning_rate_schedule=cosine),
        run("b", 4e6, learning_rate_schedule=cosine),
    ]
    assert codes(shared) == ["unmatched_schedules"]
    own = {**cosine, "decay_steps": 4000}
    assert codes([shared[0], run("b", 4e6, learning_rate_schedule=own)]) == []


def test_several_settings_of_one_configuration_are_reported_but_seeds_are_not():
    rates = [run(f"r{i}", hyperparameters={"learning_rate": rate}) for i, rate in enumerate((1, 2))]
    assert codes(rates) == ["several_settings"]
    seeds = [run(f"s{i}", hyperparameters={"seed": i, "learning_rate": 1}) for i in range(3)]
    assert codes(seeds) == []


def test_runs_that_diverged_are_reported():
    lost = (Exclusion(name="big", reason="diverged: the loss is nan"),)
    assert codes([run("a")], excluded=lost) == ["runs_lost"]
    assert codes([run("a")], excluded=(Exclusion(name="late", reason="running"),)) == []
