import math
from pathlib import Path

import numpy as np
import pytest

from scaling_keras.errors import LogdirError
from scaling_keras.events import schema


def test_facts_come_back_as_they_were_written():
    facts = schema.RunFacts(
        attempt=3,
        n_params={"hidden": 12, "total": 12},
        learning_rate_schedule={"class_name": "CosineDecay", "decay_steps": 100},
        prediction={"loss": 2.5, "low": 2.4, "high": 2.6, "level": 0.9, "form": "chinchilla"},
    )
    assert schema.decode(schema.encode(facts), schema.RunFacts) == facts


def test_nan_is_written_as_null_because_json_has_none():
    result = schema.RunResult(losses={"loss": {"final": math.nan, "best": 1.0}})
    decoded = schema.decode(schema.encode(result), schema.RunResult)
    assert decoded.losses == {"loss": {"final": None, "best": 1.0}}


def test_what_json_does_not_know_becomes_what_it_does():
    facts = schema.RunFacts(
        seed=np.int64(3),
        hyperparameters={
            "rate": np.float32(0.5),
            "widths": np.array([1, 2]),
            "bad": np.float64("inf"),
            "path": Path("a/b"),
            "flag": np.True_,
            "nested": ({"n": np.int32(1)},),
        },
    )
    decoded = schema.decode(schema.encode(facts), schema.RunFacts)
    assert decoded.seed == 3
    assert decoded.hyperparameters == {
        "rate": 0.5,
        "widths": [1, 2],
        "bad": None,
        "path": str(Path("a/b")),
        "flag": True,
        "nested": [{"n": 1}],
    }


def test_fields_of_another_version_are_dropped_or_defaulted():
    decoded = schema.decode(b'{"version": 1, "size": "s", "unheard_of": 1}', schema.RunFacts)
    assert decoded == schema.RunFacts(size="s")


def test_a_newer_payload_says_to_upgrade():
    with pytest.raises(LogdirError, match=r"up to version 1\. Received: version=99\. Upgrade"):
        schema.decode(b'{"version": 99}', schema.RunFacts)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"3", b"\xff"])
def test_a_payload_that_is_no_object_is_an_error(content):
    with pytest.raises(LogdirError, match="must be a versioned JSON object"):
        schema.decode(content, schema.RunResult)


def test_each_tag_is_one_thing_only():
    assert schema.facts_attempt(schema.facts_tag(2)) == 2
    assert schema.result_attempt(schema.result_tag(7)) == 7
    assert schema.curve_metric(schema.curve_tag("val_loss")) == "val_loss"
    assert schema.curve_metric(schema.facts_tag(2)) is None
    assert schema.curve_metric(schema.result_tag(2)) is None
    assert schema.curve_metric("epoch_loss") is None
    assert schema.facts_attempt(schema.result_tag(1)) is None
