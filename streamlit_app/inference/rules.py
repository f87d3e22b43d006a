"""Lines that are a part of the sheet, as its colour is: those of ruled and squared paper, and boxes to write in."""

import cv2
import numpy as np

# A ruled line reaches over this share of the photo.
SPAN = 0.94
# How far lines may rise or fall, as a share of their way: the sheet is turned, or seen from the side.
SLOPES = np.arange(-0.2, 0.201, 0.02)
# The middle of a line, across it, is where it has at least this share of the median strength of all.
MIDDLE = 0.8
# A line is looked for in windows of this share of the photo, of which it covers so much.
WINDOW, COVER = 0.25, 0.6
# So many pixels along a line are taken together: across it every one counts.
TOGETHER = 4
# Lines are of one ink: what seems stronger than this, by the median, has other ink on it.
STRONGEST = 1.3
# The outline of a box is at least so many pixels long, and encloses this share of its convex hull; its four corners
# enclose that share, and its lines cover less than this.
BOX_LENGTH, BOX_OUTLINE, BOX_CORNERS, BOX_INK = 64, 0.93, 0.85, 0.4
# What is written in a box has at least this share of its height; ink of this share of its width is a line of it.
WRITTEN, TABLE = 0.2, 0.9


def without_boxes(strength: np.ndarray, faintest: float) -> np.ndarray:
    """Return the strength, (R, C) float32, without the lines of closed boxes that something is written in.

    What is weaker than ``faintest`` is no ink. What is written in a box may touch it: a pen's ink stays where it is
    broader than the line. Without such a box the strength itself is returned.
    """
    mask = strength > faintest
    lines = np.zeros(mask.shape, bool)
    outlines, tree = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    for outline, (_, _, hole, around) in zip(outlines, tree[0] if outlines else (), strict=True):
        if around >= 0 or len(outline) < BOX_LENGTH:
            continue
        column, row, width, height = cv2.boundingRect(outline)
        if (row == 0) + (column == 0) + (row + height == len(mask)) + (column + width == mask.shape[1]) > 2:
            continue
        cells = []
        while hole >= 0:
            cells.append(outlines[hole] - (column, row))
            hole = tree[0][hole][0]
        cells = [cell for cell in cells if _is_quadrilateral(cell)]
        if cells or _is_quadrilateral(outline):
            place = slice(row, row + height), slice(column, column + width)
            lines[place] |= _box_lines(outline - (column, row), cells, mask[place])
    if not lines.any():
        return strength
    # The soft rim of a line is no ink either, but beside a digit it may be the digit's.
    rim = cv2.dilate(lines.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    return np.where(rim & (lines | ~mask), np.float32(0), strength)


def _is_quadrilateral(outline: np.ndarray) -> bool:
    if len(outline) < BOX_LENGTH:
        return False
    hull = cv2.convexHull(outline)
    corners = cv2.approxPolyDP(hull, 0.03 * cv2.arcLength(hull, True), True)
    area = cv2.contourArea(hull)
    is_full = cv2.contourArea(outline) > BOX_OUTLINE * area and cv2.contourArea(corners) > BOX_CORNERS * area
    return len(corners) == 4 and is_full


def _box_lines(outline: np.ndarray, cells: list[np.ndarray], mask: np.ndarray) -> np.ndarray:
    """Return where in the ``mask`` of a box, (R, C) bool, its lines run: along its outline and those of its cells.

    They are as wide as in most places: where they are wider a broader pen touches them. It is none, and all is False,
    where nothing is written in it.
    """
    # With ground around it, an opening does not take a line for one that goes on beyond.
    ink, outline, cells = np.pad(mask.astype(np.uint8), 1), outline + 1, [cell + 1 for cell in cells]
    _, labels = cv2.connectedComponents(ink, connectivity=8)
    points = outline[:, 0]
    piece = (labels == labels[points[0, 1], points[0, 0]]).astype(np.uint8)
    distance = cv2.distanceTransform(piece, cv2.DIST_L2, 5)
    # The middle of the line is near its outer edge.
    half = np.median(cv2.dilate(distance, np.ones((9, 9), np.uint8))[points[:, 1], points[:, 0]])
    side = round(2 * float(half)) + 1
    along = cv2.drawContours(np.zeros_like(piece), [outline, *cells], -1, 1, 2 * side - 1)
    pen = cv2.morphologyEx(piece, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    lines = piece & along & (1 - pen)
    # What is written may be in the box or, where that is not whole in the photo, in one of its cells.
    within = [outline] if _is_quadrilateral(outline) else cells
    left = ink & (1 - lines)
    is_written = any(_holds_ink(edge, left) for edge in within)
    if not is_written or piece.sum() > BOX_INK * piece.size:
        return np.zeros(mask.shape, bool)
    return lines[1:-1, 1:-1].astype(bool)


def _holds_ink(edge: np.ndarray, ink: np.ndarray) -> bool:
    """Whether something is written within an edge, and no line from side to side is."""
    within = cv2.drawContours(np.zeros_like(ink), [edge], -1, 1, cv2.FILLED) & ink
    _, _, stats, _ = cv2.connectedComponentsWithStats(within, connectivity=8)
    _, _, width, height = cv2.boundingRect(edge)
    is_line = stats[1:, cv2.CC_STAT_WIDTH] >= TABLE * width
    return cv2.boundingRect(within)[3] >= WRITTEN * height and not is_line.any()


def printed_lines(strength: np.ndarray, faintest: float) -> np.ndarray:
    """Return how strong the printed lines of a sheet are where, (R, C) float32, 0 beside them and on a sheet without.

    ``strength`` is that of lines and ink together; what is weaker than ``faintest`` is neither.
    """
    # Where two lines cross, what the one lets through passes the other.
    return 1 - (1 - _level_lines(strength, faintest)) * (1 - _level_lines(strength.T, faintest).T)


def _level_lines(strength: np.ndarray, faintest: float) -> np.ndarray:
    """Return the strength of the lines from left to right, (R, C) float32.

    Averaged along a line, ink that crosses it counts for little and the noise for nothing. Lines are straight, each
    with a slope of its own where the sheet is seen from the side: all slopes are tried (a Radon transform in windows).
    """
    rows, columns = strength.shape
    none = np.zeros(strength.shape, np.float32)
    covered = (strength > faintest).astype(np.uint8)
    if not _may_have_lines(covered):
        return none
    # Stronger ink than this is a pen's, as far as can be said yet.
    capped = np.clip(strength, 0, 4 * faintest)
    width = columns // TOGETHER
    covered, capped = (
        cv2.resize(image, (width, rows), interpolation=cv2.INTER_AREA) for image in (255 * covered, capped)
    )
    window = (round(WINDOW * width) | 1, 1)
    pad = int(np.ceil(SLOPES[-1] / 2 * columns))
    best = np.zeros((rows, width), np.float32)
    for slope in SLOPES:
        # What has this slope lies level then.
        turn = np.array([[1, 0, 0], [slope * columns / width, 1, -slope * columns / 2 - pad]], np.float32)
        size, how = (width, rows + 2 * pad), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        is_line = cv2.blur(cv2.warpAffine(covered, turn, size, flags=how), window) >= 255 * COVER
        if not is_line.any():
            continue
        is_line = cv2.dilate(is_line.astype(np.uint8), np.ones((3, 1), np.uint8))
        line = cv2.blur(cv2.warpAffine(capped, turn, size, flags=how), window) * is_line
        best = cv2.max(best, cv2.warpAffine(line, turn, (width, rows), flags=cv2.INTER_LINEAR))
    if not best.any():
        return none
    # By their middles, narrow lines do not touch each other.
    is_middle = best > MIDDLE * np.median(best[best > 0])
    is_ruled = _is_ruled(is_middle, columns / width).astype(np.uint8)
    best *= cv2.dilate(is_ruled, np.ones((5, 1), np.uint8))
    if not best.any():
        return none
    best = np.minimum(best, STRONGEST * np.median(best[best > 0]))
    return cv2.resize(best, (columns, rows), interpolation=cv2.INTER_LINEAR)


def _may_have_lines(covered: np.ndarray) -> bool:
    """Whether ink reaches from the left to the right without large gaps: a quick look, as most sheets have no lines."""
    columns = covered.shape[1]
    thick = cv2.dilate(covered, np.ones((5, 1), np.uint8))
    joined = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, max(3, columns // 20)), np.uint8))
    runs = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, max(5, columns // 10)), np.uint8))
    return bool(runs.any(axis=0).mean() >= SPAN)


def _is_ruled(lines: np.ndarray, times: float) -> np.ndarray:
    """Return which of the level lines (R, C) bool, ``times`` narrower than the photo, are a sheet's and no strokes."""
    rows, width = lines.shape
    joined = cv2.morphologyEx(lines.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, 5), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    left, top, wide, high, area = stats.T
    is_thin = (area < 0.08 * rows * wide) & (high < 0.25 * times * width)
    is_thin[0] = False
    # One line alone may be a plain "1" from edge to edge, and paper has many.
    if (is_thin & (wide >= SPAN * width)).sum() < 2:
        return np.zeros(lines.shape, bool)
    near = 0.03 * width
    ends = [left <= near, left + wide >= width - near, top <= near * times, top + high >= rows - near * times]
    return (is_thin & ((np.sum(ends, axis=0) >= 2) | (wide >= 0.5 * width)))[labels]
