"""`scaling-keras sweep`: train the sweep that a Python file describes, and fit its law."""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import inspect
import json
import sys
import textwrap
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from scaling_keras import laws
from scaling_keras.cli.progress_line import ProgressLine, duration
from scaling_keras.errors import FitError, SweepError
from scaling_keras.tuner.leaving_out import by_reason
from scaling_keras.tuner.quiet_import import load_tensorflow

if TYPE_CHECKING:
    from scaling_keras.runs import RunTable
    from scaling_keras.tuner.sweep import Sweep
    from scaling_keras.tuner.tuner import ScalingTuner

HELP = "train the sweep that a Python file describes, in this process or many, and fit its law"
_LEVEL = 0.9
_NEEDED = ("build_model", "sweep", "train")
_EXECUTORS = ("local", "processes", "ray")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the sweep."""
    parser.add_argument("script", help="a Python file with `build_model`, `sweep` and `train`")
    parser.add_argument(
        "--executor", choices=_EXECUTORS, help="who trains; `local` unless the file says otherwise"
    )
    parser.add_argument("--n-workers", type=int, help="trainings at a time")
    parser.add_argument("--gpus-per-trial", type=int, help="GPUs that share a training")
    parser.add_argument("--directory", help="the logdir to write to, instead of the file's")
    parser.add_argument(
        "--fresh", action="store_true", help="delete the runs of an earlier sweep and start anew"
    )
    parser.add_argument(
        "--form",
        choices=("auto", *laws.FORMS),
        metavar="FORM",
        help="form of the law, as of `fit`; default that of the sweep, or auto",
    )


def run(args: argparse.Namespace, out: TextIO) -> int:
    """Train what has not been trained yet, and fit the law."""
    began = time.monotonic()
    load_tensorflow()
    tuner, search, sweep = _open(args, None if args.json else out)
    _check_form(args.form, sweep)
    tuner.search(**search)
    if tuner.is_worker:
        return 0
    table = tuner.results()
    fit, reason = _fit(tuner, args.form)
    known = _at_target(sweep, fit) if fit else None
    if args.json:
        content = {
            **_describe(table, fit, reason),
            "at_target": known.to_dict() if known else None,
            "stop_reason": tuner.stop_reason,
            "findings": [dataclasses.asdict(finding) for finding in tuner.findings()],
            "excluded": [dataclasses.asdict(each) for each in table.excluded],
            "elapsed_seconds": time.monotonic() - began,
        }
        out.write(json.dumps(content, indent=1) + "\n")
        return 0
    law = "\n".join([fit.summary(_LEVEL), *_target_lines(known)]) if fit else reason
    said = [_runs_text(table)]
    said += [f"  left out {each}" for each in by_reason(table.excluded)]
    said += [f"It ended because {tuner.stop_reason}."] if tuner.stop_reason else []
    said += [f"! {finding.message}" for finding in tuner.findings()]
    out.write("\n".join(said) + f"\n\nThe law\n{textwrap.indent(law, '  ')}\n\n")
    out.write(f"All of it took {duration(time.monotonic() - began)}.\n")
    return 0


def _open(
    args: argparse.Namespace, out: TextIO | None
) -> tuple[ScalingTuner, dict[str, Any], Sweep]:
    """Return the tuner of the file, the arguments of its search, and its sweep."""
    from scaling_keras.tuner.tuner import ScalingTuner

    names = _load(Path(args.script))
    options = _arguments(ScalingTuner.__init__, names)
    _choose_executor(args, options)
    if args.directory is not None:
        options["directory"] = args.directory
    if args.fresh:
        options["overwrite"] = True
    options.setdefault("project_name", Path(args.script).stem)
    if out is not None:
        options["reporter"] = ProgressLine(out)
    return ScalingTuner(**options), _arguments(ScalingTuner.search, names), options["sweep"]


def _load(script: Path) -> dict[str, Any]:
    """Return the names that a Python file defines; modules that it imports are none.

    It isn't made an importable module, so that what it defines is sent to other processes whole.
    """
    from scaling_keras.tuner.executors.packing import script_module_name

    if not script.is_file():
        raise SweepError(
            f"The sweep is described by a Python file. Received: {str(script)!r}, which isn't one. "
            f"Give the path of a file that defines {', '.join(_NEEDED)}."
        )
    spec = importlib.util.spec_from_file_location(script_module_name(script), script)
    if spec is None or spec.loader is None:
        raise SweepError(
            f"The sweep is described by a Python file. Received: {str(script)!r}, whose name "
            f"doesn't end in .py. Rename it."
        )
    module = importlib.util.module_from_spec(spec)
    # Classes look their module up, such as a dataclass with postponed annotations.
    sys.modules[spec.name] = module
    # As Python does for a file that it runs, so that modules beside it are found.
    sys.path.insert(0, str(script.parent.resolve()))
    spec.loader.exec_module(module)
    names = {name: value for name, value in vars(module).items() if not inspect.ismodule(value)}
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise SweepError(
            f"The file of a sweep must define {', '.join(_NEEDED)}. Received: {str(script)!r} "
            f"without {', '.join(missing)}. Its names are the arguments of ScalingTuner and of its "
            f"`search`."
        )
    return names


def _arguments(function: Any, names: dict[str, Any]) -> dict[str, Any]:
    """Return those of the names that are arguments of a function."""
    return {name: names[name] for name in inspect.signature(function).parameters if name in names}


def _choose_executor(args: argparse.Namespace, options: dict[str, Any]) -> None:
    """Put the executor that the arguments ask for among the options."""
    if args.executor is not None:
        options["executor"] = args.executor
    if args.n_workers is None and args.gpus_per_trial is None:
        return
    choice = options.get("executor")
    if choice == "processes":
        from scaling_keras.tuner.executors.local_processes import LocalProcesses

        options["executor"] = LocalProcesses(
            n_workers=args.n_workers, gpus_per_trial=args.gpus_per_trial
        )
    elif choice == "ray":
        from scaling_keras.tuner.executors.ray_cluster import RayCluster

        options["executor"] = RayCluster(
            n_parallel=args.n_workers, gpus_per_trial=args.gpus_per_trial
        )
    else:
        raise SweepError(
            f"`--n-workers` and `--gpus-per-trial` are for --executor processes or ray. Received: "
            f"them with {choice!r}. Leave them out."
        )


def _check_form(form: str | None, sweep: Sweep) -> None:
    """Raise a `SweepError` for a law of one variable where the sweep varies size and data."""
    law = laws.FORMS.get(form or "")
    if law is not None and law.variables == ("x",) and not sweep.variable:
        raise SweepError(
            f"`--form` must be a law of size and data where a sweep varies both. Received: "
            f"{form!r}, of one variable. Take `auto` or `chinchilla`, or fit it afterwards with "
            f"`scaling-keras fit --form {form} --x train_flops`."
        )


def _fit(tuner: ScalingTuner, form: str | None) -> tuple[laws.Fit | None, str]:
    """Return the law, or None and why the runs don't give one."""
    try:
        return tuner.fit_law(form), ""
    except FitError as error:
        return None, str(error)


