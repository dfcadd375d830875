"""The weights of a trial are on the disk before its result is, or they might never be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import keras

from scaling_keras.errors import SweepError
from scaling_keras.tuner.claim import Claim
from scaling_keras.tuner.project import WEIGHTS_FILE


class KeepsWeights(keras.callbacks.Callback):  # type: ignore[misc] # keras has no types
    """Saves the weights of a model at the end of its `fit`.

    Args:
        run_dir: Directory of the run.
        claim: The claim to the run.
    """

    def __init__(self, run_dir: Path, claim: Claim) -> None:
        super().__init__()
        self._file = run_dir / WEIGHTS_FILE
        self._claim = claim

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
        """Save them.

        Raises:
            SweepError: If they can't be, or another process has taken the run over.
        """
        self._claim.check()
        try:
            self.model.save_weights(self._file)
        except OSError as error:
            raise SweepError(
                f"The weights of a run need a file that can be written. Received: "
                f"{str(self._file)!r} ({error}). Make room, or leave keep_weights out if it is a "
                f"trial of a sweep, and start again."
            ) from error
