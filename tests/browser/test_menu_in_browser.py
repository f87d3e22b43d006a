"""The ways from page to page: the menu on a phone, and from an answer to its explanation."""

import pytest
from playwright.sync_api import expect

from tests.browser.harness import PHONE

pytestmark = pytest.mark.browser


def test_on_a_phone_the_menu_closes_once_a_page_is_chosen(dashboard):
    page = dashboard.page
    page.set_viewport_size(PHONE)
    dashboard.open_home()
    menu = page.get_by_test_id("stSidebar")
    for title in ("Architecture", "Performance", "Prediction"):
        page.get_by_test_id("stExpandSidebarButton").click()
        dashboard.go_by_sidebar(title)
        expect(menu).to_have_attribute("data-collapsed", "true")
    # On the first page: Streamlit asks for two files in vain where another one is loaded directly.
    dashboard.open_home()
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(menu).to_have_attribute("data-collapsed", "false")
    page.reload()
    dashboard.settle()
    expect(menu).to_have_attribute("data-collapsed", "true")
