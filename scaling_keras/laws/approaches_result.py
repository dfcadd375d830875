"""What the comparison of the three approaches answers with."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from scaling_keras.laws.envelope import Envelope
from scaling_keras.laws.fit_result import Fit
from scaling_keras.laws.isoflop_result import IsoFlop
from scaling_keras.laws.results import Finding, Interval

ENVELOPE, PROFILES, PARABOLAS, SURFACE = "envelope", "isoflop", "isoflop_parabola", "surface"

TITLES: Mapping[str, str] = {
    ENVELOPE: "1 by envelope of curves",
    PROFILES: "2 by IsoFLOP profiles",
    PARABOLAS: "2 by parabolas",
    SURFACE: "3 by surface",
}
QUANTITIES = ("frontier_param_exponent", "frontier_data_exponent", "n_params", "n_examples")
SYMBOLS = ("a", "b", "N_opt", "D_opt")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Approach:
    """What one approach says.

    Attributes:
        name: `envelope`, `isoflop`, `isoflop_parabola` or `surface`.
        frontier_param_exponent: `a` of `N_opt ~ C**a`; None if the approach can't tell, or, for
            a surface, there is no such power law.
        frontier_data_exponent: `b` of `D_opt ~ C**b`.
        n_params: The best size at the budget asked for.
        n_examples: The best amount of data there.
        reason: Why there is nothing, empty otherwise.
    """

    name: str
    frontier_param_exponent: Interval | None = None
    frontier_data_exponent: Interval | None = None
    n_params: Interval | None = None
    n_examples: Interval | None = None
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {
            name: value.to_dict() if isinstance(value, Interval) else value
            for name, value in vars(self).items()
        }


@dataclasses.dataclass(frozen=True, kw_only=True)
class ProfileBias:
    """What Approach 2 makes of noise-free runs of the fitted surface, at the sizes that were run.

    Attributes:
        name: `isoflop` or `isoflop_parabola`.
        n_params: Relative error of its `N_opt` at the budget asked for: 0.1 is 10 % too large.
        exponent: Its exponent of the size minus the surface's.
        corrected_exponent: Its exponent for the runs themselves, without that bias.
    """

    name: str
    n_params: float
    exponent: float
    corrected_exponent: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Approaches:
    """The three approaches side by side.

    Attributes:
        train_flops: The budget at which they are compared.
        level: Share that the intervals are meant to contain, in `(0, 1)`.
        approaches: By name, in the order of the paper.
        bias: What is systematically wrong with Approach 2 if the surface is right; empty where
            either is missing.
        envelope: The result of Approach 1, None where there is none.
        isoflop: The result of Approach 2.
        fit: The surface of Approach 3.
        findings: Where they disagree, and what each had to say.
    """

    train_flops: float
    level: float
    approaches: Mapping[str, Approach]
    bias: Mapping[str, ProfileBias]
    envelope: Envelope | None = dataclasses.field(repr=False)
    isoflop: IsoFlop | None = dataclasses.field(repr=False)
    fit: Fit | None = dataclasses.field(repr=False)
    findings: tuple[Finding, ...]

    def summary(self) -> str:
        """Return the comparison as a table, with what is missing and the findings below."""
        lines = [f"At {self.train_flops:.3g} FLOPs, with {self.level:.0%} intervals"]
        width = max(map(len, TITLES.values()))
        header = "".join(f"  {symbol:<26}" for symbol in SYMBOLS)
        lines.append(f"  {'':<{width}}{header}".rstrip())
        for name, approach in self.approaches.items():
            cells = "".join(
                f"  {_cell(getattr(approach, quantity)):<26}" for quantity in QUANTITIES
            )
            shown = f"  {approach.reason}" if approach.reason else cells
            lines.append(f"  {TITLES[name]:<{width}}{shown}".rstrip())
        for name, bias in self.bias.items():
            lines.append(
                f"  {TITLES[name][2:]}, noise-free runs of the surface give N_opt "
                f"{bias.n_params:+.1%} and a {bias.exponent:+.4f} off; "
                f"a without that is {bias.corrected_exponent:.4f}"
            )
        lines.extend(f"  ! {finding.message}" for finding in self.findings)
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain, JSON-able values; the surface without its resamples."""
        return {
            "train_flops": self.train_flops,
            "level": self.level,
            "approaches": {name: one.to_dict() for name, one in self.approaches.items()},
            "bias": {name: dataclasses.asdict(one) for name, one in self.bias.items()},
            "envelope": self.envelope.to_dict() if self.envelope else None,
            "isoflop": self.isoflop.to_dict() if self.isoflop else None,
            "fit": self.fit.to_dict(resamples=False) if self.fit else None,
            "findings": [dataclasses.asdict(finding) for finding in self.findings],
        }


def _cell(interval: Interval | None) -> str:
    """Return a number with its interval for the table."""
    if interval is None:
        return "-"
    if not np.isfinite(interval.low):
        return f"{interval.value:.3g} (unknown error)"
    return f"{interval.value:.3g} [{interval.low:.3g}, {interval.high:.3g}]"
