"""Executors: who runs the trials of a sweep."""
