"""Signs: what stands between numbers and is none."""

import cv2
import numpy as np

from inference import ink
from inference.numbers import layout
from inference.numbers.pieces import Piece


def without_signs(pieces: list[Piece], height: float) -> tuple[list[Piece], list[Piece]]:
    """Return the signs (plus, minus, times, divided by, equals) among the pieces, and all others."""
    bars = [piece for piece in pieces if is_bar(piece.mask, height)]
    high = [piece for piece in pieces if piece.height >= 0.4 * height and piece not in bars]
    signs = [bar for bar in bars if _is_half_of_equals(bar, bars, height) or not _may_be_part(bar, high, height)]
    for piece in pieces:
        is_sign_sized = 0.2 * height <= piece.height and piece.size < 1.6 * height and piece not in bars
        if is_sign_sized and (is_cross(piece.mask) or (piece in high and is_slash(piece.mask, height))):
            signs.append(piece)
    return signs, [piece for piece in pieces if piece not in signs]


def _is_half_of_equals(bar: Piece, bars: list[Piece], height: float) -> bool:
    return any(
        other is not bar
        and layout.overlap(bar, other) > 0.5
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
        if layout.overlap(bar, piece) > 0.3:
            return True
        is_at_top = bar.centre[0] < piece.row + 0.3 * piece.height
        if is_at_top and bar.column > piece.centre[1]:
            return True
    return False


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


# A cross is looked at so large or larger: in a few pixels its arms are steps.
LEAST_SIDE = 32


def is_cross(mask: np.ndarray) -> bool:
    """Whether a piece is a plus or a times sign: four straight arms from one crossing, each opposite another.

    Without its crossing a 4 or an 8 falls into fewer parts, or into bent ones.
    """
    if max(mask.shape) < LEAST_SIDE:
        times = LEAST_SIDE / max(mask.shape)
        mask = cv2.resize(np.pad(mask, 1).astype(np.float32), None, fx=times, fy=times) > 0.5
    width = ink.stroke_width(mask)
    # The crossing is where most ink is near.
    density = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), width, borderType=cv2.BORDER_CONSTANT)
    rows, columns = mask.shape
    inner = (slice(rows // 5, rows - rows // 5), slice(columns // 5, columns - columns // 5))
    row, column = np.unravel_index(density[inner].argmax(), density[inner].shape)
    row, column = int(row) + rows // 5, int(column) + columns // 5
    arms = mask.astype(np.uint8)
    radius = max(1.2 * width, min(2.0 * width, 0.25 * min(mask.shape)))
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
    return bool(quarters.min() > 45 and abs(third - first - 180) < 20 and abs(fourth - second - 180) < 20)
