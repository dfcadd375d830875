"""How one trial is run: built, trained, logged, and its end recorded whatever it was."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import keras_tuner
import tensorflow as tf
from keras_tuner import errors as keras_tuner_errors
from keras_tuner.engine import tuner as keras_tuner_engine

from scaling_keras.callbacks.fit_arguments import epochs_show_the_data
from scaling_keras.callbacks.fit_end import reason_of
from scaling_keras.callbacks.scaling_logger import ScalingLogger
from scaling_keras.errors import DataError, ScalingError, SweepError
from scaling_keras.events.records import RunRecord, read_run_dir
from scaling_keras.events.schema import RunFacts, RunResult
from scaling_keras.events.writer import RunWriter
from scaling_keras.tuner.checkpoint import Checkpoints, clear_checkpoints, restore
from scaling_keras.tuner.claim import Claim, TakenOver
from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.given_hyperparameters import as_hyperparameters
from scaling_keras.tuner.global_settings import clear_session
from scaling_keras.tuner.kept_weights import KeepsWeights
from scaling_keras.tuner.metric_states import EarlierMetrics
from scaling_keras.tuner.objective import check_scores
from scaling_keras.tuner.places import needs_room, shown
from scaling_keras.tuner.project import WEIGHTS_FILE, Project, has_ended
from scaling_keras.tuner.size_book import compiled
from scaling_keras.tuner.sweep import TrialPlan
from scaling_keras.tuner.trial_data import too_short
from scaling_keras.tuner.trial_watch import TrialWatch
from scaling_keras.tuner.users_callbacks import callbacks_of_trial
from scaling_keras.tuner.values import BATCH_DIVISOR
from scaling_keras.tuner.workload import Workload


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrialSetting:
    """What all trials of a search share.

    Attributes:
        hypermodel: Builds and fits the models.
        workload: Gives each trial its data and its number of steps.
        validation_data: What `fit` evaluates the model on at the end; None for nothing.
        held_out: What is known of that, as in `RunFacts`.
        callbacks: More callbacks, copied for each trial.
        strategy: What models are built and trained under; None for nothing.
        project: Where runs are written.
        sweep: Id of the sweep.
        family: Name of the model family.
        dataset_size: Unique examples in the training data; None if unknown.
        keep_weights: Whether to save the weights of each model beside its events.
        checkpoint_seconds: Time between two checkpoints inside a trial; None for no checkpoints.
        halve_batch: Whether a trial that runs out of memory is trained again with half the batch.
        advance: Is told the fraction of its steps that a trial has done.
        dtype_policy: What models are built with that set no policy of their own; by default that
            of this process.
    """

    hypermodel: keras_tuner.HyperModel
    workload: Workload
    validation_data: Any
    held_out: Mapping[str, Any]
    callbacks: Sequence[keras.callbacks.Callback]
    strategy: tf.distribute.Strategy | None
    project: Project
    sweep: str
    family: str
    dataset_size: int | None
    keep_weights: bool
    checkpoint_seconds: float | None
    halve_batch: bool
    advance: Callable[[TrialPlan, float], None]
    dtype_policy: Any = dataclasses.field(default_factory=keras.config.dtype_policy)


class NotWritten(SweepError):
    """A run can't be written down, so that nothing would be known of its training."""


def run_trial(plan: TrialPlan, setting: TrialSetting) -> TrialOutcome:
    """Train a trial and return how it ended; a training that fails has ended too.

    One that has ended already is not trained again: its process was lost before it could say so.

    Args:
        plan: The trial.
        setting: What it shares with the others.

    Raises:
        ScalingError: For a mistake in the set-up, which every trial would repeat; one that only a
            trial that completed can show, as of the objective, is told once that is recorded.
        keras_tuner.errors.FatalError: If the model asks for the end of the search.
        KeyboardInterrupt: If the user does.
    """
    record = _read(plan, setting)
    if has_ended(record):
        clear_checkpoints(setting.project.run_dir(plan.name))
        return outcome_of(record)
    try:
        model, outcome = train_and_record(plan, setting)
    except DataError:
        if not setting.workload.data.has_smaller_batches(plan):
            raise
        # Of a batch that isn't full there are fewer parts: no mistake that others would repeat.
        return outcome_of(_read(plan, setting))
    except (ScalingError, keras_tuner_errors.FatalError):
        raise
    except Exception:
        outcome = outcome_of(_read(plan, setting))
        if outcome.status == "completed":
            raise  # It has been trained: what went wrong came after that.
        return outcome
    if outcome.status == "completed":
        record = _read(plan, setting)
        result = record.results[_last_attempt(record)]
        check_scores(setting.workload.objective, plan.name, result, model)
    return outcome


