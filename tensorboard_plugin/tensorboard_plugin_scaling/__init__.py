"""Scaling Laws for TensorBoard: the back end of the dashboard."""
