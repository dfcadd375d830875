"""The manifests of `examples/`: what Kubernetes and Slurm would read, read here."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

from scaling_keras.cli import build_parser
from tests.requirements import require_module, require_program

EXAMPLES = Path(__file__).parents[1] / "examples"


def check_command(words):
    """Check that a command line is one of ours."""
    program, *arguments = words
    assert program == "scaling-keras"
    assert build_parser().parse_args(arguments).executor == "ray"


def test_the_job_of_kuberay_has_what_its_definition_requires():
    yaml = require_module("yaml")
    (job,) = yaml.safe_load_all((EXAMPLES / "kuberay.yaml").read_text(encoding="utf-8"))
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    assert job["metadata"]["name"]
    spec = job["spec"]
    check_command(shlex.split(spec["entrypoint"]))
    cluster = spec["rayClusterSpec"]
    groups = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    assert len(groups) > 1
    for group in groups:
        assert isinstance(group["rayStartParams"], dict)
        assert all(isinstance(value, str) for value in group["rayStartParams"].values())
        pod = group["template"]["spec"]
        volumes = {v["name"]: v["persistentVolumeClaim"]["claimName"] for v in pod["volumes"]}
        for container in pod["containers"]:
            assert container["name"]
            assert container["image"]
            # The runs must be seen by all nodes.
            mounts = {m["mountPath"]: volumes[m["name"]] for m in container["volumeMounts"]}
            assert mounts["/sweeps"] == "sweeps"
    for group in cluster["workerGroupSpecs"]:
        assert group["groupName"]
        assert group["minReplicas"] <= group["replicas"] <= group["maxReplicas"]


def test_the_script_of_slurm_is_one_that_bash_can_read():
    script = EXAMPLES / "slurm.sh"
    subprocess.run([require_program("bash"), "-n", str(script)], check=True)
    lines = script.read_text(encoding="utf-8").splitlines()
    options = [line.split()[1].partition("=")[0] for line in lines if line.startswith("#SBATCH")]
    assert {"--nodes", "--ntasks-per-node", "--cpus-per-task"} <= set(options)
    # Slurm stops reading its options at the first command.
    first_command = next(n for n, line in enumerate(lines) if line and not line.startswith("#"))
    assert not any(line.startswith("#SBATCH") for line in lines[first_command:])
    (command,) = (line for line in lines if line.startswith("scaling-keras"))
    check_command(shlex.split(command))
