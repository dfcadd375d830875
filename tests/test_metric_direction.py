import inspect

import pytest

from scaling_keras.metric_direction import HIGHER, LOWER, is_higher_better, metric_direction


@pytest.mark.parametrize(
    "name",
    [
        "accuracy",
        "val_acc",
        "val_sparse_top_k_categorical_accuracy",
        "auc_1",
        "val_digit_accuracy",
        "validation/epoch_accuracy",
        "Val Accuracy",
        "val_f1",
        "top-5-accuracy",
        "val_bleu",
        "r2_score",
        "weighted_precision",
    ],
)
def test_a_share_of_hits_is_better_when_higher(name):
    assert metric_direction(name) == HIGHER
    assert is_higher_better(name)


@pytest.mark.parametrize(
    "name",
    [
        "loss",
        "val_loss",
        "accuracy_loss",
        "validation/epoch_loss",
        "val_mae",
        "perplexity",
        "top_1_error",
    ],
)
def test_a_loss_is_better_when_lower(name):
    assert metric_direction(name) == LOWER


@pytest.mark.parametrize(
    "name",
    [
        "reward",
        "",
        "1",
        "my_metric",
        "neg_accuracy",
        "1-accuracy",
        "accuracy_drop",
        "dice",
        "heatmap",
    ],
)
def test_of_other_names_nothing_is_known(name):
    assert metric_direction(name) is None
    assert not is_higher_better(name)


@pytest.mark.keras
def test_the_directions_are_those_that_keras_knows():
    import keras

    options = (
        {},
        {"num_classes": 2},
        {"num_classes": 2, "target_class_ids": [1]},
        {"precision": 0.5},
        {"recall": 0.5},
        {"specificity": 0.5},
        {"sensitivity": 0.5},
    )
    known = 0
    for cls in vars(keras.metrics).values():
        if not (inspect.isclass(cls) and issubclass(cls, keras.metrics.Metric)):
            continue
        accepted = [each for each in options if set(each) == _required(cls)]
        if not accepted:
            continue
        metric = cls(**accepted[0])
        direction = {"up": HIGHER, "down": LOWER}.get(getattr(metric, "_direction", None))
        if direction is not None:
            assert metric_direction(metric.name) == direction, metric.name
            known += 1
    assert known > 20


def _required(cls):
    parameters = inspect.signature(cls).parameters.values()
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {p.name for p in parameters if p.default is p.empty and p.kind in kinds}
