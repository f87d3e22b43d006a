"""What a person does on the page Prediction beyond one answer, in a real browser, on a desktop and on a phone."""

import base64
import csv
import io
import time
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from inference.mnist import mnist_path
from inference.samples import encoded, photo
from tests.browser.harness import PHONE, Dashboard, Watch
from tests.browser.test_crop_in_browser import drag_finger
from tests.drawn import mouse_paths
from ui.examples import NUMBER
from ui.prediction.canvas import SIDE, THICKEST, THINNEST
from ui.prediction.many import THUMBNAIL

pytestmark = pytest.mark.browser

STROKE_TO_ANSWER = 0.5  # seconds


@pytest.fixture
def phone(chromium, server) -> Iterator[Dashboard]:
    """A person with a phone before the first page, with the checks of ``dashboard`` afterwards."""
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    watch = Watch(server.url)
    watch.over(page)
    person = Dashboard(page, server.url)
    person.open_home()
    yield person
    context.close()
    assert watch.console_errors == []
    assert watch.foreign_requests == []


def assert_fits(page: Page) -> None:
    """Nothing is wider than the screen."""
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= page.viewport_size["width"]


def open_many(person: Dashboard) -> None:
    person.open_prediction("Many")
    expect(person.page.get_by_text("Photos, or a ZIP of photos")).to_be_visible()
    expect(person.page.get_by_text("A photo of a handwritten digit or number")).to_have_count(0)


