"""The tab as a person uses it: Chromium, TensorBoard with either loader, runs on disk."""

from __future__ import annotations

import pytest

from tests.browser.runs import SIZES, write_run

pytestmark = pytest.mark.browser

COMPLETED = 17
"""Runs of `write_sweep` that completed."""
FITTED = 16
"""Those but the one that tested a prediction."""


def number_of(tab, selector):
    return tab.find(selector).count()


def choose_axis(tab, value):
    tab.find(f".segments label:has(input[value={value}])").click()


def ticks(tab):
    return tab.find(".tick-label").all_text_contents()


def wait_for_formula(tab, start):
    tab.wait_until(
        lambda: tab.find(".formula").first.get_attribute("aria-label").startswith(start),
        f"a law of the form {start}",
    )


def wait_for_curves(tab, *, slices, lines):
    tab.wait_until(
        lambda: (
            number_of(tab, "path.slice:not(.key path)") == slices
            and (number_of(tab, ".layer .law-halo") == lines)
        ),
        f"{slices} slices and {lines} lines",
    )


def test_points_frontier_band_and_formula_are_there(tab):
    assert tab.drawn_pixels() > 1000
    assert tab.plotted() >= COMPLETED
    assert number_of(tab, ".layer .law-line.frontier") >= 2
    assert number_of(tab, ".layer .band") == 1
    assert number_of(tab, ".layer .slice") == len(SIZES)
    formula = tab.find(".formula")
    assert formula.get_attribute("aria-label").startswith("L(N, D) = ")
    assert "=" in formula.inner_text()
    intervals = tab.find(".parameters .interval").all_text_contents()
    assert len(intervals) == 8  # Six of the averaged form, and two exponents of the frontier.
    assert all("\N{EN DASH}" in text for text in intervals)
    assert tab.has(".age", "fitted")
    assert tab.has(".card", "Held-out check")


def test_the_axis_has_powers_of_ten_and_the_loss_has_several_labels(tab):
    labels = ticks(tab)
    assert "109" in labels  # 10 and a superscript 9.
    assert len([label for label in labels if "." in label]) >= 3
    exponent = tab.find(".tick-label tspan", has_text="9").first
    assert exponent.get_attribute("dy") == "-0.55em"


def test_every_axis_shows_its_law(tab):
    plotted = tab.plotted()
    for axis, title, band in (
        ("n_params", "Parameters N →", 1),
        ("n_examples", "Data D (tokens seen) →", 1),
        ("train_flops", "Training compute C (FLOPs) →", 1),
    ):
        choose_axis(tab, axis)
        tab.has(".axis-title", title)
        tab.wait_until(
            lambda band=band: number_of(tab, ".layer .band") == band, f"the band over {axis}"
        )
        assert tab.plotted() == plotted


def test_another_law_is_fitted_against_the_axis(tab):
    tab.find("select[name=form]").select_option("power_law")
    wait_for_formula(tab, "L(x) = ")
    wait_for_curves(tab, slices=0, lines=1)
    assert "C" in tab.find(".formula").inner_text()
    choose_axis(tab, "n_examples")
    tab.wait_until(lambda: "D" in tab.find(".formula").inner_text(), "the law of the data")
    tab.find("select[name=form]").select_option("chinchilla")
    wait_for_formula(tab, "L(N, D) = ")


def test_other_losses_counts_and_levels_can_be_chosen(tab):
    before = tab.find(".formula").get_attribute("aria-label")
    tab.find("select[name=paramConvention]").select_option("non_embedding")
    tab.wait_until(
        lambda: tab.find(".formula").get_attribute("aria-label") != before, "another count of N"
    )
    tab.find("select[name=level]").select_option("0.5")
    tab.has(".parameters", "50 % interval")
    tab.find("select[name=loss]").select_option("tail")
    tab.has(".y-title", "mean of each run's last tenth")


def test_a_new_run_appears_without_a_reload_and_nothing_is_lost(tab, tensorboard):
    tab.row("medium-540000").click()
    box = tab.find(".frame").bounding_box()
    tab.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.page.mouse.wheel(0, -200)
    tab.has(".reset")
    zoomed = ticks(tab)
    before = tab.plotted()
    fitted = tab.find(".law .small").inner_text()
    name = f"late-{before}"
    write_run(tensorboard.logdir / name, 30_000, 700_000, size="late")
    tab.wait_until(lambda: tab.plotted() == before + 1, "the new run in the plot")
    tab.wait_until(lambda: tab.find(".law .small").inner_text() != fitted, "a new fit")
    assert ticks(tab) == zoomed
    assert "selected" in tab.row("medium-540000").get_attribute("class")
    tab.find(".scroller").first.evaluate("element => element.scrollTo(0, 1e6)")
    tab.find(".reset").click()
    tab.wait_until(lambda: not tab.find(".reset").is_visible(), "the whole plot")


