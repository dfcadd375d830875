"""What this machine has to share out: cores and GPUs, found without touching a GPU."""

from __future__ import annotations

import os
import shutil
import subprocess

_QUERY = ("--query-gpu=index", "--format=csv,noheader")
_QUERY_SECONDS = 30.0


def cpu_cores() -> int:
    """Return the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def visible_gpus() -> list[str]:
    """Return the GPUs that this process may use, as `CUDA_VISIBLE_DEVICES` names them.

    TensorFlow isn't asked: to list its devices it would take them, and memory of them.
    """
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        ids = [part.strip() for part in named.split(",")]
        # CUDA takes those before the first that isn't one.
        valid = next((n for n, part in enumerate(ids) if part in ("", "-1")), len(ids))
        return ids[:valid]
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    try:
        listed = subprocess.run(
            [program, *_QUERY], capture_output=True, text=True, timeout=_QUERY_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return listed.stdout.split() if listed.returncode == 0 else []
