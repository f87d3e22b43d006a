"""The way out when the digit is not found: marking it on the photo, with the mouse and with a finger."""

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from inference.samples import encoded
from tests.browser.harness import PHONE, Dashboard, Watch
from tests.drawn import two_digits
from ui.prediction.crop import MARGIN

pytestmark = pytest.mark.browser

LARGE, SMALL = 8, 4
# Where the small digit is, as shares of the photo's width and height.
CORNER, OPPOSITE = (0.76, 0.02), (0.99, 0.32)


def upload_and_open_marking(dashboard: Dashboard, picture: np.ndarray) -> None:
    dashboard.open_prediction("Upload")
    dashboard.upload("two.png", "image/png", encoded(picture))
    expect(dashboard.metric("Verdict")).to_have_count(1)
    dashboard.page.get_by_text("Wrong place? Mark the digit yourself").click()
    expect(dashboard.page.locator(".sheet canvas")).to_be_visible()
    dashboard.settle()


def test_marking_turning_and_undoing(dashboard):
    picture = two_digits(LARGE, SMALL)
    upload_and_open_marking(dashboard, picture)
    expect(dashboard.metric("Digit")).to_have_text(str(LARGE))
    dashboard.mark((0.1, 0.5), (0.3, 0.9))
    dashboard.settle()
    dashboard.mark(CORNER, OPPOSITE)  # takes the place of the first
    expect(dashboard.metric("Digit")).to_have_text(str(SMALL))

    dashboard.go_by_sidebar("Architecture")
    dashboard.go_by_sidebar("Prediction")
    expect(dashboard.page.locator(".sheet canvas")).to_be_visible()
    expect(dashboard.metric("Digit")).to_have_text(str(SMALL))

    dashboard.page.get_by_role("button", name="Start again").click()
    expect(dashboard.metric("Digit")).to_have_text(str(LARGE))
    dashboard.mark(CORNER, OPPOSITE)
    expect(dashboard.metric("Digit")).to_have_text(str(SMALL))
    dashboard.page.get_by_text("Wrong place? Mark the digit yourself").click()
    expect(dashboard.metric("Digit")).to_have_text(str(LARGE))


def test_a_digit_that_lies_on_its_side_is_turned_upright(dashboard):
    upload_and_open_marking(dashboard, np.rot90(two_digits(LARGE, SMALL), -1))
    # Turned clockwise, what was above on the right is below on the right.
    dashboard.mark((0.68, 0.76), (0.98, 0.99))
    dashboard.settle()
    dashboard.page.get_by_role("button", name="↺ 90°").click()
    expect(dashboard.metric("Digit")).to_have_text(str(SMALL))


def drag_finger(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw with one finger: Playwright itself can only tap."""
    session = page.context.new_cdp_session(page)
    points = [tuple(np.add(start, np.subtract(end, start) * step / 8)) for step in range(9)]
    for kind, (x, y) in [("touchStart", points[0])] + [("touchMove", point) for point in points[1:]]:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": float(x), "y": float(y)}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_marking_with_a_finger_on_a_phone(chromium, server):
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    watch = Watch(server.url)
    watch.over(page)
    person = Dashboard(page, server.url)
    person.open_home()
    upload_and_open_marking(person, two_digits(LARGE, SMALL))
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= PHONE["width"]
    canvas = page.locator(".sheet canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"] - 40  # room to scroll beside it
    height = box["height"] - 2 * MARGIN
    corners = [(box["x"] + x * box["width"], box["y"] + MARGIN + y * height) for x, y in (CORNER, OPPOSITE)]
    drag_finger(page, *corners)
    expect(person.metric("Digit")).to_have_text(str(SMALL))
    context.close()
    assert watch.console_errors == []
    assert watch.foreign_requests == []
