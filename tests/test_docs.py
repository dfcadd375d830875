"""What is public is documented, and the examples on the pages run."""

from __future__ import annotations

import argparse
import ast
import doctest
import re
from pathlib import Path
from unittest import mock

import pytest

import scaling_keras
from scaling_keras import errors, laws, plotting
from scaling_keras.cli import COMMANDS, build_parser
from tensorboard_plugin_scaling.plugin import ScalingPlugin

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
NEEDS_KERAS = re.compile(r"\A---\nexamples: keras\n---\n")
PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands():
    (subparsers,) = (
        action
        for action in build_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    return subparsers.choices


def section(page, heading):
    """Return the text below a heading of a page, down to the next of its level."""
    text = (DOCS / page).read_text(encoding="utf-8")
    match = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert match, f"{page} has no section {heading!r}"
    return match.group(1)


@pytest.mark.parametrize("name", scaling_keras.__all__)
def test_every_public_name_is_in_the_reference(name):
    assert re.search(rf"\bscaling_keras\.{name}\b", (DOCS / "api.md").read_text("utf-8"))


@pytest.mark.parametrize("name", laws.__all__)
def test_every_public_name_of_the_laws_is_in_the_reference(name):
    assert re.search(rf"\bscaling_keras\.laws\.{name}\b", (DOCS / "api.md").read_text("utf-8"))


@pytest.mark.parametrize("name", plotting.__all__)
def test_every_display_is_in_the_reference_and_among_the_figures(name):
    assert f"scaling_keras.plotting.{name}\n" in (DOCS / "api.md").read_text("utf-8")
    assert f"`{name}`" in (DOCS / "plotting.md").read_text("utf-8")


def test_every_error_is_in_the_reference():
    reference = (DOCS / "api.md").read_text(encoding="utf-8")
    raised = [name for name in vars(errors) if name.endswith(("Error", "Warning"))]
    assert [name for name in raised if f"scaling_keras.errors.{name}" not in reference] == []


@pytest.mark.parametrize("form", laws.FORMS)
def test_every_form_is_among_the_concepts(form):
    assert f"`{form}`" in (DOCS / "concepts.md").read_text(encoding="utf-8")


def test_every_finding_is_explained():
    packages = ("scaling_keras", "tensorboard_plugin/tensorboard_plugin_scaling")
    files = [file for package in packages for file in (ROOT / package).rglob("*.py")]
    sources = "".join(file.read_text(encoding="utf-8") for file in files)
    codes = set(re.findall(r'\bcode="(\w+)"', sources))
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", section("fitting.md", "Findings"), re.M)
    explained = [code.strip("` ") for row in rows for code in row.split(",")]
    assert codes
    assert sorted(codes) == sorted(explained)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name):
    text = section("cli.md", f"scaling-keras {name}")
    options = [
        option
        for action in commands()[name]._actions
        for option in action.option_strings
        if option.startswith("--") and option not in ("--help", "--json")
    ]
    assert [option for option in options if f"`{option}" not in text] == []


def test_every_route_of_the_plugin_is_documented():
    plugin = ScalingPlugin(mock.MagicMock())
    described = (
        ROOT / "tensorboard_plugin" / "tensorboard_plugin_scaling" / "http_api.md"
    ).read_text(encoding="utf-8")
    routes = [route.rstrip("*") for route in plugin.get_plugin_apps()]
    assert [route for route in routes if route not in described] == []


def test_every_page_is_in_the_table_of_contents():
    listed = set(re.findall(r"^(\w+)$", (DOCS / "index.md").read_text("utf-8"), re.M))
    assert {page.stem for page in PAGES} - {"index"} <= listed


def pages_with_examples():
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        if PYTHON_BLOCK.search(text):
            marks = [pytest.mark.keras] if NEEDS_KERAS.match(text) else []
            yield pytest.param(page, marks=marks, id=page.stem)


@pytest.mark.parametrize("page", list(pages_with_examples()))
def test_the_examples_of_the_page_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = page.read_text(encoding="utf-8")
    names = {"__name__": "__main__"}
    for block in PYTHON_BLOCK.finditer(text):
        line = text.count("\n", 0, block.start(1))
        if ">>>" in block.group(1):
            run_doctest(block.group(1), names, page, line)
        else:
            tree = ast.parse(block.group(1), str(page))
            exec(compile(ast.increment_lineno(tree, line), str(page), "exec"), names)


def run_doctest(code, names, page, line):
    example = doctest.DocTestParser().get_doctest(code, names, page.stem, str(page), line)
    runner = doctest.DebugRunner(verbose=False)
    try:
        runner.run(example, clear_globs=False)
    except doctest.DocTestFailure as failure:
        pytest.fail(
            f"{page.name}, line {line + failure.example.lineno + 1}: "
            f"expected {failure.example.want!r}, got {failure.got!r}",
            pytrace=False,
        )
    names.update(example.globs)
