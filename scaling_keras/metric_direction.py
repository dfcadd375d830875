"""Whether a metric is better when it is higher, as far as its name tells."""

from __future__ import annotations

import re

HIGHER = "higher"
LOWER = "lower"

_HIGHER = frozenset(
    {
        # Keras's own: accuracies, areas, shares of hits and overlaps, correlations.
        "acc",
        "accuracy",
        "auc",
        "concordance_correlation",
        "cosine_similarity",
        "f1_score",
        "fbeta_score",
        "io_u",
        "mean_io_u",
        "pearson_correlation",
        "precision",
        "precision_at_recall",
        "r2_score",
        "recall",
        "recall_at_precision",
        "sensitivity_at_specificity",
        "specificity_at_sensitivity",
        "true_negatives",
        "true_positives",
        # Others that are common under these names.
        "auprc",
        "auroc",
        "bleu",
        "dice_coef",
        "dice_coefficient",
        "dice_score",
        "exact_match",
        "f1",
        "hit_rate",
        "iou",
        "jaccard",
        "map",
        "miou",
        "mrr",
        "ndcg",
        "pr_auc",
        "psnr",
        "r2",
        "roc_auc",
        "rouge",
        "rouge_l",
        "rouge_n",
        "sensitivity",
        "specificity",
        "ssim",
    }
)
_LOWER = frozenset(
    {
        "crossentropy",
        "edit_distance",
        "entropy",
        "error",
        "false_negatives",
        "false_positives",
        "hinge",
        "kl_divergence",
        "kullback_leibler_divergence",
        "log_cosh",
        "logcosh",
        "loss",
        "mae",
        "mape",
        "mse",
        "msle",
        "nll",
        "perplexity",
        "poisson",
        "ppl",
        "rmse",
    }
)
_TURNED = frozenset({"neg", "negative", "minus", "inverse", "inverted", "one_minus", "drop"})
"""Words before a metric's name that turn it around, or may."""


def metric_direction(name: str) -> str | None:
    """Return `HIGHER` or `LOWER`, by which a metric of this name is better; None if unknown.

    Keras names a metric `val_accuracy`, `accuracy_1` or, of one output of several,
    `val_digit_accuracy`; its TensorBoard callback `validation/epoch_accuracy`. So the name's end
    counts. What is a loss says so: `accuracy_loss` is one.

    Args:
        name: As Keras or a user logged it.

    Example:
    >>> metric_direction("val_sparse_categorical_accuracy"), metric_direction("val_loss")
    ('higher', 'lower')
    >>> metric_direction("reward") is None
    True
    """
    words = re.split(r"[^a-z0-9]+", name.rpartition("/")[2].lower())
    words = [word for word in words if word]
    while len(words) > 1 and words[-1].isdigit():
        words.pop()
    for begin in range(len(words)):
        end = "_".join(words[begin:])
        if end not in _HIGHER and end not in _LOWER:
            continue
        if not _TURNED.isdisjoint(words[:begin]) or words[:1] == ["1"]:
            return None
        return HIGHER if end in _HIGHER else LOWER
    return None


def is_higher_better(name: str) -> bool:
    """Return whether the name is of a metric that is known to be better when higher."""
    return metric_direction(name) == HIGHER
