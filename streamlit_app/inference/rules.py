"""The printed lines of ruled and squared paper: a part of the sheet, as its colour is, that lies under the ink."""

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
