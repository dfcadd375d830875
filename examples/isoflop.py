"""Find the best size at each of several compute budgets, and how it grows with compute.

Small Transformers on Python's own source, in about two minutes on two cores. Stop the program with
Ctrl-C and start it again: it goes on where it was. The runs are in `runs/isoflop`.
"""

import scaling_keras as sk
from scaling_keras import laws
from scaling_keras.data.source_text import SourceText
from scaling_keras.families.transformer_lm import TransformerLM

BUDGETS = (1e9, 2.5e9, 6e9)
N_SIZES = 5
CONTEXT = 32
BATCH_SIZE = 8


def main() -> None:
    """Describe the sweep, run it, and find the optima."""
    text = SourceText(context=CONTEXT, n_validation_examples=16_384)
    family = TransformerLM(text.vocab_size, text.context)
    tuner = sk.ScalingTuner(
        family,
        sweep=sk.IsoFLOPSweep(budgets=BUDGETS, sizes=family.ladder(N_SIZES)),
        directory="runs",
        project_name="isoflop",
    )
    data = {"validation_data": text.validation, "batch_size": BATCH_SIZE}
    print(tuner.describe(text.train, **data, measure=False, n_trials=0).summary())

    tuner.search(text.train, **data)
    print(tuner.stop_reason)
    found = laws.isoflop(tuner.results(), n_resamples=200)
    for profile in found.profiles:
        print(
            f"{profile.train_flops:.2g} FLOPs: best at {profile.n_params.value:.0f} parameters "
            f"({profile.n_params.low:.0f} to {profile.n_params.high:.0f})"
        )
    for finding in found.findings:
        print(f"{finding.code}: {finding.message}")


if __name__ == "__main__":
    main()
