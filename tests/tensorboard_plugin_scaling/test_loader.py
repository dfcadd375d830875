import argparse
import builtins
import logging
import subprocess
import sys

import pytest
from tensorboard.plugins.base_plugin import TBContext

from tensorboard_plugin_scaling import metadata
from tensorboard_plugin_scaling.loader import ScalingLoader
from tensorboard_plugin_scaling.plugin import ScalingPlugin


def test_all_points_of_our_series_are_kept():
    flags = argparse.Namespace(samples_per_plugin={"images": 3})
    ScalingLoader().fix_flags(flags)
    assert flags.samples_per_plugin == {"images": 3, "scaling": 0}


def test_what_the_user_asked_for_wins():
    flags = argparse.Namespace(samples_per_plugin={"scaling": 7})
    ScalingLoader().fix_flags(flags)
    assert flags.samples_per_plugin == {"scaling": 7}


@pytest.mark.parametrize(
    "flags", [argparse.Namespace(), argparse.Namespace(samples_per_plugin="images=3")]
)
def test_flags_of_another_shape_do_not_stop_tensorboard(flags):
    before = vars(flags).copy()
    ScalingLoader().fix_flags(flags)
    assert vars(flags) == before


def test_the_plugin_is_loaded(logdir):
    plugin = ScalingLoader().load(TBContext(data_provider=logdir.provider))
    assert isinstance(plugin, ScalingPlugin)


def test_a_missing_package_leaves_the_tab_out_and_says_so(monkeypatch, caplog, logdir):
    monkeypatch.delitem(sys.modules, "tensorboard_plugin_scaling.plugin")
    found = builtins.__import__

    def fail(name, *rest, **options):
        if name == "tensorboard_plugin_scaling.plugin":
            raise ImportError("No module named 'scipy'")
        return found(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", fail)
    with caplog.at_level(logging.WARNING):
        assert ScalingLoader().load(TBContext(data_provider=logdir.provider)) is None
    assert "No Scaling Laws tab: No module named 'scipy'" in caplog.text


def test_importing_the_loader_imports_nothing_that_costs_time():
    script = (
        "import sys, tensorboard.plugins.base_plugin\n"
        "before = set(sys.modules)\n"
        "import tensorboard_plugin_scaling.loader\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    packages = {name.partition(".")[0] for name in done.stdout.split()}
    assert packages - sys.stdlib_module_names == {"tensorboard_plugin_scaling"}


def test_the_tab_shows_wherever_tensorboard_knows_of_our_data(plugin):
    assert plugin.is_active() is False
    assert plugin.data_plugin_names() == ("scaling",)
    assert metadata.PLUGIN_NAME == "scaling"


def test_the_name_is_the_one_that_runs_are_written_under():
    from scaling_keras.events import schema

    assert metadata.PLUGIN_NAME == schema.PLUGIN_NAME


def test_the_tab_is_described(plugin):
    described = plugin.frontend_metadata()
    assert described.tab_name == "Scaling Laws"
    assert described.es_module_path == "/static/index.js"
