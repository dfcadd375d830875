"""Read the runs of a log directory: event files to a `RunTable`, without TensorFlow."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Mapping, Sequence, Set
from pathlib import Path, PurePosixPath

from scaling_keras.errors import LogdirError, RunsError
from scaling_keras.events.assembling import HELD_OUT_LOSS, assemble
from scaling_keras.events.choosing import is_chosen, none_chosen
from scaling_keras.events.hparams import Session, sessions_in
from scaling_keras.events.importing import (
    LOSS_TAGS,
    import_csv,
    import_sessions,
    loss_tags,
    runs_of_sessions,
)
from scaling_keras.events.logdir import StoredFile, event_files
from scaling_keras.events.records import RunRecord, read_run_files
from scaling_keras.runs import Exclusion, Run, RunTable

__all__ = ["RunRecord", "assemble", "read_records", "read_runs"]

_KERAS_SUBDIRECTORIES = ("train", "validation")
"""Where `keras.callbacks.TensorBoard` writes, below its own log directory."""

_OWN_SUBDIRECTORY = "scaling"
"""Where ScalingLogger may write beside those two, as `X/scaling`."""


def read_runs(
    logdir: str | Path,
    *,
    loss: str = "final",
    metric: str | None = None,
    param_convention: str = "total",
    runs: str = "",
    columns: Mapping[str, str] | None = None,
) -> RunTable:
    """Read every run below a log directory that `ScalingLogger` wrote, or TensorBoard's HParams.

    A training with hyperparameters of the HParams plugin (`hp.KerasCallback` beside
    `keras.callbacks.TensorBoard`) is a run where they, or `columns`, say its `n_params` and
    `n_examples`; see `importing.import_hparams`. So is a row of a CSV file; see
    `importing.import_csv`.

    Args:
        logdir: The directory that TensorBoard is given; symbolic links in it are followed. Or an
            address that `fsspec` knows, such as `gs://bucket/runs`. Or a file named `*.csv`, here
            or there.
        loss: Which loss of a run to take: `final`, its last point; `best`, its lowest; `tail`, the
            mean of its points over the last tenth of the examples seen.
        metric: The metric to take it from. By default the held-out loss (`val_loss`) where any run
            has one, else the training loss; the two are never mixed.
        param_convention: Which parameters `n_params` counts: a key of `runs.PARAM_CONVENTIONS`.
            Where a run only has a number, it counts what that counts.
        columns: For trainings that `ScalingLogger` didn't log, our column name to a hyperparameter,
            a scalar, a column of the file, or a product of such and of numbers:
            `{"n_params": "parameters", "n_examples": "epochs*50000"}`.
        runs: Patterns of the names of the runs to read, with commas between: `demo` for all below
            `demo`, `mlp-*`, `!*-old` for all but these. All by default; see `events.choosing`.

    Returns:
        The runs, sorted by name. What was left out is in `excluded`, with the reason.

    Raises:
        LogdirError: If `logdir` isn't a directory, or holds no runs of either kind.
        RunsError: If an option isn't one of those named, no run has the metric, or trainings of
            others, where there are no runs of ours, don't tell what is needed.
    """
    if is_csv(logdir):
        named = {} if metric is None else {"loss": metric}
        table = import_csv(logdir, columns={**named, **(columns or {})})
        return _with_chosen(table.stated_as(param_convention), runs)
    records, others = _read(logdir, runs)
    sessions = sessions_in({name: paths for each in others for name, paths in each.files.items()})
    if not records:
        if not sessions:
            raise _no_runs(logdir, others)
        tags = loss_tags(metric) if metric else LOSS_TAGS
        table = import_sessions(sessions, where=logdir, columns=columns, loss=loss, tags=tags)
        return dataclasses.replace(table, param_convention=param_convention)
    known = {PurePosixPath(session.name) for session in sessions}
    unknown = [
        each.record()
        for each in others
        if known.isdisjoint((PurePosixPath(each.name), *PurePosixPath(each.name).parents))
    ]
    table = assemble(
        [*records, *unknown], loss=loss, metric=metric, param_convention=param_convention
    )
    return _with_sessions(table, sessions, logdir, loss, columns) if sessions else table


def _with_chosen(table: RunTable, runs: str) -> RunTable:
    """Return the runs of a table whose names are chosen.

    Raises:
        RunsError: If there are runs, and none is.
    """
    chosen = table.where(lambda run: is_chosen(run.name, runs))
    if len(table) and not len(chosen):
        raise RunsError(none_chosen((run.name for run in table), runs))
    return chosen


def is_csv(source: str | Path) -> bool:
    """Return whether a source of runs is a file of numbers, not a directory."""
    if not isinstance(source, (str, os.PathLike)):
        return False  # Whoever takes it for a directory refuses it.
    path = Path(source)
    return path.suffix.lower() == ".csv" and not path.is_dir()


def read_records(logdir: str | Path, *, runs: str = "") -> list[RunRecord]:
    """Read what each run of `ScalingLogger` below `logdir` wrote, sorted by name.

    Event files of others are records without facts, whose `problems` say so; those that
    `keras.callbacks.TensorBoard` wrote for one of our runs belong to it and are passed over.

    Args:
        logdir: A local directory, or an address that `fsspec` knows, such as `gs://bucket/runs`.
        runs: Patterns of the names of the runs to read, as in `read_runs`.

    Raises:
        LogdirError: If `logdir` isn't a directory, or holds no runs of `ScalingLogger` that
            `runs` matches.
    """
    records, others = _read(logdir, runs)
    if not records:
        raise _no_runs(logdir, others)
    unknown = [each.record() for each in others]
    return sorted([*records, *unknown], key=lambda record: record.name)


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Other:
    """A training whose event files hold no run of ours.

    Attributes:
        name: Its name.
        files: Its directories, each with its event files.
        skipped: What of each of them was passed over, if every one may have held a run.
    """

    name: str
    files: Mapping[str, list[StoredFile]]
    skipped: tuple[str, ...]

    def record(self) -> RunRecord:
        """Return a record that says why there is none of it."""
        problem = (
            "its event files are not ScalingLogger's; those with hyperparameters of TensorBoard's "
            "HParams plugin are read by `read_runs`, others say too little"
        )
        if self.skipped:
            problem = f"its event files hold no facts: {'; '.join(self.skipped)}"
        return RunRecord(
            name=self.name, facts={}, results={}, curves={}, last_wall_time=0.0, problems=(problem,)
        )


def _read(logdir: str | Path, runs: str) -> tuple[list[RunRecord], list[_Other]]:
    """Return our runs and the trainings of others, each sorted by name."""
    found = event_files(logdir)
    files = {name: paths for name, paths in found.items() if is_chosen(name, runs)}
    if found and not files:
        raise LogdirError(none_chosen(found, runs))
    records: list[RunRecord] = []
    foreign: dict[str, tuple[str, ...]] = {}
    for name, paths in sorted(files.items()):
        record = read_run_files(paths, name=name)
        if record.is_empty:
            foreign[name] = record.skipped
        else:
            records.append(record)
    trainings = _trainings_of_others(foreign, {record.name for record in records})
    return records, [
        _Other(
            name=name,
            files={place: files[place] for place in places},
            skipped=tuple(each for place in places for each in foreign[place])
            if all(foreign[place] for place in places)
            else (),
        )
        for name, places in trainings.items()
    ]


def _no_runs(logdir: str | Path, others: Sequence[_Other]) -> LogdirError:
    """Return the error of a logdir that holds only trainings of others, if any."""
    n_files = sum(len(paths) for each in others for paths in each.files.values())
    if not n_files:
        return LogdirError(
            f"`logdir` must hold event files. Received: {str(logdir)!r}, where there are none. "
            f"Train with callbacks=[ScalingLogger()], or give the directory that it wrote to."
        )
    skipped = [sentence for each in others for sentence in each.skipped]
    return LogdirError(
        f"`logdir` must hold runs of ScalingLogger, or of TensorBoard's HParams plugin. Received: "
        f"{str(logdir)!r}, whose {n_files} event file{'s hold' if n_files > 1 else ' holds'} none"
        f"{f' ({skipped[0]})' if skipped else ''}. "
        f"Add ScalingLogger() to the callbacks of `fit`, beside keras.callbacks.TensorBoard if "
        f"you like."
    )


def _with_sessions(
    table: RunTable,
    sessions: list[Session],
    logdir: str | Path,
    loss: str,
    columns: Mapping[str, str] | None,
) -> RunTable:
    """Return a table of our runs with those of the HParams plugin, by the same metric."""
    name = table.runs[0].loss_name if table.runs else HELD_OUT_LOSS
    outcomes = runs_of_sessions(
        sessions, where=logdir, columns=columns, loss=loss, tags=loss_tags(name)
    )
    # `validation/epoch_loss` is what `fit` calls `val_loss`.
    runs = [dataclasses.replace(each, loss_name=name) for each in outcomes if isinstance(each, Run)]
    excluded = [*table.excluded, *(each for each in outcomes if isinstance(each, Exclusion))]
    return dataclasses.replace(
        table,
        runs=tuple(sorted((*table.runs, *runs), key=lambda run: run.name)),
        excluded=tuple(sorted(excluded, key=lambda exclusion: exclusion.name)),
    )


def _trainings_of_others(names: Iterable[str], ours: Set[str]) -> dict[str, list[str]]:
    """Return the trainings, among directories without a run of ours, that are none of ours.

    Each comes with its directories.

    `X/train` and `X/validation`, which Keras's callback writes, are one training, `X`. It is ours
    if a run of ours is `X` or `X/scaling`.
    """
    places = {PurePosixPath(name) for name in ours}
    places |= {place.parent for place in places if place.name == _OWN_SUBDIRECTORY}
    trainings: dict[str, list[str]] = {}
    for name in map(PurePosixPath, names):
        training = name.parent if name.name in _KERAS_SUBDIRECTORIES else name
        if training not in places:
            trainings.setdefault(training.as_posix(), []).append(name.as_posix())
    return {name: trainings[name] for name in sorted(set(trainings) - ours)}
