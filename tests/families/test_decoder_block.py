import numpy as np
import pytest

from scaling_keras.families.decoder_block import DecoderBlock, RMSNorm


@pytest.fixture
def block():
    block = DecoderBlock(n_heads=3, n_blocks=2, seed=0)
    block.build((None, 10, 12))
    return block


@pytest.fixture
def inputs():
    return np.random.default_rng(0).normal(size=(2, 10, 12)).astype("float32")


def reference(block, inputs):
    """The block, position by position, in plain NumPy."""

    def norm(x):
        return x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + 1e-6)

    weights = {weight.name: weight.numpy() for weight in block.weights}
    batch, context, width = inputs.shape
    head_width, half = width // block.n_heads, width // block.n_heads // 2
    query, key, value = np.split(norm(inputs) @ weights["query_key_value"], 3, axis=-1)

    def turned(vector, position):
        angles = position * 1000.0 ** (-np.arange(half) / half)
        first, second = vector[:half], vector[half:]
        return np.concatenate(
            [
                first * np.cos(angles) - second * np.sin(angles),
                second * np.cos(angles) + first * np.sin(angles),
            ]
        )

    mixed = np.zeros_like(inputs)
    for b in range(batch):
        for head in range(block.n_heads):
            part = slice(head * head_width, (head + 1) * head_width)
            for t in range(context):
                scores = [
                    turned(query[b, t, part], t) @ turned(key[b, s, part], s) / np.sqrt(head_width)
                    for s in range(t + 1)
                ]
                share = np.exp(scores - np.max(scores))
                mixed[b, t, part] = share / share.sum() @ value[b, : t + 1, part]
    middle = inputs + mixed @ weights["attention_output"]
    hidden = np.maximum(norm(middle) @ weights["mlp_input"], 0) ** 2
    return middle + hidden @ weights["mlp_output"]


def test_it_computes_what_plain_attention_with_rotary_positions_does(block, inputs):
    np.testing.assert_allclose(block(inputs), reference(block, inputs), rtol=1e-4, atol=1e-5)


def test_no_position_sees_a_later_one(block, inputs):
    changed = inputs.copy()
    changed[:, 6:] += 1.0
    before, after = np.array(block(inputs)), np.array(block(changed))
    np.testing.assert_array_equal(before[:, :6], after[:, :6])
    assert not np.allclose(before[:, 6:], after[:, 6:])


def test_it_has_twelve_times_the_square_of_its_width_in_parameters(block):
    assert block.count_params() == 12 * 12**2


def test_the_same_seed_gives_the_same_matrices(block):
    again = DecoderBlock(n_heads=3, n_blocks=2, seed=0)
    again.build((None, 10, 12))
    other = DecoderBlock(n_heads=3, n_blocks=2, seed=1)
    other.build((None, 10, 12))
    for weight, same, different in zip(block.weights, again.weights, other.weights, strict=True):
        np.testing.assert_array_equal(weight, same)
        assert not np.allclose(weight, different)


def test_it_is_restored_from_its_configuration(block):
    again = DecoderBlock.from_config(block.get_config())
    assert (again.n_heads, again.n_blocks, again.seed) == (3, 2, 0)


@pytest.mark.parametrize("shape", [(None, None, 12), (None, 10, None), (None, 10, 9)])
def test_a_shape_that_its_heads_do_not_fit_is_refused(shape):
    with pytest.raises(ValueError, match="needs a fixed context, and a width that its heads"):
        DecoderBlock(n_heads=3, n_blocks=1, seed=0).build(shape)


def test_the_norm_leaves_vectors_of_length_one_on_average():
    inputs = np.random.default_rng(0).normal(size=(4, 5, 16)).astype("float32") * 30
    outputs = np.array(RMSNorm()(inputs))
    np.testing.assert_allclose(np.mean(outputs**2, axis=-1), 1, rtol=1e-4)
