"""Hyperparameters as models and data are given them, which remember what they were asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import keras_tuner

from scaling_keras.tuner.values import check_own_names


class _Values(dict[str, Any]):
    """Values by name that note which are looked up, in KerasTuner's public `hp.values`.

    Args:
        asked: Where names are noted.
    """

    def __init__(self, asked: set[str]) -> None:
        super().__init__()
        self._asked = asked

    def __getitem__(self, name: str) -> Any:
        self._asked.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value, or the default."""
        self._asked.update({name} & self.keys())
        return super().get(name, default)

    def __iter__(self) -> Iterator[str]:
        # Because of this, `**` and `dict` look up each value, and don't copy them unseen.
        return super().__iter__()

    def items(self) -> Any:
        """Return all names and values: which of them are looked at can't be known."""
        self._asked.update(self)
        return super().items()

    def values(self) -> Any:
        """Return all values: which of them are looked at can't be known."""
        self._asked.update(self)
        return super().values()

    def copy(self) -> dict[str, Any]:
        """Return all names and values as a mapping of its own."""
        return dict(self)


class GivenHyperParameters(keras_tuner.HyperParameters):  # type: ignore[misc] # keras_tuner has no types
    """Hyperparameters with given values, which remember what they were asked for.

    Attributes:
        asked: Names that were asked for.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()
        self.values = _Values(self.asked)

    def get(self, name: str) -> Any:
        """Return the value of a hyperparameter."""
        self.asked.add(name)
        return super().get(name)

    def _retrieve(self, hp: Any) -> Any:
        """Return the value of a hyperparameter that was defined; see KerasTuner.

        Raises:
            SweepError: If nobody sets it and it has the name of something else that runs tell.
        """
        if hp.name not in self.values:
            check_own_names([hp.name], "a model")
        self.asked.add(hp.name)
        return super()._retrieve(hp)


def as_hyperparameters(values: Mapping[str, Any]) -> GivenHyperParameters:
    """Return values as KerasTuner's hyperparameters, each of them fixed."""
    hp = GivenHyperParameters()
    hp.values.update(values)
    for name, value in values.items():
        hp.Fixed(name, value)
    hp.asked.clear()
    return hp
