"""The built front end, as files that a browser may ask for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

from werkzeug import wrappers

from tensorboard_plugin_scaling import responses

_CONTENT_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".txt": "text/plain",
}


def static_app(prefix: str) -> Callable[..., Any]:
    """Return the WSGI application that serves the files of `static/`.

    A path is looked up among the names of the files that are there: nothing is joined to a
    directory, so no path leads out of it.

    Args:
        prefix: What the path of a request ends in, before the name of the file: `/static/`.
    """

    @wrappers.Request.application  # type: ignore[misc, unused-ignore]  # werkzeug may be untyped
    def app(request: wrappers.Request) -> wrappers.Response:
        if request.method not in ("GET", "HEAD"):
            return responses.method_not_allowed(request)
        name = request.path.rpartition(prefix)[2]
        content = static_files().get(name)
        if content is None:
            sentence = f"There is no such file. Received: {name!r}."
            return responses.json_response(request, {"error": sentence}, code=404)
        return responses.bytes_response(request, content, _content_type(name))

    return app  # type: ignore[no-any-return, unused-ignore]  # as above


@functools.cache
def static_files() -> Mapping[str, bytes]:
    """Return the files that may be served, by name: those directly in `static/` of a known type."""
    directory = resources.files("tensorboard_plugin_scaling") / "static"
    return {
        entry.name: entry.read_bytes()
        for entry in directory.iterdir()
        if entry.is_file() and _content_type(entry.name)
    }


def _content_type(name: str) -> str:
    """Return the media type of a file, empty if it isn't one of ours."""
    return _CONTENT_TYPES.get(name[name.rfind(".") :], "")
