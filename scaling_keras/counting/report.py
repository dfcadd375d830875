"""A count as the table that a person wants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_PARTS = {
    "token_embedding": "embedding",
    "position_embedding": "embedding",
    "norm_and_bias": "hidden",
    "other": "hidden",
}
"""Groups that are parts of another, which is told only where it has both."""


def as_text(counted: Mapping[str, Any]) -> str:
    """Return the table of a `ModelCount.to_dict()`."""
    lines = [f"Model {counted['model_name']!r}", "", *_layer_lines(counted), ""]
    if counted["train_flops_per_example"] is None:
        return "\n".join([*lines, f"FLOPs unknown: {counted['flops_reason']}"])
    return "\n".join([*lines, *_flop_lines(counted)])


def _layer_lines(counted: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines on layers and groups of parameters."""
    has_flops = counted["train_flops_per_example"] is not None
    rows = [["layer", "", "parameters", "forward", "training"]]
    for layer in counted["layers"]:
        n_params = layer["n_trainable"] + layer["n_non_trainable"]
        flops = [layer[f"{name}_flops_per_example"] for name in ("forward", "train")]
        if n_params or any(flops):
            rows.append([layer["name"], layer["kind"], f"{n_params:,}", *map(_shown, flops)])
    n_layers = len(rows)
    for name, number in _groups(counted["groups"]):
        rows.append([name, "", f"{number:,}", "", ""])
    if not has_flops:
        rows = [row[:3] for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for place, row in enumerate(rows):
        if place == n_layers:
            yield "  " + "-" * (sum(widths) + 2 * len(widths) - 2)
        yield "  " + "  ".join(_aligned(row, widths)).rstrip()


def _aligned(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """Yield the cells of a row: names to the left, numbers to the right."""
    for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
        yield f"{cell:<{width}}" if column < 2 else f"{cell:>{width}}"


def _groups(groups: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Yield the groups of parameters, each followed by its parts if it has several."""
    parts = {
        whole: [name for name, of in _PARTS.items() if of == whole and groups[name]]
        for whole in _PARTS.values()
    }
    for name, number in groups.items():
        if name in _PARTS:
            continue
        yield name, number
        if len(parts.get(name, ())) > 1:
            yield from ((f"  {part}", groups[part]) for part in parts[name])


def _flop_lines(counted: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines on FLOPs."""
    train = counted["train_flops_per_example"]
    yield (
        f"FLOPs per {counted['example_unit']}, a multiply-add being 2 "
        f"(an item of a batch holds {counted['examples_per_item']})"
    )
    yield f"  forward       {_shown(counted['forward_flops_per_example']):>15}"
    for_each = train / max(counted["n_params"], 1)
    yield f"  and backward  {_shown(train):>15}  {for_each:.3g} for each trainable parameter"
    others = {
        name: flops for name, flops in counted["flops_by_convention"].items() if flops != train
    }
    if others:
        width = max(map(len, others))
        yield "the same, counted in other ways"
        yield from (f"  {name:<{width}}  {_shown(flops):>15}" for name, flops in others.items())
    if counted["recompute_flops_per_example"]:
        yield f"recomputed, on top: {_shown(counted['recompute_flops_per_example'])}"
    if counted["flops_per_step"]:
        yield f"for each step, whatever its batch, on top: {_shown(counted['flops_per_step'])}"
    if counted["flops_method"] == "estimate":
        yield f"an estimate: {counted['flops_reason']}"
    yield from _uncounted_lines(counted)


def _uncounted_lines(counted: Mapping[str, Any]) -> Iterator[str]:
    """Yield what could not be counted, and where it is."""
    if not counted["uncounted"]:
        return
    names = ", ".join(f"{name} ({times})" for name, times in counted["uncounted"].items())
    yield f"not counted, so the true cost is higher: {names}"
    yield (
        f"  in {', '.join(counted['uncounted_layers'])}; what share of the total that is can't be "
        f"said"
    )


def _shown(flops: float | None) -> str:
    """Return a number of FLOPs as text."""
    return "" if flops is None else f"{flops:,.6g}"
