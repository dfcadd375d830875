"""The plugin as TensorBoard sees it: its routes, its tab, and when to show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tensorboard.plugins import base_plugin

from tensorboard_plugin_scaling import metadata
from tensorboard_plugin_scaling.fit_route import FitHandler
from tensorboard_plugin_scaling.responses import json_app
from tensorboard_plugin_scaling.runs_route import RunsHandler
from tensorboard_plugin_scaling.source import RunSource
from tensorboard_plugin_scaling.static_files import static_app
from tensorboard_plugin_scaling.version_route import VersionHandler


class ScalingPlugin(base_plugin.TBPlugin):  # type: ignore[misc]  # TensorBoard is untyped
    """Scaling Laws for TensorBoard. Routes only read; see `http_api.md`.

    Args:
        context: TensorBoard's.
    """

    plugin_name = metadata.PLUGIN_NAME

    def __init__(self, context: base_plugin.TBContext) -> None:
        super().__init__(context)
        self._source = RunSource(context.data_provider)

    def get_plugin_apps(self) -> Mapping[str, Callable[..., Any]]:
        """Return the WSGI application of each route."""
        return {
            "/version": json_app(VersionHandler(self._source)),
            "/runs": json_app(RunsHandler(self._source)),
            "/fit": json_app(FitHandler(self._source)),
            "/static/*": static_app("/static/"),
        }

    def is_active(self) -> bool:
        """Return False: that TensorBoard knows of data under our name is enough for the tab."""
        return False

    def data_plugin_names(self) -> tuple[str, ...]:
        """Return the names under which our data is logged."""
        return (metadata.PLUGIN_NAME,)

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        """Return how the tab is called and what draws it."""
        return base_plugin.FrontendMetadata(
            es_module_path=metadata.ES_MODULE_PATH, tab_name=metadata.TAB_NAME
        )
