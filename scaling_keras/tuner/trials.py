"""The trials of a search as one callable that other processes can be sent."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from scaling_keras.errors import SweepError
from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.held_out import held_out_facts
from scaling_keras.tuner.search_inputs import held_out_data
from scaling_keras.tuner.strategy import make_strategy
from scaling_keras.tuner.sweep import TrialPlan
from scaling_keras.tuner.trial import TrialSetting, run_trial

Advance = Callable[[TrialPlan, float], None]


class Trials:
    """Runs a trial of a search when called with its plan, here or where it has been sent.

    What is sent is the way to make things, not the things: where it arrives, the strategy is made
    anew on the devices there, and the validation data by the function that gives it.

    Args:
        setting: What the trials share.
        strategy: The tuner's choice of a strategy: `auto`, None, or one that can't be sent.
        validation_data: As the user gave it to `search`, so perhaps a function.
    """

    def __init__(self, setting: TrialSetting, *, strategy: Any, validation_data: Any) -> None:
        self._setting = setting
        self._strategy = strategy
        self._validation_data = validation_data
        self._is_made = True

    def __call__(self, plan: TrialPlan) -> TrialOutcome:
        """Train a trial and return how it ended; raises as `run_trial` does."""
        if not self._is_made:
            self._make()
        return run_trial(plan, self._setting)

    def tell(self, advance: Advance) -> None:
        """Let this function know how far trials are from now on."""
        self._setting = dataclasses.replace(self._setting, advance=advance)

    def __getstate__(self) -> dict[str, Any]:
        """Return what can be sent.

        Raises:
            SweepError: If the training or validation data is a dataset, or the strategy a
                strategy.
        """
        self._setting.workload.data.check_can_be_sent()
        if isinstance(self._validation_data, tf.data.Dataset):
            raise SweepError(
                "Data is made anew in the process that trains. Received: `validation_data` that "
                "is a tf.data.Dataset, which can't be sent. Pass a function that returns it, or "
                "arrays."
            )
        if self._strategy not in ("auto", None):
            raise SweepError(
                f"A strategy is made anew in the process that trains. Received: "
                f"distribution_strategy={self._strategy!r}, which can't be sent. Pass 'auto' or "
                f"None, or run the trials in this process."
            )
        setting = dataclasses.replace(
            self._setting, strategy=None, validation_data=None, advance=_tell_nobody
        )
        return {
            "setting": setting,
            "strategy": self._strategy,
            "validation_data": self._validation_data,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take what was sent; what is made of it may fail in ways of the user's own, so later."""
        self._setting = state["setting"]
        self._strategy = state["strategy"]
        self._validation_data = state["validation_data"]
        self._is_made = False

    def _make(self) -> None:
        """Make here what wasn't sent."""
        data = held_out_data(self._validation_data)
        self._setting = dataclasses.replace(
            self._setting,
            strategy=make_strategy(self._strategy),
            validation_data=data,
            held_out=held_out_facts(data),
        )
        self._is_made = True


def _tell_nobody(plan: TrialPlan, fraction: float) -> None:
    """Do nothing."""
