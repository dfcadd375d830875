"""`scaling-keras count SPEC`: the parameters of a model, and the FLOPs of training it."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

from scaling_keras.errors import CountingError
from scaling_keras.tuner.quiet_import import load_tensorflow

HELP = "say how large a model is, and what it costs to train it"
_FORMS = (
    "Give a saved model (`model.keras`), a function that returns one (`module:function`, "
    "`file.py:function`), or a model of keras.applications (`ResNet50`)"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the model and what it may leave open."""
    parser.add_argument(
        "model",
        metavar="SPEC",
        help="a saved model (model.keras), a function that returns a model (module:function, "
        "file.py:function), or the name of a model of keras.applications",
    )
    parser.add_argument(
        "--input-shape",
        help="sizes of one item of the input, with commas between, for a model of one input that "
        "leaves them open: 128, or 224,224,3",
    )
    parser.add_argument("--example-unit", help="what one example is, where the model doesn't show")


def run(args: argparse.Namespace, out: TextIO) -> int:
    """Print the count as a table or as JSON."""
    shape = _sizes(args.input_shape)
    path, function = _file_and_function(args.model)
    load_tensorflow()
    import keras

    from scaling_keras.counting.model_count import count

    model = _call(path, function) if function else _saved_or_named(args.model)
    if not isinstance(model, keras.Model):
        raise CountingError(
            f"What is counted must be a keras.Model. Received: {args.model}, which gives a "
            f"{type(model).__name__}. {_FORMS}."
        )
    inputs = None if shape is None else _specs(model, shape)
    counted = count(model, inputs=inputs, example_unit=args.example_unit)
    text = json.dumps(counted.to_dict(), indent=1) if args.json else str(counted)
    out.write(f"{text}\n")
    return 0


def _sizes(text: str | None) -> tuple[int, ...] | None:
    """Return the sizes that `--input-shape` names."""
    if text is None:
        return None
    parts = text.split(",")
    if not all(part.strip().isdecimal() and int(part) > 0 for part in parts):
        raise CountingError(
            f"`--input-shape` must be whole numbers above 0 with commas between. Received: "
            f"{text!r}. Give one for each axis but the batch: 128, or 224,224,3."
        )
    return tuple(int(part) for part in parts)


def _file_and_function(spec: str) -> tuple[str, str]:
    """Return the module or file, and the function in it, that `spec` names; else an empty name."""
    before, colon, function = spec.rpartition(":")
    if not colon or Path(spec).exists() or not function.isidentifier():
        return "", ""
    if before.endswith(".py") and not Path(before).is_file():
        raise CountingError(f"The file must exist. Received: {before!r} in {spec!r}. {_FORMS}.")
    return before, function


def _call(path: str, function: str) -> Any:
    """Return what a function of a module or file gives. Its own errors are its author's to see."""
    module = _load_file(path) if path.endswith(".py") else _load_module(path)
    build: Callable[[], Any] | None = getattr(module, function, None)
    if not callable(build):
        raise CountingError(
            f"The function must exist. Received: {function!r}, which {path!r} doesn't have. "
            f"{_FORMS}."
        )
    return build()


def _load_file(path: str) -> ModuleType:
    """Return a Python file as a module; it may import its neighbours, as a script does."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    if spec is None or spec.loader is None:
        raise CountingError(f"The file must be Python. Received: {path!r}. {_FORMS}.")
    sys.path.insert(0, str(Path(path).resolve().parent))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _load_module(name: str) -> ModuleType:
    """Return a module, from the current directory too, as `python -m` does."""
    sys.path.insert(0, str(Path.cwd()))
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and name.startswith(error.name):
            raise CountingError(f"The module must exist. Received: {name!r}. {_FORMS}.") from None
        raise


def _saved_or_named(spec: str) -> Any:
    """Return the model that a file holds, or the one of keras.applications of that name."""
    import keras

    if Path(spec).exists():
        try:
            return keras.saving.load_model(spec, compile=False)
        except (OSError, TypeError, ValueError) as error:
            reason = str(error).strip().partition("\n")[0]
            raise CountingError(
                f"The file must hold a model that Keras can load. Received: {spec!r} ({reason}). "
                f"Where it has layers of your own, give `file.py:function` instead."
            ) from None
    build = getattr(keras.applications, spec, None)
    if not callable(build):
        raise CountingError(
            f"No file and no model of keras.applications has that name. Received: {spec!r}. "
            f"{_FORMS}."
        )
    return build(weights=None)


def _specs(model: Any, shape: tuple[int, ...]) -> Any:
    """Return the specs of a batch of inputs of that shape."""
    import tensorflow as tf

    inputs = getattr(model, "inputs", None) or []
    if len(inputs) > 1:
        raise CountingError(
            f"`--input-shape` is for a model of one input. Received: {model.name!r}, which has "
            f"{len(inputs)}. Fix their shapes where it is built."
        )
    if inputs and len(inputs[0].shape) != len(shape) + 1:
        raise CountingError(
            f"`--input-shape` must have a size for each axis but the batch. Received: {shape}, "
            f"where {model.name!r} takes {tuple(inputs[0].shape)[1:]}. Give as many."
        )
    dtype = inputs[0].dtype if inputs else "float32"
    return tf.TensorSpec((None, *shape), dtype)
