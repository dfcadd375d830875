"""Whatever variable a model holds is found, in an order that the same program repeats."""

import keras
import numpy as np
import tensorflow as tf

from scaling_keras.tuner.training_state import training_state


class Teacher:
    """An object of the user's own that holds variables."""

    def __init__(self, model):
        self.model = model  # And back again.
        self.weights = {"all": [tf.Variable(each.value) for each in model.trainable_variables]}


class Busy(keras.Model):
    """Holds state in every place that is looked into, and some that is none."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(2)
        self.second = keras.optimizers.Adam()
        self.teacher = None
        self.pair = (tf.Variable(1.0, name="in_pair"), keras.Variable(2.0, name="in_keras"))
        self.noise = tf.random.Generator.from_seed(0)
        self.average = tf.train.ExponentialMovingAverage(0.9)
        self.text = tf.Variable("text")
        self.seen = keras.metrics.Mean()
        self.weigh = np.mean

    def build(self, shape):
        self.dense.build(shape)
        self.second.build(self.dense.trainable_variables)
        self.teacher = Teacher(self)
        self.twice = self.teacher
        self.average.apply([self.pair[0]])

    def call(self, x):
        return self.dense(x)


def busy():
    keras.utils.clear_session()
    model = Busy()
    model.build((None, 3))
    model.compile("sgd", "mse")
    model.optimizer.build(model.trainable_variables)
    return model


def test_every_variable_is_found_once():
    model = busy()
    state = training_state(model)
    wanted = [
        *model.variables,
        *model.optimizer.variables,
        *model.second.variables,
        *model.teacher.weights["all"],
        *model.pair,
        model.noise.state,
        model.average.average(model.pair[0]),
    ]
    keys = {id(each.value if isinstance(each, keras.Variable) else each) for each in wanted}
    assert sorted(each.key for each in state) == sorted(keys)


def test_the_order_is_the_same_in_a_model_that_is_built_again():
    first, second = training_state(busy()), training_state(busy())
    assert [(each.name, each.shape) for each in first] == [(e.name, e.shape) for e in second]


def test_a_value_is_written_as_the_variable_has_it():
    model = busy()
    model.pair = (tf.Variable(1.0, dtype="bfloat16"),)
    (half,) = (each for each in training_state(model) if each.name == "Variable:0")
    half.write(np.float32(3.0))
    assert half.read() == 3
