"""Read the sessions of TensorBoard's HParams plugin: hyperparameters and scalars, no TensorFlow."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2, types_pb2
from tensorboard.plugins.hparams import metadata, plugin_data_pb2

from scaling_keras.errors import LogdirError
from scaling_keras.events import frames
from scaling_keras.events.logdir import StoredFile, event_files
from scaling_keras.events.records import _number, first_wall_time

_SCALARS = "scalars"
"""Name of the plugin whose summaries `tf.summary.scalar` and Keras's TensorBoard callback write."""
_NUMBER_TYPES = (types_pb2.DT_FLOAT, types_pb2.DT_DOUBLE)
_STATUSES = {1: "completed", 2: "failed", 3: "running"}
"""tensorboard/plugins/hparams/api.proto: STATUS_SUCCESS, STATUS_FAILURE, STATUS_RUNNING."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Session:
    """One training as the HParams plugin knows it.

    Attributes:
        name: The session's directory below the logdir, with forward slashes; `.` for the logdir.
        hparams: Its hyperparameters: numbers, texts and flags, by name.
        scalars: Tag to an array of shape `(points, 2)`: step and value, by rising step. Tags of a
            directory below the session's carry its name: `validation/epoch_loss`.
        status: `completed`, `failed` or `running`; empty if the session doesn't say, as where
            `hp.hparams` was called without the callback.
        group: The session group, which repetitions of one setting share; empty if not given.
        problems: What could not be read, a sentence each.
        skipped: What was passed over, a sentence each: half a record at the end of a file, which
            a killed process or a copy that was cut short leaves behind.
        superseded: A sentence on what an earlier training wrote into the same directory, which was
            passed over, too; empty if there was none.
        restarted: The tags whose steps begin again, as where `fit` was called twice: their last
            step doesn't tell how long the training was.
    """

    name: str
    hparams: Mapping[str, Any]
    scalars: Mapping[str, npt.NDArray[np.float64]]
    status: str = ""
    group: str = ""
    problems: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    superseded: str = ""
    restarted: frozenset[str] = frozenset()

    def notes(self, tag: str) -> tuple[str, ...]:
        """Return what was passed over, and what is odd about the scalar `tag`, a sentence each."""
        again = (
            f"the steps of {tag} begin again, as where `fit` is called twice, so that they don't "
            f"tell how long it was trained"
        )
        said = (*self.skipped, self.superseded, again if tag in self.restarted else "")
        return tuple(filter(None, said))


class _Directory:
    """What the event files of one directory hold."""

    def __init__(self) -> None:
        self.hparams: dict[str, Any] | None = None
        self.status = ""
        self.group = ""
        self.starts: list[float] = []
        self.points: dict[str, list[tuple[float, float, float]]] = {}
        self.problems: list[str] = []
        self.skipped: list[str] = []
        self._plugins: dict[str, str] = {}

    def add_files(self, paths: list[StoredFile]) -> None:
        """Add the events of all files, the older first."""
        files = []
        for path in paths:
            try:
                with path.open("rb") as file:
                    found = frames.read_frames(file.read())
            except OSError as error:
                self.problems.append(f"{path.name} can't be read: {error.strerror or error}")
                continue
            files.append((first_wall_time(found), path.name, found))
            if said := frames.half_record(path.name, found):
                self.skipped.append(said)
            self.problems += [f"{each} of {path.name} can't be read" for each in found.damage]
        for _, name, found in sorted(files, key=lambda file: file[:2]):
            try:
                for frame in found.records:
                    event = event_pb2.Event.FromString(frame)
                    for value in event.summary.value:
                        self._add(event, value)
            except DecodeError as error:
                self.problems.append(f"{name}: a record is damaged (DecodeError: {error}).")

    def _add(self, event: Any, value: Any) -> None:
        """Take in one value of a summary."""
        step, wall_time = event.step, event.wall_time
        plugin_data = value.metadata.plugin_data
        plugin = self._plugins.setdefault(value.tag, plugin_data.plugin_name)
        if plugin == metadata.PLUGIN_NAME:
            self._add_hparams(value.tag, plugin_data.content, wall_time)
        elif value.HasField("simple_value"):
            self.points.setdefault(value.tag, []).append((step, value.simple_value, wall_time))
        elif plugin == _SCALARS and value.tensor.dtype in _NUMBER_TYPES:
            self.points.setdefault(value.tag, []).append((step, _number(value.tensor), wall_time))

    def _add_hparams(self, tag: str, content: bytes, wall_time: float) -> None:
        """Take in what the HParams plugin wrote; of several sessions the last one holds."""
        data = plugin_data_pb2.HParamsPluginData.FromString(content)
        if tag == metadata.SESSION_START_INFO_TAG:
            start = data.session_start_info
            self.hparams = {name: _plain(value) for name, value in sorted(start.hparams.items())}
            self.status, self.group = "", start.group_name
            self.starts.append(wall_time)
        elif tag == metadata.SESSION_END_INFO_TAG:
            self.status = _STATUSES.get(data.session_end_info.status, "")


def read_sessions(logdir: str | Path) -> list[Session]:
    """Read every session of the HParams plugin below a log directory, sorted by name.

    A session is a directory with hyperparameters (`hp.KerasCallback`, `hp.hparams`, or PyTorch's
    `add_hparams`); scalars in directories below it, such as `train` and `validation` of
    `keras.callbacks.TensorBoard`, belong to it.

    Raises:
        LogdirError: If `logdir` isn't a directory, or holds no session.
    """
    files = event_files(logdir)
    sessions = sessions_in(files)
    if not sessions:
        raise LogdirError(
            f"`logdir` must hold sessions of TensorBoard's HParams plugin. Received: "
            f"{str(logdir)!r}, where {len(files)} directories hold event files and none of "
            f"them hyperparameters. Add hp.KerasCallback to the callbacks of `fit`; runs of "
            f"ScalingLogger need no import, `scaling-keras fit` reads them."
        )
    return sessions


def sessions_in(files: Mapping[str, list[StoredFile]]) -> list[Session]:
    """Return the sessions in event files by directory, as `logdir.event_files` gives them."""
    directories: dict[PurePosixPath, _Directory] = {}
    for directory, paths in files.items():
        read = _Directory()
        read.add_files(paths)
        directories[PurePosixPath(directory)] = read
    names = {name for name, read in directories.items() if read.hparams is not None}
    below: dict[PurePosixPath, dict[PurePosixPath, _Directory]] = {name: {} for name in names}
    for name, read in directories.items():
        owner = next((place for place in (name, *name.parents) if place in names), None)
        if owner is not None:
            below[owner][name] = read
    return [_session(name, below[name]) for name in sorted(names)]


def _session(name: PurePosixPath, directories: Mapping[PurePosixPath, _Directory]) -> Session:
    """Return the session of one directory and those below it; of several trainings, the last."""
    own = directories[name]
    start = max(own.starts) if len(own.starts) > 1 else -math.inf
    scalars = {}
    restarted = set()
    n_superseded = 0
    for place, read in directories.items():
        for tag, points in read.points.items():
            written = np.array(points, dtype=np.float64)
            array = written[written[:, 2] >= start, :2]
            n_superseded += len(written) - len(array)
            if len(array):
                whole_tag = str(place.relative_to(name) / tag)
                scalars[whole_tag] = array[np.argsort(array[:, 0], kind="stable")]
                if _has_other_values_at_a_step(array):
                    restarted.add(whole_tag)
    problems = [each for read in directories.values() for each in read.problems]
    superseded = _superseded(n_superseded, len(own.starts))
    if superseded and not scalars:
        problems.append(f"no scalars follow its last hyperparameters; {superseded}")
    return Session(
        name=str(name),
        hparams=own.hparams or {},
        scalars=scalars,
        status=own.status,
        group=own.group,
        problems=tuple(problems),
        skipped=tuple(each for read in directories.values() for each in read.skipped),
        superseded=superseded,
        restarted=frozenset(restarted),
    )


def _superseded(n_points: int, n_starts: int) -> str:
    """Return the sentence on the points of earlier trainings; empty if there are none."""
    if not n_points:
        return ""
    return (
        f"hyperparameters were written {n_starts} times to its directory: the last hold, and the "
        f"{n_points} points before them, of an earlier training, were skipped"
    )


def _has_other_values_at_a_step(points: npt.NDArray[np.float64]) -> bool:
    """Return whether a scalar has two values at one step; copies of a file have the same."""
    return len(np.unique(points, axis=0)) > len(np.unique(points[:, 0]))


def _plain(value: Any) -> Any:
    """Return a `google.protobuf.Value` as a number, a text, a flag or None."""
    kind = value.WhichOneof("kind")
    return None if kind in (None, "null_value") else getattr(value, kind)
