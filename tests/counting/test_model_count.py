"""FLOPs of each kind of layer against counts by hand: exact integers."""

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from scaling_keras.counting.model_count import count, count_with_data
from scaling_keras.errors import CountingError
from tests.counting.own_step import OwnStep


def _sequential(*stack, **options):
    return keras.Sequential(list(stack), **options)


def _forward_and_train(model, **options):
    """FLOPs of an item of a batch, from those of an example."""
    counted = count(model, **options)
    assert counted.flops_method == "graph"
    assert counted.uncounted == {}
    return (
        counted.forward_flops_per_example * counted.examples_per_item,
        counted.train_flops_per_example * counted.examples_per_item,
    )


def _costs(*products):
    """Forward and train FLOPs of products of `(multiply-adds, has a gradient for its input)`.

    Each weight has a gradient as dear as the product itself, and so has each input that depends on
    a weight; raw inputs have none.
    """
    forward = sum(2 * size for size, _ in products)
    return forward, sum(
        2 * size * (3 if has_input_gradient else 2) for size, has_input_gradient in products
    )


def test_dense():
    model = _sequential(keras.Input((10,)), layers.Dense(20, "relu"), layers.Dense(5))
    assert _forward_and_train(model) == _costs((10 * 20, False), (20 * 5, True))


def test_dense_over_a_sequence_counts_each_place():
    model = _sequential(keras.Input((7, 10)), layers.Dense(20), layers.Dense(5))
    assert _forward_and_train(model) == _costs((7 * 10 * 20, False), (7 * 20 * 5, True))
    assert count(model).examples_per_item == 7


def test_embedding_looks_up_and_multiplies_nothing():
    model = _sequential(
        keras.Input((6,), dtype="int32"), layers.Embedding(50, 8), layers.Flatten(), layers.Dense(3)
    )
    assert _forward_and_train(model) == _costs((6 * 8 * 3, True))


@pytest.mark.parametrize(
    ("layer", "multiply_adds"),
    [
        (lambda: layers.Conv2D(5, 3), 6 * 8 * 5 * (3 * 3 * 4)),
        (lambda: layers.Conv2D(5, (3, 2), padding="same"), 8 * 10 * 5 * (3 * 2 * 4)),
        (lambda: layers.Conv2D(5, 3, strides=2, padding="same"), 4 * 5 * 5 * (3 * 3 * 4)),
        (lambda: layers.Conv2D(5, 3, dilation_rate=2), 4 * 6 * 5 * (3 * 3 * 4)),
        (lambda: layers.Conv2D(6, 3, groups=2), 6 * 8 * 6 * (3 * 3 * 2)),
        (lambda: layers.DepthwiseConv2D(3, depth_multiplier=2), 6 * 8 * 8 * (3 * 3)),
        (lambda: layers.Conv2DTranspose(5, 3), 8 * 10 * 4 * (3 * 3 * 5)),
        (lambda: layers.SeparableConv2D(5, 3), 6 * 8 * 4 * (3 * 3) + 6 * 8 * 4 * 5),
    ],
)
def test_two_dimensional_convolutions(layer, multiply_adds):
    first = layers.Conv2D(4, 1)
    model = _sequential(keras.Input((8, 10, 2)), first, layer(), layers.GlobalAveragePooling2D())
    assert _forward_and_train(model) == _costs((8 * 10 * 2 * 4, False), (multiply_adds, True))


@pytest.mark.parametrize(
    ("layer", "multiply_adds"),
    [
        (lambda: layers.Conv1D(5, 3), 8 * 5 * (3 * 4)),
        (lambda: layers.Conv1D(5, 3, dilation_rate=2, padding="causal"), 10 * 5 * (3 * 4)),
        (lambda: layers.DepthwiseConv1D(3), 8 * 4 * 3),
    ],
)
def test_one_dimensional_convolutions(layer, multiply_adds):
    model = _sequential(
        keras.Input((10, 2)), layers.Conv1D(4, 1), layer(), layers.GlobalAveragePooling1D()
    )
    assert _forward_and_train(model) == _costs((10 * 2 * 4, False), (multiply_adds, True))


def test_three_dimensional_convolution():
    model = _sequential(
        keras.Input((5, 6, 7, 2)), layers.Conv3D(3, 3), layers.Conv3D(4, 2), layers.Flatten()
    )
    assert _forward_and_train(model) == _costs(
        (3 * 4 * 5 * 3 * (27 * 2), False), (2 * 3 * 4 * 4 * (8 * 3), True)
    )


