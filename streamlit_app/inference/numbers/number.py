"""From a photo to all its digits: found, cut apart where they touch, read and put in order."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from inference import ground
from inference.classifier import Classifier
from inference.numbers import layout
from inference.numbers.pieces import Piece, above_lines, find_pieces, least_height, page_threshold, turned
from inference.numbers.printed import without_print
from inference.numbers.segmentation import WHOLE, Group, Part, Read, best_way, costs, groups_of, parts_of
from inference.numbers.signs import without_signs
from inference.photo import OpenedPhoto, Source, open_measured
from inference.steps import as_digit, composed, page_grey

# A page of digits is worked on larger than one digit is.
WORKING_SIDE = 1600


@dataclass(frozen=True)
class FoundDigit:
    """One digit: what it is, how sure that is (0-1), and its box in the photo's own pixels, upright."""

    digit: int
    confidence: float
    row: int
    column: int
    height: int
    width: int


@dataclass(frozen=True)
class NumberReading:
    """All digits of a photo in reading order; ``text`` has a space between numbers and a newline between rows."""

    text: str
    digits: tuple[FoundDigit, ...]


def read_number(source: Source, classifier: Classifier) -> NumberReading:
    """Read every digit of a photo; what is no digit is left out, and where there is none the text is empty.

    ``source`` is anything open_photo takes. Raises PhotoError as it does.
    """
    opened = open_measured(source, WORKING_SIDE)
    page = find_page(opened.pixels, classifier)
    lines = [] if page is None else _read_rows(page, classifier)
    back = [[(_in_photo(read, page, opened), begins) for read, begins in line] for line in lines]
    text = "\n".join("".join((" " if begins else "") + str(found.digit) for found, begins in line) for line in back)
    return NumberReading(text, tuple(found for line in back for found, _ in line))


def find_page(photo: np.ndarray, classifier: Classifier) -> "Page | None":
    """Return the ink of a photo, (R, C, 3 or 4) uint8, as it is to be read, or None where none could be digits."""
    found = None
    for way in _candidates(photo, classifier):
        if found is None or way.evidence > CLEARLY_MORE * found.evidence:
            found = way
    if found is None:
        return None
    page = _upright(found, classifier)
    return page if page.height >= least_height(page.strength.shape) else None


# The plainest way to find the ink is taken, unless another shows so many times more.
CLEARLY_MORE = 1.2
# What is narrower than these shares of the photo's shorter side may be a stroke: of one digit that fills it, of a page.
WIDEST_STROKES = (0.16, 0.04)


def _candidates(photo: np.ndarray, classifier: Classifier) -> Iterator["Page"]:
    """Yield the ink as it is found in several ways, the plainest first.

    For broad strokes and for narrow ones; without what is much fainter than the rest; and all of it twice where it is
    open whether dark or light is the ink.
    """
    rgb = composed(photo)
    for is_dark in dict.fromkeys((ground.ground_is_light(rgb), ground.writing_is_dark(rgb))):
        grey = page_grey(rgb, is_dark)
        for share in WIDEST_STROKES:
            strength = ground.strokes_strength(grey, max(round(share * min(grey.shape)), 11) | 1)
            threshold = page_threshold(strength)
            # Where the second is None, only one is tried.
            for least in (threshold, above_lines(strength, threshold)):
                pieces = find_pieces(strength, least) if least else []
                if pieces:
                    yield _page(strength, pieces, 0, classifier)


