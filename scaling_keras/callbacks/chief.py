"""Which of several processes that train one model together writes its run."""

from __future__ import annotations

import os
from typing import Any

import keras


def is_chief(strategy: Any) -> bool:
    """Return whether this process writes the run: the chief, or the only one there is.

    Args:
        strategy: The model's `distribute_strategy`. One over several processes has a cluster
            resolver, which reads `TF_CONFIG`: the chief is the task of that name, else worker 0.
            Processes of `keras.distribution` are told by `KERAS_DISTRIBUTION_PROCESS_ID`.
    """
    resolver = getattr(strategy, "cluster_resolver", None)
    if resolver is not None and resolver.task_type is not None:
        if resolver.task_type in ("chief", "master"):
            return True
        has_chief = {"chief", "master"} & set(resolver.cluster_spec().as_dict())
        return not has_chief and (resolver.task_type, resolver.task_id) == ("worker", 0)
    if keras.distribution.distribution() is not None:
        return int(os.environ.get("KERAS_DISTRIBUTION_PROCESS_ID") or 0) == 0
    return True