def train_and_record(plan: TrialPlan, setting: TrialSetting) -> tuple[keras.Model, TrialOutcome]:
    """Train a trial; return the model and how it ended.

    Raises:
        DataError: If the data ended before the trial did.
        SweepError: If the run can't be written down, or another process has taken it over.
        BaseException: Whatever building or training raises, Ctrl-C included, once the run has
            recorded it as its result.
    """
    began = time.monotonic()
    before = _last_attempt(_read(plan, setting))
    claim = _claim(setting.project.run_dir(plan.name))
    try:
        model, n_batches = _train_recorded(plan, setting, claim)
        claim.check()
    finally:
        claim.release()
    clear_checkpoints(setting.project.run_dir(plan.name))
    record = _read(plan, setting)
    if max(record.results, default=0) <= before:
        raise _not_written(plan, setting, "lacks a result")
    outcome = outcome_of(record)
    if outcome.status == "stopped" and not model.stop_training:
        raise too_short(plan, setting.workload.n_steps(plan), n_batches)
    return model, dataclasses.replace(outcome, elapsed_seconds=time.monotonic() - began)


def record_lost(plan: TrialPlan, setting: TrialSetting, reason: str) -> None:
    """Write that a trial failed whose process is gone, unless the process could still say so.

    Args:
        plan: The trial; no process is training it any more.
        setting: What it shares with the others.
        reason: Why, in one sentence.
    """
    record = _read(plan, setting)
    attempt = _last_attempt(record)
    if attempt not in record.results:
        # One that wrote no facts either is one more attempt than those before it.
        _record_end(plan, setting, max(0, attempt - 1), "failed", reason)


def load_weights(plan: TrialPlan, setting: TrialSetting) -> keras.Model:
    """Return the model of a trial with the weights that were kept, and its optimizer new.

    Raises:
        SweepError: If there are none, or their file is damaged.
    """
    file = setting.project.run_dir(plan.name) / WEIGHTS_FILE
    if not file.exists():
        raise SweepError(
            f"A model is restored from the weights of its run. Received: {plan.name!r}, which "
            f"has none at {shown(file)!r}. Train it with keep_weights=True."
        )
    model = _build(plan, setting, as_hyperparameters(setting.workload.values(plan)))
    # The file holds the optimizer's variables too, and Keras warns where a new one has none yet.
    new = [each for each in vars(model).values() if isinstance(each, keras.optimizers.Optimizer)]
    try:
        model.load_weights(file, objects_to_skip=new)
    except (OSError, KeyError, RuntimeError, ValueError) as error:  # By which byte is wrong.
        raise SweepError(
            f"A model is restored from the weights of its run. Received: {plan.name!r}, whose file "
            f"{shown(file)!r} is damaged ({reason_of(error)}). Bring it back from a copy, or "
            f"delete the run's directory to have it trained again."
        ) from error
    return model


def _follow_halved(plan: TrialPlan, setting: TrialSetting) -> None:
    """Take the batches of a trial as an earlier search had halved them, if one had.

    Whole ones would run out of memory once more, and its checkpoints are of the smaller ones.
    """
    facts, workload = _read(plan, setting).last_facts, setting.workload
    if facts is None or BATCH_DIVISOR in workload.data.known_values(plan):
        return
    workload.data.follow(plan, facts.hyperparameters)
    if workload.data.batch_size(plan) != facts.batch_size:  # The data comes in others by now.
        workload.data.follow(plan, {})


def _claim(run_dir: Path) -> Claim:
    """Return the claim to a run, or raise a `SweepError` if it can't be written down."""
    with needs_room("A run", run_dir, "Make room, or choose another `directory`."):
        return Claim(run_dir)


