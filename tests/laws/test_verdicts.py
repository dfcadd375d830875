import pytest

from scaling_keras.laws.verdicts import verdicts
from scaling_keras.runs import Run

PREDICTION = {
    "loss": 2.0,
    "low": 1.9,
    "high": 2.2,
    "level": 0.9,
    "form": "chinchilla",
    "extrapolation": 8.0,
    "best_before": 2.5,
}


def predicted_run(loss, **options):
    values = {"facts": {"prediction": PREDICTION}, **options}
    return Run(name="test", n_params=1e4, n_examples=1e6, train_flops=6e10, loss=loss, **values)


def test_a_prediction_of_another_metric_gets_no_verdict():
    facts = {"prediction": {**PREDICTION, "loss_name": "val_loss"}}
    assert len(verdicts([predicted_run(2.0, facts=facts, loss_name="val_loss")])) == 1
    assert verdicts([predicted_run(2.0, facts=facts, loss_name="val_mae")]) == ()


@pytest.mark.parametrize(
    ("reached", "inside"), [(1.89, False), (1.9, True), (2.05, True), (2.2, True), (2.21, False)]
)
def test_the_interval_held_or_missed(reached, inside):
    (verdict,) = verdicts([predicted_run(reached)])
    assert verdict.is_inside is inside


def test_errors_are_of_what_was_reached_against_what_was_said():
    (verdict,) = verdicts([predicted_run(2.5)])
    assert verdict.error == pytest.approx(0.25)
    assert verdict.baseline_error == 0
    assert verdict.to_dict()["error"] == verdict.error
    assert verdict.to_dict()["is_inside"] is False


def test_only_completed_runs_that_were_predicted_get_a_verdict():
    runs = [
        predicted_run(2.0, status="running"),
        predicted_run(float("nan")),
        Run(name="plain", n_params=1e4, n_examples=1e6, loss=2.0),
    ]
    assert verdicts(runs) == ()
