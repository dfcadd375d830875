"""From a handler's answer to an HTTP response: the boundary where errors become status codes."""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from tensorboard import errors, plugin_util
from tensorboard.backend import http_util
from tensorboard.context import RequestContext
from werkzeug import wrappers

from tensorboard_plugin_scaling.options import RequestError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.datastructures import Headers

_METHODS = ("GET", "HEAD")
_GZIP_LEVEL = 3

_logger = logging.getLogger(__name__)


class Handler(Protocol):
    """What answers the requests of one route with a JSON-able mapping."""

    def run(
        self, query: Mapping[str, str], context: RequestContext, experiment_id: str
    ) -> Mapping[str, Any]:
        """Return the answer.

        Raises:
            RequestError: If the query can't be served as it is.
        """


class _NotModified(wrappers.Response):
    """A 304 that keeps its `Content-Type`: without it TensorBoard warns, and later will refuse."""

    def __init__(self, *, content_type: str) -> None:
        super().__init__(status=304, content_type=content_type)
        self.headers["Cache-Control"] = "no-cache, must-revalidate"
        self.headers["X-Content-Type-Options"] = "nosniff"

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """Return the headers, the type of the content among them."""
        headers = super().get_wsgi_headers(environ)
        headers["Content-Type"] = self.headers["Content-Type"]
        return headers


def json_app(handler: Handler) -> Callable[..., Any]:
    """Return the WSGI application of a handler.

    A `RequestError` becomes a 400 with its sentence; an error that TensorBoard raises on purpose is
    left to it; anything else is our bug, logged with its traceback and answered with a 500.
    """

    @wrappers.Request.application  # type: ignore[misc, unused-ignore]  # werkzeug may be untyped
    def app(request: wrappers.Request) -> wrappers.Response:
        if request.method not in _METHODS:
            return method_not_allowed(request)
        try:
            answer = handler.run(
                request.args,
                plugin_util.context(request.environ),
                plugin_util.experiment_id(request.environ),
            )
            return json_response(request, answer)
        except RequestError as error:
            return json_response(request, {"error": str(error)}, code=400)
        except errors.PublicError:
            raise
        except Exception:
            _logger.exception("The route %s failed", request.path)
            sentence = (
                "This request failed on a mistake in the plugin. Please report it with the "
                "traceback that TensorBoard printed."
            )
            return json_response(request, {"error": sentence}, code=500)

    return app  # type: ignore[no-any-return, unused-ignore]  # as above


def json_response(
    request: wrappers.Request, answer: Mapping[str, Any], *, code: int = 200
) -> wrappers.Response:
    """Return an answer as compact JSON; NaN and infinities become null."""
    text = json.dumps(finite(answer), allow_nan=False, separators=(",", ":"))
    return bytes_response(request, text.encode(), "application/json", code=code)


def bytes_response(
    request: wrappers.Request, content: bytes, content_type: str, *, code: int = 200
) -> wrappers.Response:
    """Return content with an `ETag` that is its hash, or a 304 if the browser has just that."""
    etag = hashlib.blake2b(content, digest_size=16).hexdigest()
    if code == 200 and request.if_none_match.contains_weak(etag):
        response = _NotModified(content_type=content_type)
    else:
        response = http_util.Respond(
            request,
            gzip.compress(content, _GZIP_LEVEL, mtime=0),
            content_type,
            code=code,
            content_encoding="gzip",
        )
    response.set_etag(etag, weak=True)  # Weak, for it is the same with and without gzip.
    return response


def method_not_allowed(request: wrappers.Request) -> wrappers.Response:
    """Return the answer to a request that isn't a plain read."""
    sentence = f"Routes only read: use GET. Received: {request.method}."
    response = json_response(request, {"error": sentence}, code=405)
    response.headers["Allow"] = ", ".join(_METHODS)
    return response


def finite(value: Any) -> Any:
    """Return `value` with NaN and infinities replaced by None, in nested containers too."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    return value
