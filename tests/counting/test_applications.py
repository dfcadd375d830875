"""The models of keras.applications, small, against a count by the shapes of their layers."""

import keras
import pytest

from scaling_keras.counting.model_count import count
from tests.counting.analytic import forward_and_train_flops

SMALL = {
    "ConvNeXtTiny": (32, {}),
    "DenseNet121": (32, {}),
    "EfficientNetB0": (32, {}),
    "InceptionV3": (75, {}),
    "MobileNetV2": (32, {"alpha": 0.35}),
    "ResNet50": (32, {}),
    "VGG16": (32, {"include_top": False}),
}
QUICK = ("VGG16",)


NAMES = [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in SMALL]


@pytest.mark.parametrize("name", NAMES)
def test_an_application_costs_what_its_layers_do(name):
    size, options = SMALL[name]
    options = {"classes": 10, "include_top": True, **options}
    if not options["include_top"]:
        del options["classes"]
    build = getattr(keras.applications, name)
    model = build(weights=None, input_shape=(size, size, 3), **options)
    counted = count(model)
    forward, train = forward_and_train_flops(model)
    per_item = counted.examples_per_item
    assert counted.uncounted == {}
    assert counted.forward_flops_per_example * per_item == forward
    assert counted.train_flops_per_example * per_item == train
    assert sum(each.forward_flops_per_example for each in counted.layers) * per_item == (
        pytest.approx(forward)
    )
    assert counted.flops_by_convention["everything"] > counted.train_flops_per_example
