"""The layout of a page of numbers: how high its digits are, which stand in a row, and where a number ends.

Pure functions on places and sizes in pixels.
"""

import numpy as np

from inference.numbers.pieces import Piece

# A piece lower than this share of the digits' height is no whole digit.
LOW = 0.5


def digit_height(sizes: np.ndarray, weights: np.ndarray) -> float:
    """Return the height of the handwritten digits among pieces of many kinds: (N,) sizes and how like a digit each is.

    The sizes within a factor of 1.7 that weigh most are taken; each weighs by its square, as otherwise many printed
    letters would outvote a few digits.
    """
    heavy = weights * sizes**2
    groups = [(sizes >= size) & (sizes <= 1.7 * size) for size in sizes]
    best = max(groups, key=lambda group: heavy[group].sum())
    order = np.argsort(sizes[best])
    share = np.cumsum(weights[best][order])
    return float(sizes[best][order][np.searchsorted(share, share[-1] / 2)])


# More pieces than this beside one are texture: a picture, print, a pattern.
CROWD = 6


def without_texture(pieces: list[Piece], height: float) -> list[Piece]:
    """Return the pieces that have no crowd beside them: writing has a neighbour on each side, and few small parts."""
    counted = [piece for piece in pieces if piece.size >= 0.15 * height]
    if len(counted) <= CROWD:
        return pieces
    top, left, bottom, right = np.array([(p.row, p.column, p.bottom, p.right) for p in counted]).T
    kept = []
    for piece in pieces:
        down = np.maximum(0, np.maximum(top - piece.bottom, piece.row - bottom))
        across = np.maximum(0, np.maximum(left - piece.right, piece.column - right))
        if (np.hypot(down, across) < 0.5 * height).sum() - 1 <= CROWD:
            kept.append(piece)
    return kept


def slope_of(pieces: list[Piece], height: float) -> float:
    """Return by how many rows the lines of writing sink a column: 0 where they are level or too short to say."""
    slopes, weights = [], []
    for piece in pieces:
        row, column = piece.centre
        right = [
            other
            for other in pieces
            if other.centre[1] > column + 0.3 * height
            and abs(other.centre[0] - row) < 0.6 * (other.centre[1] - column)
            and abs(other.centre[0] - row) < 1.2 * height
            and other.column - piece.right < 3 * height
        ]
        if right:
            other = min(right, key=lambda other: other.centre[1] + abs(other.centre[0] - row))
            across = other.centre[1] - column
            slopes.append((other.centre[0] - row) / across)
            weights.append(across)
    if len(slopes) < 2:
        return 0.0
    order = np.argsort(slopes)
    share = np.cumsum(np.array(weights)[order])
    return float(np.array(slopes)[order][np.searchsorted(share, share[-1] / 2)])


def rows_of(pieces: list[Piece], height: float) -> list[list[Piece]]:
    """Return the pieces that are high enough for a digit row by row, top to bottom, each from left to right; then the
    low ones are added to the row in whose band they lie, or left out.
    """
    whole = [piece for piece in pieces if piece.height >= LOW * height]
    slope = slope_of(whole, height)

    def level(piece: Piece) -> float:
        return piece.centre[0] - slope * piece.centre[1]

    rows: list[list[Piece]] = []
    # From left to right, so that a line may bend: each piece is compared with the last of every row.
    for piece in sorted(whole, key=lambda piece: piece.centre[1]):
        near = [row for row in rows if abs(level(piece) - np.mean([level(p) for p in row[-3:]])) < 0.55 * height]
        if near:
            min(near, key=lambda row: abs(level(piece) - level(row[-1]))).append(piece)
        else:
            rows.append([piece])
    rows.sort(key=lambda row: np.mean([level(piece) for piece in row]))
    for piece in pieces:
        if piece.height < LOW * height and rows:
            row = min(rows, key=lambda row: _distance(piece, row))
            if _distance(piece, row) < 1.0 * height and abs(level(piece) - level(row[0])) < 0.8 * height:
                row.append(piece)
    return [sorted(row, key=lambda piece: piece.column) for row in rows]


def _distance(piece: Piece, row: list[Piece]) -> float:
    """Return how far a piece lies from the nearest of a row, box to box."""
    return min(gap(piece, other) for other in row if other is not piece)


def overlap(one: Piece, other: Piece) -> float:
    """Return by which share of the narrower one two pieces lie above each other."""
    return (min(one.right, other.right) - max(one.column, other.column)) / min(one.width, other.width)


def gap(one: Piece, other: Piece) -> float:
    """Return the distance between two boxes; 0 where they meet or overlap."""
    down = max(one.row - other.bottom, other.row - one.bottom, 0)
    across = max(one.column - other.right, other.column - one.right, 0)
    return float(np.hypot(down, across))


# As shares of a digit's height: a narrower gap is no space, and a wider one is. Where most gaps are wider than APART,
# each digit is a number, or nearly; then a space is wider than the third.
NARROWEST, WIDEST, APART, SPACE_APART = 0.3, 1.0, 0.9, 0.6
# A space is so many times as wide as the usual gap, and as the widest one that is none. All five chosen on synthetic
# rows: even and uneven, narrow and wide, with spaces of 0.55 to 2 and without.
TIMES_WIDER = 1.4


def is_space(gaps: np.ndarray, height: float) -> np.ndarray:
    """Tell for each gap between neighbours, (N,) in pixels, whether a new number begins after it.

    A hand's gaps are uneven: in their order each is a little wider than the one before, and the first space is much
    wider. They are divided where this step is largest.
    """
    if gaps.size == 0:
        return np.zeros(0, bool)
    gaps = gaps / height
    usual = np.median(gaps)
    if usual > APART:
        return gaps > SPACE_APART
    least = np.clip(TIMES_WIDER * usual, NARROWEST, WIDEST)
    order = np.array([least, *np.sort(gaps[(gaps > least) & (gaps < WIDEST)]), WIDEST])
    steps = order[1:] / order[:-1]
    largest = int(steps.argmax())
    has_step = steps[largest] >= TIMES_WIDER
    return gaps > (np.sqrt(order[largest] * order[largest + 1]) if has_step else WIDEST)
