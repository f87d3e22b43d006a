"""The synthetic photos of numbers: the same from the same seed, and honest about what stands where."""

import cv2
import numpy as np
import pytest
from PIL import ImageFont

from inference.samples import written
from training import printed_pages
from training.non_digits import CHOOSE, REPORT
from training.number_benchmark import Answer, figures
from training.number_scenes import CONDITIONS, Draw, page


@pytest.fixture(autouse=True)
def any_font(monkeypatch):
    """Pillow's own font in the place of each: the tests do not depend on what is installed."""
    monkeypatch.setattr(printed_pages, "font_of", lambda name: ImageFont.load_default(112))


def drawn() -> Draw:
    """Give the digits 0, 1, 2 … in turn, (28, 28) uint8."""
    turn = iter(range(1000))

    def draw() -> tuple[np.ndarray, int]:
        digit = next(turn) % 10
        return cv2.resize(written(digit, 280, 0.09), (28, 28), interpolation=cv2.INTER_AREA), digit

    return draw


def test_the_same_seed_makes_the_same_photo_and_another_another():
    one, again, other = (page(drawn(), "rows", seed) for seed in (3, 3, 4))
    assert (one.text, one.boxes) == (again.text, again.boxes)
    assert np.array_equal(one.photo, again.photo)
    assert one.photo.shape != other.photo.shape or not np.array_equal(one.photo, other.photo)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_text_and_boxes_say_what_is_written(condition):
    made = page(drawn(), condition, 5)
    how = CONDITIONS[condition]
    rows = made.text.split("\n")
    counts = [len("".join(row.split())) for row in rows]
    assert how.rows[0] <= len(rows) <= how.rows[1]
    assert all(how.digits[0] <= count <= how.digits[1] for count in counts)
    assert len(made.boxes) == sum(counts)
    if not how.zeros:
        assert "".join(made.text.split()) == "".join(str(place % 10) for place in range(sum(counts)))
    for row, column, height, width in made.boxes:
        assert 0 <= row < row + height <= made.photo.shape[0]
        assert 0 <= column < column + width <= made.photo.shape[1]


def test_a_box_holds_the_ink_and_none_is_beside_them():
    made = page(drawn(), "plain", 1)
    grey = made.photo.min(axis=2).astype(int)
    ink = grey < 0.6 * np.median(grey)
    boxed = np.zeros_like(ink)
    for row, column, height, width in made.boxes:
        place = (slice(max(0, row - 3), row + height + 3), slice(max(0, column - 3), column + width + 3))
        assert ink[place].any()
        boxed[place] = True
    assert not (ink & ~boxed).any()


def test_figures_count_digits_strings_and_texts():
    answers = [
        Answer("plain", 1, "12 3", "12 3"),
        Answer("plain", 2, "45", "4 5"),
        Answer("rows", 3, "6\n78", "6\n7"),
    ]
    result = figures(answers)
    assert (result["all"]["digits"], result["all"]["edits"]) == (8, 1)
    assert (result["plain"]["strings_right"], result["plain"]["texts_right"]) == (2, 1)
    assert (result["rows"]["strings_right"], result["rows"]["photos"]) == (0, 1)


def test_many_zeros_are_written_where_they_are_wanted():
    text = "".join("".join(page(drawn(), "zeros", seed).text.split()) for seed in range(4))
    assert text.count("0") > 0.4 * len(text)


@pytest.mark.parametrize("kind", printed_pages.PAGES)
def test_a_page_without_a_number_is_the_same_from_the_same_seed(kind):
    first, again, other = (printed_pages.empty_page(kind, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert first.shape != other.shape or not np.array_equal(first, other)
    assert (first.dtype, first.shape[2], max(first.shape)) == (np.uint8, 3, 1600)


def test_print_leaves_the_place_of_what_is_written_free():
    box = 300, 200, 120, 400
    upright = np.array([[1, 0, 400], [0, 1, 300], [0, 0, 1.0]])
    site = printed_pages.Site(600, 800, upright, np.eye(3), (0, 0, 120, 400), box)
    ink = printed_pages.text(site, "paragraph", CHOOSE, np.random.default_rng(0))
    assert ink.max() > 0.9
    assert ink[:250].any()
    assert not ink[300:420, 200:600].any()


def test_the_halves_of_the_print_share_no_font():
    assert not set(printed_pages.FONTS[CHOOSE]) & set(printed_pages.FONTS[REPORT])
