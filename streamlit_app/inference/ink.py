"""The ink finder: which pixels of a photo are ink, and which of them are the digit.

Pure functions on arrays. *Strength* is how much darker than the ground a pixel is, as a share of the ground:
(R, C) float32, 0 (ground) to 1 (no light left).
"""

from dataclasses import dataclass

import cv2
import numpy as np

# The side of the small copy on which slow-moving things (ground, polarity) are measured.
SMALL_SIDE = 192


def ground_is_light(rgb: np.ndarray) -> bool:
    """Tell dark ink on a light ground (True) from light ink on a dark one: (R, C, 3) uint8.

    Ink is the minority: each pixel is compared with the median of its wide neighbourhood, and the side with the
    stronger deviations is the ink.
    """
    grey = cv2.cvtColor(_small(rgb, 96), cv2.COLOR_RGB2GRAY)
    deviation = grey.astype(np.float32) - _median(grey, 0.7)
    noise = max(4.0, 2.0 * _spread(deviation))
    darker = np.maximum(-deviation - noise, 0).sum()
    lighter = np.maximum(deviation - noise, 0).sum()
    return bool(darker >= lighter)


def ground_colour(rgb: np.ndarray) -> np.ndarray:
    """Return the median colour, (3,) float32, 0-255: the ground covers most of a photo of writing."""
    return np.median(_small(rgb, 96).reshape(-1, 3), axis=0).astype(np.float32)


def darkness_grey(rgb: np.ndarray, light_ground: bool) -> np.ndarray:
    """Return a grey image in which ink of any colour stands out from the ground: (R, C, 3) -> (R, C) uint8.

    Every channel is divided by the ground's colour, which takes a colour cast away; then the darkest channel
    counts on a light ground, the lightest on a dark one.
    """
    if not light_ground:
        return rgb.max(axis=2)
    ground = np.maximum(ground_colour(rgb), 1.0)
    level = float(ground.max())
    table = np.clip(np.arange(256)[:, None] * (level / ground)[None, :], 0, 255).astype(np.uint8)
    return cv2.LUT(rgb, table.reshape(256, 1, 3)).min(axis=2)


