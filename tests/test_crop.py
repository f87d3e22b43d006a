"""Marking the digit on the page Prediction, run as Streamlit runs it (AppTest) with a canvas that the test fills."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from inference.classifier import models_folder
from inference.samples import encoded, photo
from tests.drawn import two_digits
from ui.crop import MARGIN, WIDTH

HOME = Path(__file__).parent.parent / "streamlit_app" / "Home.py"
PREDICTION, ARCHITECTURE = "pages/1_Prediction.py", "pages/2_Architecture.py"
LARGE, SMALL = 8, 4
SHEET = encoded(two_digits(LARGE, SMALL))

pytestmark = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="needs models/mnist_cnn.onnx (make train)"
)


@pytest.fixture
def canvas(monkeypatch):
    """A canvas on which the test draws, by shares of the photo's sides. It notes what the page asked of it."""
    canvas = SimpleNamespace(objects=None, asked=[])

    def draw(top: float, left: float, bottom: float, right: float) -> None:
        height, width = canvas.asked[-1]["height"] - 2 * MARGIN, canvas.asked[-1]["width"]
        line = {"top": MARGIN + top * height, "left": left * width}
        line |= {"height": (bottom - top) * height, "width": (right - left) * width}
        canvas.objects = [*(canvas.objects or []), line]

    def st_canvas(**options):
        # As the real one: it holds what it was given to start with until something else is drawn, or is given.
        if not canvas.asked or [canvas.asked[-1][k] for k in ("key", "initial_drawing")] != [
            options[k] for k in ("key", "initial_drawing")
        ]:
            canvas.objects = (options["initial_drawing"] or {"objects": []})["objects"]
        canvas.asked.append(options)
        st.checkbox("canvas", key=options["key"])  # as the real one it is a widget, forgotten when the page is left
        return SimpleNamespace(json_data={"objects": canvas.objects})

    canvas.draw = draw
    monkeypatch.setitem(sys.modules, "streamlit_drawable_canvas", SimpleNamespace(st_canvas=st_canvas))
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
    assert canvas.asked[-1]["background_image"].startswith("data:image/")
    assert (canvas.asked[-1]["width"], canvas.asked[-1]["height"]) == (WIDTH, round(WIDTH * 900 / 1200) + 2 * MARGIN)


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


def test_the_last_line_counts_and_stays_alone(app, canvas):
    switch(app)
    canvas.draw(0.5, 0.1, 0.9, 0.4)
    app.run()
    canvas.draw(0.03, 0.77, 0.3, 0.98)
    app.run()
    assert digit(app) == str(SMALL)
    assert len(canvas.objects) == 1
    assert canvas.asked[-1]["initial_drawing"] == {"objects": canvas.objects}


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
    assert len(canvas.objects) == 1
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
