"""Figures of laws: the only room that imports Matplotlib, and only when something is drawn."""

from __future__ import annotations

from scaling_keras.plotting.backtest_display import BacktestDisplay
from scaling_keras.plotting.contours_display import ContoursDisplay
from scaling_keras.plotting.frontier_display import FrontierDisplay
from scaling_keras.plotting.held_out_errors_display import HeldOutErrorsDisplay
from scaling_keras.plotting.isoflop_display import IsoFlopDisplay
from scaling_keras.plotting.law_display import LawDisplay
from scaling_keras.plotting.learning_curves_display import LearningCurvesDisplay
from scaling_keras.plotting.parameter_cloud_display import ParameterCloudDisplay
from scaling_keras.plotting.residuals_display import ResidualsDisplay

__all__ = [
    "BacktestDisplay",
    "ContoursDisplay",
    "FrontierDisplay",
    "HeldOutErrorsDisplay",
    "IsoFlopDisplay",
    "LawDisplay",
    "LearningCurvesDisplay",
    "ParameterCloudDisplay",
    "ResidualsDisplay",
]
