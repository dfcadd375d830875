"""A training outside the sweep is made once: asked for again, it gives back its model."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import keras

from scaling_keras.errors import ScalingWarning, SweepError
from scaling_keras.events.records import RunRecord
from scaling_keras.events.schema import RunFacts
from scaling_keras.tuner.earlier import EarlierRuns
from scaling_keras.tuner.project import WEIGHTS_FILE, has_ended
from scaling_keras.tuner.sweep import TrialPlan
from scaling_keras.tuner.trial import TrialSetting, load_weights
from scaling_keras.tuner.workload import Workload

_SAME = 1e-6
"""Relative difference that rounding may make between two predictions."""


def earlier_model(plan: TrialPlan, setting: TrialSetting) -> keras.Model | None:
    """Return the model of a training that was made before; None if it is still to be made.

    A test is never made again, and what was predicted before it stays: a law of today may have
    been fitted to what it reached.

    Args:
        plan: The training.
        setting: What it shares with the trials of the search.

    Raises:
        SweepError: If it would test a law with a run that the law may be of, it was made under
            another name (data comes in whole batches) or with another model, or its weights are
            gone or damaged.
    """
    records = setting.project.records()
    record = records.get(plan.name)
    if record is None or not has_ended(record):
        _check_is_new(plan, setting.workload, records.values())
        return None
    facts = record.last_facts
    is_test = facts is not None and bool(facts.prediction)
    has_weights = (setting.project.run_dir(plan.name) / WEIGHTS_FILE).exists()
    if facts is None or (not is_test and (plan.prediction is not None or not has_weights)):
        raise _is_no_test(plan)
    if not has_weights:
        raise SweepError(
            f"A test is made once; asked for again, `train_at` gives back the model. Received: "
            f"{plan.name!r}, which has ended and whose weights are gone. `verdicts()` has what "
            f"came of it; pass another `size`, `n_examples` or `seed` to train one more."
        )
    # Raises if it was another training.
    EarlierRuns(setting.project, setting.workload)(plan)
    _warn_of_another_prediction(plan, facts)
    return load_weights(plan, setting)


def _check_is_new(plan: TrialPlan, workload: Workload, records: Iterable[RunRecord]) -> None:
    """Raise a `SweepError` if a run of another name is the same training."""
    training = _training(plan, workload)
    for record in records:
        facts = record.last_facts
        if facts is None or record.name == plan.name or not has_ended(record):
            continue
        if _told_apart_by(facts.hyperparameters) == training:
            raise _is_no_test(plan, f", in whole batches the same as {record.name!r}")


def _is_no_test(plan: TrialPlan, same: str = "") -> SweepError:
    """Return the error for a run that is there already and was no test of a law."""
    return SweepError(
        f"`train_at` trains a run that the sweep hasn't, or it would take its place and test "
        f"nothing. Received: {plan.name!r}{same}, which has ended. Pass another `size`, "
        f"`n_examples` or `seed`."
    )


def _training(plan: TrialPlan, workload: Workload) -> dict[str, Any] | None:
    """Return what tells a training from others; None if its model can't be built."""
    model = workload.model_of(plan)
    if not workload.can_be_built(model):
        return None
    return _told_apart_by({**workload.tuned(model).values, **workload.values(plan)})


def _told_apart_by(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the hyperparameters that make a training: steps, not the examples asked for."""
    return {name: value for name, value in values.items() if name != "n_examples"}


def _warn_of_another_prediction(plan: TrialPlan, facts: RunFacts) -> None:
    """Warn if a run recorded another prediction than there is now, or none of a law."""
    if plan.prediction is None or facts.prediction is None:
        return
    now, before = plan.prediction["loss"], facts.prediction.get("loss")
    if before is not None and math.isclose(now, before, rel_tol=_SAME):
        return
    warnings.warn(
        f"A prediction is recorded before the training that tests it. Received: {plan.name!r}, "
        f"which has ended and recorded {before!r}; that stays, and the {now:.6g} that the law "
        f"predicts now is not recorded.",
        ScalingWarning,
        stacklevel=4,
    )
