"""Pieces of ink: what shape they have, and where several that touch may be cut apart.

Pure functions on masks, bool, of the photo's size or of one piece's box; places and sizes are in pixels.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from inference import ink
from inference.ground import reduced

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
    mask = without_frames(ink.without_rules(strength, threshold))
    labels, found = ink.components(strength, mask, MOST_PIECES)
    least = least_height(strength.shape)
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


# --- Frames and tables ---------------------------------------------------------------------------------------

HOUGH_ROUNDS, MOST_LINES = 4, 100


def without_frames(mask: np.ndarray) -> np.ndarray:
    """Return the ink, (R, C) bool, without the straight lines of drawn boxes and tables.

    Such a piece surrounds others, or has ink along three sides of its box. Its lines are found by the Hough transform
    (J. Matas et al., 2000), so that they may slope. What is thicker than the lines stays: a stroke that crosses.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    least = least_height(mask.shape)
    boxes = stats[1:]
    large = np.flatnonzero(np.minimum(boxes[:, cv2.CC_STAT_WIDTH], boxes[:, cv2.CC_STAT_HEIGHT]) >= 2 * least)
    cleaned = mask
    for index in large:
        column, row, width, height, _ = (int(value) for value in boxes[index])
        place = (slice(row, row + height), slice(column, column + width))
        part = labels[place] == index + 1
        if _is_outlined(part, sides=4) and part.mean() > 0.4:
            # A printed marker: filled up to all four sides, as no digit is.
            cleaned = mask.copy() if cleaned is mask else cleaned
            cleaned[place] &= ~part
            continue
        inside = _surrounded(boxes, index, least)
        if not inside.any() and not _is_outlined(part):
            continue
        length = 0.8 * min(height, width)
        if inside.sum() >= 3:
            # A table's lines may be unsteady: straight for a little more than a digit is enough.
            digit = np.quantile(boxes[inside][:, (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT)].max(axis=1), 0.75)
            length = min(length, 1.6 * digit)
        lines = _long_lines(part, length)
        if lines is None:
            continue
        cleaned = mask.copy() if cleaned is mask else cleaned
        cleaned[place] &= ~(lines & part)
    return cleaned


def _surrounded(boxes: np.ndarray, index: int, least: float) -> np.ndarray:
    """Which pieces lie in one piece's box and may be digits, (N,) bool; ``boxes``: OpenCV's statistics, (N, 5)."""
    column, row, width, height = boxes[index, :4]
    return (
        (boxes[:, cv2.CC_STAT_LEFT] > column)
        & (boxes[:, cv2.CC_STAT_TOP] > row)
        & (boxes[:, cv2.CC_STAT_LEFT] + boxes[:, cv2.CC_STAT_WIDTH] < column + width)
        & (boxes[:, cv2.CC_STAT_TOP] + boxes[:, cv2.CC_STAT_HEIGHT] < row + height)
        & (boxes[:, cv2.CC_STAT_HEIGHT] >= max(least, 0.08 * min(height, width)))
    )


