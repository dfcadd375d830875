"""Scaling laws: fit them to runs, predict with them, allocate compute by them.

NumPy and SciPy only: no Keras, no TensorFlow, no TensorBoard.
"""

from __future__ import annotations

from scaling_keras.laws import published
from scaling_keras.laws.approaches import approaches
from scaling_keras.laws.approaches_result import Approach, Approaches
from scaling_keras.laws.backtesting import HeldOut, backtest
from scaling_keras.laws.best_settings import BestSettings, best_settings
from scaling_keras.laws.devices import DEVICES, Device, peak_flops_per_second
from scaling_keras.laws.downstream import predict_downstream
from scaling_keras.laws.envelope import Envelope, envelope
from scaling_keras.laws.fit_result import Fit
from scaling_keras.laws.fitting import compare, fit
from scaling_keras.laws.forms import FORMS
from scaling_keras.laws.forms.base import Form
from scaling_keras.laws.forms.custom import custom_form
from scaling_keras.laws.frontier import ExampleCost
from scaling_keras.laws.frontier_line import FrontierLine, FrontierPoint, frontier_exponent
from scaling_keras.laws.groups import ComputeMultiplier, compute_multiplier, fit_groups
from scaling_keras.laws.hardware import Duration, Throughput, hours, measured_flops_per_second
from scaling_keras.laws.holdout import Backtest
from scaling_keras.laws.isoflop import isoflop
from scaling_keras.laws.isoflop_result import IsoFlop, IsoFlopProfile
from scaling_keras.laws.judging import DesignVerdict, judge_design
from scaling_keras.laws.next_runs import NextRun, NextRuns, next_runs
from scaling_keras.laws.objectives import OBJECTIVES
from scaling_keras.laws.optima import Optima, Optimum, optima
from scaling_keras.laws.plan_result import Plan
from scaling_keras.laws.planning import allocate, cheapest
from scaling_keras.laws.profile_likelihood import Profile, profile
from scaling_keras.laws.results import Allocation, Finding, Interval, Prediction
from scaling_keras.laws.schedules import schedule_variables
from scaling_keras.laws.sensitivity import sensitivity
from scaling_keras.laws.synthetic import Design, Noise, synthetic_runs
from scaling_keras.laws.variations import Variation

__all__ = [
    "DEVICES",
    "FORMS",
    "OBJECTIVES",
    "Allocation",
    "Approach",
    "Approaches",
    "Backtest",
    "BestSettings",
    "ComputeMultiplier",
    "Design",
    "DesignVerdict",
    "Device",
    "Duration",
    "Envelope",
    "ExampleCost",
    "Finding",
    "Fit",
    "Form",
    "FrontierLine",
    "FrontierPoint",
    "HeldOut",
    "Interval",
    "IsoFlop",
    "IsoFlopProfile",
    "NextRun",
    "NextRuns",
    "Noise",
    "Optima",
    "Optimum",
    "Plan",
    "Prediction",
    "Profile",
    "Throughput",
    "Variation",
    "allocate",
    "approaches",
    "backtest",
    "best_settings",
    "cheapest",
    "compare",
    "compute_multiplier",
    "custom_form",
    "envelope",
    "fit",
    "fit_groups",
    "frontier_exponent",
    "hours",
    "isoflop",
    "judge_design",
    "measured_flops_per_second",
    "next_runs",
    "optima",
    "peak_flops_per_second",
    "predict_downstream",
    "profile",
    "published",
    "schedule_variables",
    "sensitivity",
    "synthetic_runs",
]
