"""What a law predicts for a run that is to test it, and whether it is about such a run at all."""

from __future__ import annotations

from typing import Any

from scaling_keras import laws
from scaling_keras.errors import SweepError
from scaling_keras.laws.fitting import AUTO
from scaling_keras.runs import RunTable

_KEPT = {
    "n_examples": "n_params",
    "n_params": "n_examples",
    "train_flops": "examples_per_param",
}
"""What the runs of a law of one variable have in common, or vary over without the law knowing."""
_CLOSE = 1.1
"""Factor beyond the runs that such a run may be at: sizes and batches are whole."""


def prediction_facts(
    fit: laws.Fit,
    *,
    objective: str,
    n_params: float,
    n_examples: float,
    train_flops: float,
    dataset_size: float | None = None,
    level: float = 0.9,
) -> dict[str, Any]:
    """Return what a law predicts for a run, in the form in which the run records it.

    An average of forms has `auto` as its `form`, and what each counts as `form_weights`, which are
    empty for a law of one form.

    Args:
        fit: The law; a one-variable one says in its labels which of the numbers it takes.
        objective: The metric that the run will be judged by.
        n_params: Parameters of the run, under the convention of the fit.
        n_examples: Examples it will see.
        train_flops: What it will cost.
        dataset_size: Unique examples among them; None if unknown.
        level: What the interval is meant to contain, in `(0, 1)`.

    Raises:
        SweepError: If the law is of another metric, or of what isn't known of the run.
    """
    metric = fit.labels.get("loss_name", objective) if fit.law.target == "loss" else fit.law.target
    if metric != objective:
        raise SweepError(
            f"A law predicts what the run is judged by. Received: a law of {metric!r}, and "
            f"objective={objective!r}. Fit one of that, as `fit_law` does."
        )
    known = {
        "n_params": n_params,
        "n_examples": n_examples,
        "train_flops": train_flops,
        **({} if dataset_size is None else {"dataset_size": dataset_size}),
    }
    columns = {
        name: fit.labels.get("x", name) if name == "x" else name for name in fit.law.variables
    }
    unknown = [column for column in columns.values() if column not in known]
    if unknown:
        raise SweepError(
            f"A law predicts a run from what is known of it: {', '.join(known)}. Received: a "
            f"`{fit.form}` law of {', '.join(unknown)}. Fit one of those, from a table or with "
            f"`x` by name; `dataset_size` is an argument of `search`."
        )
    variables = {name: known[column] for name, column in columns.items()}
    prediction = fit.predict(level=level, **variables)
    return {
        "loss": float(prediction.mean[0]),
        "low": float(prediction.low[0]),
        "high": float(prediction.high[0]),
        "level": level,
        "form": AUTO if fit.form_weights else fit.form,
        "form_weights": dict(fit.form_weights),
        "loss_name": objective,
        "extrapolation": float(prediction.extrapolation[0]),
        "best_before": float(fit.observed.min()),
    }


def check_keeps_to(runs: RunTable, fit: laws.Fit, *, n_params: float, n_examples: float) -> None:
    """Raise unless a run varies no more than a law of one variable knows of.

    A law of data is of the sizes of its runs, one of compute of their ratios of data to size.

    Args:
        runs: The project's runs, of which the law may be.
        fit: The law; nothing is asked of one of size and data.
        n_params: Parameters of the run, under the convention of `runs`.
        n_examples: Examples it will see.

    Raises:
        SweepError: If it lies outside what the runs have in common.
    """
    kept = _KEPT.get(fit.labels.get("x", "")) if fit.law.variables == ("x",) else None
    usable = runs.usable()
    if kept is None or not len(usable):
        return
    of_run = {
        "n_params": n_params,
        "n_examples": n_examples,
        "examples_per_param": n_examples / n_params,
    }[kept]
    sizes, examples = usable["n_params"], usable["n_examples"]
    seen = {"n_params": sizes, "n_examples": examples, "examples_per_param": examples / sizes}[kept]
    low, high = float(seen.min()), float(seen.max())
    if not low / _CLOSE <= of_run <= high * _CLOSE:
        span = f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"
        raise SweepError(
            f"A law of `{fit.labels['x']}` alone is of runs whose `{kept}` is {span}, and says "
            f"nothing of others. Received: a run with {kept}={of_run:.4g}. Choose `size` and "
            f"`n_examples` to keep to that, or fit a law of both to a sweep that varies both."
        )
