"""From a photo to all its digits: found, cut apart where they touch, read and put in order."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from inference import ground, layout
from inference.classifier import Classifier
from inference.photo import OpenedPhoto, Source, open_measured
from inference.pieces import (
    Piece,
    above_lines,
    cut_apart,
    find_pieces,
    is_bar,
    is_cross,
    is_slash,
    joined,
    least_height,
    page_threshold,
    turned,
)
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
    found = None
    for way in _candidates(opened.pixels, classifier):
        if found is None or way.evidence > CLEARLY_MORE * found.evidence:
            found = way
    if found is None:
        return NumberReading("", ())
    upright = _upright(found, classifier)
    if upright.height < least_height(upright.strength.shape):
        return NumberReading("", ())
    lines = _read_rows(upright, classifier)
    back = [[(_in_photo(read, upright, opened), begins) for read, begins in line] for line in lines]
    text = "\n".join("".join((" " if begins else "") + str(found.digit) for found, begins in line) for line in back)
    return NumberReading(text, tuple(found for line in back for found, _ in line))


# The plainest way to find the ink is taken, unless another shows so many times more.
CLEARLY_MORE = 1.2
# The neighbourhood for the ground, as a share of the photo's shorter side: strokes of any width are narrow in it.
GROUND_WINDOW = 0.3
# The same for small writing in hard shadows: a median over so many pixels of a copy of this size.
NARROW_SIDE, NARROW_WINDOW = 512, 31


def _candidates(photo: np.ndarray, classifier: Classifier) -> Iterator["_Lying"]:
    """Yield the ink as it is found in several ways, the plainest first.

    Over two grounds; without what is much fainter than the rest; and all of it twice where it is open whether dark or
    light is the ink.
    """
    rgb = composed(photo)
    for is_dark in dict.fromkeys((ground.ground_is_light(rgb), ground.writing_is_dark(rgb))):
        grey = page_grey(rgb, is_dark)
        for sheet in (ground.estimate_ground(grey, GROUND_WINDOW), _narrow_ground(grey)):
            strength = ground.ink_strength(grey, sheet)
            threshold = page_threshold(strength)
            # Where the second is None, only one is tried.
            for least in (threshold, above_lines(strength, threshold)):
                pieces = find_pieces(strength, least) if least else []
                if pieces:
                    yield _lying(strength, pieces, 0, classifier)


def _narrow_ground(grey: np.ndarray) -> np.ndarray:
    """Return what the sheet would look like without thin ink, (R, C) float32, hard shadows with their edges."""
    small = ground.reduced(grey, NARROW_SIDE)
    # A median keeps edges; the darker side is taken beside one, as what is lighter than its ground is no ink.
    small = cv2.erode(cv2.medianBlur(small, NARROW_WINDOW), np.ones((3, 3), np.uint8))
    return cv2.resize(small, grey.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)


# --- Orientation ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Lying:
    """The ink as it is read: turned by ``quarters`` (np.rot90), with its pieces, the probabilities that the network
    gives each piece on its own, (N, 10), and the height of the digits.
    """

    quarters: int
    strength: np.ndarray
    pieces: list[Piece]
    probabilities: np.ndarray

    @property
    def likeness(self) -> np.ndarray:
        """How like a digit each piece is, (N,), 0-1."""
        return self.probabilities.max(axis=1)

    @property
    def evidence(self) -> float:
        """How much of the ink is digits: the squared heights of the pieces that the network knows.

        Long ones say nothing: any line is read as a 1.
        """
        known = zip(self.pieces, self.likeness, strict=True)
        return float(sum(p.height**2 for p, like in known if like > 0.9 and not p.is_long))

    @property
    def height(self) -> float:
        heights = np.array([piece.height for piece in self.pieces], np.float64)
        return layout.digit_height(heights, _sureness(self.likeness) ** 2 + 1e-6)


def _lying(strength: np.ndarray, pieces: list[Piece], quarters: int, classifier: Classifier) -> _Lying:
    at = np.ascontiguousarray(np.rot90(strength, quarters))
    placed = [turned(piece, quarters, strength.shape) for piece in pieces]
    return _Lying(quarters, at, placed, classifier.probabilities(_images(at, placed)))


def _upright(own: _Lying, classifier: Classifier) -> _Lying:
    """Return the ink in the position in which it is to be read.

    The photo's own counts, unless its digits are read poorly and clearly better in another. Long pieces say nothing:
    a 1 and a minus are the same, turned.
    """
    sizes = np.array([piece.size for piece in own.pieces], np.float64)
    size = layout.digit_height(sizes, _sureness(own.likeness) ** 2 + 1e-6)
    telling = np.array([0.6 * size < p.size < 1.6 * size and p.size < 2.2 * min(p.height, p.width) for p in own.pieces])
    if telling.sum() < 3 or _doubt(own, telling) < NO_DOUBT:
        return own
    ways = [_lying(own.strength, own.pieces, quarters, classifier) for quarters in (1, 2, 3)]
    best = min(ways, key=lambda way: _doubt(way, telling))
    return best if _doubt(best, telling) < _doubt(own, telling) - CLEARLY_LESS else own


# Powers of ten of the doubt, one minus the confidence: digits that stand upright are read with a doubt near 1/2000,
# turned ones with 1/3 to 1/100. A page is turned if that makes its doubt five times less.
NO_DOUBT, CLEARLY_LESS = -2.5, 0.7


def _doubt(way: _Lying, telling: np.ndarray) -> float:
    return float(np.log10(np.maximum(1 - way.likeness[telling], 1e-6)).mean())


def _images(strength: np.ndarray, pieces: list[Piece]) -> np.ndarray:
    """Return the pieces as the network reads them, (N, 28, 28) uint8."""
    return np.stack([as_digit(strength, piece.mask, piece.row, piece.column) for piece in pieces])


# --- Rows ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Group:
    """Neighbouring parts, ``first`` to ``last`` of a row (the last not included), that may be one digit."""

    first: int
    last: int
    piece: Piece


@dataclass(frozen=True)
class _Read:
    piece: Piece
    digit: int
    confidence: float


def _read_rows(upright: _Lying, classifier: Classifier) -> list[list[tuple[_Read, bool]]]:
    """Return the digits row by row, each with whether a space stands before it."""
    height = upright.height
    sized = [piece for piece in upright.pieces if piece.height < 2.2 * height]
    signs, rest = _without_signs(layout.without_texture(sized, height), height)
    alone = dict(zip(upright.pieces, upright.probabilities, strict=True))
    rows = [_parts_of(row, alone, height) for row in layout.rows_of(rest, height)]
    groups = [_groups_of(row, height) for row in rows]
    pieces = [group.piece for row in groups for group in row]
    if not pieces:
        return []
    probabilities = iter(classifier.probabilities(_images(upright.strength, pieces)))
    lines = []
    for row, row_groups in zip(rows, groups, strict=True):
        digits = _best_way(row, row_groups, [next(probabilities) for _ in row_groups], height)
        if digits:
            lines.append(_with_spaces(digits, signs, height))
    # What is no writing is read as digits too, but with doubt; a row of its own is taken only beside no better one.
    sureness = [_sureness(np.array([read.confidence for read, _ in line])).mean() for line in lines]
    best = max(sureness, default=0.0)
    return [line for line, sure in zip(lines, sureness, strict=True) if sure >= min(SURE_ROW, best)]


# A row is kept if its digits are as sure as this on the average, or if none is surer: a confidence of about 0.9.
SURE_ROW = 0.35


def _sureness(confidences: np.ndarray) -> np.ndarray:
    """Return how sure each confidence is, 0-1: the powers of ten of its doubt, which tell writing from anything else.

    Digits are read with confidences of 0.99 to 0.9999, other shapes with 0.4 to 0.95.
    """
    return np.minimum(1.0, -np.log10(np.maximum(1 - confidences, 1e-6)) / 3)


def _without_signs(pieces: list[Piece], height: float) -> tuple[list[Piece], list[Piece]]:
    """Return the signs (plus, minus, times, divided by, equals) among the pieces, and all others."""
    bars = [piece for piece in pieces if is_bar(piece.mask, height)]
    high = [piece for piece in pieces if piece.height >= 0.4 * height and piece not in bars]
    signs = [bar for bar in bars if _is_half_of_equals(bar, bars, height) or not _may_be_part(bar, high, height)]
    for piece in pieces:
        is_sign_sized = 0.2 * height <= piece.height and piece.size < 1.6 * height and piece not in bars
        if is_sign_sized and (is_cross(piece.mask) or (piece in high and is_slash(piece.mask, height))):
            signs.append(piece)
    return signs, [piece for piece in pieces if piece not in signs]


def _overlap(one: Piece, other: Piece) -> float:
    """Return by which share of the narrower one two pieces lie above each other."""
    return (min(one.right, other.right) - max(one.column, other.column)) / min(one.width, other.width)


def _is_half_of_equals(bar: Piece, bars: list[Piece], height: float) -> bool:
    return any(
        other is not bar
        and _overlap(bar, other) > 0.5
        and 0.5 < bar.width / other.width < 2
        and abs(bar.centre[0] - other.centre[0]) < 0.7 * height
        for other in bars
    )


def _may_be_part(bar: Piece, high: list[Piece], height: float) -> bool:
    """Whether a bar may belong to a digit: the bar of a 5, beside its top, or a stroke above or below another."""
    if bar.width > 1.1 * height:
        return False
    for piece in high:
        if layout.gap(bar, piece) > 0.2 * height:
            continue
        if _overlap(bar, piece) > 0.3:
            return True
        is_at_top = bar.centre[0] < piece.row + 0.3 * piece.height
        if is_at_top and bar.column > piece.centre[1]:
            return True
    return False


# --- Digits of a row -----------------------------------------------------------------------------------------

MOST_PARTS = 12
# A digit is written in so many pieces at most: the 4 and the 5 in two, one of them broken.
MOST_PIECES = 3
# What it costs, in the unit of -log(probability): to cut a piece, to join two, to leave a part out, and one that is
# too low for a digit. Chosen on synthetic pages of validation digits (training/number_benchmark.py).
CUT, JOIN, LEFT_OUT, LOW_LEFT_OUT = 1.5, 1.0, 5.0, 0.3
# The logarithm of width by height: its mean and deviation for each of MNIST's training digits.
ASPECTS = np.array((-0.11, -0.91, -0.07, -0.23, -0.24, -0.07, -0.34, -0.27, -0.28, -0.39))
ASPECT_DEVIATIONS = np.array((0.20, 0.47, 0.23, 0.22, 0.21, 0.27, 0.22, 0.22, 0.23, 0.21))


def _costs(piece: Piece, probabilities: np.ndarray) -> np.ndarray:
    """Return what it costs to read a piece as each digit, (10,): by the network, (10,), and by its shape.

    The network was never shown two digits or half of one: it is less sure of them, and two are too wide for one.
    """
    too_wide = np.maximum(0, (np.log(piece.width / piece.height) - ASPECTS) / ASPECT_DEVIATIONS)
    return -np.log(np.maximum(probabilities, 1e-4)) + 4 * (1 - _sureness(probabilities)) + 0.4 * too_wide**2


@dataclass(frozen=True)
class _Part:
    """A piece of a row, or what a cut left of one; ``source``: which piece."""

    piece: Piece
    source: int


def _parts_of(row: list[Piece], alone: dict[Piece, np.ndarray], height: float) -> list[_Part]:
    """Return the pieces of a row, those that may be several digits cut apart; ``alone``: what each reads as."""
    parts = []
    for source, piece in enumerate(row):
        # What costs less than a cut by itself is better whole.
        is_whole = piece.height < layout.LOW * height or _costs(piece, alone[piece]).min() < CUT
        parts += [_Part(part, source) for part in ([piece] if is_whole else cut_apart(piece, height))]
    return sorted(parts, key=lambda part: part.piece.column)


def _groups_of(parts: list[_Part], height: float) -> list[_Group]:
    """Return the runs of neighbouring parts that may be one digit by their place and size."""
    groups = []
    for first in range(len(parts)):
        for last in range(first + 1, min(first + MOST_PARTS, len(parts)) + 1):
            run = parts[first:last]
            whole = joined([part.piece for part in run])
            is_one_piece = _is_whole(run, parts) and len({part.source for part in run}) == 1
            if whole.width > 1.4 * height and not is_one_piece:
                continue
            if layout.LOW * height <= whole.height <= 1.8 * height and _hang_together(run, parts, height):
                groups.append(_Group(first, last, whole))
    return groups


def _is_whole(run: list[_Part], parts: list[_Part]) -> bool:
    """Whether no piece of which a part is in the run has another part outside it."""
    sources = {part.source for part in run}
    return sum(part.source in sources for part in parts) == len(run)


def _hang_together(run: list[_Part], parts: list[_Part], height: float) -> bool:
    """Whether parts may be one digit: all of one piece, or pieces of which each meets another, no two side by side."""
    sources = {part.source for part in run}
    if len(sources) == 1:
        return True
    if len(sources) > MOST_PIECES or not _is_whole(run, parts):
        return False
    pieces = [joined([part.piece for part in run if part.source == source]) for source in sources]
    for piece in pieces:
        near = min((other for other in pieces if other is not piece), key=lambda other: layout.gap(piece, other))
        if layout.gap(piece, near) > 0.25 * height:
            return False
        if min(piece.height, near.height) >= 0.7 * height and _overlap(piece, near) < 0.3:
            return False
    return True


def _best_way(parts: list[_Part], groups: list[_Group], probabilities: list[np.ndarray], height: float) -> list[_Read]:
    """Return the digits of a row: the division into groups that costs least, by dynamic programming.

    As in LeCun et al., "Gradient-based learning applied to document recognition", 1998, VII: the network reads every
    group, and the cheapest path through all of them wins.
    """
    cost = np.full(len(parts) + 1, np.inf)
    cost[0] = 0.0
    came: list[tuple[int, _Read | None]] = [(0, None)] * (len(parts) + 1)
    starting: dict[int, list[tuple[_Group, np.ndarray]]] = {}
    for group, p in zip(groups, probabilities, strict=True):
        starting.setdefault(group.first, []).append((group, p))
    for place, part in enumerate(parts):
        is_low = part.piece.height < layout.LOW * height and _is_whole([part], parts)
        ways = [(place + 1, LOW_LEFT_OUT if is_low else LEFT_OUT, None)]
        for group, p in starting.get(place, []):
            costs = _costs(group.piece, p)
            digit = int(costs.argmin())
            is_cut = group.last < len(parts) and parts[group.last].source == parts[group.last - 1].source
            joins = len({part.source for part in parts[group.first : group.last]}) - 1
            paid = costs[digit] + CUT * is_cut + JOIN * joins
            ways.append((group.last, paid, _Read(group.piece, digit, float(p[digit]))))
        for end, paid, read in ways:
            if cost[place] + paid < cost[end]:
                cost[end], came[end] = cost[place] + paid, (place, read)
    digits, place = [], len(parts)
    while place > 0:
        place, read = came[place]
        if read is not None:
            digits.append(read)
    return digits[::-1]


def _with_spaces(digits: list[_Read], signs: list[Piece], height: float) -> list[tuple[_Read, bool]]:
    """Tell before which digits of a row a space stands: where a sign or a wide gap is."""
    # A 1 is narrow and stands in the place of a wider digit.
    half = [max(read.piece.width, 0.4 * height) / 2 for read in digits]
    centres = [read.piece.centre[1] for read in digits]
    gaps = np.diff(centres) - np.array(half[:-1]) - np.array(half[1:])
    spaces = layout.is_space(gaps, height)
    result = [(digits[0], False)]
    for before, read, space in zip(digits, digits[1:], spaces, strict=False):
        level = (before.piece.centre[0] + read.piece.centre[0]) / 2
        has_sign = any(
            before.piece.centre[1] < sign.centre[1] < read.piece.centre[1]
            and abs(sign.centre[0] - level) < 0.8 * height
            for sign in signs
        )
        result.append((read, bool(space) or has_sign))
    return result


def _in_photo(read: _Read, upright: _Lying, opened: OpenedPhoto) -> FoundDigit:
    """Return a digit with its place in the photo as it was given: turned back, and in its own pixels."""
    piece = turned(read.piece, -upright.quarters, upright.strength.shape)
    rows, columns = opened.pixels.shape[:2]
    row, column = piece.row * opened.rows // rows, piece.column * opened.columns // columns
    bottom = -(-piece.bottom * opened.rows // rows)
    right = -(-piece.right * opened.columns // columns)
    return FoundDigit(read.digit, read.confidence, row, column, bottom - row, right - column)
