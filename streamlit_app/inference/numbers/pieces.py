"""Pieces of ink on a page: which there are, and where.

Pure functions on masks, bool, of the photo's size or of one piece's box; places and sizes are in pixels.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from inference import ink, rules
from inference.ground import reduced
from inference.numbers import frames

# More pieces than this on one photo are texture: the largest are looked at.
MOST_PIECES = 600
# A digit is at least this high, in pixels and as a share of the photo's longer side: 4 mm on a sheet of A4.
LEAST_HEIGHT, LEAST_SHARE = 9, 0.012
# The stroke of a digit is narrower than this share of its longer side: MNIST's are 0.1 to 0.2 wide.
FILLED = 0.35


@dataclass(frozen=True, eq=False)
class Piece:
    """Some ink: its mask within its box, (height, width) bool, and the row and column where the box begins."""

    mask: np.ndarray
    row: int
    column: int

    @property
    def height(self) -> int:
        return self.mask.shape[0]

    @property
    def width(self) -> int:
        return self.mask.shape[1]

    @property
    def bottom(self) -> int:
        return self.row + self.height

    @property
    def right(self) -> int:
        return self.column + self.width

    @property
    def centre(self) -> tuple[float, float]:
        return self.row + self.height / 2, self.column + self.width / 2

    @property
    def size(self) -> int:
        return max(self.height, self.width)

    @property
    def is_long(self) -> bool:
        return self.size >= 2.2 * min(self.height, self.width)


def joined(pieces: list[Piece]) -> Piece:
    """Return several pieces as one."""
    if len(pieces) == 1:
        return pieces[0]
    top, left = min(piece.row for piece in pieces), min(piece.column for piece in pieces)
    mask = np.zeros((max(p.bottom for p in pieces) - top, max(p.right for p in pieces) - left), bool)
    for piece in pieces:
        mask[piece.row - top : piece.bottom - top, piece.column - left : piece.right - left] |= piece.mask
    return Piece(mask, top, left)


def turned(piece: Piece, quarters: int, shape: tuple[int, int]) -> Piece:
    """Return the piece as it lies after the photo of ``shape`` was turned by np.rot90(photo, quarters)."""
    rows, columns = shape
    row, column = {
        0: (piece.row, piece.column),
        1: (columns - piece.right, piece.row),
        2: (rows - piece.bottom, columns - piece.right),
        3: (piece.column, rows - piece.bottom),
    }[quarters % 4]
    return replace(piece, mask=np.ascontiguousarray(np.rot90(piece.mask, quarters)), row=row, column=column)


def page_threshold(strength: np.ndarray) -> ink.Threshold:
    """Return from which strength, (R, C), a page's pixels are ink."""
    return ink.ink_threshold(strength, is_even(strength))


# Printed lines are this much of the ink or more, and the pen is so much stronger.
LINES_SHARE, STRONGER = 0.6, 1.4


def above_lines(strength: np.ndarray, threshold: ink.Threshold) -> ink.Threshold | None:
    """Return a threshold between the lines of a paper and a stronger pen, or None where there are no two such kinds.

    Otsu's again, over what is ink by the first: lines that slope and bend, which no rule for lines finds, are fainter.
    """
    marked = strength[::2, ::2]
    marked = np.clip(marked[marked > threshold.ink] * 255, 0, 255).astype(np.uint8)
    if marked.size < 4:
        return None
    between, _ = cv2.threshold(marked, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    faint = marked <= between
    if not LINES_SHARE < faint.mean() < 1 or marked[~faint].mean() < STRONGER * marked[faint].mean():
        return None
    # Whole steps of 1/255 were compared: the next one is above the lines.
    return replace(threshold, ink=(between + 1) / 255)


def find_pieces(strength: np.ndarray, threshold: ink.Threshold) -> list[Piece]:
    """Return the pieces of ink, the largest first, without ruled lines, frames, tables, edges and specks."""
    rows, columns = strength.shape
    least = least_height(strength.shape)
    # Frames first, as they have straight lines too; what spans the photo is rather the paper's.
    mask = frames.without_frames(strength > threshold.ink, least, rules.SPAN)
    mask = frames.without_frames(mask & ink.without_rules(strength, threshold, pen=2), least)
    labels, found = ink.components(strength, mask, MOST_PIECES)
    pieces = []
    for c in found:
        # Parts of a digit may be small; what is much smaller than the smallest digit is a speck.
        if max(c.height, c.width) < max(3, 0.3 * least) or ink.is_frame(c, rows, columns) or _is_edge(c, rows, columns):
            continue
        part = labels[c.row : c.row + c.height, c.column : c.column + c.width] == c.label
        if not _is_filled(part, least) and ink.is_stroke(c, labels, strength):
            pieces.append(Piece(part, c.row, c.column))
    return pieces


def _is_filled(part: np.ndarray, least: float) -> bool:
    """Tell a shadow or a stain from writing: somewhere it is wider than any stroke."""
    distance = cv2.distanceTransform(np.pad(part, 1).astype(np.uint8), cv2.DIST_L2, 3)
    return max(part.shape) > least and 2 * float(distance.max()) > FILLED * max(part.shape)


def is_even(strength: np.ndarray) -> np.ndarray:
    """Return where the ground was well estimated, (R, C) bool: not beside the edge of a sheet on a desk.

    There the strength is off over wide areas, which would pass for noise. A median over more than strokes shows it.
    """
    small = np.clip(128 + 255 * reduced(strength, 128), 0, 255).astype(np.uint8)
    level = cv2.medianBlur(small, 9).astype(np.float32) - 128
    return cv2.resize((np.abs(level) < 0.1 * 255).astype(np.uint8), strength.shape[::-1]) > 0


def _is_edge(piece: ink.Component, rows: int, columns: int) -> bool:
    """Whether a piece runs along the photo's border: the sheet's edge, or a stroke of which most is cut away."""
    beside = piece.column == 0 or piece.column + piece.width == columns
    above = piece.row == 0 or piece.row + piece.height == rows
    return (beside and piece.height > 3 * piece.width) or (above and piece.width > 1.5 * piece.height)


def least_height(shape: tuple[int, int]) -> float:
    """Return the height from which ink in a photo of this shape may be a digit."""
    return max(LEAST_HEIGHT, LEAST_SHARE * max(shape))