def test_a_run_is_followed_while_it_trains(tab, tensorboard):
    # Its size sorts it to the top of the table.
    run_dir = tensorboard.logdir / "in-training"
    write_run(run_dir, 200_000, 9_000_000, status=None, planned_examples=90_000_000)
    row = tab.has("tr[data-run='in-training']", "9M")
    assert "Still running" in row.inner_text()
    assert tab.has(".status", "running")
    write_run(run_dir, 200_000, 18_000_000, status="stopped", reason="stopped by hand")
    tab.has("tr[data-run='in-training']", "stopped by hand")
    assert "18M" in tab.find("tr[data-run='in-training']").inner_text()


def test_a_prediction_stands_beside_what_was_reached(tab):
    assert number_of(tab, ".layer .prediction.diamond") == 1
    card = tab.has(".card", "Predicted before training")
    assert "inside" in card.inner_text()
    tab.find(".run-link").click()
    tab.wait_until(
        lambda: tab.find("tr.selected").get_attribute("data-run") == "predicted", "the selection"
    )


def test_a_tested_prediction_is_told_from_the_runs_that_are_fitted(tab, tensorboard):
    row = tab.row("predicted").inner_text()
    assert "it tests a prediction" in row
    assert "%" in row
    assert tab.has(".legend", "tests it, not fitted")
    n_late = len(list(tensorboard.logdir.glob("late-*")))  # Another test writes some.
    assert f"{FITTED + n_late} completed runs" in tab.find(".law .small").inner_text()


def test_the_runs_to_fit_are_chosen_by_name(tab, open_tab):
    field = tab.find("input[name=runs]")
    field.fill("medium-*, large-*")
    field.press("Enter")
    tab.has(".not-yet", "at least 3 distinct values of n_params")
    tab.wait_until(lambda: tab.plotted() == 8, "the chosen runs")
    field.fill("!tiny-*,!late-*")
    field.press("Enter")
    tab.wait_until(lambda: "12 completed runs" in tab.find(".panel").inner_text(), "the new law")
    tab.wait_until(lambda: "p.scaling.runs=!tiny-*" in tab.page.url, "the address")
    other = open_tab()
    other.open(tab.url, "#scaling&p.scaling.runs=nothing")
    other.has(".not-yet", "A pattern must match the name of a run")
    assert other.find("input[name=runs]").input_value() == "nothing"


def test_the_plot_is_read_with_the_keyboard(tab):
    tab.find(".frame").focus()
    tab.page.keyboard.press("ArrowRight")
    first = tab.has(".tooltip .card-title").inner_text()
    tab.page.keyboard.press("ArrowRight")
    tab.wait_until(lambda: tab.find(".tooltip .card-title").inner_text() != first, "the next run")
    spoken = tab.find("[aria-live=polite]").first.inner_text()
    assert "loss" in spoken
    assert "FLOPs" in spoken
    tab.page.keyboard.press("Enter")
    tab.wait_until(lambda: number_of(tab, "circle.selected") == 1, "the ring of the selection")
    tab.page.keyboard.press("+")
    tab.has(".reset")
    tab.page.keyboard.press("0")
    tab.wait_until(lambda: not tab.find(".reset").is_visible(), "the whole plot")
    tab.page.keyboard.press("Escape")
    tab.wait_until(lambda: number_of(tab, "circle.ring") == 0, "nothing selected")


def test_the_pointer_shows_the_law_and_the_runs(tab):
    box = tab.find(".frame").bounding_box()
    tab.page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 40)
    card = tab.has(".tooltip", "Loss by the law").inner_text()
    assert "Best size N" in card
    assert "90 % interval" in card
    tab.page.mouse.move(box["x"] + 2, box["y"] + 2)
    tab.wait_until(lambda: not tab.find(".tooltip").is_visible(), "no card")
    tab.row("large-180000").hover()
    assert "54k" in tab.has(".tooltip", "large-180000").inner_text()
    assert number_of(tab, "circle.hovered") == 1


