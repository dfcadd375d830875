"""What is known of each training: `Run`, and `RunTable`, the one way into a fit."""

from __future__ import annotations

import csv
import dataclasses
import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from scaling_keras.csv_rows import (
    COUNTED,
    COUNTS,
    HYPERPARAMETERS,
    as_number,
    counts_by_group,
    flat,
    names_of_hyperparameters,
    nested,
    read_csv_rows,
    shortened,
)
from scaling_keras.errors import RunsError
from scaling_keras.law_runs import LEFT_OUT, is_usable, why_left_out
from scaling_keras.metric_direction import is_higher_better

STATUSES = ("completed", "running", "stalled", "stopped", "diverged", "failed")
"""How a run stands. A fit uses `completed` ones only: the others ended off their schedule."""

ENDS_EARLY = "its loss ends early"
"""How the reason of a `completed` run begins that may have been cut off, for all that is known."""

PARAM_CONVENTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "total": COUNTED,
        "non_embedding": ("hidden",),
        "non_embedding_plus_head": ("head", "hidden"),
    }
)
"""Which groups of trainable parameters make up N: Hoffmann's, Kaplan's, and nanochat's choice.

The parts of groups that runs may tell besides (`norm_and_bias`, ...) are in these already."""

NUMERIC_COLUMNS = (
    "n_params",
    "n_examples",
    "loss",
    "train_flops",
    "train_flops_per_example",
    "dataset_size",
)
TEXT_COLUMNS = ("name", "status", "reason", "loss_name", "size", "family", "example_unit")
REQUIRED_COLUMNS = ("n_params", "n_examples", "loss")
_FIELDS = {*NUMERIC_COLUMNS, *TEXT_COLUMNS, "seed"}

