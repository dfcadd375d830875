import dataclasses
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from scaling_keras import laws
from scaling_keras.cli import main, report, report_figures
from scaling_keras.cli.report_blocks import MARK, Paragraph, Picture, number
from scaling_keras.cli.report_figures import draw_figures
from scaling_keras.cli.report_files import write_all
from scaling_keras.cli.report_html import to_html
from scaling_keras.cli.report_markdown import escaped, to_markdown
from scaling_keras.cli.report_results import answers_of, gather
from scaling_keras.cli.report_text import MAX_ROWS, write_document
from scaling_keras.errors import FitError, RunsError
from scaling_keras.runs import Run, RunTable
from tests.requirements import require_module
from tests.strategies import HOFFMANN, noisy_runs

EVIL = "<script>alert(1)</script> | *b* _x_ `c` [l](http://e.x) @me\n# h &amp; \x1b"
PICTURE = Picture(
    name="law", caption="The law.", files={"svg": b'<svg ><g id="a"/></svg>', "png": b"\x89PNG"}
)


def table_of(columns, **facts):
    rows = zip(*columns.values(), strict=True)
    return RunTable(
        runs=tuple(
            Run(name=f"r{i}", n_params=n, n_examples=d, loss=loss, train_flops=6 * n * d, **facts)
            for i, (n, d, loss) in enumerate(rows)
        )
    )


@pytest.fixture(scope="module")
def table():
    fine = table_of(noisy_runs(HOFFMANN, noise=0.005), example_unit="token", loss_name="val_loss")
    named = dataclasses.replace(fine.runs[0], name=EVIL)
    lost = dataclasses.replace(fine.runs[1], name=f"{EVIL}!", status="diverged", reason=EVIL)
    return dataclasses.replace(fine, runs=(named, *fine.runs[1:], lost))


@pytest.fixture(scope="module")
def results(table):
    fit = laws.fit("chinchilla", table, n_resamples=100)
    return gather(fit, table, source=EVIL, budgets=None, level=0.9, seed=0)


@pytest.fixture(scope="module")
def document(results):
    return write_document(results, [PICTURE])


@pytest.fixture(scope="module")
def page(document):
    return to_html(document)


@pytest.fixture(scope="module")
def text(document):
    return to_markdown(document, pictures="report_files")


