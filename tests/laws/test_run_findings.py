import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.events.importing import import_csv
from scaling_keras.laws.run_findings import run_findings
from scaling_keras.runs import Exclusion, Run, RunTable

LOGGED = {"attempt": 1}


def findings(runs, excluded=()):
    found = run_findings(RunTable(runs=tuple(runs), excluded=excluded))
    assert all(finding.message.endswith(".") for finding in found)
    return found


def codes(runs, excluded=()):
    return [finding.code for finding in findings(runs, excluded)]


def run(name, n_examples=1e6, loss_name="val_loss", n_params=1e4, dataset_size=np.nan, **facts):
    return Run(
        name=name,
        n_params=n_params,
        n_examples=n_examples,
        loss=2.0,
        loss_name=loss_name,
        dataset_size=dataset_size,
        facts={**LOGGED, **facts},
    )


def test_runs_trained_well_give_none():
    assert codes([run("a"), run("b", 4e6)]) == []


def test_a_table_of_bare_numbers_gives_none():
    assert codes([Run(name="a", n_params=1e3, n_examples=1e5, loss=2.0, loss_name="loss")]) == []


def test_a_fit_of_training_losses_is_reported():
    assert codes([run("a", loss_name="loss")]) == ["training_loss"]


def test_losses_that_are_summed_over_a_batch_are_reported_and_other_metrics_are_not():
    assert codes([run("a", loss_reduction="sum"), run("b")]) == ["summed_loss"]
    assert codes([run("a", loss_name="val_accuracy", loss_reduction="sum")]) == []


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


@pytest.mark.parametrize(
    "where",
    [
        lambda steps: {"hyperparameters": {"warmup_steps": steps}},
        lambda steps: {"learning_rate_schedule": {"decay_steps": 9, "warmup_steps": steps}},
        lambda steps: {"warmup_steps": str(steps)},  # As a CSV file has it.
    ],
    ids=["hyperparameter", "schedule", "column"],
)
def test_a_warmup_as_long_for_short_runs_as_for_long_ones_is_reported(where):
    lengths = (1e8, 1e9, 1e10, 1e11)
    fixed = [run(f"r{d:g}", d, **where(3000)) for d in lengths]
    assert "warmup_not_scaled" in codes(fixed)
    message = next(f.message for f in findings(fixed) if f.code == "warmup_not_scaled")
    assert "All 4 runs warm up for 3000 steps though they differ 1e+03x in length" in message
    scaled = [run(f"r{d:g}", d, **where(d / 1e5)) for d in lengths]
    assert "warmup_not_scaled" not in codes(scaled)


def test_a_warmup_that_is_short_for_every_run_is_not():
    lengths = {"warmup_steps": 10, "batch_size": 100, "examples_per_item": 10}
    assert codes([run("a", 1e7, **lengths), run("b", 1e9, **lengths)]) == []
    assert codes([run("a", 1e5, **lengths), run("b", 1e9, **lengths)]) == ["warmup_not_scaled"]


SIZES = (1e6, 1e7, 1e8, 1e9)


def at_sizes(**facts):
    return [
        run(f"r{n:g}", n_params=n, **{name: value(n) for name, value in facts.items()})
        for n in SIZES
    ]


@pytest.mark.parametrize(
    "facts",
    [
        {"optimizer": lambda n: {"name": "adam", "learning_rate": 1e-3}},
        {"hyperparameters": lambda n: {"learning_rate": 1e-3, "warmup_fraction": 0.1}},
        {"learning_rate_schedule": lambda n: {"initial_learning_rate": 1e-3, "decay_steps": n}},
    ],
    ids=["optimizer", "hyperparameter", "schedule"],
)
def test_one_learning_rate_for_sizes_far_apart_is_reported(facts):
    (finding,) = findings(at_sizes(**facts, batch_size=lambda n: 256))
    assert finding.code == "untuned"
    assert "share their learning rate (0.001) and batch size (256)" in finding.message
    assert "differ 1e+03x in size" in finding.message


@pytest.mark.parametrize(
    "facts",
    [
        {"optimizer": lambda n: {"learning_rate": 1 / n}},
        {
            "hyperparameters": lambda n: {"learning_rate": 1e-3},
            "optimizer": lambda n: {"learning_rate": 1 / n},
        },
        {"hyperparameters": lambda n: {"learning_rate": 1e-3, "mup": True}},
        {"hyperparameters": lambda n: {"learning_rate": 1e-3, "mup_base_width": 64}},
    ],
    ids=["of each size", "a base of each size's", "muP", "muP with a base"],
)
def test_learning_rates_that_fit_the_size_are_not(facts):
    assert codes(at_sizes(**facts)) == []


