"""A real server and a real Chromium for the tests marked ``browser``."""

import pytest
from playwright.sync_api import sync_playwright

from inference.samples import photo
from tests.browser.harness import CHROMIUM, DESKTOP, Dashboard, Watch, launch_chromium, running_server
from tests.drawn import write_y4m

CAMERA_DIGIT = 2  # reads as itself neither mirrored nor upside down


@pytest.fixture(scope="session")
def server():
    """The dashboard, running."""
    with running_server() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """A Chromium with a sheet of paper before its camera."""
    if not CHROMIUM.exists():
        pytest.skip(f"needs Chromium: there is none at {CHROMIUM}; set CHROMIUM to its path")
    film = tmp_path_factory.mktemp("camera") / "sheet.y4m"
    write_y4m(film, photo(CAMERA_DIGIT, rows=480, columns=640))
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright, film)
        yield browser
        browser.close()


@pytest.fixture
def dashboard(chromium, server):
    """A person before the first page. Afterwards: no console error, no error in the log, no other host asked."""
    position = server.log.stat().st_size
    context = chromium.new_context(viewport=DESKTOP, permissions=["camera"])
    page = context.new_page()
    watch = Watch(server.url)
    watch.over(page)
    person = Dashboard(page, server.url)
    person.open_home()
    yield person
    context.close()
    assert watch.console_errors == []
    assert watch.foreign_requests == []
    assert server.errors_since(position) == []