@pytest.mark.parametrize("causal", [True, False])
def test_multi_head_attention(causal):
    width, heads, head_width, length = 12, 3, 5, 9
    inputs = keras.Input((length, width))
    x = layers.Dense(width)(inputs)
    x = layers.MultiHeadAttention(heads, head_width)(x, x, use_causal_mask=causal)
    model = keras.Model(inputs, x)
    projections = 4 * length * width * heads * head_width
    scores = length * length * heads * head_width
    # Scores and mixing are products of two activations: each has two gradients, as a weight has.
    assert _forward_and_train(model) == _costs(
        (length * width * width, False), (projections, True), (2 * scores, True)
    )


def test_grouped_query_attention():
    width, heads, groups, head_width, length = 12, 4, 2, 5, 9
    inputs = keras.Input((length, width))
    x = layers.Dense(width)(inputs)
    model = keras.Model(inputs, layers.GroupQueryAttention(head_width, heads, groups)(x, x))
    projections = length * width * head_width * (2 * heads + 2 * groups)
    scores = 2 * length * length * heads * head_width
    assert _forward_and_train(model) == _costs(
        (length * width * width, False), (projections, True), (scores, True)
    )


RECURRENT = [
    (layers.SimpleRNN, 1),
    (layers.GRU, 3),
    (layers.LSTM, 4),
]


@pytest.mark.parametrize(("layer", "gates"), RECURRENT)
@pytest.mark.parametrize("length", [1, 13])
def test_recurrent_layers_count_each_turn_of_their_loop(layer, gates, length):
    width, units = 6, 5
    model = _sequential(keras.Input((length, width)), layer(units), layers.Dense(2))
    assert _forward_and_train(model) == _costs(
        (length * gates * width * units, False),
        (length * gates * units * units, True),
        (units * 2, True),
    )


def test_a_bidirectional_layer_with_a_mask_counts_both_ways():
    model = _sequential(keras.Input((8, 6)), layers.Masking(), layers.Bidirectional(layers.LSTM(5)))
    assert _forward_and_train(model) == _costs(
        (2 * 8 * 4 * 6 * 5, False), (2 * 8 * 4 * 5 * 5, True)
    )


def test_normalisation_dropout_and_pooling_cost_nothing():
    model = _sequential(
        keras.Input((8, 8, 3)),
        layers.Conv2D(4, 3),
        layers.BatchNormalization(),
        layers.LayerNormalization(),
        layers.Activation("gelu"),
        layers.Dropout(0.3),
        layers.MaxPooling2D(),
        layers.UpSampling2D(),
        layers.GlobalMaxPooling2D(),
        layers.Dense(2),
    )
    assert _forward_and_train(model) == _costs((36 * 27 * 4, False), (4 * 2, True))


class SharedFiveTimes(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(6, use_bias=False)

    def call(self, x):
        for _ in range(5):
            x = self.dense(x)
        return x


def test_a_subclassed_model_and_a_layer_used_five_times():
    model = SharedFiveTimes()
    model(np.zeros((2, 6), "float32"))
    assert _forward_and_train(model) == _costs((36, False), (4 * 36, True))


class Looping(keras.layers.Layer):
    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], shape[-1]))

    def call(self, x):
        _, x = keras.ops.while_loop(
            lambda turn, x: turn < 7, lambda turn, x: (turn + 1, x @ self.kernel), (0, x)
        )
        return x


class LoopingOnData(Looping):
    def call(self, x):
        (x,) = keras.ops.while_loop(
            lambda x: keras.ops.sum(x) > 0, lambda x: (x @ self.kernel,), (x,)
        )
        return x


class Branching(Looping):
    def call(self, x):
        return keras.ops.cond(
            keras.ops.sum(x) > 0, lambda: x @ self.kernel @ self.kernel, lambda: x @ self.kernel
        )


def test_a_loop_of_known_length_counts_each_turn():
    model = _sequential(keras.Input((4,)), layers.Dense(4), Looping())
    assert _forward_and_train(model) == _costs((16, False), (7 * 16, True))