def test_a_box_is_zoomed_to_and_a_double_click_undoes_it(tab):
    before = ticks(tab)
    box = tab.find(".frame").bounding_box()
    tab.page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.7 * box["height"], steps=4)
    assert number_of(tab, ".zoom-box") == 1
    tab.page.mouse.up()
    tab.wait_until(lambda: ticks(tab) != before, "a closer view")
    assert tab.has(".outside", "outside this view")
    tab.page.mouse.dblclick(box["x"] + 0.8 * box["width"], box["y"] + 0.2 * box["height"])
    tab.wait_until(lambda: ticks(tab) == before, "the whole plot")


def test_the_table_sorts_and_selects(tab):
    names = tab.find("tbody tr[data-run] th")
    tab.find("thead button", has_text="Loss").click()
    first = names.first.inner_text()
    assert tab.find("th[aria-sort=ascending]").count() == 1
    tab.find("thead button", has_text="Loss").click()
    tab.wait_until(lambda: names.first.inner_text() != first, "the other order")
    tab.find(".scroller").first.focus()
    tab.page.keyboard.press("ArrowDown")
    tab.wait_until(lambda: number_of(tab, "tr.selected") == 1, "a selected row")
    broken = tab.row("broken").inner_text()
    assert "diverged" in broken
    assert "loss became NaN" in broken


def test_what_is_shown_is_in_the_address(tab, open_tab):
    choose_axis(tab, "n_params")
    tab.find("select[name=level]").select_option("0.5")
    tab.row("small-180000").click()
    wanted = "#scaling&p.scaling.x=n_params&p.scaling.level=0.5&p.scaling.run=small-180000"
    tab.wait_until(lambda: tab.page.url.endswith(wanted), "the state in the address")
    other = open_tab()
    other.open(tab.url, wanted)
    other.has(".parameters", "50 % interval")
    other.has(".axis-title", "Parameters N")
    assert "selected" in other.row("small-180000").get_attribute("class")


def test_the_theme_follows_tensorboard(tab, open_tab):
    def background(of):
        return of.evaluate("() => getComputedStyle(document.body).backgroundColor")

    light = background(tab)
    tab.page.locator("body").evaluate("body => body.classList.add('dark-mode')")
    tab.wait_until(lambda: background(tab) != light, "the dark theme")
    other = open_tab()
    other.open(tab.url, dark=True)
    other.has(".law")
    assert background(other) == background(tab)


@pytest.mark.parametrize("width", [1400, 1000, 700])
def test_nothing_is_wider_than_its_frame(open_tab, tensorboard, width):
    tab = open_tab(width=width)
    tab.open(tensorboard.url)
    tab.has(".law .formula")
    overflow = tab.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0
    boxes = [label.bounding_box() for label in tab.find(".tick-label").all() if label.is_visible()]
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            apart = (
                one["x"] + one["width"] <= other["x"]
                or other["x"] + other["width"] <= one["x"]
                or one["y"] + one["height"] <= other["y"] + 1
                or other["y"] + other["height"] <= one["y"] + 1
            )
            assert apart, "two labels overlap"


def test_a_law_that_there_is_not_gets_a_sentence(open_tab, tensorboard):
    tab = open_tab()
    tab.open(tensorboard.url, "#scaling&p.scaling.form=hoffmann")
    card = tab.has(".card.problem")
    assert "form must be one of auto, chinchilla" in card.inner_text()
    tab.find("select[name=form]").select_option("chinchilla")
    tab.has(".law .formula")
    # A refused request is an error to the browser; nothing else may have gone wrong.
    assert tab.problems
    assert all("400" in problem for problem in tab.problems)
    tab.problems.clear()


def test_nothing_is_asked_while_another_tab_is_shown(tab):
    tab.page.evaluate("() => { location.hash = '#hparams'; }")
    tab.wait_until(lambda: not tab.find(".toolbar").is_visible(), "the other tab")
    tab.page.wait_for_timeout(1000)
    tab.requested.clear()
    tab.page.wait_for_timeout(5000)  # Longer than the dashboard waits between its questions.
    assert not [url for url in tab.requested if "plugin/scaling/" in url]
    tab.page.evaluate("() => { location.hash = '#scaling'; }")
    tab.wait_until(
        lambda: any("plugin/scaling/version" in url for url in tab.requested), "a new question"
    )
