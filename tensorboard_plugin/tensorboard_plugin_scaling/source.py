"""From TensorBoard's data provider to records of runs.

Every call of a provider costs about 40 ms when TensorBoard reads with its data server, so there is
never a call per run: two list what there is, facts and results included, and one more gets the
last points of the runs that are not over.
"""

from __future__ import annotations

import dataclasses
import hashlib
import threading
import time
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from tensorboard.context import RequestContext
from tensorboard.data import provider

from scaling_keras.errors import LogdirError
from scaling_keras.events import schema
from scaling_keras.events.assembling import STALL_SECONDS
from scaling_keras.events.choosing import is_chosen
from scaling_keras.events.records import RunRecord
from tensorboard_plugin_scaling import metadata

_LOSS_TAGS = (schema.curve_tag("val_loss"), schema.curve_tag("loss"))

Listing: TypeAlias = Mapping[str, Mapping[str, Any]]
"""Run to tag to time series, as a provider lists them."""

_Decoded: TypeAlias = schema.Payload | LogdirError | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The runs of an experiment at one moment.

    Attributes:
        version: Changes whenever an event of ours was added, or a run went silent; see `version`.
        records: The runs, by name.
        now: When they were read, seconds since the epoch.
    """

    version: str
    records: tuple[RunRecord, ...]
    now: float

    def chosen(self, patterns: str) -> tuple[RunRecord, ...]:
        """Return the runs whose names match the patterns of `events.choosing`."""
        return tuple(record for record in self.records if is_chosen(record.name, patterns))


class RunSource:
    """Reads the runs of experiments, remembering what it has decoded.

    Args:
        data_provider: TensorBoard's.
    """

    def __init__(self, data_provider: provider.DataProvider) -> None:
        self._provider = data_provider
        self._lock = threading.Lock()
        self._decoded: dict[str, dict[tuple[str, str], tuple[bytes, _Decoded]]] = {}

    def listing(self, context: RequestContext, experiment_id: str) -> tuple[Listing, Listing]:
        """Return the series of payloads and those of curves."""
        asked = {"experiment_id": experiment_id, "plugin_name": metadata.PLUGIN_NAME}
        return (
            self._provider.list_tensors(context, **asked),
            self._provider.list_scalars(context, **asked),
        )

    def read(self, context: RequestContext, experiment_id: str) -> Snapshot:
        """Return the runs of an experiment as they are now.

        A payload that can't be read becomes a problem of its run, for a table to state.
        """
        payloads, curves = self.listing(context, experiment_id)
        decoded = self._decode(payloads, experiment_id)
        names = sorted(set(payloads) | set(curves))
        open_runs = [name for name in names if not _is_over(payloads.get(name, {}))]
        points = self._last_points(context, experiment_id, open_runs)
        now = time.time()
        return Snapshot(
            version=version(payloads, curves, now=now),
            now=now,
            records=tuple(
                _record(
                    name,
                    {tag: decoded[name, tag] for tag in payloads.get(name, {})},
                    points.get(name, {}),
                    _last_wall_time(payloads.get(name, {}), curves.get(name, {})),
                )
                for name in names
            ),
        )

    def _decode(self, payloads: Listing, experiment_id: str) -> dict[tuple[str, str], _Decoded]:
        """Return the payload of every (run, tag), decoding only what wasn't there last time."""
        with self._lock:
            before = self._decoded.get(experiment_id, {})
        after: dict[tuple[str, str], tuple[bytes, _Decoded]] = {}
        for run, tags in payloads.items():
            for tag, series in tags.items():
                known = before.get((run, tag))
                if known is None or known[0] != series.plugin_content:
                    known = (series.plugin_content, _decoded(tag, series.plugin_content))
                after[run, tag] = known
        with self._lock:
            self._decoded = {experiment_id: after}
        return {key: payload for key, (_, payload) in after.items()}

    def _last_points(
        self, context: RequestContext, experiment_id: str, runs: list[str]
    ) -> Mapping[str, Mapping[str, provider.ScalarDatum]]:
        """Return the last point of each loss of `runs`, in one call."""
        if not runs:
            return {}
        points: Mapping[str, Mapping[str, provider.ScalarDatum]]
        points = self._provider.read_last_scalars(
            context,
            experiment_id=experiment_id,
            plugin_name=metadata.PLUGIN_NAME,
            run_tag_filter=provider.RunTagFilter(runs=runs, tags=_LOSS_TAGS),
        )
        return points


def version(payloads: Listing, curves: Listing, *, now: float) -> str:
    """Return a hash that changes whenever the dashboard would look different.

    That is when a series is added or grows, and when a run without a result has been silent for so
    long that it counts as stalled, which no event tells.

    Args:
        payloads: The series of facts and results.
        curves: Those of curves.
        now: Seconds since the epoch.
    """
    state = hashlib.blake2b(digest_size=16)
    for run in sorted(set(payloads) | set(curves)):
        tags = payloads.get(run, {})
        for listed in (tags, curves.get(run, {})):
            for tag in sorted(listed):
                series = listed[tag]
                state.update(
                    f"{run}\0{tag}\0{series.max_step}\0{series.max_wall_time!r}\n".encode()
                )
        silent_seconds = now - _last_wall_time(tags, curves.get(run, {}))
        if silent_seconds >= STALL_SECONDS and not _is_over(tags):
            state.update(b"stalled\n")
    return state.hexdigest()


def _decoded(tag: str, content: bytes) -> _Decoded:
    """Return the payload of a tag, the error that says why it can't be read, or None."""
    try:
        return schema.decode_tag(tag, content)
    except LogdirError as error:
        return error


def _is_over(tags: Mapping[str, Any]) -> bool:
    """Return whether the last attempt among the tags of a run has a result."""
    attempts = [schema.facts_attempt(tag) or schema.result_attempt(tag) or 0 for tag in tags]
    return bool(attempts) and schema.result_tag(max(attempts)) in tags


def _last_wall_time(*series: Mapping[str, Any]) -> float:
    """Return when the last event of a run was written, seconds since the epoch.

    A correction is none of its events: it may come years later.
    """
    times = (
        item.max_wall_time
        for tags in series
        for tag, item in tags.items()
        if not schema.correction_number(tag)
    )
    return max(times, default=0.0)


def _record(
    name: str,
    payloads: Mapping[str, _Decoded],
    points: Mapping[str, provider.ScalarDatum],
    last_wall_time: float,
) -> RunRecord:
    """Return one run."""
    facts: dict[int, schema.RunFacts] = {}
    results: dict[int, schema.RunResult] = {}
    corrections: dict[int, schema.RunCorrection] = {}
    problems = []
    for tag, payload in payloads.items():
        if isinstance(payload, schema.RunFacts):
            facts[schema.facts_attempt(tag) or 0] = payload
        elif isinstance(payload, schema.RunResult):
            results[schema.result_attempt(tag) or 0] = payload
        elif isinstance(payload, schema.RunCorrection):
            corrections[schema.correction_number(tag) or 0] = payload
        elif payload is not None:
            problems.append(f"{tag}: {payload}")
    return RunRecord(
        name=name,
        facts=facts,
        results=results,
        corrections=corrections,
        curves={
            schema.curve_metric(tag) or tag: np.array([[point.step, point.wall_time, point.value]])
            for tag, point in points.items()
        },
        last_wall_time=last_wall_time,
        problems=tuple(problems),
    )
