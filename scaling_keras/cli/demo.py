"""`scaling-keras demo`: the whole way, from a sweep to a prediction that is put to the test."""

from __future__ import annotations

import argparse
import dataclasses
import io
import json
import math
import shlex
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from scaling_keras import laws
from scaling_keras.cli.demo_text import describe_best, describe_prediction, describe_verdict
from scaling_keras.cli.progress_line import ProgressLine, duration
from scaling_keras.errors import DataError, SweepError
from scaling_keras.tuner.quiet_import import load_tensorflow

if TYPE_CHECKING:
    from scaling_keras.data.source_text import SourceText
    from scaling_keras.families.transformer_lm import TransformerLM
    from scaling_keras.laws.verdicts import Verdict
    from scaling_keras.tuner.sweep import TrialPlan
    from scaling_keras.tuner.tuner import ScalingTuner

HELP = "train a ladder of small language models, predict a larger one, then train that too"
PROJECT = "demo"
_LEVEL = 0.9
_SURPLUS = 1.005
"""The tested model costs slightly more, so that whole batches don't make it slightly less."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scale:
    """How much the demo trains.

    Attributes:
        context: Characters in a window.
        batch_size: Windows in a batch.
        n_sizes: Sizes of the ladder, the smallest of the family.
        n_examples: Data budgets of each, in characters.
        n_validation_examples: Held-out characters that each model is judged on.
        compute_factor: Compute of the tested model over that of the largest of the ladder.
        widest: Width of the largest model that may be tested.
    """

    context: int
    batch_size: int
    n_sizes: int
    n_examples: tuple[int, ...]
    n_validation_examples: int
    compute_factor: float
    widest: int


SCALES = {
    # About four minutes on two CPU cores. Batches are small, so that the smallest budget still has
    # 390 steps and its loss doesn't hang on the schedule.
    "minutes": Scale(
        context=64,
        batch_size=4,
        n_sizes=6,
        n_examples=(100_000, 200_000, 400_000),
        n_validation_examples=65_536,
        compute_factor=8.0,
        widest=128,
    ),
    # To try out the command: models that have learned this little follow no law.
    "seconds": Scale(
        context=16,
        batch_size=4,
        n_sizes=3,
        n_examples=(4_096, 8_192, 16_384),
        n_validation_examples=1_024,
        compute_factor=8.0,
        widest=48,
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the demo."""
    parser.add_argument("--data", help="a file or folder of your own text, instead of Python's")
    parser.add_argument("--directory", default="runs", help="the logdir to write to")
    parser.add_argument(
        "--replicas", type=int, default=1, help="split the CPU into this many logical devices"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of all trainings")
    parser.add_argument(
        "--scale", default="minutes", choices=list(SCALES), help="how long it may take"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="delete the runs of an earlier demo and start anew"
    )


def run(args: argparse.Namespace, out: TextIO) -> int:
    """Run the demo, or go on where an earlier one stopped."""
    began = time.monotonic()
    said = io.StringIO() if args.json else out
    load_tensorflow()
    try:
        demo = _open(args, said)
        result = _run(demo, said)
    except KeyboardInterrupt:
        said.write(
            f"\nStopped. What has been trained is kept in {_logdir(args)}. To look at it:\n"
            f"  {_tensorboard(args)}\n"
            f"The same command again goes on from here; with --fresh it starts anew.\n"
        )
        raise
    elapsed = time.monotonic() - began
    if args.json:
        out.write(json.dumps({**result, "elapsed_seconds": elapsed}, indent=1) + "\n")
    said.write(f"\nAll of it took {duration(elapsed)}. To look at it:\n  {_tensorboard(args)}\n")
    return 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Demo:
    """What a demo works with."""

    args: argparse.Namespace
    scale: Scale
    text: SourceText
    family: TransformerLM
    sizes: list[dict[str, int]]
    tuner: ScalingTuner


def _open(args: argparse.Namespace, out: TextIO) -> _Demo:
    """Read the text and open the project; nothing is trained yet."""
    from scaling_keras.cli.demo_sweep import LadderThenTest
    from scaling_keras.data.source_text import SourceText
    from scaling_keras.families.transformer_lm import TransformerLM
    from scaling_keras.tuner.strategy import split_cpu
    from scaling_keras.tuner.tuner import ScalingTuner

    scale = SCALES[args.scale]
    split_cpu(args.replicas)
    text = SourceText(
        args.data, context=scale.context, n_validation_examples=scale.n_validation_examples
    )
    family = TransformerLM(text.vocab_size, text.context)
    sizes = family.ladder(scale.n_sizes)
    _check_length(text, family, scale)
    tuner = ScalingTuner(
        family,
        sweep=LadderThenTest(
            sizes=sizes,
            n_examples=scale.n_examples,
            seeds=(args.seed,),
            test_factor=_SURPLUS * scale.compute_factor,
        ),
        directory=args.directory,
        project_name=PROJECT,
        overwrite=args.fresh,
        constants={"text": text.digest, "context": scale.context},
        reporter=ProgressLine(out),
    )
    return _Demo(args=args, scale=scale, text=text, family=family, sizes=sizes, tuner=tuner)


def _run(demo: _Demo, out: TextIO) -> dict[str, Any]:
    """Train, fit, predict and test; return what came of it, for JSON."""
    tuner, factor = demo.tuner, demo.scale.compute_factor
    out.write(f"{_describe_ladder(demo)}\n\n")
    tuner.search(
        demo.text.train,
        validation_data=demo.text.validation,
        batch_size=demo.scale.batch_size,
        dataset_size=demo.text.n_train_examples,
    )
    fit = tuner.fit_law()
    out.write(f"The law\n{textwrap.indent(fit.summary(_LEVEL), '  ')}\n\n")
    dearest = _dearest(tuner)
    best = fit.optimal_allocation(train_flops=factor * dearest, level=_LEVEL)
    out.write(f"{describe_best(best)}\n\n")
    plan = _plan_test(demo, best)
    n_params = demo.family.n_params(plan.size)
    cost = plan.n_examples * tuner.train_flops_per_example(plan.size)
    out.write(f"{describe_prediction(plan, n_params, cost / dearest)}\n\n")
    verdict = _test(tuner, plan, fit)
    out.write(f"{describe_verdict(verdict)}\n")
    return {
        "formula": fit.formula(),
        "fit": fit.to_dict(resamples=False),
        "intervals": {name: i.to_dict() for name, i in fit.intervals(_LEVEL).items()},
        "optimal": dict(best.to_dict()),
        "verdict": verdict.to_dict(),
        "logdir": str(_logdir(demo.args)),
    }


def _check_length(text: SourceText, family: TransformerLM, scale: Scale) -> None:
    """Raise a `DataError` unless the text is long enough for the test.

    The widest model needs the fewest characters: compute goes as size times data.
    """
    largest = family.ladder(scale.n_sizes)[-1]
    widest = {**largest, "width": scale.widest}
    share = family.n_params(largest) / family.n_params(widest)
    needed = int(1.1 * scale.compute_factor * max(scale.n_examples) * max(share, 1 / 8))
    if text.n_train_examples < needed:
        raise DataError(
            f"The demo needs {needed:,} characters to train on, so that none is seen twice. "
            f"Received: {text.n_train_examples:,} in {str(text.path)!r}. Give a longer text, or "
            f"leave out --data to use the source of Python's standard library."
        )


def _dearest(tuner: ScalingTuner) -> float:
    """Return the FLOPs of the dearest run of the ladder."""
    return float(tuner.results().usable()["train_flops"].max())


def _plan_test(demo: _Demo, best: laws.Allocation) -> TrialPlan:
    """Return the training that tests the law: of those of the budget, what it is surest of.

    The sharpest prediction is the hardest test. It is no narrower than the widest model of the
    ladder and no wider than the scale allows, so that it ends in time, and sees no text twice.
    """
    flops = _SURPLUS * best.train_flops
    plans = []
    for width in range(demo.sizes[-1]["width"], demo.scale.widest + 1, 8):
        size = {**demo.sizes[-1], "width": width}
        n_examples = math.ceil(flops / demo.tuner.train_flops_per_example(size))
        if n_examples <= demo.text.n_train_examples:
            plans.append(
                demo.tuner.plan_at(
                    size=size, n_examples=n_examples, fit=best.fit, seed=demo.args.seed
                )
            )
    return min(plans, key=_width)


def _width(plan: TrialPlan) -> float:
    """Return the upper end of what is predicted of a training over the lower."""
    predicted: Any = plan.prediction
    return float(predicted["high"] / predicted["low"])


def _test(tuner: ScalingTuner, plan: TrialPlan, fit: laws.Fit) -> Verdict:
    """Train what was planned, unless an earlier demo has; return predicted against reached."""
    verdicts = {verdict.run: verdict for verdict in tuner.verdicts()}
    if plan.name not in verdicts:
        tuner.train_at(size=plan.size, n_examples=plan.n_examples, fit=fit, seed=plan.seed)
        verdicts = {verdict.run: verdict for verdict in tuner.verdicts()}
    if plan.name not in verdicts:
        raise SweepError(
            f"The tested model must complete its training. Received: {plan.name!r}, whose loss "
            f"became no number. Run the demo again with another --seed."
        )
    return verdicts[plan.name]


def _describe_ladder(demo: _Demo) -> str:
    """Return what is going to be trained, on what."""
    from scaling_keras.tuner.strategy import device_message

    text, budgets = demo.text, demo.scale.n_examples
    blocks = [demo.family.n_params(size, "non_embedding") for size in demo.sizes]
    return (
        f"Text: {text.path}\n"
        f"  {text.n_train_examples:,} characters to train on, {text.n_validation_examples:,} "
        f"held out; a token is a character\n"
        f"Ladder: {len(blocks)} decoder-only Transformers, {min(blocks):,} to {max(blocks):,} "
        f"parameters in their blocks\n"
        f"  each on {', '.join(f'{n:,}' for n in budgets)} characters: "
        f"{len(blocks) * len(budgets)} trainings\n"
        f"  {device_message(demo.tuner.distribution_strategy)}, runs in {_logdir(demo.args)}"
    )


def _logdir(args: argparse.Namespace) -> Path:
    """Return where the runs are written."""
    return Path(args.directory) / PROJECT


def _tensorboard(args: argparse.Namespace) -> str:
    """Return the command that opens the dashboard."""
    return shlex.join(["tensorboard", "--logdir", args.directory])
