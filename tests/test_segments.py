"""The head for whole digits: what counts as one on a synthetic page, and what the rules learn."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="TensorFlow is absent: pip install -r requirements-train.txt")

from inference.numbers.pieces import Piece
from training.segments import NONE, UNCLEAR, fitted, label_of

BOXES = np.array([[10, 20, 40, 30], [10, 60, 40, 10]])


def piece(row: int, column: int, height: int, width: int) -> Piece:
    return Piece(np.ones((height, width), bool), row, column)


@pytest.mark.parametrize(
    ("box", "label"),
    [
        ((10, 20, 40, 30), 7),
        ((11, 61, 39, 9), 1),
        ((10, 20, 40, 50), NONE),
        ((10, 20, 40, 15), NONE),
        ((10, 20, 40, 36), UNCLEAR),
    ],
)
def test_a_piece_is_the_digit_whose_box_it_has(box, label):
    assert label_of(piece(*box), BOXES, [7, 1]) == label


def test_a_rule_tells_whole_digits_for_each_answer():
    rng = np.random.default_rng(0)
    answers = np.repeat(np.arange(10), 40)
    is_digit = np.tile([True, False], 200)
    features = rng.normal(0, 0.1, (400, 3)) + is_digit[:, None]
    weights, offsets = fitted(features, answers, is_digit)
    scores = (features * weights[answers]).sum(axis=1) + offsets[answers]
    assert ((scores > 0) == is_digit).all()
