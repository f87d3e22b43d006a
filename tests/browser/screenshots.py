"""Take a picture of every page and state into screenshots/: ``python -m tests.browser.screenshots``.

In every language, on a desktop and on a phone, light and dark; what is seen first (NAME.png) and the whole page
(NAME-whole.png). ``--languages fr``, ``--schemes light``: only these; ``--screens tablet``: also that one;
``--documents``: only those that README shows, English and light, into docs/.
"""

import argparse
import io
import re
import tempfile
import zipfile
from itertools import product
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from inference.samples import DIGITS, encoded, photo
from tests.browser.harness import DESKTOP, PHONE, ROOT, TABLET, Dashboard, Server, launch_chromium, running_server
from tests.drawn import mouse_paths, write_y4m
from tests.rooms import ROOMS
from ui.examples import NUMBER
from ui.texts import LANGUAGES, catalogue

FOLDER = ROOT / "screenshots"
SCREENS = {"desktop": DESKTOP, "tablet": TABLET, "phone": PHONE}
SCHEMES = ("light", "dark")
PATIENCE = 120_000  # milliseconds: pictures may wait longer than tests, on a busy machine
DRAWN_IN = 1500  # milliseconds that a chart takes to be drawn


def main() -> None:
    parser = argparse.ArgumentParser(description="Take a picture of every page into screenshots/.")
    parser.add_argument("--languages", nargs="+", choices=LANGUAGES, default=LANGUAGES)
    parser.add_argument("--schemes", nargs="+", choices=SCHEMES, default=SCHEMES)
    parser.add_argument("--screens", nargs="+", choices=SCREENS, default=("desktop", "phone"))
    parser.add_argument("--documents", action="store_true")
    wanted = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_server() as server, sync_playwright() as playwright:
        film = Path(folder, "sheet.y4m")
        write_y4m(film, photo(2, rows=480, columns=640))
        browser = launch_chromium(playwright, film)
        if wanted.documents:
            take_documents(browser, server)
        else:
            for language, screen, scheme in product(wanted.languages, wanted.screens, wanted.schemes):
                take_all(browser, server, language, screen, scheme)
            print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER.relative_to(ROOT)}/")
        browser.close()


def take_documents(browser: Browser, server: Server) -> None:
    """Take README's pictures, into docs/: a photo, its walk through the network, how well it does; a drawing."""
    page = browser.new_context(viewport=DESKTOP, locale="en").new_page()
    person = Dashboard(page, server.url, PATIENCE)

    def take(name: str, of: Page) -> None:
        of.mouse.move(0, 0)
        of.wait_for_timeout(DRAWN_IN)
        of.screenshot(path=ROOT / "docs" / f"{name}.png", clip=of.get_by_test_id("stMain").bounding_box())

    person.open_home()
    person.open_prediction("Upload")
    person.upload("five.jpg", "image/jpeg", encoded(photo(5, 640, 480), ".jpg"))
    expect(person.metric("Digit")).to_have_text("5")
    take("prediction", page)
    person.go_by_sidebar("Architecture")
    take("architecture", page)
    person.go_by_sidebar("Performance")
    take("performance", page)
    page.context.close()

    page = browser.new_context(viewport=PHONE, device_scale_factor=2, locale="en").new_page()
    person = Dashboard(page, server.url, PATIENCE)
    person.open_home()
    person.open_prediction("Draw")
    for stroke in mouse_paths(7):
        person.draw(stroke)
    expect(person.metric("Digit")).to_have_text("7")
    take("drawing", page)
    page.context.close()


def take_all(browser: Browser, server: Server, language: str, screen: str, scheme: str) -> None:
    """Visit every page as a person does, with a browser in this language, this screen and this colour scheme."""
    text = catalogue(language).texts

    def take(name: str) -> None:
        stem = FOLDER / f"{name}-{language}-{screen}-{scheme}"
        page.mouse.move(0, 0)  # away from what shows buttons when the mouse is over it
        page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
        page.wait_for_timeout(DRAWN_IN)
        page.screenshot(path=f"{stem}.png")
        height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({**SCREENS[screen], "height": height})
        page.wait_for_timeout(DRAWN_IN)
        page.screenshot(path=Path(f"{stem}-whole.png"))
        page.set_viewport_size(SCREENS[screen])

    context = browser.new_context(
        viewport=SCREENS[screen], color_scheme=scheme, locale=language, permissions=["camera"]
    )
    page = context.new_page()
    person = Dashboard(page, server.url, PATIENCE)

    def answered(label: str = "answer.digit") -> None:
        expect(person.metric(text[label])).to_be_visible()

    def button(key: str) -> Locator:
        return page.get_by_role("button", name=text[key], exact=True)

    person.open_home()
    take("home")
    person.open(text["home.prediction_link"], text["page.prediction"])
    take("prediction-empty")
    button("examples.letter").click()
    expect(page.get_by_test_id("stMetric").first).to_be_visible()
    take("prediction-letter")
    button("input.remove").click()
    button("examples.number").click()
    page.get_by_test_id("stCode").wait_for()
    page.get_by_role("radio", name=text["read_number.place"].format(place=2, digit=NUMBER[1])).click()
    page.get_by_text(text["read_number.cut"]).wait_for()
    take("prediction-number")
    person.upload("five.jpg", "image/jpeg", encoded(photo(5, 640, 480), ".jpg"))
    expect(page.get_by_test_id("stCode")).to_have_count(0)
    expect(person.metric(text["answer.digit"])).to_have_text("5")
    take("prediction-photo")
    page.get_by_text(text["compare.ask"]).click()
    page.get_by_test_id("stPopoverButton").click()
    page.get_by_role("radio", name="7", exact=True).click()
    button("check.undo").wait_for()
    page.get_by_text(re.compile(text["history.title"].split("{")[0])).click()
    button("history.csv").wait_for()
    take("prediction-corrected")
    person.upload("blank.png", "image/png", encoded(np.full((300, 400, 3), 235, np.uint8)))
    expect(page.get_by_text(text["answer.none_found"])).to_be_visible()
    take("prediction-blank")
    person.upload("notes.png", "image/png", b"These are notes, not a picture.")
    expect(page.get_by_test_id("stAlertContentError")).to_be_visible()
    take("prediction-error")
    person.choose(text["input.camera"])
    person.take_photo()
    answered()
    take("prediction-camera")
    person.choose(text["input.draw"])
    for stroke in mouse_paths(7):
        person.draw(stroke)
    expect(person.metric(text["answer.digit"])).to_have_text("7")
    take("prediction-drawing")
    person.choose(text["input.mnist"])
    person.settle()
    take("prediction-mnist")
    person.choose(text["input.many"])
    page.get_by_text(text["many.files"]).wait_for()
    person.upload("photos.zip", "application/zip", zipped())
    answered("many.accuracy")
    take("prediction-many")
    for name, rooms in ROOMS.items():
        person.open_home()
        person.open(text[f"home.{name}_link"], text[f"page.{name}"])
        for room in rooms:
            person.open_room(text[f"{name}.room_{room}"])
            take(f"{name}-{room}")
    context.close()


def zipped() -> bytes:
    """Return photos in folders with their labels, one of them in the wrong folder, and what is no image, as a ZIP."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for digit in DIGITS:
            archive.writestr(f"digits/{digit}/photo.jpg", encoded(photo(digit, 480, 360), ".jpg"))
        archive.writestr("digits/3/another.jpg", encoded(photo(5, 480, 360), ".jpg"))
        archive.writestr("digits/8/notes.png", b"These are notes.")
    return file.getvalue()


if __name__ == "__main__":
    main()
