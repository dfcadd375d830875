import itertools

import keras
import numpy as np
import pytest

from scaling_keras.counting.model_count import count
from scaling_keras.errors import SweepError
from scaling_keras.families.transformer_lm import TransformerLM


@pytest.fixture(scope="module")
def family():
    return TransformerLM(vocab_size=98, context=16)


def hyperparameters(width=16, depth=2, n_steps=10, seed=0):
    return {"width": width, "depth": depth, "n_steps": n_steps, "seed": seed}


def test_the_first_six_sizes_span_three_thousand_to_a_hundred_thousand(family):
    blocks = [family.n_params(size, "non_embedding") for size in family.ladder(6)]
    assert blocks == [3456, 6144, 13824, 24576, 55296, 98304]


def test_each_rung_of_a_long_ladder_is_larger_and_can_be_built(family):
    sizes = family.ladder(12)
    blocks = [family.n_params(size, "non_embedding") for size in sizes]
    assert all(1.5 < after / before < 5 for before, after in itertools.pairwise(blocks))
    assert sizes[-1]["depth"] > sizes[0]["depth"]
    assert family.build({**sizes[8], "n_steps": 1, "seed": 0}).count_params()


@pytest.mark.parametrize("size", [{"width": 12, "depth": 2}, {"width": 40, "depth": 3}])
def test_the_stated_parameters_are_those_of_the_built_model(family, size):
    counted = count(family.build({**hyperparameters(), **size}))
    assert counted.n_params == family.n_params(size)
    assert counted.n_params_non_embedding == family.n_params(size, "non_embedding")
    assert counted.example_unit == "token"
    assert not counted.uncounted


def test_its_flops_are_those_of_a_transformer(family):
    width, depth, context, vocabulary = 32, 2, 16, 98
    counted = count(family.build(hyperparameters(width=width)))
    head_width = 8
    products = 2 * (12 * width**2 * depth + width * vocabulary)
    attention = depth * 4 * context * width
    turning = depth * 2 * 3 * width * head_width
    assert counted.forward_flops_per_example == products + attention + turning
    # The matrix that turns positions is a constant, which needs no gradient.
    assert counted.train_flops_per_example == 3 * (products + attention) + 2 * turning


@pytest.mark.parametrize("wanted", [4e3, 3e4, 1e6])
@pytest.mark.parametrize("convention", ["total", "non_embedding"])
def test_the_size_for_a_number_of_parameters_is_the_closest(family, wanted, convention):
    best = family.size_for(wanted, param_convention=convention)
    distance = abs(np.log(family.n_params(best, convention) / wanted))
    for width in range(16, 400, 8):
        other = {"width": width, "depth": max(2, width // 64)}
        assert distance <= abs(np.log(family.n_params(other, convention) / wanted)) + 1e-12


def test_predictions_start_out_nearly_even(family):
    model = family.build(hyperparameters())
    inputs = np.random.default_rng(0).integers(98, size=(64, 16))
    assert model.evaluate(inputs, inputs, verbose=0) == pytest.approx(np.log(98), abs=0.3)


def test_the_learning_rate_ends_with_the_run_and_goes_as_one_over_the_width(family):
    small, large = (
        family.build(hyperparameters(width=width, n_steps=50)).optimizer for width in (16, 32)
    )
    rates = [[float(o._learning_rate(step)) for step in range(51)] for o in (small, large)]
    assert np.allclose(rates[0], 2 * np.array(rates[1]))
    assert max(rates[0]) == pytest.approx(0.35 / 16)
    assert rates[0][50] == 0 < rates[0][49]


def test_the_seed_decides_the_weights(family):
    weights = [
        np.concatenate([np.ravel(w) for w in family(hyperparameters(seed=seed)).get_weights()])
        for seed in (0, 0, 1)
    ]
    assert np.array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])


def test_it_learns_a_pattern(family):
    data = np.tile(np.arange(17) % 5, (256, 1))
    model = family.build(hyperparameters(n_steps=32))
    model.fit(data[:, :-1], data[:, 1:], batch_size=8, verbose=0)
    assert model.evaluate(data[:, :-1], data[:, 1:], verbose=0) < 0.5


# Keras's own conversion of variables, with NumPy 2; and Keras 3.10 restores one input as a list.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:The structure of .inputs. does:UserWarning")
def test_a_saved_model_is_the_same_after_loading(family, tmp_path):
    model = family.build(hyperparameters())
    inputs = np.random.default_rng(0).integers(98, size=(2, 16))
    model.train_on_batch(inputs, inputs)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(model(inputs), again(inputs), rtol=1e-6)


@pytest.mark.parametrize(("vocab_size", "context"), [(1, 16), (98, 1)])
def test_a_language_needs_symbols_and_a_context(vocab_size, context):
    with pytest.raises(SweepError, match="at least 2 symbols and a context of at least 2"):
        TransformerLM(vocab_size, context)


@pytest.mark.parametrize(
    "values", [{"width": 15}, {"width": 0}, {"depth": 0}, {"n_steps": 0}], ids=str
)
def test_a_size_that_cannot_be_built_is_refused(family, values):
    with pytest.raises(SweepError, match="needs an even `width`"):
        family.build(hyperparameters(**values))


def test_a_ladder_has_at_least_one_size(family):
    with pytest.raises(SweepError, match=r"at least one size\. Received: n=0"):
        family.ladder(0)


@pytest.mark.parametrize("n_params", [0, -1, float("inf"), float("nan")])
def test_a_size_is_sought_for_a_positive_number_of_parameters(family, n_params):
    with pytest.raises(SweepError, match="`n_params` must be a positive, finite number"):
        family.size_for(n_params)
