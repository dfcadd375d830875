"""What the attempts of a run make up together: which of them hold, and what they cost."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from scaling_keras.events import schema
from scaling_keras.events.records import RunRecord


def holding(facts: Mapping[int, schema.RunFacts]) -> list[int]:
    """Return the attempts that the run's weights went through, the newest first.

    An attempt goes on from `n_examples_before`; one that began there or later belongs to weights
    that are gone.

    Args:
        facts: Attempt to its facts.
    """
    held: list[int] = []
    begin = math.inf
    for attempt in sorted(facts, reverse=True):
        if facts[attempt].n_examples_before < begin:
            held.append(attempt)
            begin = facts[attempt].n_examples_before
    return held


def flops_at(
    facts: schema.RunFacts,
    result: schema.RunResult | None,
    n_examples: float,
    curve: npt.NDArray[np.float64] | None = None,
) -> float | None:
    """Return the FLOPs of a run when it had seen so many examples; None if unknown.

    What earlier attempts cost is in the facts; where it isn't, they were as dear as this one.

    Args:
        facts: Those of the attempt that saw the last of the examples.
        result: Its result, whose total is measured where padding takes a share that the facts can
            only guess; None if it is not over.
        n_examples: Examples, those of earlier attempts included.
        curve: The run's points of `FLOPS_METRIC`, which are measured likewise; None without any.
    """
    before, n_before = facts.train_flops_before, facts.n_examples_before
    if before is None:
        before, n_before = 0.0, 0
    measured = _measured(facts, result, curve, n_before)
    for (n_a, flops_a), (n_b, flops_b) in itertools.pairwise([(n_before, before), *measured]):
        if n_examples <= n_b:
            return flops_b + (flops_b - flops_a) / (n_b - n_a) * (n_examples - n_b)
    if measured:
        n_last, last = measured[-1]
        return last + (last - before) / (n_last - n_before) * (n_examples - n_last)
    flops = facts.train_flops_per_example
    return None if flops is None else before + flops * (n_examples - n_before)


def _measured(
    facts: schema.RunFacts,
    result: schema.RunResult | None,
    curve: npt.NDArray[np.float64] | None,
    n_before: float,
) -> list[tuple[float, float]]:
    """Return examples and FLOPs where an attempt measured them, by rising examples.

    Args:
        facts: See `flops_at`.
        result: See `flops_at`.
        curve: See `flops_at`.
        n_before: Where the attempt went on.
    """
    places = {} if curve is None else {n: c for n, at, c in curve if at >= facts.start_time}
    if result is not None and result.train_flops is not None:
        places[result.n_examples] = result.train_flops
    return sorted((float(n), float(c)) for n, c in places.items() if n > n_before)


def flops_before(earlier: RunRecord, n_examples: int) -> float | None:
    """Return what a run had cost where an attempt goes on with it; None if nothing tells.

    Args:
        earlier: What the earlier attempts wrote.
        n_examples: Examples that the weights have seen.
    """
    if not n_examples:
        return 0.0
    begun = (
        attempt for attempt, each in earlier.facts.items() if each.n_examples_before < n_examples
    )
    last = max(begun, default=None)
    if last is None:
        return None
    result = earlier.results.get(last)
    if result is not None and result.n_examples < n_examples:
        return None  # The weights have seen more than the run did.
    curve = earlier.curves.get(schema.FLOPS_METRIC)
    return flops_at(earlier.facts[last], result, n_examples, curve)


def flops_course(facts: Mapping[int, schema.RunFacts]) -> tuple[tuple[float, float], ...]:
    """Return examples seen and FLOPs spent where one attempt took over from another, in order.

    Args:
        facts: Attempt to its facts.
    """
    course: list[tuple[float, float]] = []
    for attempt in holding(facts):
        before = facts[attempt].train_flops_before
        if not before:
            break  # Nothing was seen before it, or what it cost isn't known.
        course.append((float(facts[attempt].n_examples_before), before))
    return tuple(reversed(course))
