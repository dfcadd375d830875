"""A report as Markdown, its figures in files beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaling_keras.cli.report_blocks import (
    MARK,
    Block,
    Bullets,
    Document,
    Formula,
    Grid,
    Heading,
    Paragraph,
    Picture,
)

_SPECIAL = re.compile(r"([\\`*\[\]#~|$]|(?<!\w)_|_(?!\w))")


def to_markdown(document: Document, *, pictures: str) -> str:
    """Return a report as Markdown, as GitHub reads it; every text in it is escaped.

    Args:
        document: The report.
        pictures: The folder of the figures, relative to the file: letters, digits, `-`, `_`, `.`.
    """
    lines = [f"<!-- {MARK} -->", f"# {escaped(document.title)}"]
    for block in document.blocks:
        lines += ["", *_lines(block, pictures)]
    return "\n".join(lines) + "\n"


def _lines(block: Block, pictures: str) -> Iterator[str]:
    """Yield one block as lines."""
    if isinstance(block, Heading):
        yield f"## {escaped(block.text)}"
    elif isinstance(block, Paragraph):
        yield escaped(block.text)
    elif isinstance(block, Formula):
        # Indented, for there is no text that ends such a block.
        yield "    " + re.sub(r"\s+", " ", block.text)
    elif isinstance(block, Bullets):
        for word, text in block.items:
            yield f"- **{escaped(word)}**: {escaped(text)}"
    elif isinstance(block, Grid):
        yield _row(block.header)
        sides = [":--" if i < block.n_text_columns else "--:" for i in range(len(block.header))]
        yield f"| {' | '.join(sides)} |"
        yield from (_row(row) for row in block.rows)
    elif isinstance(block, Picture):
        yield f"![{escaped(block.caption)}]({pictures}/{block.name}.png)"
        yield ""
        yield f"*{escaped(block.caption)}*"


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(map(escaped, cells))} |"


def escaped(text: str) -> str:
    r"""Return text that stands in Markdown for itself, on one line.

    Example:
    >>> escaped("a|b <script> *x* \n# y")
    'a\\|b &lt;script&gt; \\*x\\* \\# y'
    """
    text = re.sub(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+", " ", text).strip()
    text = _SPECIAL.sub(r"\\\1", text.replace("&", "&amp;"))
    text = text.replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")
    # At the beginning of a block these would start a list.
    return re.sub(r"^(\d*)([-+.])(?= )", r"\1\\\2", text)
