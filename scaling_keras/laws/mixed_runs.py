"""What is said where the runs of a fit don't belong together, or may not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from scaling_keras.laws.results import Finding
from scaling_keras.runs import Run

WAYS_TO_CHOOSE = (
    "`--runs` on the command line, the field Runs of the dashboard, or `RunTable.where`"
)
HOW_TO_CHOOSE = f"Choose some of them with {WAYS_TO_CHOOSE}"


def refuse_mixed(what: str, kinds: Mapping[str, Run]) -> str:
    """Return the sentence on runs that can't be compared, each kind with a run of it."""
    named = ", ".join(f"{kind} ({run.name})" for kind, run in sorted(kinds.items()))
    return f"must share one {what}. Received: {named}. {HOW_TO_CHOOSE}"


def mixed_findings(runs: Iterable[Run]) -> Iterator[Finding]:
    """Yield a finding where the runs are of several families, sweeps or texts.

    Nothing that a run records names the data it was judged on, so this is what can be known of
    it: hyperparameters that hold a text, such as the digest of the data that the demo records,
    count where they differ between sweeps, or between runs that belong to none.
    """
    runs = list(runs)
    sources = [_source(run) for run in runs]
    parts = []
    for what, values in (
        ("families", [run.family for run in runs]),
        ("sweeps", sources),
    ):
        counts = Counter(values)
        if len(counts) > 1:
            parts.append(f"{len(counts)} {what} ({_listed(counts)})")
    differing = _differing_texts(runs, sources)
    if differing:
        parts.append(f"different {', '.join(f'`{name}`' for name in differing)}")
    if parts:
        yield Finding(
            code="mixed_runs",
            message=f"The runs of this fit have {', '.join(parts)}. A law is of one family, "
            f"judged on the same held-out data; of others it is a mixture that predicts neither. "
            f"{HOW_TO_CHOOSE}.",
        )


def _source(run: Run) -> str:
    """Return which sweep a run is of, told by its directory; empty for none."""
    if not run.facts.get("sweep"):
        return ""
    directory = PurePosixPath(run.name).parent.as_posix()
    return str(run.facts["sweep"]) if directory == "." else directory


def _listed(counts: Counter[str]) -> str:
    named = [f"{name or 'none'}: {n}" for name, n in counts.most_common(4)]
    return ", ".join([*named, *(["..."] if len(counts) > 4 else [])])


def _differing_texts(runs: list[Run], sources: list[str]) -> list[str]:
    """Return the hyperparameters that hold a text, and not the same in all sweeps."""
    names = {
        name
        for run in runs
        for name, value in (run.facts.get("hyperparameters") or {}).items()
        if isinstance(value, str)
    }
    found = []
    for name in sorted(names):
        by_source = defaultdict(set)
        for run, source in zip(runs, sources, strict=True):
            value = (run.facts.get("hyperparameters") or {}).get(name)
            if value is not None:
                by_source[source or run.name].add(str(value))
        distinct = {frozenset(values) for values in by_source.values()}
        # What is different in every run is its name or a note, not a setting.
        if len(distinct) == 2 or 1 < len(distinct) < len(by_source):
            found.append(name)
    return found
