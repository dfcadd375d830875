"""`runs`: every run that is known of, with what is known of it, in columns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from tensorboard.context import RequestContext

from scaling_keras.events.assembling import assemble
from scaling_keras.laws.curves import DRAWN_FORMS
from scaling_keras.laws.fitting import AUTO
from scaling_keras.runs import PARAM_CONVENTIONS, Run, RunTable, count_under
from tensorboard_plugin_scaling.options import TableOptions
from tensorboard_plugin_scaling.source import RunSource

NO_RUNS = (
    "The log directory must hold runs that ScalingLogger wrote. Received: none so far. Add "
    "ScalingLogger() to the callbacks of `fit` and start a training; it will show up here."
)

SURFACE = ("n_params", "n_examples")

_FROM_RUN = (
    "name",
    "status",
    "reason",
    "loss",
    "n_params",
    "n_examples",
    "train_flops",
    "train_flops_per_example",
    "dataset_size",
    "size",
    "family",
    "example_unit",
    "seed",
)
_FROM_FACTS = ("planned_examples", "sweep", "trial", "start_time", "prediction")
_FROM_RESULT = ("elapsed_seconds", "examples_per_second")


class RunsHandler:
    """Answers with the table of runs.

    Args:
        source: Where runs are read.
    """

    def __init__(self, source: RunSource) -> None:
        self._source = source

    def run(
        self, query: Mapping[str, str], context: RequestContext, experiment_id: str
    ) -> Mapping[str, Any]:
        """Return the columns, what was left out, and `reason` if there is nothing to show."""
        options = TableOptions.from_query(query)
        snapshot = self._source.read(context, experiment_id)
        table = assemble(
            snapshot.chosen(options.runs),
            loss=options.loss,
            param_convention=options.param_convention,
            now=snapshot.now,
        )
        return {
            "version": snapshot.version,
            "reason": None if snapshot.records else NO_RUNS,
            "loss": options.loss,
            "param_convention": options.param_convention,
            "loss_name": table.runs[0].loss_name if table.runs else None,
            "forms": [
                {"name": AUTO, "title": "Weighted average", "variables": SURFACE},
                *(
                    {"name": form.name, "title": form.title, "variables": form.variables}
                    for form in DRAWN_FORMS.values()
                ),
            ],
            "columns": columns(table),
            "excluded": [{"name": item.name, "reason": item.reason} for item in table.excluded],
        }


def columns(table: RunTable) -> dict[str, list[Any]]:
    """Return the runs of a table as columns of plain values, unknown ones None.

    `not_fitted` is why a fit leaves a run out, empty where it doesn't; `planned_flops` is what the
    run is meant to cost; `n_params_<convention>` is N under each convention.
    """
    why = {item.name: item.reason for item in table.usable().excluded}
    result: dict[str, list[Any]] = {
        name: [getattr(run, name) for run in table] for name in _FROM_RUN
    }
    result["not_fitted"] = [why.get(run.name, "") for run in table]
    for convention in PARAM_CONVENTIONS:
        result[f"n_params_{convention}"] = [
            count_under(convention, run.param_counts) if run.param_counts else None for run in table
        ]
    for name in _FROM_FACTS:
        result[name] = [run.facts.get(name) for run in table]
    for name in _FROM_RESULT:
        result[name] = [(run.facts.get("result") or {}).get(name) for run in table]
    result["planned_flops"] = [_planned_flops(run) for run in table]
    return result


def _planned_flops(run: Run) -> float:
    """Return what a run is meant to cost, NaN if it doesn't say."""
    planned = run.facts.get("planned_examples")
    return math.nan if planned is None else planned * run.train_flops_per_example
