"""A learning-rate schedule that ends with the run."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="scaling_keras")
class WarmupLinearDecay(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc] # keras has no types
    """Linear warmup to a peak, then a linear decay that reaches zero with the last step.

    Each run of a sweep decays over its own length. The loss of a run that was cut short, or whose
    schedule was made for a longer one, is not the loss its data can buy, and a law fitted to such
    runs puts the optimum in the wrong place (Hoffmann et al., arXiv:2203.15556, section 3.1).

    Args:
        peak: Learning rate at the end of the warmup. Positive.
        n_steps: Optimizer steps of the whole run, at least 1. Step `n_steps - 1`, the last, still
            has a rate above zero; step `n_steps` would have none.
        warmup_fraction: Share of the steps that the rate climbs for, in `[0, 1)`.

    Example:
    >>> schedule = WarmupLinearDecay(peak=1.0, n_steps=10, warmup_fraction=0.2)
    >>> [round(float(schedule(step)), 3) for step in (0, 1, 2, 9, 10)]
    [0.5, 1.0, 0.889, 0.111, 0.0]
    """

    def __init__(self, peak: float, n_steps: int, warmup_fraction: float = 0.2) -> None:
        self.peak = peak
        self.n_steps = n_steps
        self.warmup_fraction = warmup_fraction
        self._n_warmup = max(1, round(warmup_fraction * n_steps))

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of optimizer step `step`, counted from 0."""
        step = ops.cast(step, "float32")
        climb = (step + 1) / self._n_warmup
        # The last step of the warmup is the first at the peak, whence the 1.
        fall = (self.n_steps - step) / (self.n_steps - self._n_warmup + 1)
        return self.peak * ops.clip(ops.minimum(climb, fall), 0.0, 1.0)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {
            "peak": self.peak,
            "n_steps": self.n_steps,
            "warmup_fraction": self.warmup_fraction,
        }
