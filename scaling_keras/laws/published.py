"""Laws from the literature, with what they count and where they stand.

`get` gives a published law of the loss as a `Fit`; `power_law` gives a published rule for size,
data, batch or learning rate. Numbers stand here only if their source could be checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from scaling_keras.errors import FitError
from scaling_keras.laws.fit_result import Fit
from scaling_keras.laws.forms import FORMS
from scaling_keras.laws.publication import PublishedLaw, PublishedPowerLaw, Source
from scaling_keras.laws.published_losses import LOSS_LAWS
from scaling_keras.laws.published_rules import RULES

__all__ = [
    "POWER_LAWS",
    "PUBLISHED",
    "PublishedLaw",
    "PublishedPowerLaw",
    "Source",
    "get",
    "power_law",
]

PUBLISHED: Mapping[str, PublishedLaw] = MappingProxyType(
    {law.name: law for law in LOSS_LAWS if law.form in FORMS}
)
"""Published laws of the loss by name."""


POWER_LAWS: Mapping[str, PublishedPowerLaw] = MappingProxyType({law.name: law for law in RULES})
"""Published rules for size, data, batch, learning rate or loss by name."""


def get(name: str) -> Fit:
    """Return a published law of the loss as a `Fit`.

    It predicts and allocates as a fit of your own does, but without intervals (`nan`), since no
    publication gives resamples; `warnings` says so, and what else to know of the source.

    Args:
        name: A key of `PUBLISHED`.

    Raises:
        FitError: If there is no such law.

    Example:
    >>> from scaling_keras.laws import published
    >>> fit = published.get("hoffmann")
    >>> fit.formula()
    'L(N, D) = 1.6900 + 406.4000 / N^0.3400 + 410.7000 / D^0.2800'
    >>> round(float(fit.predict(n_params=70e9, n_examples=1.4e12).mean[0]), 3)
    1.937
    """
    if name not in PUBLISHED:
        raise FitError(
            f"`name` must be one of {', '.join(PUBLISHED)}. Received: {name!r}. "
            f"Rules for size, data, batch and learning rate are in `power_law`."
        )
    return PUBLISHED[name].fit()


def power_law(name: str) -> PublishedPowerLaw:
    """Return a published rule for size, data, batch, learning rate or loss.

    Args:
        name: A key of `POWER_LAWS`.

    Raises:
        FitError: If there is no such rule.

    Example:
    >>> from scaling_keras.laws import published
    >>> rule = published.power_law("deepseek_learning_rate")
    >>> f"{rule(train_flops=1e20)[0]:.1e}"
    '9.9e-04'
    """
    if name not in POWER_LAWS:
        raise FitError(
            f"`name` must be one of {', '.join(POWER_LAWS)}. Received: {name!r}. "
            f"Laws of the loss over size and data are in `get`."
        )
    return POWER_LAWS[name]
