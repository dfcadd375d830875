import keras
import numpy as np
import pytest
from keras import layers

from scaling_keras.counting.model_count import count
from scaling_keras.counting.parameters import count_params, count_params_by_layer
from scaling_keras.errors import CountingError

VOCABULARY, WIDTH, CONTEXT = 11, 4, 6


def _language_model(head):
    tokens = keras.Input((CONTEXT,), dtype="int32")
    hidden = layers.Dense(WIDTH)(layers.Embedding(VOCABULARY, WIDTH)(tokens))
    return keras.Model(tokens, head(hidden))


def _groups(model):
    counts = count_params(model)
    assert counts["embedding"] + counts["head"] + counts["hidden"] == counts["trainable"]
    assert counts["trainable"] + counts["non_trainable"] == counts["total"]
    assert counts["total"] == model.count_params()
    assert counts["token_embedding"] + counts["position_embedding"] == counts["embedding"]
    assert counts["norm_and_bias"] + counts["other"] == counts["hidden"]
    return counts["embedding"], counts["head"], counts["hidden"]


def test_a_projection_back_onto_the_vocabulary_is_the_head():
    model = _language_model(layers.Dense(VOCABULARY))
    assert _groups(model) == (
        VOCABULARY * WIDTH,
        WIDTH * VOCABULARY + VOCABULARY,
        WIDTH * WIDTH + WIDTH,
    )


@pytest.mark.parametrize(
    "after",
    [
        lambda x: layers.Softmax()(layers.Dense(VOCABULARY)(x)),
        lambda x: layers.Activation("softmax")(layers.Dropout(0.5)(layers.Dense(VOCABULARY)(x))),
        lambda x: keras.ops.softmax(layers.Dense(VOCABULARY)(x)),
        layers.TimeDistributed(layers.Dense(VOCABULARY)),
        keras.Sequential([layers.Dense(VOCABULARY), layers.Softmax()]),
        layers.EinsumDense("btd,dv->btv", output_shape=(None, VOCABULARY), bias_axes="v"),
    ],
)
def test_the_head_is_found_behind_layers_without_weights(after):
    assert _groups(_language_model(after))[1] == WIDTH * VOCABULARY + VOCABULARY


def test_a_projection_onto_something_else_is_hidden():
    assert _groups(_language_model(layers.Dense(VOCABULARY + 1)))[1] == 0


def test_a_hidden_layer_as_wide_as_the_vocabulary_is_no_head():
    tokens = keras.Input((CONTEXT,), dtype="int32")
    hidden = layers.Dense(VOCABULARY)(layers.Embedding(VOCABULARY, WIDTH)(tokens))
    assert _groups(keras.Model(tokens, layers.Dense(3)(hidden)))[1] == 0


def test_a_model_without_an_embedding_has_no_head():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(5)])
    assert _groups(model) == (0, 0, 20)


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.embedding = layers.Embedding(VOCABULARY, WIDTH)
        self.blocks = [layers.Dense(WIDTH, use_bias=False) for _ in range(3)]
        self.alias = self.blocks[0]
        self.head = layers.Dense(VOCABULARY, use_bias=False)

    def call(self, tokens):
        hidden = self.embedding(tokens)
        for block in self.blocks:
            hidden = block(hidden)
        return self.head(self.alias(hidden))


def test_a_subclassed_model_is_counted_once_it_is_built():
    model = Subclassed()
    model(np.zeros((1, CONTEXT), "int32"))
    table = VOCABULARY * WIDTH
    assert _groups(model) == (table, table, 3 * WIDTH * WIDTH)


