"""Whether a search that has ended has trained anything that a law can be of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scaling_keras.errors import SweepError
from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.objective import not_among
from scaling_keras.tuner.sweep import Course

_FAILS_MIRRORED = "`merge_call` called while"
"""In what TensorFlow says of an optimizer that decides in the graph whether to make its step."""


def check_end(
    outcomes: Sequence[TrialOutcome],
    ended: Mapping[str, TrialOutcome],
    objective: str,
    course: Course,
) -> None:
    """Raise a `SweepError` if no trial was run, every one went wrong, or none has the objective.

    Args:
        outcomes: How the trials of this search ended.
        ended: How those of earlier searches did, by name.
        objective: The metric that the law will be of.
        course: What handed out the trials.
    """
    everything = [*outcomes, *ended.values()]
    completed = [outcome for outcome in everything if outcome.status == "completed"]
    if not everything:
        said = [finding.message for finding in course.findings]
        reason = course.reason or "its executor asked for none"
        raise SweepError(
            f"A search must train at least one trial. Received: a sweep that ended without any, "
            f"because {reason}. {' '.join([*said, 'Correct that, and search again.'])}"
        )
    if not completed:
        reason = everything[0].reason or everything[0].status
        raise SweepError(
            f"At least one trial of a sweep must complete. Received: {len(everything)} that did "
            f"not, the first because: {reason.rstrip('.')}. {_advice(reason)}, and search again."
        )
    names = {name for outcome in completed for name in outcome.metrics}
    if objective not in names:
        raise not_among(objective, names)


def _advice(reason: str) -> str:
    """Return what to do about the reason for which a trial failed."""
    if _FAILS_MIRRORED in reason:
        return "That optimizer can't be mirrored: pass distribution_strategy=None"
    return "Correct that"
