"""The one form of answers: plain JSON, whole, the fields of the contract."""

import json

import numpy as np
import pytest

from inference import Classifier, Config, PhotoError, read_digit, read_number
from inference.classifier import models_folder
from inference.schema import as_json, digit_error, digit_record, number_error, number_record
from tests.drawn import drawing

pytestmark = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="models/mnist_cnn.onnx is absent: make train"
)
NEVER = Config(rembg="never")
EMPTY = PhotoError("empty", "The file is empty.")


@pytest.fixture(scope="module")
def classifier():
    return Classifier()


def test_the_record_of_a_digit_is_plain_json_and_whole(classifier):
    names = ["file", "status", "digit", "confidence", "probabilities", "quality", "elapsed_ms", "error"]
    for record in (
        digit_record("a.png", read_digit(drawing(3), classifier, NEVER)),
        digit_record("a.png", read_digit(np.zeros((50, 50, 3), np.uint8), classifier, NEVER)),
        digit_error("a.png", EMPTY),
    ):
        fields = as_json(record)
        assert list(fields) == names
        assert json.loads(json.dumps(fields)) == fields
        assert len(fields["probabilities"]) == 10
        assert 0 <= fields["confidence"] <= 1
    assert fields["error"] == {"code": "empty", "message": "The file is empty."}


def test_the_record_of_a_number_is_the_contract(classifier):
    pair = np.hstack([drawing(4), drawing(2)])
    fields = as_json(number_record("a.png", read_number(pair, classifier)))
    assert list(fields) == ["file", "text", "digits", "error"]
    assert [set(found) for found in fields["digits"]] == [{"digit", "confidence", "box"}] * 2
    assert all(type(value) is int for found in fields["digits"] for value in found["box"])
    assert json.loads(json.dumps(fields)) == fields
    failed = as_json(number_error("a.png", EMPTY))
    assert (failed["text"], failed["digits"], failed["error"]["code"]) == ("", [], "empty")
