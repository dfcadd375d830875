"""The figures of a report: which displays, and what is said when one can't be drawn."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

from scaling_keras import laws, plotting
from scaling_keras.cli.report_blocks import MARK, Block, Paragraph, Picture
from scaling_keras.cli.report_results import ReportResults
from scaling_keras.errors import PlottingError, ScalingError
from scaling_keras.plotting.frontier_display import QUANTITIES
from scaling_keras.plotting.parameter_cloud_display import main_params
from scaling_keras.plotting.residuals_display import MAP, PREDICTED
from scaling_keras.plotting.sheet import Display, draw_sheet
from scaling_keras.plotting.style import check_matplotlib, target_label

Maker = Callable[[], Display]

CAPTIONS: Mapping[str, str] = {
    "law": "The law, and the runs that it was fitted to. Lines are dashed beyond the runs; the "
    "band is meant to hold the stated share of new runs.",
    "surface": "The predicted loss over size and data. Each dashed line is one budget; the thick "
    "line crosses it where its loss is lowest.",
    "held-out-check": "The law, fitted without the dearest fifth of the runs, beside what those "
    "reached, with intervals as they are before this check widens them; and its error with other "
    "parts held out.",
    "isoflop-profiles": "The loss against the size at each budget that has runs of three sizes or "
    "more.",
    "frontier": "The best size and amount of data at each budget, by each approach that can tell.",
    "residuals": "What the law leaves unexplained. A pattern, such as a saddle of signs, says that "
    "the form is wrong somewhere.",
    "learning-curves": "The losses of the runs as they were trained, those that did not complete "
    "too.",
    "parameters": "Parameters over the bootstrap resamples. They are strongly correlated: compare "
    "predictions, not parameters.",
}
"""Figure to what stands below it; what stands in it is in `_makers`."""

_PARTS = {"frontier": ("approaches",)}
"""Figure to the parts of the results that it is drawn from."""


def draw_figures(results: ReportResults, formats: Sequence[str]) -> list[Block]:
    """Return the figures, or a sentence in place of each that can't be drawn.

    Args:
        results: What to draw.
        formats: Of the pictures: `svg` and `png`.
    """
    try:
        check_matplotlib()
    except PlottingError as error:
        return [Paragraph(text=str(error))]
    blocks: list[Block] = []
    for name, makers in _makers(results).items():
        displays = []
        reasons = [
            results.reasons[part] for part in _PARTS.get(name, ()) if part in results.reasons
        ]
        for make in makers:
            try:
                displays.append(make())
            except ScalingError as error:
                reasons.append(str(error))
        if displays:
            files = draw_sheet(displays, formats=formats, creator=MARK)
            blocks.append(Picture(name=name, caption=CAPTIONS[name], files=files))
        elif reasons:
            blocks.append(Paragraph(text=f"No figure “{name.replace('-', ' ')}”: {reasons[0]}"))
    return blocks


def _makers(results: ReportResults) -> dict[str, list[Maker]]:
    """Return what makes the displays of each figure; none where the report says why already."""
    fit, table, level = results.fit, results.table, results.level
    has_both = {"n_params", "n_examples"} <= set(fit.law.variables)
    x = fit.labels.get("x", "train_flops")
    makers: dict[str, list[Maker]] = {name: [] for name in CAPTIONS}
    makers["law"] = [lambda: plotting.LawDisplay.from_fit(fit, table, x=x, level=level)]
    makers["surface"] = [lambda: plotting.ContoursDisplay.from_fit(fit)]
    name = target_label(fit)
    makers["held-out-check"] = [
        lambda: plotting.BacktestDisplay.from_fit(fit, loss_name=name),
        lambda: plotting.HeldOutErrorsDisplay.from_fits([fit]),
    ]
    compared = results.approaches
    if compared is not None:
        found = compared.isoflop
        if found is not None:
            makers["isoflop-profiles"] = [
                lambda: plotting.IsoFlopDisplay.from_isoflop(found, table)
            ]
        makers["frontier"] = [_frontier(compared, quantity) for quantity in QUANTITIES]
    kinds = (MAP, PREDICTED) if has_both else (None, PREDICTED)
    makers["residuals"] = [_residuals(fit, against) for against in kinds]
    makers["learning-curves"] = [lambda: plotting.LearningCurvesDisplay.from_table(table)]
    pairs = itertools.combinations(main_params(fit), 2)
    makers["parameters"] = [_cloud(fit, pair, level) for pair in pairs]
    return makers


def _frontier(compared: laws.Approaches, quantity: str) -> Maker:
    return lambda: plotting.FrontierDisplay.from_approaches(compared, quantity=quantity)


def _residuals(fit: laws.Fit, against: str | None) -> Maker:
    return lambda: plotting.ResidualsDisplay.from_fit(fit, against=against)


def _cloud(fit: laws.Fit, pair: tuple[str, str], level: float) -> Maker:
    return lambda: plotting.ParameterCloudDisplay.from_fit(fit, pair, level=level)
