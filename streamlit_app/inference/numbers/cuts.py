"""Where a piece of ink may be cut apart: several digits that touch."""

import cv2
import numpy as np

from inference import ink
from inference.numbers.pieces import Piece

# Digits are reduced to this height before the cuts are looked for.
CUT_ROWS = 48
# As shares of a digit's height: no cut nearer to a piece's end or to another cut.
CUT_MARGIN = 0.12
# A cut costs no more than so many strokes are wide: each time that it enters ink, one, and the ink on its way.
CUT_STROKES = 5.0


def cut_apart(piece: Piece, digit_height: float) -> list[Piece]:
    """Return the piece in parts from left to right, cut wherever touching digits may be: often in too many.

    A cut runs from top to bottom, may lean and bend, and passes through little ink; it is the cheapest such path
    through its place, as in seam carving (S. Avidan, A. Shamir, 2007).
    """
    scale = min(1.0, CUT_ROWS / digit_height)
    size = max(1, round(piece.width * scale)), max(3, round(piece.height * scale))
    small = cv2.resize(piece.mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    stroke = max(1.5, ink.stroke_width(small > 0.5))
    down, back_down = _cheapest(small, stroke)
    up, back_up = (np.flip(way, axis=0) for way in _cheapest(small[::-1], stroke))
    costs = down + up - small * (1 + stroke)  # of the cheapest cut through each pixel, which both ways count
    limit = CUT_STROKES * stroke
    margin = CUT_MARGIN * digit_height * scale
    candidates = []
    # Two digits may touch at any height, and elsewhere the way between them is wide: three levels show it.
    for level in (len(small) // 4, len(small) // 2, 3 * len(small) // 4):
        through = costs[level]
        lowest = cv2.erode(through[None], np.ones((1, 5), np.uint8))[0]
        for column in np.flatnonzero((through <= lowest) & (through <= limit)):
            if margin <= column < small.shape[1] - margin:
                candidates.append((float(through[column]), _path(level, int(column), back_down, back_up)))
    paths: list[np.ndarray] = []
    for _, path in sorted(candidates, key=lambda candidate: candidate[0]):
        place = path.mean()
        if margin <= place < small.shape[1] - margin and all(abs(place - other.mean()) >= margin for other in paths):
            paths.append(path)
    parts, left_of = [], np.zeros(piece.mask.shape, bool)
    columns, rows = np.arange(piece.width), np.linspace(0, len(small) - 1, piece.height)
    for path in sorted(paths, key=np.mean):
        left = columns[None] < np.interp(rows, np.arange(len(path)), path)[:, None] / scale
        if (piece.mask & left & ~left_of).any():
            parts.append(_trimmed(piece.mask & left & ~left_of, piece))
            left_of = left_of | left
    if not left_of[piece.mask].all():
        parts.append(_trimmed(piece.mask & ~left_of, piece))
    return parts


def _path(level: int, column: int, back_down: np.ndarray, back_up: np.ndarray) -> np.ndarray:
    """Return the column of a cut in every row, (R,) float32: from where it passes, up and down to the ends."""
    path = np.full(len(back_down), column, np.float32)
    at = column
    for row in range(level, 0, -1):
        at += int(back_down[row, at])
        path[row - 1] = at
    at = column
    for row in range(level, len(path) - 1):
        at += int(back_up[row, at])
        path[row + 1] = at
    return path


def _trimmed(mask: np.ndarray, piece: Piece) -> Piece:
    left, top, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return Piece(mask[top : top + height, left : left + width], piece.row + top, piece.column + left)


def _cheapest(ink_share: np.ndarray, entry: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the cost of the cheapest path from the top to each pixel, and its step back: -1, 0 or 1 column.

    Ink costs what there is of it, and ``entry`` where a path enters it: touching digits are parted by going through
    ink once, a loop only by going through it twice. A step aside costs a little.
    """
    rows, columns = ink_share.shape
    costs = ink_share + entry * np.maximum(0, np.diff(ink_share, axis=0, prepend=np.float32(0)))
    cost, back = costs.astype(np.float32), np.zeros((rows, columns), np.int8)
    for row in range(1, rows):
        above = np.pad(cost[row - 1], 1, constant_values=np.inf)
        ways = np.stack([above[:-2] + 0.15, above[1:-1], above[2:] + 0.15])
        best = ways.argmin(axis=0)
        back[row] = best - 1
        cost[row] += ways[best, np.arange(columns)]
    return cost, back
