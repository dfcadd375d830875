"""What is known of each training: `Run`, and `RunTable`, the one way into a fit."""

from __future__ import annotations

import csv
import dataclasses
import io
import itertools
import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from scaling_keras.errors import RunsError
from scaling_keras.law_runs import LEFT_OUT, is_usable, why_left_out
from scaling_keras.metric_direction import is_higher_better

STATUSES = ("completed", "running", "stalled", "stopped", "diverged", "failed")
"""How a run stands. A fit uses `completed` ones only: the others ended off their schedule."""

ENDS_EARLY = "its loss ends early"
"""How the reason of a `completed` run begins that may have been cut off, for all that is known."""

PARAM_CONVENTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "total": ("embedding", "head", "hidden"),
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
_OTHER_SIGNS = {";": "semicolons", "\t": "tabs"}
_FIELDS = {*NUMERIC_COLUMNS, *TEXT_COLUMNS, "seed"}

_NO_FACTS: Mapping[str, Any] = MappingProxyType({})
_GROUPS_OF_FACTS = ("hyperparameters", "optimizer")
"""Facts that are mappings themselves, whose numbers are columns too."""


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
    runs: `table["batch_size"]`, a hyperparameter, the optimizer's `learning_rate`. Where a fact
    is known for some runs only, the others are `nan`.

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
        numbers = [_number(_fact(run.facts, column)) for run in self.runs]
        if any(number is not None for number in numbers):
            return np.array([math.nan if n is None else n for n in numbers], dtype=np.float64)
        raise RunsError(
            f"A table of runs has the columns {', '.join(self.columns)}. "
            f"Received: column={column!r}. Use one of those."
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Names that `table[...]` takes: fields of `Run`, then facts that are numbers."""
        facts = (name for name in self._flat_facts() if self._is_number_column(name))
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
        found: list[Hashable] = [_fact(run.facts, column) for run in self.runs]
        numbers: list[Hashable] = [_number(value) for value in found]
        return numbers if numbers.count(None) == found.count(None) else found

    def _is_number_column(self, name: str) -> bool:
        return any(_number(_fact(run.facts, name)) is not None for run in self.runs)

    def _flat_facts(self) -> tuple[str, ...]:
        """Return the names of the facts that are single values, in the order they are met."""
        names = dict.fromkeys(name for run in self.runs for name in _flat(run.facts))
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

    def to_csv(self, path: str | Path) -> None:
        """Write the columns, and the facts that are single values, for `from_csv` to read back."""
        columns = (*TEXT_COLUMNS, *NUMERIC_COLUMNS, "seed")
        left_out = why_left_out(self.runs)
        facts = (*(name for name in self._flat_facts() if name != LEFT_OUT), LEFT_OUT)
        facts = facts if left_out else facts[:-1]
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow((*columns, *facts))
            for run in self.runs:
                known = {**_flat(run.facts), LEFT_OUT: left_out.get(run.name)}
                values = [getattr(run, column) for column in columns]
                values.extend(known.get(name) for name in facts)
                writer.writerow(["" if v is None else v for v in values])

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
                a `RunTable` are read where they are there, and unknown ones go to `Run.facts`.
            columns: Our column name to the file's, where they differ.
            param_convention: What the file's `n_params` counts.

        Returns:
            The table, its runs named `row-1`, `row-2`, ... unless there is a `name` column.

        Raises:
            RunsError: If the file or a number in it can't be read, or a required column is missing.
        """
        header, lines = _read_lines(path)
        renamed = {theirs: ours for ours, theirs in (columns or {}).items()}
        header = [renamed.get(name, name) for name in header]
        missing = [name for name in REQUIRED_COLUMNS if name not in header]
        if missing:
            raise RunsError(
                f"A CSV file of runs needs the columns {', '.join(REQUIRED_COLUMNS)}. "
                f"Received: {str(path)!r} without {', '.join(missing)}; "
                f"{f'it has {_shortened(header)}' if header else 'it is empty'}. Name its columns "
                f"so, or map them with `columns` of `RunTable.from_csv` or of `scaling-keras "
                f"import`."
            )
        # A short line lacks its last columns; a long one has more than the header names.
        rows = [dict(itertools.zip_longest(header, line[: len(header)])) for line in lines if line]
        return cls(
            runs=tuple(run_from_row(row, index, path) for index, row in enumerate(rows, start=1)),
            param_convention=param_convention,
        )


def _read_lines(
    path: str | Path, open_file: Callable[[], BinaryIO] | None = None
) -> tuple[list[str], list[list[str]]]:
    """Return the header and the lines of a CSV file."""
    try:
        with (open_file or (lambda: Path(path).open("rb")))() as content:
            text = io.TextIOWrapper(content, newline="", encoding="utf-8-sig")
            lines = list(csv.reader(text))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or error
        raise RunsError(
            f"`path` must be a readable CSV file in UTF-8. Received: {str(path)!r} ({why}). "
            f"Check the path and the file."
        ) from None
    header = [name.strip() for name in lines[0]] if lines else []
    if len(header) == 1 and (apart := [sign for sign in _OTHER_SIGNS if sign in header[0]]):
        raise RunsError(
            f"The columns of a CSV file must be separated by commas. Received: {str(path)!r} with "
            f"one column, {_shortened(header)}, whose names {_OTHER_SIGNS[apart[0]]} separate. "
            f"Save it with commas, and numbers with decimal points."
        )
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise RunsError(
            f"The columns of a CSV file must have different names. Received: {_shortened(twice)} "
            f"more than once in {str(path)!r}. Rename all but one of them, or take them out."
        )
    return header, lines[1:]


def _shortened(names: Iterable[str]) -> str:
    """Return names for a message, cut where they are many or not meant to be names."""
    text = ", ".join(map(repr, names))
    return text if len(text) <= 120 else f"{text[:117]}..."


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


def read_csv_rows(
    path: str | Path, open_file: Callable[[], BinaryIO] | None = None
) -> tuple[list[str], list[dict[str, str | None]]]:
    """Return the header of a CSV file, and its lines by the names of that.

    A short line lacks its last columns, which are None; a long one is cut.

    Args:
        path: The file.
        open_file: Opens it to read bytes, where it isn't on the local disk.

    Raises:
        RunsError: If the file can't be read, or two of its columns have one name.
    """
    header, lines = _read_lines(path, open_file)
    rows = [dict(itertools.zip_longest(header, line[: len(header)])) for line in lines if line]
    return header, rows


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
    facts = {column: text for column, text in row.items() if column not in _FIELDS and text}
    if "train_flops" not in values and "train_flops_per_example" in values:
        values["train_flops"] = values["train_flops_per_example"] * values["n_examples"]
    if "train_flops_per_example" not in values and values["n_examples"] > 0:
        values["train_flops_per_example"] = (
            values.get("train_flops", math.nan) / values["n_examples"]
        )
    return Run(**values, facts=facts)


def _whole(text: str) -> int:
    """Return a whole number, also if it is written `1.0`, as by tools that know floats only."""
    try:
        return int(text)
    except ValueError:
        value = float(text)
        if not value.is_integer():
            raise
        return int(value)


def _flat(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that are single values by name, those of groups after the others."""
    groups = (facts.get(name) for name in _GROUPS_OF_FACTS)
    found: dict[str, Any] = {}
    for group in (facts, *(group for group in groups if isinstance(group, Mapping))):
        for name, value in group.items():
            if isinstance(value, (bool, int, float, str)) and found.get(name, "") == "":
                found[name] = value
    return {name: value for name, value in found.items() if value != ""}


def _fact(facts: Mapping[str, Any], name: str) -> Any:
    """Return a fact by name: the run's own, else a hyperparameter, else the optimizer's."""
    return _flat(facts).get(name)


def _number(value: Any) -> float | None:
    """Return a fact as a number, None if it isn't one."""
    try:
        return None if value is None else float(value)
    except (ValueError, OverflowError):
        return None


def unique_units(runs: Iterable[Run]) -> tuple[str, ...]:
    """Return the example units that occur, sorted: a fit must not mix them."""
    return tuple(sorted({run.example_unit for run in runs}))
