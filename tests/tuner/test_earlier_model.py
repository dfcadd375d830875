"""A test is made once: asked for again, it gives back its model, and its verdict stays."""

import keras
import numpy as np
import pytest

from scaling_keras.errors import ScalingWarning, SweepError
from scaling_keras.tuner.project import WEIGHTS_FILE
from tests.tuner.conftest import build_model, law

TEST = {"size": {"width": 8}, "n_examples": 32}


def attempts(tuner):
    return [run.facts["attempt"] for run in tuner.results()]


def build_wider_at_eight(hp):
    if hp["width"] == 8:
        hp.values["width"] = 9
    return build_model(hp)


class Stops(keras.callbacks.Callback):
    """Presses Ctrl-C in the training of a model of width 8, as long as it is on."""

    is_on = False

    def on_train_batch_end(self, batch, logs=None):
        if self.is_on and self.model.layers[0].units == 8:
            raise KeyboardInterrupt


@pytest.fixture
def tested(make_tuner, data):
    """A tuner that has tested a law, as `TEST` says."""
    tuner = make_tuner(widths=(2,))
    tuner.search(data, validation_data=data)
    tuner.train_at(**TEST, fit=law())
    return tuner


def test_the_same_program_again_trains_nothing_and_says_the_same(make_tuner, data):
    losses, verdicts = [], []
    for _ in range(2):
        tuner = make_tuner()
        tuner.search(data.repeat(), validation_data=data)
        model = tuner.train_at(law().optimal_allocation(train_flops=5_000))
        losses.append(model.evaluate(data, verbose=0))
        verdicts.append(tuner.verdicts())
    assert verdicts[0] == verdicts[1]
    assert attempts(tuner) == [1, 1, 1]
    assert losses[1] == pytest.approx(losses[0], rel=1e-6)
    assert losses[1] == pytest.approx(verdicts[0][0].reached, rel=1e-5)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_the_optimizer_of_a_model_that_is_given_back_is_new(make_tuner, data, optimizer):
    def build(hp):
        model = build_model(hp)
        model.compile(optimizer=optimizer, loss="mse")
        return model

    tuner = make_tuner(build, widths=(2,))
    tuner.search(data, validation_data=data)
    tuner.train_at(**TEST)
    model = tuner.train_at(**TEST)  # Under a warning of Keras's this would raise.
    assert int(model.optimizer.iterations) == 0
    model.fit(data.take(1), verbose=0)


def test_a_law_that_has_seen_a_test_does_not_predict_it(tested):
    before = tested.verdicts()
    seen = law(floor=0.6)
    with pytest.warns(ScalingWarning, match=r"recorded before the training.*'width8_32_seed0'"):
        tested.train_at(**TEST, fit=seen)
    assert tested.verdicts() == before
    assert attempts(tested) == [1, 1]


def test_a_test_stays_one_when_it_is_asked_for_without_a_law(tested):
    before = tested.verdicts()
    assert isinstance(tested.train_at(**TEST), keras.Model)
    assert tested.verdicts() == before
    assert len(tested.results().usable()) == 1


def test_a_training_without_a_prediction_is_given_back_too(make_tuner, data):
    tuner = make_tuner(widths=(2,))
    tuner.search(data, validation_data=data)
    first, second = (tuner.train_at(**TEST) for _ in range(2))
    np.testing.assert_array_equal(first.get_weights()[0], second.get_weights()[0])
    # It is part of the law by now, and tests none.
    with pytest.raises(SweepError, match="'width8_32_seed0', which has ended"):
        tuner.train_at(**TEST, fit=law())
    assert attempts(tuner) == [1, 1]


def test_weights_of_the_sweep_are_kept_only_if_asked_for(tested):
    kept = [file.parent.name for file in tested._project.path.rglob(WEIGHTS_FILE)]
    assert kept == ["width8_32_seed0"]


def test_a_test_whose_weights_are_gone_is_not_made_again(tested):
    (file,) = tested._project.path.rglob(WEIGHTS_FILE)
    file.unlink()
    with pytest.raises(SweepError, match=r"whose weights are gone.*`verdicts"):
        tested.train_at(**TEST, fit=law())
    assert attempts(tested) == [1, 1]


def cut(content):
    return content[: len(content) // 2]


def end_in_zeros(content):
    return content[:1600] + bytes(len(content) - 1600)


def lose_the_tables(content):
    return content.replace(b"HEAP", b"XXXX").replace(b"SNOD", b"XXXX")


@pytest.mark.parametrize("damage", [cut, end_in_zeros, lose_the_tables])
def test_a_test_whose_weights_are_damaged_says_so(tested, damage):
    (file,) = tested._project.path.rglob(WEIGHTS_FILE)
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(SweepError, match=rf"'width8_32_seed0'.*{WEIGHTS_FILE}' is damaged"):
        tested.train_at(**TEST, fit=law())
    assert attempts(tested) == [1, 1]


def test_a_model_is_not_given_back_as_another(tested, make_tuner, data):
    tuner = make_tuner(build_wider_at_eight, widths=(2,))
    tuner.search(data, validation_data=data)
    with pytest.raises(SweepError, match=r"n_params=46 for run 'width8_32_seed0'"):
        tuner.train_at(**TEST, fit=law())


def test_a_test_that_was_stopped_has_no_result_yet(make_tuner, data, monkeypatch):
    tuner = make_tuner(widths=(2,))
    tuner.search(data, validation_data=data, callbacks=[Stops()])
    with monkeypatch.context() as patch:
        patch.setattr(Stops, "is_on", True)
        with pytest.raises(KeyboardInterrupt):
            tuner.train_at(**TEST, fit=law())
    fit = law(floor=0.6)
    tuner.train_at(**TEST, fit=fit)
    (verdict,) = tuner.verdicts()
    assert verdict.predicted == fit.predict(n_params=41, n_examples=32).mean[0]
