"""Count parameters and FLOPs of a built Keras model, and the examples its batches hold."""