def _train_recorded(
    plan: TrialPlan, setting: TrialSetting, claim: Claim
) -> tuple[keras.Model, int]:
    """Train a trial, and record its end if it raises; return the model and its batches."""
    before = _last_attempt(_read(plan, setting))
    try:
        return _train(plan, setting, claim)
    except (NotWritten, TakenOver):
        raise
    except KeyboardInterrupt:
        if claim.is_held():
            _record_end(plan, setting, before, "stopped", "stopped by Ctrl-C")
        raise
    except tf.errors.ResourceExhaustedError as error:
        claim.check()
        _record_end(plan, setting, before, "failed", reason_of(error))
        if not setting.halve_batch or not setting.workload.data.halve_batch(plan):
            raise
    except Exception as error:
        claim.check()
        _record_end(plan, setting, before, "failed", reason_of(error))
        raise
    # A batch of another size makes other steps: the checkpoints of the old ones are of no use.
    clear_checkpoints(setting.project.run_dir(plan.name))
    return _train_recorded(plan, setting, claim)


def _train(plan: TrialPlan, setting: TrialSetting, claim: Claim) -> tuple[keras.Model, int]:
    """Build and train the model of a trial, its run logged; return it and its batches."""
    workload = setting.workload
    if setting.halve_batch:
        _follow_halved(plan, setting)
    values = workload.values(plan)
    run_dir = setting.project.run_dir(plan.name)
    if not workload.data.keeps_order:
        clear_checkpoints(run_dir)
    n_steps = values["n_steps"]
    hp = as_hyperparameters(values)
    model, restored = restore(
        run_dir,
        n_steps,
        lambda: _build(plan, setting, hp),
        lambda: keras_tuner_engine.maybe_distribute(setting.strategy),
    )
    n_done = restored.n_batches
    n_left = n_steps - n_done
    data = workload.data.dataset(plan).skip(n_done).take(n_left)
    n_batches = int(data.cardinality())
    if 0 <= n_batches < n_left:
        raise too_short(plan, n_steps, n_done + n_batches)
    # With what the model asked for and nobody set: it took the defaults.
    facts = _facts(plan, setting, hp.values, workload.n_examples(plan))
    if n_done and facts["dataset_size"] is None and epochs_show_the_data({"x": data}):
        # The epoch to come shows but the rest of the data.
        facts["dataset_size"] = facts["planned_examples"]
    logger = ScalingLogger(
        str(run_dir),
        facts=facts,
        train_flops_per_example=workload.given_flops_per_example(workload.model_of(plan)),
    )

    def look() -> None:
        """End the training at once if its log has ended before it."""
        if logger.failure:
            claim.check()
            raise _not_written(plan, setting, f"ended with {logger.failure}")

    watch = TrialWatch(n_done, claim, look, lambda n: setting.advance(plan, min(1.0, n / n_steps)))
    logger.facts["training"] = restored.training
    logger.facts["held_out"] = setting.held_out
    logger.owns_run_dir = claim.is_held
    # A batch that isn't full makes a step, too; the run then counts as what it saw.
    logger.has_made_its_steps = lambda: watch.n_batches >= n_steps
    setting.hypermodel.fit(
        hp,
        model,
        data,
        # Without it Keras warns at the end of data whose length it can't know.
        steps_per_epoch=n_left if n_batches < 0 else None,
        validation_data=setting.validation_data,
        epochs=1,
        # The data is shuffled already; Keras warns that it leaves a dataset's order alone.
        shuffle=False,
        verbose=0,
        callbacks=[
            *callbacks_of_trial(setting.callbacks, plan, n_done=n_done, n_steps=n_steps),
            watch,
            # A `fit` of the model's own has asked for what it needs by then.
            keras.callbacks.LambdaCallback(
                on_train_begin=lambda logs: logger.facts.update(hyperparameters=dict(hp.values))
            ),
            EarlierMetrics(restored.metrics),
            *_checkpoints(
                plan,
                setting,
                restored=restored,
                n_steps=n_steps,
                keeps_order=workload.data.keeps_order,
                before_saving=lambda: claim.is_held() and logger.write_point(),
            ),
            # Before the logger writes the result, after which the trial is not trained again.
            *([KeepsWeights(run_dir, claim)] if setting.keep_weights else []),
            logger,
        ],
    )
    if watch.model is None:
        raise SweepError(
            f"A `fit` of `build_model` must pass on the `callbacks` that it is given, which write "
            f"the run down. Received: {plan.name!r}, trained without them. Let it call "
            f"`model.fit(*args, **kwargs)`."
        )
    return model, watch.n_batches