def test_a_loop_of_unknown_length_is_reported():
    counted = count(_sequential(keras.Input((4,)), layers.Dense(4), LoopingOnData()))
    assert counted.forward_flops_per_example == 32
    assert sum(counted.uncounted.values()) >= 1
    assert all("of unknown length" in name for name in counted.uncounted)
    assert "not counted, so the true cost is higher: " in str(counted)
    (layer,) = (each for each in counted.layers if each.kind == "LoopingOnData")
    assert counted.uncounted_layers == (layer.name,)
    assert counted.coverage is None
    assert f"in {layer.name}; what share of the total that is can't be said" in str(counted)
    assert "everything" not in counted.flops_by_convention


class LoopingInside(Looping):
    """Loops three times, or as often as the turn says, in each of four turns; perhaps deeper."""

    def __init__(self, is_triangular=False, depth=1):
        super().__init__()
        self.is_triangular, self.depth = is_triangular, depth

    def call(self, x):
        def times(turn, _, x):
            return keras.ops.fori_loop(0, 3, turn, x)

        def once(_, x):
            return keras.ops.tanh(x @ self.kernel)

        def outer(i, x):
            if self.is_triangular:
                return tf.while_loop(lambda j, _: j < i, lambda j, x: (j + 1, once(j, x)), (0, x))[
                    1
                ]
            inner = partial(times, once)
            return partial(times, inner)(i, x) if self.depth == 2 else inner(i, x)

        return keras.ops.fori_loop(0, 4, outer, x)


@pytest.mark.parametrize(
    ("layer", "turns"),
    [
        (lambda: LoopingInside(), 12),
        (lambda: LoopingInside(depth=2), 36),
        (lambda: LoopingInside(is_triangular=True), 0 + 1 + 2 + 3),
    ],
)
def test_loops_inside_of_loops_count_each_turn_forwards_and_backwards(layer, turns):
    model = _sequential(keras.Input((4,)), layers.Dense(4), layer())
    assert _forward_and_train(model) == _costs((16, False), (turns * 16, True))


class Cell(Looping):
    """A cell of a recurrent layer that loops itself."""

    state_size = output_size = 4

    def call(self, x, states):
        x = keras.ops.fori_loop(0, 3, lambda _, x: keras.ops.tanh(x @ self.kernel), x + states[0])
        return x, [x]


def test_a_recurrent_cell_that_loops_counts_each_turn():
    model = _sequential(keras.Input((5, 4)), layers.Dense(4), layers.RNN(Cell()))
    assert _forward_and_train(model) == _costs((5 * 16, False), (5 * 3 * 16, True))


class BranchingByTurn(Looping):
    def call(self, x):
        def turn(i, x):
            return tf.cond(i < 2, lambda: x @ self.kernel @ self.kernel, lambda: x @ self.kernel)

        return keras.ops.fori_loop(0, 5, turn, x)


def test_a_branch_that_hangs_on_the_turn_counts_as_it_is_taken():
    model = _sequential(keras.Input((4,)), layers.Dense(4), BranchingByTurn())
    assert _forward_and_train(model) == _costs((16, False), ((2 * 2 + 3 * 1) * 16, True))


class Solving(Looping):
    def call(self, x):
        return keras.ops.transpose(
            keras.ops.solve_triangular(self.kernel, keras.ops.transpose(x), lower=True)
        )


def test_a_triangular_system_counts_its_substitution():
    model = _sequential(keras.Input((4,)), layers.Dense(4), Solving())
    forward, train = _forward_and_train(model)
    # Substitution is n^2; backwards another, and the product that is the gradient of the matrix.
    assert forward == 2 * 16 + 16
    assert train == 2 * 2 * 16 + 2 * 16 + 2 * 16


class Spreading(keras.layers.Layer):
    """Mixes the features along the edges of a graph that is known."""

    def call(self, x):
        edges = tf.SparseTensor([[0, 1], [1, 2], [3, 0]], [1.0, 2.0, 3.0], [4, 4])
        return tf.transpose(tf.sparse.sparse_dense_matmul(edges, x, adjoint_b=True))


def test_a_sparse_matrix_counts_its_entries_where_their_number_is_known():
    model = _sequential(keras.Input((4,)), layers.Dense(4), Spreading())
    assert _forward_and_train(model) == (2 * 16 + 2 * 3, 2 * 2 * 16 + 2 * 2 * 3)


def test_a_branch_counts_as_the_costlier_one():
    model = _sequential(keras.Input((4,)), layers.Dense(4), Branching())
    assert _forward_and_train(model) == _costs((16, False), (2 * 16, True))


class Decomposing(keras.layers.Layer):
    def call(self, x):
        return x + keras.ops.real(keras.ops.sum(tf.linalg.svd(x, compute_uv=False)))


