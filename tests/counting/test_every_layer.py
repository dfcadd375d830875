"""Each layer that Keras exports: counted by a formula, known to be free, or said to be uncountable.

A layer that is in none of the three tables fails the test, so that a new one can't pass unseen.
"""

import inspect

import keras
import numpy as np
import pytest
from keras import layers

from scaling_keras.counting.model_count import count

IMAGE, SERIES, VOLUME, VECTOR = (8, 10, 3), (8, 3), (5, 6, 7, 3), (6,)
WEIGHTS_AND_INPUT, INPUT = 2, 1
"""Gradients of a product: two as dear as it is, or that of its input where it has no weight."""


def _formula(make, shape, *products):
    """Products of `multiply-adds`, or of `(multiply-adds, gradients)`."""
    return make, shape, [each if isinstance(each, tuple) else (each, 2) for each in products]


def _pair(layer):
    """Call a layer that takes two inputs on the same one."""
    return lambda x: layer([x, x])


def _attention(layer):
    return lambda x: layer(x, x)


def _rnn(cell):
    return layers.RNN(cell)


PIXELS = 8 * 10
SCORES = 8 * 8  # Of a series with itself.

COUNTED = {
    # Queries and keys are added, not multiplied: only the mixing of the values is a product.
    "AdditiveAttention": _formula(lambda: _pair(layers.AdditiveAttention()), SERIES, SCORES * 3),
    "Attention": _formula(lambda: _pair(layers.Attention()), SERIES, 2 * SCORES * 3),
    "Bidirectional": _formula(
        lambda: layers.Bidirectional(layers.LSTM(5)),
        SERIES,
        2 * 8 * 4 * 3 * 5,
        2 * 8 * 4 * 5 * 5,
    ),
    "Conv1D": _formula(lambda: layers.Conv1D(4, 3), SERIES, 6 * 4 * 9),
    "Conv1DTranspose": _formula(
        lambda: layers.Conv1DTranspose(4, 3, strides=2), SERIES, 8 * 3 * 3 * 4
    ),
    "Conv2D": _formula(lambda: layers.Conv2D(6, 3, groups=3), IMAGE, 6 * 8 * 6 * 9),
    "Conv2DTranspose": _formula(
        lambda: layers.Conv2DTranspose(4, 3, strides=2, padding="same"), IMAGE, PIXELS * 3 * 9 * 4
    ),
    "Conv3D": _formula(lambda: layers.Conv3D(4, 2), VOLUME, 4 * 5 * 6 * 4 * 8 * 3),
    "Conv3DTranspose": _formula(
        lambda: layers.Conv3DTranspose(4, 2, strides=2), VOLUME, 5 * 6 * 7 * 3 * 8 * 4
    ),
    "ConvLSTM1D": _formula(
        lambda: layers.ConvLSTM1D(2, 3, padding="same"),
        IMAGE,
        8 * 10 * 4 * 2 * 3 * 3,
        8 * 10 * 4 * 2 * 3 * 2,
    ),
    "ConvLSTM2D": _formula(
        lambda: layers.ConvLSTM2D(2, 3, padding="same"),
        VOLUME,
        5 * 42 * 4 * 2 * 9 * 3,
        5 * 42 * 4 * 2 * 9 * 2,
    ),
    "ConvLSTM3D": _formula(
        lambda: layers.ConvLSTM3D(2, 3, padding="same"),
        (2, *VOLUME),
        2 * 210 * 4 * 2 * 27 * 3,
        2 * 210 * 4 * 2 * 27 * 2,
    ),
    "Dense": _formula(lambda: layers.Dense(4), IMAGE, PIXELS * 3 * 4),
    "DepthwiseConv1D": _formula(
        lambda: layers.DepthwiseConv1D(3, depth_multiplier=2), SERIES, 6 * 6 * 3
    ),
    "DepthwiseConv2D": _formula(
        lambda: layers.DepthwiseConv2D(3, depth_multiplier=2), IMAGE, 6 * 8 * 6 * 9
    ),
    "Dot": _formula(lambda: _pair(layers.Dot(axes=2)), SERIES, SCORES * 3),
    "EinsumDense": _formula(
        lambda: layers.EinsumDense("abc,cde->abde", (None, 4, 5)), SERIES, 8 * 3 * 4 * 5
    ),
    "GRU": _formula(lambda: layers.GRU(5), SERIES, 8 * 3 * 3 * 5, 8 * 3 * 5 * 5),
    "GRUCell": _formula(lambda: _rnn(layers.GRUCell(5)), SERIES, 8 * 3 * 3 * 5, 8 * 3 * 5 * 5),
    "GroupQueryAttention": _formula(
        lambda: _attention(layers.GroupQueryAttention(5, 4, 2)),
        SERIES,
        8 * 3 * 5 * (2 * 4 + 2 * 2),
        2 * SCORES * 4 * 5,
    ),
    "LSTM": _formula(lambda: layers.LSTM(5), SERIES, 8 * 4 * 3 * 5, 8 * 4 * 5 * 5),
    "LSTMCell": _formula(lambda: _rnn(layers.LSTMCell(5)), SERIES, 8 * 4 * 3 * 5, 8 * 4 * 5 * 5),
    "Lambda": _formula(
        lambda: layers.Lambda(lambda x: x @ np.ones((3, 4), "float32")),
        SERIES,
        (8 * 3 * 4, INPUT),
    ),
    "MelSpectrogram": _formula(
        lambda: layers.MelSpectrogram(num_mel_bins=4, fft_length=16, sequence_stride=8),
        (32,),
        (5 * 9 * 4, INPUT),
    ),
    "MultiHeadAttention": _formula(
        lambda: _attention(layers.MultiHeadAttention(2, 5)), SERIES, 4 * 8 * 3 * 10, 2 * SCORES * 10
    ),
    "RNN": _formula(lambda: _rnn(layers.SimpleRNNCell(5)), SERIES, 8 * 3 * 5, 8 * 5 * 5),
    "RandomColorDegeneration": _formula(
        lambda: layers.RandomColorDegeneration(0.2), IMAGE, (PIXELS * 3, INPUT)
    ),
    "RandomGaussianBlur": _formula(
        lambda: layers.RandomGaussianBlur(), IMAGE, (PIXELS * 3 * 9, INPUT)
    ),
    "RandomGrayscale": _formula(lambda: layers.RandomGrayscale(), IMAGE, (PIXELS * 3, INPUT)),
    "RandomSharpness": _formula(
        lambda: layers.RandomSharpness(0.2), IMAGE, (PIXELS * 3 * 9, INPUT)
    ),
    "STFTSpectrogram": _formula(
        lambda: layers.STFTSpectrogram(
            "magnitude", frame_length=16, frame_step=8, fft_length=16, padding="same"
        ),
        (32, 1),
        2 * 4 * 9 * 16,
    ),
    # One step of its power iteration, whatever the batch, is told in `flops_per_step`.
    "SpectralNormalization": _formula(
        lambda: layers.SpectralNormalization(layers.Dense(4)), SERIES, 8 * 3 * 4
    ),
    "SeparableConv1D": _formula(lambda: layers.SeparableConv1D(4, 3), SERIES, 6 * 3 * 3, 6 * 3 * 4),
    "SeparableConv2D": _formula(
        lambda: layers.SeparableConv2D(4, 3), IMAGE, 6 * 8 * 3 * 9, 6 * 8 * 3 * 4
    ),
    "SimpleRNN": _formula(lambda: layers.SimpleRNN(5), SERIES, 8 * 3 * 5, 8 * 5 * 5),
    "SimpleRNNCell": _formula(lambda: _rnn(layers.SimpleRNNCell(5)), SERIES, 8 * 3 * 5, 8 * 5 * 5),
    "StackedRNNCells": _formula(
        lambda: _rnn(layers.StackedRNNCells([layers.SimpleRNNCell(5), layers.SimpleRNNCell(4)])),
        SERIES,
        8 * (3 * 5 + 5 * 5 + 5 * 4 + 4 * 4),
    ),
    "TimeDistributed": _formula(lambda: layers.TimeDistributed(layers.Dense(4)), SERIES, 8 * 3 * 4),
}

