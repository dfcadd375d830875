"""Log directories for the tests of the dashboard."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

from scaling_keras.events.schema import RunFacts, RunResult
from scaling_keras.events.writer import RunWriter

SIZES = {"tiny": 2_000, "small": 6_000, "medium": 18_000, "large": 54_000}
DATA = (60_000, 180_000, 540_000, 1_620_000)


def true_loss(n_params: float, n_examples: float) -> float:
    return 1.5 + 12.0 / n_params**0.3 + 40.0 / n_examples**0.33


def write_grid(logdir: Path, *, data: tuple[int, ...] = DATA) -> None:
    """Write a completed run of every size on every amount of data, a little off the law."""
    for index, (size, n_params) in enumerate(SIZES.items()):
        for place, n_examples in enumerate(data):
            off = 0.004 * math.sin(7 * index + 3 * place)
            loss = true_loss(n_params, n_examples) * math.exp(off)
            write_run(logdir / f"{size}-{n_examples}", n_params, n_examples, loss=loss, size=size)


def write_run(
    run_dir: Path,
    n_params: int,
    n_examples: int,
    *,
    loss: float | None = None,
    status: str | None = "completed",
    reason: str = "",
    **facts: Any,
) -> None:
    """Write one run, with a few points; without a `status` it goes on."""
    loss = true_loss(n_params, n_examples) if loss is None else loss
    writer = RunWriter(run_dir)
    writer.write_facts(
        RunFacts(
            attempt=writer.attempt,
            n_params={
                "embedding": n_params // 5,
                "head": 0,
                "hidden": n_params - n_params // 5,
                "trainable": n_params,
                "non_trainable": 0,
                "total": n_params,
            },
            train_flops_per_example=6.0 * n_params,
            example_unit="token",
            start_time=time.time(),
            **facts,
        )
    )
    for share in (0.25, 0.5, 1.0):
        higher = loss * (1.3 - 0.3 * share)
        seen = int(n_examples * share)
        writer.write_point(seen, {"loss": 0.98 * higher, "val_loss": higher})
    if status is not None:
        losses = {"final": loss, "best": loss, "tail": loss}
        writer.write_result(
            RunResult(
                attempt=writer.attempt,
                status=status,
                reason=reason,
                losses={"val_loss": losses, "loss": losses},
                n_examples=n_examples,
                train_flops=6.0 * n_params * n_examples,
                elapsed_seconds=3.0,
                end_time=time.time(),
            )
        )
    writer.close()


def write_sweep(logdir: Path) -> None:
    """Write what a sweep in the middle of its work leaves: runs of every kind."""
    write_grid(logdir)
    predicted = true_loss(160_000, 5_000_000)
    prediction = {
        "loss": predicted,
        "low": 0.97 * predicted,
        "high": 1.03 * predicted,
        "level": 0.9,
    }
    write_run(logdir / "predicted", 160_000, 5_000_000, size="huge", prediction=prediction)
    write_run(logdir / "going", 54_000, 300_000, status=None, planned_examples=4_000_000)
    write_run(
        logdir / "broken", 18_000, 20_000, loss=40.0, status="diverged", reason="loss became NaN"
    )
