"""Every page through axe-core, the accessibility checker: light and dark, on a desktop and on a phone.

axe/axe.min.js is axe-core 4.14.1 as npm has it (MPL-2.0, axe/LICENSE): it is for this test only and is never served.
"""

from pathlib import Path

import pytest

from inference.samples import encoded, photo
from tests.browser.harness import DESKTOP, PHONE, Dashboard
from tests.rooms import ROOMS
from ui.texts import catalogue

pytestmark = pytest.mark.browser

AXE = (Path(__file__).with_name("axe") / "axe.min.js").read_text(encoding="utf-8")
SCREENS = {"desktop": DESKTOP, "phone": PHONE}
GRAVE = ("serious", "critical")
CHECK = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.flatMap(
    found => found.nodes.map(node => ({rule: found.id, impact: node.impact, html: node.html}))
)"""


def violations(person: Dashboard) -> list[str]:
    """Return what axe finds grave on the page as it is, one line each."""
    person.settle()
    person.page.wait_for_timeout(500)  # a page that fades in has too little contrast
    person.page.evaluate(AXE)
    return [
        f"{found['rule']}: {found['html'][:160]}" for found in person.page.evaluate(CHECK) if found["impact"] in GRAVE
    ]


@pytest.fixture(params=[(screen, scheme) for screen in SCREENS for scheme in ("light", "dark")], ids="-".join)
def person(chromium, server, request):
    screen, scheme = request.param
    context = chromium.new_context(viewport=SCREENS[screen], color_scheme=scheme, bypass_csp=True)
    visitor = Dashboard(context.new_page(), server.url)
    visitor.open_home()
    yield visitor
    context.close()


def test_home(person):
    assert violations(person) == []


def test_prediction(person):
    person.open("Read a digit", "Prediction")
    assert violations(person) == []
    person.upload("five.png", "image/png", encoded(photo(5)))
    person.page.get_by_text("Ten probabilities").wait_for()
    assert violations(person) == []
    person.page.get_by_text("Read a number").click()
    person.page.get_by_test_id("stCode").wait_for()
    assert violations(person) == []
    person.choose("Draw")
    person.page.get_by_role("slider", name="Pen").wait_for()
    assert violations(person) == []


@pytest.mark.parametrize("page", ROOMS)
def test_every_room(person, page):
    text = catalogue("en").texts
    person.open(text[f"home.{page}_link"], text[f"page.{page}"])
    for room in ROOMS[page]:
        person.open_room(text[f"{page}.room_{room}"])
        assert violations(person) == [], room
