"""Scaling laws for Keras: log, sweep, fit and see how loss falls with size, data and compute.

The public names load on first use, so `import scaling_keras` costs next to nothing and the parts
that only read and fit logs never load a deep-learning framework.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scaling_keras import laws
    from scaling_keras.callbacks.loss_forecast import LossForecast
    from scaling_keras.callbacks.scaling_logger import ScalingLogger
    from scaling_keras.counting.model_count import count
    from scaling_keras.events.correcting import correct_run, exclude_run
    from scaling_keras.events.reader import read_runs
    from scaling_keras.runs import Run, RunTable
    from scaling_keras.tuner.designs.adaptive import AdaptiveSweep
    from scaling_keras.tuner.designs.hyperparameters import HyperparameterSweep
    from scaling_keras.tuner.designs.isoflop import IsoFLOPSweep
    from scaling_keras.tuner.designs.ladders import DataLadderSweep, LadderSweep
    from scaling_keras.tuner.designs.tuned import TunedSweep
    from scaling_keras.tuner.sizes import TargetSize
    from scaling_keras.tuner.sweep import GridSweep
    from scaling_keras.tuner.tuner import ScalingTuner

_HOMES = {
    "AdaptiveSweep": "scaling_keras.tuner.designs.adaptive",
    "DataLadderSweep": "scaling_keras.tuner.designs.ladders",
    "GridSweep": "scaling_keras.tuner.sweep",
    "HyperparameterSweep": "scaling_keras.tuner.designs.hyperparameters",
    "IsoFLOPSweep": "scaling_keras.tuner.designs.isoflop",
    "LadderSweep": "scaling_keras.tuner.designs.ladders",
    "LossForecast": "scaling_keras.callbacks.loss_forecast",
    "Run": "scaling_keras.runs",
    "RunTable": "scaling_keras.runs",
    "ScalingLogger": "scaling_keras.callbacks.scaling_logger",
    "ScalingTuner": "scaling_keras.tuner.tuner",
    "TargetSize": "scaling_keras.tuner.sizes",
    "TunedSweep": "scaling_keras.tuner.designs.tuned",
    "correct_run": "scaling_keras.events.correcting",
    "count": "scaling_keras.counting.model_count",
    "exclude_run": "scaling_keras.events.correcting",
    "read_runs": "scaling_keras.events.reader",
}

__all__ = [
    "AdaptiveSweep",
    "DataLadderSweep",
    "GridSweep",
    "HyperparameterSweep",
    "IsoFLOPSweep",
    "LadderSweep",
    "LossForecast",
    "Run",
    "RunTable",
    "ScalingLogger",
    "ScalingTuner",
    "TargetSize",
    "TunedSweep",
    "correct_run",
    "count",
    "exclude_run",
    "laws",
    "read_runs",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use (PEP 562)."""
    if name == "laws":
        return importlib.import_module("scaling_keras.laws")
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("scaling-keras")
    raise AttributeError(f"module 'scaling_keras' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
