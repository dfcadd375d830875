"""Several displays side by side as one picture file, drawn without touching pyplot."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from scaling_keras.plotting.style import check_matplotlib

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = ("svg", "png")
_PANEL_HEIGHT = 3.9
_WIDTH = 9.6


class Display(Protocol):
    """What every display of this room can do."""

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw on axes and return them."""


def draw_sheet(
    displays: Sequence[Display],
    *,
    formats: Sequence[str] = FORMATS,
    creator: str = "scaling-keras",
    dpi: int = 144,
) -> dict[str, bytes]:
    """Return displays in a row as pictures, the same whatever the user's Matplotlib settings.

    Args:
        displays: One to three of them.
        formats: Some of `FORMATS`.
        creator: Written into the file as the program that made it.
        dpi: Pixels per inch of a `png`, and of what is drawn as pixels in an `svg`.

    Returns:
        The file by format.

    Raises:
        PlottingError: If Matplotlib isn't installed.
    """
    check_matplotlib()
    import matplotlib as mpl
    from matplotlib.figure import Figure

    files = {}
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update({"svg.hashsalt": "scaling-keras", "savefig.facecolor": "white"})
        width = 7.4 if len(displays) == 1 else _WIDTH
        height = _PANEL_HEIGHT if len(displays) < 3 else 3.2
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots(1, len(displays), squeeze=False)[0]
        for display, ax in zip(displays, axes, strict=True):
            display.plot(ax)
        for name in formats:
            file = io.BytesIO()
            facts = {"Creator": creator, "Date": None} if name == "svg" else {"Software": creator}
            figure.savefig(file, format=name, dpi=dpi, metadata=facts)
            files[name] = file.getvalue()
    return files


def inline_svg(svg: bytes, *, prefix: str) -> str:
    """Return a picture as an element for a page, its ids made unique by a prefix.

    Args:
        svg: What `draw_sheet` returned.
        prefix: Letters and digits, unlike those of the page's other pictures.

    Example:
    >>> inline_svg(b'<?xml?><svg><g id="a"/><use xlink:href="#a"/></svg>', prefix="p")
    '<svg><g id="p-a"/><use xlink:href="#p-a"/></svg>'
    """
    text = svg.decode("utf-8")
    text = text[text.index("<svg") :].strip()
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}-", text)