SMALL = {
    # Eight equations in eight unknowns give the projection; the gradient inverts 3 x 3 matrices.
    "RandomPerspective": (lambda: layers.RandomPerspective(), (469, 54)),
    "RandomRotation": (lambda: layers.RandomRotation(0.1), (0, 54)),
    "RandomShear": (lambda: layers.RandomShear(0.1, 0.1), (0, 54)),
    "RandomZoom": (lambda: layers.RandomZoom(0.1), (0, 54)),
}
"""FLOPs of the forward pass and of the backward pass of an image, of small systems of equations."""


def _range(layer, *arguments):
    return lambda: getattr(layers, layer)(*arguments, value_range=(0, 1))


def _same(layer):
    return lambda: _pair(getattr(layers, layer)())


FREE = {
    IMAGE: {
        "Activation": lambda: layers.Activation("gelu"),
        "ActivityRegularization": lambda: layers.ActivityRegularization(l2=0.1),
        "AdaptiveAveragePooling2D": lambda: layers.AdaptiveAveragePooling2D(2),
        "AdaptiveMaxPooling2D": lambda: layers.AdaptiveMaxPooling2D(2),
        "Add": _same("Add"),
        "AlphaDropout": lambda: layers.AlphaDropout(0.1),
        "AutoContrast": _range("AutoContrast"),
        "Average": _same("Average"),
        "AveragePooling2D": lambda: layers.AveragePooling2D(2),
        "BatchNormalization": lambda: layers.BatchNormalization(),
        "CenterCrop": lambda: layers.CenterCrop(4, 4),
        "Concatenate": _same("Concatenate"),
        "ContrastLimitedAdaptiveHistogramEqualization": _range(
            "ContrastLimitedAdaptiveHistogramEqualization"
        ),
        "Cropping2D": lambda: layers.Cropping2D(1),
        "CutMix": lambda: layers.CutMix(),
        "Dropout": lambda: layers.Dropout(0.1),
        "ELU": lambda: layers.ELU(),
        "Flatten": lambda: layers.Flatten(),
        "GaussianDropout": lambda: layers.GaussianDropout(0.1),
        "GaussianNoise": lambda: layers.GaussianNoise(0.1),
        "GlobalAveragePooling2D": lambda: layers.GlobalAveragePooling2D(),
        "GlobalMaxPooling2D": lambda: layers.GlobalMaxPooling2D(),
        "GroupNormalization": lambda: layers.GroupNormalization(3),
        "Identity": lambda: layers.Identity(),
        "LayerNormalization": lambda: layers.LayerNormalization(),
        "LeakyReLU": lambda: layers.LeakyReLU(),
        "MaxPooling2D": lambda: layers.MaxPooling2D(2),
        "Maximum": _same("Maximum"),
        "Minimum": _same("Minimum"),
        "MixUp": lambda: layers.MixUp(),
        "Multiply": _same("Multiply"),
        "Normalization": lambda: layers.Normalization(mean=0.0, variance=1.0),
        "PReLU": lambda: layers.PReLU(),
        "Permute": lambda: layers.Permute((3, 1, 2)),
        "Pipeline": lambda: layers.Pipeline([layers.RandomFlip()]),
        "RMSNormalization": lambda: layers.RMSNormalization(),
        "RandomBrightness": lambda: layers.RandomBrightness(0.1),
        "RandomColorJitter": _range("RandomColorJitter"),
        "RandomContrast": lambda: layers.RandomContrast(0.1),
        "RandomCrop": lambda: layers.RandomCrop(4, 4),
        "RandomErasing": lambda: layers.RandomErasing(),
        "RandomFlip": lambda: layers.RandomFlip(),
        "RandomHue": _range("RandomHue", 0.1),
        "RandomInvert": lambda: layers.RandomInvert(),
        "RandomPosterization": lambda: layers.RandomPosterization(4),
        "RandomSaturation": lambda: layers.RandomSaturation(0.1),
        "RandomTranslation": lambda: layers.RandomTranslation(0.1, 0.1),
        "ReLU": lambda: layers.ReLU(),
        "Rescaling": lambda: layers.Rescaling(2.0),
        "Reshape": lambda: layers.Reshape((-1,)),
        "Resizing": lambda: layers.Resizing(4, 4),
        "Softmax": lambda: layers.Softmax(),
        "Solarization": lambda: layers.Solarization(),
        "SpatialDropout2D": lambda: layers.SpatialDropout2D(0.1),
        "Subtract": _same("Subtract"),
        "UnitNormalization": lambda: layers.UnitNormalization(),
        "UpSampling2D": lambda: layers.UpSampling2D(),
        "ZeroPadding2D": lambda: layers.ZeroPadding2D(),
    },
    SERIES: {
        "AdaptiveAveragePooling1D": lambda: layers.AdaptiveAveragePooling1D(2),
        "AdaptiveMaxPooling1D": lambda: layers.AdaptiveMaxPooling1D(2),
        "AveragePooling1D": lambda: layers.AveragePooling1D(2),
        "Cropping1D": lambda: layers.Cropping1D(1),
        "GlobalAveragePooling1D": lambda: layers.GlobalAveragePooling1D(),
        "GlobalMaxPooling1D": lambda: layers.GlobalMaxPooling1D(),
        "Masking": lambda: layers.Masking(),
        "MaxPooling1D": lambda: layers.MaxPooling1D(2),
        "SpatialDropout1D": lambda: layers.SpatialDropout1D(0.1),
        "UpSampling1D": lambda: layers.UpSampling1D(),
        "ZeroPadding1D": lambda: layers.ZeroPadding1D(),
    },
    VOLUME: {
        "AdaptiveAveragePooling3D": lambda: layers.AdaptiveAveragePooling3D(2),
        "AdaptiveMaxPooling3D": lambda: layers.AdaptiveMaxPooling3D(2),
        "AveragePooling3D": lambda: layers.AveragePooling3D(2),
        "Cropping3D": lambda: layers.Cropping3D(1),
        "GlobalAveragePooling3D": lambda: layers.GlobalAveragePooling3D(),
        "GlobalMaxPooling3D": lambda: layers.GlobalMaxPooling3D(),
        "MaxPooling3D": lambda: layers.MaxPooling3D(2),
        "SpatialDropout3D": lambda: layers.SpatialDropout3D(0.1),
        "UpSampling3D": lambda: layers.UpSampling3D(),
        "ZeroPadding3D": lambda: layers.ZeroPadding3D(),
    },
    VECTOR: {
        "RepeatVector": lambda: layers.RepeatVector(3),
    },
}
"""Layers that multiply no matrices, by the shape they take."""

