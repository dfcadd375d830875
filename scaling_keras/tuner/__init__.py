"""Sweeps: which models to train on how much data, and how that is run, resumed and judged."""
