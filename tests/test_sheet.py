"""The sheet is found where there is one, and what is written on it is read whatever lies beside it."""

import cv2
import numpy as np
import pytest

from inference import Classifier, read_digit
from inference.classifier import models_folder
from inference.samples import drawing
from inference.sheet import find_sheet

needs_network = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="models/mnist_cnn.onnx is absent: make train"
)


def on_a_table(paper: np.ndarray, colour=(66, 46, 36), seed: int = 0) -> np.ndarray:
    """Lay a sheet, (R, C, 3) uint8, on a wooden table twice its size, its first pixel at a quarter of the sides."""
    rows, columns = paper.shape[:2]
    random = np.random.default_rng(seed)
    veins = cv2.GaussianBlur(random.normal(0, 60, (2 * rows, 2 * columns)), (0, 0), sigmaX=30, sigmaY=2)
    table = np.array(colour) + 3 * veins[..., None] + random.normal(0, 6, (2 * rows, 2 * columns, 1))
    table = np.clip(table, 0, 255).astype(np.uint8)
    table[rows // 4 : rows // 4 + rows, columns // 4 : columns // 4 + columns] = paper
    return table


def test_a_sheet_is_found_and_its_edge_left_out():
    paper = np.full((200, 160, 3), 225, np.uint8)
    paper[80:120, 70:75] = 30
    region = find_sheet(on_a_table(paper))
    rows, columns = np.nonzero(region)
    assert 50 < rows.min() < 60
    assert 240 < rows.max() < 250
    assert 40 < columns.min() < 50
    assert 190 < columns.max() < 200
    assert region[50 + 100, 40 + 72], "writing is no hole"


@pytest.mark.parametrize(
    "photo",
    [
        np.full((200, 160, 3), 225, np.uint8),
        np.random.default_rng(0).integers(0, 255, (200, 160, 3), np.uint8),
        drawing(4)[..., :3],
        np.full((20, 20, 3), 225, np.uint8),
    ],
    ids=["paper", "noise", "drawing", "small"],
)
def test_there_is_no_sheet_in_a_photo_that_is_all_paper_or_none(photo):
    assert find_sheet(photo) is None


@needs_network
@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize("colour", [(66, 46, 36), (40, 40, 45), (120, 90, 60)])
def test_a_digit_on_a_sheet_on_a_table_is_read(digit, colour):
    paper = drawing(digit)[..., :3]
    assert read_digit(on_a_table(paper, colour, digit), Classifier()).prediction.digit == digit
