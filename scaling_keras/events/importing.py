"""Runs that were measured with other tools: a CSV file, or a logdir of TensorBoard's HParams."""

from __future__ import annotations

import dataclasses
import math
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from scaling_keras.csv_rows import read_csv_rows
from scaling_keras.errors import RunsError, ScalingWarning
from scaling_keras.events.assembling import LOSS_CHOICES, choose_losses
from scaling_keras.events.hparams import Session, read_sessions
from scaling_keras.events.logdir import stored_file
from scaling_keras.metric_direction import is_higher_better
from scaling_keras.runs import (
    ENDS_EARLY,
    NUMERIC_COLUMNS,
    REQUIRED_COLUMNS,
    TEXT_COLUMNS,
    Exclusion,
    Run,
    RunTable,
    run_from_row,
)

LOSS_TAGS: tuple[str, ...] = (
    "validation/epoch_loss",
    "val_loss",
    "train/epoch_loss",
    "epoch_loss",
    "loss",
)
"""Where the loss is looked for: as Keras's callbacks write it, held out before training."""

LAST_STEP = "step"
"""Stands in a product of `columns` for the last step of a session's loss."""

N_EPOCHS = "n_epochs"
"""Stands there for the epochs, where the loss is one that Keras writes at the end of each."""

_SHOWN = 12


def import_csv(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    scale: Mapping[str, float] | None = None,
) -> RunTable:
    r"""Read runs from a CSV file whose columns have other names or units.

    What is not in the file stays unknown: train FLOPs are not made up from `6 N D`.

    Args:
        path: The file, with a header line; or its address that `fsspec` knows.
        columns: Our column name to the file's, or to a product of several and of numbers:
            `{"n_examples": "steps*batch_size*2048"}`. Columns of one name need none.
        scale: What to multiply a column by, by our name: `{"n_examples": 1e9}` for billions.

    Returns:
        The table; rows whose `n_params`, `n_examples` or `loss` is blank or no number are in
        `excluded`. Columns that are none of ours are facts of the runs.

    Raises:
        LogdirError: If it is at an address that can't be reached.
        RunsError: If the file can't be read, has none of a column that is needed, or an option
            can't be used.

    Example:
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "theirs.csv"
    ...     _ = path.write_text("params,tokens_in_billions,val_loss\n1e8,2,3.2\n")
    ...     table = import_csv(
    ...         path,
    ...         columns={"n_params": "params", "n_examples": "tokens_in_billions",
    ...                  "loss": "val_loss"},
    ...         scale={"n_examples": 1e9},
    ...     )
    >>> table["n_examples"].tolist()
    [2000000000.0]
    """
    columns, scale = _check_options(columns, scale)
    header, rows = read_csv_rows(path, partial(stored_file(path).open, "rb"))
    _check_known(columns, header, f"the file {str(path)!r}")
    outcomes = []
    for index, row in enumerate(rows, start=1):
        found, used = _resolve_all(columns, row.get, row)
        kept = {key: text for key, text in row.items() if key not in used}
        whole = {**kept, **found, "name": found.get("name") or f"row-{index}"}
        if columns.get("loss", "loss") != "loss" and "loss_name" not in columns:
            whole["loss_name"] = columns["loss"]
        outcomes.append(_run_or_reason(whole, columns, scale, index=index, where=path))
    return _table(outcomes, f"the file {str(path)!r}", header)


def import_hparams(
    logdir: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    scale: Mapping[str, float] | None = None,
    loss: str = "final",
) -> RunTable:
    """Read runs from a logdir of `keras.callbacks.TensorBoard` with the HParams plugin.

    Each session is a run, named after its directory. Its hyperparameters are its facts, so that
    they are columns of the table too. A session that failed or still runs has that status, which
    a fit leaves out. One that does not say how it ended counts as completed, unless a file of it
    ends in the middle of a record: then it is `stalled`. If its loss ends at an earlier step than
    that of most sessions, its `reason` says so.

    Args:
        logdir: The directory that TensorBoard is given.
        columns: Our column name to a hyperparameter or a scalar (`validation/epoch_loss`), or to a
            product of them, of numbers and of `n_epochs`, the epochs of a loss that Keras's
            callback wrote, or `step`, the last step of another: `{"n_examples": "n_epochs*50000"}`.
            Keras numbers epochs from 0, so that its last step is one less. Hyperparameters of our
            name need none. The loss is by default `validation/epoch_loss` if any session has it,
            else `train/epoch_loss`.
        scale: What to multiply a column by, by our name.
        loss: How a value is taken from a scalar: `final`, `best` (lowest) or `tail`, the mean over
            its last tenth.

    Returns:
        The table. Sessions without `n_params`, `n_examples` or `loss` are in `excluded`, with
        what they lack.

    Raises:
        LogdirError: If `logdir` isn't a directory, or holds no session.
        RunsError: If an option can't be used, or no session has a column that is needed.
    """
    sessions = read_sessions(logdir)
    return import_sessions(sessions, where=logdir, columns=columns, scale=scale, loss=loss)


