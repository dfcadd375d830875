"""Fixtures for several packages; nothing here may need a deep-learning framework."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scaling_keras.events.assembling import choose_losses
from scaling_keras.events.schema import RunFacts, RunResult
from scaling_keras.events.writer import RunWriter


@pytest.fixture
def write_run() -> Callable[..., None]:
    """Writes one attempt of a run: facts, curves, and a result unless `status` is None."""
    return _write_run


def _write_run(
    run_dir: Path,
    *,
    n_params: int = 10_000,
    n_examples: Sequence[int] = (100, 200, 300),
    curves: Mapping[str, Sequence[float]] | None = None,
    status: str | None = "completed",
    reason: str = "",
    **facts: Any,
) -> None:
    curves = {"loss": (3.0, 2.5, 2.25), "val_loss": (3.1, 2.5, 2.4)} if curves is None else curves
    writer = RunWriter(run_dir)
    counts = {"embedding": n_params // 10, "head": n_params // 10}
    counts["hidden"] = n_params - sum(counts.values())
    writer.write_facts(
        RunFacts(
            **{
                "attempt": writer.attempt,
                "model_name": "model",
                "n_params": {
                    **counts,
                    "trainable": n_params,
                    "non_trainable": 0,
                    "total": n_params,
                },
                "train_flops_per_example": 6.0 * n_params,
                "forward_flops_per_example": 2.0 * n_params,
                "flops_method": "graph",
                "start_time": time.time(),
                **facts,
            }
        )
    )
    for index, seen in enumerate(n_examples):
        writer.write_point(seen, {metric: values[index] for metric, values in curves.items()})
    if status is not None:
        losses = {
            metric: choose_losses(np.column_stack([n_examples, values]))
            for metric, values in curves.items()
            if len(values)
        }
        writer.write_result(
            RunResult(
                attempt=writer.attempt,
                status=status,
                reason=reason,
                losses=losses,
                n_examples=max(n_examples, default=0),
                train_flops=6.0 * n_params * max(n_examples, default=0),
                elapsed_seconds=1.5,
                end_time=time.time(),
            )
        )
    writer.close()
