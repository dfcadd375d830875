"""`ScalingTuner`: from a model family and a sweep to a law, and to the check of its predictions."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import keras
import keras_tuner

from scaling_keras import laws
from scaling_keras.errors import LogdirError, SweepError
from scaling_keras.events.reader import assemble, read_records
from scaling_keras.events.user_facts import checked_fact
from scaling_keras.laws.verdicts import Verdict, verdicts
from scaling_keras.runs import Exclusion, Run, RunTable, check_param_convention
from scaling_keras.tuner.description import Description, check_plans, describe, skipped
from scaling_keras.tuner.driver_lock import driver_lock
from scaling_keras.tuner.earlier import EarlierRuns
from scaling_keras.tuner.earlier_model import earlier_model
from scaling_keras.tuner.executors.choosing import make_executor
from scaling_keras.tuner.executors.interface import Executor, is_worker
from scaling_keras.tuner.held_out import held_out_facts, held_out_findings
from scaling_keras.tuner.law_so_far import LawSoFar
from scaling_keras.tuner.nearest_run import hyperparameters_near
from scaling_keras.tuner.objective import metric_name
from scaling_keras.tuner.options import check_options, family_name
from scaling_keras.tuner.oracle import PlanOracle
from scaling_keras.tuner.places import local_directory
from scaling_keras.tuner.plan_findings import fit_findings, plan_findings, seen_findings, unset
from scaling_keras.tuner.progress import Reporter, SilentReporter, Tracker
from scaling_keras.tuner.project import Project, checked_constants
from scaling_keras.tuner.search_end import check_end
from scaling_keras.tuner.search_inputs import check_held_out, copies_of, held_out_data, is_held_out
from scaling_keras.tuner.seen_share import share_seen_by
from scaling_keras.tuner.single_run import (
    check_allocation,
    check_made_of_the_same,
    check_read,
    params_wanted,
    place_of,
    plan_single_run,
)
from scaling_keras.tuner.sizes import Size, TargetSize, names_set_by
from scaling_keras.tuner.strategy import make_strategy, n_replicas, share_gpus
from scaling_keras.tuner.sweep import Course, Sweep, TrialPlan, plan_trial
from scaling_keras.tuner.trial import TrialSetting, load_weights, run_trial, train_and_record
from scaling_keras.tuner.trial_data import TrainingSource, TrialData
from scaling_keras.tuner.trial_queue import OracleQueue
from scaling_keras.tuner.trials import Trials
from scaling_keras.tuner.values import plain_values
from scaling_keras.tuner.workload import Workload


class ScalingTuner(keras_tuner.Tuner):  # type: ignore[misc] # keras_tuner has no types
    """Trains a sweep of model sizes and data budgets, fits the law, and tests its predictions.

    A KerasTuner tuner whose oracle proposes the trials of a `sweep`. Each is trained under a
    `tf.distribute.MirroredStrategy` and logged by a `ScalingLogger` to
    `<directory>/<project_name>/<run name>`. What has been trained is known from those events
    alone: the same search again, after Ctrl-C, a crash or a kill, trains what is missing and
    nothing else. A trial that fails is recorded with its reason and the sweep goes on; the same
    search again gives it another attempt, unless its loss had become NaN.

    Args:
        build_model: A model family of `scaling_keras.families`, a `keras_tuner.HyperModel`, or a
            function from `hp` to a compiled `keras.Model`. It reads the size, as in `hp["width"]`,
            and should let its learning-rate schedule end at `hp["n_steps"]`. `hp["n_examples"]`
            and `hp["seed"]` are there too.
        sweep: What to train, such as a `GridSweep`.
        objective: The metric that scores a trial and that the law is fitted to, as Keras names it,
            or a `keras_tuner.Objective` of it; one of which less is better.
        directory: Where projects are kept: the logdir to give to TensorBoard. On a disk of this
            machine, or mounted on it.
        project_name: Name of this one, a directory in it.
        distribution_strategy: `auto`, for a `MirroredStrategy` over all GPUs or else the CPU; None
            for no strategy; or a strategy of your own.
        overwrite: Whether to delete the runs of an earlier sweep in the project and start anew.
        constants: Hyperparameters that are the same for all trials, such as the version of the
            data: `build_model` can read them, each run records them, and a search refuses to go on
            with runs of others.
        param_convention: Which parameters count as N: a key of `PARAM_CONVENTIONS`.
        keep_weights: Whether to save the weights of each model of the sweep beside its events;
            those of `train_at` are always.
        executor: Who runs the trials: `local`, one after the other in this process; `processes`,
            side by side in processes of this machine; `ray`, on a Ray cluster; or an executor with
            options of your own, such as `LocalProcesses(n_workers=4)`.
        checkpoint_seconds: Time between two checkpoints inside a trial: what a kill costs at most.
            Not negative.
            None for no checkpoints, so that a killed trial begins anew.
        halve_batch: Whether a trial that runs out of a device's memory is trained again with half
            the batch and twice the steps, which its run records as `batch_divisor`. If not it has
            failed.
        max_n_params: Models of more trainable parameters are not trained; `results().excluded` and
            `describe` name them. None for no limit.
        train_flops_per_example: Function from a size to the forward and backward FLOPs of one
            example, where you know better than the count, as for operations that can't be counted
            (`findings` names them). None for the count.
        reporter: Is told how searches go; nobody by default.

    Raises:
        SweepError: If the project's directory can't be used, or an option isn't one of those
            named.
    """

    def __init__(
        self,
        build_model: Any,
        *,
        sweep: Sweep,
        objective: str | keras_tuner.Objective = "val_loss",
        directory: str | Path = "runs",
        project_name: str = "sweep",
        distribution_strategy: Any = "auto",
        overwrite: bool = False,
        constants: Mapping[str, Any] | None = None,
        param_convention: str = "total",
        keep_weights: bool = False,
        executor: Executor | str = "local",
        checkpoint_seconds: float | None = 60.0,
        halve_batch: bool = False,
        max_n_params: float | None = None,
        train_flops_per_example: Callable[[Size], float] | None = None,
        reporter: Reporter | None = None,
    ) -> None:
        check_param_convention(param_convention)
        objective = metric_name(objective)
        check_options(
            sweep=sweep,
            reporter=reporter,
            checkpoint_seconds=checkpoint_seconds,
            max_n_params=max_n_params,
            train_flops_per_example=train_flops_per_example,
            overwrite=overwrite,
            keep_weights=keep_weights,
            halve_batch=halve_batch,
        )
        self._constants = checked_constants(constants, sweep)
        executor = make_executor(executor)
        logdir = local_directory(directory)
        self._project = Project(logdir / project_name)
        if overwrite and not is_worker(executor):
            with driver_lock(self._project.path):
                self._project.clear()
        if executor.n_replicas is not None:
            share_gpus()
        super().__init__(
            oracle=PlanOracle(objective),
            hypermodel=build_model,
            distribution_strategy=(
                make_strategy(distribution_strategy) if executor.n_replicas is None else None
            ),
            directory=str(logdir),
            project_name=project_name,
        )
        self._family = family_name(build_model)
        self._size_for = getattr(build_model, "size_for", None)
        self._sweep = sweep
        self._objective = objective
        self._param_convention = param_convention
        self._keep_weights = keep_weights
        self._executor = executor
        self._strategy_choice = distribution_strategy
        self._checkpoint_seconds = checkpoint_seconds
        self._halve_batch = halve_batch
        self._max_n_params = max_n_params
        self._flops_of = train_flops_per_example
        self._course: Course | None = None
        self._earlier: EarlierRuns | None = None
        self._reporter = reporter
        self._tracker = Tracker(reporter or SilentReporter())
        self._setting: TrialSetting | None = None

    def search(
        self,
        train: TrainingSource,
        *,
        validation_data: Any = None,
        batch_size: int | None = None,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        dataset_size: int | None = None,
    ) -> None:
        """Train the trials of the sweep that have not ended yet.

        Args:
            train: Batched training data: a `tf.data.Dataset`; or a function of a `seed` (and a
                `batch_size`) that gives one, such as `SourceText.train`; or a function of `hp`
                (without `n_steps`), or of nothing. Parameters besides those have defaults. A trial
                takes as many batches as its `n_examples` fill; `repeat()` the data to see it more
                than once.
            validation_data: What each model is evaluated on at the end of its training, as `fit`
                takes it but no generator and nothing without an end, or a function without
                arguments that gives it.
            batch_size: Items of a batch over all replicas, for a function of a `seed` and a
                `batch_size`: rounded up to a multiple of the replicas. Its own default if None, or
                what a trial sets. A `build_model` that asks for `batch_size` hears it, too.
            callbacks: More callbacks, copied for each trial.
            dataset_size: Unique examples in the training data, recorded with each run.

        Raises:
            DataError: If the data can't be used or is too short for a trial.
            RunsError: If `dataset_size` isn't a positive whole number.
            SweepError: If the project holds runs of another training or other held-out data, a
                batch can't be shared by the replicas, `batch_size` is set twice, or a callback
                can't be copied; or, once a trial has completed, if `objective` can't score it.
        """
        if is_worker(self._executor):
            setting = self._prepare(train, validation_data, batch_size, callbacks, dataset_size)
            self._setting = setting
            self._executor.work(partial(run_trial, setting=setting))
            return
        with driver_lock(self._project.path):
            self._search(train, validation_data, batch_size, callbacks, dataset_size)

    @property
    def is_worker(self) -> bool:
        """Whether this process trains for the chief that KerasTuner's variables name."""
        return is_worker(self._executor)

    def _search(
        self,
        train: TrainingSource,
        validation_data: Any,
        batch_size: int | None,
        callbacks: Sequence[keras.callbacks.Callback],
        dataset_size: int | None,
    ) -> None:
        """Search, with the project to ourselves."""
        setting = self._prepare(train, validation_data, batch_size, callbacks, dataset_size)
        self._setting = setting
        trials = Trials(setting, strategy=self._strategy_choice, validation_data=validation_data)
        workload = setting.workload
        plans = self._sweep.trials(workload)
        check_plans(plans, self._sweep, workload)
        workload.check(plans)
        self._earlier = earlier = EarlierRuns(self._project, workload, held_out=setting.held_out)
        self._course = self._sweep.start(workload, earlier)
        self._project.mark({"family": self._family, "objective": self._objective})
        known = self._course.known()
        ended = earlier.outcomes()
        self.oracle.set_plan(known, ended, self._course)
        self._tracker.begin(
            {plan.name: workload.work(plan) for plan in known},
            {plan.name for plan in known if plan.name in ended},
            self._course.train_flops,
            [(workload.work(plan), times) for plan, times in self._course.foreseen],
        )
        law = self._law_so_far(earlier)
        queue = OracleQueue(self.oracle, self._tracker, setting, law, earlier.found)
        self._executor.run(queue, trials)
        self._tracker.end()
        for plan, outcome in earlier.found.values():
            self.oracle.restore(plan, outcome)
        check_end(queue.outcomes, earlier.outcomes(), self._objective, self._course)

    def _law_so_far(self, earlier: EarlierRuns) -> LawSoFar | None:
        """Return what fits the trials as they end, None where nobody would hear of it."""
        if self._reporter is None:
            return None
        ended = earlier.found.values()
        return LawSoFar(self._searched().workload, self._sweep, self._objective, ended)

    @property
    def stop_reason(self) -> str:
        """Why the last search ended, in a sentence; empty if there was none or it was stopped."""
        return self._course.reason if self._course is not None else ""

    def findings(self) -> tuple[laws.Finding, ...]:
        """Return what must be said of the last search, such as an optimum at an edge."""
        if self._course is None or self._earlier is None:
            return ()
        workload, records = self._searched().workload, self._project.records().values()
        of_law = {run.name for run in self.results().usable()} if records else set()
        planned = plan_findings(self._sweep, workload)
        if workload.fits_itself:
            planned = (*planned, *fit_findings(self._sweep, workload, records))
        return (
            *planned,
            *seen_findings(records),
            *(held_out_findings(records) if is_held_out(self._objective) else ()),
            *self._earlier.findings(of_law),
            *self._course.findings,
        )

    def describe(
        self,
        train: TrainingSource,
        *,
        validation_data: Any = None,
        batch_size: int | None = None,
        dataset_size: int | None = None,
        target: float | Mapping[str, float] | None = None,
        law: laws.Fit | str | None = None,
        noise: float = 0.005,
        measure: bool = True,
        n_trials: int = 20,
    ) -> Description:
        """Return what a search would do, before anything is trained.

        Every size is built; with `measure` a trial of each is begun, and ended after half a second
        or two steps, for the time and the memory that trials will take: what it wrote is deleted.
        Then the design is simulated with a law, to see what it will pin down
        (`laws.judge_design`): for a ladder, the loss further up; for an adaptive sweep, what its
        first trials pin down.

        Args:
            train: Training data, as in `search`.
            validation_data: As in `search`; only whether there is any matters.
            batch_size: As in `search`.
            dataset_size: As in `search`; no number here depends on it.
            target: What the sweep is for: a budget in FLOPs, or `n_params` and `n_examples`. By
                default that of an `AdaptiveSweep`, and ten times the dearest trial for any other. A
                budget is spent as a ladder spends it.
            law: The law to simulate with: a fit, or the name of a published law. By default a
                Chinchilla law whose three terms weigh alike in the middle of the design; a
                different law may be harder to pin down.
            noise: Standard deviation of the log loss of a run.
            measure: Whether to run steps.
            n_trials: How often the design is simulated, at least 10; 0 for not at all.

        Raises:
            DataError: If the data can't be used or is too short for a trial.
            FitError: If `target`, `law`, `noise` or `n_trials` can't be simulated with.
            RunsError: If `dataset_size` isn't a positive whole number.
            SweepError: If there is nothing to train.
        """
        setting = self._prepare(train, validation_data, batch_size, (), dataset_size)
        setting.workload.check(self._sweep.trials(setting.workload))
        return describe(
            self._sweep,
            setting,
            target=target,
            law=law,
            noise=noise,
            measure=measure,
            n_trials=n_trials,
        )

    def train_flops_per_example(self, size: Size) -> float:
        """Return what one example costs at a size: forward and backward FLOPs.

        With its share of what each step costs, in batches as the cheapest trial has them, and with
        the first of the values that the sweep varies besides. Infinite if no model of the size can
        be built.

        Raises:
            SweepError: If there has been no search, which is what shows the data, or the size is
                made of other hyperparameters than the sweep's.
        """
        workload = self._searched().workload
        size = plain_values(size, "size")
        varied = self._sweep.hyperparameters
        own = {name: value for name, value in size.items() if name not in varied}
        check_made_of_the_same(own, self._sweep.resolved(workload))
        cheapest = self._sweep.trials(workload)[0]
        others = {name: value for name, value in varied.items() if name not in size}
        like = plan_trial(size, cheapest.n_examples, cheapest.seed, hyperparameters=others)
        return workload.train_flops_per_example(like)

    def results(self) -> RunTable:
        """Return the runs of the project, those that tested a prediction included.

        Their loss is the objective, or the training loss if none has got to the objective yet.

        Raises:
            LogdirError: If nothing has been trained.
        """
        if not self._project.run_names():
            raise LogdirError(
                f"There are results once something has been trained. Received: a tuner whose "
                f"project, {self._project.path}, holds no runs. Call `search` first."
            )
        records = read_records(self._project.path)
        names = {name for record in records for name in record.curves}
        table = assemble(
            records,
            metric=self._objective if self._objective in names else None,
            param_convention=self._param_convention,
        )
        return dataclasses.replace(table, excluded=(*table.excluded, *self._skipped()))

    def fit_law(
        self, form: str | laws.Form | None = None, *, include_tests: bool = False, **options: Any
    ) -> laws.Fit:
        """Return the law of the sweep's runs.

        Of `results()` those that `RunTable.usable` takes: runs that tested a prediction are left
        out, so that a test stays a test; where a size was trained on the same data with several
        hyperparameters, the best of those counts.

        Args:
            form: Name of the form, or one of your own; by default that of an `AdaptiveSweep`,
                which it was steered by, and `auto` for any other sweep. `auto` and a form of one
                variable are of the variable that the sweep varies, where that is one only: the
                compute of a ladder with one ratio, the examples of a data ladder.
            include_tests: Whether to fit runs that tested a prediction, too.
            **options: Options of `laws.fit`.

        Raises:
            FitError: If the runs don't determine the law.
        """
        form = form or self._sweep.form
        law = laws.FORMS.get(form) if isinstance(form, str) else form
        runs = self.results()
        of_one = form == "auto" or (law is not None and law.variables == ("x",))
        if self._sweep.variable and of_one:
            options = {"x": self._sweep.variable, **options}
        return laws.fit(form, runs.with_tests() if include_tests else runs, **options)

    def verdicts(self) -> tuple[Verdict, ...]:
        """Return predicted against reached, for each run that `train_at` trained with a fit."""
        return verdicts(self.results())

    def plan_at(
        self,
        allocation: laws.Allocation | laws.Plan | None = None,
        *,
        size: Size | TargetSize | None = None,
        n_examples: int | None = None,
        fit: laws.Fit | None = None,
        seed: int = 0,
        hyperparameters: Mapping[str, Any] | None = None,
    ) -> TrialPlan:
        """Return what `train_at` would train with these arguments, and what is predicted of it.

        Raises:
            SweepError: If there has been no search, the arguments name no run or can't be, no size
                can be found, or the law is about other runs; see `train_at`.
            DataError: If the data is too short.
        """
        setting = self._searched()
        workload = setting.workload
        check_allocation(allocation, size, n_examples, fit)
        if allocation is not None:
            fit = fit or allocation.fit
        runs = self.results()
        trials = runs.where(self._is_trial)
        share_seen = share_seen_by(trials)
        sizes = self._sweep.resolved(workload)
        known = {*workload.given, *names_set_by(sizes)}.union(
            *(unset(self._sweep, workload, each).values for each in sizes)
        )
        wanted = params_wanted(allocation, size, workload)
        given = plain_values({} if hyperparameters is None else hyperparameters, "run")
        hyperparameters = {**hyperparameters_near(trials, wanted, known), **given}
        # Some may make models larger, so that the size is found with them.
        size, n_examples = place_of(
            allocation,
            size,
            n_examples,
            hyperparameters,
            workload=workload,
            sizes=sizes,
            size_for=self._size_for,
            param_convention=self._param_convention,
            share_seen=share_seen,
        )
        plan = plan_single_run(
            size,
            n_examples,
            seed,
            hyperparameters,
            fit=fit,
            runs=runs,
            workload=workload,
            dataset_size=setting.dataset_size,
            share_seen=share_seen,
        )
        check_read(plan, given, workload)
        return plan

    def train_at(
        self,
        allocation: laws.Allocation | laws.Plan | None = None,
        *,
        size: Size | TargetSize | None = None,
        n_examples: int | None = None,
        fit: laws.Fit | None = None,
        seed: int = 0,
        hyperparameters: Mapping[str, Any] | None = None,
    ) -> keras.Model:
        """Train one model outside the sweep and return it, on the data of the last `search`.

        With a fit, what it predicts for the run is recorded among the run's facts before the
        training begins; `verdicts` compares it with what was reached. The model's weights are
        kept beside its events: the same call again trains nothing, and gives back that model,
        its optimizer new, while the prediction and the verdict stay.

        Args:
            allocation: What `Fit.optimal_allocation` gave: the size closest to its `n_params` is
                trained for its `train_flops`. Or a plan of `laws.allocate` or `laws.cheapest`: that
                size sees its `n_examples`. Its fit predicts. The family's `size_for` finds the
                size, or else it is solved for by building, over what the sweep's sizes differ in.
            size: The size to train instead, as in a sweep, or a `TargetSize`.
            n_examples: Examples for that size to see, counted as in the sweep: padding too, where
                the data has any. The fit predicts for the share of them that the sweep's runs saw.
            fit: The law that predicts, for a `size` without an allocation. It is of the tuner's
                `objective`; one of one variable is for runs that keep what its own have in common.
            seed: Random seed of the run.
            hyperparameters: Those besides the size's, such as a tuned `learning_rate`, that are to
                differ from what the sweep's best run of the closest size was trained with.

        Raises:
            SweepError: If there has been no search; not either an allocation, or both `size` and
                `n_examples`, are given; one of them can't be, or no size can be found;
                `hyperparameters` are set by the size, `constants` or the tuner, or nobody reads
                them; the law is
                about other runs; the sweep has trained the same, or a test has under the name of
                another amount of data; or the weights of a test that was made are gone or damaged.
            DataError: If the data is too short.
            Exception: Whatever building or training raises; the run has then recorded it.
        """
        plan = self.plan_at(
            allocation,
            size=size,
            n_examples=n_examples,
            fit=fit,
            seed=seed,
            hyperparameters=hyperparameters,
        )
        setting = dataclasses.replace(self._searched(), keep_weights=True)
        if self._executor.n_replicas is not None:
            # The processes of the search are gone, and with them their hold on the devices.
            strategy = make_strategy(self._strategy_choice)
            setting = dataclasses.replace(setting, strategy=strategy)
        model = earlier_model(plan, setting)
        if model is not None:
            return model
        self._tracker.expect(plan, setting.workload.work(plan))
        self._tracker.begin_trial(plan)
        with driver_lock(self._project.path):
            model, outcome = train_and_record(plan, setting)
        self._tracker.end_trial(plan, outcome)
        self._tracker.end()
        return model

    def load_model(self, trial: keras_tuner.engine.trial.Trial) -> keras.Model:
        """Return the trained model of a trial, if its weights were kept.

        Raises:
            SweepError: If they were not or are damaged, or there has been no search.
        """
        plan = self.oracle.plan_of(trial)
        if not self._keep_weights:
            raise SweepError(
                f"Weights are kept only if you ask for it. Received: a request for the model of "
                f"{plan.name!r}. Pass keep_weights=True to ScalingTuner, and call `search`."
            )
        return load_weights(plan, self._searched())

    def _searched(self) -> TrialSetting:
        """Return what the trials of the last search share.

        Raises:
            SweepError: If there has been none.
        """
        if self._setting is None:
            raise SweepError(
                "A model outside the sweep is trained on the data of a search. Received: a tuner "
                "that has made none. Call `search` first; trials that have ended are not trained "
                "again."
            )
        return self._setting

    def _is_trial(self, run: Run) -> bool:
        """Return whether a run is the sweep's own; a worker, which makes no plan, takes all."""
        return self._earlier is None or run.name in self._earlier.asked

    def _skipped(self) -> tuple[Exclusion, ...]:
        """Return the sizes that the last search left out, with the reason."""
        return () if self._setting is None else skipped(self._sweep, self._setting.workload)

    def _populate_initial_space(self) -> None:
        """Build nothing: the sweep says what there is."""

    def _prepare(
        self,
        train: TrainingSource,
        validation_data: Any,
        batch_size: int | None,
        callbacks: Sequence[keras.callbacks.Callback],
        dataset_size: int | None,
    ) -> TrialSetting:
        """Check the data and return what all trials share."""
        check_held_out(validation_data, self._objective)
        copies_of(callbacks)  # Before the first trial, not in each.
        held_out = held_out_data(validation_data)
        return TrialSetting(
            hypermodel=self.hypermodel,
            workload=Workload(
                self.hypermodel,
                TrialData(
                    train,
                    n_replicas=self._n_replicas(),
                    batch_size=batch_size,
                    constants=self._constants,
                ),
                objective=self._objective,
                param_convention=self._param_convention,
                max_n_params=self._max_n_params,
                examples_of=self._sweep.hyperparameters,
                sizes=self._sweep.sizes,
                values=self._sweep.values,
                size_for=self._size_for,
                flops_of=self._flops_of,
                run_names=self._project.run_names(),
            ),
            validation_data=held_out,
            held_out=held_out_facts(held_out),
            callbacks=tuple(callbacks),
            strategy=self.distribution_strategy,
            project=self._project,
            sweep=self.project_name,
            family=self._family,
            dataset_size=checked_fact("dataset_size", dataset_size),
            keep_weights=self._keep_weights,
            checkpoint_seconds=self._checkpoint_seconds,
            halve_batch=self._halve_batch,
            advance=self._tracker.advance,
        )

    def _n_replicas(self) -> int:
        """Return how many devices share a trial, wherever it is trained."""
        if self._executor.n_replicas is None or self._strategy_choice is None:
            return n_replicas(self.distribution_strategy)
        return self._executor.n_replicas
