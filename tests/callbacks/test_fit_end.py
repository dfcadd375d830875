import math

import pytest

from scaling_keras.callbacks.fit_end import (
    Progress,
    end_of_finished_fit,
    end_of_raised_fit,
    why_diverged,
)


def _progress(**changes):
    whole = {
        "epochs": 5,
        "epochs_done": 5,
        "executions": 50,
        "executions_per_epoch": 10,
        "short_epoch": None,
        "has_stopped": False,
        "n_examples": 1600,
        "planned_examples": None,
        "leeway": 32,
    }
    return Progress(**{**whole, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"executions_per_epoch": None},
        {"has_stopped": True},
        {"planned_examples": 1600},
        {"planned_examples": 1632},
    ],
    ids=["whole", "length unknown", "stopped after the last step", "planned", "but for a batch"],
)
def test_a_fit_that_saw_all_it_was_to_see_is_completed(changes):
    assert end_of_finished_fit(_progress(**changes)) == ("completed", "")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"has_stopped": True, "epochs_done": 3}, "stopped by a callback after epoch 3 of 5"),
        (
            {"has_stopped": True, "short_epoch": (5, 4)},
            "stopped by a callback in epoch 5 of 5",
        ),
        ({"short_epoch": (5, 4)}, "its data ended after 4 of 10 steps in epoch 5 of 5; give"),
        ({"short_epoch": (2, 0)}, "its data ended after 0 of 10 steps in epoch 2 of 5; give"),
        ({"planned_examples": 1633}, "it saw 1,600 of 1,633 planned examples; give it more data"),
    ],
)
def test_a_fit_that_ended_before_its_plan_is_stopped(changes, reason):
    status, received = end_of_finished_fit(_progress(**changes))
    assert status == "stopped"
    assert received.startswith(reason)


def test_a_fit_without_data_has_failed():
    assert end_of_finished_fit(_progress(executions=0)) == (
        "failed",
        "its data holds not one batch",
    )


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (KeyboardInterrupt(), ("stopped", "interrupted (KeyboardInterrupt)")),
        (SystemExit(1), ("stopped", "interrupted (SystemExit)")),
        (ValueError("first line\nsecond"), ("failed", "ValueError: first line")),
        (MemoryError(), ("failed", "MemoryError")),
        (ValueError("x" * 400), ("failed", "ValueError: " + "x" * 300 + " ...")),
        (
            ValueError("Exception encountered when calling A.call().\n\n\x1b[1mno good\x1b[0m\n"),
            ("failed", "ValueError: no good"),
        ),
        (
            ValueError(
                "Graph execution error:\n\nDetected at node a\n  File b\n\nOOM when c\n\t d"
            ),
            ("failed", "ValueError: OOM when c"),
        ),
        (None, ("failed", "`fit` ended early, in a way that its callbacks could not see")),
    ],
)
def test_a_fit_that_raised_says_what(error, expected):
    assert end_of_raised_fit(error) == expected


def test_a_final_loss_that_is_not_finite_means_that_it_diverged():
    assert why_diverged({"loss": 1.0, "val_loss": 2.0}) == ""
    assert why_diverged({"loss": math.nan}) == "its loss became nan; try a lower learning rate"
    assert "val_loss became inf" in why_diverged({"loss": 1.0, "val_loss": math.inf})
