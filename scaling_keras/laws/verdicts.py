"""Predicted against reached: the check that every extrapolation gets."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from typing import Any

from scaling_keras.runs import Run


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was predicted of a run before it was trained, and what it reached.

    Attributes:
        run: Name of the run.
        n_params: Its parameters, under the convention of the table of runs.
        n_examples: Examples it saw.
        train_flops: What it cost.
        predicted: The loss that was predicted.
        low: Lower end of the interval.
        high: Upper end.
        level: What the interval was meant to contain.
        reached: The loss that it reached.
        best_before: The lowest loss among the runs of the fit: the guess of who has no law.
        extrapolation: How far the prediction lay beyond the runs of the fit.
    """

    run: str
    n_params: float
    n_examples: float
    train_flops: float
    predicted: float
    low: float
    high: float
    level: float
    reached: float
    best_before: float
    extrapolation: float

    @property
    def is_inside(self) -> bool:
        """Whether the interval held what was reached."""
        return self.low <= self.reached <= self.high

    @property
    def error(self) -> float:
        """What was reached over what was predicted, minus 1; negative if the loss was lower."""
        return self.reached / self.predicted - 1

    @property
    def baseline_error(self) -> float:
        """The same over the lowest loss so far, which one would guess without a law."""
        return self.reached / self.best_before - 1

    def to_dict(self) -> dict[str, Any]:
        """Return the fields and what follows from them, for JSON."""
        return {
            **dataclasses.asdict(self),
            "is_inside": self.is_inside,
            "error": self.error,
            "baseline_error": self.baseline_error,
        }


def verdicts(runs: Iterable[Run]) -> tuple[Verdict, ...]:
    """Return the verdict on each completed run that recorded a prediction with an interval.

    Left out are predictions of another metric than the runs' losses.

    Args:
        runs: Runs as `read_runs` gives them.
    """
    return tuple(
        _verdict(run)
        for run in runs
        if run.status == "completed" and math.isfinite(run.loss) and _is_whole(run)
    )


def _is_whole(run: Run) -> bool:
    """Return whether a run recorded a prediction of its loss, none of its numbers missing."""
    prediction = run.facts.get("prediction")
    return (
        isinstance(prediction, Mapping)
        and all(prediction.get(name) is not None for name in ("loss", "low", "high", "level"))
        # Those of an earlier scaling_keras don't say.
        and prediction.get("loss_name", run.loss_name) == run.loss_name
    )


def _verdict(run: Run) -> Verdict:
    """Return the verdict on a run that recorded a prediction."""
    prediction = run.facts["prediction"]
    best_before, extrapolation = prediction.get("best_before"), prediction.get("extrapolation")
    return Verdict(
        run=run.name,
        n_params=run.n_params,
        n_examples=run.n_examples,
        train_flops=run.train_flops,
        predicted=prediction["loss"],
        low=prediction["low"],
        high=prediction["high"],
        level=prediction["level"],
        reached=run.loss,
        best_before=math.nan if best_before is None else best_before,
        extrapolation=math.nan if extrapolation is None else extrapolation,
    )
