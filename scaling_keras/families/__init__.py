"""Model families: from a size to a compiled Keras model."""
