"""From FLOPs to hours and money, by what runs reached or by what devices can do at most."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from scaling_keras.errors import FitError
from scaling_keras.laws.devices import (
    DEVICES,
    find_device,
    peak_flops_per_second,
    plain_dtype,
)
from scaling_keras.laws.fit_result import check_level, positive
from scaling_keras.laws.forms.base import Floats
from scaling_keras.laws.results import Finding, Interval
from scaling_keras.laws.row_options import check_table
from scaling_keras.runs import Run, RunTable

DEFAULT_UTILISATION = 0.4
"""Share of a device's peak that a well-tuned training reaches.

Large language models were trained at 0.38 to 0.57: Chowdhery et al., arXiv:2204.02311, table 3;
Llama Team, arXiv:2407.21783, table 4. Small models reach far less.
"""

_SECONDS_PER_HOUR = 3600.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Throughput:
    """FLOPs per second that runs reached.

    Attributes:
        flops_per_second: Median over the runs, with the interval of single runs.
        n_runs: Runs that it comes from.
        device_kind: `CPU`, `GPU` or `TPU`; empty if unknown.
        n_replicas: Copies of the model that trained in step.
        level: Share of runs that the interval is meant to contain.
        warnings: Findings about the measurement.
    """

    flops_per_second: Interval
    n_runs: int
    device_kind: str
    n_replicas: int
    level: float
    warnings: tuple[Finding, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain numbers and lists."""
        return {**dataclasses.asdict(self), "warnings": _plain(self.warnings)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Duration:
    """How long a training takes, and what it costs.

    Attributes:
        hours: Wall time. Its interval pairs the least FLOPs with the highest rate and the most
            with the lowest, so it contains at least the level of both.
        device_hours: The same times the devices.
        cost: Device hours times the price of one; None without a price.
        flops_per_second: The rate of all devices together.
        n_devices: Devices.
        utilisation: Share of the peak that was assumed; None for a measured or given rate.
        warnings: Findings about the estimate.
    """

    hours: Interval
    device_hours: Interval
    cost: Interval | None
    flops_per_second: Interval
    n_devices: int
    utilisation: float | None
    warnings: tuple[Finding, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain numbers and lists; infinite and `nan` numbers as None."""
        values = {**dataclasses.asdict(self), "warnings": _plain(self.warnings)}
        for name, value in values.items():
            if isinstance(value, dict):
                values[name] = {k: v if np.isfinite(v) else None for k, v in value.items()}
        return values


def measured_flops_per_second(table: RunTable, *, level: float = 0.9) -> Throughput | None:
    """Return the rate at which the dearer half of the runs trained, or None if none recorded it.

    Larger models use a device better, so the runs nearest to a plan, the dearest, tell most
    about it. The rate holds all that a run does: validation, input and logging too.

    Args:
        table: Runs with their facts, as `read_runs` gives them.
        level: Share of runs that the interval is meant to contain, in `(0, 1)`.

    Example:
    >>> from scaling_keras.runs import Run
    >>> runs = tuple(
    ...     Run(name=f"r{i}", n_params=1e6, n_examples=1e6, loss=2.0, train_flops_per_example=6e6,
    ...         train_flops=6e12, facts={"result": {"examples_per_second": 1000.0 + i}})
    ...     for i in range(4))
    >>> measured_flops_per_second(RunTable(runs=runs)).flops_per_second.value
    6009000000.0
    """
    check_table("table", table)
    check_level(level)
    timed = [(run, rate) for run in table if (rate := _rate(run)) is not None]
    if not timed:
        return None
    kinds = sorted({_hardware_of(run) for run, _ in timed})
    # Hardware of the dearest run: what a plan would use.
    wanted = _hardware_of(max(timed, key=lambda pair: pair[0].train_flops)[0])
    timed = [pair for pair in timed if _hardware_of(pair[0]) == wanted]
    flops = np.array([run.train_flops for run, _ in timed])
    rates = np.array([rate for _, rate in timed])
    findings = []
    if len(kinds) > 1:
        findings.append(
            Finding(
                code="mixed_hardware",
                message=f"The runs trained on {len(kinds)} kinds of hardware; the rate is that of "
                f"the {len(timed)} on {wanted[1]} replicas of {wanted[0] or 'unknown'} devices, "
                f"as the dearest run did. Pass flops_per_second for another.",
            )
        )
    findings.extend(_trend(flops, rates))
    kept = rates[flops >= np.median(flops)]
    low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    return Throughput(
        flops_per_second=Interval(value=float(np.median(kept)), low=float(low), high=float(high)),
        n_runs=len(kept),
        device_kind=wanted[0],
        n_replicas=wanted[1],
        level=level,
        warnings=tuple(findings),
    )


def hours(
    train_flops: float | Interval,
    *,
    flops_per_second: float | Interval | Throughput | None = None,
    device: str | None = None,
    dtype: str = "bf16",
    n_devices: int = 1,
    utilisation: float | None = None,
    device_hour_price: float | None = None,
) -> Duration:
    """Return how long a training of so many FLOPs takes, and what it costs.

    Args:
        train_flops: FLOPs of the run, positive; with an interval the hours have one too.
        flops_per_second: The rate of all devices together, best as measured by
            `measured_flops_per_second`. Either this or `device`.
        device: Name of a device in `DEVICES`; then the rate is its peak times `n_devices` times
            `utilisation`.
        dtype: What the device multiplies in, as in `peak_flops_per_second`.
        n_devices: Devices that share the work. With a measured rate it counts device hours only.
        utilisation: Share of the peak that is reached, in `(0, 1]`; 0.4 by default.
        device_hour_price: Price of an hour of one device, in any currency.

    Raises:
        FitError: If not exactly one of rate and device is given, or one can't be used.

    Example:
    >>> took = hours(1e21, device="H100", n_devices=8)
    >>> f"{took.hours.value:.0f} hours"
    '88 hours'
    """
    flops = _as_interval("train_flops", train_flops)
    if isinstance(n_devices, bool) or not isinstance(n_devices, int) or n_devices < 1:
        raise FitError(
            f"`n_devices` must be a whole number of at least 1. Received: n_devices={n_devices!r}."
        )
    if (flops_per_second is None) == (device is None):
        raise FitError(
            f"`hours` needs either a rate or a device. Received: "
            f"flops_per_second={flops_per_second!r} and device={device!r}. Pass one of them."
        )
    findings: tuple[Finding, ...] = ()
    if device is not None:
        rate, findings = _assumed_rate(device, dtype, n_devices, utilisation)
        utilisation = DEFAULT_UTILISATION if utilisation is None else utilisation
    else:
        if utilisation is not None:
            raise FitError(
                f"`utilisation` is a share of a device's peak, and a measured rate holds it "
                f"already. Received: utilisation={utilisation!r} with flops_per_second. Leave it "
                f"out."
            )
        if isinstance(flops_per_second, Throughput):
            findings = flops_per_second.warnings
            flops_per_second = flops_per_second.flops_per_second
        rate = _as_interval("flops_per_second", flops_per_second)
    wall = Interval(
        value=flops.value / rate.value / _SECONDS_PER_HOUR,
        low=flops.low / rate.high / _SECONDS_PER_HOUR,
        high=flops.high / rate.low / _SECONDS_PER_HOUR if np.all(rate.low) else math.inf,
    )
    shared = _times(wall, n_devices)
    cost = None
    if device_hour_price is not None:
        cost = _times(shared, float(positive("device_hour_price", device_hour_price)[0]))
    return Duration(
        hours=wall,
        device_hours=shared,
        cost=cost,
        flops_per_second=rate,
        n_devices=n_devices,
        utilisation=utilisation,
        warnings=findings,
    )


def _assumed_rate(
    device: str, dtype: str, n_devices: int, utilisation: float | None
) -> tuple[Interval, tuple[Finding, ...]]:
    """Return the peak of the devices times the utilisation, and the finding that says so."""
    found = find_device(device)
    if found is None:
        raise FitError(
            f"`device` must be one whose peak is known: {', '.join(d.name for d in DEVICES)}. "
            f"Received: device={device!r}. Choose one of those, or give `laws.hours` the rate of "
            f"yours as `flops_per_second`."
        )
    peak = peak_flops_per_second(device, dtype)
    if peak is None:
        raise FitError(
            f"`dtype` must be one that the {found.name} multiplies in: {', '.join(found.peak)}. "
            f"Received: dtype={dtype!r}. Choose one of those."
        )
    assumed = DEFAULT_UTILISATION if utilisation is None else utilisation
    if not 0 < assumed <= 1:
        raise FitError(
            f"`utilisation` must be in (0, 1], a share of the device's peak. Received: "
            f"utilisation={utilisation!r}. Pass 0.4 for 40 %."
        )
    finding = Finding(
        code="utilisation_assumed",
        message=f"The hours assume {assumed:.0%} of the {found.name}'s peak of {peak:.4g} FLOP/s "
        f"in {plain_dtype(dtype)}. Small models reach far less; time a short run and pass its "
        f"flops_per_second to know.",
    )
    rate = n_devices * peak * assumed
    return Interval(value=rate, low=rate, high=rate), (finding,)


def _rate(run: Run) -> float | None:
    """Return the FLOPs per second that a run recorded, None without."""
    result = run.facts.get("result") or {}
    per_second = result.get("examples_per_second")
    if not per_second or not np.isfinite(run.train_flops) or run.status != "completed":
        return None
    rate = float(per_second) * run.train_flops_per_example
    return rate if np.isfinite(rate) and rate > 0 else None


def _hardware_of(run: Run) -> tuple[str, int]:
    return str(run.facts.get("device_kind") or ""), int(run.facts.get("n_replicas") or 1)


def _trend(flops: Floats, rates: Floats) -> tuple[Finding, ...]:
    """Return a finding if dearer runs trained at a markedly different rate than cheap ones."""
    dear = flops >= np.median(flops)
    if dear.all():
        return ()
    ratio = float(np.median(rates[dear]) / np.median(rates[~dear]))
    if 0.67 < ratio < 1.5:
        return ()
    return (
        Finding(
            code="rate_not_constant",
            message=f"The dearer half of the runs trained at {ratio:.2g}x the FLOP/s of the "
            f"cheaper half, so a run far beyond them will have another rate again. Time a short "
            f"run of the planned size.",
        ),
    )


def _as_interval(name: str, given: Any) -> Interval:
    """Return a positive number, or an interval around one, as an interval."""
    if isinstance(given, Interval):
        value = positive(name, given.value)
        low, high = (np.asarray(end, dtype=np.float64) for end in (given.low, given.high))
        unknown = np.isnan(low) & np.isnan(high)  # As of a law taken from a publication.
        if not np.all(unknown | ((low >= 0) & (low <= value) & (value <= high))):
            raise FitError(
                f"`{name}` must have its value between its ends, and no end below 0. Received: "
                f"{name}={given!r}. Leave both ends `nan` if they aren't known."
            )
        return given
    number = float(positive(name, given)[0])
    return Interval(value=number, low=number, high=number)


def _times(interval: Interval, factor: float) -> Interval:
    return Interval(
        value=interval.value * factor, low=interval.low * factor, high=interval.high * factor
    )


def _plain(findings: tuple[Finding, ...]) -> list[dict[str, str]]:
    return [dataclasses.asdict(finding) for finding in findings]
