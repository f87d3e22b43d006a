"""Reading numbers: drawn pages whose text is known, and each part of the way on small masks."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference import Classifier, PhotoError, read_number
from inference.classifier import models_folder
from inference.ink import Threshold
from inference.numbers.cuts import cut_apart
from inference.numbers.frames import without_frames
from inference.numbers.layout import digit_height, is_space
from inference.numbers.number import kept_numbers, without_small_print, without_strokes
from inference.numbers.pieces import Piece, above_lines, turned
from inference.numbers.printed import LIKELIER, print_by_hand, without_print
from inference.numbers.segmentation import Read, best_way, groups_of, parts_of
from inference.numbers.signs import is_bar, is_cross, is_slash
from inference.samples import encoded, written

pytestmark = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="models/mnist_cnn.onnx is absent: make train"
)
SIDE = 80  # of the square that a drawn digit stands in; the digit is about 0.76 of it high
PEN = 0.07


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier()


def page(rows: int = 200, columns: int = 600) -> np.ndarray:
    """A page without ink, (rows, columns) float32, 0-1."""
    return np.zeros((rows, columns), np.float32)


def write(ink: np.ndarray, text: str, row: int = 60, column: int = 40, pitch: int = 60, seed: int | None = None):
    """Write digits, spaces and signs on a page, one every ``pitch`` pixels; a space is as wide as a digit."""
    for place, sign in enumerate(text):
        left = column + place * pitch
        middle = (left + SIDE // 2, row + SIDE // 2)
        if sign.isdigit():
            digit = written(int(sign), SIDE, PEN, seed) / np.float32(255)
            area = ink[row : row + SIDE, left : left + SIDE]
            np.maximum(area, digit, out=area)
        for start, end in SIGNS.get(sign, ()):
            ends = [
                tuple(int(at + 0.18 * SIDE * way) for at, way in zip(middle, to, strict=True)) for to in (start, end)
            ]
            cv2.line(ink, *ends, 1.0, 4, cv2.LINE_AA)
    return ink


SIGNS = {
    "-": [((-1, 0), (1, 0))],
    "+": [((-1, 0), (1, 0)), ((0, -1), (0, 1))],
    "×": [((-0.8, -0.8), (0.8, 0.8)), ((0.8, -0.8), (-0.8, 0.8))],
    "=": [((-1, -0.4), (1, -0.4)), ((-1, 0.4), (1, 0.4))],
    "÷": [((-1, 0), (1, 0)), ((0, -0.9), (0, -0.8)), ((0, 0.8), (0, 0.9))],
    "/": [((-1.3, 2.8), (1.3, -2.8))],
}


def photo(ink: np.ndarray, dark: bool = False) -> np.ndarray:
    """The page as a picture, (R, C, 3) uint8, with a soft shadow and grain."""
    light = np.linspace(0.8, 1, ink.shape[1], dtype=np.float32)
    grain = np.random.default_rng(0).normal(0, 2, ink.shape).astype(np.float32)
    grey = (60 + 150 * ink if dark else 220 - 170 * ink) * light + grain
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


@pytest.mark.parametrize("text", ["7", "42", "1234567", "890", "10", "111"])
def test_a_number_is_read(classifier, text):
    assert read_number(photo(write(page(), text)), classifier).text == text


@pytest.mark.parametrize("dark", [False, True])
def test_numbers_and_rows_are_kept_apart(classifier, dark):
    ink = write(write(page(360), "12 345", 40), "678  9", 180)
    assert read_number(photo(ink, dark), classifier).text == "12 345\n678 9"


@pytest.mark.parametrize("slope", [-0.1, 0.1])
def test_rows_may_slope(classifier, slope):
    ink = page(500)
    for place, (above, below) in enumerate(zip("20485", "73196", strict=True)):
        write(ink, above, round(120 + slope * 90 * place), 40 + 90 * place)
        write(ink, below, round(230 + slope * 90 * place), 40 + 90 * place)
    assert read_number(photo(ink), classifier).text.replace(" ", "") == "20485\n73196"


@pytest.mark.parametrize(
    ("text", "read"), [("12-5=", "12 5"), ("46+18=", "46 18"), ("48×12=", "48 12"), ("96÷28=", "96 28"), ("3/4", "3 4")]
)
def test_signs_are_left_out_and_part_numbers(classifier, text, read):
    assert read_number(photo(write(page(), text)), classifier).text == read


@pytest.mark.parametrize(("text", "pitch"), [("23", 44), ("35", 42), ("00", 46), ("46", 46)])
def test_touching_digits_are_cut_apart(classifier, text, pitch):
    ink = write(page(), text, pitch=pitch)
    assert cv2.connectedComponents((ink > 0.5).astype(np.uint8))[0] == 2, "they do not touch"
    assert read_number(photo(ink), classifier).text == text


@pytest.mark.parametrize("digit", [0, 3, 6, 8])
def test_a_wide_digit_stays_whole(classifier, digit):
    ink = page(200, 300)
    ink[60:140, 60:160] = cv2.resize(written(digit, SIDE, PEN), (100, SIDE)) / np.float32(255)
    assert read_number(photo(ink), classifier).text == str(digit)


def test_a_hard_shadow_is_no_ink_and_hides_none(classifier):
    sheet = photo(write(write(page(400, 800), "25 048", 60), "8236", 220))
    light = np.ones(sheet.shape[:2], np.float32)
    for left in range(-300, 800, 220):
        cv2.fillPoly(light, [np.array([[left, 0], [left + 110, 0], [left + 300, 400], [left + 190, 400]])], 0.5)
    shaded = (sheet * light[..., None]).astype(np.uint8)
    assert read_number(shaded, classifier).text == "25 048\n8236"


def test_drawn_boxes_and_tables_are_no_digits(classifier):
    ink = write(page(220, 560), "5 2 8", 70, 60, 80)
    for left in (40, 200, 360):
        cv2.rectangle(ink, (left, 50), (left + 120, 170), 1.0, 3)
    assert read_number(photo(ink), classifier).text.split() == ["5", "2", "8"]


def test_a_digit_that_touches_its_box_is_read(classifier):
    ink = write(page(220, 300), "4", 70, 100)
    cv2.rectangle(ink, (80, 60), (162, 180), 1.0, 3)
    assert cv2.connectedComponents((ink > 0.5).astype(np.uint8))[0] == 2, "it does not touch"
    assert read_number(photo(ink), classifier).text == "4"


def test_ruled_lines_and_specks_are_no_digits(classifier):
    ink = write(page(320), "3 05", 100)
    ink[20::50] = np.maximum(ink[20::50], 0.3)
    ink[10:13, 300:303] = ink[250:252, 90:93] = 1.0
    assert read_number(photo(ink), classifier).text == "3 05"


def test_digits_as_high_as_their_photo_are_no_rules(classifier):
    assert read_number(photo(write(page(96, 560), "41714171", 8, 20)), classifier).text == "41714171"


@pytest.mark.parametrize("slope", [-0.12, 0.1])
def test_ruled_paper_may_lie_askew(classifier, slope):
    ink = write(page(320, 500), "3 05", 100)
    for row in range(-60, 400, 40):
        cv2.line(ink, (0, row), (499, round(row + slope * 499)), 0.5, 2)
    assert read_number(photo(ink), classifier).text == "3 05"


def test_an_edge_of_a_sheet_hides_no_digit_beside_it(classifier):
    sheet = photo(write(page(300, 500), "257", 110, 60))
    sheet[:, :40] //= 4
    assert read_number(sheet, classifier).text == "257"


WORDS = ("please write your number", "name and address", "total amount to pay")


def printed(ink: np.ndarray, top: int) -> np.ndarray:
    for number, words in enumerate(WORDS):
        letters = np.zeros(ink.shape, np.uint8)
        cv2.putText(letters, words, (30, top + 50 * number), cv2.FONT_HERSHEY_DUPLEX, 1.0, 255, 2, cv2.LINE_AA)
        np.maximum(ink, letters / np.float32(255), out=ink)
    return ink


def test_a_page_of_print_without_numbers_is_empty(classifier):
    assert read_number(photo(printed(page(260, 700), 60)), classifier).text == ""


def test_print_beside_a_number_is_left_out(classifier):
    ink = printed(write(page(420, 700), "26 83", 40), 230)
    assert read_number(photo(ink), classifier).text == "26 83"


def read(digit: int, like: float, whole: float) -> Read:
    return Read(Piece(np.ones((3, 2), bool), 0, 0), digit, 0.99, whole, like)


def test_of_a_row_the_numbers_stay_and_the_words_beside_them_go():
    number, word = [read(4, 0.99, 0.9), read(7, 0.9, 0.8)], [read(5, 0.1, 0.2)]
    assert kept_numbers([number, word]) == [number]
    # Many words: the row is no writing on the whole, and only what is clear by itself stays.
    assert kept_numbers([word * 4, number, word * 3]) == [number]
    assert kept_numbers([word * 4, [read(4, 0.99, 0.2)]]) == []
    assert kept_numbers([word]) == []


def test_a_digit_that_is_poorly_written_stays_beside_clear_ones():
    row = [[read(4, 0.99, 0.9), read(7, 0.2, 0.1), read(2, 0.9, 0.7)]]
    assert kept_numbers(row) == row
    # One of the two judges may err.
    row = [[read(0, 0.1, 0.8)], [read(2, 0.3, 0.7), read(6, 0.9, 0.7)]]
    assert kept_numbers(row) == row
    assert kept_numbers(row[:1]) == []


def test_rows_of_strokes_are_edges_unless_they_are_clear_or_one_digit_is_all():
    faint, clear, number = [[read(1, 0.99, 0.1)]], [[read(1, 0.99, 0.6)]], [[read(1, 0.9, 0.1), read(3, 0.9, 0.1)]]
    assert without_strokes([faint]) == [faint]
    assert without_strokes([faint, faint]) == []
    assert without_strokes([faint, clear, number]) == [clear, number]


def test_rows_that_are_much_lower_than_clear_ones_are_print():
    def row(height, whole):
        return [[replace(read(digit, 0.9, whole), piece=Piece(np.ones((height, 10), bool), 0, 0)) for digit in (4, 7)]]

    edge, high, low, print_ = row(100, 0.2), row(44, 0.9), row(30, 0.9), row(20, 0.9)
    assert without_small_print([print_, high, low, print_]) == [high, low]
    # What may be no digits, and a digit alone, say nothing on the size of the others.
    alone = [row(100, 0.9)[0][:1]]
    assert without_small_print([alone, low, print_]) == [alone, low, print_]
    assert without_small_print([edge, low, print_]) == [edge, low, print_]
    assert without_small_print([]) == []


def in_row(heights: list[int], feet: list[int] | None = None) -> list[Read]:
    """Digits side by side, so high each, their feet so many rows below the line."""
    feet = feet or [0] * len(heights)
    masks = [np.ones((height, height // 2), bool) for height in heights]
    places = [(100 + foot - height, 60 * place) for place, (height, foot) in enumerate(zip(heights, feet, strict=True))]
    pieces = [Piece(mask, *place) for mask, place in zip(masks, places, strict=True)]
    return [Read(piece, digit, 0.99, 0.9, 0.9) for digit, piece in enumerate(pieces)]


PRINT = in_row([40, 40, 41, 40], [0, 0, 1, 0])
HAND = in_row([40, 36, 44, 41], [0, 3, -2, 4])


def test_print_is_even_and_a_hand_is_not():
    assert print_by_hand(PRINT) > LIKELIER > 0 > print_by_hand(HAND)
    # A line that slopes is as even.
    assert print_by_hand(in_row([40, 40, 40, 40], [0, 5, 10, 15])) > LIKELIER
    # Of small print, a pixel more or less says little: that is how it is seen.
    assert print_by_hand(in_row([10, 10, 11, 10, 10])) > LIKELIER
    # Two digits of a hand may be even by chance.
    assert 0 < print_by_hand(in_row([40, 40])) < LIKELIER
    assert print_by_hand(in_row([40])) == 0
    # So is the same digit again and again.
    assert print_by_hand([replace(read, digit=4) for read in in_row([40, 40, 40])]) == 0


def test_print_is_left_out_beside_a_hand_and_read_where_it_is_alone():
    low, high = in_row([40]), in_row([60, 58])
    assert without_print([[PRINT, HAND], [PRINT, PRINT], [HAND]]) == [[HAND], [HAND]]
    # What is too short to be told goes with print of its height.
    assert without_print([[PRINT, low], [HAND, high, low]]) == [[HAND, high]]
    assert without_print([[low], [HAND]]) == [[low], [HAND]]
    assert without_print([[PRINT], [PRINT, low]]) == [[PRINT], [PRINT, low]]
    assert without_print([]) == []


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_blank_page_is_empty(classifier, value):
    reading = read_number(np.full((300, 400, 3), value, np.uint8), classifier)
    assert (reading.text, reading.digits) == ("", ())
    assert read_number(photo(page()), classifier).text == ""


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_that_lies_on_its_side_is_read(classifier, quarters):
    ink = write(write(page(360), "254 37", 40), "835 24", 180)
    reading = read_number(np.rot90(photo(ink), quarters), classifier)
    assert reading.text == "254 37\n835 24"


def test_boxes_lie_where_the_digits_are_in_the_photo_as_it_was_sent(classifier):
    ink = write(page(400, 900), "25", 150, 300)
    large = cv2.resize(photo(ink), None, fx=4, fy=4, interpolation=cv2.INTER_LINEAR)
    reading = read_number(encoded(large, ".jpg"), classifier)
    assert reading.text == "25"
    columns = np.flatnonzero(ink[:, :362].max(axis=0) > 0.5)
    rows = np.flatnonzero(ink[:, :362].max(axis=1) > 0.5)
    first = reading.digits[0]
    assert first.row == pytest.approx(4 * rows[0], abs=16)
    assert first.column == pytest.approx(4 * columns[0], abs=16)
    assert first.row + first.height == pytest.approx(4 * rows[-1] + 4, abs=16)
    assert first.column + first.width == pytest.approx(4 * columns[-1] + 4, abs=16)


@settings(max_examples=15, deadline=None)
@given(
    text=st.text("0123456789 +-", min_size=1, max_size=7),
    row=st.integers(-30, 150),
    column=st.integers(0, 300),
    quarters=st.integers(0, 3),
    scale=st.sampled_from([0.5, 1.0, 3.7]),
)
def test_every_box_lies_in_the_photo_and_the_text_is_its_digits(classifier, text, row, column, quarters, scale):
    ink = write(page(260, 800), text, max(row, 0), column, seed=abs(row))[max(0, -row) :]
    picture = np.ascontiguousarray(np.rot90(cv2.resize(photo(ink), None, fx=scale, fy=scale), quarters))
    reading = read_number(picture, classifier)
    rows, columns = picture.shape[:2]
    for found in reading.digits:
        assert 0 <= found.row < found.row + found.height <= rows
        assert 0 <= found.column < found.column + found.width <= columns
        assert 0 < found.confidence <= 1
    assert "".join(reading.text.split()) == "".join(str(found.digit) for found in reading.digits)
    assert reading.text == " ".join(reading.text.split(" ")).strip()


def test_what_is_no_image_is_an_error(classifier):
    with pytest.raises(PhotoError, match="not an image"):
        read_number(b"no image", classifier)


# --- Parts of the way ----------------------------------------------------------------------------------------


def drawn_sign(sign: str) -> np.ndarray:
    mask = write(page(SIDE, SIDE), sign, 0, 0) > 0.5
    left, top, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return mask[top : top + height, left : left + width]


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_no_digit_has_the_shape_of_a_sign(digit, seed):
    mask = written(digit, SIDE, PEN, seed) > 127
    assert not is_cross(mask)
    assert not is_bar(mask, 0.76 * SIDE)
    assert not is_slash(mask, 0.76 * SIDE)


@pytest.mark.parametrize("turn", range(0, 90, 15))
def test_a_cross_is_one_at_any_angle(turn):
    matrix = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), turn, 1.0)
    assert is_cross(cv2.warpAffine(write(page(SIDE, SIDE), "+", 0, 0), matrix, (SIDE, SIDE)) > 0.5)


@pytest.mark.parametrize(("rows", "columns", "pen"), [(60, 30, 6), (30, 56, 6), (60, 40, 8), (12, 12, 2), (11, 11, 1)])
def test_a_cross_is_one_with_unequal_arms_and_small(rows, columns, pen):
    mask = np.zeros((rows, columns), np.uint8)
    cv2.line(mask, (columns // 2, 0), (columns // 2, rows), 1, pen)
    cv2.line(mask, (0, rows // 2), (columns, rows // 2), 1, pen)
    assert is_cross(mask > 0)


def test_bars_and_slashes():
    height = 0.76 * SIDE
    assert is_bar(drawn_sign("-"), height)
    assert not is_bar(drawn_sign("+"), height)
    assert is_slash(drawn_sign("/"), height)
    assert not is_slash(written(1, SIDE, PEN) > 127, height)


def test_faint_lines_are_told_from_a_strong_pen_and_a_pen_alone_is_not_divided():
    strength = np.zeros((200, 200), np.float32)
    strength[60:140, 90:94] = 0.8
    found = Threshold(0.2, 0.01)
    assert above_lines(strength, found) is None
    strength[::10] = np.maximum(strength[::10], 0.3)
    assert 0.3 <= above_lines(strength, found).ink < 0.8


def test_a_pair_is_cut_where_it_touches():
    ink = np.zeros((60, 100), bool)
    for left in (0, 45):
        cv2.ellipse(pixels := ink.astype(np.uint8), (left + 25, 30), (22, 26), 0, 0, 360, 1, 5)
        ink |= pixels.astype(bool)
    parts = cut_apart(Piece(ink, 7, 11), 60)
    assert sum(part.mask.sum() for part in parts) == ink.sum(), "cutting loses no ink"
    assert any(abs(part.column - 11 - 47) <= 3 for part in parts), "a part begins where the second one does"


def test_a_table_goes_and_the_digits_in_it_stay():
    mask = np.zeros((200, 300), np.uint8)
    for row in (10, 100, 190):
        cv2.line(mask, (10, row), (290, row + 4), 1, 3)
    for column in (10, 150, 290):
        cv2.line(mask, (column, 10), (column, 194), 1, 3)
    lines = mask.copy()
    cv2.ellipse(mask, (80, 55), (15, 25), 0, 0, 360, 1, 5)
    cleaned = without_frames(mask.astype(bool), least=12)
    assert cleaned[lines > 0].mean() < 0.05
    assert cleaned[(mask > 0) & (lines == 0)].all()


def test_the_division_of_a_row_that_costs_least_is_taken():
    pieces = [Piece(np.ones((40, 20), bool), 0, column) for column in (0, 30)]
    parts = parts_of(pieces, set(pieces), 40)
    groups = groups_of(parts, 40)
    assert [(group.first, group.last) for group in groups] == [(0, 1), (1, 2)]
    sure = np.full((2, 10), 1e-3)
    sure[0, 4] = sure[1, 7] = 0.99
    read = best_way(parts, groups, sure, np.ones(2), np.ones(2), 40)
    assert [one.digit for one in read] == [4, 7]
    # What is no whole digit costs more than to leave it out.
    read = best_way(parts, groups, sure, np.array([1e-3, 1.0]), np.ones(2), 40)
    assert [one.digit for one in read] == [7]


def test_a_broken_stroke_beside_it_makes_no_digit_a_frame():
    mask = np.zeros((300, 300), np.uint8)
    cv2.polylines(mask, [np.array([[60, 60], [200, 40], [220, 120], [60, 260], [240, 260]])], False, 1, 8)
    mask[90:110, 80:140] = 1
    mask = mask > 0
    assert (without_frames(mask, least=12) == mask).all()


@given(
    quarters=st.integers(-4, 4),
    row=st.integers(0, 10),
    column=st.integers(0, 10),
    height=st.integers(1, 9),
    width=st.integers(1, 9),
)
def test_a_piece_turns_with_its_photo(quarters, row, column, height, width):
    image = np.zeros((20, 30), bool)
    image[row : row + height, column : column + width] = True
    there = turned(Piece(np.ones((height, width), bool), row, column), quarters, image.shape)
    rows, columns = np.nonzero(np.rot90(image, quarters))
    assert (there.row, there.column) == (rows.min(), columns.min())
    assert (there.bottom, there.right) == (rows.max() + 1, columns.max() + 1)


def test_a_few_digits_outvote_many_letters():
    sizes = np.array([20.0] * 100 + [95, 100, 105, 100, 110])
    weights = np.array([0.3] * 100 + [1.0] * 5)
    assert digit_height(sizes, weights) == 100


def test_the_usual_gap_is_no_space():
    assert is_space(np.array([10.0, 12, 80, 11]), 60).tolist() == [False, False, True, False]
    assert is_space(np.array([35.0, 36, 34]), 60).tolist() == [False] * 3
    assert is_space(np.array([]), 60).tolist() == []


@pytest.mark.parametrize(
    "gaps",
    [
        [0.86, 0.77, 0.91, 0.94, 0.77, 0.86, 0.71, 0.74],  # wide, as on squared paper
        [0.1, 0.3, 0.55, 0.2, 0.4, 0.15, 0.25],
        [0.05, 0.1, 0.28],
        [0.6],
    ],
)
def test_uneven_gaps_are_no_spaces(gaps):
    assert not is_space(60 * np.array(gaps), 60).any()


@pytest.mark.parametrize(
    ("gaps", "spaces"),
    [
        ([0.1, 0.2, 0.6, 0.15], [2]),
        ([0.4, 0.3, 1.1, 0.45], [2]),
        ([0.05, 0.0, 0.6, 0.65, 0.1, 0.02], [2, 3]),
        ([1.22, 1.03, 1.22, 0.8], [0, 1, 2, 3]),
    ],
)
def test_a_space_is_much_wider_than_the_other_gaps(gaps, spaces):
    assert np.flatnonzero(is_space(60 * np.array(gaps), 60)).tolist() == spaces
