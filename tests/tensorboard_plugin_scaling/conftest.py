"""A data provider that holds what is said, and the plugin on top of it."""

from __future__ import annotations

import dataclasses
import json
import math
import time
from unittest import mock

import numpy as np
import pytest
from tensorboard.backend import application
from tensorboard.data import provider
from tensorboard.plugins.base_plugin import TBContext
from werkzeug.test import Client

from scaling_keras.events import schema
from tensorboard_plugin_scaling.loader import ScalingLoader

LAW = {"E": 1.5, "A": 12.0, "alpha": 0.3, "B": 40.0, "beta": 0.33}


def true_loss(n_params, n_examples):
    return LAW["E"] + LAW["A"] / n_params ** LAW["alpha"] + LAW["B"] / n_examples ** LAW["beta"]


class Logdir:
    """What a provider tells of a log directory, and the calls that were made."""

    def __init__(self):
        self.payloads: dict[str, dict] = {}
        self.curves: dict[str, dict] = {}
        self.points: dict[str, dict] = {}
        self.provider = mock.create_autospec(provider.DataProvider, instance=True)
        self.provider.list_tensors.side_effect = lambda ctx, **asked: self.payloads
        self.provider.list_scalars.side_effect = lambda ctx, **asked: self.curves
        self.provider.read_last_scalars.side_effect = self._last_points

    def _last_points(self, ctx, *, experiment_id, plugin_name, run_tag_filter):
        assert plugin_name == "scaling"
        return {
            run: {tag: p for tag, p in tags.items() if tag in run_tag_filter.tags}
            for run, tags in self.points.items()
            if run in run_tag_filter.runs
        }

    def add_payload(self, run, tag, content, *, wall_time=None):
        self.payloads.setdefault(run, {})[tag] = provider.TensorTimeSeries(
            max_step=0,
            max_wall_time=time.time() if wall_time is None else wall_time,
            plugin_content=content,
            description="",
            display_name=tag,
        )

    def add_point(self, run, tag, step, value, *, wall_time=None):
        wall_time = time.time() if wall_time is None else wall_time
        self.curves.setdefault(run, {})[tag] = provider.ScalarTimeSeries(
            max_step=step,
            max_wall_time=wall_time,
            plugin_content=b"",
            description="",
            display_name=tag,
        )
        self.points.setdefault(run, {})[tag] = provider.ScalarDatum(step, wall_time, value)

    def add_run(
        self,
        name,
        n_params=10_000,
        n_examples=1_000_000,
        *,
        loss=None,
        status="completed",
        reason="",
        flops=True,
        silent_seconds=0.0,
        **facts,
    ):
        """Add a run; without a `status` it goes on."""
        wall_time = time.time() - silent_seconds
        loss = true_loss(n_params, n_examples) if loss is None else loss
        counts = {"embedding": n_params // 4, "head": 0, "hidden": n_params - n_params // 4}
        described = schema.RunFacts(
            n_params={**counts, "trainable": n_params, "total": n_params},
            train_flops_per_example=6.0 * n_params if flops else None,
            example_unit="token",
            **facts,
        )
        self.add_payload(name, schema.facts_tag(1), schema.encode(described), wall_time=wall_time)
        for metric, value in (("val_loss", loss), ("loss", 0.99 * loss)):
            tag = schema.curve_tag(metric)
            self.add_point(name, tag, n_examples, value, wall_time=wall_time)
        if status:
            result = schema.RunResult(
                status=status,
                reason=reason,
                losses={
                    "val_loss": {"final": loss, "best": loss - 0.01, "tail": loss + 0.01},
                },
                n_examples=n_examples,
                train_flops=6.0 * n_params * n_examples if flops else None,
                elapsed_seconds=12.5,
            )
            content = schema.encode(result)
            self.add_payload(name, schema.result_tag(1), content, wall_time=wall_time)

    def add_grid(self, sizes=(3e3, 1e4, 3e4, 1e5, 3e5), data=(1e5, 4e5, 1.6e6, 6.4e6, 2.6e7)):
        """Add completed runs of every size on every amount of data, a little off the law."""
        rng = np.random.default_rng(0)
        for n_params in map(int, sizes):
            for n_examples in data:
                loss = true_loss(n_params, n_examples) * math.exp(rng.normal(0, 0.003))
                self.add_run(
                    f"n{n_params}-d{int(n_examples)}",
                    n_params,
                    int(n_examples),
                    loss=loss,
                    size=f"size-{n_params}",
                )

    def copy_of_payloads(self):
        return {run: dict(tags) for run, tags in self.payloads.items()}


@pytest.fixture
def logdir():
    """An empty log directory, as a data provider tells of it."""
    return Logdir()


@pytest.fixture
def plugin(logdir):
    return ScalingLoader().load(TBContext(data_provider=logdir.provider))


@pytest.fixture
def client(plugin, logdir):
    """A browser's view of TensorBoard with our plugin."""
    return Client(application.TensorBoardWSGI([plugin], data_provider=logdir.provider))


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    body: dict


@pytest.fixture
def get(client):
    """A function from a route with its query to the decoded answer."""

    def get(route):
        response = client.get(f"/data/plugin/scaling/{route}")
        return Answer(response.status_code, json.loads(response.get_data(as_text=True)))

    return get
