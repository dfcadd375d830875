"""Go on with a run that an earlier attempt began: what its weights saw, what its curves say."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scaling_keras.errors import ScalingWarning
from scaling_keras.events import schema
from scaling_keras.events.assembling import choose_losses, merge_attempts
from scaling_keras.events.records import RunRecord


class StepsCurve:
    """Says which points of the optimizer's steps must be written, so that all can be told.

    While each step sees as many examples as the one before, two points tell all that follow. A
    point is written where it leaves the line through the two before it; `examples_at` follows the
    same lines.

    Args:
        n_examples: Examples that were seen when the attempt began.
        steps: The optimizer's steps then.
    """

    def __init__(self, n_examples: int, steps: int) -> None:
        self._before = (n_examples, steps)
        self._last = (n_examples, steps)

    def must_write(self, n_examples: int, steps: int) -> bool:
        """Return whether a point is to be written, and take it for written if so."""
        expected = _along((self._before, self._last), steps)
        if self._before != self._last and round(expected) == n_examples:
            return False
        self._before, self._last = self._last, (n_examples, steps)
        return True


def examples_before(earlier: RunRecord, steps: int | None, run_dir: Path) -> int:
    """Return the examples that a model has seen in earlier attempts of its run.

    Args:
        earlier: What the run's directory holds of them.
        steps: The optimizer's count of steps, which is restored with the weights; None without
            an optimizer.
        run_dir: The run's directory, for messages.

    Returns:
        The examples that the run had seen at that step; 0 for a model that begins anew. Where an
        attempt was killed, that may be beyond its last point. A run that is replaced and steps
        that nobody logged are warned of.
    """
    recorded = earlier.curves.get(schema.ITERATIONS_METRIC)
    if not steps or recorded is None or not len(recorded):
        if any(result.status == "completed" for result in earlier.results.values()):
            warn(
                f"A run directory holds one run. Received: {str(run_dir)!r}, which holds a "
                f"completed one, for a model that begins anew and takes its place. Give each run "
                f"a `log_dir` of its own."
            )
        return 0
    n_examples = round(examples_at(merge_attempts(recorded, earlier.facts), steps))
    last = max(earlier.facts, default=0)
    if last not in earlier.results:
        return n_examples  # It was killed: its weights may be newer than its last point.
    most = earlier.results[last].n_examples
    if n_examples <= most + _examples_per_step(earlier.facts.get(last)):
        return min(n_examples, most)  # Keras counts one too many an epoch of unknown length.
    warn(
        f"A run's examples are counted while ScalingLogger is there. Received: a model after "
        f"{steps:,} optimizer steps, which make {n_examples:,} examples, of which the run recorded "
        f"{most:,}. The others are missing in its log; give a new `log_dir` to begin a new run."
    )
    return most


def examples_at(curve: npt.NDArray[np.float64], steps: int) -> float:
    """Return the examples seen at a step of the optimizer; see `StepsCurve`.

    Args:
        curve: Examples, wall time and steps at the points that were written, by rising examples.
        steps: The step.
    """
    points = [(0.0, 0.0), *zip(curve[:, 0], curve[:, 2], strict=True)]
    index = int(np.searchsorted(curve[:, 2], steps, side="right"))
    line = (points[max(index - 1, 0)], points[max(index, 1)])
    # Not beyond what the next point saw: the line may pass it where a step saw less.
    most = points[index + 1][0] if index + 1 < len(points) else np.inf
    return float(min(_along(line, steps), most))


def losses_of_attempts(
    earlier: RunRecord,
    facts: schema.RunFacts,
    points: Mapping[str, Sequence[tuple[float, float, float]]],
) -> dict[str, dict[str, float]]:
    """Return the final, best and tail loss of each metric over all attempts of a run.

    Args:
        earlier: What the run's directory holds of the earlier attempts.
        facts: The facts of this one.
        points: Metric to its points of this one: examples seen, wall time, value.
    """
    all_facts = {**earlier.facts, facts.attempt: facts}
    losses = {}
    for name in sorted({*points, *earlier.curves} - schema.OWN_METRICS):
        own = np.array(points.get(name, []), dtype=np.float64).reshape(-1, 3)
        merged = merge_attempts(np.concatenate([earlier.curves.get(name, own[:0]), own]), all_facts)
        if len(merged):
            losses[name] = choose_losses(merged)
    return losses


def warn(message: str) -> None:
    """Warn of something doubtful in the log."""
    warnings.warn(message, ScalingWarning, stacklevel=2)


def _along(line: tuple[tuple[float, float], tuple[float, float]], steps: float) -> float:
    """Return the examples at a step on the line through two points, level if they are one."""
    (examples_a, steps_a), (examples_b, steps_b) = line
    slope = (examples_b - examples_a) / (steps_b - steps_a) if steps_b > steps_a else 0.0
    return examples_b + slope * (steps - steps_b)


def _examples_per_step(facts: schema.RunFacts | None) -> int:
    """Return the examples of an optimizer step; 0 if unknown."""
    return 0 if facts is None else (facts.batch_size or 0) * facts.examples_per_item
