"""The ink finder: which pixels of a photo are ink, and which of them are the digit.

Pure functions on arrays; *strength* is what ground.py says.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from inference.evidence import Evidence
from inference.ground import spread
from inference.rules import printed_lines

# Ink weaker than this share of the ground is not seen as ink: paper grain, show-through, soft shadows.
MIN_STRENGTH = 0.07
# Smaller images are crops of one digit: no line in them is a ruled one.
RULES_FROM_SIDE = 100
# Lines are often printed more faintly than the pen writes: from this share of the ink's threshold on they are seen.
FAINTEST_LINE = 0.5
# A line is not everywhere as strong as on average.
LINE_MARGIN = 1.15
# A gap that a line leaves in a stroke is closed up to about so many pixels.
BRIDGE = 5


@dataclass(frozen=True)
class Threshold:
    """The strength from which a pixel is ink, and the noise of the ground (one standard deviation)."""

    ink: float
    noise: float


def ink_threshold(strength: np.ndarray, where: np.ndarray | None = None) -> Threshold:
    """Return Otsu's threshold (N. Otsu, 1979) over the pixels that stand out from the ground's noise at all.

    Over all pixels Otsu's method fails where the ink is a small share of the sheet: two classes of ground. ``where``,
    (R, C) bool, says which pixels to measure; without it, or where it leaves few, all.
    """
    # Every n-th pixel is enough to count by; a reduced copy would wash thin ink out.
    stride = max(1, round(max(strength.shape) / 400))
    pixels = strength[::stride, ::stride].ravel()
    if where is not None and (chosen := where[::stride, ::stride].ravel()).mean() > 0.1:
        pixels = pixels[chosen]
    noise = spread(pixels[:: max(1, pixels.size // 10_000)])
    floor = max(MIN_STRENGTH, 4.0 * noise)
    candidates = pixels[pixels > floor]
    if candidates.size < 4:
        return Threshold(floor, noise)
    scaled = np.clip(candidates * 255, 0, 255).astype(np.uint8).reshape(-1, 1)
    otsu, _ = cv2.threshold(scaled, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    # Half way from the ground to the typical ink, so that faint ends of a stroke stay.
    typical = float(candidates[candidates >= otsu / 255].mean())
    return Threshold(max(floor, min(otsu / 255, 0.45 * typical)), noise)


@dataclass(frozen=True)
class Component:
    """One connected piece of ink; places and sizes in pixels."""

    label: int
    row: int
    column: int
    height: int
    width: int
    area: int
    strength: float
    touched_edges: int
    is_box: bool

    @property
    def centre(self) -> tuple[float, float]:
        return self.row + self.height / 2, self.column + self.width / 2


Piece = tuple[np.ndarray, int, int]  # a mask, (height, width) bool, and the row and column of its first pixel


@dataclass(frozen=True)
class Found:
    """The digit in a photo: its mask within its box, (height, width) bool, where the box is, and what it is like.

    ``strength``: the mean of its main stroke, 0-1; ``evidence``: what speaks for it and against it; ``beside``: other
    pieces of the ink that are about as large; ``parts``: those of the found ink, where two or more that are about as
    large stand beside each other in it: a digit in two strokes, or two digits close together. Each piece is its mask
    and the row and column where that lies.
    """

    mask: np.ndarray
    row: int
    column: int
    strength: float
    evidence: Evidence
    beside: tuple[Piece, ...] = ()
    parts: tuple[Piece, ...] = ()

    @property
    def certainty(self) -> float:
        """How sure it is that this is the digit, 0-1."""
        return self.evidence.certainty

    @property
    def height(self) -> int:
        return self.mask.shape[0]

    @property
    def width(self) -> int:
        return self.mask.shape[1]


def without_rules(strength: np.ndarray, threshold: Threshold, pen: int = 3) -> np.ndarray:
    """Return the mask of the ink, (R, C) bool, without the printed lines of ruled and squared paper.

    Ink over a line lets less light through than the line alone; its strength is what is left of it when the line's is
    divided away. Less than ``pen`` pixels of it are a rest of the line.
    """
    mask = strength > threshold.ink
    if min(mask.shape) < RULES_FROM_SIDE:
        return mask
    lines = printed_lines(strength, FAINTEST_LINE * threshold.ink)
    on_line = lines > 0
    if not on_line.any():
        return mask
    over_line = 1 - (1 - strength) / (1 - np.minimum(LINE_MARGIN * lines, 0.95)) > threshold.ink
    # Wider than the lines is a broad pen's ink, however strong the lines are.
    broad = round(stroke_width(on_line)) + 1
    ink = mask & (~on_line | _opened(over_line, pen) | _opened(mask, broad))
    # A faint pen may be interrupted where it crosses a line.
    bridged = cv2.morphologyEx(np.pad(ink, BRIDGE).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((BRIDGE, BRIDGE)))
    return mask & bridged[BRIDGE:-BRIDGE, BRIDGE:-BRIDGE].astype(bool)


def _opened(mask: np.ndarray, side: int) -> np.ndarray:
    kernel = np.ones((side, side), np.uint8)
    return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, kernel).astype(bool)


def components(strength: np.ndarray, mask: np.ndarray, most: int = 60) -> tuple[np.ndarray, list[Component]]:
    """Return the label image (R, C), uint16 or int32, and the connected pieces of the ink mask, the largest first.

    More than ``most`` pieces are texture, not writing; the largest are returned.
    """
    rows, columns = mask.shape
    # Of an image of this size no more pieces than that can be told: twice as fast.
    kind = cv2.CV_16U if (rows + 1) * (columns + 1) < 4 * 2**16 else cv2.CV_32S
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8, ltype=kind)
    pieces = []
    for label in np.argsort(-stats[1:, cv2.CC_STAT_AREA])[:most] + 1:
        column, row, width, height, area = (int(value) for value in stats[label])
        part = labels[row : row + height, column : column + width] == label
        mean = float(strength[row : row + height, column : column + width][part].mean())
        edges = (row == 0) + (column == 0) + (row + height == rows) + (column + width == columns)
        pieces.append(Component(int(label), row, column, height, width, area, mean, int(edges), _is_box(part)))
    return labels, pieces


def _is_box(part: np.ndarray) -> bool:
    """Tell a drawn rectangle, or a page's edge, from a digit: (R, C) bool, one piece within its bounding box.

    A rectangle has ink along three or four whole sides of its bounding box and next to none in its middle.
    """
    rows, columns = part.shape
    if min(rows, columns) < 16:
        return False
    band_rows, band_columns = max(2, rows // 8), max(2, columns // 8)
    sides = sorted(
        (
            part[:band_rows].any(axis=0).mean(),
            part[-band_rows:].any(axis=0).mean(),
            part[:, :band_columns].any(axis=1).mean(),
            part[:, -band_columns:].any(axis=1).mean(),
        )
    )
    middle = part[rows // 4 : -(rows // 4), columns // 4 : -(columns // 4)].mean()
    return sides[1] > 0.92 and middle < 0.02


def is_frame(piece: Component, rows: int, columns: int) -> bool:
    """A drawn box, a page edge, a shadow: rectangular, or long, straight and along the photo's border."""
    spans = piece.height > 0.9 * rows or piece.width > 0.9 * columns
    thin = min(piece.height, piece.width) < 0.06 * max(rows, columns)
    if piece.is_box or piece.touched_edges >= 3 or (piece.touched_edges >= 2 and spans):
        return True
    return piece.touched_edges >= 1 and thin and max(piece.height, piece.width) > 0.4 * max(rows, columns)


