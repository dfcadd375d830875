"""What the plugin calls itself, towards TensorBoard and in the browser."""

PLUGIN_NAME = "scaling"
"""As in `scaling_keras.events.schema`; here too, so that TensorBoard's start imports nothing."""

TAB_NAME = "Scaling Laws"

ES_MODULE_PATH = "/static/index.js"
"""Route of the front end's module, below the plugin's own path."""
