"""Architecture and Performance in a real browser: what a learner clicks, drags and types is answered."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from inference.classifier import models_folder
from inference.mnist import MnistUnavailable, load_test_images
from inference.samples import encoded, photo
from tests.browser.harness import LINKS, PHONE, TABLET, Dashboard
from tests.rooms import ROOMS
from ui.texts import catalogue

pytestmark = pytest.mark.browser


def width(page: Page) -> int:
    return page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")


def too_wide_tables(page: Page) -> list[str]:
    """Return the tables that are wider than their place."""
    return page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stMarkdownContainer]:has(> table)')]
            .filter(place => place.scrollWidth > place.clientWidth).map(place => place.innerText.slice(0, 60))"""
    )


def press(page: Page, slider: str, key: str, times: int) -> None:
    """Move a slider by the keyboard alone."""
    thumb = page.get_by_role("slider", name=slider)
    thumb.focus()
    for _ in range(times):
        thumb.press(key)


@pytest.mark.parametrize("screen", [None, PHONE], ids=["desktop", "phone"])
def test_the_last_digit_walks_through_the_network(dashboard, screen):
    if screen:
        dashboard.page.set_viewport_size(screen)
        dashboard.open_home()
    dashboard.open_prediction("Upload")
    dashboard.upload("five.png", "image/png", encoded(photo(5)))
    expect(dashboard.metric("Digit")).to_have_text("5")
    if screen:
        dashboard.page.get_by_test_id("stExpandSidebarButton").click()
    dashboard.go_by_sidebar("Architecture")
    dashboard.page.get_by_text("Your last digit").click()
    expect(dashboard.metric("Answer")).to_have_text("5")
    map_of_answer = dashboard.page.get_by_role("img", name=re.compile("speaks for 5"))
    expect(map_of_answer).to_be_visible()
    box = map_of_answer.bounding_box()  # seen without scrolling
    assert box["y"] + box["height"] <= dashboard.page.viewport_size["height"]


def test_a_kernel_is_moved_by_the_keyboard(dashboard):
    dashboard.open(LINKS["Architecture"], "Architecture")
    dashboard.open_room("How it works")
    before = dashboard.metric("Their sum").inner_text()
    place = re.compile("The patch around row 8, column")
    press(dashboard.page, "Row", "ArrowRight", 3)
    expect(dashboard.page.get_by_text(place)).to_be_visible()
    expect(dashboard.metric("Their sum")).not_to_have_text(before)


def test_a_cell_of_the_matrix_opens_its_images(dashboard):
    try:
        load_test_images()
    except MnistUnavailable as error:
        pytest.skip(f"needs MNIST: {error}")
    evaluation = json.loads((models_folder() / "mnist_cnn_evaluation.json").read_text())
    first = evaluation["misread"][0]
    true, read = first["label"], first["answer"]
    dashboard.open(LINKS["Performance"], "Performance")
    dashboard.open_room("MNIST")
    chart = dashboard.page.get_by_test_id("stVegaLiteChart").first.locator("canvas, svg").first
    expect(chart).to_be_visible()
    cells = dashboard.page.get_by_role("img", name=re.compile("^MNIST test image"))
    expect(cells).to_have_count(len(evaluation["misread"]))
    for _ in range(3):  # until it is drawn, the chart does not hear a click
        dashboard.page.wait_for_timeout(1000)
        box = chart.bounding_box()
        left, top, side = 47, 42, (box["width"] - 52) / 10
        chart.click(
            position={"x": left + (read + 0.5) * side, "y": top + (true + 0.5) * (box["height"] - top - 8) / 10}
        )
        dashboard.settle()
        if cells.count() < len(evaluation["misread"]):
            break
    own = [row for row in evaluation["misread"] if (row["label"], row["answer"]) == (true, read)]
    expect(cells).to_have_count(len(own))
    shown, matrix = cells.first.bounding_box(), chart.bounding_box()  # beside the cell that was clicked
    assert matrix["y"] <= shown["y"] <= matrix["y"] + matrix["height"]


def test_a_digit_is_damaged_until_the_networks_differ(dashboard):
    dashboard.open(LINKS["Performance"], "Performance")
    dashboard.open_room("Damaged images")
    press(dashboard.page, "Strength", "Home", 1)
    expect(dashboard.page.get_by_text("before: 4")).to_have_count(0)
    press(dashboard.page, "Strength", "End", 1)
    expect(dashboard.page.get_by_text("before: 4").first).to_be_visible()


def test_another_sample_is_read(dashboard):
    before = dashboard.metric("Read as").inner_text()
    dashboard.page.get_by_role("button", name="Another one").click()
    expect(dashboard.metric("Read as")).not_to_have_text(before)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("screen", [PHONE, TABLET], ids=["phone", "tablet"])
def test_nothing_is_wider_than_the_screen_and_no_table_than_its_place(chromium, server, screen, language):
    text = catalogue(language).texts
    context = chromium.new_context(viewport=screen, locale=language)
    person = Dashboard(context.new_page(), server.url)
    person.open_home()
    assert width(person.page) <= screen["width"]
    for page, rooms in ROOMS.items():
        person.open_home()
        person.open(text[f"home.{page}_link"], text[f"page.{page}"])
        for room in rooms:
            person.open_room(text[f"{page}.room_{room}"])
            assert width(person.page) <= screen["width"], room
            assert too_wide_tables(person.page) == [], room
    context.close()
