"""What models of each size are and cost, known from building each of them once."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import numbers
from collections.abc import Callable, Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import keras
import keras_tuner

from scaling_keras.callbacks.fit_end import reason_of
from scaling_keras.counting.model_count import ModelCount, count
from scaling_keras.counting.parameters import count_params
from scaling_keras.counting.tracing import input_specs
from scaling_keras.errors import ScalingError, SweepError
from scaling_keras.runs import count_under
from scaling_keras.tuner.given_hyperparameters import GivenHyperParameters, as_hyperparameters
from scaling_keras.tuner.global_settings import clear_session
from scaling_keras.tuner.sizes import Size, TargetSize, in_order_of_runs, size_name
from scaling_keras.tuner.sweep import Asked
from scaling_keras.tuner.training_digest import training_digest
from scaling_keras.tuner.tuning import left_to_tune

_CLOSE = 0.25
"""How far, in logs, a size may be from the number of parameters that it was solved for."""
_NOTHING: Size = MappingProxyType({})
_WORTH_FREEING = 1_000_000
"""Numbers in a model that is only counted, from which on its memory is freed at once."""
_MANY = 1_000_000
"""Examples and steps that models are counted with: room enough for the warm-up of any schedule."""


class SizeBook:
    """Builds a model of each size once, and remembers what it costs.

    Args:
        hypermodel: Builds the models.
        constants: Hyperparameters besides those of the size that models are built with.
        param_convention: Which parameters count as N: a key of `PARAM_CONVENTIONS`.
        max_n_params: Models of more trainable parameters are left out; None for no limit.
        size_for: Finds the size of a number of parameters, as `TransformerLM.size_for` does.
        flops_of: Says what one example costs at a size, in place of the count; None for the count.
        run_names: Names of the runs there are, which say in what order sizes are written.
    """

    def __init__(
        self,
        hypermodel: keras_tuner.HyperModel,
        constants: Mapping[str, Any],
        *,
        param_convention: str = "total",
        max_n_params: float | None = None,
        size_for: Callable[..., Size] | None = None,
        flops_of: Callable[[Size], float] | None = None,
        run_names: Collection[str] = (),
    ) -> None:
        self._hypermodel = hypermodel
        self._constants = dict(constants)
        self._param_convention = param_convention
        self._max_n_params = max_n_params
        self._size_for = size_for
        self._flops_of = flops_of
        self._dtype_policy = keras.config.dtype_policy()
        self._run_names = run_names
        self._counts: dict[str, ModelCount | Exception] = {}
        self._in_batches: dict[tuple[str, int], float] = {}
        self._input_shapes: dict[str, list[list[int | None]]] = {}
        self._asked: dict[str, keras_tuner.HyperParameters] = {}
        self._asked_names: dict[str, frozenset[str]] = {}
        self._asked_with: dict[tuple[Any, ...], Asked] = {}
        self._resolved: dict[tuple[Any, ...], Size] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process needs: what was counted too, but not what was raised."""
        counted = {n: c for n, c in self._counts.items() if isinstance(c, ModelCount)}
        plain = {name: _without_proxies(c) for name, c in counted.items()}
        return {
            **self.__dict__,
            "_counts": plain,
            "_asked": {},
            "_asked_with": {},
            "_run_names": (),
        }

    def count(self, size: Size) -> ModelCount:
        """Return what a model of a size costs, from building it once.

        Raises:
            SweepError: If what is built isn't a compiled model.
            Exception: What building it raised. The trials of that size will fail with it, too.
        """
        name = size_name(size)
        if name not in self._counts:
            self._counts[name] = self._build_and_count(size)
        counted = self._counts[name]
        if isinstance(counted, Exception):
            raise counted
        return counted

    def count_with(self, values: Mapping[str, Any], batch_size: int) -> ModelCount:
        """Return what a model with these hyperparameters costs in batches of a size.

        Raises:
            SweepError: If what is built isn't a compiled model.
            Exception: What building it raised.
        """
        with self._built(values) as (model, _):
            return count(model, inputs=input_specs(model, batch_size=batch_size))

    def defaults_with(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the defaults of what a model asks for besides these hyperparameters.

        Raises:
            SweepError: If what is built isn't a compiled model.
            Exception: What building it raised.
        """
        with self._built(values) as (_, hp):
            return {name: value for name, value in hp.values.items() if name not in values}

    def training_with(self, values: Mapping[str, Any]) -> str:
        """Return the digests of the training with these hyperparameters; empty if there is none.

        Raises:
            SweepError: If what is built isn't a compiled model.
        """
        # What the program has built before has taken names.
        clear_session(self._dtype_policy, free_memory=False)
        try:
            with self._built(values) as (model, _):
                return training_digest(model)
        except ScalingError:
            raise
        except Exception:  # A run of earlier is no trial of now: it may ask for what is gone.
            return ""

    def can_be_built(self, size: Size) -> bool:
        """Return whether a model of a size can be built and counted."""
        try:
            self.count(size)
        except ScalingError:
            raise
        except Exception:
            return False
        return True

    def why_not_built(self, size: Size) -> str:
        """Return what building a model of a size raised, in one line; empty if nothing."""
        self.can_be_built(size)
        raised = self._counts[size_name(size)]
        return reason_of(raised) if isinstance(raised, Exception) else ""

    def train_flops_per_example(self, size: Size) -> float:
        """Return what one example costs at a size: given, counted, or six times the parameters.

        Without what a step costs whatever its batch, as in `ModelCount`.

        Infinite for a size that can't be built, which is then tried last.

        Raises:
            SweepError: If what is given isn't a positive number.
        """
        if not self.can_be_built(size):
            return math.inf
        given = self.given_flops_per_example(size)
        if given is not None:
            return given
        counted = self.count(size)
        if counted.train_flops_per_example is None:
            return 6.0 * counted.n_params
        return counted.train_flops_per_example

    def depends_on_batch(self, size: Size) -> bool:
        """Return whether what an example costs at a size depends on the batch that it is in."""
        if self._flops_of is not None or not self.can_be_built(size):
            return False
        return self.count(size).depends_on_batch

    def flops_in_batches(self, size: Size, batch_size: int) -> float:
        """Return what one example costs, with its share of what each step of a batch costs.

        Args:
            size: One of which that depends on the batch.
            batch_size: Items in a batch of a replica.
        """
        key = (size_name(size), batch_size)
        if key not in self._in_batches:
            counted = self.count(size)
            if counted.flops_method != "graph":  # Its items work on each other.
                counted = self.count_with(self._given(size), batch_size)
            of_step = counted.flops_per_step / (batch_size * (counted.examples_per_item or 1))
            self._in_batches[key] = (counted.train_flops_per_example or 0.0) + of_step
        return self._in_batches[key]

    def given_flops_per_example(self, size: Size) -> float | None:
        """Return what one example costs at a size as whoever knows better says; None if nobody.

        Raises:
            SweepError: If that isn't a positive number.
        """
        if self._flops_of is None:
            return None
        flops = self._flops_of(size)
        if isinstance(flops, numbers.Real) and 0 < flops < math.inf:
            return float(flops)
        raise SweepError(
            f"`train_flops_per_example` must return a positive number of FLOPs for each size. "
            f"Received: {flops!r} for {size!r}."
        )

    def flops_doubt(self, size: Size) -> str:
        """Return why the cost of an example at a size is not exact; empty if it is, or given."""
        if self._flops_of is not None or not self.can_be_built(size):
            return ""
        counted = self.count(size)
        if counted.train_flops_per_example is None:
            return f"six times the parameters, since {counted.flops_reason}"
        if counted.uncounted:
            names = ", ".join(f"{name} ({n})" for name, n in counted.uncounted.items())
            return f"a lower bound, without {names} in {', '.join(counted.uncounted_layers)}"
        return ""

    def n_params(self, size: Size) -> float:
        """Return the parameters at a size; `nan` if no model of it can be built."""
        if not self.can_be_built(size):
            return math.nan
        return count_under(self._param_convention, self.count(size).groups)

    def why_skipped(self, size: Size) -> str:
        """Return why models of a size are not trained; empty if they are."""
        if self._max_n_params is None or not self.can_be_built(size):
            return ""
        n_params = self.count(size).n_params
        if n_params <= self._max_n_params:
            return ""
        return f"{n_params:,} trainable parameters, more than max_n_params={self._max_n_params:,}"

    def input_shapes(self, size: Size) -> list[list[int | None]]:
        """Return the shapes of a model's inputs, the batch's axis first; none if it knows none.

        Raises:
            Exception: What building it raised.
        """
        self.count(size)
        return self._input_shapes.get(size_name(size), [])

    def asked_names(self, size: Size) -> frozenset[str]:
        """Return what building a model of a size asks for, whoever sets it.

        Raises:
            Exception: What building it raised.
        """
        self.count(size)
        return self._asked_names[size_name(size)]

    def all_asked_names(self) -> frozenset[str]:
        """Return what building any of the models so far has asked for."""
        used = (asked.used for asked in self._asked_with.values())
        return frozenset().union(*self._asked_names.values(), *used)

    def tuned(self, size: Size) -> keras_tuner.HyperParameters:
        """Return the hyperparameters that a model of a size leaves to tune.

        Raises:
            Exception: What building it raised.
        """
        self.count(size)
        known = self._given(size)
        return left_to_tune(self._asked[size_name(size)], known, known)

    def asked_with(self, size: Size, values: Mapping[str, Any]) -> Asked:
        """Return what a model of a size asks for with some values of its other hyperparameters.

        Nothing more than those where it can't be built: a trial with them will say why.
        """
        key = (size_name(size), *sorted((n, _kind(value)) for n, value in values.items()))
        if key not in self._asked_with:
            self._asked_with[key] = self._asked_by_building({**size, **values}, values)
        return self._asked_with[key]

    def _asked_by_building(self, chosen: Size, values: Mapping[str, Any]) -> Asked:
        """Return what a model asks for, from building it."""
        known = self._given(chosen)
        try:
            with self._built(known) as (_, hp):
                pass
        except ScalingError:
            raise
        except Exception:  # Trained so, it fails as a trial, which records the reason.
            return Asked(more=keras_tuner.HyperParameters(), used=frozenset(values))
        fixed = {n: value for n, value in known.items() if n not in values or n in self._constants}
        return Asked(more=left_to_tune(hp, known, fixed), used=frozenset(hp.asked))

    def resolve(self, size: Size | TargetSize, others: Size = _NOTHING) -> Size:
        """Return a size, solved for if it is given by its number of parameters.

        Its names are in the order in which those of its runs are.

        Args:
            size: The size.
            others: Hyperparameters that its model is trained with besides.

        Raises:
            SweepError: If it can't be solved for.
        """
        key: tuple[Any, ...]
        if isinstance(size, TargetSize):
            names = (size.vary, size_name(size.fixed), size_name(others))
            key = (size.n_params, *names, size.multiple, size.highest)
        else:
            key = (size_name(size),)
        if key not in self._resolved:
            known = self._solved(size, others) if isinstance(size, TargetSize) else size
            self._resolved[key] = in_order_of_runs(known, self._run_names)
        return self._resolved[key]

    def _solved(self, target: TargetSize, others: Size) -> Size:
        """Return the size whose parameters are closest to the target, or raise if none is."""
        size = self.closest(target, self._param_convention, others)
        n_params = self._params_of({**others, **size}, self._param_convention)
        if abs(math.log(n_params / target.n_params)) > _CLOSE:
            raise SweepError(
                f"A size must come within a quarter of its `n_params`. Received: "
                f"n_params={target.n_params:g}, and {size_name(size)!r} has {n_params:g}. Ask for "
                f"another number, or vary something finer."
            )
        return size

    def closest(self, target: TargetSize, param_convention: str, others: Size = _NOTHING) -> Size:
        """Return the size whose parameters are closest to the target in ratio, however far.

        Args:
            target: The number of parameters, and what to vary.
            param_convention: Which parameters it counts.
            others: Hyperparameters that models are built with besides.

        Raises:
            SweepError: If it can't be solved for.
        """
        if not target.vary:
            if self._size_for is None:
                raise SweepError(
                    f"A size given by its parameters needs to know what to vary, where "
                    f"`build_model` has no `size_for`. Received: {target!r}. Pass "
                    f"vary='width', or whatever your sizes are made of."
                )
            return self._size_for(target.n_params, param_convention=param_convention)

        def ratio(step: int) -> float:
            size = {**others, **target.fixed, target.vary: step * target.multiple}
            return self._params_of(size, param_convention) / target.n_params

        low, high = 1, target.highest // target.multiple
        # Doubling first, so that no model much larger than asked for is ever built.
        while low < high and ratio(min(2 * low, high)) < 1:
            low = min(2 * low, high)
        high = min(2 * low, high)
        while high - low > 1:
            middle = (low + high) // 2
            if ratio(middle) < 1:
                low = middle
            else:
                high = middle
        ratios = {step: ratio(step) for step in (low, high)}
        step = min(ratios, key=lambda step: abs(math.log(ratios[step])))
        return {**target.fixed, target.vary: step * target.multiple}

    def _params_of(self, size: Size, param_convention: str) -> float:
        """Return the parameters of a size that is tried, at least a tiny number."""
        try:
            with self._built(self._given(size)) as (model, _):
                groups = count_params(model)
        except ScalingError:
            raise
        except Exception as error:
            raise SweepError(
                f"A size is solved for by building models. Received: {size!r}, for which "
                f"`build_model` raised {reason_of(error)}. Set `multiple` or "
                f"`highest` of the TargetSize so that each can be built."
            ) from error
        return max(count_under(param_convention, groups), 1e-9)

    @contextlib.contextmanager
    def _built(
        self, values: Mapping[str, Any]
    ) -> Iterator[tuple[keras.Model, GivenHyperParameters]]:
        """Give a model with these hyperparameters, and those it asked for; then free it."""
        model, asked = None, as_hyperparameters(values)
        try:
            model = compiled(self._hypermodel.build(asked))
            yield model, asked
        finally:
            # To look for garbage takes longer than to build a small model, which can wait for it.
            is_small = model is not None and _n_variables(model) < _WORTH_FREEING
            clear_session(self._dtype_policy, free_memory=not is_small)

    def _given(self, size: Size) -> dict[str, Any]:
        """Return the values that a model of a size is built with to be counted."""
        return {**self._constants, **size, "n_examples": _MANY, "n_steps": _MANY, "seed": 0}

    def _build_and_count(self, size: Size) -> ModelCount | Exception:
        """Return what a model of a size costs, or what building it raised."""
        try:
            with self._built(self._given(size)) as (model, asked):
                self._asked[size_name(size)] = asked
                self._asked_names[size_name(size)] = frozenset(asked.asked)
                inputs = keras.tree.flatten(input_specs(model) or [])
                self._input_shapes[size_name(size)] = [spec.shape.as_list() for spec in inputs]
                return count(model)
        except ScalingError:
            raise
        except Exception as error:
            return error


def _n_variables(model: keras.Model) -> int:
    """Return how many numbers a model holds."""
    return sum(math.prod(variable.shape) for variable in model.variables)


def _without_proxies(counted: ModelCount) -> ModelCount:
    """Return a count whose mappings are plain: read-only ones can't be sent."""
    return dataclasses.replace(
        counted,
        groups=dict(counted.groups),
        flops_by_op=dict(counted.flops_by_op),
        uncounted=dict(counted.uncounted),
    )


def compiled(model: Any) -> keras.Model:
    """Return `model` if it is a compiled Keras model, or raise a `SweepError`."""
    if isinstance(model, keras.Model) and model.compiled:
        return model
    kind = "a model that isn't compiled" if isinstance(model, keras.Model) else repr(model)
    raise SweepError(
        f"`build_model` must return a compiled keras.Model. Received: {kind}. Call "
        f"`model.compile(optimizer=..., loss=...)` and return the model."
    )


def _kind(value: Any) -> Any:
    """Return what of a value may decide what else is asked for: all, but of a float its kind."""
    return "float" if isinstance(value, float) else f"{value!r}"
