import functools

import pytest

from scaling_keras.errors import DataError
from scaling_keras.tuner.data_function import Takes, what_it_takes


@pytest.mark.parametrize(
    "function",
    [
        lambda: None,
        lambda shuffle=True: None,
        lambda batch_size=32: None,
        lambda shuffle=True, **options: None,
        functools.partial(lambda n, *, shuffle: None, 8, shuffle=True),
    ],
)
def test_a_function_whose_parameters_all_have_defaults_is_one_of_nothing(function):
    assert what_it_takes(function) == Takes()


@pytest.mark.parametrize(
    ("function", "batch_size", "needs_batch_size"),
    [
        (lambda seed: None, False, False),
        (lambda shuffle=True, seed=0: None, False, False),
        (lambda batch_size=4, seed=0: None, True, False),
        (lambda seed, batch_size: None, True, True),
        (lambda *, seed, batch_size: None, True, True),
        (lambda seed, **options: None, True, False),
    ],
)
def test_a_function_with_a_seed_is_one_of_that(function, batch_size, needs_batch_size):
    assert what_it_takes(function) == Takes(
        seed=True, batch_size=batch_size, needs_batch_size=needs_batch_size
    )


@pytest.mark.parametrize(
    ("function", "by_name"),
    [
        (lambda hp: None, True),
        (lambda hp=None: None, True),
        (lambda width=3, *, hp: None, True),
        (lambda p, shuffle=True: None, False),
        (lambda p, /: None, False),
        (lambda hp, /: None, False),
        (lambda *arguments: None, False),
        (lambda *arguments, **options: None, False),
    ],
)
def test_a_function_of_hp_or_of_one_that_has_no_default_is_one_of_hyperparameters(
    function, by_name
):
    assert what_it_takes(function) == Takes(hyperparameters=True, by_name=by_name)


@pytest.mark.parametrize(
    "function",
    [
        lambda hp, seed: None,
        lambda seed, split: None,
        lambda hp, split: None,
        lambda batch_size: None,
        lambda seed, /: None,
        lambda *, settings: None,
        lambda **options: None,
    ],
)
def test_a_function_of_anything_else_is_refused_with_what_to_do(function):
    with pytest.raises(
        DataError, match=r"of a `seed` \(and a `batch_size`\), of `hp`, or.*with the parameters \("
    ):
        what_it_takes(function)
