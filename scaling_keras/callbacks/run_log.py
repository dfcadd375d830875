"""What a `fit` has logged: the one writer of a run directory, its facts and its points."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import keras

from scaling_keras.callbacks import run_facts
from scaling_keras.callbacks.examples_seen import ExamplesSeen
from scaling_keras.callbacks.loss_values import loss_reduction
from scaling_keras.callbacks.performance import Performance, device_facts
from scaling_keras.callbacks.resuming import (
    Standing,
    StepsCurve,
    iterations_of,
    losses_of_attempts,
    standing_after_fit,
    standing_in_run,
    warn,
)
from scaling_keras.callbacks.run_cost import RunCost, cost_of_model
from scaling_keras.callbacks.run_dir import RunDir
from scaling_keras.events import schema
from scaling_keras.events.attempts import flops_at, flops_before
from scaling_keras.events.writer import RunWriter

Measure: TypeAlias = Callable[[keras.Model, int], Mapping[str, float]]
"""From the model and the examples in an item to values by name."""

PointHook: TypeAlias = Callable[["RunLog", float | None], Mapping[str, float]]
"""From the log that a point was just written to, and the share of the `fit` that is done (None if
unknown), to values to write beside it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class RecordingOptions:
    """What the user has to say of a run.

    Attributes:
        claim_run_dir: Returns the run's directory; called when the first step is about to run.
        owns_run_dir: See `RunDir`.
        has_made_its_steps: Returns whether the training made all steps that were planned, so that
            it is complete whatever they held; None where examples are planned and no steps.
        standing: What this model had been through after its last `fit` in the run; None if it had
            none, to find out from what earlier attempts wrote.
        n_examples_before: Examples that it saw before the run; None if the user doesn't say.
        facts: Fields of `RunFacts` that only the user knows.
        example_unit: What one example is; None to find out.
        examples_per_item: Examples in an item of a batch; None to find out.
        train_flops_per_example: FLOPs of one example; None to count them.
        scalars: Whether points are also written as TensorBoard's own scalars.
        peak_flops_per_second: What one device can do at most; None to look it up.
        measures: Functions that give more values at the end of an epoch.
        on_point: Called after each point.
    """

    claim_run_dir: Callable[[], Path]
    standing: Standing | None = None
    owns_run_dir: Callable[[], bool] | None = None
    has_made_its_steps: Callable[[], bool] | None = None
    n_examples_before: int | None = None
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    example_unit: str | None = None
    examples_per_item: int | None = None
    train_flops_per_example: float | None = None
    scalars: bool = False
    peak_flops_per_second: float | None = None
    measures: Sequence[Measure] = ()
    on_point: Sequence[PointHook] = ()


