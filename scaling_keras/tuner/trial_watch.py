"""How far a trial is: the steps it has made, told while it trains."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping

import keras

from scaling_keras.callbacks.resuming import iterations_of
from scaling_keras.tuner.claim import Claim

_ADVANCE_SECONDS = 0.2


class TrialWatch(keras.callbacks.Callback):  # type: ignore[misc] # keras has no types
    """Tells how far a trial is, and ends it once its loss is no number.

    Args:
        n_done: Batches that the model had been trained on when its training went on.
        claim: To the run; it is shown to be alive.
        look: Is called a few times a second to see that the log goes on.
        advance: Is told the batches that are done.
    """

    def __init__(
        self,
        n_done: int,
        claim: Claim,
        look: Callable[[], None],
        advance: Callable[[int], None],
    ) -> None:
        super().__init__()
        self._n_done = self._before_epoch = self._reached = n_done
        self._claim = claim
        self._look = look
        self._advance = advance
        self._last = -math.inf
        self._updates_before: int | None = None

    @property
    def n_batches(self) -> int:
        """Batches that the model has been trained on.

        The last execution of several steps may have had data for some of them only, which the
        optimizer's count tells. One that counts otherwise, as when it gathers the gradients of
        several batches, is no measure.
        """
        if self._updates_before is None or (updates := iterations_of(self.model)) is None:
            return self._reached
        counted = self._n_done + updates - self._updates_before
        last = self.model.steps_per_execution
        return counted if self._reached - last < counted < self._reached else self._reached

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        """Note where the training goes on, for how it gets on tells the time that is left."""
        if self.model.steps_per_execution > 1 and self._updates_before is None:
            self._updates_before = iterations_of(self.model)
        self._advance(self._reached)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Go on counting: a `fit` of the model's own may make its steps in several epochs."""
        self._before_epoch = self._reached

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Look at the loss, and pass on how many steps are done."""
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(loss):
            self.model.stop_training = True
        self._reached = self._before_epoch + batch + 1
        self._tell()

    def on_test_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Show that the validation goes on."""
        self._tell()

    def _tell(self) -> None:
        """See that the log goes on, and say how far the trial is, a few times a second."""
        self._look()
        now = time.monotonic()
        if now - self._last >= _ADVANCE_SECONDS:
            self._last = now
            self._claim.beat()
            self._advance(self._reached)