def import_sessions(sessions: Sequence[Session], *, where: str | Path, **options: Any) -> RunTable:
    """Return the table of sessions; options as for `runs_of_sessions`.

    Raises:
        RunsError: If an option can't be used, or no session has a column that is needed.
    """
    outcomes = runs_of_sessions(sessions, where=where, **options)
    return _table(outcomes, f"the sessions in {str(where)!r}", _known(sessions))


def runs_of_sessions(
    sessions: Sequence[Session],
    *,
    where: str | Path,
    columns: Mapping[str, str] | None = None,
    scale: Mapping[str, float] | None = None,
    loss: str = "final",
    tags: Sequence[str] = LOSS_TAGS,
) -> list[Run | Exclusion]:
    """Return the run of each session, or why there is none; see `import_hparams`.

    Args:
        sessions: The sessions.
        where: Their logdir, for messages.
        columns: As for `import_hparams`.
        scale: As for `import_hparams`.
        loss: As for `import_hparams`.
        tags: Scalars that may be the loss; the first that any session has is.
    """
    if loss not in LOSS_CHOICES:
        raise RunsError(
            f"`loss` must be one of {', '.join(LOSS_CHOICES)}. Received: {loss!r}. To take it "
            f"from another scalar, map it with `columns`."
        )
    columns, scale = _check_options(columns, scale)
    known = _known(sessions)
    columns = {"loss": next((tag for tag in tags if tag in known), "loss"), **columns}
    is_by_epoch = _is_by_epoch(columns["loss"])
    own = (LAST_STEP, N_EPOCHS) if is_by_epoch else (LAST_STEP,)
    _check_known(columns, (*known, *own), f"a session in {str(where)!r}")
    if is_by_epoch and LAST_STEP not in known:
        _warn_of_steps(columns)
    usual = _usual_end(sessions, columns["loss"])
    outcomes: list[Run | Exclusion] = []
    for index, session in enumerate(sessions, start=1):
        if session.problems:
            outcomes.append(Exclusion(name=session.name, reason="; ".join(session.problems)))
            continue
        row = _session_row(session, columns, loss) | _ending(session, columns["loss"], usual)
        outcome = _run_or_reason(row, columns, scale, index=index, where=where)
        outcomes.append(_with_notes(outcome, session.notes(columns["loss"])))
    return outcomes


def _with_notes(outcome: Run | Exclusion, notes: tuple[str, ...]) -> Run | Exclusion:
    """Return a run with what was passed over for it, or the reason for none with that."""
    if not notes:
        return outcome
    if isinstance(outcome, Exclusion):
        return dataclasses.replace(outcome, reason="; ".join([outcome.reason, *notes]))
    return dataclasses.replace(outcome, facts={**outcome.facts, "skipped": notes})


def loss_tags(metric: str) -> tuple[str, ...]:
    """Return the scalars that hold a metric, named as `fit` does, where Keras's callbacks wrote."""
    if metric.startswith("val_"):
        return (f"validation/epoch_{metric.removeprefix('val_')}", metric)
    return (f"train/epoch_{metric}", f"epoch_{metric}", metric)


def _known(sessions: Sequence[Session]) -> tuple[str, ...]:
    """Return the names of all hyperparameters and scalars."""
    return tuple(dict.fromkeys(name for s in sessions for name in (*s.hparams, *s.scalars)))


