"""What one run directory holds, as written: facts, results and points of all its attempts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2, tensor_pb2, types_pb2

from scaling_keras.errors import LogdirError
from scaling_keras.events import frames, schema
from scaling_keras.events.logdir import StoredFile
from scaling_keras.events.point_layout import PointLayout, point_layout

_SNIFFED_BYTES = 1 << 16
"""A writer of ours starts with its facts, so a file without our tags up to here isn't ours."""

_DTYPES = {types_pb2.DT_FLOAT: "<f4", types_pb2.DT_DOUBLE: "<f8"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunRecord:
    """One run as its events tell it, before any choice of loss or parameter convention.

    Attributes:
        name: The run's directory below the logdir, with forward slashes; `.` for the logdir.
        facts: Attempt to its facts.
        results: Attempt to its result; none for an attempt that is not over, or was killed.
        curves: Metric name to an array of shape `(points, 3)`: examples seen, wall time in seconds
            since the epoch, value. In the order written, superseded points included.
        last_wall_time: When the last event was written, seconds since the epoch; 0 if none was.
        corrections: Number to what was changed about the run afterwards; the highest holds.
        problems: What could not be read, a sentence each; such a run is left out of a table.
        skipped: What was passed over without harm to the rest, a sentence each: half a record at
            the end of a file, which a killed process leaves behind, and records that aren't what
            was written, by their checksums.
    """

    name: str
    facts: Mapping[int, schema.RunFacts]
    results: Mapping[int, schema.RunResult]
    curves: Mapping[str, npt.NDArray[np.float64]]
    last_wall_time: float
    corrections: Mapping[int, schema.RunCorrection] = dataclasses.field(default_factory=dict)
    problems: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def last_facts(self) -> schema.RunFacts | None:
        """The facts of its last attempt that has any; None if none has."""
        return self.facts[max(self.facts)] if self.facts else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing of a run was found."""
        return not (self.facts or self.results or self.curves or self.corrections or self.problems)


class _Gathering:
    """What has been read of one run so far."""

    def __init__(self) -> None:
        self.facts: dict[int, schema.RunFacts] = {}
        self.results: dict[int, schema.RunResult] = {}
        self.corrections: dict[int, schema.RunCorrection] = {}
        self.points: dict[str, list[float]] = {}
        """Metric to examples, wall time and value of each point, one behind the other."""
        self.last_wall_time = 0.0
        self.problems: list[str] = []
        self.skipped: list[str] = []

    def add_file(self, name: str, found: frames.Frames) -> None:
        """Add the events of one file."""
        series: dict[str, list[float] | None] = {}
        layouts: dict[int, tuple[PointLayout, list[list[float]]]] = {}
        mark = schema.TAG_PREFIX.encode()
        self._tell_skipped(name, found)
        for frame in found.records:
            known = layouts.get(len(frame))
            read = known[0].read(frame) if known else None
            if known and read:
                wall_time, step, values = read
                for points, value in zip(known[1], values, strict=True):
                    points += (step, wall_time, value)
            elif mark in frame:
                layout = self._add_event(event_pb2.Event.FromString(frame), series)
                if layout is not None:
                    layouts[len(frame)] = layout
        last = [points[-2] for points in series.values() if points]
        self.last_wall_time = max([self.last_wall_time, *last])

    def _tell_skipped(self, name: str, found: frames.Frames) -> None:
        """Note what of a file was passed over."""
        self.skipped += [f"{each} of {name} was skipped" for each in found.damage]
        if _says_nothing(found) and (found.cut_off or not found.n_bytes):
            self.skipped.append(f"{name} ends after {found.n_bytes} bytes, before it says anything")
        elif said := frames.half_record(name, found):
            self.skipped.append(said)

    def _add_event(
        self, event: Any, series: dict[str, list[float] | None]
    ) -> tuple[PointLayout, list[list[float]]] | None:
        """Add one event; return how others of the same metrics are laid out, and their points."""
        wall_time, step = event.wall_time, event.step
        added: dict[str, list[float]] = {}
        for value in event.summary.value:
            tag = value.tag
            if tag not in series:
                series[tag] = self._meet(tag, value, wall_time)
            points = series[tag]
            if points is not None:
                points += (step, wall_time, _number(value.tensor))
                added[tag] = points
        if not added or len(added) < len(event.summary.value):
            return None
        return point_layout(*added), list(added.values())

    def _meet(self, tag: str, value: Any, wall_time: float) -> list[float] | None:
        """Take in a tag at its first occurrence in a file; return its points if it is a curve."""
        plugin_data = value.metadata.plugin_data
        if plugin_data.plugin_name != schema.PLUGIN_NAME:
            return None
        payload = schema.decode_tag(tag, plugin_data.content)
        if payload is None:
            metric = schema.curve_metric(tag)
            return None if metric is None else self.points.setdefault(metric, [])
        if isinstance(payload, schema.RunCorrection):
            self.corrections.setdefault(schema.correction_number(tag) or 0, payload)
            return None  # It says nothing of whether the run is alive.
        self.last_wall_time = max(self.last_wall_time, wall_time)
        if isinstance(payload, schema.RunResult):
            self.results.setdefault(schema.result_attempt(tag) or 0, payload)
            return None
        attempt = schema.facts_attempt(tag) or 0
        if self.facts.setdefault(attempt, payload) != payload:
            self.problems.append(
                f"two trainings wrote attempt {attempt} of it at the same time, so that their "
                f"points can't be told apart"
            )
        return None

    def record(self, name: str) -> RunRecord:
        """Return what was gathered."""
        return RunRecord(
            name=name,
            facts=self.facts,
            results=self.results,
            corrections=self.corrections,
            curves={
                metric: np.array(points, dtype=np.float64).reshape(-1, 3)
                for metric, points in self.points.items()
            },
            last_wall_time=self.last_wall_time,
            problems=tuple(self.problems),
            skipped=tuple(self.skipped),
        )


def read_run_dir(run_dir: Path, *, name: str = ".") -> RunRecord:
    """Read the event files that lie directly in `run_dir`, the older first.

    Args:
        run_dir: A directory; one that isn't there gives an empty record.
        name: Name of the record.

    Returns:
        The record, `is_empty` if the directory holds no run of ours. A file that can't be read
        is named in its `problems`, what was passed over of others in `skipped`.
    """
    paths = run_dir.iterdir() if run_dir.is_dir() else ()
    return read_run_files((path for path in paths if frames.FILE_MARK in path.name), name=name)


def read_run_files(paths: Iterable[StoredFile], *, name: str) -> RunRecord:
    """Read the event files of one run directory; see `read_run_dir`."""
    gathering = _Gathering()
    files = []
    for path in paths:
        try:
            content = _content_if_ours(path)
        except OSError as error:
            gathering.problems.append(f"{path.name} can't be read: {error.strerror or error}")
            continue
        if content is not None:
            found = frames.read_frames(content)
            files.append((first_wall_time(found), path.name, found))
    for _, file_name, found in sorted(files, key=lambda file: file[:2]):
        try:
            gathering.add_file(file_name, found)
        except LogdirError as error:
            gathering.problems.append(f"{file_name}: {error}")
        except (DecodeError, ValueError, LookupError) as error:
            gathering.problems.append(
                f"{file_name}: a record is damaged ({type(error).__name__}: {error})."
            )
    return gathering.record(name)


def _content_if_ours(path: StoredFile) -> bytes | None:
    """Return the bytes of an event file that holds our tags, or is too short to tell; else None."""
    with path.open("rb") as file:
        head = file.read(_SNIFFED_BYTES)
        if schema.TAG_PREFIX.encode() in head:
            return head + file.read()
    is_whole = len(head) < _SNIFFED_BYTES
    return head if is_whole and _says_nothing(frames.read_frames(head)) else None


def _says_nothing(found: frames.Frames) -> bool:
    """Return whether a file holds at most the record that every one begins with."""
    return len(found.records) < 2


def first_wall_time(found: frames.Frames) -> float:
    """Return when a file was begun: names hold whole seconds only, too few to order attempts."""
    if not found.records:
        return 0.0
    try:
        return float(event_pb2.Event.FromString(found.records[0]).wall_time)
    except DecodeError:
        return 0.0  # Reading the file in earnest meets the same damage, and names it.


def _number(tensor: tensor_pb2.TensorProto) -> float:
    """Return the value of a scalar tensor."""
    if tensor.float_val:
        return float(tensor.float_val[0])
    if tensor.double_val:
        return float(tensor.double_val[0])
    return float(np.frombuffer(tensor.tensor_content, dtype=_DTYPES[tensor.dtype])[0])
