"""Which Ray cluster is joined, and whether anything answers there."""

from __future__ import annotations

import dataclasses
import os
import re
import socket
from pathlib import Path

from scaling_keras.callbacks.fit_end import reason_of
from scaling_keras.errors import SweepError

_ANSWER_SECONDS = 10.0
_HOST_AND_PORT = re.compile(r"(?:[a-z]+://)?\[?([^\[\]/]+)\]?:(\d+)")
_RAYS_OWN = ("auto", "local")
"""Addresses that say where to look, not where a cluster is."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class RayAddress:
    """The address of a cluster.

    Attributes:
        text: As Ray takes it; empty for a new cluster on this machine.
        source: Where it is from, as in `the environment variable RAY_ADDRESS`.
        remedy: What to do if no cluster is there, a sentence.
    """

    text: str = ""
    source: str = ""
    remedy: str = ""

    def announcement(self) -> str:
        """Return what is about to be done, in a sentence."""
        if not self.text:
            return "Starting a Ray cluster on this machine."
        return f"Joining the Ray cluster at {self.text}, the address in {self.source}."

    def check_answers(self) -> None:
        """Raise a `SweepError` if nothing answers at the address, for which Ray waits minutes."""
        match = _HOST_AND_PORT.fullmatch(self.text)
        if match is None:
            return
        try:
            socket.create_connection((match[1], int(match[2])), timeout=_ANSWER_SECONDS).close()
        except (OSError, OverflowError) as error:
            raise self.refusal(error) from None

    def refusal(self, error: Exception) -> SweepError:
        """Return the error for an address at which no cluster was found.

        Args:
            error: What was raised there.
        """
        return SweepError(
            f"A Ray cluster must be running at its address. Received: "
            f"{self.text or 'a new one on this machine'!r} of {self.source or 'Ray'} "
            f"({reason_of(error).rstrip('.')}). {self.remedy}"
        )


def find_address(given: str | None) -> RayAddress:
    """Return the address of the cluster that Ray would join.

    Args:
        given: What the user gave to the executor, if anything.
    """
    if given is not None and given not in _RAYS_OWN:
        remedy = "Give the address of its head, as `ray start --head` says it."
        return RayAddress(text=given, source="`address`", remedy=remedy)
    named = os.environ.get("RAY_ADDRESS", "")
    if given == "local" or named == "local":
        return RayAddress()
    if named and named != "auto":
        remedy = "Correct it, or unset it for a cluster on this machine."
        return RayAddress(text=named, source="the environment variable RAY_ADDRESS", remedy=remedy)
    file = Path(os.environ.get("RAY_TMPDIR") or os.environ.get("TMPDIR") or "/tmp") / "ray"
    file = file / "ray_current_cluster"
    if not file.is_file():
        return RayAddress(remedy="Start a cluster with `ray start --head`.")
    remedy = "It is of the last `ray start` here: `ray stop` forgets it, or delete the file."
    return RayAddress(
        text=file.read_text(encoding="utf-8").strip(), source=f"{file}", remedy=remedy
    )
