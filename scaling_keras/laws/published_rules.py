"""The numbers of published rules for size, data, batch and learning rate, each with its source."""

from __future__ import annotations

from collections.abc import Mapping

from scaling_keras.laws.publication import PublishedPowerLaw, Source
from scaling_keras.laws.published_losses import NOT_DECAYED, REFUTED

_PETAFLOP_DAY = 8.64e19
"""FLOPs of a petaFLOP/s-day, in which Kaplan et al. state compute."""


def _kaplan(
    name: str, target: str, variable: str, coef: float, exponent: float, place: str, *notes: str
) -> PublishedPowerLaw:
    return PublishedPowerLaw(
        name=name,
        target=target,
        exponents={variable: exponent},
        coef=coef,
        source=Source(
            authors="Kaplan et al. 2020",
            arxiv="2001.08361",
            place=place,
            param_convention="non_embedding" if "n_params" in (target, variable) else "",
            notes=notes,
        ),
    )


_AT_SMALL_BATCH = (
    "C is the compute that the run would have cost at a batch far below the critical one, "
    "embeddings not counted."
)
_ONE_BATCH = "C is the compute of runs of one batch size, embeddings not counted."


def _hoffmann_exponent(
    approach: int, target: str, exponent: float, low: float, high: float
) -> PublishedPowerLaw:
    return PublishedPowerLaw(
        name=f"hoffmann_{target}_approach_{approach}",
        target=target,
        exponents={"train_flops": exponent},
        interval=(low, high),
        level=0.8,
        source=Source(
            authors="Hoffmann et al. 2022",
            arxiv="2203.15556",
            place=f"table 2, approach {approach}",
            param_convention="total",
            notes=(REFUTED,) if approach == 3 else (),
        ),
    )


def _porian(step: str, exponent: float, low: float, high: float, what: str) -> PublishedPowerLaw:
    return PublishedPowerLaw(
        name=f"porian_n_params_{step}",
        target="n_params",
        exponents={"train_flops": exponent},
        interval=(low, high),
        level=0.95,
        ranges={"train_flops": (1.25e16, 2.56e19)},
        source=Source(
            authors="Porian et al. 2024",
            arxiv="2406.19146",
            place=f"the fits in the data beside it, RefinedWeb, {what}",
            notes=("Each step keeps those before it.",),
        ),
    )


def _deepseek(
    name: str, target: str, coef: float, exponent: float, place: str, *notes: str
) -> PublishedPowerLaw:
    return PublishedPowerLaw(
        name=name,
        target=target,
        exponents={"train_flops": exponent},
        coef=coef,
        ranges={} if notes else {"train_flops": (1e17, 3e20)},
        source=Source(
            authors="DeepSeek-AI 2024",
            arxiv="2401.02954",
            place=place,
            notes=("C counts non-embedding FLOPs, attention included, not `6 N D`.", *notes),
        ),
    )


def _step_law(
    name: str, target: str, coef: float, exponents: Mapping[str, float]
) -> PublishedPowerLaw:
    return PublishedPowerLaw(
        name=name,
        target=target,
        exponents=exponents,
        coef=coef,
        source=Source(
            authors="Li et al. 2025",
            arxiv="2503.04715",
            place="the fitted Step Law",
            param_convention="non_embedding",
        ),
    )


RULES = (
    _kaplan("kaplan_loss_of_n_params", "loss", "n_params", 8.8e13**0.076, -0.076, "equation 1.1"),
    _kaplan(
        "kaplan_loss_of_dataset_size", "loss", "dataset_size", 5.4e13**0.095, -0.095, "equation 1.2"
    ),
    _kaplan(
        "kaplan_loss_of_train_flops_min",
        "loss",
        "train_flops",
        (3.1e8 * _PETAFLOP_DAY) ** 0.050,
        -0.050,
        "equation 1.3",
        _AT_SMALL_BATCH,
    ),
    _kaplan(
        "kaplan_loss_of_train_flops",
        "loss",
        "train_flops",
        (1.6e7 * _PETAFLOP_DAY) ** 0.057,
        -0.057,
        "appendix A",
        _ONE_BATCH,
    ),
    _kaplan(
        "kaplan_n_params_min",
        "n_params",
        "train_flops",
        1.3e9 * _PETAFLOP_DAY**-0.73,
        0.73,
        "appendix A",
        _AT_SMALL_BATCH,
        NOT_DECAYED,
    ),
    _kaplan(
        "kaplan_n_params",
        "n_params",
        "train_flops",
        1.6e9 * _PETAFLOP_DAY**-0.88,
        0.88,
        "appendix A",
        _ONE_BATCH,
        NOT_DECAYED,
    ),
    _kaplan("kaplan_batch_size", "batch_size", "loss", 2.0e8, -4.76, "equation 1.4"),
    *(
        _hoffmann_exponent(approach, target, *numbers)
        for approach, target, *numbers in (
            (1, "n_params", 0.50, 0.488, 0.502),
            (2, "n_params", 0.49, 0.462, 0.534),
            (3, "n_params", 0.46, 0.454, 0.455),
            (1, "n_examples", 0.50, 0.501, 0.512),
            (2, "n_examples", 0.51, 0.483, 0.529),
            (3, "n_examples", 0.54, 0.542, 0.543),
        )
    ),
    _porian("kaplan", 0.835, 0.824, 0.846, "reproduction of Kaplan et al."),
    _porian("head", 0.706, 0.691, 0.717, "the FLOPs of the last layer counted"),
    _porian("warmup", 0.602, 0.591, 0.617, "a warmup that fits the run"),
    _porian("decay", 0.571, 0.560, 0.589, "a cosine decay over the run"),
    _porian("tuned", 0.497, 0.491, 0.505, "tuned optimiser, constant learning rate"),
    PublishedPowerLaw(
        name="llama3_n_examples",
        target="n_examples",
        exponents={"train_flops": 0.53},
        coef=0.29,
        ranges={"train_flops": (6e18, 1e22)},
        source=Source(
            authors="Llama Team 2024",
            arxiv="2407.21783",
            place="section 3.2.1",
            notes=(
                (
                    "Both numbers are rounded: as printed they give 1.05e13 tokens at 3.8e25 "
                    "FLOPs, where the text says 1.655e13."
                ),
            ),
        ),
    ),
    _deepseek(
        "deepseek_train_flops_per_example",
        "train_flops_per_example",
        0.1715,
        0.5243,
        "equation 4",
    ),
    _deepseek("deepseek_n_examples", "n_examples", 5.8316, 0.4757, "equation 4"),
    _deepseek(
        "deepseek_learning_rate",
        "learning_rate",
        0.3118,
        -0.1250,
        "equation 1",
        "A range of settings comes within 0.25 % of the lowest loss.",
    ),
    _deepseek(
        "deepseek_batch_size",
        "batch_size",
        0.2920,
        0.3271,
        "equation 1",
        "A range of settings comes within 0.25 % of the lowest loss.",
    ),
    PublishedPowerLaw(
        name="minicpm_batch_size",
        target="batch_size",
        exponents={"loss": -6.24},
        coef=1.21e9,
        source=Source(
            authors="Hu et al. 2024",
            arxiv="2404.06395",
            place="the fit of batch size to loss",
            notes=("The loss is that on C4; fitted to three models of 9e6 to 1.7e8 parameters.",),
        ),
    ),
    _step_law(
        "step_law_learning_rate",
        "learning_rate",
        1.79,
        {"n_params": -0.713, "n_examples": 0.307},
    ),
    _step_law("step_law_batch_size", "batch_size", 0.58, {"n_examples": 0.571}),
)
