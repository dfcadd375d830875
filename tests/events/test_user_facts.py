import numpy as np
import pytest

from scaling_keras.errors import RunsError
from scaling_keras.events.user_facts import checked_fact, checked_facts

NAMES = ("size", "seed", "dataset_size", "hyperparameters")


def _checked(facts):
    return checked_facts(facts, names=NAMES, otherwise="Leave it out.")


def test_numbers_of_numpy_become_plain_and_a_size_may_be_a_number():
    facts = _checked({"size": 64, "seed": np.int64(0), "dataset_size": np.float64(96)})
    assert facts == {"size": "64", "seed": 0, "dataset_size": 96}
    assert _checked(None) == {}


@pytest.mark.parametrize("facts", [3, "size", ["size", "seed"]])
def test_facts_that_are_no_mapping_are_an_error(facts):
    with pytest.raises(RunsError, match=r"^`facts` must be a mapping of names to values. Received"):
        _checked(facts)


def test_another_name_is_an_error_with_advice():
    with pytest.raises(RunsError, match=r"Received: 'width'. Leave it out."):
        _checked({"width": 3})


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("dataset_size", "many", "a whole number"),
        ("dataset_size", 95.5, "a whole number"),
        # What `32 * dataset.cardinality()` gives where that is unknown.
        ("dataset_size", np.int64(-64), "positive"),
        ("planned_examples", [3], "a whole number"),
        ("seed", "zero", "a whole number"),
        ("size", ["a"], "text"),
        ("hyperparameters", ["a", 1], "a mapping of names to values"),
        ("prediction", {"loss": 1.0}, "a mapping with the numbers loss, low, high, level"),
        ("prediction", {"loss": "low"}, "a mapping, its `loss` a finite number"),
    ],
)
def test_a_value_that_the_fact_cannot_be_is_told_in_a_sentence(name, value, wanted):
    with pytest.raises(RunsError, match=rf"^`{name}` must be {wanted}. Received: .*Correct it"):
        checked_fact(name, value)
