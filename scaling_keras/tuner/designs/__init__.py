"""Designs of sweeps, by name: one file each, and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from scaling_keras.tuner.designs.adaptive import AdaptiveSweep
from scaling_keras.tuner.designs.hyperparameters import HyperparameterSweep
from scaling_keras.tuner.designs.isoflop import IsoFLOPSweep
from scaling_keras.tuner.designs.ladders import DataLadderSweep, LadderSweep
from scaling_keras.tuner.designs.tuned import TunedSweep
from scaling_keras.tuner.sweep import GridSweep, Sweep

DESIGNS: Mapping[str, type[Sweep]] = MappingProxyType(
    {
        "adaptive": AdaptiveSweep,
        "data_ladder": DataLadderSweep,
        "grid": GridSweep,
        "hyperparameters": HyperparameterSweep,
        "isoflop": IsoFLOPSweep,
        "ladder": LadderSweep,
        "tuned": TunedSweep,
    }
)

__all__ = ["DESIGNS"]
