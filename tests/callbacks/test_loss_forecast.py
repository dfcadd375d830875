import keras
import numpy as np
import pytest

from scaling_keras.callbacks.loss_forecast import LossForecast, forecast_loss
from scaling_keras.callbacks.scaling_logger import ScalingLogger
from scaling_keras.errors import RunsError, ScalingWarning

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)
PLACES = np.geomspace(10, 3000, 40)
LOSS = 2.0 + 30.0 * PLACES**-0.5


def test_a_power_law_is_told_to_its_end():
    # No law is supposed: what is told without one is the less sure the farther it is.
    for end, error in ((10_000, 0.01), (100_000, 0.03)):
        forecast = forecast_loss(PLACES, LOSS, end=end)
        truth = 2.0 + 30.0 * end**-0.5
        assert forecast.loss == pytest.approx(truth, rel=error)
        assert forecast.low <= truth <= forecast.high


def test_the_interval_holds_the_end_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    held = []
    for _ in range(60):
        floor, exponent = rng.uniform(0.5, 3), rng.uniform(0.1, 0.7)
        # Two power laws, so that the one that is fitted is never quite right.
        loss = floor + 2 * (PLACES / 10) ** -exponent + (PLACES / 10) ** (-2 * exponent)
        loss *= np.exp(0.005 * rng.normal(size=40))
        forecast = forecast_loss(PLACES[:30], loss[:30], end=PLACES[-1])
        held.append(forecast.low <= loss[-1] <= forecast.high)
    assert np.mean(held) > 0.85


@pytest.mark.parametrize(
    "loss", [LOSS[:5], np.full(40, np.nan), np.zeros(40)], ids=["few", "nan", "zero"]
)
def test_a_curve_that_says_nothing_has_no_forecast(loss):
    assert forecast_loss(PLACES[: len(loss)], loss, end=10_000) is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stop_above": 0.0}, r"must be a positive loss\. Received: 0\.0"),
        ({"stop_above": "x"}, r"must be a positive loss\. Received: 'x'"),
        ({"level": 1.0}, r"must be a share between 0 and 1\. Received: 1\.0"),
        ({"level": "0.9"}, r"must be a share between 0 and 1\. Received: '0\.9'"),
    ],
)
def test_options_that_can_not_be_are_an_error(options, message, tmp_path):
    with pytest.raises(RunsError, match=message):
        LossForecast(ScalingLogger(tmp_path), **options)


@pytest.mark.parametrize("logger", [None, "runs/wide"])
def test_a_logger_that_is_none_is_an_error(logger):
    with pytest.raises(RunsError, match="`logger` must be the ScalingLogger among the same"):
        LossForecast(logger)


def test_a_logger_that_is_not_among_the_callbacks_is_warned_of(make_model, tmp_path, data):
    forecast = LossForecast(ScalingLogger(tmp_path / "other"))
    callbacks = [ScalingLogger(tmp_path / "own"), forecast]
    with pytest.warns(ScalingWarning, match=r"must be among the callbacks.*LossForecast"):
        make_model().fit(*data, callbacks=callbacks, verbose=0)
    assert forecast.forecast is None


def _fit(model, tmp_path, epochs=40, callbacks=(), **options):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 3))
    y = x.sum(axis=1, keepdims=True) + rng.normal(size=(64, 1))
    logger = ScalingLogger(tmp_path)
    forecast = LossForecast(logger, **options)
    callbacks = [logger, forecast, *callbacks]
    history = model.fit(x, y, epochs=epochs, callbacks=callbacks, verbose=0).history
    return forecast, history["loss"]


def test_the_forecast_is_written_beside_the_curve_and_stops_nothing(make_model, tmp_path, read_run):
    keras.utils.set_random_seed(0)
    forecast, losses = _fit(make_model(), tmp_path)
    run, record = read_run(tmp_path)
    assert len(losses) == 40
    assert run.status == "completed"
    assert set(record.curves) >= {"forecast_loss", "forecast_loss_low", "forecast_loss_high"}
    low, high = record.curves["forecast_loss_low"], record.curves["forecast_loss_high"]
    assert low[0, 0] == 8 * 64
    # How often such intervals hold the end is shown by `test_annealing_forecast`, over many runs.
    assert low[-1, 2] < forecast.forecast.loss < high[-1, 2]
    assert forecast.forecast.loss == pytest.approx(losses[-1], rel=0.05)
    assert record.curves["forecast_loss"][-1, 2] == pytest.approx(forecast.forecast.loss)
    assert run.loss_name == "loss"


def test_a_run_that_will_not_reach_its_target_is_stopped_on_request(make_model, tmp_path, read_run):
    _, losses = _fit(make_model(), tmp_path / "a", stop_above=1e-3)
    assert 16 < len(losses) < 40
    assert read_run(tmp_path / "a")[0].status == "stopped"


def test_a_run_whose_loss_falls_faster_than_any_power_law_is_not_stopped(tmp_path):
    # Gradient descent on least squares without noise: each direction's share falls exponentially.
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 8)) * np.geomspace(1, 0.2, 8)
    y = x @ rng.normal(size=(8, 1))
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.3), "mse")
    logger = ScalingLogger(tmp_path)
    forecast = LossForecast(logger, stop_above=5e-3)
    callbacks = [logger, forecast]
    losses = model.fit(x, y, batch_size=64, epochs=150, callbacks=callbacks, verbose=0)
    losses = losses.history["loss"]
    assert (len(losses), losses[-1] < 5e-3) == (150, True)


