"""A report as one HTML file that needs nothing else: no script, no network, no other file."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from string import Template

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
from scaling_keras.plotting.sheet import inline_svg

_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="$mark">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>$title</title>
<style>
:root { --ink: #1f2933; --soft: #5b6773; --paper: #fff; --rule: #dfe3e8; --tint: #f5f7f9;
  --accent: #0072b2; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7eb; --soft: #a5b0bb;
  --paper: #15191d; --rule: #353d46; --tint: #1f252b; --accent: #6cbcf0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 62rem; color: var(--ink);
  background: var(--paper); font: 16px/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .6rem; padding-top: .6rem;
  border-top: 1px solid var(--rule); }
p { margin: .5rem 0; max-width: 46rem; }
nav { font-size: .88rem; color: var(--soft); margin-bottom: 1.25rem; }
nav a { color: var(--accent); text-decoration: none; margin-right: .9rem; white-space: nowrap; }
.formula { font: 1.05rem/1.5 ui-monospace, monospace; background: var(--tint);
  border-left: 4px solid var(--accent); padding: .7rem 1rem; margin: 0 0 1rem; }
ul { padding-left: 1.1rem; max-width: 50rem; }
li { margin: .35rem 0; }
li b, code { font: .88em ui-monospace, monospace; background: var(--tint); padding: .1em .35em;
  border-radius: 3px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums;
  overflow-wrap: normal; }
th, td { padding: .3rem .75rem .3rem 0; text-align: right; vertical-align: top;
  border-bottom: 1px solid var(--rule); }
th { color: var(--soft); font-weight: 600; }
td.text, th.text { text-align: left; }
td.text { min-width: 7rem; overflow-wrap: anywhere; }
figure { margin: 1.25rem 0; break-inside: avoid; }
figure svg { display: block; max-width: 100%; height: auto; background: #fff;
  border-radius: 6px; }
figcaption { font-size: .88rem; color: var(--soft); margin-top: .4rem; max-width: 46rem; }
@media print { :root { --ink: #000; --soft: #444; --paper: #fff; --rule: #ccc; --tint: #f5f5f5;
  --accent: #0072b2; } body { max-width: none; padding: 0; font-size: 11pt; }
  nav { display: none; } h2 { break-after: avoid; } tr { break-inside: avoid; }
  .wide { overflow: visible; } table { font-size: 8.5pt; } }
</style>
</head>
<body>
<h1>$title</h1>
<nav aria-label="Sections">$contents</nav>
<main>
$body
</main>
</body>
</html>
""")


def to_html(document: Document) -> str:
    """Return a report as a page; every text in it is escaped."""
    headings = [block.text for block in document.blocks if isinstance(block, Heading)]
    contents = " ".join(f'<a href="#{_anchor(text)}">{_escaped(text)}</a>' for text in headings)
    body = "\n".join(line for block in document.blocks for line in _lines(block))
    return _PAGE.substitute(mark=MARK, title=_escaped(document.title), contents=contents, body=body)


def _lines(block: Block) -> Iterator[str]:
    """Yield one block as lines."""
    if isinstance(block, Heading):
        yield f'<h2 id="{_anchor(block.text)}">{_escaped(block.text)}</h2>'
    elif isinstance(block, Paragraph):
        yield f"<p>{_with_code(block.text)}</p>"
    elif isinstance(block, Formula):
        yield f'<p class="formula">{_escaped(block.text)}</p>'
    elif isinstance(block, Bullets):
        yield "<ul>"
        for word, text in block.items:
            yield f"<li><b>{_escaped(word)}</b> {_with_code(text)}</li>"
        yield "</ul>"
    elif isinstance(block, Grid):
        yield from _table(block)
    elif isinstance(block, Picture):
        yield from _figure(block)


def _table(grid: Grid) -> Iterator[str]:
    yield '<div class="wide"><table>'
    if any(grid.header):
        cells = "".join(_cell("th", i, text, grid) for i, text in enumerate(grid.header))
        yield f"<thead><tr>{cells}</tr></thead>"
    yield "<tbody>"
    for row in grid.rows:
        yield f"<tr>{''.join(_cell('td', i, text, grid) for i, text in enumerate(row))}</tr>"
    yield "</tbody></table></div>"


def _cell(tag: str, column: int, text: str, grid: Grid) -> str:
    kind = ' class="text"' if column < grid.n_text_columns else ""
    return f"<{tag}{kind}>{_escaped(text)}</{tag}>"


def _figure(picture: Picture) -> Iterator[str]:
    svg = inline_svg(picture.files["svg"], prefix=picture.name)
    label = html.escape(picture.caption, quote=True)
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
    yield "<figure>"
    yield svg
    yield f"<figcaption>{_escaped(picture.caption)}</figcaption>"
    yield "</figure>"


def _anchor(text: str) -> str:
    return re.sub(r"\W+", "-", text.lower())


def _escaped(text: str) -> str:
    """Return text that stands in a page for itself, without characters that none may hold."""
    return html.escape(re.sub(r"[^\S ]|[\x00-\x1f\x7f-\x9f\ud800-\udfff]", " ", text), quote=True)


def _with_code(text: str) -> str:
    """Return escaped text in which what stands between backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", _escaped(text))
