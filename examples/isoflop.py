"""Find the best size at each of several compute budgets, and how it grows with compute.

Small Transformers on Python's own source, in about two minutes on two cores. Stop the program with
Ctrl-C and start it again: it goes on where it was. The runs are in `runs/isoflop`.
"""

import scaling_keras as sk
from scaling_keras import laws
from scaling_keras.data.source_text import SourceText
from scaling_keras.families.transformer_lm import TransformerLM

BUDGETS = (1e9, 2.5e9, 6e9)
WIDTHS = (4, 6, 8, 12, 16, 24)
CONTEXT = 32
BATCH_SIZE = 8


def main() -> None:
    """Describe the sweep, run it, and find the optima."""
    text = SourceText(context=CONTEXT, n_validation_examples=16_384)
    family = TransformerLM(text.vocab_size, text.context)
    tuner = sk.ScalingTuner(
        family,
        sweep=sk.IsoFLOPSweep(
            budgets=BUDGETS, sizes=[{"width": width, "depth": 2} for width in WIDTHS]
        ),
        directory="runs",
        project_name="isoflop",
    )
    data = {"validation_data": text.validation, "batch_size": BATCH_SIZE}
    print(tuner.describe(text.train, **data, measure=False, n_trials=0).summary())

    tuner.search(text.train, **data)
    print(tuner.stop_reason)
    found = laws.isoflop(tuner.results(), n_resamples=200)
    for profile in found.profiles:
        best = profile.n_params
        answer = f"best at {best.value:.0f} parameters ({best.low:.0f} to {best.high:.0f})"
        if not profile.bracketed:
            answer = "no best size between the smallest and the largest"
        print(f"{profile.train_flops:.2g} FLOPs: {answer}")
    for finding in found.findings:
        print(f"{finding.code}: {finding.message}")


if __name__ == "__main__":
    main()
