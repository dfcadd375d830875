"""Go on with a run that an earlier attempt began: what its weights saw, what its curves say."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt

from scaling_keras.errors import ScalingWarning
from scaling_keras.events import schema
from scaling_keras.events.assembling import choose_losses, merge_attempts
from scaling_keras.events.records import RunRecord


@dataclasses.dataclass(frozen=True, kw_only=True)
class Standing:
    """What a model has been through.

    Attributes:
        n_examples: Examples that its run has seen.
        steps: The optimizer's count of steps; None without an optimizer.
        unrecorded_steps: That count, if the examples of some steps are in no log; 0 if all are.
    """

    n_examples: int = 0
    steps: int | None = None
    unrecorded_steps: int = 0


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
        self.take(n_examples, steps)
        return True

    def take(self, n_examples: int, steps: int) -> None:
        """Take a point for written."""
        if self._last != (n_examples, steps):
            self._before, self._last = self._last, (n_examples, steps)


def standing_in_run(
    earlier: RunRecord, steps: int | None, run_dir: Path, *, given: int | None = None
) -> Standing:
    """Return what a model has been through, from what earlier attempts of its run wrote.

    Args:
        earlier: What the run's directory holds of them.
        steps: The optimizer's count of steps, which is restored with the weights; None without
            an optimizer.
        run_dir: The run's directory, for messages.
        given: Examples that the weights had seen before the run, if the user says so.

    Returns:
        The examples that the run had seen at that step; `given` or 0 for a model that begins anew.
        Where an attempt was killed, that may be beyond its last point. A run that is replaced and
        steps that nobody logged are warned of.
    """
    if not steps:
        # One that could not count its examples has no losses, and nothing to lose.
        ended = [each for each in earlier.results.values() if each.losses]
        if given is None and any(each.status == "completed" for each in ended):
            warn(
                f"A run directory holds one run. Received: {str(run_dir)!r}, which holds a "
                f"completed one, for a model that begins anew and takes its place. Give each run "
                f"a `log_dir` of its own; for a model that was only compiled anew, pass "
                f"`n_examples_before`."
            )
        return Standing(n_examples=given or 0, steps=steps)
    curve = _curve_since_first_step(earlier)
    if not len(curve) or steps < curve[0, 2]:
        if given is None:
            _warn_of_unrecorded(steps, f"of which {str(run_dir)!r} holds no record")
        unrecorded = steps if given is None else 0
        return Standing(n_examples=given or 0, steps=steps, unrecorded_steps=unrecorded)
    n_examples = round(examples_at(curve, steps))
    last = max(earlier.facts, default=0)
    unrecorded = earlier.facts[last].unrecorded_steps if earlier.facts else 0
    if last in earlier.results:  # Else it was killed: its weights may be newer than its last point.
        most = earlier.results[last].n_examples
        if n_examples > most + _examples_per_step(earlier.facts.get(last)):
            _warn_of_unrecorded(
                steps, f"which make {n_examples:,} examples, of which its run recorded {most:,}"
            )
            unrecorded = steps
        n_examples = min(n_examples, most)  # Keras counts one too many an epoch of unknown length.
    return Standing(n_examples=n_examples, steps=steps, unrecorded_steps=unrecorded)


def standing_after_fit(last: Standing, steps: int | None) -> Standing:
    """Return what a model has been through, whose earlier `fit` the same logger has seen.

    Args:
        last: What it had been through at the end of that.
        steps: The optimizer's steps now; fewer than then if it was compiled anew.
    """
    unrecorded = last.unrecorded_steps
    if steps and last.steps is not None and steps > last.steps:
        _warn_of_unrecorded(steps, f"of which {steps - last.steps:,} were made without the logger")
        unrecorded = steps
    return dataclasses.replace(last, steps=steps, unrecorded_steps=unrecorded)


def _curve_since_first_step(earlier: RunRecord) -> npt.NDArray[np.float64]:
    """Return examples, wall time and steps at the points since the optimizer's count began.

    It begins anew where the model was compiled anew. Where the count begins with no step, the
    curve does, too; else what comes before its first point is unknown.
    """
    recorded = earlier.curves.get(schema.ITERATIONS_METRIC)
    if recorded is None or not len(recorded):
        return np.empty((0, 3))
    curve = merge_attempts(recorded, earlier.facts)
    falls = np.flatnonzero(np.diff(curve[:, 2]) < 0)
    curve = curve[falls[-1] + 1 :] if len(falls) else curve
    begins = {facts.n_examples_before for facts in earlier.facts.values()}
    if len(falls) or curve[0, 0] in begins:
        return curve
    return np.concatenate([np.zeros((1, 3)), curve])


def _warn_of_unrecorded(steps: int, what: str) -> None:
    """Warn that nobody knows how many examples a model has seen."""
    warn(
        f"ScalingLogger must know how many examples a model has seen. Received: a model after "
        f"{steps:,} optimizer steps, {what}; fits will leave its run out. Give the `log_dir` of "
        f"the run that it goes on from, or `n_examples_before`: 0 to count from here, as in "
        f"fine-tuning."
    )


def examples_at(curve: npt.NDArray[np.float64], steps: int) -> float:
    """Return the examples seen at a step of the optimizer; see `StepsCurve`.

    Args:
        curve: Examples, wall time and steps at the points that were written, by rising examples,
            the first of them where the steps began.
        steps: The step, none before the first point.
    """
    points = list(zip(curve[:, 0], curve[:, 2], strict=True))
    last = int(np.searchsorted(curve[:, 2], steps, side="right")) - 1
    # Up to the second point it is the line through the first two.
    line = (points[max(last - 1, 0)], points[last if last else min(1, len(points) - 1)])
    # Not beyond what the next point saw: the line may pass it where a step saw less.
    most = points[last + 1][0] if last + 1 < len(points) else np.inf
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


def iterations_of(model: keras.Model) -> int | None:
    """Return the optimizer's count of steps; None without an optimizer."""
    iterations = getattr(getattr(model, "optimizer", None), "iterations", None)
    return None if iterations is None else int(iterations.numpy())