class HeadFirst(keras.Model):
    """Its layers are declared in another order than they are called."""

    def __init__(self):
        super().__init__()
        self.head = layers.Dense(VOCABULARY, use_bias=False)
        self.embedding = layers.Embedding(VOCABULARY, WIDTH)
        self.narrow = layers.Dense(WIDTH, use_bias=False)
        self.wide = layers.Dense(VOCABULARY, use_bias=False)

    def build(self, shape):
        self.embedding.build(shape)
        for layer, width in ((self.wide, WIDTH), (self.narrow, VOCABULARY), (self.head, WIDTH)):
            layer.build((*shape, width))

    def call(self, tokens):
        hidden = self.narrow(self.wide(self.embedding(tokens)))
        return keras.ops.softmax(self.head(hidden))


class Head(layers.Layer):
    """A projection inside a layer that scales it."""

    def __init__(self):
        super().__init__()
        self.projection = layers.Dense(VOCABULARY, use_bias=False)

    def build(self, shape):
        self.projection.build(shape)

    def call(self, hidden):
        return 2 * self.projection(hidden)


def _nested(model):
    tokens = keras.Input((CONTEXT,), dtype="int32")
    return keras.Model(tokens, model(tokens))


@pytest.mark.parametrize(
    ("make", "hidden"),
    [
        (HeadFirst, VOCABULARY * WIDTH + VOCABULARY * WIDTH),
        (lambda: _nested(HeadFirst()), VOCABULARY * WIDTH + VOCABULARY * WIDTH),
        (lambda: _language_model(Head()), WIDTH * WIDTH + WIDTH),
    ],
    ids=["subclassed", "inside another", "inside a layer"],
)
def test_the_head_is_what_the_traced_graph_ends_in(make, hidden):
    model = make()
    model(np.zeros((1, CONTEXT), "int32"))
    counted = count(model)
    assert counted.groups["head"] == WIDTH * VOCABULARY
    assert counted.groups["hidden"] == hidden
    of_head = 3 * 2 * WIDTH * VOCABULARY
    products = counted.flops_by_convention["products"]
    assert products - counted.flops_by_convention["products_without_head"] == of_head


def test_an_unbuilt_model_says_how_to_build_it():
    with pytest.raises(CountingError, match=r"must be built.*`model\(batch\)`"):
        count_params(Subclassed())
    with pytest.raises(CountingError, match=r"`model.build\(input_shape\)`"):
        count_params_by_layer(keras.Sequential([layers.Dense(3)]))


def test_a_model_without_a_build_of_its_own_is_only_built_by_a_call():
    model = Subclassed()
    with pytest.warns(UserWarning, match="does not have a `build"):  # Keras's own.
        model.build((None, 8))
    with pytest.raises(CountingError, match=r"`model\(batch\)`; for a search, in `build_model`"):
        count_params(model)
    model(np.zeros((1, 8)))
    assert count_params(model)["total"] > 0


def test_random_state_is_no_parameter():
    model = keras.Sequential([keras.Input((3,)), layers.Dropout(0.5), layers.Dense(5)])
    assert len(model.non_trainable_variables) == 1
    assert count_params(model)["total"] == 20


def test_frozen_and_moving_statistics_are_not_trainable():
    model = keras.Sequential(
        [keras.Input((3,)), layers.Dense(5), layers.BatchNormalization(), layers.Dense(2)]
    )
    model.layers[0].trainable = False
    counts = count_params(model)
    assert counts["hidden"] == 10 + 12
    assert counts["non_trainable"] == 20 + 10


def test_a_shared_layer_counts_once():
    shared = layers.Dense(3)
    x = keras.Input((3,))
    model = keras.Model(x, shared(shared(x)))
    assert _groups(model) == (0, 0, 12)


def test_a_shared_weight_is_listed_at_its_first_layer():
    shared = layers.Dense(3)
    x = keras.Input((3,))
    first = keras.Model(x, shared(x), name="first")
    model = keras.Model(x, layers.Add()([first(x), shared(x)]))
    rows = {row.name: row.n_trainable for row in count_params_by_layer(model)}
    assert sum(rows.values()) == 12
    assert rows["first"] + rows[shared.name] == 12


