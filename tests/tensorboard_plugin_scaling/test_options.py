import pytest

from scaling_keras.laws import FORMS
from tensorboard_plugin_scaling.options import FitOptions, RequestError, TableOptions


def test_a_request_without_parameters_takes_the_defaults():
    assert FitOptions.from_query({}, forms=FORMS) == FitOptions()
    assert TableOptions.from_query({}) == TableOptions(loss="final", param_convention="total")


def test_parameters_are_read():
    query = {
        "form": "power_law_floor",
        "x": "n_params",
        "level": "0.5",
        "loss": "best",
        "param_convention": "non_embedding",
    }
    options = FitOptions.from_query(query, forms=FORMS)
    assert (options.form, options.x, options.level) == ("power_law_floor", "n_params", 0.5)
    assert options.table == TableOptions(loss="best", param_convention="non_embedding")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"form": "kaplann"}, "`form` must be one of auto, chinchilla, .*Received: 'kaplann'"),
        ({"x": "steps"}, "`x` must be one of train_flops, n_params, n_examples. Received: 'steps'"),
        ({"loss": "worst"}, "`loss` must be one of final, best, tail. Received: 'worst'"),
        ({"param_convention": "some"}, "`param_convention` must be one of total, .*'some'"),
        ({"level": "2"}, "`level` must be a share from 0.01 to 0.999. Received: '2'"),
        ({"level": "nan"}, "`level` must be a share .* Received: 'nan'"),
        ({"level": "much"}, "`level` must be a share .* Received: 'much'"),
        ({"axis": "n_params"}, "takes the parameters .* Received: axis"),
    ],
)
def test_a_bad_parameter_is_named(query, sentence):
    with pytest.raises(RequestError, match=sentence):
        FitOptions.from_query(query, forms=FORMS)


def test_a_table_has_no_options_of_a_fit():
    with pytest.raises(RequestError, match="takes the parameters loss, param_convention"):
        TableOptions.from_query({"x": "n_params"})
