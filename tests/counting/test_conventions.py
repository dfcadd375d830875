"""The other ways to count: by layer, without head or attention, recomputed, once a step."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from scaling_keras.counting.memory import fingerprint
from scaling_keras.counting.model_count import count
from scaling_keras.counting.parameters import OUTSIDE
from scaling_keras.counting.tracing import TRACED_BATCH, input_specs

VOCABULARY, LENGTH, WIDTH, HEADS, EXPERTS = 19, 7, 12, 3, 4


def _transformer(causal=True):
    tokens = keras.Input((LENGTH,), dtype="int32")
    x = layers.Embedding(VOCABULARY, WIDTH, name="embedding")(tokens)
    for block in range(2):
        y = layers.LayerNormalization()(x)
        attention = layers.MultiHeadAttention(HEADS, WIDTH // HEADS, name=f"attention_{block}")
        x = x + attention(y, y, use_causal_mask=causal)
        y = layers.Dense(4 * WIDTH, "gelu")(layers.LayerNormalization()(x))
        x = x + layers.Dense(WIDTH)(y)
    return keras.Model(tokens, layers.Dense(VOCABULARY, name="head")(x), name="transformer")


@pytest.mark.parametrize("causal", [True, False])
def test_a_transformer_without_head_and_attention(causal):
    counted = count(_transformer(causal))
    # Per token: 12 width**2 multiply-adds a block, 2 length * width for scores and mixing.
    blocks, attention = 2 * 12 * WIDTH**2, 2 * 2 * LENGTH * WIDTH
    head = WIDTH * VOCABULARY
    assert counted.forward_flops_per_example == 2 * (blocks + attention + head)
    assert counted.uncounted == {}
    ways = counted.flops_by_convention
    assert ways["products"] == counted.train_flops_per_example == 6 * (blocks + attention + head)
    assert ways["products_without_head"] == 6 * (blocks + attention)
    assert ways["products_without_attention"] == 6 * (blocks + head)
    assert ways["products_without_head_and_attention"] == 6 * blocks
    assert ways["6n_total"] == 6 * counted.n_params
    assert ways["6n_non_embedding"] == 6 * counted.n_params_non_embedding
    assert ways["6n_non_embedding_plus_head"] == 6 * (
        counted.n_params_non_embedding + counted.groups["head"]
    )
    assert ways["products"] < ways["everything"] < 2 * ways["products"]


def test_each_layer_has_its_own_part_and_the_parts_make_the_whole():
    counted = count(_transformer())
    rows = {row.name: row for row in counted.layers}
    assert rows["head"].train_flops_per_example == 6 * WIDTH * VOCABULARY
    attention = 2 * (4 * WIDTH**2 + 2 * LENGTH * WIDTH)
    assert rows["attention_1"].forward_flops_per_example == attention
    assert rows["attention_1"].train_flops_per_example == 3 * attention
    for part in ("forward", "train"):
        parts = [getattr(row, f"{part}_flops_per_example") for row in counted.layers]
        assert sum(parts) == getattr(counted, f"{part}_flops_per_example")


def test_a_layer_used_twice_beside_one_named_like_its_second_use():
    inputs = keras.Input((6,))
    shared, other = layers.Dense(6, name="dense"), layers.Dense(6, name="dense_1")
    model = keras.Model(inputs, other(shared(shared(inputs))))
    rows = {row.name: row.forward_flops_per_example for row in count(model).layers}
    assert rows == {"dense": 2 * 72, "dense_1": 72} | {model.layers[0].name: 0}


def test_operations_outside_of_layers_have_a_row_of_their_own():
    inputs = keras.Input((6,))
    hidden = layers.Dense(5)(inputs)
    model = keras.Model(inputs, keras.ops.matmul(hidden, keras.ops.ones((5, 3))))
    row = count(model).layers[-1]
    assert (row.name, row.forward_flops_per_example) == (OUTSIDE, 2 * 15)
    assert OUTSIDE in str(count(model))


class Mixture(layers.Layer):
    """Experts on every token, mixed by a gate: three einsums with weights or activations."""

    def build(self, shape):
        self.gate = layers.Dense(EXPERTS, "softmax", use_bias=False)
        self.gate.build(shape)
        self.into = self.add_weight(shape=(EXPERTS, WIDTH, 2 * WIDTH))
        self.out_of = self.add_weight(shape=(EXPERTS, 2 * WIDTH, WIDTH))

    def call(self, x):
        hidden = keras.ops.relu(keras.ops.einsum("btd,edh->bteh", x, self.into))
        outputs = keras.ops.einsum("bteh,ehd->bted", hidden, self.out_of)
        return keras.ops.einsum("bte,bted->btd", self.gate(x), outputs)


def test_a_mixture_of_experts():
    inputs = keras.Input((LENGTH, WIDTH))
    counted = count(keras.Model(inputs, Mixture()(layers.Dense(WIDTH)(inputs))))
    first, gate = WIDTH**2, WIDTH * EXPERTS
    experts, mixing = 2 * EXPERTS * 2 * WIDTH**2, EXPERTS * WIDTH
    assert counted.forward_flops_per_example == 2 * (first + gate + experts + mixing)
    # The gradient of what is mixed is an outer product for each token, as where `matmul` mixes.
    assert counted.train_flops_per_example == 4 * first + 6 * (gate + experts + mixing)
    without = counted.flops_by_convention["products_without_attention"]
    assert counted.train_flops_per_example - without == 6 * mixing


class ChosenExpert(layers.Layer):
    """The weights of one expert for each item, looked up."""

    def __init__(self, multiply):
        super().__init__()
        self.multiply = multiply

    def build(self, shape):
        self.gate = layers.Dense(EXPERTS, "softmax", use_bias=False)
        self.gate.build(shape)
        self.kernel = self.add_weight(shape=(EXPERTS, WIDTH, 2 * WIDTH))

    def call(self, x):
        share, index = keras.ops.top_k(self.gate(x), 1)
        kernel = keras.ops.take(self.kernel, index[..., 0], axis=0)
        return share * self.multiply(x, kernel)


def _by_einsum(x, kernel):
    return keras.ops.einsum("bd,bdf->bf", x, kernel)


def _by_matmul(x, kernel):
    return keras.ops.matmul(x[:, None], kernel)[:, 0]


@pytest.mark.parametrize("multiply", [_by_einsum, _by_matmul])
def test_an_expert_that_is_looked_up_is_a_weight_however_it_is_multiplied(multiply):
    inputs = keras.Input((WIDTH,))
    counted = count(keras.Model(inputs, ChosenExpert(multiply)(layers.Dense(WIDTH)(inputs))))
    first, gate, expert = WIDTH**2, WIDTH * EXPERTS, 2 * WIDTH**2
    assert counted.forward_flops_per_example == 2 * (first + gate + expert)
    assert counted.train_flops_per_example == 4 * first + 6 * (gate + expert)
    without = counted.flops_by_convention["products_without_attention"]
    assert without == counted.train_flops_per_example


def _query_by_einsum(query, keys):
    return keras.ops.einsum("bd,bkd->bk", query, keys)


def _query_by_matmul(query, keys):
    return keras.ops.matmul(keys, query[..., None])[..., 0]


@pytest.mark.parametrize("compare", [_query_by_einsum, _query_by_matmul])
def test_an_attention_of_one_query_costs_the_same_by_einsum_and_by_matmul(compare):
    inputs = keras.Input((LENGTH, WIDTH))
    query = layers.Dense(WIDTH, use_bias=False)(inputs[:, 0])
    keys = layers.Dense(WIDTH, use_bias=False)(inputs)
    counted = count(keras.Model(inputs, compare(query, keys)))
    projections, scores = WIDTH**2 * (1 + LENGTH), LENGTH * WIDTH
    total = counted.train_flops_per_example * (counted.examples_per_item or 1)
    assert total == 4 * projections + 6 * scores
    without = counted.flops_by_convention["products_without_attention"]
    assert without * (counted.examples_per_item or 1) == 4 * projections


@pytest.mark.parametrize(
    ("equation", "product"), [("bd,bd->bd", 0), ("bd,e->bde", 0), ("bd,be->bde", WIDTH**2)]
)
def test_an_einsum_that_sums_over_nothing_is_a_product_if_it_is_an_outer_one_of_items(
    equation, product
):
    inputs = keras.Input((WIDTH,))
    hidden = layers.Dense(WIDTH, use_bias=False)(inputs)
    other = keras.ops.ones((WIDTH,)) if ",e" in equation else inputs
    outputs = keras.ops.einsum(equation, hidden, other)
    counted = count(keras.Model(inputs, outputs), example_unit="image")
    assert counted.forward_flops_per_example == 2 * (WIDTH**2 + product)


def test_a_frozen_layer_has_no_gradient_of_its_weights():
    inputs = keras.Input((6,))
    first, second, third = (layers.Dense(6, use_bias=False) for _ in range(3))
    model = keras.Model(inputs, third(second(first(inputs))))
    assert count(model).train_flops_per_example == 72 * (2 + 3 + 3)
    second.trainable = False
    assert count(model).train_flops_per_example == 72 * (2 + 2 + 3)
    first.trainable = False
    assert count(model).train_flops_per_example == 72 * (1 + 1 + 2)


@pytest.mark.parametrize("batch", [None, 2, 32])
def test_products_of_two_weights_are_told_by_step_whatever_the_batch(batch):
    inputs = keras.Input((6,))
    dense = layers.Dense(5, use_bias=False)
    model = keras.Model(inputs, dense(layers.Dense(6, use_bias=False)(inputs)))
    dense.enable_lora(2)
    counted = count(model, inputs=tf.TensorSpec((batch, 6)))
    # The frozen kernel plus the product of two factors is what meets the data, and has a gradient.
    assert counted.train_flops_per_example == 72 * 2 + 60 * 3
    assert counted.flops_per_step == 2 * (6 * 2 * 5) * 3
    assert "for each step, whatever its batch, on top: 360" in str(counted)
    assert counted.n_params == 36 + 2 * (6 + 5)
    assert counted.groups["non_trainable"] == 30


class Rematerialised(layers.Layer):
    def build(self, shape):
        self.first = self.add_weight(shape=(6, 6))
        self.second = self.add_weight(shape=(6, 6))

    def call(self, x):
        return keras.remat(lambda x: keras.ops.tanh(x @ self.first) @ self.second)(x)


def test_what_is_recomputed_is_told_apart():
    inputs = keras.Input((6,))
    plain = layers.Dense(6, use_bias=False)
    model = keras.Model(inputs, Rematerialised()(plain(inputs)))
    counted = count(model)
    assert counted.train_flops_per_example == 72 * (2 + 3 + 3)
    # The second product's value isn't needed again, so only the first is made twice.
    assert counted.recompute_flops_per_example == 72
    assert "recomputed, on top: 72" in str(counted)


def test_a_layer_under_a_remat_scope_is_recomputed():
    inputs = keras.Input((4, 6))
    with keras.RematScope(mode="full"):
        layer = layers.Conv1D(6, 1, activation="tanh", use_bias=False)
    counted = count(keras.Model(inputs, layer(layers.Conv1D(6, 1, use_bias=False)(inputs))))
    assert counted.train_flops_per_example == 72 * (2 + 3)
    assert counted.recompute_flops_per_example == 72


def test_data_has_all_of_it_and_goes_through_json():
    counted = count(_transformer())
    values = json.loads(json.dumps(counted.to_dict()))
    assert values["groups"] == counted.groups
    assert values["train_flops_per_example"] == counted.train_flops_per_example
    assert values["layers"][-1]["kind"] == "Dense"
    assert values["flops_by_convention"] == counted.flops_by_convention


def test_tracing_leaves_the_layers_as_they_were():
    model = _transformer()
    before = [dict(vars(layer)) for layer in model.layers]
    count(model)
    assert [list(vars(layer)) for layer in model.layers] == [list(each) for each in before]
    assert all("call" not in vars(layer) for layer in model.layers)


def _dense(units=5, seed=0, **options):
    keras.backend.clear_session()
    initializer = keras.initializers.RandomNormal(seed=seed)
    dense = layers.Dense(units, kernel_initializer=initializer, **options)
    return keras.Sequential([keras.Input((6,)), dense])


def _square(x):
    return x * x


def test_a_model_built_again_is_the_same_and_any_other_is_not():
    def key(model, specs=None):
        return fingerprint(model, input_specs(model) if specs is None else specs)

    same = key(_dense())
    assert same == key(_dense(seed=1))
    frozen = _dense()
    frozen.layers[0].trainable = False
    others = [
        key(_dense(units=4)),
        key(_dense(activation="relu")),
        key(_dense(dtype="mixed_float16")),
        key(frozen),
        key(_dense(), tf.TensorSpec((3, 6))),
    ]
    assert len({same, *others}) == 1 + len(others)
    inputs = keras.Input((LENGTH, WIDTH))
    assert key(keras.Model(inputs, Mixture()(inputs))) is None
    assert key(keras.Model(inputs, layers.Lambda(lambda x: x)(inputs))) is None
    assert key(_dense(activation=_square)) is None


class Orthogonal(keras.regularizers.Regularizer):
    """Has no `get_config`."""

    def __call__(self, kernel):
        return keras.ops.sum((kernel @ keras.ops.transpose(kernel)) ** 2)


def test_a_model_whose_configuration_can_not_be_had_is_counted_all_the_same():
    model = _dense(units=6, kernel_regularizer=Orthogonal())
    assert fingerprint(model, input_specs(model)) is None
    counted = count(model)
    assert (counted.flops_method, counted.flops_reason) == ("graph", "")
    assert counted.train_flops_per_example == 2 * 2 * 36
    assert counted.flops_per_step == 2 * 6**3 * 3


@pytest.mark.parametrize("options", [{"jit_compile": True}, {"jit_compile": False}])
def test_how_a_model_is_compiled_makes_no_difference(options):
    model = _transformer()
    expected = count(model).to_dict()
    model.compile("adam", "mse", **options)
    assert count(model).to_dict() == expected


def test_mixed_precision_costs_the_same():
    expected = count(_transformer())
    policy = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy("mixed_bfloat16")
        mixed = count(_transformer())
    finally:
        keras.config.set_dtype_policy(policy)
    assert mixed.train_flops_per_example == expected.train_flops_per_example
    assert mixed.groups == expected.groups


def test_preprocessing_alone_has_no_gradients():
    inputs = keras.Input((4,))
    counted = count(keras.Model(inputs, layers.Discretization([0.0, 1.0])(inputs)))
    assert counted.train_flops_per_example == 0
    assert np.isclose(counted.flops_by_convention["products"], 0)


class Contrasting(layers.Layer):
    """Compares each item of a batch with every other."""

    def build(self, shape):
        self.kernel = self.add_weight(shape=(6, 6))

    def call(self, x):
        weights = self.kernel @ self.kernel
        return x + (x @ keras.ops.transpose(x)) @ (x @ weights)


def test_items_that_work_on_each_other_count_at_the_size_of_the_batch():
    inputs = keras.Input((6,))
    counted = count(keras.Model(inputs, Contrasting()(inputs)), inputs=tf.TensorSpec((10, 6)))
    assert counted.flops_per_step == 0
    products = 6**3 / 10 + 10 * 6 + 10 * 6 + 6 * 6
    assert counted.forward_flops_per_example == 2 * products


def test_without_a_batch_items_that_work_on_each_other_are_an_estimate():
    inputs = keras.Input((6,))
    counted = count(keras.Model(inputs, Contrasting()(inputs)))
    assert counted.flops_method == "estimate"
    assert f"counted in one of {TRACED_BATCH}; pass a batch as `inputs`" in counted.flops_reason
    assert counted.flops_per_step == 0
    products = 6**3 / TRACED_BATCH + 2 * TRACED_BATCH * 6 + 6 * 6
    assert counted.forward_flops_per_example == pytest.approx(2 * products)


class ForEachItem(layers.Layer):
    """Turns as often as there are items: all of them at each turn, or one."""

    def __init__(self, is_of_pairs):
        super().__init__()
        self.is_of_pairs = is_of_pairs

    def build(self, shape):
        self.kernel = self.add_weight(shape=(6, 6))

    def call(self, x):
        if not self.is_of_pairs:
            return tf.map_fn(lambda item: (item[None] @ self.kernel)[0], x)
        return keras.ops.fori_loop(0, keras.ops.shape(x)[0], lambda _, x: x @ self.kernel, x)


def test_a_loop_over_the_batch_is_an_estimate_only_if_each_turn_takes_all_of_it():
    inputs = keras.Input((6,))
    methods = [
        count(keras.Model(inputs, ForEachItem(each)(inputs))).flops_method for each in (0, 1)
    ]
    assert methods == ["graph", "estimate"]


@pytest.mark.parametrize("width", [TRACED_BATCH, 2 * TRACED_BATCH])
def test_a_layer_as_wide_as_the_traced_batch_is_not_mistaken_for_pairs_of_items(width):
    model = keras.Sequential([keras.Input((6,)), layers.Dense(width), layers.Dense(width)])
    counted = count(model)
    assert (counted.flops_method, counted.flops_reason) == ("graph", "")
    assert counted.forward_flops_per_example == 2 * (6 * width + width**2)


class TiedByHand(keras.Model):
    def __init__(self):
        super().__init__()
        self.embedding = layers.Embedding(VOCABULARY, WIDTH)
        self.places = layers.Embedding(LENGTH, WIDTH)
        self.dense = layers.Dense(WIDTH, use_bias=False)

    def build(self, shape):
        for layer in (self.embedding, self.places):
            layer.build(shape)
        self.dense.build((*shape, WIDTH))

    def hidden(self, tokens):
        return self.dense(self.embedding(tokens) + self.places.embeddings[:LENGTH])

    def call(self, tokens):
        table = keras.ops.transpose(self.embedding.embeddings)
        return keras.ops.matmul(self.hidden(tokens), table)


class TiedByEinsum(TiedByHand):
    def call(self, tokens):
        return keras.ops.einsum("btd,vd->btv", self.hidden(tokens), self.embedding.embeddings)


@pytest.mark.parametrize("kind", [TiedByHand, TiedByEinsum])
def test_a_head_tied_by_hand_is_a_head(kind):
    model = kind()
    model.build((None, LENGTH))
    ways = count(model, inputs=tf.TensorSpec((None, LENGTH), "int32")).flops_by_convention
    assert ways["products"] == 6 * (WIDTH**2 + WIDTH * VOCABULARY)
    assert ways["products_without_head"] == 6 * WIDTH**2
    assert ways["products_without_head_and_attention"] == 6 * WIDTH**2


class LooksUpByProduct(TiedByHand):
    def call(self, tokens):
        rows = keras.ops.one_hot(tokens, VOCABULARY)
        return self.dense(keras.ops.matmul(rows, self.embedding.embeddings))


def test_an_embedding_that_is_looked_up_by_a_product_is_no_head():
    model = LooksUpByProduct()
    model.build((None, LENGTH))
    ways = count(model, inputs=tf.TensorSpec((None, LENGTH), "int32")).flops_by_convention
    assert ways["products_without_head"] == ways["products"]
