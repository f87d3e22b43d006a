"""The API's own documentation, in a real browser: drawn without asking another host, and a request can be tried."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_documentation_is_drawn_and_a_request_can_be_tried(dashboard, server):
    page = dashboard.page
    page.goto(f"{server.url}/api/docs")
    expect(page.get_by_role("heading", name="DigitLens")).to_be_visible()
    health = page.locator("#operations-default-health_health_get")
    health.locator(".opblock-summary-control").click()
    health.get_by_role("button", name="Try it out").click()
    health.get_by_role("button", name="Execute").click()
    expect(health.locator(".live-responses-table")).to_contain_text('"status"')
