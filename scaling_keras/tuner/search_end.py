"""What the trials of a search must have come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scaling_keras.errors import SweepError
from scaling_keras.tuner.executors.interface import TrialOutcome


def check_any_completed(
    outcomes: Sequence[TrialOutcome], ended: Mapping[str, TrialOutcome], objective: str
) -> None:
    """Raise a `SweepError` if every trial went wrong, or none has the objective."""
    everything = [*outcomes, *ended.values()]
    completed = [outcome for outcome in everything if outcome.status == "completed"]
    if everything and not completed:
        raise SweepError(
            f"At least one trial of a sweep must complete. Received: {len(everything)} that did "
            f"not, the first because: "
            f"{(everything[0].reason or everything[0].status).rstrip('.')}. Correct that, and "
            f"search again."
        )
    names = sorted({name for outcome in completed for name in outcome.metrics})
    if completed and objective not in names:
        raise SweepError(
            f"`objective` must be a metric that the runs have. Received: {objective!r}; they have "
            f"{', '.join(names)}. Name one of those; what has been trained is kept."
        )
