"""The card and the lines of each law, and what is there while another one is fitted."""

from __future__ import annotations

import math
import re

import pytest

from tests.browser.conftest import run_tensorboard
from tests.browser.runs import true_loss, write_run

pytestmark = pytest.mark.browser

FORMS = (
    "auto",
    "chinchilla",
    "coupled",
    "kaplan",
    "power_law",
    "power_law_floor",
    "m4",
    "broken_power_law",
    "broken_power_law_2",
)

CUT_OFF = """element => [...element.querySelectorAll("*")]
  .filter(part => part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 0)
  .map(part => `${part.className}: ${part.scrollWidth} px in ${part.clientWidth} px`)"""


@pytest.fixture(scope="module")
def uneven(tmp_path_factory, chromium):
    """A TensorBoard on runs that no two of cost the same, enough of them for every law."""
    logdir = tmp_path_factory.mktemp("uneven") / "runs"
    for i in range(5):
        for j in range(4):
            n_params, n_examples = int(2_000 * 2.9**i), int(60_000 * 3.3**j)
            loss = true_loss(n_params, n_examples) * math.exp(0.01 * math.sin(7 * i + 3 * j))
            write_run(logdir / f"{i}-{j}", n_params, n_examples, loss=loss)
    with run_tensorboard(logdir, "--load_fast=false") as running:
        yield running


@pytest.mark.parametrize("form", FORMS)
def test_the_card_of_every_law_fits_and_is_written_as_on_paper(open_tab, uneven, form):
    tab = open_tab(width=1600, height=1000)
    tab.open(uneven.url, f"#scaling&p.scaling.form={form}")
    card = tab.has(".card.law")
    text = card.inner_text()
    assert not re.search(r"[{}_^]", text), text
    assert tab.find(".formula.plain").count() == 0
    assert "" not in tab.find(".parameters .symbol").all_inner_texts()
    assert "median of 1,000 resamples" in text
    for width in (1600, 1000, 800):
        tab.page.set_viewport_size({"width": width, "height": 1000})
        assert card.evaluate(CUT_OFF) == []


def test_an_average_says_what_it_is_an_average_of(tab):
    title = tab.find(".card.law h2").inner_text()
    assert re.match(r"Average: >?\d+ % \w.*, <?\d+ % \w", title)
    assert "The formula is the best fit of " in tab.find(".card.law .small").inner_text()


@pytest.mark.parametrize(
    ("field", "value"),
    [("paramConvention", "non_embedding"), ("level", "0.99"), ("loss", "best"), ("form", "kaplan")],
)
def test_while_a_law_is_fitted_no_other_one_is_shown(tab, field, value):
    held = []
    tab.page.route(re.compile(r"/scaling/fit\?"), lambda route: held.append(route))
    tab.find(f"select[name={field}]").select_option(value)
    tab.has(".card", "Fitting …")
    tab.has(".status", "Fitting …")
    assert tab.find(".card.law").count() == 0
    assert tab.find(".layer .law-line, .layer .slice, .layer .band").count() == 0
    assert set(tab.find("tbody tr[data-run] td:nth-child(8)").all_inner_texts()) == {"\N{EN DASH}"}
    assert "law" not in tab.find(".keys").inner_text()
    tab.wait_until(lambda: bool(held), "the question for the law")
    for route in held:
        route.continue_()
    tab.has(".card.law .formula")
    assert any("%" in text for text in tab.find("td:nth-child(8)").all_inner_texts())


def test_lines_and_bands_end_at_the_axes(tab):
    x, y, width, height = (
        float(tab.find("#scaling-clip rect").get_attribute(name))
        for name in ("x", "y", "width", "height")
    )
    floor = tab.find("line.axis")
    assert x == float(floor.get_attribute("x1"))
    assert x + width == float(floor.get_attribute("x2"))
    assert y + height == pytest.approx(float(floor.get_attribute("y1")), abs=0.6)
    assert y == pytest.approx(float(tab.find("line.grid").first.get_attribute("y1")))


def test_the_legend_says_what_a_line_is_beyond(tab):
    assert "beyond the runs in size or data" in tab.find(".keys").inner_text()
    tab.find("select[name=form]").select_option("power_law_floor")
    tab.has(".card.law h2", "Power law with floor")
    keys = tab.find(".keys").inner_text()
    assert "beyond the runs" in keys
    assert "in size or data" not in keys


def test_without_a_chosen_run_there_are_no_axes(tab):
    field = tab.find("input[name=runs]")
    field.fill("nothing")
    field.press("Enter")
    tab.has(".not-yet h2", "No runs chosen")
    tab.has(".plot-note", "No run has a name that matches the field Runs.")
    assert tab.find(".tick-label, line.axis, .axis-title").count() == 0


def test_at_800_pixels_every_column_of_the_table_is_in_sight(open_tab, tensorboard):
    tab = open_tab(width=800)
    tab.open(tensorboard.url)
    tab.has(".card.law")
    table = tab.find(".scroller").first
    assert table.evaluate("element => element.scrollWidth - element.clientWidth") <= 0
    assert tab.find("thead button", has_text="vs law").is_visible()
