"""Writes logdirs as Keras's TensorBoard callback and the HParams plugin do, without TensorFlow."""

from __future__ import annotations

import numpy as np
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2
from tensorboard.plugins.hparams import metadata, plugin_data_pb2
from tensorboard.summary.writer.event_file_writer import EventFileWriter


def write_session(
    directory, hparams, *, curves=None, status=None, group="", legacy=False, began=0.0
):
    """Write a session's hyperparameters to `directory`, each curve to the folder in its name.

    `curves` maps tags such as `validation/epoch_loss` to values at the steps 0, 1, 2, ...
    `status` is 1 (success), 2 (failure), 3 (running) or None for no session end. `began` is the
    wall time of a second before it, each of its steps takes another.
    """
    start = plugin_data_pb2.SessionStartInfo(group_name=group)
    for name, value in hparams.items():
        if isinstance(value, bool):
            start.hparams[name].bool_value = value
        elif isinstance(value, str):
            start.hparams[name].string_value = value
        else:
            start.hparams[name].number_value = value
    values = [hparams_value("session_start_info", session_start_info=start)]
    if status is not None:
        end = plugin_data_pb2.SessionEndInfo(status=status)
        values.append(hparams_value("session_end_info", session_end_info=end))
    write_events(directory, [(0, value) for value in values], began=began)
    for tag, points in (curves or {}).items():
        folder, _, name = tag.rpartition("/")
        make = legacy_value if legacy else scalar_value
        write_events(
            directory / folder,
            [(step, make(name, value)) for step, value in enumerate(points)],
            began=began,
        )


def write_events(directory, values, *, began=0.0):
    """Write one event file of `(step, summary value)` pairs."""
    writer = EventFileWriter(str(directory))
    for step, value in values:
        summary = summary_pb2.Summary(value=[value])
        writer.add_event(event_pb2.Event(wall_time=began + 1.0 + step, step=step, summary=summary))
    writer.close()


def hparams_value(tag, **data):
    content = plugin_data_pb2.HParamsPluginData(version=0, **data).SerializeToString()
    value = summary_pb2.Summary.Value(tag=f"_hparams_/{tag}")
    value.metadata.plugin_data.plugin_name = metadata.PLUGIN_NAME
    value.metadata.plugin_data.content = content
    return value


def scalar_value(tag, number):
    tensor = tensor_pb2.TensorProto(
        dtype=types_pb2.DT_FLOAT, tensor_content=np.float32(number).tobytes()
    )
    value = summary_pb2.Summary.Value(tag=tag, tensor=tensor)
    value.metadata.plugin_data.plugin_name = "scalars"
    return value


def legacy_value(tag, number):
    return summary_pb2.Summary.Value(tag=tag, simple_value=number)