def _is_around(box: Component, piece: Component) -> bool:
    """Tell a drawn box, closed or not, by what it holds: another piece, about as large, and little ink of its own."""
    return (
        box.row < piece.row
        and box.column < piece.column
        and piece.row + piece.height < box.row + box.height
        and piece.column + piece.width < box.column + box.width
        and max(piece.height, piece.width) >= 0.3 * max(box.height, box.width)
        and piece.height >= 0.25 * box.height
        and box.area < 0.4 * box.height * box.width
        # What a ruled line leaves within a loop is fainter than the pen.
        and piece.strength >= 0.7 * box.strength
    )


def _score(piece: Component, rows: int, columns: int) -> float:
    """Rate a piece as the main stroke of the digit: big, strong, near the middle, off the border."""
    size = max(piece.height / rows, piece.width / columns)
    row, column = piece.centre
    off_centre = max(abs(row / rows - 0.5), abs(column / columns - 0.5))
    return piece.strength * np.sqrt(size) * (1.0 - 0.8 * off_centre) * 0.45**piece.touched_edges


def find_digit(strength: np.ndarray, threshold: Threshold, grey: np.ndarray | None = None) -> Found | None:
    """Return the digit among the ink, or None where there is no ink that could be one.

    ``grey``, (R, C) uint8, ink dark: what the strength was measured on; without it the ground counts as even. The best
    piece is taken, with the pieces near it that belong to it (the bar of a 5, a broken stroke).
    """
    rows, columns = strength.shape
    labels, pieces = components(strength, without_rules(strength, threshold, pen=2))
    smallest = max(6.0, 0.00005 * rows * columns)
    pieces = [piece for piece in pieces if piece.area >= smallest]
    pieces = [
        piece
        for piece in pieces
        if not is_frame(piece, rows, columns) and not any(_is_around(piece, other) for other in pieces)
    ]
    rated = [(_score(piece, rows, columns), piece) for piece in pieces if _may_be_main(piece, rows, columns)]
    if len(rated) > 1:
        rated = [(score * (0.7 if _is_straight(piece, labels) else 1.0), piece) for score, piece in rated]
    rated.sort(key=lambda pair: -pair[0])
    rated = [pair for pair in rated[:MAINS_TO_TRY] if is_stroke(pair[1], labels, strength)]
    if not rated:
        return None
    main = rated[0][1]
    parts = (piece for piece in pieces if piece is not main and _belongs_to(piece, main, labels))
    chosen = [main, *(piece for piece in parts if is_stroke(piece, labels, strength))]
    top = min(piece.row for piece in chosen)
    left = min(piece.column for piece in chosen)
    bottom = max(piece.row + piece.height for piece in chosen)
    right = max(piece.column + piece.width for piece in chosen)
    is_chosen = np.zeros(labels.max() + 1, bool)
    is_chosen[[piece.label for piece in chosen]] = True
    mask = is_chosen[labels[top:bottom, left:right]]
    evidence = _evidence(mask, top, left, main, [score for score, _ in rated], pieces, strength, threshold)
    if grey is not None:
        evidence = replace(evidence, open_side=_open_side(mask, top, left, strength, grey))
    rivals = [piece for _, piece in rated if piece not in chosen and _is_about_as_large(piece, main)]
    parts = [piece for piece in chosen[1:] if _is_about_as_large(piece, main) and _stands_beside(piece, main)]
    parts = [main, *parts] if parts else []
    beside, parts = (tuple(_cut_out(piece, labels) for piece in group) for group in (rivals[:BESIDE], parts[:BESIDE]))
    return Found(mask, top, left, main.strength, evidence, beside, parts)


