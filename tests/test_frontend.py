"""The front end's own checks, and whether the committed bundle is what its sources build to."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.requirements import missing, require_program

ROOT = Path(__file__).parents[1]
PLUGIN = ROOT / "tensorboard_plugin"

pytestmark = pytest.mark.frontend


@pytest.fixture(scope="module")
def npm(tmp_path_factory):
    """Return a function that runs npm in a copy of the front end, its packages installed."""
    program = require_program("npm")
    require_program("node")
    if not (PLUGIN / "frontend" / "package.json").is_file():
        missing("the sources of the front end")
    # The build writes beside the front end, so the copy has the whole plugin's shape.
    copy = tmp_path_factory.mktemp("tensorboard_plugin")
    shutil.copytree(PLUGIN, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))

    def run(*arguments):
        done = subprocess.run(
            [program, *arguments], cwd=copy / "frontend", capture_output=True, text=True
        )
        assert done.returncode == 0, f"npm {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return copy

    run("ci")
    return run


def test_the_sources_have_the_types_they_claim(npm):
    npm("run", "check")


def test_the_front_ends_own_tests_pass(npm):
    npm("test")


def test_the_committed_bundle_is_what_the_sources_build_to(npm):
    static = Path("tensorboard_plugin_scaling", "static")
    copy = npm("run", "build")
    built = {p.name: p.read_bytes() for p in (copy / static).iterdir() if p.is_file()}
    committed = {p.name: p.read_bytes() for p in (PLUGIN / static).iterdir() if p.is_file()}
    assert built.keys() == committed.keys()
    changed = [name for name in built if built[name] != committed[name]]
    assert changed == [], "rebuild with `npm run build` in tensorboard_plugin/frontend and commit"
