"""Draws the figures of plotting.md: `python docs/draw_figures.py`, from the root of a checkout.

The runs are synthetic, drawn from a published law, so the files come out the same everywhere with
one version of Matplotlib.
"""

from pathlib import Path

import numpy as np

from scaling_keras import laws, plotting
from scaling_keras.plotting.sheet import draw_sheet

IMAGES = Path(__file__).parent / "images"


def main() -> None:
    """Draw the figures."""
    design = laws.Design.iso_flops(
        train_flops=[1e18, 1e19, 1e20], n_params=np.geomspace(3e7, 6e9, 8)
    )
    runs = laws.synthetic_runs("besiroglu", design, noise=0.004)
    fit = laws.fit("chinchilla", runs)
    compared = laws.approaches(runs, fit=fit)
    figures = {
        "law": [plotting.LawDisplay.from_fit(fit, runs)],
        "profiles": [
            plotting.IsoFlopDisplay.from_isoflop(compared.isoflop, runs),
            plotting.FrontierDisplay.from_approaches(compared),
        ],
        "residuals": [
            plotting.ResidualsDisplay.from_fit(fit),
            plotting.ResidualsDisplay.from_fit(fit, against="predicted"),
        ],
    }
    for name, displays in figures.items():
        content = draw_sheet(displays, formats=["png"], dpi=76)["png"]
        (IMAGES / f"plot_{name}.png").write_bytes(content)


if __name__ == "__main__":
    main()
