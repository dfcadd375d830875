"""Sweep over sizes and data, fit the law, predict a larger model, and train it to see.

The models are small convolutional ones that predict the next character of Python's own source.
Stop the program with Ctrl-C and start it again: it goes on where it was. The runs are in
`runs/convolutions`.
"""

import keras

import scaling_keras as sk
from scaling_keras.data.source_text import SourceText

WIDTHS = (8, 12, 16, 24, 32, 48)
BUDGETS = (32_000, 64_000, 128_000, 256_000)
CONTEXT = 32
SYMBOLS = 98


def build_model(hp) -> keras.Model:
    """Return a model as wide as asked for, its learning rate falling to zero with its last step."""
    width = hp["width"]
    model = keras.Sequential(
        [
            keras.Input((CONTEXT,), dtype="int32"),
            keras.layers.Embedding(SYMBOLS, width),
            keras.layers.Conv1D(2 * width, 4, padding="causal", activation="relu"),
            keras.layers.Conv1D(2 * width, 4, padding="causal", activation="relu"),
            keras.layers.Dense(SYMBOLS),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(0.08 / width**0.5, decay_steps=hp["n_steps"])
        ),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return model


def main() -> None:
    """Sweep, fit, predict, and test the prediction."""
    text = SourceText(context=CONTEXT)
    tuner = sk.ScalingTuner(
        build_model,
        sweep=sk.GridSweep(sizes=[{"width": width} for width in WIDTHS], n_examples=BUDGETS),
        directory="runs",
        project_name="convolutions",
    )
    tuner.search(text.train, validation_data=text.validation, batch_size=8)

    fit = tuner.fit_law()
    print(fit.summary())
    tuner.train_at(size={"width": 2 * WIDTHS[-1]}, n_examples=2 * BUDGETS[-1], fit=fit)
    for verdict in tuner.verdicts():
        print(f"{verdict.run}: predicted {verdict.predicted:.4f}", end=" ")
        print(f"({verdict.low:.4f} to {verdict.high:.4f}), reached {verdict.reached:.4f},", end=" ")
        print("inside" if verdict.is_inside else f"missed by {verdict.error:+.2%}")


if __name__ == "__main__":
    main()
