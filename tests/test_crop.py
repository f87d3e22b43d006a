"""Marking the digit on the page Prediction, run as Streamlit runs it (AppTest) with a canvas that the test fills."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from inference.classifier import models_folder
from inference.samples import encoded, photo
from tests.drawn import two_digits
from ui.prediction import sheet
from ui.prediction.crop import WIDTH
from ui.prediction.sheet import Stroke

HOME = Path(__file__).parent.parent / "streamlit_app" / "Home.py"
PREDICTION, ARCHITECTURE = "pages/1_Prediction.py", "pages/2_Architecture.py"
LARGE, SMALL = 8, 4
SHEET = encoded(two_digits(LARGE, SMALL))

pytestmark = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="needs models/mnist_cnn.onnx (make train)"
)


@pytest.fixture
def canvas(monkeypatch):
    """A sheet on which the test draws, by shares of the photo's sides. It notes what the page asked of it."""
    canvas = SimpleNamespace(lines=None, asked=[])

    def draw(top: float, left: float, bottom: float, right: float) -> None:
        height, width = canvas.asked[-1]["size"]
        canvas.lines = (Stroke(4, ((left * width, top * height), (right * width, bottom * height))),)

    def ask_strokes(key, **options):
        # As the real one: it holds what it started with until something is drawn, or there is a new version.
        if not canvas.asked or canvas.asked[-1]["version"] != options["version"]:
            canvas.lines = None
        canvas.asked.append(options)
        return sheet.Sheet(options["start"] if canvas.lines is None else canvas.lines, options["pen"])

    canvas.draw = draw
    monkeypatch.setattr(sheet, "ask_strokes", ask_strokes)
    return canvas


@pytest.fixture
def app(canvas):
    """The page Prediction with the sheet of two digits, ready to be marked."""
    app = AppTest.from_file(str(HOME), default_timeout=60).run()
    app.switch_page(PREDICTION).run()
    return upload(app, SHEET)


def upload(app: AppTest, data: bytes) -> AppTest:
    app.file_uploader(key="file").set_value(("photo.png", data, "image/png")).run()
    assert not app.exception
    return app


def switch(app: AppTest) -> AppTest:
    next(toggle for toggle in app.toggle if toggle.label.startswith("Wrong place?")).set_value(
        not marking_is_on(app)
    ).run()
    assert not app.exception
    return app


def marking_is_on(app: AppTest) -> bool:
    return next(toggle.value for toggle in app.toggle if toggle.label.startswith("Wrong place?"))


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def digit(app: AppTest) -> str | None:
    return next((metric.value for metric in app.metric if metric.label == "Digit"), None)


def test_the_canvas_is_there_only_for_those_who_ask_for_it(app, canvas):
    assert digit(app) == str(LARGE)
    assert canvas.asked == []
    switch(app)
    assert digit(app) == str(LARGE)
    assert canvas.asked[-1]["picture"].startswith("data:image/")
    assert canvas.asked[-1]["size"] == (round(WIDTH * 900 / 1200), WIDTH)


def test_what_is_marked_is_read_until_it_is_undone(app, canvas):
    switch(app)
    canvas.draw(0.03, 0.77, 0.3, 0.98)
    app.run()
    assert digit(app) == str(SMALL)
    switch(app)
    assert digit(app) == str(LARGE)
    switch(app)
    assert digit(app) == str(SMALL)
    press(app, "Start again")
    assert digit(app) == str(LARGE)


def test_the_mark_is_kept_while_on_another_page(app, canvas):
    switch(app)
    canvas.draw(0.03, 0.77, 0.3, 0.98)
    app.run()
    press(app, "↺ 90°")
    app.slider[0].set_value(-10).run()
    app.switch_page(ARCHITECTURE).run()
    canvas.asked.clear()
    app.switch_page(PREDICTION).run()
    assert not app.exception
    assert marking_is_on(app)
    assert len(canvas.asked[-1]["start"]) == 1
    assert app.slider[0].value == -10
    press(app, "↻ 90°")
    app.slider[0].set_value(0).run()
    assert digit(app) == str(SMALL)


def test_a_turned_digit_is_turned_back(app, canvas):
    upload(app, encoded(two_digits(LARGE, SMALL, rotation=120)))
    switch(app)
    canvas.draw(0.03, 0.77, 0.3, 0.98)
    press(app, "↺ 90°")
    app.slider[0].set_value(30).run()
    assert digit(app) == str(SMALL)
    for _ in range(4):  # all the way round
        press(app, "↺ 90°")
    assert digit(app) == str(SMALL)


def test_a_new_photo_is_not_marked(app, canvas):
    switch(app)
    canvas.draw(0.03, 0.77, 0.3, 0.98)
    app.run()
    upload(app, encoded(photo(6)))
    assert not marking_is_on(app)
    assert digit(app) == "6"


def test_a_line_that_is_only_a_point_or_reaches_out_does_no_harm(app, canvas):
    switch(app)
    canvas.draw(0.5, 0.5, 0.5, 0.5)
    app.run()
    assert digit(app) == str(LARGE)
    canvas.draw(-0.2, 0.77, 0.3, 1.4)
    app.run()
    assert not app.exception
    assert not app.error
    assert digit(app) == str(SMALL)


def test_a_file_that_is_no_photo_is_one_sentence_and_cannot_be_marked(app, canvas):
    upload(app, b"These are notes, not a picture.")
    assert len(app.error) == 1
    assert not any(toggle.label.startswith("Wrong place?") for toggle in app.toggle)
    assert canvas.asked == []


def test_a_camera_photo_can_be_marked(app):
    app.segmented_control(key="mode").set_value("camera").run()
    app.camera_input(key="camera").set_value(
        ("camera.jpg", encoded(two_digits(LARGE, SMALL), ".jpg"), "image/jpeg")
    ).run()
    assert not app.exception
    switch(app)
    assert digit(app) == str(LARGE)
