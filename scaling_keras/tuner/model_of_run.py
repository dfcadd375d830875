"""Whether the model of a run on disk is the one that is built now, as far as its facts tell."""

from __future__ import annotations

import math

from scaling_keras.callbacks.run_facts import versions
from scaling_keras.counting.model_count import ModelCount
from scaling_keras.events.records import RunRecord

_FLOPS = "train_flops_per_example"
_SAME = 1e-6
"""Relative difference of FLOPs that rounding may make."""


def differences(record: RunRecord, counted: ModelCount) -> dict[str, tuple[float, float]]:
    """Return in what a run was trained with another model: fact to what it was, and is now.

    FLOPs are compared only where both were counted in the same way: from the graph, by the same
    versions of all packages, and for a run whose loss left no places of its examples out.

    Args:
        record: A run that has ended.
        counted: What is built for it now.
    """
    attempt = max(record.facts, default=0)
    facts, result = record.facts.get(attempt), record.results.get(attempt)
    if facts is None or result is None:
        return {}
    pairs: dict[str, tuple[float | None, float | None]] = {
        "n_params": (facts.n_params.get("trainable"), counted.n_params),
        _FLOPS: (facts.train_flops_per_example, counted.train_flops_per_example),
    }
    found = {
        name: (was, now)
        for name, (was, now) in pairs.items()
        if was is not None and now is not None and not math.isclose(was, now, rel_tol=_SAME)
    }
    are_counted_alike = (
        facts.flops_method == counted.flops_method == "graph"
        and not counted.uncounted
        and result.n_examples == facts.planned_examples
    )
    # Versions last: they are looked up on the disk.
    if _FLOPS in found and not (are_counted_alike and facts.versions == versions()):
        del found[_FLOPS]
    return found
