"""What reads and fits logs works without loading a deep-learning framework or a plotting library.

import-linter sees each import statement, but not what a parent package's `__init__` or another
library brings along: so here the functions are called, each in a process of its own.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from tests.requirements import require_module

HEAVY = {"jax", "keras", "keras_tuner", "matplotlib", "ray", "tensorflow", "torch"}

LAZY_FACE = """
    import scaling_keras as sk
    import tensorboard_plugin_scaling
    assert sk.RunTable and sk.Run and sk.laws and sk.read_runs and sk.__version__
"""

RUNS = """
    from scaling_keras.runs import RunTable
    table = RunTable.from_csv("runs.csv")
    assert len(table.usable()) == 12, table
"""

LAWS = """
    from scaling_keras import laws
    from scaling_keras.runs import RunTable
    fit = laws.fit("chinchilla", RunTable.from_csv("runs.csv"), n_resamples=100)
    fit.predict(n_params=1e6, n_examples=1e8)
    fit.optimal_allocation(train_flops=1e15)
    fit.summary(), fit.to_dict()
"""

READER = """
    from scaling_keras.events.reader import read_runs
    assert len(read_runs("logdir").usable()) == 12
"""

CLI_FIT = """
    from scaling_keras.cli import main
    assert main(["fit", "logdir"]) == 0
    assert main(["fit", "logdir", "--json"]) == 0
"""

CLI_PLAN = """
    from scaling_keras.cli import main
    assert main(["plan", "logdir", "--flops", "1e15"]) == 0
"""

CLI_REPORT = """
    from scaling_keras.cli import main
    form = ["--form", "power_law_floor", "--x", "train_flops"]
    assert main(["report", "logdir", "-o", "report.html", *form]) == 0
"""

CLI_HELP = """
    import contextlib
    from scaling_keras.cli import main
    with contextlib.suppress(SystemExit):
        main(["--help"])
"""

PLUGIN = """
    import json
    from tensorboard.data import provider
    from tensorboard.plugins.base_plugin import TBContext
    from werkzeug.test import Client
    from scaling_keras.events import schema
    from scaling_keras.events.reader import read_records
    from tensorboard_plugin_scaling.loader import ScalingLoader

    records = read_records("logdir")

    def series(tag, payload):
        return provider.TensorTimeSeries(
            max_step=0, max_wall_time=1.0, plugin_content=schema.encode(payload), description="",
            display_name=tag,
        )

    class Provider:
        def list_tensors(self, ctx, *, experiment_id, plugin_name):
            return {
                record.name: {
                    **{tag: series(tag, record.facts[attempt])
                       for attempt in record.facts for tag in [schema.facts_tag(attempt)]},
                    **{tag: series(tag, record.results[attempt])
                       for attempt in record.results for tag in [schema.result_tag(attempt)]},
                }
                for record in records
            }

        def list_scalars(self, ctx, **asked):
            return {}

        def read_last_scalars(self, ctx, **asked):
            return {}

    plugin = ScalingLoader().load(TBContext(data_provider=Provider()))
    apps = plugin.get_plugin_apps()
    plugin.is_active(), plugin.frontend_metadata()
    assert Client(apps["/runs"]).get("/runs").status_code == 200
    answer = Client(apps["/fit"]).get("/fit?form=chinchilla")
    assert answer.status_code == 200, answer.text
    assert json.loads(answer.text)["reason"] is None, answer.text
"""


@pytest.fixture(scope="module")
def runs_written(tmp_path_factory):
    """Return a directory with twelve runs of a known law, as `runs.csv` and as `logdir`."""
    from scaling_keras.events.schema import RunFacts, RunResult
    from scaling_keras.events.writer import RunWriter
    from scaling_keras.runs import Run, RunTable

    root = tmp_path_factory.mktemp("layering")
    runs = []
    for n_params in (1_000, 4_000, 16_000, 64_000):
        for n_examples in (100_000, 400_000, 1_600_000):
            loss = 1.7 + 30.0 * n_params**-0.4 + 60.0 * n_examples**-0.35
            name = f"{n_params}-{n_examples}"
            runs.append(Run(name=name, n_params=n_params, n_examples=n_examples, loss=loss))
            writer = RunWriter(root / "logdir" / name)
            writer.write_facts(
                RunFacts(
                    n_params={"embedding": 0, "head": 0, "hidden": n_params},
                    train_flops_per_example=6.0 * n_params,
                    flops_method="graph",
                )
            )
            writer.write_point(n_examples, {"val_loss": loss})
            writer.write_result(
                RunResult(
                    losses={"val_loss": {"final": loss, "best": loss, "tail": loss}},
                    n_examples=n_examples,
                    train_flops=6.0 * n_params * n_examples,
                )
            )
            writer.close()
    RunTable(runs=tuple(runs)).to_csv(root / "runs.csv")
    return root


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(LAZY_FACE, id="the lazy face"),
        pytest.param(RUNS, id="runs"),
        pytest.param(LAWS, id="laws"),
        pytest.param(READER, id="the reader of events"),
        pytest.param(CLI_HELP, id="the list of commands"),
        pytest.param(CLI_FIT, id="the command fit"),
        pytest.param(CLI_PLAN, id="the command plan"),
        pytest.param(PLUGIN, id="the plugin"),
    ],
)
def test_what_reads_and_fits_logs_loads_no_framework(script, runs_written):
    run_without(HEAVY, script, runs_written)


def test_a_report_loads_no_framework_but_draws(runs_written):
    require_module("matplotlib")
    run_without(HEAVY - {"matplotlib"}, CLI_REPORT, runs_written)
    assert (runs_written / "report.html").read_text("utf-8").count("<svg") >= 3


def run_without(modules, script, directory):
    """Run a script in a process of its own, and see that it loads none of some modules."""
    check = f"import sys; loaded = {modules!r} & sys.modules.keys(); assert not loaded, loaded"
    code = f"{textwrap.dedent(script)}\n{check}"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=directory, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
