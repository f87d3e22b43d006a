"""Take a picture of every page into screenshots/: ``python -m tests.browser.screenshots``.

On a desktop and on a phone, light and dark; what is seen first (NAME.png) and the whole page (NAME-whole.png).
"""

from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, expect, sync_playwright

from inference.samples import encoded, photo
from tests.browser.harness import DESKTOP, PHONE, ROOT, Dashboard, Server, launch_chromium, running_server
from tests.drawn import mouse_paths

FOLDER = ROOT / "screenshots"
SCREENS = {"desktop": DESKTOP, "phone": PHONE}
DRAWN_IN = 1500  # milliseconds that a chart takes to be drawn


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with running_server() as server, sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        for screen in SCREENS:
            for scheme in ("light", "dark"):
                take_all(browser, server, screen, scheme)
        browser.close()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER.relative_to(ROOT)}/")


def take_all(browser: Browser, server: Server, screen: str, scheme: str) -> None:
    """Visit every page as a person does, with this screen and colour scheme."""

    def take(name: str) -> None:
        stem = FOLDER / f"{name}-{screen}-{scheme}"
        page.wait_for_timeout(DRAWN_IN)
        page.screenshot(path=f"{stem}.png")
        height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({**SCREENS[screen], "height": height})
        page.wait_for_timeout(DRAWN_IN)
        page.screenshot(path=Path(f"{stem}-whole.png"))
        page.set_viewport_size(SCREENS[screen])

    context = browser.new_context(viewport=SCREENS[screen], color_scheme=scheme)
    page = context.new_page()
    person = Dashboard(page, server.url)

    person.open_home()
    take("home")
    person.open("Read a digit", "Prediction")
    take("prediction-empty")
    person.upload("five.jpg", "image/jpeg", encoded(photo(5, 640, 480), ".jpg"))
    expect(person.metric("Digit")).to_have_text("5")
    take("prediction-photo")
    person.upload("blank.png", "image/png", encoded(np.full((300, 400, 3), 235, np.uint8)))
    expect(page.get_by_text("No digit was found.")).to_be_visible()
    take("prediction-blank")
    person.choose("Camera")
    take("prediction-camera")
    person.choose("Draw")
    for stroke in mouse_paths(7):
        person.draw(stroke)
    expect(person.metric("Digit")).to_have_text("7")
    take("prediction-drawing")
    person.choose("MNIST test images")
    person.settle()
    take("prediction-mnist")
    person.open_home()
    person.open("See how it is built", "Architecture")
    take("architecture")
    person.open_home()
    person.open("See how well it does", "Performance")
    take("performance")
    context.close()


if __name__ == "__main__":
    main()