# --- Orientation ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """The ink of a page as it lies when turned by ``quarters`` (np.rot90): its strength, its pieces, and what the
    network sees in each on its own: probabilities, (N, 10), how like one whole digit it is and how like a digit at all,
    each (N,), 0-1.
    """

    quarters: int
    strength: np.ndarray
    pieces: list[Piece]
    probabilities: np.ndarray
    whole: np.ndarray
    like: np.ndarray

    @property
    def confidences(self) -> np.ndarray:
        """How sure the network is of each piece, (N,), 0-1."""
        return self.probabilities.max(axis=1)

    @property
    def likeness(self) -> np.ndarray:
        """How likely each piece is a whole digit, (N,), 0-1."""
        return self.whole * self.like

    @property
    def evidence(self) -> float:
        """How much of the ink is digits: the squared heights of the pieces by how like digits they are.

        Long ones say little: any line is read as a 1.
        """
        known = zip(self.pieces, self.likeness, strict=True)
        return float(sum(like * p.height**2 * (LONG if p.is_long else 1.0) for p, like in known))

    @property
    def height(self) -> float:
        heights = np.array([piece.height for piece in self.pieces], np.float64)
        return layout.digit_height(heights, self.likeness**2 + 1e-6)


# A long piece is so much less evidence.
LONG = 0.1


def _page(strength: np.ndarray, pieces: list[Piece], quarters: int, classifier: Classifier) -> Page:
    at = np.ascontiguousarray(np.rot90(strength, quarters))
    placed = [turned(piece, quarters, strength.shape) for piece in pieces]
    return Page(quarters, at, placed, *classifier.whole_digits(images(at, placed)))


def _upright(own: Page, classifier: Classifier) -> Page:
    """Return the ink in the position in which it is to be read.

    The photo's own counts, unless its digits are read poorly and clearly better in another. Long pieces say nothing:
    a 1 and a minus are the same, turned.
    """
    sizes = np.array([piece.size for piece in own.pieces], np.float64)
    size = layout.digit_height(sizes, own.likeness**2 + 1e-6)
    telling = np.array([0.6 * size < p.size < 1.6 * size and p.size < 2.2 * min(p.height, p.width) for p in own.pieces])
    if telling.sum() < 3 or _doubt(own, telling) < NO_DOUBT:
        return own
    ways = [_page(own.strength, own.pieces, quarters, classifier) for quarters in (1, 2, 3)]
    best = min(ways, key=lambda way: _doubt(way, telling))
    is_clearer = _doubt(best, telling) < _doubt(own, telling) - CLEARLY_LESS
    # Print may be read with less doubt when it is turned, though it is no more like digits.
    return best if is_clearer and best.likeness[telling].mean() > own.likeness[telling].mean() else own


# Powers of ten of the doubt, one minus the confidence: digits that stand upright are read with a doubt near 1/2000,
# turned ones with 1/3 to 1/100. A page is turned if that makes its doubt five times less.
NO_DOUBT, CLEARLY_LESS = -2.5, 0.7


def _doubt(way: Page, telling: np.ndarray) -> float:
    return float(np.log10(np.maximum(1 - way.confidences[telling], 1e-6)).mean())


def images(strength: np.ndarray, pieces: list[Piece]) -> np.ndarray:
    """Return the pieces as the network reads them, (N, 28, 28) uint8."""
    return np.stack([as_digit(strength, piece.mask, piece.row, piece.column) for piece in pieces])


# --- Rows ----------------------------------------------------------------------------------------------------


def _read_rows(page: Page, classifier: Classifier) -> list[list[tuple[Read, bool]]]:
    """Return the digits row by row, each with whether a space stands before it."""
    rows, signs = divided(page)
    pieces = [group.piece for _, groups in rows for group in groups]
    if not pieces:
        return []
    probabilities, whole, like = classifier.whole_digits(images(page.strength, pieces))
    lines, start = [], 0
    for parts, groups in rows:
        here = slice(start, start + len(groups))
        start = here.stop
        digits = best_way(parts, groups, probabilities[here], whole[here], like[here], page.height)
        # What is no writing is read as digits too.
        if digits and (numbers := kept_numbers(_numbers(digits, signs, page.height))):
            lines.append(numbers)
    return [
        [(read, place == 0 and number is not line[0]) for number in line for place, read in enumerate(number)]
        for line in without_small_print(without_strokes(without_print(lines)))
    ]


# What is read in a row is on the average at least so like digits, and so like whole ones; or it is clearly whole ones.
# Of such a row, a number that is less like digits than the third is a word; of any other row, a number stays that is
# clear on its own. Chosen on synthetic pages: with print and without, with numbers and without.
LIKE_DIGITS, LIKE_WHOLE, LIKE_NUMBER, CLEARLY_WHOLE = 0.6, 0.05, 0.3, 0.5


def kept_numbers(line: list[list[Read]]) -> list[list[Read]]:
    """Return the numbers of a row that are written; the others are print, or what is no writing at all."""
    read = [one for number in line for one in number]
    like, whole = _likeness(read)
    scores = [(number, *_likeness(number)) for number in line]
    # Of one alone, how like a digit it is tells more.
    if (len(read) > 1 and whole >= CLEARLY_WHOLE) or (like >= LIKE_DIGITS and whole >= LIKE_WHOLE):
        return [number for number, like, whole in scores if like >= LIKE_NUMBER or whole >= CLEARLY_WHOLE]
    return [number for number, like, whole in scores if like >= LIKE_DIGITS and whole >= CLEARLY_WHOLE]


def _likeness(read: list[Read]) -> tuple[float, float]:
    """Return how like digits, and how like whole ones, what was read is on the average, each 0-1."""
    return float(np.mean([one.like for one in read])), float(np.mean([one.whole for one in read]))


# Any line or edge looks like a 1: a row of nothing else needs to be so like whole digits.
WHOLE_ONES = 0.3


def without_strokes(lines: list[list[list[Read]]]) -> list[list[list[Read]]]:
    """Return the rows without those that are rather lines and edges; a 1 that is all there is stays."""
    if sum(len(number) for line in lines for number in line) <= 1:
        return lines
    read = [[one for number in line for one in number] for line in lines]
    return [
        line
        for line, row in zip(lines, read, strict=True)
        if _likeness(row)[1] >= WHOLE_ONES or any(one.digit != 1 for one in row)
    ]


# A row that is so much lower than the highest of two or more clear digits is print beside the writing.
LOWER = 0.5


def without_small_print(lines: list[list[list[Read]]]) -> list[list[list[Read]]]:
    """Return the rows without those whose digits are much lower than another row's, which are clear: a form's print."""
    read = [[one for number in line for one in number] for line in lines]
    heights = [float(np.median([one.piece.height for one in row])) for row in read]
    clear = [
        height for row, height in zip(read, heights, strict=True) if len(row) > 1 and _likeness(row)[1] >= CLEARLY_WHOLE
    ]
    return [line for line, height in zip(lines, heights, strict=True) if height >= LOWER * max(clear, default=0.0)]


# A row of so many pieces that are less like digits than this on their own is print.
WORDS, LIKE_WORDS = 6, 0.12


def divided(page: Page) -> tuple[list[tuple[list[Part], list[Group]]], list[Piece]]:
    """Return the parts of every row, and the groups of them that may be digits; and the signs that stand between."""
    height = page.height
    sized = [piece for piece in page.pieces if piece.height < 2.2 * height]
    signs, rest = without_signs(layout.without_texture(sized, height), height)
    seen = zip(page.pieces, page.probabilities, page.whole, strict=True)
    whole = {piece for piece, p, one in seen if costs(piece, p, one).min() < WHOLE}
    like = dict(zip(page.pieces, page.likeness, strict=True))
    rows = [row for row in layout.rows_of(rest, height) if not _is_print(row, like, height)]
    rows = [parts_of(row, whole, height) for row in rows]
    return [(parts, groups_of(parts, height)) for parts in rows], signs


def _is_print(row: list[Piece], like: dict[Piece, float], height: float) -> bool:
    alone = [like[piece] for piece in row if piece.height >= layout.LOW * height]
    return len(alone) >= WORDS and float(np.mean(alone)) < LIKE_WORDS


def _numbers(digits: list[Read], signs: list[Piece], height: float) -> list[list[Read]]:
    """Return the digits of a row, number by number: a new one begins after a sign or a wide gap."""
    # A 1 is narrow and stands in the place of a wider digit.
    half = [max(read.piece.width, 0.4 * height) / 2 for read in digits]
    centres = [read.piece.centre[1] for read in digits]
    gaps = np.diff(centres) - np.array(half[:-1]) - np.array(half[1:])
    spaces = layout.is_space(gaps, height)
    numbers = [[digits[0]]]
    for before, read, space in zip(digits, digits[1:], spaces, strict=False):
        level = (before.piece.centre[0] + read.piece.centre[0]) / 2
        has_sign = any(
            before.piece.centre[1] < sign.centre[1] < read.piece.centre[1]
            and abs(sign.centre[0] - level) < 0.8 * height
            for sign in signs
        )
        if space or has_sign:
            numbers.append([])
        numbers[-1].append(read)
    return numbers


def _in_photo(read: Read, page: Page, opened: OpenedPhoto) -> FoundDigit:
    """Return a digit with its place in the photo as it was given: turned back, and in its own pixels."""
    piece = turned(read.piece, -page.quarters, page.strength.shape)
    rows, columns = opened.pixels.shape[:2]
    row, column = piece.row * opened.rows // rows, piece.column * opened.columns // columns
    bottom = -(-piece.bottom * opened.rows // rows)
    right = -(-piece.right * opened.columns // columns)
    return FoundDigit(read.digit, read.confidence, row, column, bottom - row, right - column)
