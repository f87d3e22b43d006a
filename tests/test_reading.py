"""The network, the verdict, and the whole way from bytes to an answer."""

import json
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference import Classifier, Config, NetworkUnavailable, read_digit
from inference.calibration import with_temperature
from inference.candidates import SURE, Preprocessed
from inference.classifier import Prediction, models_folder, network_names, read_card
from inference.reading import Prepared, recognise
from inference.samples import DIGITS, encoded, photo
from inference.tta import TTA_VIEWS, View, looks
from inference.verdict import verdict
from tests.drawn import drawing

pytestmark = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="models/mnist_cnn.onnx is absent: make train"
)
NEVER = Config(rembg="never")


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier()


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("make", [drawing, photo])
def test_every_digit_is_read(classifier, digit, make):
    reading = read_digit(encoded(make(digit), ".jpg"), classifier, NEVER)
    assert (reading.verdict, reading.prediction.digit) == ("digit", digit)
    assert reading.prediction.probabilities.sum() == pytest.approx(1, abs=1e-5)


def test_blank_has_no_prediction_and_all_else(classifier):
    reading = read_digit(np.full((100, 100, 3), 255, np.uint8), classifier, NEVER)
    assert reading.verdict == "blank"
    assert reading.prediction is None
    assert reading.quality.advice
    assert reading.elapsed_ms > 0


def test_tta_is_the_mean_of_its_votes(classifier):
    digit = read_digit(drawing(2), classifier, NEVER).preprocessed.digit
    prediction = classifier.predict(digit, tta=True)
    assert [view for view, _, _ in prediction.votes] == list(TTA_VIEWS)
    assert np.allclose(prediction.probabilities, classifier.probabilities(looks(digit)).mean(axis=0), atol=1e-6)
    plain = classifier.predict(digit)
    assert plain.votes == ()
    assert prediction.votes[TTA_VIEWS.index(View())][1:] == (plain.digit, pytest.approx(plain.confidence, abs=1e-5))


def test_a_view_turns_zooms_and_shifts_about_the_middle():
    digit = np.zeros((28, 28), np.uint8)
    digit[13:15, 4:24] = 255
    assert View().of(digit) is digit
    # Counter-clockwise: the right end of a level bar rises.
    turned = View(angle=5).of(digit)
    assert turned[10:13, 22:24].sum() > turned[15:18, 22:24].sum()
    turned = View(angle=-5).of(digit)
    assert turned[10:13, 22:24].sum() < turned[15:18, 22:24].sum()
    assert (View(zoom=0.8).of(digit).max(axis=0) > 127).sum() == 16
    assert np.array_equal(View(rows=2, columns=-1).of(digit), np.roll(digit, (2, -1), axis=(0, 1)))
    assert looks(digit).shape == (len(TTA_VIEWS), 28, 28)


@pytest.mark.parametrize(
    ("view", "name"),
    [
        (View(), "as it is"),
        (View(angle=-5, zoom=1.05), "turned by −5°, zoomed to 105 %"),
        (View(rows=-1, columns=1), "1 px up, 1 px right"),
    ],
)
def test_a_view_says_what_it_does(view, name):
    assert view.name == name


def test_top_is_ordered(classifier):
    top = classifier.predict(np.zeros((28, 28), np.uint8)).top(10)
    assert sorted(digit for digit, _ in top) == list(range(10))
    assert [p for _, p in top] == sorted((p for _, p in top), reverse=True)


def test_feature_maps_of_every_block(classifier):
    maps = classifier.feature_maps(np.zeros((28, 28), np.uint8))
    assert list(maps) == ["block1", "block2", "block3", "block4"]
    assert maps["block1"].shape == (28, 28, 32)


@given(st.lists(st.floats(0.001, 1), min_size=10, max_size=10), st.floats(0.3, 3))
def test_a_temperature_keeps_the_order(weights, temperature):
    probabilities = np.array([weights]) / np.sum(weights)
    calibrated = with_temperature(probabilities, temperature)
    assert calibrated.sum() == pytest.approx(1)
    assert calibrated[0, probabilities.argmax()] == pytest.approx(calibrated.max())
    assert np.allclose(with_temperature(probabilities, 1.0), probabilities)


def test_the_verdict_follows_confidence_and_certainty(classifier):
    sure = read_digit(drawing(3), classifier, NEVER).prediction
    assert verdict(sure, classifier) == "digit"
    assert verdict(sure, classifier, certainty=SURE - 0.01) == "unsure"
    assert verdict(None, classifier) == "blank"
    flat = classifier.predict(np.full((28, 28), 128, np.uint8))
    assert verdict(flat, classifier) == ("digit" if flat.confidence >= classifier.unsure_below else "unsure")


class SaysWhatIsWritten:
    """A network that reads each image as the digit that its first pixel names, sure of it and like it, or not like it
    at all where the second pixel is set.
    """

    unsure_below, not_a_digit_below = 0.8, 0.5

    def predict_each(self, stacks):
        return [
            Prediction(int(image[0, 0]), 0.99, np.eye(10)[image[0, 0]], likeness=0.1 if image[0, 1] else 0.9)
            for (image,) in stacks
        ]


def found(digit: int | None, certainty: float = 0.95, is_none: bool = False) -> Preprocessed:
    image = np.zeros((28, 28), np.uint8)
    image[0, :2] = digit or 0, is_none
    return Preprocessed(None if digit is None else image, (), None, certainty)


@pytest.mark.parametrize(
    ("ways", "digit", "said"),
    [
        ([found(4, is_none=True), found(7)], 7, "digit"),
        # A line in a later look, where something else was surely found.
        ([found(4, is_none=True), found(1)], 4, "not_a_digit"),
        ([found(4, is_none=True), found(1), found(7)], 7, "digit"),
        ([found(4, SURE - 0.1, is_none=True), found(1)], 1, "digit"),
        ([found(1, is_none=True), found(1)], 1, "digit"),
        ([found(None, 0.0), found(1)], 1, "digit"),
    ],
)
def test_a_later_look_counts_unless_it_shows_a_line(ways, digit, said):
    (reading,) = recognise([Prepared(ways[0], iter(ways[1:]), 0.0)], SaysWhatIsWritten())
    assert (reading.prediction.digit, reading.verdict) == (digit, said)


def test_the_networks_are_listed_with_the_default_first():
    assert network_names()[0] == "mnist_cnn"


@pytest.fixture
def other_models(tmp_path, monkeypatch):
    """A copy of the networks that a test may damage."""
    folder = tmp_path / "models"
    folder.mkdir()
    for ending in (".onnx", ".json"):
        shutil.copy(models_folder() / f"mnist_cnn{ending}", folder)
    monkeypatch.setenv("DIGITLENS_MODELS", str(folder))
    return folder


@pytest.mark.parametrize("ending", [".onnx", ".json"])
@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_a_missing_or_cut_file_is_one_sentence(other_models, ending, damage):
    path = other_models / f"mnist_cnn{ending}"
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(NetworkUnavailable, match="mnist_cnn") as caught:
        Classifier()
    assert "\n" not in str(caught.value)


def test_a_card_without_temperature_is_damaged(other_models):
    card = read_card()
    del card["temperature"]
    (other_models / "mnist_cnn.json").write_text(json.dumps(card))
    with pytest.raises(NetworkUnavailable):
        Classifier()
