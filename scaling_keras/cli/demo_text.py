"""What the demo says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaling_keras import laws
from scaling_keras.cli.amounts import amount
from scaling_keras.cli.progress_line import flops

if TYPE_CHECKING:
    from scaling_keras.laws.verdicts import Verdict
    from scaling_keras.tuner.sweep import TrialPlan

WIDEST_HALF = 0.1
"""Half of an interval, as a share of the loss, beyond which a prediction says too little."""


def describe_best(best: laws.Allocation) -> str:
    """Return the compute-optimal size for a budget."""
    rows = (("parameters", best.n_params, amount), ("characters", best.n_examples, amount))
    lines = [f"Compute-optimal for {flops(best.train_flops)}, by this law"]
    for name, interval, written in (*rows, ("loss", best.loss, "{:.4f}".format)):
        value, low, high = map(written, (interval.value, interval.low, interval.high))
        lines.append(f"  {name:<10}  {value:>12}   {best.level:.0%} interval {low} to {high}")
    return "\n".join(lines)


def describe_prediction(plan: TrialPlan, n_params: float, compute_factor: float) -> str:
    """Return what is predicted of a training that has not begun."""
    predicted: Any = plan.prediction
    below, above = _halves(predicted["loss"], predicted["low"], predicted["high"])
    lines = [
        "Predicted before it is trained",
        (
            f"  {plan.size_name}, {n_params:,.0f} parameters, on {plan.n_examples:,} characters: "
            f"{compute_factor:.1f}x the compute of the largest run so far"
        ),
        "  (of the models of that budget, the one that the law is surest of)",
        (
            f"  loss {predicted['loss']:.4f}, {predicted['level']:.0%} interval "
            f"{predicted['low']:.4f} to {predicted['high']:.4f} (-{below:.1%}, +{above:.1%})"
        ),
    ]
    if max(below, above) > WIDEST_HALF:
        lines.append(f"  That is wider than {WIDEST_HALF:.0%} either way, and says little.")
    return "\n".join(lines)


def describe_verdict(verdict: Verdict) -> str:
    """Return predicted against reached, the miss of an interval in plain words."""
    if verdict.is_inside:
        where = f"inside the {verdict.level:.0%} interval"
    else:
        side = "below" if verdict.reached < verdict.low else "above"
        where = (
            f"{side} the {verdict.level:.0%} interval: the prediction missed. At that level one "
            f"interval in {1 / (1 - verdict.level):.0f} is meant to"
        )
    lines = [
        "Reached",
        f"  loss {verdict.reached:.4f} on held-out text, {where}.",
        f"  {verdict.error:+.2%} against the {verdict.predicted:.4f} that was predicted",
        (
            f"  {verdict.baseline_error:+.2%} against the best loss so far, "
            f"{verdict.best_before:.4f}: a guess without a law"
        ),
    ]
    if abs(verdict.error) >= abs(verdict.baseline_error):
        lines.append("  The law was no better than that guess.")
    return "\n".join(lines)


def _halves(value: float, low: float, high: float) -> tuple[float, float]:
    """Return how far an interval reaches below and above, as shares of the value."""
    return 1 - low / value, high / value - 1
