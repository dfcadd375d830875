import gzip
import json
import logging
import math

import pytest
from tensorboard import errors
from werkzeug.test import Client

from tensorboard_plugin_scaling.options import RequestError
from tensorboard_plugin_scaling.responses import finite, json_app


class Fixed:
    """A handler that answers, or raises, what it was given."""

    def __init__(self, outcome):
        self.outcome = outcome

    def run(self, query, context, experiment_id):
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def client_of(outcome):
    return Client(json_app(Fixed(outcome)))


def test_numbers_that_json_lacks_become_null():
    answer = {"a": [1.0, math.nan, (math.inf, 2)], 3: {"b": -math.inf}, "c": "x", "d": None}
    assert finite(answer) == {"a": [1.0, None, [None, 2]], "3": {"b": None}, "c": "x", "d": None}
    body = client_of({"loss": math.nan}).get("/").get_data(as_text=True)
    assert body == '{"loss":null}'


def test_an_answer_is_compressed_for_those_who_understand_it():
    client = client_of({"a": "b" * 500})
    plain = client.get("/")
    assert "Content-Encoding" not in plain.headers
    packed = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < 100


def test_an_answer_that_the_browser_has_is_not_sent_again():
    client = client_of({"a": 1})
    first = client.get("/")
    again = client.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    # TensorBoard warns of a response without these, and will refuse it.
    assert again.headers["Content-Type"] == "application/json"
    assert again.headers["X-Content-Type-Options"] == "nosniff"
    other = client.get("/", headers={"If-None-Match": '"something-else"'})
    assert other.status_code == 200


def test_the_browser_asks_before_it_uses_what_it_has():
    assert "no-cache" in client_of({}).get("/").headers["Cache-Control"]


def test_a_bad_request_gets_its_sentence():
    response = client_of(RequestError("`x` must be <small>.")).get("/")
    assert response.status_code == 400
    assert json.loads(response.data) == {"error": "`x` must be <small>."}
    assert response.headers["Content-Type"] == "application/json"


def test_a_mistake_of_ours_is_logged_and_told_without_its_details(caplog):
    with caplog.at_level(logging.ERROR):
        response = client_of(KeyError("secret")).get("/somewhere")
    assert response.status_code == 500
    assert "secret" not in response.get_data(as_text=True)
    assert "report it" in json.loads(response.data)["error"]
    assert "/somewhere" in caplog.text
    assert "KeyError" in caplog.text


def test_what_tensorboard_raises_on_purpose_is_left_to_it():
    with pytest.raises(errors.NotFoundError):
        client_of(errors.NotFoundError("gone")).get("/")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_routes_only_read(method):
    response = client_of({"a": 1}).open("/", method=method)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"
    assert "use GET" in json.loads(response.data)["error"]


def test_a_head_request_gets_the_headers_alone():
    response = client_of({"a": 1}).head("/")
    assert (response.status_code, response.data) == (200, b"")
