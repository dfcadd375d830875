"""What a report says: the results as headings, sentences and tables, the answer first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from scaling_keras import laws
from scaling_keras.cli.report_blocks import (
    Block,
    Bullets,
    Document,
    Formula,
    Grid,
    Heading,
    Paragraph,
    number,
    ranged,
)
from scaling_keras.cli.report_results import ReportResults
from scaling_keras.laws.approaches_result import QUANTITIES, TITLES
from scaling_keras.laws.fit_text import change, guess_in_words, times
from scaling_keras.laws.misses import misses
from scaling_keras.laws.variations import beyond_in_words, point_beyond
from scaling_keras.plotting.style import LABELS, target_label
from scaling_keras.runs import Run

_SYMBOLS = {"n_params": "N", "n_examples": "D"}
MAX_ROWS = 300
"""Runs that are listed; of more, those with the most compute."""


def write_document(results: ReportResults, figures: Sequence[Block]) -> Document:
    """Return the report of results with its figures."""
    blocks: list[Block] = [
        *_answer(results),
        *_predicted(results),
        *_findings(results),
        Heading(text="Figures"),
        *figures,
        *_parameters(results),
        *_approaches(results),
        *_sensitivity(results),
        *_runs(results),
        *_left_out(results),
        *_conventions(results),
    ]
    return Document(title=f"Scaling law of {results.source}", blocks=blocks)


def _unit(results: ReportResults) -> str:
    return results.fit.labels.get("example_unit", "example") + "s"


def _answer(results: ReportResults) -> Iterator[Block]:
    fit = results.fit
    yield Formula(text=fit.formula())
    loss = target_label(fit)
    left_out = f"; {len(fit.excluded)} left out" if fit.excluded else ""
    yield Paragraph(
        text=f"{fit.title}, fitted to {fit.n_runs} runs ({loss}){left_out}. Intervals are "
        f"{results.level:.0%}." + (" The formula is that of the first." if fit.form_weights else "")
    )
    yield Paragraph(text=_held_out(results))
    yield Heading(text="Compute-optimal training" if fit.values.shape[1] > 1 else "Predictions")
    if not results.answers:
        yield Paragraph(text=results.reasons.get("answers", "The law answers for no budget."))
        return
    if results.answers[0].n_params is None:
        x = LABELS.get(fit.labels.get("x", "x"), "x")
        yield Grid(
            header=(x, "against the farthest run", f"{loss} expected", "beyond the runs"),
            rows=tuple(
                (
                    number(a.at),
                    times(a.beyond),
                    ranged(a.loss, ".4g"),
                    _beyond(a.extrapolation),
                )
                for a in results.answers
            ),
            n_text_columns=0,
        )
        return
    yield Grid(
        header=(
            "budget (FLOPs)",
            "against the dearest run",
            "parameters",
            _unit(results),
            f"{_unit(results)} per parameter",
            f"{loss} expected",
            "beyond the runs",
        ),
        rows=tuple(
            (
                number(a.at),
                times(a.beyond),
                ranged(a.n_params),
                ranged(a.n_examples),
                number(a.n_examples.value / a.n_params.value),
                ranged(a.loss, ".4g"),
                _beyond(a.extrapolation),
            )
            for a in results.answers
            if a.n_params and a.n_examples
        ),
        n_text_columns=0,
    )
    yield Paragraph(
        text="“Beyond the runs” is the factor in size, data, compute or examples per parameter to "
        "the nearest point between the runs. The interval of the loss is for one new run, trained "
        "as these were."
    )


def _beyond(extrapolation: float) -> str:
    return times(extrapolation) if extrapolation > 1 + 1e-9 else "inside"


def _held_out(results: ReportResults) -> str:
    """Return how the law did on runs that it had not seen, beside who guesses without a law."""
    check = results.fit.backtest
    if check is None:
        return (
            "Not checked: there are too few runs to hold some out, so nothing is known of how far "
            "the law can be trusted beyond them."
        )
    runs = f"the {check.n_test} dearest runs" if check.n_test > 1 else "the dearest run"
    verdict = (
        "The law has not shown its worth yet."
        if check.error >= check.baseline_error
        else f"The law errs {number(check.baseline_error / max(check.error, 1e-12), '.2g')} times "
        f"less."
    )
    return (
        f"Held-out check: fitted to the {check.n_train} cheaper runs, it predicted {runs}, "
        f"{check.extrapolation:.2g}x beyond them, with an error of {check.error:.2%}; guessing "
        f"{guess_in_words(results.fit.law)} errs by {check.baseline_error:.2%}. {verdict}"
    )


def _predicted(results: ReportResults) -> Iterator[Block]:
    """Yield how predictions did that were made before their runs were trained, if there are any."""
    if not results.verdicts:
        return
    yield Heading(text="Predicted before training")
    fitted = {verdict.run for verdict in results.verdicts} & set(results.fit.names)
    yield Paragraph(
        text="No test is harder: what earlier runs said of these was recorded before they were "
        f"trained. They are {'now' if fitted else 'no'} part of the law above. The difference is "
        "what was reached, relative to what was predicted."
    )
    yield Grid(
        header=("run", "N", "D", "predicted", "interval", "reached", "difference", "outcome"),
        rows=tuple(
            (
                verdict.run,
                number(verdict.n_params),
                number(verdict.n_examples),
                number(verdict.predicted, ".4f"),
                f"{verdict.low:.4f} to {verdict.high:.4f} ({verdict.level:.0%})",
                number(verdict.reached, ".4f"),
                change(verdict.error),
                "inside" if verdict.is_inside else "missed",
            )
            for verdict in results.verdicts
        ),
    )


def _findings(results: ReportResults) -> Iterator[Block]:
    yield Heading(text="Findings")
    found = results.fit.warnings
    if found:
        yield Bullets(items=tuple((f.code, f.message) for f in found))
    else:
        yield Paragraph(text="None: none of the checks objects to these runs and this law.")


def _parameters(results: ReportResults) -> Iterator[Block]:
    yield Heading(text="Parameters")
    fit = results.fit
    rows = []
    for name, interval in fit.intervals(results.level).items():
        limits = f"{number(interval.low, '.4g')} to {number(interval.high, '.4g')}"
        note = ""
        if name in fit.fixed:
            limits, note = "-", "held at this value"
        elif name in fit.at_bound:
            limits, note = "at its bound", "not identified"
        rows.append((name, number(interval.value, ".5g"), limits, note))
    yield Grid(
        header=("parameter", "value", f"{results.level:.0%} interval", "note"), rows=tuple(rows)
    )


def _approaches(results: ReportResults) -> Iterator[Block]:
    yield Heading(text="Three approaches side by side")
    found = results.approaches
    if found is None:
        yield Paragraph(text=results.reasons["approaches"])
        return
    yield Paragraph(
        text=f"The best size N and data D at {number(found.train_flops)} FLOPs, and the exponents "
        f"a and b with which they grow with compute: N ~ C^a, D ~ C^b."
    )
    yield Grid(
        header=("approach", "a", "b", "N", "D"),
        rows=tuple(
            (TITLES[name], *(ranged(getattr(one, quantity)) for quantity in QUANTITIES))
            for name, one in found.approaches.items()
            if not one.reason
        ),
    )
    missing = [(TITLES[n], one.reason) for n, one in found.approaches.items() if one.reason]
    bias = [
        (
            TITLES[name],
            (
                f"on noise-free runs of the surface its N is {one.n_params:+.1%} and its a "
                f"{one.exponent:+.4f} off; without that bias a is {one.corrected_exponent:.4f}."
            ),
        )
        for name, one in found.bias.items()
    ]
    known = {finding.message for finding in results.fit.warnings}
    notes = [(f.code, f.message) for f in found.findings if f.message not in known]
    if missing or bias or notes:
        yield Bullets(items=(*missing, *bias, *notes))


def _sensitivity(results: ReportResults) -> Iterator[Block]:
    yield Heading(text="Sensitivity")
    if not results.variations:
        yield Paragraph(text=results.reasons["sensitivity"])
        return
    fit = results.fit
    place = dict(zip(fit.law.variables, point_beyond(fit.law, fit.values)[0], strict=True))
    where = ", ".join(f"{_SYMBOLS.get(name, name)} = {number(at)}" for name, at in place.items())
    grown = (
        " These are the largest size and data of the runs, both grown by the same factor, not the "
        "optimal ones of that compute."
        if fit.law.is_surface
        else ""
    )
    yield Paragraph(
        text=f"For {where}, {beyond_in_words(fit.law)}, the law predicts "
        f"{number(fit.predict(**place).mean[0], '.4g')}.{grown} The table says how far that moves "
        f"when the fit is done otherwise, and what becomes of the exponent a of the optimal size, "
        f"N ~ C^a."
    )
    yield Grid(
        header=("fit", "rows left out", "change", "standard errors", "a"),
        rows=tuple(
            (
                v.name,
                str(len(v.rows)) if v.rows else "-",
                change(v.change) if v.change else "-",
                number(v.standard_errors, ".2g") if v.change else "-",
                "-" if v.frontier_param_exponent is None else f"{v.frontier_param_exponent:.4f}",
            )
            for v in results.variations
        ),
    )


def _runs(results: ReportResults) -> Iterator[Block]:
    """Yield the runs that were fitted, the dearest first."""
    fit, target = results.fit, target_label(results.fit)
    yield Heading(text="Runs")
    runs = {run.name: run for run in results.table}
    # A law of the best settings may stand on points between the runs.
    nobody = Run(name="", n_params=math.nan, n_examples=math.nan, loss=math.nan)
    is_log = fit.law.link == "log"
    rows = []
    for name, observed, missed in zip(fit.names, fit.observed, misses(fit), strict=True):
        run = runs.get(name, nobody)
        off = f"{missed:+.2%}" if is_log else f"{100 * missed:+.2f} points"
        flops = run.train_flops if math.isfinite(run.train_flops) else -1.0
        shown = (
            name,
            run.size or "-",
            number(run.n_params),
            number(run.n_examples),
            number(run.train_flops),
            number(observed, ".5g"),
            off,
        )
        rows.append((flops, run.n_params * run.n_examples, shown))
    rows.sort(key=lambda row: row[:2], reverse=True)
    if len(rows) > MAX_ROWS:
        yield Paragraph(text=f"The {MAX_ROWS} dearest of the {len(rows)} runs that were fitted.")
    yield Grid(
        header=("run", "size", "N", "D", "C (FLOPs)", target, "over predicted"),
        rows=tuple(row[-1] for row in rows[:MAX_ROWS]),
        n_text_columns=2,
    )


def _left_out(results: ReportResults) -> Iterator[Block]:
    excluded = results.fit.excluded
    yield Heading(text="Runs left out")
    if not excluded:
        yield Paragraph(text="None.")
        return
    if len(excluded) > MAX_ROWS:
        yield Paragraph(text=f"The first {MAX_ROWS} of {len(excluded)}.")
    yield Grid(
        header=("run", "reason"),
        rows=tuple((item.name, item.reason) for item in excluded[:MAX_ROWS]),
        n_text_columns=2,
    )


def _conventions(results: ReportResults) -> Iterator[Block]:
    """Yield what a number here means, and what it takes to compute it again."""
    yield Heading(text="Conventions")
    fit, labels = results.fit, results.fit.labels
    cost = fit.example_cost
    if cost.counted:
        exact = f"; the runs deviate by at most {cost.max_error:.2%}" if cost.max_error else ""
        compute = (
            f"as the runs counted it: {number(cost.coef)} N^{cost.exponent:.4g} FLOPs per "
            f"example{exact}"
        )
    elif cost.max_error:
        compute = "6 N D, assumed: the FLOPs that the runs tell are no power law of N"
    else:
        compute = "6 N D, assumed: no counted FLOPs came with the runs"
    bend = f", bend (delta) {fit.huber_delta:g} on log loss" if fit.huber_delta else ""
    forms = tuple(fit.form_weights) or (fit.form,)
    weights = "one" if (fit.weights == 1).all() else "given"
    rows = [
        ("N", f"{labels.get('param_convention', 'unknown')} parameters"),
        ("D", f"{_unit(results)} seen, repeats included"),
        ("C", compute),
        ("loss", f"{labels.get('loss_choice', 'final')} {labels.get('loss_name', 'loss')}"),
        ("form", "; ".join(f"{name}: {laws.FORMS.get(name, fit.law).source}" for name in forms)),
        ("objective", f"{fit.objective_name}{bend}, summed: {fit.objective:.4g}"),
        ("weights", weights),
        ("starts", f"{fit.n_starts}, of which {fit.start_agreement:.0%} agree to 1e-6"),
        ("intervals", f"{results.level:.0%}, of {len(fit.resamples)} resamples of whole runs"),
        ("seed", str(fit.seed)),
        ("data digest", fit.data_digest),
        *((f"version of {name}", version) for name, version in fit.versions.items()),
    ]
    yield Grid(header=("", ""), rows=tuple(rows), n_text_columns=2)