LOOKUPS = {
    "CategoryEncoding": ("int32", lambda: layers.CategoryEncoding(5)),
    "Discretization": ("float32", lambda: layers.Discretization([0.0, 1.0])),
    "Embedding": ("int32", lambda: layers.Embedding(5, 4)),
    "HashedCrossing": ("int32", lambda: lambda x: layers.HashedCrossing(5)([x, x])),
    "Hashing": ("int32", lambda: layers.Hashing(5)),
    "IntegerLookup": ("int64", lambda: layers.IntegerLookup(vocabulary=[1, 2])),
    "InputLayer": ("float32", lambda: layers.Identity()),
    "ReversibleEmbedding": ("int32", lambda: layers.ReversibleEmbedding(5, 4)),
    "StringLookup": ("string", lambda: layers.StringLookup(vocabulary=["a", "b"])),
    "TextVectorization": ("string", lambda: layers.TextVectorization(vocabulary=["a", "b"])),
}
"""Layers that turn raw inputs into numbers, and multiply nothing either."""

NOT_COUNTABLE = {
    "AugMix": "it draws which transformations to make, and the dearest of each choice counts",
    "FlaxLayer": "it runs in JAX",
    "JaxLayer": "it runs in JAX",
    "Layer": "it does nothing itself: what derives from it is counted as it is traced",
    "MaxNumBoundingBoxes": "it takes bounding boxes, which are no part of a model's pass",
    "Equalization": "it takes whole numbers, which are no part of a model's pass",
    "RandAugment": "it draws which transformations to make, and the dearest of each choice counts",
    "RandomElasticTransform": "its convolution's shapes are known when it runs, and reported so",
    "TFSMLayer": "it runs whatever a SavedModel holds, counted as it is traced",
    "TorchModuleWrapper": "it runs in PyTorch",
    "Wrapper": "it does nothing itself: what derives from it is counted as it is traced",
}