def estimate_ground(grey: np.ndarray, window: float) -> np.ndarray:
    """Return what the sheet would look like without ink, (R, C) float32; dark ink on light is expected.

    ``window`` is the width of the neighbourhood as a share of the shorter side. A wide median gives a first
    ground; what is clearly darker than it is left out, and the rest is smoothed across the gaps (normalised
    convolution: H. Knutsson, C.-F. Westin, CVPR 1993). It is measured on a small copy, where strokes of any
    width are narrow.
    """
    small = _small(grey, SMALL_SIDE)
    ground = _median(small, window).astype(np.float32)
    sigma = max(1.0, window * min(small.shape) / 3)
    values = small.astype(np.float32)
    for _ in range(2):
        deviation = values - ground
        noise = max(2.0, 2.5 * _spread(deviation))
        # Pixels beside ink are mixed with it: leave them out too.
        is_ground = cv2.erode((np.abs(deviation) < noise).astype(np.float32), np.ones((3, 3)))
        weight = cv2.GaussianBlur(is_ground, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
        smooth = cv2.GaussianBlur(values * is_ground, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
        known = weight > 0.02
        ground = np.where(known, smooth / np.maximum(weight, 1e-6), ground)
    return cv2.resize(ground, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)


def ink_strength(grey: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """Return 1 - grey / ground, clipped to 0-1, (R, C) float32."""
    return np.clip(1.0 - grey.astype(np.float32) / np.maximum(ground, 1.0), 0.0, 1.0)


@dataclass(frozen=True)
class Threshold:
    """The strength from which a pixel is ink, and the noise of the ground (one standard deviation)."""

    ink: float
    noise: float


def ink_threshold(strength: np.ndarray) -> Threshold:
    """Return Otsu's threshold (N. Otsu, 1979) over the pixels that stand out from the ground's noise at all.

    Over all pixels Otsu's method fails where the ink is a small share of the sheet: two classes of ground.
    """
    small = _small(strength, 640)
    ground = small[small < np.quantile(small, 0.9)] if small.size else small
    noise = float(1.25 * np.abs(ground - np.median(ground)).mean()) if ground.size else 0.0
    floor = max(MIN_STRENGTH, 4.0 * noise)
    candidates = small[small > floor]
    if candidates.size < 4:
        return Threshold(floor, noise)
    scaled = np.clip(candidates * 255, 0, 255).astype(np.uint8).reshape(-1, 1)
    otsu, _ = cv2.threshold(scaled, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    # Half way from the ground to the typical ink, so that faint ends of a stroke stay.
    typical = float(candidates[candidates >= otsu / 255].mean())
    return Threshold(max(floor, min(otsu / 255, 0.45 * typical)), noise)


# Ink weaker than this share of the ground is not seen as ink: paper grain, show-through, soft shadows.
MIN_STRENGTH = 0.07


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

    @property
    def centre(self) -> tuple[float, float]:
        return self.row + self.height / 2, self.column + self.width / 2


@dataclass(frozen=True)
class Found:
    """The digit in a photo: its mask (R, C) bool, its box, and how sure the finder is (0-1)."""

    mask: np.ndarray
    row: int
    column: int
    height: int
    width: int
    strength: float
    certainty: float


def components(strength: np.ndarray, threshold: Threshold) -> tuple[np.ndarray, list[Component]]:
    """Return the label image (R, C) int32 and the connected pieces of ink, the largest first."""
    rows, columns = strength.shape
    mask = (strength > threshold.ink).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    pieces = []
    # More pieces than this is texture, not writing; the largest decide.
    for label in np.argsort(-stats[1:, cv2.CC_STAT_AREA])[:60] + 1:
        column, row, width, height, area = (int(value) for value in stats[label])
        part = labels[row : row + height, column : column + width] == label
        mean = float(strength[row : row + height, column : column + width][part].mean())
        edges = (row == 0) + (column == 0) + (row + height == rows) + (column + width == columns)
        pieces.append(Component(int(label), row, column, height, width, area, mean, int(edges)))
    return labels, pieces


def _is_frame(piece: Component, rows: int, columns: int) -> bool:
    """A drawn box, a page edge, a ruled line, a shadow: long, straight and along the photo's border."""
    spans = piece.height > 0.9 * rows or piece.width > 0.9 * columns
    thin = min(piece.height, piece.width) < 0.06 * max(rows, columns)
    if piece.touched_edges >= 3 or (piece.touched_edges >= 2 and spans):
        return True
    return piece.touched_edges >= 1 and thin and max(piece.height, piece.width) > 0.4 * max(rows, columns)


def _score(piece: Component, rows: int, columns: int) -> float:
    """Rate a piece as the main stroke of the digit: big, strong, near the middle, off the border."""
    size = max(piece.height / rows, piece.width / columns)
    row, column = piece.centre
    off_centre = max(abs(row / rows - 0.5), abs(column / columns - 0.5))
    return piece.strength * np.sqrt(size) * (1.0 - 0.8 * off_centre) * 0.45**piece.touched_edges


def find_digit(strength: np.ndarray, threshold: Threshold) -> Found | None:
    """Return the digit among the ink, or None where there is no ink that could be one.

    The best piece is taken, with the pieces near it that belong to it (the bar of a 5, a broken stroke).
    """
    rows, columns = strength.shape
    labels, pieces = components(strength, threshold)
    smallest = max(6.0, 0.00005 * rows * columns)
    side = 0.03 * max(rows, columns)
    pieces = [p for p in pieces if p.area >= smallest and not _is_frame(p, rows, columns)]
    mains = [p for p in pieces if max(p.height, p.width) >= max(4.0, side)]
    if not mains:
        return None
    scores = [_score(piece, rows, columns) for piece in mains]
    main = mains[int(np.argmax(scores))]
    chosen = [main]
    reach = 0.3 * max(main.height, main.width)
    for piece in pieces:
        if piece is main or piece.touched_edges or piece.strength < 0.5 * main.strength:
            continue
        gap_rows = max(main.row - piece.row - piece.height, piece.row - main.row - main.height, 0)
        gap_columns = max(main.column - piece.column - piece.width, piece.column - main.column - main.width, 0)
        big_enough = max(piece.height, piece.width) >= 0.12 * max(main.height, main.width)
        if big_enough and max(gap_rows, gap_columns) <= reach:
            chosen.append(piece)
    mask = np.isin(labels, [piece.label for piece in chosen])
    top = min(p.row for p in chosen)
    left = min(p.column for p in chosen)
    bottom = max(p.row + p.height for p in chosen)
    right = max(p.column + p.width for p in chosen)
    return Found(
        mask, top, left, bottom - top, right - left, main.strength, _certainty(main, scores, threshold, pieces)
    )


def _certainty(main: Component, scores: list[float], threshold: Threshold, pieces: list[Component]) -> float:
    """0-1: how clearly the ink stands out from the noise, and how clearly this piece from its rivals."""
    clearness = min(1.0, (main.strength - threshold.noise) / max(6 * threshold.noise, 0.12))
    ordered = sorted(scores, reverse=True)
    rivalry = 1.0 if len(ordered) == 1 else min(1.0, 2.0 * (1.0 - ordered[1] / max(ordered[0], 1e-9)))
    crowd = 1.0 if len(pieces) <= 8 else 8 / len(pieces)
    return float(np.clip(clearness * (0.4 + 0.6 * rivalry) * crowd, 0.0, 1.0))


def stroke_width(mask: np.ndarray) -> float:
    """Return the typical stroke width in pixels of a (R, C) bool mask: twice the median ridge of its distances."""
    padded = np.pad(mask.astype(np.uint8), 1)
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, 5)
    ridge = (distance >= cv2.dilate(distance, np.ones((3, 3)))) & (distance > 0)
    return float(max(1.0, 2.0 * np.median(distance[ridge]) - 1.0)) if ridge.any() else 0.0


def _small(image: np.ndarray, side: int) -> np.ndarray:
    scale = side / max(image.shape[:2])
    if scale >= 1:
        return image
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _median(grey: np.ndarray, share: float) -> np.ndarray:
    kernel = max(3, int(share * min(grey.shape)) | 1)
    pad = kernel // 2
    padded = cv2.copyMakeBorder(
        grey, pad, pad, pad, pad, cv2.BORDER_REFLECT_101 if pad < min(grey.shape) else cv2.BORDER_REPLICATE
    )
    return cv2.medianBlur(padded, kernel)[pad:-pad, pad:-pad]


def _spread(values: np.ndarray) -> float:
    """A robust standard deviation: 1.48 times the median absolute deviation."""
    return float(1.4826 * np.median(np.abs(values - np.median(values))))
