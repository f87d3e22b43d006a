"""The ways from page to page: the menu on a phone, and from an answer to its explanation."""

import pytest
from playwright.sync_api import expect

from inference.samples import encoded, photo
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


def test_an_answer_leads_to_its_walk_through_the_network(dashboard):
    dashboard.open_prediction("Upload")
    dashboard.upload("seven.png", "image/png", encoded(photo(7)))
    dashboard.page.get_by_role("link", name="Why? See it walk through the network").click()
    expect(dashboard.page.get_by_role("heading", name="Architecture", exact=True)).to_be_visible()
    expect(dashboard.page.get_by_text("Your last digit")).to_be_visible()
