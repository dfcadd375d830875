"""Sphinx configuration. `tox -e docs` builds with every warning an error."""

import configparser
from pathlib import Path

_metadata = configparser.ConfigParser()
_metadata.read(Path(__file__).parents[1] / "setup.cfg", encoding="utf-8")

project = "scaling_keras"
author = _metadata["metadata"]["author"]
copyright = author
release = version = _metadata["metadata"]["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
default_role = "code"
html_theme = "furo"
html_title = "scaling_keras"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# The pages need no Keras backend to build: what needs one is only described, from its docstrings.
autodoc_mock_imports = ["keras", "keras_tuner", "matplotlib", "tensorflow"]
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
napoleon_use_ivar = True
napoleon_use_rtype = False

# Types of other packages have no page here. Ours must resolve.
nitpick_ignore_regex = [("py:.*", r"(?!scaling_keras\.).*")]
