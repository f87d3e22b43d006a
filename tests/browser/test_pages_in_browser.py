"""The other pages, in a real browser: they are drawn, and the answer stands beside the input on a usual screen."""

import re

import pytest
from playwright.sync_api import expect

from inference.samples import encoded, photo
from tests.browser.harness import PHONE, Dashboard

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
        dashboard.page.locator(".sheet canvas"),
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


def test_the_language_is_the_browsers_until_another_is_chosen_and_a_link_keeps_it(chromium, server):
    context = chromium.new_context(locale="fr-FR")
    page = context.new_page()
    person = Dashboard(page, server.url)
    person.open_home()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    person.open("Lire un chiffre", "Prédiction")
    assert "lang" not in page.url
    person.go_by_sidebar("Performances")
    expect(page.get_by_text("Combien de fois un chiffre est-il lu correctement")).to_be_visible()

    page.get_by_test_id("stSidebar").get_by_text("English", exact=True).click()
    expect(page.get_by_role("heading", name="Performance", exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_url(re.compile(r"/Performance\?lang=en$"))
    person.go_by_sidebar("Architecture")
    expect(page).to_have_url(re.compile(r"/Architecture\?lang=en$"))
    page.go_back()
    expect(page.get_by_role("heading", name="Performance", exact=True)).to_be_visible()
    page.goto(f"{server.url}/Prediction?lang=en")
    expect(page.get_by_role("heading", name="Prediction", exact=True)).to_be_visible()
    expect(page.get_by_text("The answer appears here.")).to_be_visible()
    context.close()