def _not_written(plan: TrialPlan, setting: TrialSetting, why: str) -> NotWritten:
    """Return the error of a run whose log says too little; `why` goes on from "whose log"."""
    return NotWritten(
        f"A run must be able to write down how it went. Received: {plan.name!r}, whose log in "
        f"{shown(setting.project.path)!r} {why}. See whether the disk is full, and search again."
    )


def _checkpoints(
    plan: TrialPlan, setting: TrialSetting, **options: Any
) -> list[keras.callbacks.Callback]:
    """Return the callback that saves the model now and then, if it is wanted."""
    if setting.checkpoint_seconds is None:
        return []
    return [
        Checkpoints(
            setting.project.run_dir(plan.name), seconds=setting.checkpoint_seconds, **options
        )
    ]


def _build(plan: TrialPlan, setting: TrialSetting, hp: keras_tuner.HyperParameters) -> keras.Model:
    """Return the model of a trial, built under the strategy with fresh memory and seed."""
    clear_session(setting.dtype_policy)
    # For initial weights, dropout and whatever else asks for no seed of its own.
    keras.utils.set_random_seed(plan.seed)
    with keras_tuner_engine.maybe_distribute(setting.strategy):
        return compiled(setting.hypermodel.build(hp))


def outcome_of(record: RunRecord) -> TrialOutcome:
    """Return how a run ended, from what it wrote; a run without a result has failed."""
    result = record.results.get(_last_attempt(record))
    if result is None:
        return TrialOutcome(status="failed", reason="the run wrote no result")
    final = {name: losses.get("final") for name, losses in result.losses.items()}
    return TrialOutcome(
        status=result.status,
        reason=result.reason,
        metrics={n: v for n, v in final.items() if v is not None and math.isfinite(v)},
        n_examples=result.n_examples,
        train_flops=result.train_flops,
        elapsed_seconds=result.elapsed_seconds,
    )


def _facts(
    plan: TrialPlan,
    setting: TrialSetting,
    values: Mapping[str, Any],
    planned_examples: int | None,
) -> dict[str, Any]:
    """Return what the tuner knows of a run, by the names of `RunFacts`."""
    return {
        "size": plan.size_name,
        "family": setting.family,
        "seed": plan.seed,
        "sweep": setting.sweep,
        "trial": plan.name,
        "hyperparameters": dict(values),
        "planned_examples": planned_examples,
        "dataset_size": setting.dataset_size,
        "prediction": plan.prediction,
    }


def _read(plan: TrialPlan, setting: TrialSetting) -> RunRecord:
    """Return what the run of a trial has written so far."""
    return read_run_dir(setting.project.run_dir(plan.name), name=plan.name)


def _record_end(
    plan: TrialPlan, setting: TrialSetting, attempts_before: int, status: str, reason: str
) -> None:
    """Write how a trial ended that raised, unless its logger has done so."""
    record = _read(plan, setting)
    attempt = _last_attempt(record)
    if attempt > attempts_before and attempt in record.results:
        return
    writer = RunWriter(setting.project.run_dir(plan.name))
    if attempt == attempts_before:
        # It ended before the logger began, so there are no facts yet either.
        attempt = writer.attempt
        facts = _facts(plan, setting, setting.workload.data.known_values(plan), None)
        writer.write_facts(RunFacts(attempt=attempt, start_time=time.time(), **facts))
    seen = [curve[-1, 0] for curve in record.curves.values() if len(curve)]
    writer.write_result(
        RunResult(
            attempt=attempt,
            status=status,
            reason=reason,
            n_examples=int(max(seen, default=0)),
            end_time=time.time(),
        )
    )
    writer.close()


def _last_attempt(record: RunRecord) -> int:
    """Return the number of the last attempt that a run directory holds, 0 if none."""
    return max([0, *record.facts, *record.results])
