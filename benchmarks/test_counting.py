"""FLOPs of keras.applications at full size: exactness, published figures, time and memory.

Each model is counted in a process of its own, for CPU seconds and memory.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

PUBLISHED = {
    "ResNet50": (3.8e9, "He et al., arXiv:1512.03385, table 1"),
    "VGG16": (15.3e9, "He et al., arXiv:1512.03385, section 4.1"),
    "MobileNetV2": (300e6, "Sandler et al., arXiv:1801.04381, table 4"),
    "EfficientNetB0": (390e6, "Tan and Le, arXiv:1905.11946, table 2"),
    "DenseNet121": (2.83e9, "torchvision, DenseNet121_Weights"),
    "InceptionV3": (5.71e9, "torchvision, Inception_V3_Weights"),
    "ConvNeXtTiny": (4.5e9, "Liu et al., arXiv:2201.03545, table 1"),
}
"""Multiply-adds of the forward pass as published, and where."""

WANTED_ERROR, WANTED_SECONDS, WANTED_MEGABYTES = 0.005, 10, 500

PROGRAM = """
import json, resource, sys, time
import keras
from scaling_keras.counting.model_count import count
from tests.counting.analytic import forward_and_train_flops

def megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model = getattr(keras.applications, sys.argv[1])(weights=None)
before, begin = megabytes(), time.process_time()
counted = count(model)
seconds, grown = time.process_time() - begin, megabytes() - before
begin = time.process_time()
count(model)
again = time.process_time() - begin
print(json.dumps([counted.to_dict(), forward_and_train_flops(model), seconds, grown, again]))
"""


@pytest.mark.parametrize("name", PUBLISHED)
def test_an_application_is_counted_exactly_and_cheaply(name, capsys):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, name], capture_output=True, text=True, check=True
    )
    counted, (forward, train), seconds, megabytes, again = json.loads(done.stdout)
    published, source = PUBLISHED[name]
    multiply_adds = counted["forward_flops_per_example"] / 2
    ratio = counted["train_flops_per_example"] / counted["forward_flops_per_example"]
    with capsys.disabled():
        print(
            f"\n{name}: {multiply_adds:.4g} multiply-adds forward (published {published:.3g}, "
            f"{source}); training {counted['train_flops_per_example']:.5g} FLOPs, {ratio:.3f} of "
            f"forward; {seconds:.1f} CPU s, {megabytes:.0f} MB; again {again:.2f} CPU s"
        )
    assert counted["uncounted"] == {}
    assert abs(counted["forward_flops_per_example"] / forward - 1) <= WANTED_ERROR
    assert abs(counted["train_flops_per_example"] / train - 1) <= WANTED_ERROR
    assert seconds <= WANTED_SECONDS
    assert megabytes <= WANTED_MEGABYTES
