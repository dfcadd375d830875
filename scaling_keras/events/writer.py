"""Write what a run says of itself to an event file of its directory."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path

from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2, types_pb2

from scaling_keras.events import schema
from scaling_keras.events.event_file import EventFile
from scaling_keras.events.records import read_run_dir

_SCALARS_PLUGIN = "scalars"


class RunWriter:
    """The one writer of a run directory, for one attempt.

    Points are tensors with our metadata: TensorBoard's Python loader drops a plain `simple_value`
    of a plugin that it doesn't know. Facts and results are metadata with an empty tensor, so that
    a reader gets those of all runs in one call. What a method wrote is on disk when it returns.

    Wall times never go back, whatever the clock does, for they tell readers what came later: an
    event that the clock puts before its predecessor gets the wall time of that.

    Args:
        run_dir: The directory of the run; created if it isn't there. Only one writer at a time
            may be open in it: a reader that follows the run polls the newest file only.
        scalars: Whether points are also written as TensorBoard's own scalars, under the metric's
            name, for its Time Series tab shows no other.

    Attributes:
        attempt: 1, or one more than the last attempt that the directory holds.
        earlier: What the directory held of earlier attempts.
    """

    def __init__(self, run_dir: str | Path, *, scalars: bool = False) -> None:
        self.earlier = read_run_dir(Path(run_dir))
        self.attempt = 1 + max([0, *self.earlier.facts, *self.earlier.results])
        self._scalars = scalars
        self._described: set[str] = set()
        self._last_wall_time = self.earlier.last_wall_time
        self._file = EventFile(Path(run_dir), wall_time=self._wall_time())

    def after_earlier(self, wall_time: float) -> float:
        """Return a wall time, or the next after all that earlier attempts wrote, if it is later."""
        return max(wall_time, math.nextafter(self.earlier.last_wall_time, math.inf))

    def write_facts(self, facts: schema.RunFacts) -> None:
        """Write the facts of the attempt, once: TensorBoard keeps the first of a tag."""
        self._last_wall_time = max(self._last_wall_time, facts.start_time)
        self._write_payload(schema.facts_tag(facts.attempt), facts)

    def write_result(self, result: schema.RunResult) -> None:
        """Write how the attempt ended, once."""
        self._write_payload(schema.result_tag(result.attempt), result)

    def write_correction(self, correction: schema.RunCorrection) -> None:
        """Write what is to be changed about the run, or that it is to be left out."""
        self._write_payload(schema.correction_tag(correction.number), correction)

    def write_point(self, n_examples: int, values: Mapping[str, float]) -> float:
        """Write a point of each metric in `values`.

        Args:
            n_examples: Examples that the run has seen, earlier attempts included.
            values: Metric name, as Keras names it, to its value; NaN is kept.

        Returns:
            The point's wall time, seconds since the epoch.
        """
        wall_time = self._wall_time()
        event = event_pb2.Event(wall_time=wall_time, step=n_examples)
        for metric, value in values.items():
            self._add_scalar(event, schema.curve_tag(metric), value, schema.PLUGIN_NAME)
            if self._scalars:
                self._add_scalar(event, metric, value, _SCALARS_PLUGIN)
        self._file.write(event.SerializeToString())
        return wall_time

    def _add_scalar(self, event: event_pb2.Event, tag: str, value: float, plugin: str) -> None:
        """Add a point of one series; the first of each says whose it is."""
        added = event.summary.value.add(tag=tag)
        added.tensor.dtype = types_pb2.DT_FLOAT
        added.tensor.tensor_shape.SetInParent()
        added.tensor.float_val.append(value)
        if tag not in self._described:
            self._described.add(tag)
            added.metadata.CopyFrom(_metadata(summary_pb2.DATA_CLASS_SCALAR, plugin=plugin))

    def close(self) -> None:
        """Close the file; closing twice does nothing."""
        self._file.close()

    def _wall_time(self) -> float:
        """Return the time, or that of the last event if the clock has gone back since."""
        self._last_wall_time = max(time.time(), self._last_wall_time)
        return self._last_wall_time

    def _write_payload(self, tag: str, payload: schema.Payload) -> None:
        """Write a payload into the metadata of `tag`, beside an empty tensor."""
        event = event_pb2.Event(wall_time=self._wall_time())
        content = schema.encode(payload)
        event.summary.value.add(
            tag=tag,
            metadata=_metadata(summary_pb2.DATA_CLASS_TENSOR, content),
            tensor=tensor_pb2.TensorProto(
                dtype=types_pb2.DT_FLOAT,
                tensor_shape=tensor_shape_pb2.TensorShapeProto(
                    dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=0)]
                ),
            ),
        )
        self._file.write(event.SerializeToString())


def _metadata(
    data_class: int, content: bytes = b"", plugin: str = schema.PLUGIN_NAME
) -> summary_pb2.SummaryMetadata:
    """Return metadata; a series without a data class is hidden by every TensorBoard loader."""
    return summary_pb2.SummaryMetadata(
        plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name=plugin, content=content),
        data_class=data_class,
    )
