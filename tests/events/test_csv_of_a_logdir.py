"""A CSV file of a logdir says of its runs what the logdir says."""

import json

import numpy as np
import pytest

from scaling_keras import laws, read_runs
from scaling_keras.cli import main
from scaling_keras.errors import RunsError
from scaling_keras.events.schema import RunFacts, RunResult
from scaling_keras.events.writer import RunWriter
from scaling_keras.laws.hardware import measured_flops_per_second
from scaling_keras.runs import RunTable

SIZES = (10_000, 40_000, 160_000, 640_000)
BATCH = 32


def write(logdir, name, n_total, n_steps, *, worse=1.0, status="completed", **facts):
    """Write a run as `ScalingLogger` does, of a law; without a `status` it goes on."""
    n_examples = BATCH * n_steps
    noise = np.random.default_rng([n_total, n_steps]).normal(scale=0.003)
    loss = worse * float((0.5 + 60 / n_total**0.5 + 80 / n_examples**0.5) * np.exp(noise))
    flops = 7.0 * n_total + 50_000
    writer = RunWriter(logdir / name)
    writer.write_facts(
        RunFacts(
            **{
                "n_params": {"embedding": 2_000, "head": 0, "hidden": n_total - 2_000},
                "train_flops_per_example": flops,
                "forward_flops_per_example": flops / 2.5,
                "batch_size": BATCH,
                "hyperparameters": {"width": n_total // 100},
                **facts,
            }
        )
    )
    if status:
        losses = {"val_loss": loss, "loss": loss, "val_accuracy": 1 / (1 + loss)}
        writer.write_result(
            RunResult(
                status=status,
                losses={name: {"final": value, "best": value} for name, value in losses.items()},
                n_examples=n_examples,
                train_flops=flops * n_examples,
                elapsed_seconds=n_examples / 1000,
                examples_per_second=1000.0,
            )
        )
    writer.close()


def write_grid(logdir, facts_of=lambda n_params, n_steps: {}, *, data=(1_000, 4_000, 16_000)):
    for n_params in SIZES:
        for n_steps in data:
            write(logdir, f"{n_params}-{n_steps}", n_params, n_steps, **facts_of(n_params, n_steps))


def schedule(kind="CosineDecay", **values):
    return {"learning_rate_schedule": {"class_name": kind, "warmup_steps": 0, **values}}


def tables(logdir, tmp_path):
    """Return the runs of a logdir, and of a CSV file of them."""
    table = read_runs(logdir)
    table.to_csv(tmp_path / "runs.csv")
    return table, RunTable.from_csv(tmp_path / "runs.csv")


def findings(table):
    return {found.code for found in laws.fit("chinchilla", table, n_resamples=100).warnings}


def untuned(n_params, n_steps):
    return schedule(initial_learning_rate=0.003, decay_steps=n_steps)


def constant_rate(n_params, n_steps):
    return {"optimizer": {"class_name": "SGD", "learning_rate": 0.1}}


def same_schedule(n_params, n_steps):
    return schedule(initial_learning_rate=1 / n_params, decay_steps=16_000)


def same_warmup(n_params, n_steps):
    values = {"warmup_target": 1 / n_params, "warmup_steps": 500, "decay_steps": n_steps}
    return schedule(**values, initial_learning_rate=0.0)


def with_mup(n_params, n_steps):
    hyperparameters = {"width": n_params, "learning_rate": 0.1, "mup": True}
    return {"hyperparameters": hyperparameters}


def without_mup(n_params, n_steps):
    hyperparameters = {"width": n_params, "learning_rate": 0.1, "mup": False}
    return {"hyperparameters": hyperparameters}


def of_two_texts(n_params, n_steps):
    return {"hyperparameters": {"text": "a" if n_params < 50_000 else "b"}}


def of_a_sweep(n_params, n_steps, rate=0.1):
    hyperparameters = {"width": n_params, "n_examples": n_steps * BATCH - 1, "rate": rate}
    optimizer = {"class_name": "SGD", "learning_rate": rate}
    return {"sweep": "s", "optimizer": optimizer, "hyperparameters": hyperparameters}


def of_large_embeddings(n_params, n_steps):
    hidden = int(n_params**0.6 * 10_000**0.4)
    return {"n_params": {"embedding": n_params - hidden, "head": 0, "hidden": hidden}}


@pytest.mark.parametrize(
    ("facts_of", "code"),
    [
        (untuned, "untuned"),
        (constant_rate, "untuned"),
        (same_schedule, "unmatched_schedules"),
        (same_warmup, "warmup_not_scaled"),
        (without_mup, "untuned"),
        (of_two_texts, "mixed_runs"),
        (of_large_embeddings, "convention_matters"),
        (lambda n, d: {"dataset_size": 5_000}, "repeated_data"),
        (lambda n, d: {"loss_reduction": "sum"}, "summed_loss"),
    ],
)
def test_a_file_has_the_findings_of_the_logdir(tmp_path, facts_of, code):
    write_grid(tmp_path / "logs", facts_of)
    table, back = tables(tmp_path / "logs", tmp_path)
    assert code in findings(table)
    assert findings(back) == findings(table)


def test_a_file_has_no_findings_but_those_of_the_logdir(tmp_path):
    write_grid(tmp_path / "logs", with_mup)
    table, back = tables(tmp_path / "logs", tmp_path)
    assert "untuned" not in findings(table)
    assert findings(back) == findings(table)


def test_a_file_tells_that_a_sweep_was_tuned(tmp_path):
    write_grid(tmp_path / "logs", of_a_sweep)
    write(tmp_path / "logs", "lower", 10_000, 4_000, worse=1.1, **of_a_sweep(10_000, 4_000, 0.01))
    table, back = tables(tmp_path / "logs", tmp_path)
    assert not findings(table) & {"untuned", "several_settings"}
    assert findings(back) == findings(table)
    assert back.usable().excluded == table.usable().excluded


@pytest.mark.parametrize("is_hyperparameter", [True, False])
def test_which_facts_are_hyperparameters_is_known_of_a_file(tmp_path, is_hyperparameter):
    write_grid(tmp_path / "logs")
    chosen = {"heads": 4} if is_hyperparameter else {}
    rate = {"optimizer": {"class_name": "SGD", "learning_rate": 0.2}}
    write(tmp_path / "logs", "more", 10_000, 1_000, **rate, hyperparameters={"width": 100} | chosen)
    table, back = tables(tmp_path / "logs", tmp_path)
    assert ("several_settings" in findings(table)) == is_hyperparameter
    assert findings(back) == findings(table)


def test_a_run_that_was_lost_is_one_in_the_file_too(tmp_path):
    write_grid(tmp_path / "logs")
    write(tmp_path / "logs", "lost", 640_000, 100, status="diverged")
    write(tmp_path / "logs", "going", 640_000, 100, status=None)
    table, back = tables(tmp_path / "logs", tmp_path)
    assert "runs_lost" in findings(table)
    assert findings(back) == findings(table)


def test_a_file_gives_the_plan_of_the_logdir(tmp_path, capsys):
    write_grid(tmp_path / "logs")
    table, back = tables(tmp_path / "logs", tmp_path)
    assert measured_flops_per_second(back) == measured_flops_per_second(table)
    plans = []
    for source in (tmp_path / "logs", tmp_path / "runs.csv"):
        for goal in (["--flops", "1e12"], ["--target-loss", "0.9", "--examples-served", "1e9"]):
            arguments = ["plan", str(source), "--form", "chinchilla", *goal, "--json"]
            assert main(arguments) == 0
            plans.append(json.loads(capsys.readouterr().out))
    assert plans[2:] == plans[:2]
    assert plans[0]["duration"]["hours"]["value"] > 0
    assert "rate_not_constant" in {found["code"] for found in plans[0]["warnings"]}


def test_a_file_has_the_columns_of_the_logdir(tmp_path):
    write_grid(tmp_path / "logs", untuned)
    table, back = tables(tmp_path / "logs", tmp_path)
    assert back.columns == table.columns
    np.testing.assert_array_equal(back["learning_rate"], 0.003)
    for column in ("elapsed_seconds", "examples_per_second", "final_val_accuracy", "final_loss"):
        np.testing.assert_array_equal(back[column], table[column])
    assert set(back.labels("learning_rate_schedule")) == {"CosineDecay"}
    back.to_csv(tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_text() == (tmp_path / "runs.csv").read_text()


def test_the_parameters_of_a_file_are_counted_as_they_are_asked_for(tmp_path):
    write_grid(tmp_path / "logs")
    table, _ = tables(tmp_path / "logs", tmp_path)
    other = table.with_param_convention("non_embedding")
    for back in (
        read_runs(tmp_path / "runs.csv").with_param_convention("non_embedding"),
        read_runs(tmp_path / "runs.csv", param_convention="non_embedding"),
        RunTable.from_csv(tmp_path / "runs.csv", param_convention="non_embedding"),
    ):
        np.testing.assert_array_equal(back["n_params"], other["n_params"])
        assert back.param_convention == "non_embedding"
    with pytest.raises(RunsError, match="`param_convention` must be one of"):
        RunTable.from_csv(tmp_path / "runs.csv", param_convention="all")


def test_a_file_without_these_columns_is_read_as_before(tmp_path):
    path = tmp_path / "old.csv"
    path.write_text(
        "name,n_params,n_examples,loss,width,n_params_hidden,result,hyperparameters\n"
        "a,100,1000,2,16,90,good,few\n"
    )
    table = read_runs(path)
    (run,) = table
    assert run.facts == {"width": "16", "n_params_hidden": "90"}
    assert (run.n_params, run.param_counts) == (100, {})
    assert measured_flops_per_second(table) is None
    assert len(table.usable()) == 1
