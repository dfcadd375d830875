"""Read the runs of a log directory: event files to a `RunTable`, without TensorFlow."""

from __future__ import annotations

from collections.abc import Iterable, Set
from pathlib import Path, PurePosixPath

from scaling_keras.errors import LogdirError
from scaling_keras.events.assembling import assemble
from scaling_keras.events.choosing import is_chosen, none_chosen
from scaling_keras.events.logdir import event_files
from scaling_keras.events.records import RunRecord, read_run_files
from scaling_keras.runs import RunTable

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
) -> RunTable:
    """Read every run below a log directory that `ScalingLogger` wrote.

    Args:
        logdir: The directory that TensorBoard is given; symbolic links in it are followed. Or an
            address that `fsspec` knows, such as `gs://bucket/runs`.
        loss: Which loss of a run to take: `final`, its last point; `best`, its lowest; `tail`, the
            mean of its points over the last tenth of the examples seen.
        metric: The metric to take it from. By default the held-out loss (`val_loss`) where any run
            has one, else the training loss; the two are never mixed.
        param_convention: Which parameters `n_params` counts: a key of `runs.PARAM_CONVENTIONS`.
        runs: Patterns of the names of the runs to read, with commas between: `demo` for all below
            `demo`, `mlp-*`, `!*-old` for all but these. All by default; see `events.choosing`.

    Returns:
        The runs, sorted by name. What was left out is in `excluded`, with the reason.

    Raises:
        LogdirError: If `logdir` isn't a directory, or holds no runs of `ScalingLogger`.
        RunsError: If an option isn't one of those named, or no run has the metric.
    """
    records = read_records(logdir, runs=runs)
    return assemble(records, loss=loss, metric=metric, param_convention=param_convention)


def read_records(logdir: str | Path, *, runs: str = "") -> list[RunRecord]:
    """Read what each run below `logdir` wrote, sorted by name.

    Event files of others are records without facts, whose `problems` say so; those that
    `keras.callbacks.TensorBoard` wrote for one of our runs belong to it and are passed over.

    Args:
        logdir: A local directory, or an address that `fsspec` knows, such as `gs://bucket/runs`.
        runs: Patterns of the names of the runs to read, as in `read_runs`.

    Raises:
        LogdirError: If `logdir` isn't a directory, or holds no runs of `ScalingLogger` that
            `runs` matches.
    """
    found = event_files(logdir)
    files = {name: paths for name, paths in found.items() if is_chosen(name, runs)}
    if found and not files:
        raise LogdirError(none_chosen(found, runs))
    records, foreign = [], []
    for name, paths in files.items():
        record = read_run_files(paths, name=name)
        if record.is_empty:
            foreign.append(name)
        else:
            records.append(record)
    n_files = sum(len(paths) for paths in files.values())
    if records:
        left_out = _trainings_of_others(foreign, {record.name for record in records})
        records += [_unknown_record(name) for name in left_out]
        return sorted(records, key=lambda record: record.name)
    if not n_files:
        raise LogdirError(
            f"`logdir` must hold event files. Received: {str(logdir)!r}, where there are none. "
            f"Train with callbacks=[ScalingLogger()], or give the directory that it wrote to."
        )
    raise LogdirError(
        f"`logdir` must hold runs of ScalingLogger. Received: {str(logdir)!r}, whose {n_files} "
        f"event file{'s hold' if n_files > 1 else ' holds'} none. Add ScalingLogger() to the "
        f"callbacks of `fit`, beside keras.callbacks.TensorBoard if you like; `scaling-keras "
        f"import` reads runs of TensorBoard's HParams plugin."
    )


def _trainings_of_others(names: Iterable[str], ours: Set[str]) -> list[str]:
    """Return the trainings, among directories without a run of ours, that are none of ours.

    `X/train` and `X/validation`, which Keras's callback writes, are one training, `X`. It is ours
    if a run of ours is `X` or `X/scaling`.
    """
    places = {PurePosixPath(name) for name in ours}
    places |= {place.parent for place in places if place.name == _OWN_SUBDIRECTORY}
    trainings = set()
    for name in map(PurePosixPath, names):
        training = name.parent if name.name in _KERAS_SUBDIRECTORIES else name
        if training not in places:
            trainings.add(training.as_posix())
    return sorted(trainings - ours)


def _unknown_record(name: str) -> RunRecord:
    """Return the record of a training that `ScalingLogger` didn't log."""
    problem = (
        "its event files are not ScalingLogger's; `scaling-keras import` reads those of "
        "TensorBoard's HParams plugin"
    )
    return RunRecord(
        name=name, facts={}, results={}, curves={}, last_wall_time=0.0, problems=(problem,)
    )