# Of the pieces that could be the digit, so many of the best are looked at more closely.
MAINS_TO_TRY = 6
# Of the pieces about as large as the digit, so many are shown to the network: one more digit makes several.
BESIDE = 3


def _may_be_main(piece: Component, rows: int, columns: int) -> bool:
    """Large enough to be read; and no digit lies flat, like what is left of a ruled line."""
    return max(piece.height, piece.width) >= max(4.0, 0.03 * max(rows, columns)) and piece.width <= 3.5 * piece.height


def is_stroke(piece: Component, labels: np.ndarray, strength: np.ndarray) -> bool:
    """Tell a stroke from the slope or the edge of a shadow: a stroke ends, and has ground on every side.

    Beside a slope, strength falls slowly; beside an edge, one side comes out much brighter than its ground.
    """
    box = labels[piece.row : piece.row + piece.height, piece.column : piece.column + piece.width]
    beside = _beside(box == piece.label, piece.row, piece.column, strength)
    if beside.size == 0:
        return True
    low, middle = np.quantile(beside, (0.2, 0.5)) / piece.strength
    return bool(low > -0.7 and middle < 0.35)


def _cut_out(piece: Component, labels: np.ndarray) -> Piece:
    """Return a component with its place, from the label image."""
    box = labels[piece.row : piece.row + piece.height, piece.column : piece.column + piece.width]
    return box == piece.label, piece.row, piece.column


def _stands_beside(piece: Component, main: Component) -> bool:
    """Tell a piece that shares no column with the main one, as the strokes of one digit mostly do."""
    return piece.column >= main.column + main.width or main.column >= piece.column + piece.width


def _is_about_as_large(piece: Component, main: Component) -> bool:
    """Tell a piece that may be a digit of its own: of about the same height, alike in strength, off the border."""
    alike = 0.6 * main.height <= piece.height <= main.height / 0.6 and piece.strength >= 0.6 * main.strength
    return alike and not piece.touched_edges


