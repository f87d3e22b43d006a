"""The dashboard as a person meets it, for the benchmark: a server of its own, driven by a headless Chromium.

How soon it is healthy, how soon its first page is drawn in a browser that is open, what memory it holds after 50 mixed
predictions, how long a stroke waits for its answer, how long a change of page takes, and how long a small file.
"""

import os
import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

import numpy as np

from inference.mnist import mnist_path
from inference.samples import encoded, photo
from training.serving import Server, ServerError, memory_of, running_server

STARTS = 3
SMALL_FILES = 50
PREDICTIONS, WITH_REMBG, DRAWN, FROM_MNIST = 50, 10, 10, 10
PATIENCE = 60.0  # seconds for anything to happen
CHROMIUM = "/usr/bin/chromium"

# The page counts as drawn at its last change, once a second has passed without another.
WATCH_CHANGES = """
window.lastChange = Date.now();
new MutationObserver(() => { window.lastChange = Date.now(); })
    .observe(document, {childList: true, subtree: true, characterData: true});
"""
IS_DRAWN = """() => document.querySelector('[data-testid=stApp][data-test-script-state=notRunning] h1')
    && [...document.images].every(image => image.complete) && Date.now() - window.lastChange > 1000"""
# An answer is there when the picture of what was given (for a drawing, the first step's) is another than before and the
# page has come to rest.
SHOWN = ", ".join(
    f"img[alt^='{text}']" for text in ("The image as it was given", "MNIST test image", "The image after step 1,")
)
IS_ANSWERED = """([shown, before]) => {
    const image = document.querySelector(shown);
    return image && image.src !== before && document.querySelector('[data-testid=stMetricValue], [role=alert]')
        && document.querySelector('[data-testid=stApp][data-test-script-state=notRunning]')
        && Date.now() - window.lastChange > 300;
}"""


@dataclass(frozen=True)
class Figure:
    """One measured value beside the goal that it should stay under."""

    what: str
    value: float
    unit: str
    goal: float


def measure_server(with_rembg: bool) -> list[Figure]:
    """Return start, first page (medians of STARTS) and memory; raise ServerError without server or Chromium."""
    healthy, drawn = [], []
    with _browser() as new_page:
        for number in count(1):
            page = new_page()
            started = time.time()
            with running_server() as server:
                healthy.append(time.time() - started)
                page.goto(server.url)
                page.wait_for_function(IS_DRAWN, polling=50)
                drawn.append(page.evaluate("window.lastChange") / 1000 - started)
                if number < STARTS:
                    page.close()
                    continue
                small_file = _small_file(server)
                predictions, strokes = _predict(page, server.url, with_rembg)
                memory = memory_of(server.process.pid)
                page.get_by_text("Ask every network").click()
                page.wait_for_function(IS_DRAWN, polling=50)
                changes = _page_changes(page)
                with_all = memory_of(server.process.pid)
                break
    what = f"after {predictions} predictions, {WITH_REMBG if with_rembg else 'none'} with rembg"
    return [
        Figure("healthy after", round(statistics.median(healthy), 2), "s", 2.0),
        Figure("first page drawn after", round(statistics.median(drawn), 2), "s", 3.0),
        Figure(f"resident {what}", round(memory["VmRSS"], 1), "MiB", 350.0),
        Figure("resident at the peak", round(memory["VmHWM"], 1), "MiB", 650.0),
        Figure("resident with every network and page in use, too", round(with_all["VmRSS"], 1), "MiB", 400.0),
        Figure("stroke to its answer", round(statistics.median(strokes), 2), "s", 0.5),
        Figure("a change of page", round(statistics.median(changes), 2), "s", 1.0),
        Figure("one of the page's small files", round(small_file, 1), "ms", 10.0),
    ]


def _small_file(server: Server) -> float:
    """Return how long a file takes on a connection that is kept, as a page's hundred are asked for: a median in ms."""
    client = server.client()
    return 1000 * statistics.median(client.get("/favicon.png").seconds for _ in range(SMALL_FILES))


