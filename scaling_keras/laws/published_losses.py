"""The numbers of published laws of the loss, each with its source."""

from __future__ import annotations

import math
from collections.abc import Mapping

from scaling_keras.laws.publication import PublishedLaw, Source

_POINTS_OF_HOFFMANN = {
    "n_params": (5.7e7, 1.62e10),
    "n_examples": (8.2e8, 3.18e11),
    "train_flops": (1.4e18, 1.3e22),
}
"""Of the 240 runs that Besiroglu et al. read from figure 4 of Hoffmann et al."""

REFUTED = (
    "Besiroglu et al., arXiv:2404.10102, find that these parameters do not fit the runs they stem "
    "from: the optimiser had been stopped early. Use `besiroglu`."
)

NOT_DECAYED = (
    "The learning rate was not decayed to the length of each run, which Hoffmann et al. name as "
    "the reason why its allocations favour size over data."
)


def _chinchilla(
    param_coef: float, param_exponent: float, data_coef: float, data_exponent: float, floor: float
) -> dict[str, float]:
    return {
        "param_coef": param_coef,
        "param_exponent": param_exponent,
        "data_coef": data_coef,
        "data_exponent": data_exponent,
        "irreducible_loss": floor,
    }


def _hoffmann(name: str, params: Mapping[str, float], place: str, *notes: str) -> PublishedLaw:
    return PublishedLaw(
        name=name,
        form="chinchilla",
        params=params,
        ranges=_POINTS_OF_HOFFMANN,
        source=Source(
            authors="Hoffmann et al. 2022",
            arxiv="2203.15556",
            place=place,
            param_convention="total",
            notes=(REFUTED, *notes),
        ),
    )


def _gadre(name: str, data: str, a: float, b: float, eta: float, floor: float) -> PublishedLaw:
    """Return a law of Gadre et al., which is a Chinchilla law with one exponent.

    Theirs is `E + a N**-eta + b 6**(-eta / 2) D**-eta` (scaling/laws.py, `powlaw_ours`); in the
    paper's words, with `M = D / N`, `E + (a' M**(eta/2) + b M**(-eta/2)) C**(-eta/2)`, where
    `a' = a 6**(eta/2)`.
    """
    return PublishedLaw(
        name=name,
        form="chinchilla",
        params=_chinchilla(a, eta, b * 6 ** (-eta / 2), eta, floor),
        ranges={
            "n_params": (1.1e7, 4.1e8),
            "n_examples": (2.1e8, 8.2e9),
        },
        source=Source(
            authors="Gadre et al. 2024",
            arxiv="2403.08540",
            place=f"by the code beside it (scaling/laws.py), trained on {data}",
            param_convention="total",
            notes=(
                f"The loss is that of the C4 validation set, for models trained on {data}.",
                "Four parameters were fitted to five small runs.",
            ),
        ),
    )


LOSS_LAWS = (
    PublishedLaw(
        name="kaplan",
        form="kaplan",
        params={
            "param_scale": 6.4e13,
            "param_exponent": 0.076,
            "data_scale": 1.8e13,
            "data_exponent": 0.103,
        },
        ranges={"n_params": (768, 1.5e9), "n_examples": (2.2e7, 2.3e10)},
        source=Source(
            authors="Kaplan et al. 2020",
            arxiv="2001.08361",
            place="equation 1.5 and table 2",
            param_convention="non_embedding",
            notes=(
                (
                    "D is the size of the data set, trained on until the test loss stops falling; "
                    "it is not the number of examples seen, so `6 N D` is not what such a run "
                    "costs, nor a budget split by it their advice, which is `kaplan_n_params_min`."
                ),
                NOT_DECAYED,
            ),
        ),
    ),
    _hoffmann(
        "hoffmann",
        _chinchilla(406.4, 0.34, 410.7, 0.28, 1.69),
        "equation 10, as printed",
        "The exponents are rounded to two digits, which raises the objective more than threefold "
        "against `hoffmann_unrounded`.",
    ),
    _hoffmann(
        "hoffmann_unrounded",
        _chinchilla(
            math.exp(6.0073404), 0.33917084, math.exp(6.0179186), 0.2849083, math.exp(0.5267228)
        ),
        "equation 10 at full precision, from the notebook of Besiroglu et al.",
    ),
    PublishedLaw(
        name="besiroglu",
        form="chinchilla",
        params=_chinchilla(482.00572, 0.34781, 2085.4342, 0.36585, 1.81686),
        standard_errors=_chinchilla(124.52, 0.0154, 1293.28, 0.0206, 0.02566),
        ranges=_POINTS_OF_HOFFMANN,
        source=Source(
            authors="Besiroglu et al. 2024",
            arxiv="2404.10102",
            place="at the precision of the notebook beside it",
            param_convention="total",
            notes=(
                (
                    "The runs were read from a figure of Hoffmann et al., five of 245 left out; "
                    "with them the data exponent is 0.453 instead of 0.366."
                ),
            ),
        ),
    ),
    PublishedLaw(
        name="muennighoff",
        form="data_constrained",
        params={
            **_chinchilla(
                math.exp(6.255414), 0.3526596, math.exp(7.3049974), 0.3526596, math.exp(0.6254804)
            ),
            "data_repetitions": 15.387756,
            "param_repetitions": 5.309743,
        },
        ranges={
            "n_params": (7.1e6, 8.7e9),
            "n_examples": (1e8, 9e11),
            "dataset_size": (1e8, 1.78e11),
        },
        source=Source(
            authors="Muennighoff et al. 2023",
            arxiv="2305.16264",
            place="equation 17 and appendix A",
            notes=(
                (
                    "The decay constants are not identified by the 182 runs: others, such as 95 "
                    "and 1.7, fit them slightly better than 15.4 and 5.3."
                ),
            ),
        ),
    ),
    _gadre("gadre_c4", "C4", 113.69, 189.52, 0.2425, 1.508),
    _gadre("gadre_redpajama", "RedPajama", 166.2, 366.7, 0.2729, 1.837),
    _gadre("gadre_refinedweb", "RefinedWeb", 125.1, 246.2, 0.2544, 1.734),
)