def test_an_operation_without_a_handler_is_reported_by_name():
    counted = count(_sequential(keras.Input((4,)), layers.Dense(4), Decomposing()))
    assert counted.uncounted["Svd"] >= 1
    assert counted.coverage is None  # The layer has no parameters, and may cost any share.


class Scanning(Looping):
    def __init__(self, **options):
        super().__init__()
        self.options = options

    def call(self, x):
        def turn(carry, now):
            carry = keras.ops.tanh(carry @ self.kernel) + now
            return carry, carry

        x = keras.ops.transpose(x, (1, 0, 2))
        carry, _ = keras.ops.scan(turn, keras.ops.zeros_like(x[0]), x, **self.options)
        return carry

    def compute_output_shape(self, shape):
        return shape[0], shape[2]


@pytest.mark.parametrize("options", [{}, {"length": 9}, {"unroll": 3}, {"reverse": True}])
def test_a_scan_counts_each_turn_whoever_states_its_length(options):
    model = _sequential(keras.Input((9, 4)), layers.Dense(4), Scanning(**options))
    assert _forward_and_train(model) == _costs((9 * 16, False), (9 * 16, True))


@pytest.mark.parametrize("shape", [(), (1,)])
def test_text_keeps_its_batch(shape):
    text = keras.Input(shape, dtype="string")
    tokens = layers.TextVectorization(output_sequence_length=6, vocabulary=["a", "b"])(text)
    embedded = layers.Flatten()(layers.Embedding(4, 8)(tokens))
    model = keras.Model(text, layers.Dense(3)(embedded))
    assert _forward_and_train(model) == _costs((6 * 8 * 3, True))


def test_what_is_traced_changes_nothing():
    keras.utils.set_random_seed(1)
    model = _sequential(
        keras.Input((8,)),
        layers.Dense(8, kernel_regularizer="l2"),
        layers.BatchNormalization(),
        layers.Dropout(0.5),
        layers.Dense(2),
    )
    model.compile("adam", "mse")
    model.train_on_batch(np.ones((4, 8), "float32"), np.ones((4, 2), "float32"))
    variables = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    before = [variable.numpy() for variable in variables]
    count(model)
    count_with_data(model, (tf.TensorSpec((4, 8)), tf.TensorSpec((4, 2))))
    assert [*model.variables, *model.optimizer.variables, *model.metrics_variables] == variables
    for variable, value in zip(variables, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)


def test_the_losses_of_the_last_call_stay():
    model = _sequential(keras.Input((4,)), layers.Dense(3, activity_regularizer="l2"))
    model(np.ones((2, 4), "float32"))
    (loss,) = model.losses
    count(model)
    assert len(model.losses) == 1
    assert float(model.losses[0]) == float(loss)


def test_half_precision_costs_the_same():
    model = _sequential(
        keras.Input((10,)), layers.Dense(20, dtype="mixed_bfloat16"), layers.Dense(5)
    )
    assert _forward_and_train(model) == _costs((10 * 20, False), (20 * 5, True))


def test_several_inputs_and_outputs_of_different_shapes():
    left, right = keras.Input((4,), name="left"), keras.Input((3, 5), name="right")
    model = keras.Model(
        {"left": left, "right": right}, [layers.Dense(2)(left), layers.Dense(6)(right)]
    )
    assert _forward_and_train(model) == _costs((4 * 2, False), (3 * 5 * 6, False))
    assert count(model).examples_per_item == 1


def test_a_fixed_batch_size_is_kept():
    model = _sequential(keras.Input(batch_shape=(3, 10)), layers.Dense(20))
    assert _forward_and_train(model) == _costs((10 * 20, False))


def _language_model(length):
    tokens = keras.Input((length,), dtype="int32")
    hidden = layers.Embedding(11, 4, name="embedding")(tokens)
    return keras.Model(tokens, layers.Dense(11, name="head")(hidden), name="lm")


def test_the_unit_of_a_language_model_is_a_token():
    counted = count(_language_model(6))
    assert (counted.example_unit, counted.examples_per_item) == ("token", 6)
    assert counted.forward_flops_per_example == 2 * 4 * 11
    assert counted.train_flops_per_example == 3 * 2 * 4 * 11
    assert counted.n_params == 44 + 55
    assert counted.n_params_non_embedding == 0
    assert sum(counted.flops_by_op.values()) == counted.train_flops_per_example


