"""What the browser tests and the screenshots share: the real server, a real Chromium, and a person's movements."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, Playwright, expect

from ui.prediction.crop import MARGIN

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
DESKTOP = {"width": 1280, "height": 720}
TABLET = {"width": 768, "height": 1024}
PHONE = {"width": 390, "height": 844}
# Each page that has rooms: the link to it on the first page.
LINKS = {"Architecture": "See how it is built", "Performance": "See how well it does"}
WAIT = 20_000  # milliseconds; the first page loads Streamlit's whole front end
CLICKED = 300  # milliseconds until a click has reached the server, and the page says that it is at work
SIGNS_OF_ERROR = re.compile(r"Traceback|\bError\b|ERROR|Exception", re.IGNORECASE)


@dataclass(frozen=True)
class Server:
    """A running dashboard: where it answers, and where it writes its log."""

    url: str
    log: Path

    def errors_since(self, position: int) -> list[str]:
        """Return the lines of the log after this position that speak of an error."""
        text = self.log.read_bytes()[position:].decode("utf-8", "replace")
        return [line for line in text.splitlines() if SIGNS_OF_ERROR.search(line)]


@contextlib.contextmanager
def running_server() -> Iterator[Server]:
    """Start the dashboard as a person does, on a free port of this machine, and end it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app/server.py"]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "server.log")
        with log.open("wb") as file:
            process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT)
        try:
            _wait_until_healthy(url, process, log)
            yield Server(url, log)
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_healthy(url: str, process: subprocess.Popen, log: Path, seconds: float = 60) -> None:
    for _ in range(int(seconds / 0.1)):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The dashboard did not start:\n{log.read_text()}")


def launch_chromium(playwright: Playwright, camera_film: Path | None = None) -> Browser:
    """Start a headless Chromium; ``camera_film``: the .y4m file that its fake camera plays."""
    arguments = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    if camera_film is not None:
        arguments.append(f"--use-file-for-fake-video-capture={camera_film}")
    return playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)


@dataclass
class Watch:
    """What must not happen on a page, noted as it happens: console errors and requests to other hosts."""

    own: str
    console_errors: list[str] = field(default_factory=list)
    foreign_requests: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Begin to watch a page."""
        page.on("console", lambda message: message.type == "error" and self.console_errors.append(message.text))
        page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        page.on("request", lambda request: self._check(request.url))
        page.on("websocket", lambda socket: self._check(socket.url.replace("ws://", "http://")))

    def _check(self, url: str) -> None:
        if not url.startswith((f"{self.own}/", "data:", "blob:")):
            self.foreign_requests.append(url)


class Dashboard:
    """The dashboard as a person sees and handles it."""

    def __init__(self, page: Page, url: str, wait: float = WAIT):
        self.page = page
        self._url = url
        page.set_default_timeout(wait)
        expect.set_options(timeout=wait)

    def open_home(self) -> None:
        """Go to the first page and wait until it is drawn."""
        self.page.goto(self._url)
        expect(self.page.get_by_role("heading", name="DigitLens")).to_be_visible()
        self.settle()

    def open(self, link: str, heading: str) -> None:
        """From the first page, follow the link with this text to the page with this heading."""
        self.page.get_by_test_id("stMain").get_by_role("link", name=link).click()
        expect(self.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        self.settle()

    def open_prediction(self, mode: str) -> None:
        """Go to the page Prediction and choose how to give the digit."""
        self.open("Read a digit", "Prediction")
        self.choose(mode)

    def choose(self, mode: str) -> None:
        """Choose one of the four ways to give a digit."""
        self.page.get_by_test_id("stButtonGroup").get_by_text(mode, exact=True).click()
        self.settle()

    def open_room(self, title: str) -> None:
        """Open one of the rooms of this page."""
        rooms = self.page.get_by_test_id("stMain").get_by_test_id("stButtonGroup").first
        button = rooms.get_by_role("radio", name=title, exact=True)
        button.click()
        expect(button).to_have_attribute("aria-checked", "true")
        self.page.wait_for_timeout(CLICKED)
        self.settle()

    def go_by_sidebar(self, page: str) -> None:
        """Change the page by the list in the sidebar."""
        self.page.get_by_test_id("stSidebar").get_by_role("link", name=page, exact=True).click()
        expect(self.page.get_by_role("heading", name=page, exact=True)).to_be_visible()
        self.settle()

    def upload(self, name: str, kind: str, data: bytes) -> None:
        """Give a file to the upload field."""
        field = self.page.get_by_test_id("stFileUploaderDropzoneInput")
        field.set_input_files({"name": name, "mimeType": kind, "buffer": data})

    def take_photo(self) -> None:
        """Wait for the camera's first picture, and press the button."""
        self.page.wait_for_function("document.querySelector('video')?.readyState >= 2")
        self.page.get_by_test_id("stCameraInputButton").click()

    def draw(self, path: list[tuple[float, float]]) -> None:
        """Draw one stroke on the sheet, in its pixels, with the mouse."""
        canvas = self.page.locator(".sheet canvas")
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        (x, y), *rest = path
        mouse = self.page.mouse
        mouse.move(box["x"] + x, box["y"] + y)
        mouse.down()
        for x, y in rest:
            mouse.move(box["x"] + x, box["y"] + y, steps=4)
        mouse.up()

    def mark(self, corner: tuple[float, float], opposite: tuple[float, float]) -> None:
        """Draw a line across a part of the photo; its corners are shares (0-1) of the photo's width and height."""
        canvas = self.page.locator(".sheet canvas")
        box = canvas.bounding_box()
        height = box["height"] - 2 * MARGIN
        self.draw([(x * box["width"], MARGIN + y * height) for x, y in (corner, opposite)])

    def metric(self, label: str) -> Locator:
        """Return the value shown under this label."""
        metrics = self.page.get_by_test_id("stMetric")
        return metrics.filter(has=self.page.get_by_text(label, exact=True)).get_by_test_id("stMetricValue")

    def settle(self) -> None:
        """Wait until the server has nothing more to send."""
        self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        expect(self.page.get_by_test_id("stSkeleton")).to_have_count(0)