def _is_outlined(part: np.ndarray, sides: int = 3) -> bool:
    """Whether ink runs along so many of the four sides of a piece's box."""
    rows, columns = part.shape
    if min(rows, columns) < 16:
        return False
    down, across = max(2, rows // 8), max(2, columns // 8)
    inked = (
        part[:down].any(axis=0).mean(),
        part[-down:].any(axis=0).mean(),
        part[:, :across].any(axis=1).mean(),
        part[:, -across:].any(axis=1).mean(),
    )
    return sorted(inked)[4 - sides] > 0.92


def _long_lines(part: np.ndarray, length: float) -> np.ndarray | None:
    """Return the straight lines of at least this length, as a mask, or None where there are none."""
    pixels = part.astype(np.uint8) * 255
    along, left = np.zeros_like(pixels), pixels.copy()
    # The transform takes points at random and may miss a line: it is asked again for what it left.
    for _ in range(HOUGH_ROUNDS):
        lines = cv2.HoughLinesP(
            left, 1, np.pi / 360, threshold=round(0.5 * length), minLineLength=length, maxLineGap=0.08 * length
        )
        if lines is None:
            break
        for start, end in lines.reshape(-1, 2, 2)[:MOST_LINES].astype(np.float64):
            cv2.line(along, *_extended(start, end, pixels), 255, 1)
        left[cv2.dilate(along, np.ones((5, 5), np.uint8)) > 0] = 0
    if not along.any():
        return None
    distance = cv2.distanceTransform(np.pad(pixels, 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    thickness = max(2.0, 2 * float(np.median(distance[(along > 0) & part])))
    reach = 2 * round(0.75 * thickness) + 1
    band = cv2.dilate(along, np.ones((reach, reach), np.uint8)) > 0
    # A border of ground: a line along the piece's edge is not thick.
    side = round(1.8 * thickness) + 1
    thick = cv2.morphologyEx(np.pad(pixels, side), cv2.MORPH_OPEN, np.ones((side, side), np.uint8)) > 0
    lines = band & ~thick[side:-side, side:-side]
    # An unsteady line leaves pieces of itself, near it everywhere; a digit reaches away from the lines.
    near = 2 * round(max(2.5 * thickness, 0.05 * length)) + 1
    far = cv2.dilate(along, np.ones((near, near), np.uint8)) == 0
    _, labels = cv2.connectedComponents((part & ~lines).astype(np.uint8), connectivity=8)
    stays = np.zeros(labels.max() + 1, bool)
    stays[labels[far & part & ~lines]] = True
    return lines | (part & ~stays[labels])


def _extended(start: np.ndarray, end: np.ndarray, pixels: np.ndarray) -> list[tuple[int, int]]:
    """Return a line's ends, (column, row), moved to where its ink ends: the transform may stop before."""
    way = (end - start) / np.hypot(*(end - start))
    size = np.array(pixels.shape[::-1]) - 1
    ends = []
    for at, step in ((start, -way), (end, way)):
        steps = np.arange(max(pixels.shape))[:, None] * step + at
        steps = np.round(steps[((steps >= 0) & (steps <= size)).all(axis=1)]).astype(int)
        is_ink = pixels[steps[:, 1], steps[:, 0]] > 0
        # A gap of a few pixels does not end it.
        gaps = np.flatnonzero(np.convolve(is_ink, np.ones(5), "full")[: len(steps)] == 0)
        last = gaps[0] if gaps.size else len(steps)
        column, row = steps[last - 1] if last > 0 else at
        ends.append((int(column), int(row)))
    return ends


# --- Signs: what stands between numbers and is none ----------------------------------------------------------


def is_bar(mask: np.ndarray, digit_height: float) -> bool:
    """Whether a piece is a minus, one half of an equals sign, a fraction bar: straight, thin and nearly level."""
    length, thickness, angle = _extent(mask)
    return abs(angle) < 30 and thickness < 0.4 * digit_height and length >= 1.8 * thickness


def is_slash(mask: np.ndarray, digit_height: float) -> bool:
    """Whether a piece is a division stroke: straight, thin, and more slanted than a 1 or slanted and higher."""
    length, thickness, angle = _extent(mask)
    if length < 5 * thickness or thickness > 2.5 * ink.stroke_width(mask):
        return False
    slant = 90 - abs(angle)
    return slant > 40 or (slant > 15 and mask.shape[0] > 1.25 * digit_height)


def _extent(mask: np.ndarray) -> tuple[float, float, float]:
    """Return how far the ink reaches along and across its main axis, and how that slopes: -90 to 90 degrees."""
    rows, columns = np.nonzero(mask)
    points = np.stack([columns, rows], axis=1).astype(np.float32)
    points -= points.mean(axis=0)
    across, along = np.linalg.eigh(points.T @ points)[1].T  # eigenvalues rise: the long axis is the last
    angle = np.degrees(np.arctan2(along[1], along[0]))
    return float(np.ptp(points @ along) + 1), float(np.ptp(points @ across) + 1), float((angle + 90) % 180 - 90)


def is_cross(mask: np.ndarray) -> bool:
    """Whether a piece is a plus or a times sign: four straight arms from one crossing, each opposite another.

    Without its crossing a 4 or an 8 falls into fewer parts, or into bent ones.
    """
    width = ink.stroke_width(mask)
    # The crossing is where most ink is near.
    density = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), width, borderType=cv2.BORDER_CONSTANT)
    rows, columns = mask.shape
    inner = (slice(rows // 5, rows - rows // 5), slice(columns // 5, columns - columns // 5))
    row, column = np.unravel_index(density[inner].argmax(), density[inner].shape)
    row, column = int(row) + rows // 5, int(column) + columns // 5
    arms = mask.astype(np.uint8)
    radius = max(1.2 * width, min(2.0 * width, 0.25 * max(mask.shape)))
    cv2.circle(arms, (column, row), int(np.ceil(radius)), 0, -1)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(arms, connectivity=8)
    large = [label for label in range(1, count) if stats[label, cv2.CC_STAT_AREA] >= 0.06 * mask.sum()]
    if len(large) != 4:
        return False
    directions, lengths = [], []
    for label in large:
        down, right = np.nonzero(labels == label)
        offsets = np.stack([right - column, down - row], axis=1).astype(np.float64)
        direction = offsets.mean(axis=0)
        direction /= np.hypot(*direction) + 1e-9
        length = (offsets @ direction).max()
        beside = np.abs(offsets @ np.array([-direction[1], direction[0]]))
        if (beside <= max(1.2 * width, 0.25 * length)).mean() < 0.85:
            return False
        directions.append(np.degrees(np.arctan2(direction[1], direction[0])) % 360)
        lengths.append(length)
    if min(lengths) < 0.25 * max(lengths):
        return False
    first, second, third, fourth = sorted(directions)
    quarters = np.array([second - first, third - second, fourth - third, 360 + first - fourth])
    return bool(quarters.min() > 45 and abs(third - first - 180) < 30 and abs(fourth - second - 180) < 30)


# --- Cuts ----------------------------------------------------------------------------------------------------

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
