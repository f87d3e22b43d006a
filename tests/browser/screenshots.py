"""Take a picture of every page into screenshots/: ``python -m tests.browser.screenshots``.

In every language, on a desktop and on a phone, light and dark; what is seen first (NAME.png) and the whole page
(NAME-whole.png). ``--languages fr``, ``--schemes light``: only these; ``--screens tablet``: also that one.
"""

import argparse
from itertools import product
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, expect, sync_playwright

from inference.samples import encoded, photo
from tests.browser.harness import DESKTOP, PHONE, ROOT, TABLET, Dashboard, Server, launch_chromium, running_server
from tests.drawn import mouse_paths
from tests.rooms import ROOMS
from ui.texts import LANGUAGES, catalogue

FOLDER = ROOT / "screenshots"
SCREENS = {"desktop": DESKTOP, "tablet": TABLET, "phone": PHONE}
SCHEMES = ("light", "dark")
DRAWN_IN = 1500  # milliseconds that a chart takes to be drawn


def main() -> None:
    parser = argparse.ArgumentParser(description="Take a picture of every page into screenshots/.")
    parser.add_argument("--languages", nargs="+", choices=LANGUAGES, default=LANGUAGES)
    parser.add_argument("--schemes", nargs="+", choices=SCHEMES, default=SCHEMES)
    parser.add_argument("--screens", nargs="+", choices=SCREENS, default=("desktop", "phone"))
    wanted = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    with running_server() as server, sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        for language, screen, scheme in product(wanted.languages, wanted.screens, wanted.schemes):
            take_all(browser, server, language, screen, scheme)
        browser.close()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER.relative_to(ROOT)}/")


def take_all(browser: Browser, server: Server, language: str, screen: str, scheme: str) -> None:
    """Visit every page as a person does, with a browser in this language, this screen and this colour scheme."""
    text = catalogue(language).texts

    def take(name: str) -> None:
        stem = FOLDER / f"{name}-{language}-{screen}-{scheme}"
        page.wait_for_timeout(DRAWN_IN)
        page.screenshot(path=f"{stem}.png")
        height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({**SCREENS[screen], "height": height})
        page.wait_for_timeout(DRAWN_IN)
        page.screenshot(path=Path(f"{stem}-whole.png"))
        page.set_viewport_size(SCREENS[screen])

    context = browser.new_context(viewport=SCREENS[screen], color_scheme=scheme, locale=language)
    page = context.new_page()
    person = Dashboard(page, server.url)

    person.open_home()
    take("home")
    person.open(text["home.prediction_link"], text["page.prediction"])
    take("prediction-empty")
    person.upload("five.jpg", "image/jpeg", encoded(photo(5, 640, 480), ".jpg"))
    expect(person.metric(text["answer.digit"])).to_have_text("5")
    take("prediction-photo")
    person.upload("blank.png", "image/png", encoded(np.full((300, 400, 3), 235, np.uint8)))
    expect(page.get_by_text(text["answer.none_found"])).to_be_visible()
    take("prediction-blank")
    person.choose(text["input.camera"])
    take("prediction-camera")
    person.choose(text["input.draw"])
    for stroke in mouse_paths(7):
        person.draw(stroke)
    expect(person.metric(text["answer.digit"])).to_have_text("7")
    take("prediction-drawing")
    person.choose(text["input.mnist"])
    person.settle()
    take("prediction-mnist")
    for name, rooms in ROOMS.items():
        person.open_home()
        person.open(text[f"home.{name}_link"], text[f"page.{name}"])
        for room in rooms:
            person.open_room(text[f"{name}.room_{room}"])
            take(f"{name}-{room}")
    context.close()


if __name__ == "__main__":
    main()
