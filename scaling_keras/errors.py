"""Every exception and warning that the package raises on purpose.

Each message has three parts: what must hold, what was received, what to do. Each class is also the
built-in a caller would expect, so `except ValueError` keeps working.
"""


class ScalingError(Exception):
    """Base class of the errors raised on purpose; its message is written for the user."""


class FitError(ScalingError, ValueError):
    """The input of a fit or of a prediction can't be used as it is."""


class TooFewRunsError(FitError):
    """A form has more parameters than the runs at hand can determine."""


class ConvergenceError(FitError):
    """A fit did not reach a minimum; `on_failure="return"` gives the unconverged result instead."""


class RunsError(ScalingError, ValueError):
    """A table of runs is malformed or lacks a column."""


class LogdirError(ScalingError, OSError):
    """A log directory is missing, unreadable, or holds no runs."""


class CountingError(ScalingError, ValueError):
    """A model can't be counted in the state it is in."""


class DataError(ScalingError, ValueError):
    """A data set can't serve the training that was asked for."""


class PlottingError(ScalingError, ImportError):
    """A figure was asked for where Matplotlib isn't installed."""


class SweepError(ScalingError, ValueError):
    """A sweep or a tuner was set up in a way that can't run."""


class ScalingWarning(UserWarning):
    """Something is doubtful but usable; each place warns once."""
