"""The other pages, in a real browser: they are drawn, and the answer stands beside the input on a usual screen."""

import pytest
from playwright.sync_api import expect

from inference.samples import encoded, photo
from tests.browser.harness import PHONE

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("link", "heading"), [("See how it is built", "Architecture"), ("See how well it does", "Performance")]
)
def test_page_is_drawn(dashboard, link, heading):
    dashboard.open(link, heading)
    expect(dashboard.page.get_by_test_id("stMetric").first).to_be_visible()


def test_input_and_answer_are_visible_together(dashboard):
    dashboard.open_prediction("Draw")
    dashboard.draw([(140.0, 40.0), (130.0, 240.0)])
    expect(dashboard.metric("Digit")).to_be_visible()
    for part in (
        dashboard.page.locator("canvas.upper-canvas"),
        dashboard.metric("Digit"),
        dashboard.page.get_by_test_id("stProgress").nth(2),
    ):
        box = part.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= dashboard.page.viewport_size["height"]


def test_nothing_is_cut_off_on_a_phone(dashboard):
    dashboard.page.set_viewport_size(PHONE)
    dashboard.open_home()
    dashboard.open_prediction("Upload")
    dashboard.upload("three.png", "image/png", encoded(photo(3)))
    expect(dashboard.metric("Digit")).to_have_text("3")
    width = dashboard.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert width <= PHONE["width"]


@pytest.mark.parametrize(
    ("link", "heading"), [("See how it is built", "Architecture"), ("See how well it does", "Performance")]
)
def test_no_table_is_wider_than_a_phone(dashboard, link, heading):
    dashboard.page.set_viewport_size(PHONE)
    dashboard.open_home()
    dashboard.open(link, heading)
    assert dashboard.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= PHONE["width"]