def _exported():
    """Return the layers that Keras exports, each under the names it has."""
    names = {}
    for name in dir(layers):
        kind = getattr(layers, name)
        if inspect.isclass(kind) and issubclass(kind, layers.Layer):
            names.setdefault(kind, set()).add(name)
    return names


TABLES = (COUNTED, SMALL, LOOKUPS, NOT_COUNTABLE, *FREE.values())


def _here(table):
    """Return the names of a table's layers that this version of Keras has and can put in a model.

    In Keras 3.10 the symbolic output of `RandomGrayscale` is its input: a cycle.
    """
    broken = {"RandomGrayscale"} if keras.version().startswith("3.10.") else set()
    return [name for name in table if hasattr(layers, name) and name not in broken]


def test_every_layer_of_keras_is_in_one_of_the_tables():
    known = [name for table in TABLES for name in table]
    assert len(known) == len(set(known))
    missing = [sorted(names) for names in _exported().values() if names.isdisjoint(known)]
    assert missing == []


def _count(model):
    """Return FLOPs of an item of a batch, forward and training, and the count they are from."""
    counted = count(model)
    assert counted.flops_method == "graph", counted.flops_reason
    assert counted.uncounted == {}
    assert counted.coverage == 1.0
    assert sum(each.train_flops_per_example for each in counted.layers) == pytest.approx(
        counted.train_flops_per_example
    )
    return (
        counted.forward_flops_per_example * counted.examples_per_item,
        counted.train_flops_per_example * counted.examples_per_item,
    ), counted


