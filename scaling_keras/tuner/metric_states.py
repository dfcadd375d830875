"""What training metrics have gathered, so that their means are of all steps after a kill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from scaling_keras.callbacks.example_counter import loss_tracker


def metric_states(model: keras.Model) -> dict[str, np.ndarray]:
    """Return what the metrics of a model hold, by the names of their variables in order.

    All but the loss tracker: by it the examples of a `fit` are counted.
    """
    return {name: np.asarray(variable.numpy()) for name, variable in _variables(model).items()}


class EarlierMetrics(keras.callbacks.Callback):  # type: ignore[misc] # keras has no types
    """Adds to the metrics of a `fit` of one epoch what they had gathered before a checkpoint.

    After the first batch, by which Keras has made their variables. These are sums in all of
    Keras's metrics, such as the total and the count of a mean, and are taken as such.

    Args:
        states: What `metric_states` gave; of other metrics than the model's, nothing is added.
    """

    def __init__(self, states: Mapping[str, np.ndarray]) -> None:
        super().__init__()
        self._states = states

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Add the sums, once."""
        if not self._states:
            return
        variables = _variables(self.model)
        shapes = {name: tuple(variable.shape) for name, variable in variables.items()}
        if shapes == {name: state.shape for name, state in self._states.items()}:
            for name, variable in variables.items():
                variable.assign(variable.numpy() + self._states[name])
        self._states = {}


def _variables(model: keras.Model) -> dict[str, Any]:
    """Return the variables of all metrics but the loss tracker."""
    tracker = loss_tracker(model)
    found = [v for metric in model.metrics if metric is not tracker for v in metric.variables]
    return {f"{index}/{variable.path}": variable for index, variable in enumerate(found)}
