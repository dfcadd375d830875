"""Another model, optimizer or loss is another training; what can't be told apart is the same."""

import keras
import pytest

from scaling_keras.tuner.training_digest import changed_parts, training_digest

schedules = keras.optimizers.schedules


def digest(activation="tanh", optimizer=None, loss="mse", dropout=0.1, **options):
    keras.backend.clear_session()
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4, activation),
            keras.layers.Dropout(dropout),
            keras.layers.Lambda(lambda x: 2 * x),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer=optimizer or keras.optimizers.SGD(0.1), loss=loss, **options)
    return training_digest(model)


def ours(y, predictions):
    return keras.ops.mean((y - predictions) ** 2)


class NoConfig(schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.1


class Subclassed(keras.Model):
    def __init__(self, rates):
        super().__init__()
        self.rates = rates
        self.dense = keras.layers.Dense(1, activation=rates["activation"])

    def call(self, inputs):
        return self.dense(inputs)


SAME = {
    "plain": dict,
    "own loss": lambda: {"loss": ours},
    "nameless loss": lambda: {"loss": lambda y, predictions: ours(y, predictions)},
    "loss object": lambda: {"loss": keras.losses.Huber()},
    "nameless activation": lambda: {"activation": lambda x: x},
    "weighted": lambda: {"loss_weights": [2.0]},
}
OTHER = {
    "activation": lambda: {"activation": "relu"},
    "dropout": lambda: {"dropout": 0.2},
    "loss": lambda: {"loss": "mae"},
    "own loss": lambda: {"loss": ours},
    "loss object": lambda: {"loss": keras.losses.Huber()},
    "weighted": lambda: {"loss_weights": [2.0]},
    "rate": lambda: {"optimizer": keras.optimizers.SGD(0.2)},
    "momentum": lambda: {"optimizer": keras.optimizers.SGD(0.1, momentum=0.9)},
    "schedule": lambda: {"optimizer": keras.optimizers.SGD(schedules.CosineDecay(0.1, 10))},
    "own schedule": lambda: {"optimizer": keras.optimizers.SGD(NoConfig())},
}


PART = {
    "activation": "model",
    "dropout": "model",
    "loss": "loss",
    "own loss": "loss",
    "loss object": "loss",
    "weighted": "loss",
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_training_has_the_same_digest(name):
    assert digest(**SAME[name]()) == digest(**SAME[name]())


@pytest.mark.parametrize("name", OTHER)
def test_another_training_has_another_digest(name):
    assert changed_parts(digest(**OTHER[name]()), digest()) == (PART.get(name, "optimizer"),)


def test_another_schedule_is_another_training():
    first, second = (
        digest(optimizer=keras.optimizers.SGD(schedules.CosineDecay(0.1, n))) for n in (10, 20)
    )
    assert changed_parts(first, second) == ("optimizer",)


def test_of_a_subclassed_model_what_has_a_configuration_is_compared():
    def of(activation):
        keras.backend.clear_session()
        model = Subclassed({"activation": activation, "raw": object()})
        model(keras.ops.zeros((1, 3)))
        model.compile(optimizer=keras.optimizers.SGD(NoConfig()), loss="mse")
        return training_digest(model)

    assert of("relu") == of("relu")
    assert changed_parts(of("relu"), of("tanh")) == ("model",)


def test_digests_of_another_version_of_keras_are_not_compared():
    version, _, content = digest(loss="mae").partition(" ")
    assert version == keras.__version__
    assert changed_parts(f"{version} {content}", digest()) == ("loss",)
    assert changed_parts(f"3.0.0 {content}", digest()) == ()


@pytest.mark.parametrize("written", ["", keras.__version__, f"{keras.__version__} 0123abc"])
def test_parts_that_were_not_written_are_not_compared(written):
    assert changed_parts(written, digest()) == changed_parts(digest(), written) == ()
