"""The law of the trials that have ended so far, in a line for whoever watches a search."""

from __future__ import annotations

import math
from collections.abc import Iterable

from scaling_keras import laws
from scaling_keras.errors import FitError
from scaling_keras.law_runs import TUNING_SHARE, is_usable
from scaling_keras.tuner.executors.interface import TrialOutcome
from scaling_keras.tuner.sweep import Models, Sweep, TrialPlan

LADDER_FORM = "power_law_floor"
"""The form of a law of one variable, where all that a form needs is to be quick."""
_QUICK_FORM = "chinchilla"
"""The form of a law of size and data where the sweep leaves it to `auto`, which takes long."""
_N_RESAMPLES = 100


class LawSoFar:
    """Fits the trials that have ended, without the checks of `ScalingTuner.fit_law`: it is quick.

    Args:
        models: What the models of the sizes cost.
        sweep: What is searched, which says what the law is of and, if it has one, its form.
        objective: The metric that the law is of.
        ended: Trials of earlier searches, and how they ended.
    """

    def __init__(
        self,
        models: Models,
        sweep: Sweep,
        objective: str,
        ended: Iterable[tuple[TrialPlan, TrialOutcome]],
    ) -> None:
        self._models = models
        self._variable = sweep.variable
        self._form = _QUICK_FORM if sweep.form == "auto" else sweep.form
        self._objective = objective
        self._rows: dict[tuple[str, int, int], dict[str, float]] = {}
        for plan, outcome in ended:
            self.add(plan, outcome)

    def add(self, plan: TrialPlan, outcome: TrialOutcome) -> None:
        """Take in how a trial ended; of several of one size, data and seed the best counts.

        One that tried out hyperparameters on part of the data doesn't, nor one without a usable
        loss.
        """
        loss = outcome.metrics.get(self._objective, math.nan)
        is_part = outcome.status == "completed" and TUNING_SHARE not in plan.hyperparameters
        if not (is_part and is_usable(loss)):
            return
        place = (plan.size_name, plan.n_examples, plan.seed)
        known = self._rows.get(place)
        if known is None or loss < known["loss"]:
            planned = self._models.n_examples(plan)
            n_examples = float(outcome.n_examples or planned)
            # Padding is no example, and costs what an example does.
            flops = outcome.train_flops or planned * self._models.train_flops_per_example(plan)
            self._rows[place] = {
                "n_params": self._models.n_params(self._models.model_of(plan)),
                "n_examples": n_examples,
                "loss": loss,
                "train_flops": flops,
                "train_flops_per_example": flops / n_examples,
            }

    def text(self) -> str:
        """Return its form and formula; empty while the trials don't determine one."""
        rows = list(self._rows.values())
        if not rows:
            return ""
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        form = self._form
        if self._variable:
            form = LADDER_FORM
            columns = {"x": columns[self._variable], "loss": columns["loss"]}
        try:
            law = laws.fit(form, columns, n_resamples=_N_RESAMPLES, check_held_out=False)
        except FitError:
            return ""
        return f"{law.form}: {law.formula()}"
