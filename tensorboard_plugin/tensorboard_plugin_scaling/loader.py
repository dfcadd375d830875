"""What TensorBoard imports at every start, whether or not the plugin is wanted.

An exception at import or in `fix_flags` would stop TensorBoard for everybody, and time spent here
is spent at each start: so this module imports TensorBoard's base class and nothing else.
"""

from __future__ import annotations

import argparse
import logging

from tensorboard.plugins import base_plugin


class ScalingLoader(base_plugin.TBLoader):  # type: ignore[misc]  # TensorBoard is untyped
    """Makes the plugin when TensorBoard sets up its server."""

    def fix_flags(self, flags: argparse.Namespace) -> None:
        """Keep every point of our curves, unless the user set `--samples_per_plugin=scaling=...`.

        By default the Python loader keeps a random ten points of a series, the other one 100 or
        1000. Zero stands for all.
        """
        samples = getattr(flags, "samples_per_plugin", None)
        if isinstance(samples, dict):
            samples.setdefault("scaling", 0)

    def load(self, context: base_plugin.TBContext) -> base_plugin.TBPlugin | None:
        """Return the plugin, or None where a package that it needs is missing."""
        try:
            from tensorboard_plugin_scaling.plugin import ScalingPlugin
        except ImportError as error:
            logging.getLogger(__name__).warning("No Scaling Laws tab: %s", error)
            return None
        return ScalingPlugin(context)
