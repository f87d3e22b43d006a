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
        red, green, blue = cv2.split(rgb)
        return cv2.max(cv2.max(red, green), blue)
    ground = np.maximum(ground_colour(rgb), 1.0)
    level = float(ground.max())
    tables = [np.clip(np.arange(256) * (level / channel), 0, 255).astype(np.uint8) for channel in ground]
    red, green, blue = (cv2.LUT(channel, table) for channel, table in zip(cv2.split(rgb), tables, strict=True))
    return cv2.min(cv2.min(red, green), blue)


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
        weight = _smooth(is_ground, sigma)
        smooth = _smooth(values * is_ground, sigma)
        known = weight > 0.02
        ground = np.where(known, smooth / np.maximum(weight, 1e-6), ground)
    return cv2.resize(ground, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)


def ink_strength(grey: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """Return 1 - grey / ground, clipped to 0-1, (R, C) float32."""
    share = cv2.divide(grey.astype(np.float32), cv2.max(ground, 1.0))
    return cv2.max(cv2.subtract(1.0, share), 0.0)


@dataclass(frozen=True)
class Threshold:
    """The strength from which a pixel is ink, and the noise of the ground (one standard deviation)."""

    ink: float
    noise: float


def ink_threshold(strength: np.ndarray) -> Threshold:
    """Return Otsu's threshold (N. Otsu, 1979) over the pixels that stand out from the ground's noise at all.

    Over all pixels Otsu's method fails where the ink is a small share of the sheet: two classes of ground.
    """
    # Every n-th pixel is enough to count by; a reduced copy would wash thin ink out.
    stride = max(1, round(max(strength.shape) / 400))
    pixels = np.sort(strength[::stride, ::stride], axis=None)
    ground = pixels[: max(1, int(0.9 * pixels.size))]
    noise = float(1.25 * np.abs(ground - ground[ground.size // 2]).mean())
    floor = max(MIN_STRENGTH, 4.0 * noise)
    candidates = pixels[pixels > floor]
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
    is_box: bool

    @property
    def centre(self) -> tuple[float, float]:
        return self.row + self.height / 2, self.column + self.width / 2


@dataclass(frozen=True)
class Found:
    """The digit in a photo: its mask within its box, (height, width) bool, where the box is, and what it is like.

    ``strength``: the mean of its main stroke, 0-1; ``certainty``: how sure the finder is, 0-1.
    """

    mask: np.ndarray
    row: int
    column: int
    strength: float
    certainty: float

    @property
    def height(self) -> int:
        return self.mask.shape[0]

    @property
    def width(self) -> int:
        return self.mask.shape[1]


def without_rules(mask: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Return the ink mask (R, C) bool without the lines that run across the whole photo: ruled and squared paper.

    Long, nearly straight runs are found by a morphological opening; those that reach from border to border are
    taken out. What is clearly stronger than the lines stays, and so does a stroke that crosses one.
    """
    if min(mask.shape) < RULES_FROM_SIDE:
        return mask
    mask = _without_horizontal_rules(mask, strength)
    return _without_horizontal_rules(mask.T, strength.T).T


# Smaller images are crops of one digit: no line in them is a ruled one.
RULES_FROM_SIDE = 100


def _without_horizontal_rules(mask: np.ndarray, strength: np.ndarray) -> np.ndarray:
    rows, columns = mask.shape
    small = _small(mask.astype(np.uint8) * 255, 400)
    small = (small > 80).astype(np.uint8)
    width = small.shape[1]
    # Thickened, so that a line may slope or bend a little; joined, so that it may be faint in places.
    thick = cv2.dilate(small, np.ones((5, 1), np.uint8))
    joined = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, max(3, width // 20)), np.uint8))
    runs = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, max(5, width // 10)), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
    spans = stats[:, cv2.CC_STAT_WIDTH] >= 0.94 * width
    is_thin = stats[:, cv2.CC_STAT_AREA] / np.maximum(stats[:, cv2.CC_STAT_WIDTH], 1) < 0.08 * small.shape[0]
    # A line that bends or slopes more than this is no ruled line.
    is_level = stats[:, cv2.CC_STAT_HEIGHT] < 0.25 * width
    is_rule = spans & is_thin & is_level
    is_rule[0] = False
    # One line alone may be a plain "1" from edge to edge, and paper has many.
    if is_rule.sum() < 2:
        return mask
    rule = cv2.resize(is_rule[labels].astype(np.uint8), (columns, rows), interpolation=cv2.INTER_NEAREST).astype(bool)
    # How strong the line is hereabouts: a pen that runs along it is stronger, and stays.
    window = (columns // 2 | 1, rows // 25 | 1)
    line = (mask & rule).astype(np.float32)
    typical = cv2.blur(strength * line, window) / np.maximum(cv2.blur(line, window), 1e-6)
    stays = cv2.morphologyEx((strength > 1.25 * typical).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    rest = mask & (~rule | stays.astype(bool))
    # A stroke that crosses has ink above and below the line: bridge the gap, with the ink that was there.
    gap = int(np.ceil(8 * max(1.0, columns / width)))
    bridged = cv2.morphologyEx(rest.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((gap, 1), np.uint8)).astype(bool)
    return rest | (bridged & mask)


def components(strength: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, list[Component]]:
    """Return the label image (R, C) int32 and the connected pieces of the ink mask, the largest first."""
    rows, columns = mask.shape
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    pieces = []
    # More pieces than this is texture, not writing; the largest decide.
    for label in np.argsort(-stats[1:, cv2.CC_STAT_AREA])[:60] + 1:
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


def _is_frame(piece: Component, rows: int, columns: int) -> bool:
    """A drawn box, a page edge, a shadow: rectangular, or long, straight and along the photo's border."""
    spans = piece.height > 0.9 * rows or piece.width > 0.9 * columns
    thin = min(piece.height, piece.width) < 0.06 * max(rows, columns)
    if piece.is_box or piece.touched_edges >= 3 or (piece.touched_edges >= 2 and spans):
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
    labels, pieces = components(strength, without_rules(strength > threshold.ink, strength))
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
    top = min(p.row for p in chosen)
    left = min(p.column for p in chosen)
    bottom = max(p.row + p.height for p in chosen)
    right = max(p.column + p.width for p in chosen)
    is_chosen = np.zeros(labels.max() + 1, bool)
    is_chosen[[piece.label for piece in chosen]] = True
    mask = is_chosen[labels[top:bottom, left:right]]
    return Found(mask, top, left, main.strength, _certainty(main, scores, threshold, pieces))


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


def _smooth(image: np.ndarray, sigma: float) -> np.ndarray:
    """A Gaussian blur by three box blurs, whose time does not grow with ``sigma`` (W. M. Wells, 1986)."""
    side = min(int(np.sqrt(4 * sigma**2 + 1)), min(image.shape) - 1) | 1
    for _ in range(3):
        image = cv2.blur(image, (side, side), borderType=cv2.BORDER_REFLECT)
    return image


def _spread(values: np.ndarray) -> float:
    """A robust standard deviation: 1.48 times the median absolute deviation."""
    return float(1.4826 * np.median(np.abs(values - np.median(values))))
