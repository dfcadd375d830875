"""How much of what trials were planned to see they turned out to see."""

from __future__ import annotations

from collections.abc import Iterable

from scaling_keras.runs import RunTable


def share_seen(trials: Iterable[tuple[float, float]]) -> float:
    """Return the examples that trials saw over those that were planned, all taken together.

    Places that a mask or a weight of zero leaves out are no examples, and batches may not be full.
    Laws are of what runs saw, so that a run to come is put at this share of what is planned for it.

    Args:
        trials: Examples seen and examples planned of each; one of which either isn't known, which
            is then 0, doesn't count.

    Returns:
        A positive number; 1 where nothing is known.
    """
    known = [(seen, planned) for seen, planned in trials if seen > 0 and planned > 0]
    return sum(seen for seen, _ in known) / sum(planned for _, planned in known) if known else 1.0


def share_seen_by(runs: RunTable) -> float:
    """Return the share of runs that have completed, by what each recorded as planned."""
    return share_seen(
        (run.n_examples, run.facts.get("planned_examples") or 0)
        for run in runs
        if run.status == "completed"
    )
