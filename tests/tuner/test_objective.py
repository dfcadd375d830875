"""What the first trial shows of the objective ends the search, and what it trained is kept."""

import keras
import pytest
import tensorflow as tf

from scaling_keras.errors import ScalingWarning, SweepError
from scaling_keras.tuner.designs.tuned import TunedSweep
from scaling_keras.tuner.sweep import GridSweep
from tests.tuner.conftest import NoTrials, build_model, make_data, statuses


def with_metrics(*metrics, **options):
    """Return a `build_model` that compiles metrics, made anew for each model."""

    def build(hp):
        model = build_model(hp)
        model.compile("sgd", "mse", metrics=[make() for make in metrics], **options)
        return model

    return build


def r2():
    return keras.metrics.R2Score(name="r2")


def test_an_objective_that_the_first_trial_has_not_ends_the_search(make_tuner, data):
    tuner = make_tuner(objective="val_los")
    message = "Received: 'val_los'; they have loss, val_loss. Name one .* what has been trained is"
    with pytest.raises(SweepError, match=message):
        tuner.search(data, validation_data=data)
    assert statuses(tuner) == {"width2_32_seed0": "completed"}
    corrected = make_tuner()
    corrected.search(data, validation_data=data)
    assert {run.facts["attempt"] for run in corrected.results()} == {1}
    assert len(corrected.results()) == 2
    # Where nothing is left to train it is told all the same.
    with pytest.raises(SweepError, match="Received: 'val_los'"):
        make_tuner(objective="val_los", executor=NoTrials()).search(data, validation_data=data)


def test_a_tuned_sweep_ends_after_its_first_trial_too(make_tuner, data):
    def build(hp):
        hp.Float("rate", 0.01, 0.1)
        return build_model(hp)

    grid = GridSweep(sizes=[{"width": 2}, {"width": 4}], n_examples=[32])
    tuner = make_tuner(build, sweep=TunedSweep(grid, n_trials=2), objective="val_los")
    with pytest.raises(SweepError, match="Received: 'val_los'"):
        tuner.search(data, validation_data=data)
    assert len(tuner.results()) == 1


@pytest.mark.parametrize(
    ("build", "objective"),
    [
        (with_metrics(r2), "val_r2"),
        (with_metrics(r2), "r2"),
        (with_metrics(lambda: keras.metrics.TruePositives(name="hits")), "val_hits"),
    ],
)
def test_a_metric_of_which_more_is_better_ends_the_search_whatever_its_name(
    make_tuner, data, build, objective
):
    tuner = make_tuner(build, objective=objective)
    with pytest.raises(SweepError, match=f"less is better: .* Received: '{objective}'"):
        tuner.search(data, validation_data=data)
    assert len(tuner.results()) == 1


def test_so_does_one_of_several_outputs(make_tuner):
    def build(hp):
        inputs = keras.Input((3,))
        outputs = {name: keras.layers.Dense(1, name=name)(inputs) for name in ("one", "two")}
        model = keras.Model(inputs, outputs)
        model.compile("sgd", {"one": "mse", "two": "mse"}, metrics={"one": [r2()], "two": ["mae"]})
        return model

    data = make_data().map(lambda x, y: (x, {"one": y, "two": y}))
    with pytest.raises(SweepError, match="Received: 'val_one_r2'"):
        make_tuner(build, objective="val_one_r2").search(data, validation_data=data)
    make_tuner(build, objective="val_two_mae").search(data, validation_data=data)


def test_a_metric_of_which_less_is_better_or_nothing_is_known_is_taken(make_tuner, data):
    class Own(keras.metrics.Mean):
        def update_state(self, y_true, y_pred, sample_weight=None):
            return super().update_state(abs(y_true - y_pred))

    build = with_metrics(r2, lambda: "mae", lambda: Own(name="own"))
    for objective in ("val_mae", "val_own"):
        tuner = make_tuner(build, objective=objective)
        tuner.search(data, validation_data=data)
        assert len(tuner.results()) == 2


def test_a_trial_whose_objective_is_no_number_ends_nothing(make_tuner, data):
    class NotANumber(keras.metrics.Mean):
        def result(self):
            return super().result() * float("nan")

    def build(hp):
        metric = NotANumber if hp["width"] == 2 else keras.metrics.Mean
        model = build_model(hp)
        model.compile("sgd", "mse")
        model.extra = metric(name="extra")
        return model

    tuner = make_tuner(build, objective="val_extra")
    tuner.search(data, validation_data=data)
    assert len(tuner.results()) == 2


class CountsBatches(keras.Model):
    """As in Keras's guide to a custom `train_step`, without a `sample_weight`."""

    weighs = False

    def __init__(self, width):
        super().__init__()
        self.hidden, self.head = keras.layers.Dense(width), keras.layers.Dense(1)
        self.tracker = keras.metrics.Mean(name="loss")

    def call(self, inputs):
        return self.head(self.hidden(inputs))

    @property
    def metrics(self):
        return [self.tracker]

    def _update(self, loss, x):
        self.tracker.update_state(loss, sample_weight=tf.shape(x)[0] if self.weighs else None)
        return {"loss": self.tracker.result()}

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x=x, y=y, y_pred=self(x, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        return self._update(loss, x)

    def test_step(self, data):
        x, y = data
        return self._update(self.compute_loss(x=x, y=y, y_pred=self(x)), x)


def test_a_train_step_that_shows_no_examples_ends_the_search_with_what_to_do(
    make_tuner, data, monkeypatch
):
    def build(hp):
        model = CountsBatches(hp["width"])
        model(tf.zeros((1, 3)))
        model.compile("sgd", "mse")
        return model

    message = (
        r"must say what loss it reached. Received: 'width2_32_seed0', .* it counts batches. In "
        r"`train_step`, update .*sample_weight=batch_size\)`"
    )
    for _ in range(2):  # It is no trial that has ended, so that it is trained again.
        with (
            pytest.raises(SweepError, match=message),
            pytest.warns(ScalingWarning, match="no points are logged"),
        ):
            make_tuner(build).search(data, validation_data=data)
    monkeypatch.setattr(CountsBatches, "weighs", True)
    tuner = make_tuner(build)
    tuner.search(data, validation_data=data)
    assert set(statuses(tuner).values()) == {"completed"}
    assert [run.n_examples for run in tuner.results().usable()] == [32, 32]
