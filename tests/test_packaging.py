"""What is shipped: `setup.cfg`, the wheel and the source archive, built from the tracked files."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.requirements import missing, require_program

ROOT = Path(__file__).parents[1]
ROOTS_OF_PACKAGES = {
    "scaling_keras": ROOT / "scaling_keras",
    "tensorboard_plugin_scaling": ROOT / "tensorboard_plugin" / "tensorboard_plugin_scaling",
}


def lines(text):
    return {line for line in text.splitlines() if line and not line.startswith("#")}


@pytest.fixture(scope="module")
def setup_cfg():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config


@pytest.fixture(scope="module")
def tracked():
    """Return the files of the project that git does not ignore, by the path below its root."""
    git = require_program("git")
    if not (ROOT / ".git").exists():
        missing("a git checkout")
    listed = subprocess.run(
        [git, "-c", f"safe.directory={ROOT}", "ls-files", "-coz", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return sorted(path for path in listed.stdout.split("\0") if path and (ROOT / path).is_file())


def build(kind, tree, dist):
    """Build the `kind` of distribution of `tree` with this environment's setuptools."""
    script = f"from setuptools import build_meta; build_meta.build_{kind}({str(dist)!r})"
    environment = {name: v for name, v in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-W", "ignore", "-c", script]
    subprocess.run(command, cwd=tree, check=True, capture_output=True, env=environment)


@pytest.fixture(scope="module")
def built(tracked, tmp_path_factory):
    """Return the directory with the source archive of the tracked files and the wheel of that."""
    tree, dist = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("dist")
    for path in tracked:
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, tree / path)
    build("sdist", tree, dist)
    unpacked = tmp_path_factory.mktemp("unpacked")
    (archive,) = dist.glob("*.tar.gz")
    shutil.unpack_archive(archive, unpacked, filter="data")
    (unpacked_tree,) = unpacked.iterdir()
    build("wheel", unpacked_tree, dist)
    return dist


@pytest.fixture(scope="module")
def wheel_names(built):
    (wheel,) = built.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.fixture(scope="module")
def sdist_names(built):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def test_setup_cfg_lists_every_package(setup_cfg):
    on_disk = {
        ".".join((name, *init.parent.relative_to(root).parts))
        for name, root in ROOTS_OF_PACKAGES.items()
        for init in root.rglob("__init__.py")
    }
    assert lines(setup_cfg["options"]["packages"]) == on_disk


def test_setup_cfg_keys_use_underscores(setup_cfg):
    keys = [key for section in setup_cfg.sections() for key in setup_cfg[section]]
    entry_points = {"scaling-keras"}
    assert [key for key in keys if "-" in key and key not in entry_points] == []


def test_no_project_table_stands_beside_setup_cfg():
    headers = {line.strip() for line in (ROOT / "pyproject.toml").read_text().splitlines()}
    assert "[project]" not in headers


def test_the_wheel_ships_every_module_and_no_test(wheel_names):
    expected = {
        "/".join((name, *module.relative_to(root).parts))
        for name, root in ROOTS_OF_PACKAGES.items()
        for module in root.rglob("*.py")
    }
    assert {name for name in wheel_names if name.endswith(".py")} == expected


def test_the_wheel_ships_the_types_the_bundle_and_the_licence(wheel_names, tracked):
    static = "tensorboard_plugin/tensorboard_plugin_scaling/static/"
    bundle = {
        path.removeprefix("tensorboard_plugin/") for path in tracked if path.startswith(static)
    }
    assert "tensorboard_plugin_scaling/static/index.js" in bundle
    assert bundle <= wheel_names
    assert {"scaling_keras/py.typed", "tensorboard_plugin_scaling/py.typed"} <= wheel_names
    assert any(name.endswith("/LICENSE") for name in wheel_names)


def test_the_wheel_declares_the_command_and_the_plugin(built):
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith("entry_points.txt"))
        declared = configparser.ConfigParser()
        declared.read_string(archive.read(name).decode())
    assert declared["console_scripts"]["scaling-keras"] == "scaling_keras.cli:main"
    assert (
        declared["tensorboard_plugins"]["scaling"]
        == "tensorboard_plugin_scaling.loader:ScalingLoader"
    )


def test_the_source_archive_holds_every_tracked_file(sdist_names, tracked):
    assert set(tracked) - sdist_names == set()


def test_the_source_archive_holds_nothing_that_is_built(sdist_names):
    built = [name for name in sdist_names if "node_modules" in name or "__pycache__" in name]
    assert built == []
