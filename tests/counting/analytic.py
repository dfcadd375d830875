"""What a functional model must cost, layer by layer, from the shapes of its layers alone.

Knows the layers that keras.applications are made of. It shares nothing with the counter.
"""

import math

import keras
from keras import layers


def multiply_adds(layer, inputs, outputs):
    """Return the multiply-adds of a layer for one item; each product has two gradients."""
    places = math.prod(outputs[0].shape[1:])
    channels = inputs[0].shape[-1]
    if isinstance(layer, layers.SeparableConv2D):
        window = math.prod(layer.kernel_size)
        depthwise = math.prod(outputs[0].shape[1:-1]) * channels * layer.depth_multiplier
        return depthwise * window + places * channels * layer.depth_multiplier
    if isinstance(layer, layers.DepthwiseConv2D):
        return places * math.prod(layer.kernel_size)
    if isinstance(layer, layers.Conv2D):
        return places * math.prod(layer.kernel_size) * channels // layer.groups
    if isinstance(layer, layers.Dense):
        return places * channels
    assert not layer.weights or not hasattr(layer, "kernel"), f"no formula for {layer}"
    return 0


def forward_and_train_flops(model, input_has_gradient=False):
    """Return the FLOPs of a forward pass and of a training step on one item.

    A product has a gradient for its weights, and one for its input if that depends on a weight.
    """
    trained = {id(tensor): input_has_gradient for tensor in model.inputs}
    forward = train = 0
    for operation in model.operations:
        for node in operation._inbound_nodes:
            inputs = node.input_tensors
            if not inputs or any(id(tensor) not in trained for tensor in inputs):
                continue
            has_gradient = any(trained[id(tensor)] for tensor in inputs)
            if isinstance(operation, keras.Model):
                inside = operation._functional if hasattr(operation, "_functional") else operation
                inner_forward, inner_train = forward_and_train_flops(inside, has_gradient)
                forward += inner_forward
                train += inner_train
            elif isinstance(operation, keras.layers.Layer):
                flops = 2 * multiply_adds(operation, inputs, node.output_tensors)
                forward += flops
                train += flops * (1 + bool(operation.trainable_weights) + has_gradient)
            weights = getattr(operation, "trainable_weights", [])
            for tensor in node.output_tensors:
                trained[id(tensor)] = has_gradient or bool(weights)
    return forward, train