def test_a_run_is_not_stopped_by_its_training_loss_while_the_held_out_one_has_few_points(
    make_model, tmp_path
):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 3)).astype("float32")
    y = rng.normal(size=(64, 1)).astype("float32")
    logger = ScalingLogger(tmp_path)
    forecast = LossForecast(logger, stop_above=1e-3)
    history = (
        make_model()
        .fit(
            x,
            y,
            epochs=40,
            validation_data=(x, x[:, :1]),
            validation_freq=6,
            callbacks=[logger, forecast],
            verbose=0,
        )
        .history
    )
    assert len(history["loss"]) == 40
    assert forecast.forecast.low > 1e-3


def test_a_run_is_stopped_under_a_schedule_that_says_enough(make_model, tmp_path, read_run):
    schedules = keras.optimizers.schedules
    # Flat from the first steps on: as good as a constant rate.
    flat = schedules.PiecewiseConstantDecay([2], [1e-3, 1e-2])
    _, losses = _fit(make_model(keras.optimizers.SGD(flat)), tmp_path / "flat", stop_above=1e-3)
    assert len(losses) < 40
    # Falling all the time, so that the curve shows what a fall does.
    cosine = schedules.CosineDecay(1e-2, 80)
    forecast, losses = _fit(
        make_model(keras.optimizers.SGD(cosine)), tmp_path / "cosine", stop_above=1e-3
    )
    assert len(losses) < 40
    assert not forecast.forecast.is_upper_bound


def _late_fall(epoch, rate):
    return rate if epoch < 30 else 1e-3


@pytest.mark.parametrize(
    ("rate", "callbacks"),
    [
        (keras.optimizers.schedules.PiecewiseConstantDecay([70], [1e-2, 1e-3]), []),
        (1e-2, [keras.callbacks.LearningRateScheduler(_late_fall)]),
        (1e-2, [keras.callbacks.ReduceLROnPlateau("loss")]),
    ],
    ids=["schedule", "scheduler", "plateau"],
)
def test_what_a_fall_to_come_will_do_is_not_foretold(
    rate, callbacks, make_model, tmp_path, read_run
):
    model = make_model(keras.optimizers.SGD(rate))
    _, losses = _fit(model, tmp_path, stop_above=1e-3, callbacks=callbacks)
    assert len(losses) == 40
    _, record = read_run(tmp_path)
    assert "forecast_loss_high" in record.curves
    before = record.curves["forecast_loss_high"][:, 0] <= 30 * 64
    assert before.any()
    lows = record.curves.get("forecast_loss_low", np.empty((0, 3)))
    assert not (lows[:, 0] <= 30 * 64).any()


def test_a_rate_that_was_changed_by_hand_may_change_again(make_model, tmp_path, read_run):
    def halve(epoch, logs):
        if epoch == 3:
            model.optimizer.learning_rate = 5e-3

    model = make_model()
    by_hand = keras.callbacks.LambdaCallback(on_epoch_begin=halve)
    _, losses = _fit(model, tmp_path, stop_above=1e-3, callbacks=[by_hand])
    assert len(losses) == 40
    assert "forecast_loss_low" not in read_run(tmp_path)[1].curves


def test_a_forecast_that_is_not_among_the_callbacks_does_nothing(make_model, tmp_path, read_run):
    logger = ScalingLogger(tmp_path)
    forecast = LossForecast(logger)
    x, y = np.ones((64, 3)), np.ones((64, 1))

    def fail(epoch, logs):
        if epoch == 10:
            raise ValueError("not today")

    failing = keras.callbacks.LambdaCallback(on_epoch_begin=fail)
    with pytest.raises(ValueError, match="not today"):
        make_model().fit(x, y, epochs=12, callbacks=[forecast, logger, failing], verbose=0)
    assert forecast.forecast is not None
    last, forecast.stop_above = forecast.forecast, 1e-12
    model = make_model()
    history = model.fit(x, y, epochs=40, callbacks=[logger], verbose=0).history
    assert len(history["loss"]) == 40
    assert forecast.forecast is last


def test_a_plan_that_counts_padding_ends_where_the_examples_do(tmp_path, read_run):
    tokens = np.random.default_rng(0).integers(1, 6, (16, 5)).astype("int32")
    tokens[:, 3:] = 0
    inputs = keras.Input((5,), dtype="int32")
    embedded = keras.layers.Embedding(6, 4, mask_zero=True)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(6)(embedded))
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    ends = []
    for facts in ({}, {"planned_examples": 20 * tokens.size}):
        logger = ScalingLogger(tmp_path / str(len(ends)), facts=facts, n_examples_before=0)

        class Tell(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None, logger=logger):
                if epoch == 10:
                    logger.on_point.append(lambda log, end: ends.append(end) or {})

        model.fit(tokens, tokens, epochs=20, callbacks=[logger, Tell()], verbose=0)
    assert set(ends) == {20 * 16 * 3}