class Page(HTMLParser):
    """The text of a page, its tags, and whether they are closed in order."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.open, self.words, self.rows = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag not in ("meta", "!doctype"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1].append(data)


def test_the_answer_comes_first(page, results):
    words = " ".join(Page(page).words)
    order = [
        results.fit.formula(),
        "Held-out check",
        "beyond the runs",
        "Figures",
        "Parameters",
        "Three approaches side by side",
        "Sensitivity",
        "Runs left out",
        "Conventions",
    ]
    body = words[words.index(results.fit.formula()) :]
    places = [body.index(part) for part in order]
    assert places == sorted(places)


def test_a_page_is_well_formed_and_needs_nothing_from_elsewhere(page):
    parsed = Page(page)
    assert parsed.open == []
    assert MARK in page[:4096]
    names = {tag for tag, _ in parsed.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "base", "form"}
    targets = [a[k] for _, a in parsed.tags for k in ("href", "src", "xlink:href") if k in a]
    assert targets
    assert all(target.startswith("#") for target in targets)
    ids = [attributes["id"] for _, attributes in parsed.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {target[1:] for target in targets} <= set(ids)
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_what_a_user_named_stands_in_a_page_for_itself(page):
    assert "<script" not in page
    assert "\x1b" not in page
    words = "".join(Page(page).words)
    shown = EVIL.replace("\n", " ").replace("\x1b", " ")
    assert words.count(shown) >= 3  # the title, the run, the run left out


def test_what_a_user_named_stands_in_markdown_for_itself(text):
    assert "<script" not in text
    assert "@me" not in text
    assert not re.search(r"(?<!\\)\]\(http", text)
    rows = [line for line in text.splitlines() if line.startswith("|") and "alert" in line]
    assert rows
    cells = [len(re.findall(r"(?<!\\)\|", row)) for row in rows]
    assert set(cells) == {8, 3}  # the table of runs, and of those left out


@pytest.mark.parametrize(
    ("plain", "written"),
    [
        ("val_loss", "val_loss"),
        ("_x_", r"\_x\_"),
        ("- item", r"\- item"),
        ("12. item", r"12\. item"),
        ("a\n\n# b", r"a \# b"),
        ("&lt;", "&amp;lt;"),
        ("\ud800", ""),
    ],
)
def test_markdown_is_escaped_where_it_means_something(plain, written):
    assert escaped(plain) == written


def test_both_formats_tell_the_same_numbers(page, text, results):
    for answer in results.answers:
        for part in (number(answer.n_params.value), number(answer.loss.value, ".4g")):
            assert part in page
            assert part in text
    assert results.fit.data_digest in page
    assert f"summed: {results.fit.objective:.4g}" in text
    for finding in results.fit.warnings:
        assert finding.code in page
    assert "![The law.](report_files/law.png)" in text


def test_every_fitted_run_is_listed_with_how_far_it_is_off(page, results):
    rows = [row for row in Page(page).rows if row and row[0] == "r5"]
    place = results.fit.names.index("r5")
    at = dict(zip(results.fit.law.variables, results.fit.values[place], strict=True))
    predicted = results.fit.predict(**at).mean[0]
    assert rows == [
        [
            "r5",
            "-",
            number(results.fit.values[place, 0]),
            number(results.fit.values[place, 1]),
            number(6 * results.fit.values[place].prod()),
            number(results.fit.observed[place], ".5g"),
            f"{results.fit.observed[place] / predicted - 1:+.2%}",
        ]
    ]


def test_a_parameter_that_is_held_has_no_interval(results, table):
    fit = laws.fit("chinchilla", table, fixed={"irreducible_loss": 1.7}, n_resamples=100)
    text = to_markdown(write_document(dataclasses.replace(results, fit=fit), []), pictures="")
    (row,) = re.findall(r"^\| irreducible.?_loss .*$", text, re.MULTILINE)
    assert [cell.strip() for cell in row.split("|")[2:5]] == ["1.7", "-", "held at this value"]


def test_budgets_answered_for_are_multiples_of_the_dearest_run(results):
    assert [answer.beyond for answer in results.answers] == pytest.approx([1, 10, 100])
    for answer in results.answers:
        best = results.fit.optimal_allocation(train_flops=answer.at)
        assert answer.n_params.value == pytest.approx(best.n_params.value)
        assert answer.loss.low == pytest.approx(best.loss.low)
        assert answer.extrapolation == pytest.approx(best.extrapolation)


def test_the_dearest_run_is_what_it_was_counted_to_cost(table, results):
    runs = [dataclasses.replace(run, train_flops=2 * run.train_flops) for run in table]
    counted = dataclasses.replace(table, runs=tuple(runs))
    one, ten, _ = answers_of(results.fit, counted, None, 0.9)
    assert one.at == max(run.train_flops for run in counted.usable())
    assert (one.beyond, ten.beyond) == (1.0, pytest.approx(10.0))


def test_the_held_out_check_is_told_and_drawn_with_the_same_numbers(table):
    fit = laws.fit("auto", table, n_resamples=100)
    found = gather(fit, table, source="average", budgets=None, level=0.9, seed=0)
    display, errors = (make() for make in report_figures._makers(found)["held-out-check"])
    assert display.error == fit.backtest.error
    assert errors.errors["average"][1] == fit.backtest.error
    text = to_markdown(write_document(found, []), pictures="")
    assert f"with an error of {display.error:.2%}; guessing" in text
    assert f"{len(display.observed)} dearest runs" in text
    (first, weight), (second, _) = fit.form_weights.items()
    assert f"Average: {weight:.0%} {first}, " in text
    assert "The formula is that of the first." in text
    sources = "; ".join(f"{name}: {laws.FORMS[name].source}" for name in (first, second))
    assert escaped(sources) in text


def test_the_sensitivity_is_of_what_the_fit_predicts(text, results):
    n, d = results.fit.values.max(axis=0) * np.sqrt(10)
    said = number(results.fit.predict(n_params=n, n_examples=d).mean[0], ".4g")
    place = f"For N = {number(n)}, D = {number(d)}, at 10x the compute, the law predicts {said}."
    assert place in text
    assert "not the optimal ones of that compute" in text


def test_a_part_that_can_not_be_computed_says_why():
    few = table_of(noisy_runs(HOFFMANN, sizes=(1e5, 1e6, 1e7), budgets=(1e7, 1e8, 1e9)))
    few = dataclasses.replace(few, runs=few.runs[:7])
    fit = laws.fit("chinchilla", few, n_resamples=100)
    found = gather(fit, few, source="few", budgets=None, level=0.9, seed=0)
    assert found.fit.backtest is None
    words = " ".join(Page(to_html(write_document(found, []))).words)
    assert "Not checked: there are too few runs to hold some out" in words
    assert "no training curves" in words or "curves of at least" in words


def test_a_law_of_one_variable_answers_along_its_axis(table):
    fit = laws.fit("power_law_floor", table, x="train_flops", n_resamples=100)
    found = gather(fit, table, source="one", budgets=[1e12], level=0.5, seed=0)
    (answer,) = found.answers
    assert answer.n_params is None
    assert answer.loss.value == pytest.approx(fit.predict(x=1e12).mean[0])
    words = " ".join(Page(to_html(write_document(found, []))).words)
    assert "Predictions" in words
    assert "50%" in words


def test_a_law_of_more_variables_says_what_does_answer():
    fit = laws.published.get("muennighoff")
    with pytest.raises(FitError, match=r"Budgets are answered for by a law .*--dataset-size"):
        answers_of(fit, RunTable(runs=()), [1e15], 0.9)


def test_of_very_many_runs_the_dearest_are_listed(results):
    names = [f"r{i}" for i in range(MAX_ROWS + 50)]
    rows = np.arange(len(names)) % 16
    runs = tuple(
        dataclasses.replace(results.table.runs[5], name=name, train_flops=1e15 + i)
        for i, name in enumerate(names)
    )
    fit = dataclasses.replace(
        results.fit,
        names=tuple(names),
        values=results.fit.values[rows],
        observed=results.fit.observed[rows],
        weights=results.fit.weights[rows],
    )
    many = dataclasses.replace(
        results,
        fit=fit,
        table=RunTable(runs=runs),
        approaches=None,
        variations=(),
        reasons={"approaches": "-", "sensitivity": "-"},
    )
    parsed = Page(to_html(write_document(many, [])))
    assert f"The {MAX_ROWS} dearest of the {MAX_ROWS + 50} runs" in " ".join(parsed.words)
    listed = [row[0] for row in parsed.rows if row and re.fullmatch(r"r\d+", row[0])]
    assert listed == names[:49:-1]


def test_without_matplotlib_a_report_has_no_figures_and_says_so(results, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    (block,) = draw_figures(results, ["svg"])
    assert isinstance(block, Paragraph)
    assert 'from a clone of scaling_keras with `pip install ".[plot]"`' in block.text


@pytest.fixture(scope="module")
def runs_csv(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "runs.csv"
    table_of(noisy_runs(HOFFMANN, noise=0.005)).to_csv(path)
    return str(path)


@pytest.fixture
def quick(monkeypatch, results):
    """Stand in for the fit and the figures, whose work other tests see to."""
    monkeypatch.setattr(report, "gather", lambda *_, **__: results)
    monkeypatch.setattr(report, "draw_figures", lambda *_: [PICTURE])
    monkeypatch.setattr(report.fit_command, "fit_table", lambda *_: results.fit)


def test_report_writes_a_page_and_markdown_with_its_pictures(
    runs_csv, tmp_path, capsys, monkeypatch
):
    require_module("matplotlib")
    every, some = report_figures._makers, ("law", "surface", "residuals")
    monkeypatch.setattr(
        report_figures, "_makers", lambda found: {name: every(found)[name] for name in some}
    )
    out = tmp_path / "deep" / "out"
    arguments = ["--form", "power_law_floor", "--json"]
    assert main(["report", runs_csv, "-o", str(out), *arguments]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["written"] == [str(out / "report.html"), str(out / "report.md")]
    assert values["fit"]["n_runs"] == 16
    assert values["missing"] == {}
    page = (out / "report.html").read_text("utf-8")
    parsed = Page(page)
    assert parsed.open == []
    assert [tag for tag, _ in parsed.tags].count("svg") == 2
    ids = [attributes["id"] for _, attributes in parsed.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert "No figure “surface”" in page
    text = (out / "report.md").read_text("utf-8")
    pictures = re.findall(r"\]\((report_files/[\w-]+\.png)\)", text)
    assert len(pictures) == 2
    for picture in pictures:
        content = (out / picture).read_bytes()
        assert content.startswith(b"\x89PNG")
        assert MARK.encode() in content[:4096]
    assert not list(out.rglob("*.part"))


@pytest.mark.usefixtures("quick")
def test_a_report_replaces_a_report_but_no_other_file(runs_csv, tmp_path, capsys):
    out = tmp_path / "mine.html"
    assert main(["report", runs_csv, "-o", str(out)]) == 0
    assert main(["report", runs_csv, "-o", str(out)]) == 0
    assert capsys.readouterr().out.count(f"written: {out}") == 2
    out.write_text("years of work", "utf-8")
    assert main(["report", runs_csv, "-o", str(out)]) == 2
    assert "is no report. Choose another path, or pass --force" in capsys.readouterr().err
    assert out.read_text("utf-8") == "years of work"
    assert main(["report", runs_csv, "-o", str(out), "--force"]) == 0
    assert out.read_text("utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.usefixtures("quick")
def test_a_report_without_figures_says_so_on_standard_error(
    runs_csv, tmp_path, capsys, monkeypatch
):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["report", runs_csv, "-o", str(tmp_path), "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["written"]
    assert captured.err.startswith("scaling-keras: the report has no figures. Drawing needs")
    assert captured.err.count("\n") == 1


@pytest.mark.usefixtures("quick")
def test_a_picture_of_the_users_is_not_replaced(runs_csv, tmp_path, capsys):
    mine = tmp_path / "report_files" / "law.png"
    mine.parent.mkdir()
    mine.write_bytes(b"my own picture")
    assert main(["report", runs_csv, "-o", str(tmp_path), "--format", "md"]) == 2
    assert "law.png" in capsys.readouterr().err
    assert mine.read_bytes() == b"my own picture"
    assert not (tmp_path / "report.md").exists()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("out", "options", "written"),
    [
        ("a.html", [], ["a.html"]),
        ("a b.md", [], ["a b.md", "a-b_files"]),
        ("d", ["--format", "html"], ["d"]),
        ("v1.2", ["--format", "md"], ["v1.2"]),
    ],
)
def test_the_name_says_what_is_written(runs_csv, tmp_path, out, options, written):
    assert main(["report", runs_csv, "-o", str(tmp_path / out), *options]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == written


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["-o", "a.html", "--format", "md"], "`--format` must agree with the name of the file"),
        (["--flops", "-1"], "`--flops` must be positive, finite numbers"),
        (["--flops", "nan"], "`--flops` must be positive, finite numbers"),
        (["--level", "90"], "`level` must be between 0 and 1"),
        (["-o", "file/below"], "`--out` must be a place that can be written to"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(
    runs_csv, tmp_path, monkeypatch, capsys, arguments, sentence
):
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("", "utf-8")
    assert main(["report", runs_csv, *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert sentence in captured.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


@pytest.mark.usefixtures("quick")
def test_a_directory_is_not_replaced_by_a_file(runs_csv, tmp_path, capsys):
    (tmp_path / "report.html").mkdir()
    assert main(["report", runs_csv, "-o", str(tmp_path), "--force"]) == 2
    assert "where a directory of that name is" in capsys.readouterr().err


def test_an_unknown_format_is_refused(runs_csv, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["report", runs_csv, "--format", "pdf"])
    assert "'pdf' is none of html, md" in capsys.readouterr().err


def test_a_file_that_can_not_be_finished_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("old", "utf-8")

    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(RunsError, match=r"`--out` must be a place .*No space left on device"):
        write_all({path: b"new"})
    assert [(p.name, p.read_text("utf-8")) for p in tmp_path.iterdir()] == [("report.html", "old")]


def test_a_law_of_something_else_than_the_loss_says_what_it_can_not_answer(table):
    columns = noisy_runs(HOFFMANN)
    del columns["loss"]
    rate = 0.3 / columns["n_params"] ** 0.2 / columns["n_examples"] ** 0.1
    fit = laws.fit("optimal_learning_rate", learning_rate=rate, n_resamples=100, **columns)
    found = gather(fit, table, source="rates", budgets=None, level=0.9, seed=0)
    assert found.answers == ()
    words = " ".join(Page(to_html(write_document(found, []))).words)
    assert "(learning_rate)" in words
    assert "An optimal allocation needs a law of the loss" in words
    assert found.approaches is None or found.approaches.fit is not fit


def test_what_was_predicted_before_training_is_told_and_drawn(table, results):
    prediction = {"loss": 2.0, "low": 1.9, "high": 2.2, "level": 0.9}
    tests = tuple(
        Run(
            name=f"test-{reached}",
            n_params=1e9,
            n_examples=1e10,
            train_flops=6e19,
            loss=reached,
            facts={"prediction": prediction},
        )
        for reached in (2.05, 2.25)
    )
    tested = dataclasses.replace(table, runs=(*table.runs, *tests))
    fit = laws.fit("chinchilla", tested, n_resamples=100)
    found = gather(fit, tested, source="tested", budgets=None, level=0.9, seed=0)
    parsed = Page(to_html(write_document(found, [])))
    interval = "1.9000 to 2.2000 (90%)"
    excluded = {"test-2.05", "test-2.25"}
    assert {row[0] for row in parsed.rows if "it tests a prediction" in row} == excluded
    told = [row for row in parsed.rows if row and row[0] in excluded and len(row) > 2]
    assert [row[3:] for row in told] == [
        ["2.0000", interval, "2.0500", "+2.50%", "inside"],
        ["2.0000", interval, "2.2500", "+12.50%", "missed"],
    ]
    assert "They are no part of the law" in " ".join(parsed.words)
    assert [one["error"] for one in found.to_dict()["predicted"]] == pytest.approx([0.025, 0.125])
    assert "Predicted before training" not in to_markdown(write_document(results, []), pictures="")


def test_a_report_of_runs_with_one_point_each_has_no_learning_curves(table, results):
    require_module("matplotlib")
    curves = {"val_loss": np.array([[1e9, 2.0]])}
    runs = tuple(dataclasses.replace(run, curves=curves) for run in table)
    found = dataclasses.replace(results, table=dataclasses.replace(table, runs=runs))
    (maker,) = report_figures._makers(found)["learning-curves"]
    with pytest.raises(FitError, match=r"none with more than one point"):
        maker()
