"""The one writer of a `fit`: turns what happens in it into a run's facts, points and result."""

from __future__ import annotations

import contextlib
import math
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from scaling_keras.callbacks import fit_end, run_facts
from scaling_keras.callbacks.example_counter import COUNT_ADVICE, Seen
from scaling_keras.callbacks.examples_seen import ExamplesSeen
from scaling_keras.callbacks.fit_arguments import (
    epochs_show_the_data,
    length_may_change,
    running_fit,
)
from scaling_keras.callbacks.fit_watch import FitWatch
from scaling_keras.callbacks.point_schedule import PointSchedule
from scaling_keras.callbacks.resuming import Standing, warn
from scaling_keras.callbacks.run_log import RecordingOptions, RunLog
from scaling_keras.events import schema
from scaling_keras.events.assembling import HELD_OUT_LOSS, TRAINING_LOSS


class Recording:
    """Writes one `fit`, which it watches from `begin` to its end, however that comes.

    No method raises: logging that fails warns once and then lets the training be. Where the user
    has made warnings errors, that one is raised, as those of Keras are.

    Args:
        model: A compiled model, about to train.
        params: The `params` that Keras hands to callbacks.
        options: What the user has to say.
    """

    def __init__(
        self, model: keras.Model, params: Mapping[str, Any], options: RecordingOptions
    ) -> None:
        self.model = model
        self._params = params
        self._process = os.getpid()
        self._options = options
        self._start_time = time.time()
        self._start_clock = time.monotonic()
        self._watch = FitWatch(model, self)
        self._schedule = PointSchedule()
        self._log: RunLog | None = None
        self._seen: ExamplesSeen | None = None
        self._miscount = ""
        self._data_specs: Any | None = None
        self._n_examples_here = 0
        self._items_per_execution = 0.0
        self._executions_at_resume = 0
        self._last = self._before_last = Seen()
        self._epochs_done = 0
        self._initial_epoch = 0
        self._calls_in_epoch = 0
        self._short_epoch: tuple[int, int] | None = None
        self._epochs_show_data = self._length_may_change = False
        self._examples_at_epoch_begin = 0
        self._dataset_size: int | None = None
        self._is_inside_epoch = False
        self._is_loss_known = True
        self._is_over = False
        self.failure = ""
        """Why nothing more is written of a `fit` that has not ended; empty while all is well."""

    @property
    def run_dir(self) -> Path | None:
        """The run's directory; None before its first step."""
        return self._log.run_dir if self._log else None

    @property
    def n_examples(self) -> int:
        """Examples seen since the run's first attempt began, as of the last point."""
        return (self._log.n_before if self._log else 0) + self._n_examples_here

    @property
    def standing(self) -> Standing | None:
        """What the model had been through as of the last point; None before its first step."""
        return self._log.standing if self._log else None

    def begin(self) -> None:
        """Begin to watch; called from within `on_train_begin`. Nothing is written yet."""
        self._quietly(self._start)

    def _start(self) -> None:
        """Begin to watch, and look at what the `fit` was called with."""
        self._watch.start()
        arguments = running_fit()
        self._epochs_show_data = epochs_show_the_data(arguments)
        self._length_may_change = length_may_change(arguments)

    def before_step(self, iterator: Any) -> None:
        """See `fit_watch.Watcher`."""
        self._calls_in_epoch += 1
        if self._seen is None:
            self._quietly(self._open, iterator)
        if self._seen is not None and self._seen.items.is_paused:
            self._quietly(self._seen.items.resume)
            self._executions_at_resume = self._schedule.executions
            if self._log is not None:
                self._log.resume_clock()

    def after_step(self) -> None:
        """See `fit_watch.Watcher`."""
        self._schedule.executions += 1
        if self._log is None or self._log.facts is None:
            self._quietly(self._meet_batch)
        elif self._schedule.may_be_due and self._schedule.is_due(self._executions_per_epoch()):
            self._quietly(self._write_inside_epoch)

    def on_end_of_data(self) -> None:
        """See `fit_watch.Watcher`."""
        if self._seen is not None and self._steps_per_execution == 1:
            self._quietly(self._drop_step_without_data)

    def before_reset(self) -> None:
        """See `fit_watch.Watcher`."""
        if self._seen is not None and self._log is not None:
            self._quietly(self._seen.items.pause)
            self._log.pause_clock()

    def on_compute_loss(self, compute: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """See `fit_watch.Watcher`."""
        if self._seen is None or self._is_over:
            return compute(*args, **kwargs)
        self._quietly(self._seen.before_loss, *args, **kwargs)
        try:
            loss = compute(*args, **kwargs)
        finally:
            self._seen.stop_loss()
        self._quietly(self._seen.after_loss, loss)
        return loss

    def after_test_step(self) -> None:
        """See `fit_watch.Watcher`."""
        if self._log is not None and self._schedule.is_sign_of_life_due:
            self._quietly(self._log.write_sign_of_life)
            self._schedule.sign_of_life_given()

    def before_save(self) -> None:
        """See `fit_watch.Watcher`."""
        self._quietly(self._write_steps)

    def on_step_error(self, error: BaseException) -> None:
        """See `fit_watch.Watcher`."""
        if isinstance(error, Exception):
            self._quietly(self._drop_failed_step)
        self.on_error(error)

    def on_error(self, error: BaseException | None) -> None:
        """See `fit_watch.Watcher`."""
        if os.getpid() != self._process:
            return  # A fork of the training ends; the training itself goes on.
        self._quietly(self._finish, *fit_end.end_of_raised_fit(error))

    def begin_epoch(self, epoch: int) -> None:
        """The epoch of this index, from 0, begins."""
        if not self._schedule.executions:
            self._initial_epoch = epoch
        self._schedule.begin_epoch()
        self._calls_in_epoch = 0
        self._is_inside_epoch = False
        self._before_last = self._last
        self._examples_at_epoch_begin = self._n_examples_here
        self._quietly(self._watch.watch_train_function)

    def begin_test(self) -> None:
        """The validation of an epoch begins."""
        self._quietly(self._watch.watch_test_function)

    def end_epoch(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """The epoch of this index, from 0, has ended with these metrics."""
        self._epochs_done = epoch + 1
        planned, done = self._executions_per_epoch(), self._schedule.executions_in_epoch
        is_short = planned is not None and done < planned
        if is_short and self._short_epoch is None and self._can_end_early:
            self._short_epoch = (epoch + 1, done)
        self._quietly(self._write_epoch, logs)
        if self._epochs_show_data and not self._short_epoch and not self._is_stopping:
            self._dataset_size = max(
                self._dataset_size or 0, self._n_examples_here - self._examples_at_epoch_begin
            )

    def write_now(self) -> bool:
        """Write a point of the training loss, whatever the schedule says; return whether it was."""
        if self._log is None or self._log.facts is None or self._miscount:
            return False
        self._quietly(self._write_inside_epoch)
        return not self._is_over

    def end(self) -> None:
        """The `fit` has come to its end."""
        self._quietly(self._end)

    @property
    def _can_end_early(self) -> bool:
        """Whether an epoch of fewer steps than the first was cut: else the data is shorter now."""
        return self._is_stopping or not self._length_may_change

    @property
    def _is_stopping(self) -> bool:
        """Whether a callback asked the `fit` to stop."""
        return bool(getattr(self.model, "stop_training", False))

    def _quietly(self, action: Callable[..., None], *args: Any, **kwargs: Any) -> None:
        """Run an action of the log; if it fails, warn, and leave the training alone from then on.

        An exception of any kind ends here: the fault is the log's, the disk's, or that of a model
        unlike any we know, and none of them is worth a training.
        """
        if self._is_over:
            return
        try:
            action(*args, **kwargs)
        except Exception as error:
            self._is_over = True
            self.failure = f"{type(error).__name__}: {error}"
            self._watch.stop()
            if self._log is not None:
                self._log.close()
            advice = "Give a `log_dir` that can be written. " if isinstance(error, OSError) else ""
            warn(
                f"ScalingLogger must be able to write down the training. Received: "
                f"{self.failure}. {advice}The training goes on without a log."
            )

    def _open(self, iterator: Any) -> None:
        """Open the run directory, before the first step changes the optimizer's count."""
        self._data_specs = run_facts.plain_specs(getattr(iterator, "element_spec", None))
        self._log = RunLog(self.model, self._options)
        self._seen = ExamplesSeen(
            self.model, self._data_specs, per_item=self._options.examples_per_item
        )

    def _meet_batch(self) -> None:
        """See how many items an execution takes; after the second, write the facts.

        A `PyDataset` shuffles its batches, so that one of them may be the partial one.
        """
        if self._seen is not None:
            items = self._seen.items.seen().items - self._items_per_execution
            self._items_per_execution = max(self._items_per_execution, items)
        if self._schedule.executions > 1:
            self._describe()

    def _describe(self) -> None:
        """Write the facts, once a step has built the model and shown what it trains on."""
        if self._log is None or self._seen is None:
            return
        if self._schedule.executions:
            self._miscount = self._seen.items.why_wrong(
                self._steps, run_facts.fixed_batch_size(self._data_specs)
            )
        self._log.write_facts(
            self._seen,
            data_specs=self._data_specs,
            batch_size=self._batch_size(),
            items_per_step=self._items_per_step(),
            start_time=self._start_time,
            steps=self._steps,
        )
        if self._miscount:
            warn(
                f"ScalingLogger must know how many examples a model has seen. Received: "
                f"{self.model.name!r}, where {self._miscount}. {COUNT_ADVICE} Until then "
                f"no points are logged."
            )

    @property
    def _steps(self) -> int:
        """Steps since the `fit` began, those that an execution had no data for included."""
        return self._schedule.executions * self._steps_per_execution

    @property
    def _steps_per_execution(self) -> int:
        return int(getattr(self.model, "steps_per_execution", 1))

    def _executions_per_epoch(self) -> int | None:
        """Return how often the training function runs in an epoch; None if unknown."""
        steps = self._params.get("steps")
        return None if steps is None else math.ceil(steps / self._steps_per_execution)

    def _batch_size(self) -> int | None:
        """Return the items of one optimizer step."""
        items = self._items_per_step()
        accumulated = getattr(self.model.optimizer, "gradient_accumulation_steps", None) or 1
        return None if items is None else items * accumulated

    def _items_per_step(self) -> int | None:
        """Return the items of one training step, as the first executions showed them."""
        if self._miscount:
            return None
        steps = min(self._steps_per_execution, self._params.get("steps") or math.inf)
        items = self._items_per_execution / steps
        return int(items) if items and items == int(items) else None

    def _write_inside_epoch(self) -> None:
        """Write a point of the training loss."""
        self._write_point({})
        self._is_inside_epoch = True

    def _write_steps(self) -> None:
        """Write what a model that is being saved has seen, so that it is known once restored."""
        if self._log is None or self._seen is None or not self._schedule.executions:
            return
        if self._log.facts is None:
            self._describe()
        if not self._miscount:
            n_examples = self._log.n_before + self._seen.examples(self._seen.items.seen())
            self._log.write_steps(n_examples, steps=self._steps)

    def _write_epoch(self, logs: Mapping[str, Any]) -> None:
        """Write the point of an epoch's end."""
        if not self._calls_in_epoch:
            raise RuntimeError(
                "an epoch ended without a call of `model.train_function`, which tells what was "
                "trained on; something has replaced it, or `fit`"
            )
        if not self._schedule.executions:
            return
        if self._log is None:
            return
        if self._log.facts is None:
            self._describe()
        values = {name: float(value) for name, value in logs.items() if _is_scalar(value)}
        if self._is_inside_epoch:
            # Keras's mean is over the epoch, which has points already: take the part since those.
            values.pop(TRAINING_LOSS, None)
        self._write_point({**values, **self._log.measure()}, is_last=True)

    def _write_point(self, values: Mapping[str, float], *, is_last: bool = False) -> None:
        """Write the metrics in `values`, and the training loss since the last point beside them.

        Keras gives the mean since the epoch began; the sums tell the part since the last point:
        `(loss_sum - last loss_sum) / (items - last items)`. The last point of an epoch may come
        soon after one inside, such as a single batch later; then the part is that since the point
        before.
        """
        if self._log is None or self._seen is None or self._miscount:
            return
        seen = self._seen.items.seen()
        since_last = seen.minus(self._last)
        self._n_examples_here = self._seen.examples(seen)
        if is_last and since_last.items and self._schedule.is_too_soon:
            since_last = seen.minus(self._before_last)
        if since_last.items and self._is_loss_known:
            values = {TRAINING_LOSS: since_last.mean_loss, **values}
        self._before_last, self._last = self._last, seen
        self._log.write_point(self.n_examples, values, steps=self._steps, end=self._end_of_run())
        self._schedule.point_written()

    def _end_of_run(self) -> float | None:
        """Return the examples that the run will have seen at its end; None if unknown."""
        plan = self._planned_examples()
        per_epoch, epochs = self._executions_per_epoch(), self._params.get("epochs")
        if plan is not None or not (per_epoch and epochs and self._schedule.executions):
            return plan
        n_before = self._log.n_before if self._log else 0
        planned = per_epoch * (int(epochs) - self._initial_epoch)
        return n_before + (self.n_examples - n_before) * planned / self._schedule.executions

    def _end(self) -> None:
        """Write the result of a `fit` that returned."""
        facts = self._log.facts if self._log else None
        progress = fit_end.Progress(
            epochs=int(self._params.get("epochs") or 0),
            epochs_done=self._epochs_done,
            executions_per_epoch=self._executions_per_epoch(),
            executions=self._schedule.executions,
            short_epoch=self._short_epoch,
            has_stopped=self._is_stopping,
            n_examples=self.n_examples,
            planned_examples=self._planned_examples(),
            leeway=self._leeway(facts),
        )
        self._finish(*fit_end.end_of_finished_fit(progress))

    def _leeway(self, facts: schema.RunFacts | None) -> int:
        """Return by how many examples a plan may be missed: a batch, unless it is one of steps."""
        if facts is None or self._options.has_made_its_steps is not None:
            return 0
        return (facts.batch_size or 0) * facts.examples_per_item

    def _planned_examples(self) -> int | None:
        """Return the examples that were planned, without padding: a plan can't know of that.

        None where steps were planned and all of them made: batches may not have been full.
        """
        plan = self._log.planned_examples if self._log else None
        if plan is None or self._seen is None or self._miscount:
            return None
        if self._options.has_made_its_steps is not None and self._options.has_made_its_steps():
            return None
        return round(plan * self._seen.share_counted())

    def _finish(self, status: str, reason: str) -> None:
        """Write the last point, the facts if they are still to come, and the result."""
        self._watch.stop()
        if self._log is None:
            self._is_over = True
            return  # Not one step was begun: there is no run.
        if self._log.facts is None:
            self._describe()
        self._write_last_point()
        losses = self._log.losses()
        diverged = fit_end.why_diverged(
            {
                name: losses[name]["final"]
                for name in (TRAINING_LOSS, HELD_OUT_LOSS)
                if name in losses
            }
        )
        if diverged and status != "failed":
            status, reason = "diverged", diverged
        if self._miscount and not reason:
            reason = f"the examples it has seen are unknown: {self._miscount}"
        elapsed = time.monotonic() - self._start_clock
        result = schema.RunResult(
            status=status,
            reason=reason,
            losses=losses,
            n_examples=self.n_examples,
            elapsed_seconds=elapsed,
            examples_per_second=self._n_examples_here / max(elapsed, 1e-9),
            dataset_size=self._dataset_size,
        )
        self._log.write_result(
            result,
            self._seen,
            steps=self._steps,
            is_counted=not self._miscount,
        )
        self._is_over = True

    def _drop_step_without_data(self) -> None:
        """Take the step that found no data out of the count, if it is in there.

        Where the data fixes the size of its batches the graph holds it as a constant, and Keras may
        count that before it finds that there is no batch.
        """
        batch_size = run_facts.fixed_batch_size(self._data_specs)
        if self._seen is not None and batch_size is not None:
            executions = self._schedule.executions - self._executions_at_resume
            n_replicas = self.model.distribute_strategy.num_replicas_in_sync
            if self._seen.items.limit(executions * batch_size * n_replicas):
                # Keras's mean over the epoch has the step in its count, so ours is taken.
                self._is_inside_epoch = True

    def _drop_failed_step(self) -> None:
        """Take a step that failed half way out of the count; the losses since are unknown then."""
        self._is_loss_known = False
        if self._seen is not None:
            executions = self._schedule.executions - self._executions_at_resume
            self._seen.pause_after_failed_step(executions * self._items_per_execution)

    def _write_last_point(self) -> None:
        """Write what an epoch that was cut off has seen; a failed device may not tell it."""
        if self._seen is None:
            return
        with contextlib.suppress(tf.errors.OpError):
            if self._seen.items.seen().items > self._last.items:
                self._write_point({}, is_last=True)


def _is_scalar(value: Any) -> bool:
    """Return whether a logged value is a number."""
    return isinstance(value, (int, float, np.number))
