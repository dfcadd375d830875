"""A fact of the wrong type harms its own run alone, whoever reads the runs."""

from __future__ import annotations

import dataclasses
import itertools
import json

import pytest

from scaling_keras.events import schema

VALUES = (
    *(None, True, 3, -1, 0, 1.5, 10**400, "", "tf.Tensor(96, shape=(), dtype=int64)"),
    *([], ["a", 1], [[1]], {}, {"a": "b"}, {"a": None}, {"final": 1}, {"loss": "low", "low": []}),
)
FACTS = {
    "n_params": {"embedding": 10, "head": 0, "hidden": 990, "trainable": 1000, "total": 1000},
    "train_flops_per_example": 6000.0,
    "example_unit": "token",
}
RESULT = {
    "losses": {"val_loss": {"final": 3.0, "best": 3.0, "tail": 3.0}},
    "n_examples": 100_000,
    "train_flops": 6e8,
}
FIELDS = [
    (kind, field.name)
    for kind in (schema.RunFacts, schema.RunResult, schema.RunCorrection)
    for field in dataclasses.fields(kind)
]


def _payload(values):
    return json.dumps({"version": 1, **values}).encode()


def _payloads(kind, name, value):
    """The payloads of a run, by tag, one field of them changed."""
    changed = {name: value}
    facts = FACTS | (changed if kind is schema.RunFacts else {})
    result = RESULT | (changed if kind is schema.RunResult else {})
    payloads = {schema.facts_tag(1): _payload(facts), schema.result_tag(1): _payload(result)}
    if kind is schema.RunCorrection:
        payloads[schema.correction_tag(1)] = _payload({"reason": "r", **changed})
    return payloads


@pytest.fixture
def changed(logdir):
    """A logdir of good runs, and one run for each field and each thing that it may hold."""
    logdir.add_grid()
    for kind, name in FIELDS:
        for index, value in enumerate(VALUES):
            for tag, content in _payloads(kind, name, value).items():
                logdir.add_payload(f"{kind.__name__}-{name}-{index}", tag, content)
    for name, (index, value) in itertools.product(schema.CORRECTABLE, enumerate(VALUES)):
        correction = _payloads(schema.RunCorrection, "facts", {name: value})
        for tag, content in correction.items():
            logdir.add_payload(f"corrected-{name}-{index}", tag, content)
    return logdir


def test_the_table_lists_every_run_whatever_its_fields_hold(changed, get):
    answer = get("runs")
    assert answer.status == 200
    reasons = {item["name"]: item["reason"] for item in answer.body["excluded"]}
    assert {*answer.body["columns"]["name"], *reasons} == set(changed.payloads)
    text = VALUES.index("tf.Tensor(96, shape=(), dtype=int64)")
    assert reasons[f"RunFacts-dataset_size-{text}"] == (
        "scaling/run/1: `dataset_size` of a run must be a whole number. Received: "
        "'tf.Tensor(96, shape=(), dtype=int64)'. Train it again with that corrected."
    )


def test_a_law_is_fitted_whatever_the_fields_of_some_runs_hold(changed, get):
    # Another unit of examples is a reason of its own for no fit.
    changed.payloads = {n: p for n, p in changed.payloads.items() if "example_unit" not in n}
    answer = get("fit?form=chinchilla")
    assert answer.status == 200
    assert answer.body["reason"] is None
