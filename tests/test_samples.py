"""The digits of our own making: the same from the same seed, of the form that is said, and light to make."""

import subprocess
import sys

import numpy as np
import pytest

from inference import Classifier, Config, open_photo, read_digit
from inference.classifier import models_folder
from inference.samples import DIGITS, drawing, encoded, photo, written

needs_network = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="models/mnist_cnn.onnx is absent: make train"
)
NEVER = Config(rembg="never")


def test_the_same_seed_gives_the_same_and_another_seed_another():
    assert np.array_equal(photo(3, 120, 160, seed=1), photo(3, 120, 160, seed=1))
    assert not np.array_equal(photo(3, 120, 160, seed=1), photo(3, 120, 160, seed=2))
    assert np.array_equal(drawing(3, seed=1), drawing(3, seed=1))
    assert not np.array_equal(drawing(3, seed=1), drawing(3, seed=2))
    assert not np.array_equal(drawing(3), drawing(5))


def test_a_drawing_is_what_the_canvas_gives():
    image = drawing(4)
    assert (image.shape, image.dtype) == ((280, 280, 4), np.uint8)
    assert (image[..., 3] == 255).all()
    assert (image[0, 0, :3] == 255).all()
    assert 0.03 < (image[..., 0] < 128).mean() < 0.3


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("seed", range(5))
def test_no_seed_moves_the_digit_out_of_the_picture(digit, seed):
    ink = written(digit, 100, seed=seed)
    assert ink.max() == 255
    assert not np.concatenate([ink[[0, -1]], ink[:, [0, -1]].T]).any()


def test_in_europe_the_1_has_an_upstroke_and_the_7_a_bar():
    for digit in DIGITS:
        plain, other = written(digit, 100).astype(int), written(digit, 100, european=True).astype(int)
        added = np.argwhere(other > plain + 128)
        assert (other >= plain - 64).all()
        assert (added.size > 0) == (digit in (1, 7))
        if digit == 1:
            assert (added < (45, 60)).all(), "up on the left"
        elif digit == 7:
            assert (np.abs(added[:, 0] - 51) < 6).all(), "level, at the middle"


@pytest.mark.parametrize(("rows", "columns"), [(480, 480), (600, 800), (641, 483), (24, 24)])
def test_a_photo_has_the_size_that_was_asked_for_and_is_a_file_that_opens(rows, columns):
    image = photo(5, rows, columns)
    assert (image.shape, image.dtype) == ((rows, columns, 3), np.uint8)
    assert np.array_equal(open_photo(encoded(image)), image)
    assert open_photo(encoded(image, ".jpg")).shape == image.shape


def test_the_light_of_a_photo_is_uneven_and_its_ink_is_blue():
    image = photo(5, 600, 800).astype(int)
    corners = [
        image[row, column].mean() for row in (slice(60), slice(-60, None)) for column in (slice(60), slice(-60, None))
    ]
    assert max(corners) - min(corners) > 30
    red, _, blue = image[image[..., 0] < 70].T
    assert (blue - red).mean() > 40


@needs_network
@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("size", [(480, 480), (600, 800), (1200, 1600)])
def test_photos_are_read_right(digit, size):
    assert read_digit(photo(digit, *size), Classifier(), NEVER).prediction.digit == digit


def test_making_one_loads_neither_network_nor_page():
    script = "import sys; import inference.samples; print(*{'streamlit', 'tensorflow', 'rembg'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
