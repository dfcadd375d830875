"""A fact of the wrong type harms its own run alone, whoever reads the runs."""

from __future__ import annotations

import json

import numpy as np

from scaling_keras import laws
from scaling_keras.cli import main
from scaling_keras.events import schema
from scaling_keras.events.reader import read_runs
from scaling_keras.events.writer import RunWriter


def _payload(**values):
    return json.dumps({"version": 1, **values}).encode()


def test_a_logdir_is_read_and_fitted_whatever_one_of_its_runs_holds(
    tmp_path, write_run, capsys, monkeypatch
):
    for n_params in (1_000, 4_000, 16_000, 64_000, 256_000):
        for factor in (20, 60, 180):
            n_examples = n_params * factor
            loss = 1.5 + 12 / n_params**0.3 + 40 / n_examples**0.33
            write_run(
                tmp_path / f"n{n_params}-d{n_examples}",
                n_params=n_params,
                n_examples=(n_examples,),
                curves={"val_loss": (loss,)},
            )
    content = {}
    monkeypatch.setattr(schema, "encode", lambda payload: content[type(payload)])
    wrong = {"dataset_size": "tf.Tensor(96)", "planned_examples": {}, "hyperparameters": ["a", 1]}
    for name, value in wrong.items():
        content[schema.RunFacts] = _payload(n_params={"hidden": 1000}, **{name: value})
        content[schema.RunResult] = _payload(n_examples=100_000)
        writer = RunWriter(tmp_path / f"wrong-{name}")
        writer.write_facts(schema.RunFacts())
        writer.write_result(schema.RunResult())
        writer.close()
    table = read_runs(tmp_path)
    assert len(table) == 15
    reasons = {item.name: item.reason for item in table.excluded}
    assert reasons.keys() == {f"wrong-{name}" for name in wrong}
    for name in wrong:
        assert f"`{name}` of a run must be a " in reasons[f"wrong-{name}"]
    fit = laws.fit("chinchilla", table, n_resamples=100)
    assert np.isfinite(fit.objective)
    assert main(["fit", str(tmp_path), "--form", "chinchilla"]) == 0
    assert "left out wrong-dataset_size: " in capsys.readouterr().out
