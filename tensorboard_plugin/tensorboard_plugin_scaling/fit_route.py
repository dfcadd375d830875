"""`fit`: a law fitted to the completed runs, and the lines that show it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from tensorboard.context import RequestContext

from scaling_keras.errors import ScalingError
from scaling_keras.events.assembling import assemble
from scaling_keras.events.choosing import none_chosen
from scaling_keras.law_runs import tests_prediction
from scaling_keras.laws import FORMS, Fit, fit
from scaling_keras.laws.curves import DRAWN_FORMS, law_curves
from scaling_keras.laws.exponents import frontier_exponents
from scaling_keras.runs import Exclusion, Run, RunTable
from tensorboard_plugin_scaling.fit_cache import FitCache, table_digest
from tensorboard_plugin_scaling.options import FitOptions
from tensorboard_plugin_scaling.runs_route import NO_RUNS
from tensorboard_plugin_scaling.source import RunSource

MOST_RESAMPLES = 1000
"""As many as `laws.fit` makes, so that the law is to the last digit that of `scaling-keras fit`."""

_RESAMPLED_ROWS = 500_000
"""With more runs the limits are narrower and need fewer resamples for the same pixels."""


class FitHandler:
    """Answers with a fit, or with the `reason` why there is none yet.

    Args:
        source: Where runs are read.
    """

    def __init__(self, source: RunSource) -> None:
        self._source = source
        self._cache = FitCache()

    def run(
        self, query: Mapping[str, str], context: RequestContext, experiment_id: str
    ) -> Mapping[str, Any]:
        """Return the fit, its parameters with intervals, its findings and its lines."""
        options = FitOptions.from_query(query, forms=DRAWN_FORMS)
        snapshot = self._source.read(context, experiment_id)
        records = snapshot.chosen(options.table.runs)
        table = assemble(
            records,
            loss=options.table.loss,
            param_convention=options.table.param_convention,
            now=snapshot.now,
        )
        answer = {
            "version": snapshot.version,
            "form": options.form,
            "x": options.x,
            "level": options.level,
        }
        try:
            if not snapshot.records:
                return {**answer, "reason": NO_RUNS}
            if not records:
                names = (record.name for record in snapshot.records)
                return {**answer, "reason": none_chosen(names, options.table.runs)}
            usable = _usable(table, options)
            fitted, fitted_at = self._fit(experiment_id, usable, options)
        except ScalingError as error:
            return {**answer, "reason": str(error)}
        described = _described(fitted, table, usable, options)
        return {**answer, **described, "fitted_at": fitted_at}

    def _fit(self, experiment_id: str, usable: RunTable, options: FitOptions) -> tuple[Fit, float]:
        """Return the fit of the usable runs, and when it was made."""
        # A law of size and data is the same whichever of them is drawn.
        x = options.x if _is_one_variable(options.form) else None
        key = (experiment_id, options.form, x, table_digest(usable))

        def compute() -> tuple[Fit, float]:
            made = fit(options.form, usable, x=x, n_resamples=n_resamples(len(usable)))
            return made, time.time()

        return self._cache.get(key, compute)


def n_resamples(n_runs: int) -> int:
    """Return how many bootstrap resamples a fit of `n_runs` makes: 1000, fewer from 501 runs on."""
    return min(MOST_RESAMPLES, max(100, _RESAMPLED_ROWS // max(n_runs, 1)))


def _is_one_variable(form: str) -> bool:
    """Return whether a law is fitted against the axis, rather than over size and data."""
    return form in FORMS and "x" in FORMS[form].variables


def _usable(table: RunTable, options: FitOptions) -> RunTable:
    """Return the runs that the fit takes, the others excluded with their reasons.

    For a law of one variable that is those whose place on the axis is known.
    """
    usable = table.usable()
    if not _is_one_variable(options.form):
        return usable
    placed = usable.where(lambda run: getattr(run, options.x) > 0)
    kept = {run.name for run in placed}
    unplaced = tuple(
        Exclusion(name=run.name, reason=f"its {options.x} is not known")
        for run in usable
        if run.name not in kept
    )
    return dataclasses.replace(placed, excluded=(*usable.excluded, *unplaced))


def _described(
    fitted: Fit, table: RunTable, usable: RunTable, options: FitOptions
) -> dict[str, Any]:
    """Return a fit of the `usable` runs of `table` as the browser shows it."""
    form = fitted.leading_form
    curves = law_curves(fitted, table, x=options.x, level=options.level)
    tests = [run for run in table.completed() if tests_prediction(run)]
    return {
        "reason": None,
        "n_runs": fitted.n_runs,
        "n_resamples": len(fitted.resamples),
        "title": form.title,
        "source": form.source,
        "average": [
            {"form": name, "title": FORMS[name].title, "weight": weight}
            for name, weight in fitted.form_weights.items()
        ],
        "template": form.template,
        "formula": fitted.formula(),
        "parameters": [
            {
                "name": name,
                "exponent": name in form.exponents,
                "at_bound": name in fitted.at_bound,
                **interval.to_dict(),
            }
            for name, interval in fitted.intervals(options.level).items()
            if name in form.parameters
        ],
        "frontier": {
            name: interval.to_dict()
            for name, interval in frontier_exponents(fitted, level=options.level).items()
        },
        "findings": [
            {"code": finding.code, "message": finding.message} for finding in fitted.warnings
        ],
        "fit": fitted.to_dict(resamples=False),
        "curves": [curve.to_dict() for curve in curves],
        "residuals": _against_law(fitted, usable.runs),
        "tested": _against_law(fitted, tests),
    }


def _against_law(fitted: Fit, runs: Sequence[Run]) -> dict[str, Any]:
    """Return how far runs are from the law as it is drawn, of those whose place is known."""
    labels = fitted.labels
    places: dict[str, Any] = {
        name: np.array([getattr(run, labels["x"] if name == "x" else name) for run in runs])
        for name in fitted.law.variables
    }
    known = np.all([np.isfinite(column) & (column > 0) for column in places.values()], axis=0)
    placed = [run for run, has_it in zip(runs, known, strict=True) if has_it]
    if not placed:
        return {"name": [], "log_residual": []}
    predicted = fitted.predict(**{name: column[known] for name, column in places.items()})
    losses = np.array([run.loss for run in placed])
    return {
        "name": [run.name for run in placed],
        "log_residual": (np.log(losses) - np.log(predicted.mean)).tolist(),
    }