def test_inputs_settle_what_the_model_leaves_open():
    model = _language_model(None)
    unknown = count(model)
    assert unknown.train_flops_per_example is None
    assert unknown.flops_method == ""
    assert unknown.example_unit == "token"
    assert "pass a batch as `inputs`" in unknown.flops_reason
    assert "FLOPs unknown: its input of shape (None, None)" in str(unknown)
    known = count(model, inputs=np.zeros((2, 5), "int32"))
    assert known.examples_per_item == 5
    assert known.train_flops_per_example == 3 * 2 * 4 * 11


class FirstHalf(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(4)

    def call(self, pair):
        if isinstance(pair, tuple):
            return self.dense(pair[0])
        raise KeyError("the pair")


def test_a_model_that_can_not_be_traced_says_why():
    model = FirstHalf()
    model((np.zeros((1, 3), "float32"), np.zeros((1, 3), "float32")))
    counted = count(model, inputs=tf.TensorSpec((1, 3)))
    assert counted.train_flops_per_example is None
    assert "tracing it failed: KeyError" in counted.flops_reason


def test_an_unbuilt_model_is_an_error():
    with pytest.raises(CountingError, match=r"must be a keras\.Model\. Received: 3\. Give"):
        count(3)
    with pytest.raises(CountingError, match="must be built before it can be counted"):
        count(_sequential(layers.Dense(3)))


class Distilling(OwnStep):
    """Trains on the outputs of two passes, as no ordinary step does."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(4, use_bias=False)

    def call(self, x):
        return self.dense(x)

    def loss_of(self, x):
        return (self(x) - keras.ops.stop_gradient(self(2 * x))) ** 2


def test_a_train_step_of_its_own_is_counted_once_it_has_trained():
    model = Distilling()
    model.compile("adam")
    x = np.ones((2, 3), "float32")
    model.train_on_batch(x, x)
    estimated = count(model)
    assert estimated.flops_method == "estimate"
    assert estimated.train_flops_per_example == 2 * 2 * 12
    assert "an estimate: the model has a `train_step` of its own" in str(estimated)
    own = count_with_data(model, (tf.TensorSpec((None, 3)), tf.TensorSpec((None, 3))))
    assert own.flops_method == "graph"
    assert own.flops_reason == ""
    assert own.train_flops_per_example == 3 * 2 * 12


class Autoencoder(OwnStep):
    """Is never called as a whole: its step calls its parts."""

    def __init__(self):
        super().__init__()
        self.encoder = _sequential(keras.Input((6,)), layers.Dense(2))
        self.decoder = _sequential(keras.Input((2,)), layers.Dense(6))

    def loss_of(self, x):
        return (self.decoder(self.encoder(x)) - x) ** 2


def test_a_model_that_is_never_called_as_a_whole_is_counted_by_its_step():
    model = Autoencoder()
    model.compile("sgd")
    counted = count(model)
    assert (counted.n_params, counted.examples_per_item) == (6 * 2 + 2 + 2 * 6 + 6, 1)
    assert counted.train_flops_per_example is None
    assert "it has never been called as a whole" in counted.flops_reason
    model.train_on_batch(np.ones((4, 6), "float32"))
    own = count_with_data(model, tf.TensorSpec((None, 6)))
    assert (own.flops_method, own.flops_reason, own.coverage) == ("graph", "", 1.0)
    assert own.train_flops_per_example == 2 * 12 * (2 + 3)
    assert own.forward_flops_per_example is None
    assert not model.built


def test_the_table_shows_groups_layers_and_flops():
    counted = count(_language_model(6))
    # What operations besides products cost differs between versions of Keras.
    everything = counted.flops_by_convention["everything"]
    assert everything > counted.train_flops_per_example
    assert (
        str(counted)
        == f"""\
Model 'lm'

  layer                     parameters  forward  training
  embedding      Embedding          44        0         0
  head           Dense              55       88       264
  -------------------------------------------------------
  embedding                         44
  head                              55
  hidden                             0
  trainable                         99
  non_trainable                      0
  total                             99

FLOPs per token, a multiply-add being 2 (an item of a batch holds 6)
  forward                    88
  and backward              264  2.67 for each trainable parameter
the same, counted in other ways
  products_without_head                              0
  products_without_head_and_attention                0
  everything                          {everything:>16.3f}
  6n_total                                         594
  6n_non_embedding                                   0
  6n_non_embedding_plus_head                       330"""
    )