def _page_changes(page) -> list[float]:
    """Go round the pages twice; return how long each took to be drawn, in seconds."""
    took = []
    for name in 2 * ("Architecture", "Performance", "Home", "Prediction"):
        started = time.time()
        page.get_by_test_id("stSidebar").get_by_role("link", name=name, exact=True).click()
        page.wait_for_url(re.compile("/$" if name == "Home" else name))
        page.wait_for_function(IS_DRAWN, polling=50)
        took.append(page.evaluate("window.lastChange") / 1000 - started)
    return took


def _predict(page, url: str, with_rembg: bool) -> tuple[int, list[float]]:
    """Do PREDICTIONS predictions on the page, each waited for; return how many they were, and how many seconds the
    answer to each stroke took.
    """
    done, strokes = 0, []
    page.goto(f"{url}/Prediction")
    page.wait_for_function(IS_DRAWN, polling=50)
    if with_rembg:
        page.get_by_text("Always", exact=True).click()
        for number in range(WITH_REMBG):
            # One in five is large, and no two are the same.
            rows, columns = (3000, 4000) if number % 5 == 0 else (1200, 1600)
            done += _upload(page, photo(number % 10, rows, columns, seed=number))

    page.get_by_role("radio", name="Draw").click()
    page.locator(".sheet canvas").wait_for()
    for number in range(DRAWN):
        done += _answered(page, lambda number=number: _stroke(page, number))
        # The first brings the canvas to life.
        if number:
            strokes.append(page.evaluate("(window.lastChange - window.lastUp) / 1000"))

    if mnist_path().exists():
        page.get_by_role("radio", name="MNIST").click()
        index = page.get_by_role("spinbutton")
        index.wait_for()
        for number in range(FROM_MNIST):
            done += _answered(page, lambda number=number: (index.fill(str(100 * number + 7)), index.press("Enter")))

    page.get_by_role("radio", name="Upload").click()
    page.locator("input[type=file]").wait_for(state="attached")
    page.get_by_text("Never", exact=True).click()
    page.wait_for_function(IS_DRAWN, polling=50)
    for number in range(PREDICTIONS - done):
        rows, columns = ((3000, 4000), (1200, 1600), (600, 800), (240, 320))[number % 4]
        done += _upload(page, photo(number % 10, rows, columns, seed=100 + number))
    return done, strokes


def _upload(page, rgb: np.ndarray) -> int:
    file = {"name": "digit.jpg", "mimeType": "image/jpeg", "buffer": encoded(rgb, ".jpg")}
    return _answered(page, lambda: page.locator("input[type=file]").set_input_files(file))


def _stroke(page, number: int) -> None:
    """Draw one more stroke on the canvas: slanted lines, each beside the last."""
    box = page.locator(".sheet canvas").bounding_box()
    left = box["x"] + 40 + 20 * number
    page.mouse.move(left, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(left - 15, box["y"] + 220, steps=6)
    page.evaluate("window.lastUp = Date.now()")
    page.mouse.up()


def _answered(page, act: Callable[[], object]) -> int:
    """Act, wait for the answer, and return 1."""
    shown = page.locator(SHOWN).first
    before = shown.get_attribute("src") if page.locator(SHOWN).count() else None
    before = page.evaluate("source => source && new URL(source, location.href).href", before)
    act()
    page.wait_for_function(IS_ANSWERED, arg=[SHOWN, before], polling=50)
    return 1


@contextmanager
def _browser() -> Iterator[Callable]:
    """Start Chromium (``CHROMIUM`` in the environment, or Debian's) and give a function that opens a page."""
    try:
        from playwright.sync_api import Error, TimeoutError, sync_playwright
    except ImportError as error:
        raise ServerError(
            "playwright is not installed: the server's start and memory are not measured (requirements-train.txt)."
        ) from error
    path = os.environ.get("CHROMIUM", CHROMIUM)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except Error as error:
            raise ServerError(
                f"Chromium does not start from {path}: the server's start and memory are not measured (set CHROMIUM)."
            ) from error

        def new_page():
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            page.set_default_timeout(1000 * PATIENCE)
            page.add_init_script(WATCH_CHANGES)
            return page

        try:
            yield new_page
        except TimeoutError as error:
            raise ServerError(
                f"The dashboard did not do what was expected within {PATIENCE:.0f} s: {error.message.splitlines()[0]}"
            ) from error
        finally:
            browser.close()