def _flops(model):
    return _count(model)[0]


def _behind_a_projection(make, shape):
    """Return a model in which a layer's input has a gradient, and what the model costs without."""
    inputs = keras.Input(shape)
    model = keras.Model(inputs, make()(layers.Dense(shape[-1], use_bias=False)(inputs)))
    first = int(np.prod(shape)) * shape[-1]
    return model, (2 * first, 4 * first)


@pytest.mark.parametrize("name", _here(COUNTED))
def test_a_layer_costs_what_its_formula_says(name):
    make, shape, products = COUNTED[name]
    model, (forward, train) = _behind_a_projection(make, shape)
    assert _flops(model) == (
        forward + sum(2 * size for size, _ in products),
        train + sum(2 * size * (1 + gradients) for size, gradients in products),
    )


@pytest.mark.parametrize("name", _here(SMALL))
def test_a_transformation_solves_small_systems(name):
    make, (forward, backward) = SMALL[name]
    model, (before, train) = _behind_a_projection(make, IMAGE)
    assert _flops(model) == (before + forward, train + forward + backward)


@pytest.mark.parametrize("shape", FREE)
def test_layers_that_multiply_no_matrices_are_free(shape):
    inputs = keras.Input(shape)
    hidden = layers.Dense(shape[-1], use_bias=False)(inputs)
    outputs = {name: FREE[shape][name]()(hidden) for name in _here(FREE[shape])}
    model = keras.Model(inputs, outputs)
    (_, train), counted = _count(model)
    rows = {
        row.name: (row.forward_flops_per_example, row.train_flops_per_example)
        for row in counted.layers
        if row.train_flops_per_example
    }
    # The gradient of a translation inverts the 3 x 3 matrix that it moves by.
    translated = [name for name, (forward, _) in rows.items() if not forward]
    assert {name.rstrip("_0123456789") for name in translated} <= {"random_translation"}
    size = int(np.prod(shape)) * shape[-1]
    assert train == 4 * size + 54 * len(translated)


@pytest.mark.parametrize("name", _here(LOOKUPS))
def test_a_layer_that_looks_up_is_free(name):
    dtype, make = LOOKUPS[name]
    shape = (1,) if name in ("HashedCrossing", "TextVectorization") else (4,)
    inputs = keras.Input(shape, dtype=dtype)
    assert _flops(keras.Model(inputs, make()(inputs))) == (0, 0)