@pytest.mark.skipif(
    not hasattr(layers, "ReversibleEmbedding"), reason="ReversibleEmbedding came with Keras 3.12"
)
@pytest.mark.parametrize("tied", [True, False])
def test_a_reversible_embedding_is_a_head_only_where_it_has_weights_of_its_own(tied):
    tokens = keras.Input((CONTEXT,), dtype="int32")
    embedding = layers.ReversibleEmbedding(VOCABULARY, WIDTH, tie_weights=tied)
    model = keras.Model(tokens, embedding(embedding(tokens), reverse=True))
    table = VOCABULARY * WIDTH
    assert _groups(model) == (table, 0 if tied else table, 0)


class PositionEmbedding(layers.Layer):
    """As KerasHub has it: a table of positions, added to what comes in."""

    def build(self, shape):
        self.position_embeddings = self.add_weight(name="embeddings", shape=(CONTEXT, shape[-1]))

    def call(self, x):
        return x + self.position_embeddings


class TokenAndPositionEmbedding(layers.Layer):
    """As KerasHub has it: two embeddings inside a third."""

    def __init__(self):
        super().__init__()
        self.token_embedding = layers.Embedding(VOCABULARY, WIDTH)
        self.position_embedding = PositionEmbedding()

    def build(self, shape):
        self.token_embedding.build(shape)
        self.position_embedding.build((*shape, WIDTH))

    def call(self, tokens):
        return self.position_embedding(self.token_embedding(tokens))


def test_embeddings_of_tokens_and_positions_are_told_apart():
    tokens = keras.Input((CONTEXT,), dtype="int32")
    model = keras.Model(tokens, layers.Dense(3)(TokenAndPositionEmbedding()(tokens)))
    _groups(model)
    counts = count_params(model)
    assert counts["token_embedding"] == VOCABULARY * WIDTH
    assert counts["position_embedding"] == CONTEXT * WIDTH


def test_an_embedding_is_one_of_positions_by_its_name_too():
    tokens = keras.Input((CONTEXT,), dtype="int32")
    places = keras.ops.cumsum(keras.ops.ones_like(tokens), axis=1) - 1
    hidden = layers.Embedding(VOCABULARY, WIDTH)(tokens)
    hidden = hidden + layers.Embedding(CONTEXT, WIDTH, name="position_embedding")(places)
    counts = count_params(keras.Model(tokens, hidden))
    assert counts["position_embedding"] == CONTEXT * WIDTH
    assert counts["embedding"] == (VOCABULARY + CONTEXT) * WIDTH


def test_norms_and_biases_are_told_apart_from_matrices():
    x = keras.Input((CONTEXT, WIDTH))
    hidden = layers.LayerNormalization()(x)
    hidden = layers.MultiHeadAttention(2, 3)(hidden, hidden)
    hidden = layers.GRU(5, return_sequences=True)(layers.BatchNormalization()(hidden))
    model = keras.Model(x, hidden)
    counts = count_params(model)
    biases = 3 * 2 * 3 + WIDTH + 2 * 3 * 5
    assert counts["norm_and_bias"] == 2 * WIDTH + 2 * WIDTH + biases
    assert counts["other"] == 4 * WIDTH * 6 + 3 * (WIDTH * 5 + 5 * 5)


def test_a_wrapper_that_normalises_weights_leaves_a_matrix_what_it_is():
    model = keras.Sequential([keras.Input((8,)), layers.SpectralNormalization(layers.Dense(100))])
    counts = count_params(model)
    assert (counts["norm_and_bias"], counts["other"]) == (100, 800)


def test_what_lora_trains_is_counted_and_what_it_freezes_is_not():
    model = _language_model(layers.Dense(VOCABULARY))
    for layer in (model.layers[1], model.layers[-1]):
        layer.enable_lora(2)
    _groups(model)
    counts = count_params(model)
    factors = 2 * (VOCABULARY + WIDTH)
    assert counts["embedding"] == factors
    assert counts["head"] == factors + VOCABULARY
    assert counts["non_trainable"] == 2 * VOCABULARY * WIDTH
