import keras
import numpy as np
import pytest
from keras import layers

from scaling_keras.counting.model_count import count
from scaling_keras.errors import CountingError


def _images(*stack):
    return keras.Sequential([keras.Input((8, 8, 3)), *stack])


@pytest.mark.parametrize(
    ("model", "unit", "per_item"),
    [
        (keras.Sequential([keras.Input((3,)), layers.Dense(2)]), "example", 1),
        (_images(layers.Flatten(), layers.Dense(2)), "image", 1),
        (_images(layers.Conv2D(4, 3, padding="same")), "example", 64),
        (
            keras.Sequential([keras.Input((5, 3)), layers.LSTM(4, return_sequences=True)]),
            "example",
            5,
        ),
        (
            keras.Sequential(
                [keras.Input((5,), dtype="int64"), layers.Embedding(9, 4), layers.Dense(9)]
            ),
            "token",
            5,
        ),
        (
            keras.Sequential(
                [
                    keras.Input((5,), dtype="int32"),
                    layers.Embedding(9, 4),
                    layers.Flatten(),
                    layers.Dense(2),
                ]
            ),
            "example",
            1,
        ),
    ],
    ids=["vectors", "classifier", "segmentation", "time series", "language model", "sentiment"],
)
def test_the_unit_is_what_the_loss_averages_over(model, unit, per_item):
    counted = count(model)
    assert (counted.example_unit, counted.examples_per_item) == (unit, per_item)


def test_an_embedding_of_places_makes_no_tokens_of_images():
    images = keras.Input((8, 8, 3))
    patches = layers.Reshape((16, 16))(layers.Conv2D(16, 2, strides=2)(images))
    places = layers.Embedding(16, 16)(np.arange(16))
    model = keras.Model(images, layers.Dense(5)(patches + places))
    assert (count(model).example_unit, count(model).examples_per_item) == ("example", 16)


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.embedding = layers.Embedding(9, 4)
        self.head = layers.Dense(9)

    def call(self, tokens):
        return self.head(self.embedding(tokens))


def test_a_subclassed_language_model_counts_tokens():
    model = Subclassed()
    model(np.zeros((2, 7), "int32"))
    assert (count(model).example_unit, count(model).examples_per_item) == ("token", 7)


def test_the_unit_can_be_given():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    assert count(model, example_unit="molecule").example_unit == "molecule"


def test_an_image_is_an_item_and_other_units_may_be_any_part_of_it():
    model = _images(layers.Conv2D(4, 3, padding="same"))
    by_pixel = count(model)
    by_image = count(model, example_unit="image")
    by_row = count(model, example_unit="row", examples_per_item=8)
    assert (by_image.example_unit, by_image.examples_per_item) == ("image", 1)
    assert (by_row.example_unit, by_row.examples_per_item) == ("row", 8)
    flops = by_pixel.train_flops_per_example
    assert by_image.train_flops_per_example == 64 * flops
    assert by_row.train_flops_per_example == 8 * flops


@pytest.mark.parametrize("number", [0, -1, 2.0, True])
def test_the_examples_of_an_item_are_a_positive_integer(number):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    with pytest.raises(CountingError, match="`examples_per_item` must be a positive integer"):
        count(model, examples_per_item=number)