def _at_target(sweep: Sweep, fit: laws.Fit) -> laws.Prediction | laws.Allocation | None:
    """Return what the law says of the sweep's target; None without one, or for a law of others."""
    try:
        return sweep.at_target(fit)
    except FitError:
        return None


def _target_lines(known: laws.Prediction | laws.Allocation | None) -> list[str]:
    """Return what the law says of the target, in lines."""
    from scaling_keras.cli.amounts import amount
    from scaling_keras.cli.plan import number

    if known is None:
        return []
    if isinstance(known, laws.Prediction):
        (loss,) = (
            laws.Interval(value=value, low=low, high=high)
            for value, low, high in zip(known.mean, known.low, known.high, strict=True)
        )
        return [f"At the target: loss {number(loss, '{:.4f}'.format, known.level)}"]
    return [
        f"At the target: {number(known.n_params, amount, known.level)} parameters",
        f"  loss {number(known.loss, '{:.4f}'.format, known.level)}",
    ]


def _describe(table: RunTable, fit: laws.Fit | None, reason: str) -> dict[str, Any]:
    """Return what came of the sweep, for JSON."""
    return {
        "runs": [
            {
                "name": run.name,
                "status": run.status,
                "n_params": run.n_params,
                "n_examples": run.n_examples,
                "loss": run.loss,
                "attempt": run.facts.get("attempt"),
                "batch_size": run.facts.get("batch_size"),
                "n_replicas": run.facts.get("n_replicas"),
            }
            for run in table
        ],
        "formula": fit.formula() if fit else None,
        "fit": fit.to_dict(resamples=False) if fit else None,
        "intervals": {n: i.to_dict() for n, i in fit.intervals(_LEVEL).items()} if fit else None,
        "reason": reason,
    }


def _runs_text(table: RunTable) -> str:
    """Return how the runs ended, and in what batches they were trained."""
    lines = [f"{n} {status}" for status, n in Counter(run.status for run in table).items()]
    batches = {(run.facts.get("batch_size"), run.facts.get("n_replicas")) for run in table}
    known = sorted((size, n) for size, n in batches if size and n)
    sizes = [
        f"{size} ({size // n} on each of {n} devices)" if n > 1 else f"{size}" for size, n in known
    ]
    return f"Runs: {', '.join(lines)}; items in a batch: {', '.join(sizes) or 'unknown'}"