def _session_row(
    session: Session, columns: Mapping[str, str], choice: str
) -> dict[str, str | None]:
    """Return a session as one line of a CSV file."""
    values = _session_values(session, columns["loss"], choice)
    found, used = _resolve_all(columns, values.get, session.hparams)
    row = {name: _text(value) for name, value in session.hparams.items() if name not in used}
    row |= {**found, "name": session.name, "loss_name": columns["loss"]}
    if session.group:
        row["session_group"] = session.group
    return row


def _is_by_epoch(tag: str) -> bool:
    """Return whether a scalar is one that Keras's callback writes at the end of each epoch."""
    return tag.rpartition("/")[2].startswith("epoch_")


def _warn_of_steps(columns: Mapping[str, str]) -> None:
    """Warn of products with the last step of a loss whose steps are epochs."""
    for ours, theirs in columns.items():
        if LAST_STEP in _parts(theirs):
            warnings.warn(
                f"`columns` should count epochs by `{N_EPOCHS}`, for Keras numbers them from 0. "
                f"Received: {ours}={theirs!r}, where `{LAST_STEP}` is the number of the last "
                f"epoch, one less than there were. Put `{N_EPOCHS}` in its place.",
                ScalingWarning,
                stacklevel=2,
            )


def _usual_end(sessions: Sequence[Session], tag: str) -> float:
    """Return the last step of a scalar in more than half of the sessions; -infinity if none is."""
    last = Counter(float(each.scalars[tag][-1, 0]) for each in sessions if tag in each.scalars)
    step, count = max(last.items(), key=lambda item: item[1], default=(-math.inf, 0))
    return step if 2 * count > last.total() else -math.inf


def _ending(session: Session, tag: str, usual: float) -> dict[str, str | None]:
    """Return the status of a session, and what speaks against its being over where it is silent.

    Args:
        session: The session.
        tag: The scalar that is its loss.
        usual: The last step of that in most sessions.
    """
    if session.status:
        return {"status": session.status}
    if session.skipped:
        return {"status": "stalled", "reason": "; ".join(session.skipped)}
    last = float(session.scalars[tag][-1, 0]) if tag in session.scalars else math.inf
    if last < usual:
        where = f"at step {last:g}, that of most others at {usual:g}"
        return {"status": None, "reason": f"{ENDS_EARLY}, {where}; nothing says that it was over"}
    return {"status": None}


def _session_values(session: Session, loss: str, choice: str) -> dict[str, str | None]:
    """Return what the columns of a session may be made of, as texts."""
    values = {
        tag: _text(float(choose_losses(curve, higher_is_better=is_higher_better(tag))[choice]))
        for tag, curve in session.scalars.items()
    }
    if loss in session.scalars and loss not in session.restarted:
        last_step = float(session.scalars[loss][-1, 0])
        values[LAST_STEP] = _text(last_step)
        if _is_by_epoch(loss):
            values[N_EPOCHS] = _text(last_step + 1)
    return {**values, **{name: _text(value) for name, value in session.hparams.items()}}


def _resolve_all(
    columns: Mapping[str, str], lookup: Callable[[str], str | None], own: Mapping[str, Any]
) -> tuple[dict[str, str | None], set[str]]:
    """Return our columns as texts, and which of the source's `own` names they stand for.

    A name of the source that a column was merely renamed from isn't kept a second time.
    """
    found = {ours: _resolve(theirs, lookup) for ours, theirs in columns.items()}
    fields = (*NUMERIC_COLUMNS, *TEXT_COLUMNS, "seed")
    for name in fields:
        if name in own and name not in found:
            found[name] = lookup(name)
    return found, {theirs for theirs in columns.values() if theirs in own}


def _resolve(expression: str, lookup: Callable[[str], str | None]) -> str | None:
    """Return the text of one column, or of a product; None where a part is not known."""
    whole = lookup(expression)
    if whole is not None or "*" not in expression:
        return whole
    numbers = [_as_number(lookup(part) or part) for part in _parts(expression)]
    return None if None in numbers else repr(math.prod(n for n in numbers if n is not None))


