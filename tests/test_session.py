"""What a session keeps and gives along: the history, what was said of it, and the files; all of it without a page."""

import csv
import io
import zipfile
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from inference import Classifier, Prediction, read_digit
from inference.classifier import models_folder
from inference.photo import PhotoError
from inference.samples import encoded, photo, written
from inference.schema import as_json, columns, digit_error, digit_record
from inference.verdict import BLANK, DIGIT, NOT_A_DIGIT, UNSURE
from training.sources import load_data
from ui.prediction.export import digits_zip, history_csv, records_csv, trainable
from ui.prediction.history import Entry

needs_network = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="needs models/mnist_cnn.onnx (make train)"
)


def entry(answer: int, truth=None, verdict: str = DIGIT, number: int = 0, is_own: bool = True, image=None) -> Entry:
    prediction = None if verdict == BLANK else Prediction(answer, 0.75, np.full(10, 0.1))
    image = written(answer, 28) if image is None and verdict != BLANK else image
    when = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    return Entry(number, number, when, f"{number}.jpg", verdict, prediction, image, is_own, truth)


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


@pytest.mark.parametrize(
    ("verdict", "truth", "is_right"),
    [
        (DIGIT, None, None),
        (DIGIT, 3, True),
        (DIGIT, 5, False),
        (DIGIT, NOT_A_DIGIT, False),
        (UNSURE, 3, True),
        (NOT_A_DIGIT, NOT_A_DIGIT, True),
        (NOT_A_DIGIT, 3, False),
        (BLANK, NOT_A_DIGIT, True),
        (BLANK, 3, False),
    ],
)
def test_an_answer_is_right_where_it_says_what_the_person_says(verdict, truth, is_right):
    assert entry(3, truth, verdict).is_right is is_right


def test_the_history_is_one_row_for_each_thing_read():
    right, wrong, nothing = rows(history_csv([entry(3, 3), entry(3, 8, number=1), entry(0, None, BLANK, 2)]))
    assert (right["name"], right["digit"], right["confidence"], right["truth"], right["right"]) == (
        "0.jpg",
        "3",
        "0.75",
        "3",
        "1",
    )
    assert right["time"] == "2026-01-02T03:04:05+00:00"
    assert (wrong["truth"], wrong["right"], wrong["probability_9"]) == ("8", "0", "0.1")
    assert (nothing["status"], nothing["digit"], nothing["truth"], nothing["right"]) == (BLANK, "", "", "")


def test_what_a_network_may_learn_from_is_a_persons_own_and_has_a_digit():
    good = entry(3, 0)
    others = [
        entry(3),
        entry(3, NOT_A_DIGIT),
        entry(3, 3, is_own=False),  # of MNIST's test images nothing may be learnt
        entry(3, 3, BLANK),
    ]
    assert trainable([good, *others]) == [good]


def test_checked_digits_can_be_learnt_from(tmp_path):
    # Every digit is read as the next one, and corrected; each image is a little different.
    images = [np.roll(written(digit, 28), turn - 5, axis=1) for digit in range(10) for turn in range(10)]
    entries = [entry(0, place // 10, number=place, image=image) for place, image in enumerate(images)]
    with zipfile.ZipFile(io.BytesIO(digits_zip(entries))) as archive:
        archive.extractall(tmp_path / "mine")
    data = load_data(tmp_path / "mine")
    assert data.training.per_digit() == [10] * 10
    assert (data.inverted, data.from_photos) == (0, 0)
    np.testing.assert_array_equal(data.training.images, np.stack(images))


@needs_network
def test_answers_as_csv_hold_every_field_of_a_record():
    record = digit_record("a/3.png", read_digit(encoded(photo(3)), Classifier()))
    error = digit_error("b.png", PhotoError("damaged", "It is damaged, they say."))
    good, bad = rows(records_csv([(record, 3), (error, None)]))
    assert list(good) == list(bad) == [*columns(as_json(record)), "label"]
    assert (good["file"], good["status"], good["digit"], good["label"]) == ("a/3.png", DIGIT, "3", "3")
    assert [float(good[f"probability_{digit}"]) for digit in range(10)] == record.probabilities
    assert float(good["quality_score"]) == record.quality.score
    assert (good["error_code"], good["error_message"]) == ("", "")
    assert (bad["error_code"], bad["error_message"]) == ("damaged", "It is damaged, they say.")
    assert (bad["digit"], bad["quality_score"], bad["label"]) == ("", "", "")


def test_the_images_of_the_zip_are_those_that_were_read():
    image = np.arange(784, dtype=np.uint8).reshape(28, 28)
    with zipfile.ZipFile(io.BytesIO(digits_zip([entry(3, 7, image=image)]))) as archive:
        (name,) = archive.namelist()
        stored = cv2.imdecode(np.frombuffer(archive.read(name), np.uint8), cv2.IMREAD_UNCHANGED)
    assert name == "7/20260102T030405-0000.png"
    np.testing.assert_array_equal(stored, image)