class RunLog:
    """Writes one attempt of a run; opened before its first step changes the optimizer's count.

    Args:
        model: The model that is trained.
        options: What the user has to say.

    Attributes:
        model: The model.
        run_dir: The run's directory.
        n_before: Examples that the model saw in earlier attempts.
        standing_at_begin: What it had been through when the attempt began.
        standing: What it has been through as of the last point.
        facts: The facts, once they are written.
        points: Metric to its points: examples seen, wall time, value.
    """

    def __init__(self, model: keras.Model, options: RecordingOptions) -> None:
        self.model = model
        self.facts: schema.RunFacts | None = None
        self.points: dict[str, list[tuple[float, float, float]]] = {}
        self._options = options
        self._place = RunDir(options.claim_run_dir(), is_ours=options.owns_run_dir)
        self.run_dir = self._place.path
        self._writer = RunWriter(self.run_dir, scalars=options.scalars)
        steps = iterations_of(model)
        last = options.standing
        if last is None or 0 < (steps or 0) < (last.steps or 0):  # Its weights were restored.
            self.standing = standing_in_run(
                self._writer.earlier, steps, self.run_dir, given=options.n_examples_before
            )
        else:
            self.standing = standing_after_fit(last, steps)
        self.n_before = self.standing.n_examples
        self.standing_at_begin = self.standing
        self._steps_curve = StepsCurve(self.n_before, steps or 0)
        self._steps_before = steps or 0
        self._performance = Performance(flops_per_example=None, peak=None)
        self._cost: RunCost | None = None
        self._seen: ExamplesSeen | None = None
        self._costs_other_than_foretold = False

    @property
    def planned_examples(self) -> int | None:
        """Examples that the run is meant to see; None if nobody said."""
        return None if self.facts is None else self.facts.planned_examples

    @property
    def has_rate_changed(self) -> bool:
        """Whether the learning rate was another at a point than at the first."""
        return self._performance.has_rate_changed

    def write_facts(
        self,
        seen: ExamplesSeen,
        *,
        data_specs: Any,
        batch_size: int | None,
        items_per_step: int | None,
        start_time: float,
        steps: int,
    ) -> None:
        """Write the facts; see `schema.RunFacts`.

        Args:
            seen: What the first steps have shown of the examples.
            data_specs: What `train_step` takes; None if unknown.
            batch_size: Items per optimizer step; None if unknown.
            items_per_step: Items per training step, likewise.
            start_time: When the `fit` began, seconds since the epoch.
            steps: Training steps since.
        """
        options, model = self._options, self.model
        counted, self._cost = cost_of_model(
            model,
            data_specs,
            seen,
            example_unit=options.example_unit,
            train_flops_per_example=options.train_flops_per_example,
            items_per_step=items_per_step,
        )
        strategy = run_facts.strategy_facts(model)
        facts = schema.RunFacts(
            attempt=self._writer.attempt,
            model_name=model.name,
            batch_size=batch_size,
            loss_reduction=loss_reduction(model),
            dtype_policy=model.dtype_policy.name,
            optimizer=run_facts.optimizer_facts(model),
            learning_rate_schedule=run_facts.schedule_facts(model),
            n_examples_before=self.n_before,
            train_flops_before=flops_before(self._writer.earlier, self.n_before),
            unrecorded_steps=self.standing.unrecorded_steps,
            versions=run_facts.versions(),
            start_time=self._writer.after_earlier(start_time),
            **counted,
            **strategy,
            **device_facts(strategy["device_kind"], model, options.peak_flops_per_second),
            **options.facts,
        )
        self._writer.write_facts(facts)
        begin = self.standing_at_begin
        if begin.n_examples or begin.steps:
            self._writer.write_point(
                begin.n_examples, {schema.ITERATIONS_METRIC: float(begin.steps or 0)}
            )
        self.facts, self._seen = facts, seen
        seen.examples_per_item = facts.examples_per_item
        if steps:
            self._warn(facts, seen)
        peak = facts.peak_flops_per_second
        self._performance = Performance(
            flops_per_example=facts.train_flops_per_example,
            peak=None if peak is None else peak * facts.n_replicas,
        )
        self._performance.begin(steps, self.n_before + seen.examples(seen.items.seen()))

    def _warn(self, facts: schema.RunFacts, seen: ExamplesSeen) -> None:
        """Warn of what the facts can't say, or say of another thing than fits suppose."""
        name = self.model.name
        if facts.train_flops_per_example is None and facts.flops_reason:
            warn(
                f"ScalingLogger must know the FLOPs of an example to tell what a run costs. "
                f"Received: {name!r}, where {facts.flops_reason}. Its cost is logged as "
                f"unknown; pass `train_flops_per_example` where you know it."
            )
        if facts.loss_reduction:
            warn(
                f"ScalingLogger must know the loss of an example. Received: {name!r}, compiled "
                f"with a loss of reduction='sum', which grows with the batch. It is logged as it "
                f"is, and not fitted among means; leave `reduction` as it is by default."
            )
        if seen.may_hold_padding():
            warn(
                f"ScalingLogger must see what a loss averages over to leave padding out. Received: "
                f"{name!r}, which pads or varies in its places, and whose `train_step` never "
                f"calls `compute_loss`. All its places are counted as examples; compute the loss "
                f"by `self.compute_loss`, or pass `examples_per_item` if all of them count."
            )

    def resume_clock(self) -> None:
        """Training goes on."""
        if self.facts is not None:
            self._performance.clock.resume()

    def pause_clock(self) -> None:
        """Something else than training begins."""
        self._performance.clock.pause()

    def write_point(
        self,
        n_examples: int,
        values: Mapping[str, float],
        *,
        steps: int,
        end: float | None = None,
    ) -> None:
        """Write a point, and beside it what the log itself has to say there.

        Args:
            n_examples: Examples that the run has seen.
            values: Metric to its value.
            steps: Training steps since the `fit` began.
            end: Examples that the run will have seen at its end; None if unknown.
        """
        own = self._performance.measure(self.model, steps, n_examples)
        own |= self._due_steps(n_examples)
        own |= self._due_flops(n_examples, steps)
        wall_time = self._writer.write_point(n_examples, {**own, **values})
        for name, value in values.items():
            self.points.setdefault(name, []).append((n_examples, wall_time, value))
        for hook in self._options.on_point:
            more = hook(self, end)
            if more:
                self._writer.write_point(n_examples, more)

    def write_steps(self, n_examples: int, *, steps: int) -> None:
        """Write what a model that is saved now has seen and cost, unless that is told already.

        Args:
            n_examples: Examples that the run has seen.
            steps: Training steps since the `fit` began.
        """
        due = self._due_steps(n_examples) | self._due_flops(n_examples, steps)
        if due:
            self._writer.write_point(n_examples, due)

    def write_sign_of_life(self) -> None:
        """Write the last point's steps again, which changes nothing, to show that the run lives."""
        last = self.standing
        if self.facts is not None and last.steps is not None:
            self._steps_curve.take(last.n_examples, last.steps)
            self._writer.write_point(last.n_examples, {schema.ITERATIONS_METRIC: float(last.steps)})

    def _due_steps(self, n_examples: int) -> dict[str, float]:
        """Return the optimizer's steps where they must be written, and note them in any case."""
        steps = iterations_of(self.model)
        self.standing = dataclasses.replace(self.standing, n_examples=n_examples, steps=steps)
        if steps is None or not self._steps_curve.must_write(n_examples, steps):
            return {}
        return {schema.ITERATIONS_METRIC: float(steps)}

    def _due_flops(self, n_examples: int, steps: int) -> dict[str, float]:
        """Return what the run has cost, from where on that is another figure than its facts say."""
        facts = self.facts
        flops = self._train_flops(n_examples, self._seen, self._steps_of(steps))
        if facts is None or flops is None:
            return {}
        foretold = flops_at(facts, None, n_examples) or 0.0
        self._costs_other_than_foretold |= not math.isclose(flops, foretold)
        return {schema.FLOPS_METRIC: flops} if self._costs_other_than_foretold else {}

    def measure(self) -> dict[str, float]:
        """Return what is measured at the end of an epoch, beside Keras's metrics."""
        per_item = self.facts.examples_per_item if self.facts else 1
        values: dict[str, float] = {}
        for measure in self._options.measures:
            values |= measure(self.model, per_item)
        return values

    def losses(self) -> dict[str, dict[str, float]]:
        """Return the final, best and tail loss of each metric over all attempts."""
        if self.facts is None:
            return {}
        return losses_of_attempts(self._writer.earlier, self.facts, self.points)

    def write_result(
        self,
        result: schema.RunResult,
        seen: ExamplesSeen | None,
        *,
        steps: int,
        is_counted: bool,
    ) -> None:
        """Write the result, with its attempt, its end and its FLOPs, and close.

        Args:
            result: All else.
            seen: The examples seen.
            steps: Training steps since the `fit` began.
            is_counted: Whether the examples could be counted.
        """
        facts = self.facts
        self._writer.write_result(
            dataclasses.replace(
                result,
                attempt=facts.attempt if facts else 1,
                train_flops=(
                    self._train_flops(result.n_examples, seen, self._steps_of(steps))
                    if is_counted
                    else None
                ),
                end_time=time.time(),
            )
        )
        self.close()

    def _train_flops(self, n_examples: int, seen: ExamplesSeen | None, steps: int) -> float | None:
        """Return the FLOPs of the run: what it had cost before, and what this attempt cost.

        The facts had the lengths and the padding of the first batches; now those of all are known.
        """
        facts, cost = self.facts, self._cost
        if facts is None or facts.train_flops_per_example is None:
            return None
        here = 0 if seen is None else seen.examples(seen.items.seen())
        n_here = n_examples - self.n_before
        flops = facts.train_flops_per_example * n_here
        if seen is not None and cost is not None and here:
            flops = cost.total(seen.items.seen().items, seen.places(), steps)
            flops *= 1.0 if here == n_here else n_here / here
        before = facts.train_flops_before
        if before is None:  # Nothing tells, so as much for an example as here.
            each = flops / n_here if n_here else facts.train_flops_per_example
            before = each * self.n_before
        return before + flops

    def _steps_of(self, steps_called: int) -> int:
        """Return the training steps of this attempt, from those that were called for.

        Where several are made at a time, the last time of an epoch may have fewer, and the
        optimizer knows how many. Where one is, Keras lets the optimizer count one too many
        an epoch of unknown length.
        """
        per_execution = int(getattr(self.model, "steps_per_execution", 1))
        steps = iterations_of(self.model)
        if per_execution == 1 or steps is None:
            return steps_called
        accumulated = getattr(self.model.optimizer, "gradient_accumulation_steps", None) or 1
        return (steps - self._steps_before) * accumulated

    def close(self) -> None:
        """Let go of the file and the directory; what was written stays."""
        with contextlib.suppress(OSError):
            self._writer.close()
        self._place.release()
