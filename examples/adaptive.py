"""Predict the loss of a larger model to a wanted width, each run chosen by those before it.

Small Transformers on Python's own source, in about two minutes on two cores. Stop the program with
Ctrl-C and start it again: it goes on where it was. The runs are in `runs/adaptive`.
"""

import scaling_keras as sk
from scaling_keras.data.source_text import SourceText
from scaling_keras.families.transformer_lm import TransformerLM

WIDTHS = (6, 8, 12, 16, 24, 32)
AMOUNTS = (12_800, 25_600, 51_200, 102_400, 204_800)
TARGET = {"n_params": 40_000, "n_examples": 400_000}
UNTIL = {"width": 0.1, "train_flops": 4e10}
CONTEXT = 32
BATCH_SIZE = 8


def main() -> None:
    """Sweep until the prediction is narrow enough, and say what it is."""
    text = SourceText(context=CONTEXT, n_validation_examples=16_384)
    family = TransformerLM(text.vocab_size, text.context)
    sweep = sk.AdaptiveSweep(
        sizes=[{"width": width, "depth": 2} for width in WIDTHS],
        n_examples=AMOUNTS,
        target=TARGET,
        until=UNTIL,
    )
    tuner = sk.ScalingTuner(family, sweep=sweep, directory="runs", project_name="adaptive")
    tuner.search(text.train, validation_data=text.validation, batch_size=BATCH_SIZE)

    print(f"It ended because {tuner.stop_reason}.")
    for finding in tuner.findings():
        print(f"{finding.code}: {finding.message}")
    fit = tuner.fit_law()
    predicted = fit.predict(**TARGET)
    print(f"{fit.n_runs} runs: {fit.formula()}")
    print(f"loss {predicted.mean[0]:.3f} ({predicted.low[0]:.3f} to {predicted.high[0]:.3f})")


if __name__ == "__main__":
    main()