def _beside(mask: np.ndarray, row: int, column: int, strength: np.ndarray) -> np.ndarray:
    """Return the strengths a little way off the ink that ``mask`` shows at this place, (N,) float32."""
    margin = max(3, round(0.08 * max(mask.shape)))
    top, left = min(margin, row), min(margin, column)
    bottom = min(margin, strength.shape[0] - row - mask.shape[0])
    right = min(margin, strength.shape[1] - column - mask.shape[1])
    part = cv2.copyMakeBorder(mask.astype(np.uint8), top, bottom, left, right, cv2.BORDER_CONSTANT)
    near = cv2.dilate(part, np.ones((3, 3), np.uint8))
    ring = cv2.dilate(part, np.ones((2 * margin + 1, 2 * margin + 1), np.uint8)) > near
    return strength[row - top : row - top + len(part), column - left : column - left + part.shape[1]][ring]


def _is_straight(piece: Component, labels: np.ndarray) -> bool:
    """Tell a straight line: it may be a plain "1", but beside other ink it rather is a pen or an edge."""
    mask, _, _ = _cut_out(piece, labels)
    return is_straight(mask)


def is_straight(mask: np.ndarray) -> bool:
    """Tell whether ink, (R, C) bool, is five times as long as it is wide."""
    _, sides, _ = cv2.minAreaRect(cv2.findNonZero(mask.astype(np.uint8)))
    return max(sides) + 1 > 5 * (min(sides) + 1)


def _belongs_to(piece: Component, main: Component, labels: np.ndarray) -> bool:
    """Tell a further part of the digit: near its main piece, alike in strength, no speck, off the photo's border."""
    size = max(main.height, main.width)
    if piece.touched_edges or piece.strength < 0.65 * main.strength:
        return False
    if not 0.12 * size <= max(piece.height, piece.width) <= 2 * size:
        return False
    if max(piece.height, piece.width) > size and _is_straight(piece, labels):
        return False
    gap_rows = max(main.row - piece.row - piece.height, piece.row - main.row - main.height)
    gap_columns = max(main.column - piece.column - piece.width, piece.column - main.column - main.width)
    return max(gap_rows, gap_columns) <= 0.3 * size


def _evidence(
    mask: np.ndarray,
    row: int,
    column: int,
    main: Component,
    scores: list[float],
    pieces: list[Component],
    strength: np.ndarray,
    threshold: Threshold,
) -> Evidence:
    """Measure what speaks for the find and against it; ``scores``: of all pieces that could be its main stroke."""
    rows, columns = strength.shape
    height, width = mask.shape
    ridge = _ridge(mask)
    beside = _beside(mask, row, column, strength) / main.strength
    low, middle = np.quantile(beside, (0.2, 0.5)) if beside.size else (0.0, 0.0)
    edges = (row == 0) + (column == 0) + (row + height == rows) + (column + width == columns)
    return Evidence(
        strength=main.strength,
        noise=threshold.noise,
        unevenness=float(ridge.std() / max(ridge.mean(), 1e-6)) if ridge.size else 0.0,
        thickness=float(2 * ridge.max() / max(height, width)) if ridge.size else 0.0,
        edges=int(edges),
        darkest_beside=float(middle),
        lightest_beside=float(low),
        open_side=0.0,
        rivalry=0.0 if len(scores) == 1 else float(scores[1] / max(scores[0], 1e-9)),
        pieces=len(pieces),
        size=max(height, width) / min(rows, columns),
    )


def _open_side(mask: np.ndarray, row: int, column: int, strength: np.ndarray, grey: np.ndarray) -> float:
    """Return the share of what lies around the ink that is nearer to its grey than to its ground's: 0 for a stroke."""
    place = (slice(row, row + mask.shape[0]), slice(column, column + mask.shape[1]))
    inked = grey[place][mask].astype(np.float32)
    ground = inked / np.maximum(1 - strength[place][mask], 0.02)
    beside = _beside(mask, row, column, grey)
    return float((beside < np.median((inked + ground) / 2)).mean()) if beside.size else 0.0


def _ridge(mask: np.ndarray) -> np.ndarray:
    """Return the distances to the ground along the middle of the strokes of a (R, C) bool mask, (N,) float32."""
    distance = cv2.distanceTransform(np.pad(mask.astype(np.uint8), 1), cv2.DIST_L2, 5)
    return distance[(distance >= cv2.dilate(distance, np.ones((3, 3)))) & (distance > 0)]


def stroke_width(mask: np.ndarray) -> float:
    """Return the typical stroke width in pixels of a (R, C) bool mask: twice the median ridge of its distances."""
    ridge = _ridge(mask)
    return float(max(1.0, 2.0 * np.median(ridge) - 1.0)) if ridge.size else 0.0
