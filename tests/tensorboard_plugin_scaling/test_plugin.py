"""What holds for every route alike, through TensorBoard's own WSGI application."""

import json

import pytest
from tensorboard import errors

JSON_ROUTES = ["version", "runs", "fit"]
ROUTES = [*JSON_ROUTES, "static/index.js"]


def test_these_are_the_routes(plugin):
    assert set(plugin.get_plugin_apps()) == {"/version", "/runs", "/fit", "/static/*"}


@pytest.mark.parametrize("route", ROUTES)
def test_a_response_says_what_it_is_and_may_not_be_guessed_at(client, logdir, route):
    logdir.add_grid()
    response = client.get(f"/data/plugin/scaling/{route}")
    assert response.status_code == 200
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Type"]
    assert response.headers["ETag"]


@pytest.mark.parametrize("route", ROUTES)
def test_nothing_can_be_written(client, logdir, route):
    logdir.add_grid()
    for method in ("POST", "PUT", "DELETE"):
        response = client.open(f"/data/plugin/scaling/{route}", method=method)
        assert response.status_code == 405


@pytest.mark.parametrize("route", JSON_ROUTES)
def test_what_is_not_a_parameter_is_refused(get, route):
    answer = get(f"{route}?callback=alert")
    assert answer.status == 400
    assert "Received: callback" in answer.body["error"]


@pytest.mark.parametrize("route", JSON_ROUTES)
def test_an_empty_log_directory_is_no_error(get, route):
    assert get(route).status == 200


@pytest.mark.parametrize("route", JSON_ROUTES)
def test_an_error_of_tensorboard_keeps_its_own_code(client, logdir, route):
    logdir.provider.list_tensors.side_effect = errors.NotFoundError("no such experiment")
    response = client.get(f"/data/plugin/scaling/{route}")
    assert response.status_code == 404
    assert "no such experiment" in response.get_data(as_text=True)


@pytest.mark.parametrize("route", JSON_ROUTES)
def test_another_experiment_is_asked_for_by_its_id(client, logdir, route):
    client.get(f"/experiment/abc/data/plugin/scaling/{route}")
    asked = logdir.provider.list_tensors.call_args.kwargs
    assert asked["experiment_id"] == "abc"
    assert asked["plugin_name"] == "scaling"


def test_tensorboard_lists_the_tab(client, logdir):
    logdir.provider.list_plugins.return_value = ["scaling"]
    listing = json.loads(client.get("/data/plugins_listing").data)
    assert listing["scaling"]["enabled"] is True
    assert listing["scaling"]["tab_name"] == "Scaling Laws"
    assert listing["scaling"]["loading_mechanism"]["type"] == "IFRAME"