_NO_FACTS: Mapping[str, Any] = MappingProxyType({})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Run:
    """One training, as far as it is known.

    Attributes:
        name: Unique within a table; the run's directory below the logdir.
        n_params: Trainable parameters under the table's `param_convention`.
        n_examples: Examples seen so far, repeats included. One example is what the loss is
            averaged over (`example_unit`): a token, an image.
        loss: The loss that a fit explains; `nan` if none was recorded.
        loss_name: The metric it comes from, `val_loss` or `loss`.
        train_flops: Forward and backward FLOPs of the whole run; `nan` if unknown.
        train_flops_per_example: The same for one example, on average; `nan` if unknown.
        flops_course: Examples seen and FLOPs spent where a training went on that costs something
            else for an example, by rising examples; see `flops_at`.
        dataset_size: Unique examples in the training data; `nan` if unknown. `n_examples` counts
            repeats, so their quotient is the number of epochs.
        status: One of `STATUSES`.
        reason: Why it ended as it did, or why that is in doubt (`ENDS_EARLY`); empty if it simply
            completed.
        size: The name of the model's size within its family.
        family: The model family.
        example_unit: What one example is: `token`, `image`, `example`.
        seed: The random seed of the run, if it states one.
        param_counts: Trainable parameters by group (`embedding`, `head`, `hidden`), from which
            another `param_convention` is computed. Empty if only `n_params` is known.
        facts: Everything else the run logged about itself, as read.
        curves: Metric name to an array of shape `(points, 2)`: examples seen, value.
    """

    name: str
    n_params: float
    n_examples: float
    loss: float
    loss_name: str = "loss"
    train_flops: float = math.nan
    train_flops_per_example: float = math.nan
    flops_course: tuple[tuple[float, float], ...] = ()
    dataset_size: float = math.nan
    status: str = "completed"
    reason: str = ""
    size: str = ""
    family: str = ""
    example_unit: str = "example"
    seed: int | None = None
    param_counts: Mapping[str, int] = dataclasses.field(default_factory=lambda: _NO_FACTS)
    facts: Mapping[str, Any] = dataclasses.field(default_factory=lambda: _NO_FACTS)
    curves: Mapping[str, npt.NDArray[np.float64]] = dataclasses.field(
        default_factory=lambda: _NO_FACTS
    )

    @property
    def skipped(self) -> tuple[str, ...]:
        """What reading the run passed over, a sentence each; a fact of that name may be another."""
        found = self.facts.get("skipped")
        return found if isinstance(found, tuple) else ()

    def flops_at(self, n_examples: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the FLOPs that the run had cost at these examples seen; `nan` if unknown."""
        if not self.flops_course:
            return n_examples * self.train_flops_per_example
        course = np.array([(0.0, 0.0), *self.flops_course, (self.n_examples, self.train_flops)])
        flops: npt.NDArray[np.float64] = np.interp(n_examples, *course.T)
        return flops


@dataclasses.dataclass(frozen=True, kw_only=True)
class Exclusion:
    """A run that a table or a fit left out, and why."""

    name: str
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunTable:
    """Runs as columns, with a record of what was left out.

    `table[column]` is an array: one of the fields of `Run`, or any number among the facts of the
    runs: `table["batch_size"]`, a hyperparameter, the optimizer's `learning_rate`, which is the
    peak where there is a schedule, `elapsed_seconds` and `examples_per_second`, the final value of
    a metric, `table["final_val_accuracy"]`. Where a fact is known for some runs only, the others
    are `nan`.

    Attributes:
        runs: The runs, in the order they were read.
        excluded: Runs that are known of but not in the table, with their reasons.
        param_convention: Which parameters `n_params` counts, a key of `PARAM_CONVENTIONS`.
        loss_choice: How `loss` was taken from each run's curve: `final`, `best`, or `tail`.
        include_tests: Whether a fit may use runs that tested a prediction; see `with_tests`.

    Example:
    >>> table = RunTable(runs=(
    ...     Run(name="small", n_params=1e3, n_examples=1e5, loss=3.1),
    ...     Run(name="large", n_params=1e4, n_examples=1e6, loss=2.4),
    ... ))
    >>> table["loss"]
    array([3.1, 2.4])
    >>> len(table.where(lambda run: run.n_params > 5e3))
    1
    """

    runs: tuple[Run, ...]
    excluded: tuple[Exclusion, ...] = ()
    param_convention: str = "total"
    loss_choice: str = "final"
    include_tests: bool = False

    def __post_init__(self) -> None:
        check_param_convention(self.param_convention)
        seen: set[str] = set()
        for run in self.runs:
            if run.name in seen:
                raise RunsError(
                    f"Names of runs must be unique within a table. Received two runs named "
                    f"{run.name!r}. Rename one of them; where rows are points of one training, "
                    f"give the column that says so another name than `name`, and pass it as "
                    f"`groups`."
                )
            seen.add(run.name)

    def __len__(self) -> int:
        return len(self.runs)

    def __iter__(self) -> Iterator[Run]:
        return iter(self.runs)

    def __getitem__(self, column: str) -> npt.NDArray[Any]:
        """Return a column: floats for numbers, objects for text.

        Raises:
            RunsError: If there is no such column, or no run has a number there.
        """
        if column in NUMERIC_COLUMNS:
            return np.array([getattr(run, column) for run in self.runs], dtype=np.float64)
        if column in TEXT_COLUMNS or column == "seed":
            return np.array([getattr(run, column) for run in self.runs], dtype=object)
        found = [flat(run.facts).get(column) for run in self.runs]
        numbers = list(map(as_number, found))
        if any(number is not None for number in numbers):
            return np.array([math.nan if n is None else n for n in numbers], dtype=np.float64)
        texts = sorted({value for value in found if isinstance(value, str)})
        if texts:
            raise RunsError(
                f"A column of facts holds numbers. Received: column={column!r}, which is text: "
                f"{', '.join(map(repr, texts))}. Look at `run.facts` of each run, and compare "
                f"runs of each value by `table.where(...)`."
            )
        raise RunsError(
            f"A table of runs has the columns {', '.join(self.columns)}. "
            f"Received: column={column!r}. Use one of those."
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Names that `table[...]` takes: fields of `Run`, then facts that are numbers."""
        known = [flat(run.facts) for run in self.runs]
        numbers = {name for facts in known for name in facts if as_number(facts[name]) is not None}
        met = dict.fromkeys(name for facts in known for name in facts if name not in _FIELDS)
        facts = (name for name in met if name in numbers)
        return (*NUMERIC_COLUMNS, *TEXT_COLUMNS, "seed", *facts)

    @property
    def label_columns(self) -> tuple[str, ...]:
        """Names that `labels` takes: fields of `Run`, then facts that are single values."""
        return (*NUMERIC_COLUMNS, *TEXT_COLUMNS, "seed", *self._flat_facts())

    def labels(self, column: str) -> list[Hashable]:
        """Return what each run has in one of the `label_columns`, None where that is unknown.

        A fact is a number if it is one, or reads as one, for all runs that have it.

        Raises:
            RunsError: If there is no such column.
        """
        if column not in self.label_columns:
            raise RunsError(
                f"Runs can be told apart by {', '.join(self.label_columns)}. "
                f"Received: column={column!r}. Use one of those."
            )
        if column in _FIELDS:
            own = [getattr(run, column) for run in self.runs]
            return [None if value != value else value for value in own]
        found: list[Hashable] = [flat(run.facts).get(column) for run in self.runs]
        numbers: list[Hashable] = [as_number(value) for value in found]
        return numbers if numbers.count(None) == found.count(None) else found

    def _flat_facts(self) -> tuple[str, ...]:
        """Return the names of the facts that are single values, in the order they are met."""
        names = dict.fromkeys(name for run in self.runs for name in flat(run.facts))
        return tuple(name for name in names if name not in _FIELDS)

    def where(self, keep: Callable[[Run], bool]) -> RunTable:
        """Return the table of the runs for which `keep` is true; `excluded` stays as it is."""
        return dataclasses.replace(self, runs=tuple(run for run in self.runs if keep(run)))

    def usable(self) -> RunTable:
        """Return the runs that a fit may use, the others moved to `excluded` with a reason.

        Usable are the `completed` runs that are `of_law`.
        """
        return self.completed().of_law()

    def completed(self) -> RunTable:
        """Return the completed runs with a finite, positive `loss`, `n_params` and `n_examples`.

        Where the loss is a metric that is better when higher, such as an accuracy, it may be 0.
        Their FLOPs must be positive and finite too, or `nan`, which is unknown.
        """
        return self._without({run.name: _why_unusable(run) for run in self.runs})

    def of_law(self) -> RunTable:
        """Return the runs that may be part of a law, of whatever status.

        Moved to `excluded` are runs that tested a prediction, unless `include_tests`, so that a
        test stays a test; runs that tried out hyperparameters on part of the data; and of a
        sweep's runs of one size, amount of data and seed all but those with the hyperparameters
        that reached the lowest loss.
        """
        return self._without(why_left_out(self.runs, include_tests=self.include_tests))

    def with_tests(self) -> RunTable:
        """Return the table with the runs that tested a prediction as usable as any other."""
        return dataclasses.replace(self, include_tests=True)

    def _without(self, reasons: Mapping[str, str]) -> RunTable:
        """Return the table without the runs that have a reason, which `excluded` keeps."""
        kept = tuple(run for run in self.runs if not reasons.get(run.name))
        dropped = tuple(
            Exclusion(name=run.name, reason=why)
            for run in self.runs
            if (why := reasons.get(run.name))
        )
        return dataclasses.replace(self, runs=kept, excluded=(*self.excluded, *dropped))

    def with_param_convention(self, param_convention: str) -> RunTable:
        """Return the table with `n_params` counted under another convention.

        Raises:
            RunsError: If the convention is unknown, or a run recorded no parameter groups.
        """
        check_param_convention(param_convention)
        if param_convention == self.param_convention:
            return self
        runs = []
        for run in self.runs:
            if not run.param_counts:
                raise RunsError(
                    f"`param_convention` can only be changed for runs that recorded their "
                    f"parameters by group. Received: {param_convention!r}, and run {run.name!r} "
                    f"has only n_params={run.n_params!r}. Log runs with ScalingLogger."
                )
            n_params = count_under(param_convention, run.param_counts)
            runs.append(dataclasses.replace(run, n_params=n_params))
        return dataclasses.replace(self, runs=tuple(runs), param_convention=param_convention)

    def stated_as(self, param_convention: str) -> RunTable:
        """Return the table of a file with its `n_params` taken as counted under a convention.

        Runs that recorded their parameters by group are counted anew.

        Raises:
            RunsError: If the convention is unknown.
        """
        check_param_convention(param_convention)
        runs = (
            dataclasses.replace(run, n_params=count_under(param_convention, run.param_counts))
            if run.param_counts
            else run
            for run in self.runs
        )
        return dataclasses.replace(self, runs=tuple(runs), param_convention=param_convention)

    def to_csv(self, path: str | Path) -> None:
        """Write the columns, and the facts that are single values, for `from_csv` to read back.

        A law and a plan of the file are those of the runs, and so are their findings. A file can't
        hold the curves, predictions that runs tested, facts that are lists or mappings, such as a
        schedule in several stages, nor what is in `excluded` of the table.
        """
        left_out = why_left_out(self.runs)
        rows = [_row(run, left_out.get(run.name)) for run in self.runs]
        columns = (*TEXT_COLUMNS, *NUMERIC_COLUMNS, "seed")
        # These say something of the others, or of the whole run.
        last = (HYPERPARAMETERS, LEFT_OUT)
        found = dict.fromkeys(name for row in rows for name in row)
        names = [name for name in found if name not in (*columns, *last)]
        header = (*columns, *names, *(name for name in last if name in found))
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            for row in rows:
                values = (row.get(name) for name in header)
                writer.writerow(["" if value is None else value for value in values])

    @classmethod
    def from_csv(
        cls,
        path: str | Path,
        *,
        columns: Mapping[str, str] | None = None,
        param_convention: str = "total",
    ) -> RunTable:
        """Read a table from a CSV file with a header line.

        Args:
            path: The file. It must have `n_params`, `n_examples` and `loss`; the other columns of
                a `RunTable` are read where they are there, and unknown ones go to `Run.facts`,
                but for `hyperparameters` and `result`, which are what runs log in parts.
            columns: Our column name to the file's, where they differ.
            param_convention: What the file's `n_params` counts. Where the file has all groups of
                parameters (`n_params_hidden`, ...), N is counted from those.

        Returns:
            The table, its runs named `row-1`, `row-2`, ... unless there is a `name` column.

        Raises:
            RunsError: If the file or a number in it can't be read, or a required column is missing.
        """
        header, rows = read_csv_rows(path)
        renamed = {theirs: ours for ours, theirs in (columns or {}).items()}
        header = [renamed.get(name, name) for name in header]
        missing = [name for name in REQUIRED_COLUMNS if name not in header]
        if missing:
            raise RunsError(
                f"A CSV file of runs needs the columns {', '.join(REQUIRED_COLUMNS)}. "
                f"Received: {str(path)!r} without {', '.join(missing)}; "
                f"{f'it has {shortened(header)}' if header else 'it is empty'}. Name its columns "
                f"so, or map them with `columns` of `RunTable.from_csv` or of `scaling-keras "
                f"import`."
            )
        rows = [{renamed.get(name, name): text for name, text in row.items()} for row in rows]
        runs = (run_from_row(row, index, path) for index, row in enumerate(rows, start=1))
        return cls(runs=tuple(runs)).stated_as(param_convention)


def check_param_convention(param_convention: str) -> None:
    """Raise a `RunsError` unless `param_convention` is a key of `PARAM_CONVENTIONS`."""
    if param_convention not in PARAM_CONVENTIONS:
        raise RunsError(
            f"`param_convention` must be one of {', '.join(PARAM_CONVENTIONS)}. "
            f"Received: {param_convention!r}."
        )


def count_under(param_convention: str, param_counts: Mapping[str, int]) -> float:
    """Return N under a convention: the sum of its groups of trainable parameters."""
    return float(sum(param_counts.get(group, 0) for group in PARAM_CONVENTIONS[param_convention]))


def _why_unusable(run: Run) -> str:
    """Return why a fit can't use `run`, or an empty string if it can."""
    if run.status != "completed":
        return run.status + (f": {run.reason}" if run.reason else "")
    # FLOPs may be unknown; they are negative where 32 or 64 bits were too few to count them.
    may_lack = ("train_flops", "train_flops_per_example")
    for column in (*REQUIRED_COLUMNS, *may_lack):
        value = getattr(run, column)
        is_unknown = column in may_lack and math.isnan(value)
        # Such as an accuracy: laws of those are of the share itself, not of its log.
        is_share = column == "loss" and value == 0 and is_higher_better(run.loss_name)
        if not (is_unknown or is_share or is_usable(value)):
            return f"{column} is {value!r}, not a positive finite number"
    return ""


def run_from_row(row: Mapping[str, str | None], index: int, path: str | Path) -> Run:
    """Return the run that one line of a CSV file describes.

    Args:
        row: Column to text, blank or None where unknown. Columns that are not ours become facts.
        index: The line's number, which a run without a name is called after.
        path: The file, for the message if a number can't be read.

    Raises:
        RunsError: If a column of numbers holds something else.
    """
    values: dict[str, Any] = {"name": row.get("name") or f"row-{index}"}
    for column, text in row.items():
        if column == "name" or not text:
            continue
        if column in NUMERIC_COLUMNS or column == "seed":
            try:
                values[column] = _whole(text) if column == "seed" else float(text)
            except ValueError:
                raise RunsError(
                    f"Column `{column}` must hold {'whole ' if column == 'seed' else ''}numbers. "
                    f"Received: {text!r} in row {index} of {str(path)!r}. Correct the file."
                ) from None
        elif column in TEXT_COLUMNS:
            values[column] = text
    for column in REQUIRED_COLUMNS:
        values.setdefault(column, math.nan)
    counts = counts_by_group(row)
    parts = {f"{COUNTS}{group}" for group in counts}
    facts = {
        column: text
        for column, text in row.items()
        if text and column not in _FIELDS and column not in parts
    }
    if "train_flops" not in values and "train_flops_per_example" in values:
        values["train_flops"] = values["train_flops_per_example"] * values["n_examples"]
    if "train_flops_per_example" not in values and values["n_examples"] > 0:
        values["train_flops_per_example"] = (
            values.get("train_flops", math.nan) / values["n_examples"]
        )
    return Run(**values, param_counts=counts, facts=nested(facts, row))


def _row(run: Run, left_out: str | None) -> dict[str, Any]:
    """Return a run as a line of a CSV file: column to value, None where it is unknown."""
    row = {**flat(run.facts), **{name: getattr(run, name) for name in _FIELDS}}
    if all(group in run.param_counts for group in COUNTED):
        row |= {f"{COUNTS}{group}": run.param_counts[group] for group in COUNTED}
    if (names := names_of_hyperparameters(run.facts)) is not None:
        row[HYPERPARAMETERS] = names
    row.pop(LEFT_OUT, None)
    return row if left_out is None else {**row, LEFT_OUT: left_out}


def _whole(text: str) -> int:
    """Return a whole number, also if it is written `1.0`, as by tools that know floats only."""
    try:
        return int(text)
    except ValueError:
        value = float(text)
        if not value.is_integer():
            raise
        return int(value)


def unique_units(runs: Iterable[Run]) -> tuple[str, ...]:
    """Return the example units that occur, sorted: a fit must not mix them."""
    return tuple(sorted({run.example_unit for run in runs}))
