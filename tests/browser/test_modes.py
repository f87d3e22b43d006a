"""What a person does in each of the four modes, in a real browser; the answer is read off the page."""

import re

import pytest
from playwright.sync_api import expect

from inference.mnist import MnistUnavailable, load_test_images
from inference.samples import encoded, photo
from tests.browser.conftest import CAMERA_DIGIT
from tests.drawn import mouse_paths

pytestmark = pytest.mark.browser


def test_upload_of_a_photo(dashboard):
    dashboard.open_prediction("Upload")
    dashboard.upload("five.jpg", "image/jpeg", encoded(photo(5), ".jpg"))
    expect(dashboard.metric("Digit")).to_have_text("5")
    expect(dashboard.page.get_by_text("11 · Normalisation")).to_be_visible()
    expect(dashboard.page.get_by_text("Ten probabilities")).to_be_visible()


def test_an_uploaded_photo_outlives_another_page_and_goes_when_it_is_taken_away(dashboard):
    dashboard.open_prediction("Upload")
    dashboard.upload("five.jpg", "image/jpeg", encoded(photo(5), ".jpg"))
    expect(dashboard.metric("Digit")).to_have_text("5")
    dashboard.go_by_sidebar("Architecture")
    dashboard.go_by_sidebar("Prediction")
    expect(dashboard.page.get_by_text("Still here: five.jpg")).to_be_visible()
    expect(dashboard.metric("Digit")).to_have_text("5")
    dashboard.upload("six.png", "image/png", encoded(photo(6)))
    expect(dashboard.metric("Digit")).to_have_text("6")
    dashboard.page.get_by_role("button", name="Remove six.png").click()
    expect(dashboard.metric("Digit")).to_have_count(0)
    expect(dashboard.page.get_by_text("Still here")).to_have_count(0)


def test_upload_of_something_else_than_an_image_is_one_sentence_and_the_next_photo_is_read(dashboard):
    dashboard.open_prediction("Upload")
    dashboard.upload("notes.png", "image/png", b"These are notes, not a picture.")
    expect(dashboard.page.get_by_test_id("stAlert")).to_have_count(1)
    expect(dashboard.page.get_by_test_id("stAlert")).to_have_text(
        "This file is not an image that can be read: use JPEG, PNG, HEIC, AVIF, WebP, GIF, BMP or TIFF."
    )
    expect(dashboard.metric("Digit")).to_have_count(0)
    dashboard.upload("six.png", "image/png", encoded(photo(6)))
    expect(dashboard.metric("Digit")).to_have_text("6")


def test_camera(dashboard):
    dashboard.open_prediction("Camera")
    dashboard.take_photo()
    expect(dashboard.metric("Digit")).to_have_text(str(CAMERA_DIGIT))


def test_drawing_is_answered_after_every_stroke_and_kept_while_away(dashboard):
    dashboard.open_prediction("Draw")
    (down,) = mouse_paths(1)
    top = [(60.0, 36.0), (151.0, 34.0)]
    dashboard.draw(down)
    expect(dashboard.metric("Digit")).to_have_text("1")
    dashboard.draw(top)
    expect(dashboard.metric("Digit")).to_have_text("7")

    dashboard.go_by_sidebar("Architecture")
    expect(dashboard.page.get_by_text("Your last digit")).to_be_visible()
    dashboard.go_by_sidebar("Prediction")
    expect(dashboard.metric("Digit")).to_have_text("7")
    bar = [(90.0, 135.0), (185.0, 130.0)]
    dashboard.draw(bar)
    expect(dashboard.page.get_by_text("Ten probabilities")).to_be_visible()
    expect(dashboard.metric("Digit")).to_have_text("7")

    dashboard.page.get_by_role("button", name="Clear").click()
    expect(dashboard.metric("Digit")).to_have_count(0)
    for stroke in mouse_paths(4):
        dashboard.draw(stroke)
        expect(dashboard.metric("Verdict")).to_have_count(1)
    expect(dashboard.metric("Digit")).to_have_text("4")


def test_mnist_image_by_index_and_at_random(dashboard):
    try:
        labels = load_test_images()[1]
    except MnistUnavailable as error:
        pytest.skip(f"needs MNIST: {error}")
    dashboard.open_prediction("MNIST")
    index = dashboard.page.get_by_role("spinbutton")
    index.fill("17")
    index.press("Enter")
    expect(dashboard.page.get_by_text(f"Right. The label is {labels[17]}.")).to_be_visible()
    expect(dashboard.metric("Digit")).to_have_text(str(labels[17]))
    dashboard.page.get_by_role("button", name="Random", exact=True).click()
    expect(index).not_to_have_value("17")
    chosen = int(index.input_value())
    expect(dashboard.page.get_by_text(re.compile(rf"(Right|Wrong)\. The label is {labels[chosen]}\."))).to_be_visible()
