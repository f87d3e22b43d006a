"""The frames and tables that people draw around digits, or print: pure functions on masks, (R, C) bool."""

import cv2
import numpy as np

HOUGH_ROUNDS, MOST_LINES = 4, 100


def without_frames(mask: np.ndarray, least: float, span: float = 1.0) -> np.ndarray:
    """Return the ink, (R, C) bool, without the straight lines of drawn boxes and tables.

    Such a piece surrounds three others, or has ink along three sides of its box. Its lines are found by the Hough
    transform (J. Matas et al., 2000), so that they may slope. What is thicker than the lines stays: a stroke that
    crosses.
    ``least``: the height of the smallest digit; what spans more than ``span`` of the photo's rows or columns is left.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    boxes = stats[1:]
    large = np.flatnonzero(np.minimum(boxes[:, cv2.CC_STAT_WIDTH], boxes[:, cv2.CC_STAT_HEIGHT]) >= 2 * least)
    cleaned = mask
    for index in large:
        column, row, width, height, _ = (int(value) for value in boxes[index])
        if height > span * mask.shape[0] or width > span * mask.shape[1]:
            continue
        place = (slice(row, row + height), slice(column, column + width))
        part = labels[place] == index + 1
        if _is_outlined(part, sides=4) and part.mean() > 0.4:
            # A printed marker: filled up to all four sides, as no digit is.
            cleaned = mask.copy() if cleaned is mask else cleaned
            cleaned[place] &= ~part
            continue
        inside = _surrounded(boxes, index, least)
        if inside.sum() < 3 and not _is_outlined(part):
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