def _parts(expression: str) -> list[str]:
    return [part.strip() for part in expression.split("*")]


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _text(value: Any) -> str | None:
    """Return a value as a CSV file has it; blank counts as unknown."""
    if isinstance(value, float):
        # Protobuf has no integers: a seed comes back as 3.0.
        is_whole = value.is_integer() and abs(value) < 2**53
        return repr(int(value)) if is_whole else repr(value)
    return None if value is None or value == "" else str(value)


def _run_or_reason(
    row: Mapping[str, str | None],
    columns: Mapping[str, str],
    scale: Mapping[str, float],
    *,
    index: int,
    where: str | Path,
) -> Run | Exclusion:
    """Return the run of a row, or why there is none."""
    name = str(row["name"])
    reasons = []
    for column in REQUIRED_COLUMNS:
        text = row.get(column)
        if not text:
            theirs = columns.get(column, column)
            source = f" ({theirs})" if theirs != column else ""
            reasons.append(f"it has no {column}{source}")
        elif _as_number(text) is None:
            reasons.append(f"its {column} is {text!r}, not a number")
    if reasons:
        return Exclusion(name=name, reason="; ".join(reasons))
    scaled = dict(row)
    for column, factor in scale.items():
        number = _as_number(row.get(column) or "")
        scaled[column] = None if number is None else repr(number * factor)
    if not math.isfinite(float(scaled["loss"] or "nan")) and not scaled.get("status"):
        scaled |= {"status": "diverged", "reason": "its loss is not finite"}
    return run_from_row(scaled, index, where)


def _table(outcomes: Sequence[Run | Exclusion], what: str, known: Sequence[str]) -> RunTable:
    """Return the table; refuse one in which nothing could be read."""
    runs = [item for item in outcomes if isinstance(item, Run)]
    excluded = [item for item in outcomes if isinstance(item, Exclusion)]
    if known and not outcomes:
        raise RunsError(
            f"An import needs at least one run. Received: {what} with {_shown(known)}, and no row "
            f"below them. Add a row for each run."
        )
    if not runs:
        reasons = "; ".join(f"{item.name}: {item.reason}" for item in excluded[:3]) or "no rows"
        raise RunsError(
            f"An import needs {', '.join(REQUIRED_COLUMNS)} of at least one run. Received: {what} "
            f"with {_shown(known)} ({reasons}). Say with `columns` what `n_params`, the trainable "
            f"parameters, and `n_examples`, the examples seen, are made of."
        )
    return RunTable(runs=tuple(runs), excluded=tuple(excluded))


def _check_options(
    columns: Mapping[str, str] | None, scale: Mapping[str, float] | None
) -> tuple[dict[str, str], dict[str, float]]:
    """Return the options, or raise a `RunsError` that names what can't be used."""
    ours = (*NUMERIC_COLUMNS, *TEXT_COLUMNS, "seed")
    columns, scale = dict(columns or {}), dict(scale or {})
    for option, names, allowed in (
        ("columns", columns, ours),
        ("scale", scale, NUMERIC_COLUMNS),
    ):
        unknown = [name for name in names if name not in allowed]
        if unknown:
            raise RunsError(
                f"`{option}` must be by the names {', '.join(allowed)}. Received: "
                f"{', '.join(unknown)}. Our name comes first, then the other."
            )
    for name, factor in scale.items():
        if not (isinstance(factor, (int, float)) and math.isfinite(factor) and factor > 0):
            raise RunsError(
                f"`scale` must hold positive, finite numbers. Received: {name}={factor!r}. "
                f"Pass 1e9 for a column in billions."
            )
    return columns, scale


def _check_known(columns: Mapping[str, str], known: Sequence[str], what: str) -> None:
    """Refuse a column that is mapped to something which is nowhere."""
    for ours, theirs in columns.items():
        if theirs in known or (ours == "loss" and theirs == "loss"):
            continue
        parts = _parts(theirs)
        unknown = [p for p in parts if p not in known and _as_number(p) is None]
        if unknown or len(parts) == 1:
            raise RunsError(
                f"`columns` must name what {what} has, or a product of such. Received: "
                f"{ours}={theirs!r}, without {', '.join(unknown) or theirs}; there is "
                f"{_shown(known)}. Name one of those."
            )


def _shown(names: Sequence[str]) -> str:
    """Return a list of names that isn't too long to read."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return (", ".join(names[:_SHOWN]) or "no columns") + more
