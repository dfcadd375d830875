import json
import re

import pytest

from scaling_keras.cli import main

pytestmark = pytest.mark.keras

SOURCE = """
import keras

def build():
    return keras.Sequential([keras.Input((10,)), keras.layers.Dense(5, name="out")], name="small")

def open_length():
    tokens = keras.Input((None,), dtype="int32")
    return keras.Model(tokens, keras.layers.Dense(7)(keras.layers.Embedding(7, 4)(tokens)))

def two_inputs():
    a, b = keras.Input((None, 2)), keras.Input((None, 2))
    return keras.Model([a, b], keras.layers.Add()([a, b]))

def number():
    return 3
"""


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "count_models.py").write_text(SOURCE)
    return tmp_path


def test_a_function_of_a_file_or_of_a_module_is_counted(source, capsys):
    assert main(["count", "count_models.py:build"]) == 0
    table = capsys.readouterr().out
    assert table.startswith("Model 'small'")
    assert main(["count", "count_models:build", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["groups"]["total"] == 55
    assert values["train_flops_per_example"] == 200
    assert values["layers"][-1]["name"] == "out"


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_saved_model_is_counted(source, capsys):
    import keras

    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(5)])
    model.save("model.keras")
    assert main(["count", "model.keras", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["forward_flops_per_example"] == 100


def test_what_a_model_leaves_open_can_be_given(source, capsys):
    assert main(["count", "count_models.py:open_length"]) == 0
    assert "FLOPs unknown" in capsys.readouterr().out
    arguments = ["--input-shape", "6", "--example-unit", "letter"]
    assert main(["count", "count_models.py:open_length", *arguments]) == 0
    assert "FLOPs per letter, a multiply-add being 2 (an item of a batch holds 6)" in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ResNet5"], "No file and no model of keras.applications has that name"),
        (["missing.py:build"], "The file must exist"),
        (["no_such_module:build"], "The module must exist"),
        (["count_models.py:buidl"], "The function must exist. Received: 'buidl'"),
        (["count_models.py:number"], "must be a keras.Model. Received: .* gives a int"),
        (["broken.keras"], "The file must hold a model that Keras can load"),
        (["count_models.py:open_length", "--input-shape", "6,"], "must be whole numbers above 0"),
        (["count_models.py:open_length", "--input-shape", "6,2"], "a size for each axis but"),
        (["count_models.py:two_inputs", "--input-shape", "6,2"], "is for a model of one input"),
    ],
)
def test_a_mistake_is_one_sentence(source, capsys, arguments, message):
    (source / "broken.keras").write_bytes(b"no model")
    assert main(["count", *arguments]) == 2
    err = capsys.readouterr().err
    assert re.search(message, err), err
    assert err.count("\n") == 1
