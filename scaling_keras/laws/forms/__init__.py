"""The functional forms, one per file, and the registry over them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from scaling_keras.errors import FitError
from scaling_keras.laws.forms.base import Form
from scaling_keras.laws.forms.bounded_metric import BoundedMetric
from scaling_keras.laws.forms.broken_power_law import BrokenPowerLaw
from scaling_keras.laws.forms.chinchilla import Chinchilla
from scaling_keras.laws.forms.coupled import Coupled
from scaling_keras.laws.forms.data_constrained import DataConstrained
from scaling_keras.laws.forms.downstream_accuracy import DownstreamAccuracy
from scaling_keras.laws.forms.downstream_error import DownstreamError
from scaling_keras.laws.forms.kaplan import Kaplan
from scaling_keras.laws.forms.learning_rate_annealing import LearningRateAnnealing
from scaling_keras.laws.forms.m4 import M4
from scaling_keras.laws.forms.optimal_setting import OptimalSetting
from scaling_keras.laws.forms.power_law import PowerLaw
from scaling_keras.laws.forms.power_law_floor import PowerLawFloor
from scaling_keras.laws.forms.step_time import StepTime

_SIZE_AND_DATA = ("n_params", "n_examples")
_STEP_LAW, _DEEPSEEK = "Li et al., arXiv:2503.04715", "DeepSeek-AI, arXiv:2401.02954"

_ALL: tuple[Form, ...] = (
    Chinchilla(),
    Coupled(),
    Kaplan(),
    DataConstrained(),
    PowerLaw(),
    PowerLawFloor(),
    M4(),
    BrokenPowerLaw(1),
    BrokenPowerLaw(2),
    BrokenPowerLaw(3),
    BoundedMetric(),
    DownstreamError(),
    DownstreamAccuracy(),
    OptimalSetting("learning_rate", _SIZE_AND_DATA, "optimal_learning_rate", _STEP_LAW),
    OptimalSetting(
        "learning_rate", ("train_flops",), "optimal_learning_rate_by_compute", _DEEPSEEK
    ),
    OptimalSetting("batch_size", ("n_examples",), "optimal_batch_size", _STEP_LAW),
    OptimalSetting("batch_size", ("train_flops",), "optimal_batch_size_by_compute", _DEEPSEEK),
    StepTime(),
    LearningRateAnnealing(),
)
FORMS: Mapping[str, Form] = MappingProxyType({form.name: form for form in _ALL})
"""Every form by name. A new one is a file in this folder and a line here."""


def get_form(form: str | Form) -> Form:
    """Return the form of a name; one that isn't a name as it is.

    Raises:
        FitError: If there is none of the name.
    """
    if isinstance(form, Form):
        return form
    if form not in FORMS:
        raise FitError(f"`form` must be auto or one of {', '.join(FORMS)}. Received: {form!r}.")
    return FORMS[form]