def zipped() -> bytes:
    """Return a ZIP with a folder for each of two digits; in one of them another digit, and what is no image."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, digit in (("3/a.jpg", 3), ("3/b.jpg", 5), ("6/c.jpg", 6)):
            archive.writestr(f"mine/{name}", encoded(photo(digit, 480, 360), ".jpg"))
        archive.writestr("mine/6/notes.png", b"These are notes.")
    return file.getvalue()


def downloaded(page: Page, button: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return download.value.path().read_bytes()


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


# --- Ways in -----------------------------------------------------------------------------------------------------


def test_a_picture_is_pasted_from_the_clipboard(dashboard):
    page = dashboard.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write", "camera"])
    dashboard.open_prediction("Upload")
    page.evaluate(
        """async data => {
            const picture = await (await fetch('data:image/png;base64,' + data)).blob()
            await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })])
        }""",
        base64.b64encode(encoded(photo(6))).decode(),
    )
    page.keyboard.press("Control+V")
    expect(dashboard.metric("Digit")).to_have_text("6")


def test_an_example_is_one_click_and_the_next_photo_takes_its_place(dashboard):
    dashboard.open_prediction("Upload")
    dashboard.page.get_by_role("button", name="Letter", exact=True).click()
    expect(dashboard.metric("Verdict")).to_have_text("not a digit")
    dashboard.upload("six.png", "image/png", encoded(photo(6)))
    expect(dashboard.metric("Digit")).to_have_text("6")


def test_each_digit_of_a_number_can_be_looked_into(phone):
    page = phone.page
    phone.open_prediction("Upload")
    page.get_by_role("button", name="Number", exact=True).click()
    expect(page.get_by_test_id("stCode")).to_have_text("".join(map(str, NUMBER)))
    for place, digit in enumerate(NUMBER, start=1):
        page.get_by_role("radio", name=f"{place}: {digit}").click()
        expect(page.get_by_text("This digit alone")).to_be_visible()
        expect(phone.metric("Digit").first).to_have_text(str(digit))
    assert_fits(page)


def test_a_finger_draws_everywhere_on_the_sheet(phone):
    phone.open_prediction("Draw")
    canvas = phone.page.locator(".sheet canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    left, top = box["x"], box["y"]
    assert box["x"] + box["width"] <= PHONE["width"] - 40  # room to scroll beside it
    drag_finger(phone.page, (left + SIDE - 20, top + 4), (left + SIDE - 40, top + SIDE - 20))
    expect(phone.metric("Digit")).to_have_text("1")
    phone.page.get_by_role("button", name="Clear").click()
    expect(phone.metric("Digit")).to_have_count(0)


@pytest.mark.parametrize("mode", ["Upload", "Draw"])
def test_a_photo_and_the_sheet_have_the_width_of_a_phone(phone, mode):
    page = phone.page
    phone.open_prediction(mode)
    if mode == "Upload":
        page.get_by_role("button", name="Photo", exact=True).click()
        expect(phone.metric("Digit")).to_have_text("4")
    given = page.locator(".sheet canvas" if mode == "Draw" else "[data-testid=stImage] img").first
    assert given.bounding_box()["width"] >= PHONE["width"] - 60
    assert_fits(page)


def test_the_number_stands_before_any_single_digit(phone):
    page = phone.page
    phone.open_prediction("Upload")
    page.get_by_role("button", name="Number", exact=True).click()
    expect(page.get_by_test_id("stCode")).to_be_in_viewport()
    expect(phone.metric("Digit")).not_to_be_visible()
    page.get_by_text("Read as one digit").click()
    expect(phone.metric("Digit")).to_be_visible()


@pytest.mark.parametrize("who", ["dashboard", "phone"])
def test_why_leads_to_what_speaks_for_the_answer(who, request):
    person = request.getfixturevalue(who)
    page = person.page
    person.open_prediction("Upload")
    page.get_by_role("button", name="Photo", exact=True).click()
    page.get_by_role("button", name="Why?").click()
    expect(page.get_by_role("heading", name="Architecture", exact=True)).to_be_in_viewport()
    expect(page.get_by_alt_text("The digit with orange where it speaks for 4")).to_be_in_viewport()


def width_of_ink(dashboard: Dashboard, row: int) -> int:
    """Return how many pixels of a row of the sheet have ink."""
    return dashboard.page.locator(".sheet canvas").evaluate(
        """(canvas, row) => {
            const { data } = canvas.getContext('2d').getImageData(0, row, canvas.width, 1)
            return [...data.keys()].filter(i => i % 4 === 0 && data[i] < 128).length
        }""",
        row,
    )


def test_the_very_next_stroke_has_the_new_width_of_the_pen(dashboard):
    dashboard.open_prediction("Draw")
    page = dashboard.page
    expect(page.locator(".sheet canvas")).to_be_visible()
    page.get_by_role("slider").focus()
    for key, width in (("End", THICKEST), ("Home", THINNEST)):
        page.keyboard.press(key)
        dashboard.draw([(SIDE / 2, 40), (SIDE / 2, SIDE - 40)])  # not waiting for the server
        assert width_of_ink(dashboard, SIDE // 2) == pytest.approx(width, abs=2)
        page.get_by_role("button", name="Clear").click()
        page.get_by_role("slider").focus()
    dashboard.settle()
    dashboard.choose("Camera")
    dashboard.choose("Draw")
    expect(page.get_by_role("slider", name="Pen")).to_have_value(str(THINNEST))


def test_a_thicker_pen_draws_thicker_and_a_stroke_is_answered_soon(dashboard):
    dashboard.open_prediction("Draw")
    page = dashboard.page
    expect(page.locator(".sheet canvas")).to_be_visible()
    page.get_by_role("slider").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("slider", name="Pen")).to_have_value("34")
    times = []
    for digit in (1, 7, 4) * 3:
        # The fastest counts: what else this machine does makes the others slower.
        if len(times) >= 3 and min(times) < STROKE_TO_ANSWER:
            break
        for stroke in mouse_paths(digit):
            dashboard.draw(stroke)
        drawn = time.perf_counter()
        expect(dashboard.metric("Digit")).to_have_text(str(digit))
        times.append(time.perf_counter() - drawn)
        page.get_by_role("button", name="Clear").click()
        expect(dashboard.metric("Digit")).to_have_count(0)
    assert min(times) < STROKE_TO_ANSWER, times


def inked(dashboard: Dashboard) -> tuple[int, int]:
    """Return the first and the last row of the sheet with ink on it."""
    return tuple(
        dashboard.page.locator(".sheet canvas").evaluate(
            """canvas => {
                const { data, width } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
                const rows = [...data.keys()].filter(i => i % 4 === 0 && data[i] < 128).map(i => i / 4 / width | 0)
                return [rows[0], rows.at(-1)]
            }"""
        )
    )


def test_a_new_width_of_the_pen_takes_nothing_of_the_stroke_that_is_being_drawn(dashboard):
    dashboard.open_prediction("Draw")
    page = dashboard.page
    canvas = page.locator(".sheet canvas")
    expect(canvas).to_be_visible()
    box = canvas.bounding_box()
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")  # the server hears of it while the stroke is drawn
    x, y = box["x"] + SIDE / 2, box["y"]
    page.mouse.move(x, y + 40)
    page.mouse.down()
    for row in range(40, 241, 10):
        page.mouse.move(x, y + row)
        page.wait_for_timeout(40)
    page.mouse.up()
    expect(dashboard.metric("Digit")).to_have_text("1")
    first, last = inked(dashboard)
    assert first <= 40
    assert last >= 240


def test_strokes_are_undone_and_cleared_at_once_however_slow_the_server_is(dashboard):
    dashboard.open_prediction("Draw")
    (down,) = mouse_paths(1)
    dashboard.draw(down)
    dashboard.draw([(60.0, 36.0), (151.0, 34.0)])
    expect(dashboard.metric("Digit")).to_have_text("7")
    dashboard.page.get_by_role("button", name="Undo").click()
    expect(dashboard.metric("Digit")).to_have_text("1")
    dashboard.page.get_by_role("button", name="Clear").click()
    for stroke in mouse_paths(4):  # not waiting for the answer
        dashboard.draw(stroke)
    expect(dashboard.metric("Digit")).to_have_text("4")


def test_a_drawing_is_there_again_after_another_mode_and_another_page(dashboard):
    dashboard.open_prediction("Draw")
    for stroke in mouse_paths(4):
        dashboard.draw(stroke)
    expect(dashboard.metric("Digit")).to_have_text("4")
    rows = inked(dashboard)
    dashboard.choose("Camera")
    expect(dashboard.page.locator(".sheet canvas")).to_have_count(0)
    dashboard.choose("Draw")
    expect(dashboard.metric("Digit")).to_have_text("4")
    assert inked(dashboard) == rows
    dashboard.go_by_sidebar("Performance")
    dashboard.go_by_sidebar("Prediction")
    expect(dashboard.metric("Digit")).to_have_text("4")
    assert inked(dashboard) == rows
    dashboard.page.get_by_role("button", name="Undo").click()  # the strokes are there one by one
    assert inked(dashboard) != rows


# --- Every network, right and wrong --------------------------------------------------------------------------------


def test_every_network_answers_side_by_side(phone):
    phone.open_prediction("Upload")
    phone.page.get_by_role("button", name="Photo", exact=True).click()
    expect(phone.metric("Digit")).to_have_text("4")
    phone.page.get_by_text("Ask every network").click()
    expect(phone.page.get_by_role("row")).to_have_count(6)
    expect(phone.page.get_by_role("row").nth(1)).to_contain_text("Ours")
    assert_fits(phone.page)


def test_an_answer_is_corrected_by_keyboard_and_taken_along(dashboard):
    page = dashboard.page
    dashboard.open_prediction("Upload")
    dashboard.upload("five.jpg", "image/jpeg", encoded(photo(5), ".jpg"))
    expect(dashboard.metric("Digit")).to_have_text("5")
    page.get_by_role("button", name="Wrong").focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="8", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Noted: it is 8.")).to_be_visible()
    dashboard.upload("six.png", "image/png", encoded(photo(6)))
    expect(dashboard.metric("Digit")).to_have_text("6")
    page.get_by_role("button", name="✓ Right").click()
    page.get_by_text("This session: 2 read. You called 1 right and 1 wrong.").click()
    expect(page.get_by_role("row")).to_have_count(3)
    history = rows_of(downloaded(page, "History (CSV)"))
    assert [(row["name"], row["digit"], row["truth"], row["right"]) for row in history] == [
        ("five.jpg", "5", "8", "0"),
        ("six.png", "6", "6", "1"),
    ]
    with zipfile.ZipFile(io.BytesIO(downloaded(page, "Checked digits (ZIP): 2"))) as archive:
        assert sorted(name.split("/")[0] for name in archive.namelist()) == ["6", "8"]
    page.get_by_role("button", name="Forget all").click()
    expect(
        page.get_by_text("This session: 1 read. You called 0 right and 0 wrong.")
    ).to_be_visible()  # what is on the page is read


# --- Many at once --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["dashboard", "phone"])
def test_a_zip_with_folders_is_a_table_with_accuracy_and_a_csv(who, request):
    person = request.getfixturevalue(who)
    page = person.page
    open_many(person)
    person.upload("mine.zip", "application/zip", zipped())
    expect(person.metric("Accuracy")).to_have_text("66.7 %")
    expect(person.metric("Not readable")).to_have_text("1")
    expect(page.get_by_role("row")).to_have_count(5)
    expect(page.get_by_role("row").nth(1).get_by_role("img")).to_have_count(2)
    expect(page.get_by_text("Which digits are taken for which")).to_be_visible()
    assert_fits(page)
    rows = rows_of(downloaded(page, "All answers (CSV)"))
    assert [(row["file"], row["digit"], row["label"], row["error_code"]) for row in rows] == [
        ("mine/3/a.jpg", "3", "3", ""),
        ("mine/3/b.jpg", "5", "3", ""),
        ("mine/6/c.jpg", "6", "6", ""),
        ("mine/6/notes.png", "", "6", "not_an_image"),
    ]
    page.get_by_role("radio", name="Wrong (1)").click()
    expect(page.get_by_role("row")).to_have_count(2)


def test_long_names_leave_the_pictures_and_the_screen_as_they_are(phone):
    page = phone.page
    open_many(phone)
    names = ("WhatsApp Image 2026-11-27 at 14.05.33 (1).jpeg", "IMG_20261127_a_long_name.jpg", f"{'longest' * 20}.jpg")
    files = [{"name": name, "mimeType": "image/jpeg", "buffer": encoded(photo(3, 480, 480), ".jpg")} for name in names]
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(files)
    expect(page.get_by_role("row")).to_have_count(1 + len(names))
    for picture in page.get_by_role("row").get_by_role("img").all():
        assert picture.bounding_box()["width"] == THUMBNAIL
    assert_fits(page)


def test_every_format_is_named_in_full(phone):
    open_many(phone)
    words = phone.page.get_by_test_id("stFileUploaderDropzoneInstructions").locator("span")
    assert words.evaluate("span => span.scrollWidth <= span.clientWidth")


def test_a_folder_is_read_with_its_labels(dashboard, tmp_path):
    for name, digit in (("3/a.jpg", 3), ("8/b.jpg", 8)):
        path = tmp_path / "mine" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(encoded(photo(digit, 480, 360), ".jpg"))
    open_many(dashboard)
    dashboard.page.get_by_text("A whole folder").click()
    expect(dashboard.page.get_by_text("A folder of photos")).to_be_visible()
    expect(dashboard.page.get_by_text("Photos, or a ZIP of photos")).to_have_count(0)
    dashboard.page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(tmp_path / "mine")
    expect(dashboard.metric("Accuracy")).to_have_text("100.0 %")
    expect(dashboard.metric("Photos")).to_have_text("2")


# --- Seen together -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["Upload", "Camera", "Draw", "MNIST"])
def test_input_and_answer_are_seen_together_on_a_desktop(dashboard, mode):
    if mode == "MNIST" and not mnist_path().exists():
        pytest.skip("needs MNIST: set MNIST_NPZ")
    page = dashboard.page
    dashboard.open_prediction(mode)
    if mode == "Upload":
        page.get_by_role("button", name="Letter", exact=True).click()  # with a warning, the tallest answer
    if mode == "Camera":
        dashboard.take_photo()
    if mode == "Draw":
        dashboard.draw(mouse_paths(1)[0])
    expect(page.get_by_test_id("stProgress").nth(2)).to_be_visible()
    dashboard.settle()
    inputs = {"Camera": "[data-testid=stCameraInput]", "Draw": ".sheet canvas"}
    for part in (
        page.locator(inputs.get(mode, "[data-testid=stImage]")).first,
        page.get_by_test_id("stMetric").first,
        page.get_by_test_id("stMetric").last,
        page.get_by_test_id("stProgress").nth(2),
    ):
        box = part.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= page.viewport_size["height"]


@pytest.mark.parametrize("mode", ["Upload", "Camera", "Draw", "MNIST", "Many"])
def test_no_mode_is_wider_than_a_phone(phone, mode):
    phone.open_prediction(mode)
    assert_fits(phone.page)
