"""Choose runs by their names, as `--runs` and the dashboard's field do."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase


def is_chosen(name: str, patterns: str) -> bool:
    """Return whether the run `name` is one of those that `patterns` stands for.

    Args:
        name: The run's directory below the logdir, with forward slashes.
        patterns: Patterns with commas between, in which `*` stands for any text, `?` for one
            character and `[ab]` for one of these. A pattern also stands for all that lies below
            what it matches; one that begins with `!` takes runs out again. Empty for all runs.

    Example:
    >>> [is_chosen(name, "demo, mlp-*, !*-old") for name in ("demo/a", "mlp-1", "mlp-1-old", "lm")]
    [True, True, False, False]
    """
    parts = [part.strip() for part in patterns.split(",") if part.strip()]
    wanted = [part for part in parts if not part.startswith("!")]
    unwanted = [part[1:] for part in parts if part.startswith("!")]
    return (not wanted or _matches(name, wanted)) and not _matches(name, unwanted)


def none_chosen(names: Iterable[str], patterns: str) -> str:
    """Return the sentence that says that no run is chosen."""
    known = sorted(names)
    more = f" and {len(known) - 3} more" if len(known) > 3 else ""
    return (
        f"A pattern must match the name of a run. Received: {patterns!r}, and runs named "
        f"{', '.join(known[:3])}{more}. Give names or directories, with `*` for any text."
    )


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, part) or fnmatchcase(name, f"{part}/*") for part in patterns)
