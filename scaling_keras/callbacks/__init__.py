"""Keras callbacks that log a training as a run."""