def test_a_learning_rate_that_was_tuned_is_not():
    runs = at_sizes(optimizer=lambda n: {"learning_rate": 1e-3})
    other = run("other", n_params=SIZES[0], optimizer={"learning_rate": 3e-3})
    assert "untuned" not in codes([*runs, other])
    tuned = (Exclusion(name="t", reason="other hyperparameters reached a lower loss: r1e+06"),)
    assert codes(runs, excluded=tuned) == []
    assert codes(runs[:2]) == []  # Ten times the size, and no more.


def test_several_settings_of_one_configuration_are_reported_but_seeds_are_not():
    rates = [run(f"r{i}", hyperparameters={"learning_rate": rate}) for i, rate in enumerate((1, 2))]
    assert codes(rates) == ["several_settings"]
    seeds = [run(f"s{i}", hyperparameters={"seed": i, "learning_rate": 1}) for i in range(3)]
    assert codes(seeds) == []


def test_runs_that_diverged_are_reported():
    lost = (Exclusion(name="big", reason="diverged: the loss is nan"),)
    assert codes([run("a")], excluded=lost) == ["runs_lost"]
    assert codes([run("a")], excluded=(Exclusion(name="late", reason="running"),)) == []


def of_file(tmp_path, rows, **columns):
    """A table of a CSV file: five sizes by five amounts of data, so many rows of each."""
    grid = [(n, d) for n in (1e6, 3e6, 1e7, 3e7, 1e8) for d in (1e8, 3e8, 1e9, 3e9, 1e10)]
    lines = [",".join(("n_params", "n_examples", "loss", *columns))]
    for n, d in grid:
        for row in range(rows):
            loss = (1.8 + 400 / n**0.35 + 1200 / d**0.37) * (1 + row / 10)
            values = (n, d, loss, *(column(row, n, d) for column in columns.values()))
            lines.append(",".join(map(str, values)))
    path = tmp_path / "runs.csv"
    path.write_text("\n".join(lines))
    return path


@pytest.mark.parametrize("read", [RunTable.from_csv, import_csv])
@pytest.mark.parametrize(
    ("rows", "columns", "found"),
    [
        (1, {}, []),
        (2, {}, []),
        (1, {"loss_name": lambda row, n, d: "loss"}, []),
        (1, {"loss_name": lambda row, n, d: "validation/epoch_loss"}, []),
        (1, {"loss_name": lambda row, n, d: "train/epoch_loss"}, ["training_loss"]),
        (1, {"dataset_size": lambda row, n, d: 1e7}, ["repeated_data"]),
        (1, {"dataset_size": lambda row, n, d: d / 4}, []),
        (2, {"learning_rate": lambda row, n, d: 1e-3 * (row + 1)}, ["several_settings"]),
        (2, {"lr": lambda row, n, d: 1e-3 * (row + 1)}, ["several_settings"]),
        (2, {"batch_size": lambda row, n, d: 64 * (row + 1)}, ["several_settings"]),
        (2, {"lr": lambda row, n, d: 1e3 / n}, []),
        (2, {"lr": lambda row, n, d: ("1000", "1e3")[row]}, ["untuned"]),
        (2, {"seed": lambda row, n, d: row, "seconds": lambda row, n, d: row + 1.5}, []),
        (1, {"lr": lambda row, n, d: 1e-3}, ["untuned"]),
        (1, {"learning_rate_schedule": lambda row, n, d: "cosine"}, []),
        (1, {"decay_steps": lambda row, n, d: 1000}, ["unmatched_schedules"]),
        (1, {"decay_steps": lambda row, n, d: d / 100}, []),
    ],
)
def test_columns_of_a_file_show_what_facts_that_were_logged_do(
    tmp_path, read, rows, columns, found
):
    table = read(of_file(tmp_path, rows, **columns))
    assert [finding.code for finding in run_findings(table)] == found


def test_repeats_are_no_fault_for_a_law_that_knows_them(tmp_path):
    path = of_file(tmp_path, 1, dataset_size=lambda row, n, d: d / (1, 8, 16)[int(n / 1e6) % 3])
    options = {"n_resamples": 100, "check_held_out": False}
    table = RunTable.from_csv(path)
    for form, reported in (("chinchilla", True), ("data_constrained", False)):
        fit = laws.fit(form, table, **options)
        assert ("repeated_data" in [finding.code for finding in fit.warnings]) == reported
