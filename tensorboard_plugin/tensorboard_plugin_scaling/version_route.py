"""`version`: has anything changed since the browser last asked?"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from tensorboard.context import RequestContext

from tensorboard_plugin_scaling.options import check_no_parameters
from tensorboard_plugin_scaling.source import RunSource, version


class VersionHandler:
    """Answers with a hash of all that the dashboard shows; two provider calls, nothing decoded.

    Args:
        source: Where runs are read.
    """

    def __init__(self, source: RunSource) -> None:
        self._source = source

    def run(
        self, query: Mapping[str, str], context: RequestContext, experiment_id: str
    ) -> Mapping[str, Any]:
        """Return `version`."""
        check_no_parameters(query)
        payloads, curves = self._source.listing(context, experiment_id)
        return {"version": version(payloads, curves, now=time.time())}
