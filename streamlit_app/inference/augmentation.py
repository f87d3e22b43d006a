"""Augmentation: what people's digits and people's pictures do that MNIST's do not, or not often enough.

Every operation takes and returns one image (28, 28) float32, white digit on black, 0-255, and draws its own
parameters from the generator it is given, so that a seed repeats a run. OPERATIONS is the whole list, in the order of
their application: first the hand, then the ink and the ground, then what lies on the sheet, the camera last. How
often each is applied is a setting of the recipe: training/settings/NAME.json.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

SIZE = 28
MIDDLE = (SIZE - 1) / 2
ROWS, COLUMNS = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


def upstroke(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Give a 1 the upstroke that most of Europe writes: from its top down to the left, 25-65 degrees, steep or long.

    MNIST was written in the United States and hardly has any: a network trained on it alone doubts them or reads a 7.
    """
    rows = np.flatnonzero(image.max(axis=1) > 100)
    if rows.size < 8:
        return image
    height = rows[-1] - rows[0] + 1
    top_row = rows[0] + 1
    top_column = float(np.flatnonzero(image[top_row] > 100).mean()) if (image[top_row] > 100).any() else SIZE / 2
    angle = np.deg2rad(rng.uniform(25, 65))
    length = rng.uniform(0.2, 0.5) * height
    end = top_column - length * np.cos(angle), top_row + length * np.sin(angle)
    return _with_line(image, (top_column, top_row), end)


def bar(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Give a 7 its bar: across the stem, a little below the middle, nearly level."""
    rows = np.flatnonzero(image.max(axis=1) > 100)
    if rows.size < 8:
        return image
    height = rows[-1] - rows[0] + 1
    row = round(rows[0] + rng.uniform(0.42, 0.62) * height)
    stem = np.flatnonzero(image[row] > 100)
    if stem.size == 0:
        return image
    half, tilt = rng.uniform(0.15, 0.3) * height, rng.uniform(-0.2, 0.1) * height / 2
    middle = float(stem.mean()) + rng.uniform(-0.05, 0.05) * height
    return _with_line(image, (middle - half, row - tilt), (middle + half, row + tilt))


def _with_line(image: np.ndarray, start: tuple[float, float], end: tuple[float, float]) -> np.ndarray:
    """Draw a line, given as (column, row), as wide as the strokes that are there."""
    ink = (image > 100).astype(np.uint8)
    # No stroke is wider than 6 pixels; a picture that is all ink would have no width at all.
    width = min(6.0, 2 * float(np.quantile(cv2.distanceTransform(ink, cv2.DIST_L2, 3)[ink > 0], 0.8)))
    scale = 8
    line = np.zeros((SIZE * scale, SIZE * scale), np.uint8)
    points = [tuple(round((value + 0.5) * scale) for value in point) for point in (start, end)]
    cv2.line(line, *points, 255, max(scale, round(width * scale)))
    return np.maximum(image, cv2.resize(line, (SIZE, SIZE), interpolation=cv2.INTER_AREA).astype(np.float32))


def affine(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Rotate up to 15 degrees, zoom 0.83-1.2 a side, shear up to 0.15, shift up to 2 pixels: slant and placing."""
    zoom_column, zoom_row = rng.uniform(0.88, 1.14) * rng.uniform(0.94, 1.06, 2)
    return _warped(image, rng.uniform(-15, 15), zoom_column, zoom_row, rng.uniform(-0.15, 0.15), rng.uniform(-2, 2, 2))


def misplace(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Rotate up to 35 degrees, zoom 0.55-1.3, shear up to 0.5, shift up to 5 pixels: a digit that was found badly."""
    zoom = rng.uniform(0.55, 1.3)
    # Half as far where it is large: a digit that has left the picture teaches nothing.
    room = 5 if zoom < 1 else 2.5
    return _warped(image, rng.uniform(-35, 35), zoom, zoom, rng.uniform(-0.5, 0.5), rng.uniform(-room, room, 2))


def _warped(
    image: np.ndarray, degrees: float, zoom_column: float, zoom_row: float, shear: float, shift: np.ndarray
) -> np.ndarray:
    """Turn, zoom and shear about the middle, then shift by (columns, rows)."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    matrix = np.array([[cosine, -sine], [sine, cosine]]) @ np.array([[zoom_column, shear], [0.0, zoom_row]])
    centre = np.full(2, (SIZE - 1) / 2)
    offset = centre - matrix @ centre + shift
    return cv2.warpAffine(image, np.column_stack([matrix, offset]), (SIZE, SIZE), flags=cv2.INTER_LINEAR)


def elastic(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Displace smoothly, up to about 1.5 pixels: an unsteady hand (Simard, Steinkraus, Platt, ICDAR 2003)."""
    field = cv2.GaussianBlur(rng.uniform(-1, 1, (SIZE, SIZE, 2)).astype(np.float32), (0, 0), rng.uniform(3.5, 5.0))
    field *= rng.uniform(0.5, 1.5) / (np.abs(field).max() + 1e-6)
    return cv2.remap(image, COLUMNS + field[..., 0], ROWS + field[..., 1], cv2.INTER_LINEAR)


def stroke(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Blend with its dilation or erosion (3x3 cross): thicker and thinner pens."""
    amount = rng.uniform(-0.55, 0.8)
    other = cv2.dilate(image, CROSS) if amount > 0 else cv2.erode(image, CROSS)
    return image + abs(amount) * (other - image)


def outline(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Keep the edge of the stroke only, inside or outside it: hollow letters, a marker that is running dry."""
    ink = np.where(image > rng.uniform(60, 190), np.float32(255), np.float32(0))
    edge = cv2.dilate(ink, CROSS) - ink if rng.random() < 0.5 else ink - cv2.erode(ink, CROSS)
    return np.maximum(edge, image * float(rng.choice([0.0, 0.0, 0.3])))


def tone(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Gamma 0.5-2: ink that fades along the stroke, or edges that were hardened."""
    return 255 * (np.clip(image, 0, 255) / 255) ** math.exp(rng.uniform(-0.7, 0.7))


def contrast(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ink at 40-100 % on a ground that is lifted by up to 40, evenly or along a slope: faint ink, uneven light."""
    slope = rng.uniform(-1, 1, 2).astype(np.float32) / (SIZE - 1)
    ground = rng.uniform(0, 25) + 15 * (slope[0] * (ROWS - MIDDLE) + slope[1] * (COLUMNS - MIDDLE))
    return np.maximum(image * rng.uniform(0.4, 1.0), np.maximum(ground, 0))


def occlude(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Wipe out a patch of 3-7 pixels a side: a gap in the stroke, a reflection."""
    height, width = rng.integers(3, 8, 2)
    row, column = rng.integers(4, SIZE - 4 - height), rng.integers(4, SIZE - 4 - width)
    image = image.copy()
    image[row : row + height, column : column + width] = 0
    return image


def grey_ground(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lay the ink at 30-100 % on a ground of 20-200, the two added and cut at white: tinted paper, a bright room."""
    return np.minimum(image * rng.uniform(0.3, 1.0) + rng.uniform(20, 200), 255)


def clouds(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Add soft light and shade of one to three sizes, up to 60-220, and fit all into 0-255: mist, glare."""
    field = np.zeros((SIZE, SIZE), np.float32)
    for cells in rng.choice([2, 3, 4, 6, 9, 14], rng.integers(1, 4), replace=False):
        coarse = rng.uniform(0, 1, (cells, cells)).astype(np.float32)
        field += cv2.resize(coarse, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC) * 2 / cells
    field -= field.min()
    cloud = field * (rng.uniform(60, 220) / (field.max() + 1e-6))
    return (image + cloud) * (255 / max(255.0, float((image + cloud).max())))


def band(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn a straight band 3-12 pixels wide into its negative, at any angle: the edge of a sheet, a shadow, a ruler."""
    angle = rng.choice([0.0, 90.0, rng.uniform(0, 180)])
    across = math.cos(math.radians(angle)) * (COLUMNS - MIDDLE) + math.sin(math.radians(angle)) * (ROWS - MIDDLE)
    inside = np.abs(across - rng.uniform(-10, 10)) < rng.uniform(1.5, 6)
    return np.where(inside, 255 - image, image)


def scribble(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw a line across, straight, wavy, jagged or dashed, one to two pixels wide: rulings, a stroke that struck it.

    It joins two points on either side of the middle; its waves or teeth are up to 5 pixels high.
    """
    angle, offset = rng.uniform(0, 2 * math.pi), rng.uniform(-7, 7)
    along = np.array([math.cos(angle), math.sin(angle)])
    across = np.array([-along[1], along[0]])
    points = int(rng.integers(2, 22))
    places = np.sort(rng.uniform(-15, 15, points)) if rng.random() < 0.5 else np.linspace(-15, 15, points)
    places = places * rng.uniform(0.5, 1.1)
    height = rng.uniform(0, 5)
    shape = rng.integers(4)
    if shape == 0:
        heights = np.zeros(points)
    elif shape == 1:
        heights = height * np.where(np.arange(points) % 2, 1.0, -1.0) * rng.uniform(0.4, 1.0, points)
    elif shape == 2:
        heights = rng.normal(0, 0.6 * height, points)
    else:
        places = np.linspace(places[0], places[-1], 40)
        heights = height * np.sin(places * rng.uniform(0.2, 1.5) + rng.uniform(0, 2 * math.pi))
    path = MIDDLE + np.outer(places, along) + np.outer(offset + heights, across)
    # Drawn on a finer grid, for edges as soft as those of a pen.
    scale = 4
    drawn = np.zeros((SIZE * scale, SIZE * scale), np.uint8)
    corners = np.round((path + 0.5) * scale).astype(np.int32)
    width = int(rng.integers(scale - 1, 2 * scale + 1))
    for start, end in list(pairwise(corners))[:: 2 if rng.random() < 0.25 else 1]:
        cv2.line(drawn, start.tolist(), end.tolist(), 255, width)
    line = cv2.resize(drawn, (SIZE, SIZE), interpolation=cv2.INTER_AREA).astype(np.float32)
    if rng.random() < 0.2:  # the grid of pixels shows: some lines have hard edges
        line = np.where(line > 100, np.float32(255), np.float32(0))
    return np.maximum(image, line * rng.uniform(0.5, 1.0))


def dots(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Set dots of a pixel or two along a straight line, 2-5 pixels apart: dotted rulings."""
    angle, offset, gap = rng.uniform(0, math.pi), rng.uniform(-10, 10), rng.uniform(2, 5)
    places = np.arange(-18, 18, gap) + rng.uniform(0, gap)
    columns = np.round(MIDDLE + places * math.cos(angle) - offset * math.sin(angle)).astype(int)
    rows = np.round(MIDDLE + places * math.sin(angle) + offset * math.cos(angle)).astype(int)
    size, value = int(rng.integers(1, 3)), rng.uniform(120, 255)
    image = image.copy()
    for row, column in zip(rows, columns, strict=True):
        if 0 <= row < SIZE and 0 <= column < SIZE:
            image[row : row + size, column : column + size] = value
    return image


def specks(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One to four specks of 1-2 pixels: dust, or what is left of a neighbour's stroke."""
    image = image.copy()
    for _ in range(rng.integers(1, 5)):
        row, column = rng.integers(0, SIZE - 1, 2)
        extent_row, extent_column = rng.integers(1, 3, 2)
        image[row : row + extent_row, column : column + extent_column] = rng.uniform(80, 255)
    return image


def blots(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Cover 1-12 % with blots of smooth outline, as light as the ink or grey: splashes, stains, a leaking pen."""
    field = cv2.GaussianBlur(rng.normal(size=(SIZE, SIZE)).astype(np.float32), (0, 0), rng.uniform(0.8, 2.0))
    level = np.quantile(field, 1 - rng.uniform(0.01, 0.12))
    cover = np.clip((field - level) / (0.5 * field.std()), 0, 1) * rng.uniform(0.4, 1.0)
    return image + cover * (rng.uniform(100, 255) - image)


def blur(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Gaussian blur, sigma 0.4-1.4 pixels: an unsharp photo, reduced."""
    return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.4))


def motion_blur(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Smear along a line of 3-9 pixels, at any angle: a hand that moved."""
    length, angle = rng.uniform(3, 9), rng.uniform(0, math.pi)
    steps = np.linspace(-length / 2, length / 2, 19)
    kernel = np.zeros((11, 11), np.float32)
    for step in steps:
        column, row = 5 + step * math.cos(angle), 5 + step * math.sin(angle)
        kernel[round(row), round(column)] += 1
    return cv2.filter2D(image, -1, cv2.GaussianBlur(kernel / len(steps), (0, 0), 0.5))


def frost(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Take every pixel from a place up to 1-2.5 pixels away, each its own way, then soften: frosted glass."""
    reach = rng.uniform(1, 2.5)
    away = rng.uniform(-reach, reach, (2, SIZE, SIZE)).astype(np.float32)
    how = cv2.INTER_NEAREST if rng.random() < 0.5 else cv2.INTER_LINEAR
    mixed = cv2.remap(image, COLUMNS + away[0], ROWS + away[1], how)
    return cv2.GaussianBlur(mixed, (0, 0), rng.uniform(0.3, 1.0))


def noise(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Gaussian noise, sigma 4-50: sensor noise, paper grain."""
    return image + rng.normal(0, rng.uniform(4, 50), image.shape).astype(np.float32)


def grain(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Noise that grows with the light (Poisson), 3-60 quanta for white: a dark room."""
    quanta = math.exp(rng.uniform(math.log(3), math.log(60)))
    return rng.poisson(np.clip(image, 0, 255) * (quanta / 255)).astype(np.float32) * np.float32(255 / quanta)


def salt_and_pepper(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Make 1-30 % of the pixels black or white: dead pixels, a bad copy."""
    chance = rng.random((SIZE, SIZE))
    share = rng.uniform(0.01, 0.3)
    return np.where(chance < share / 2, np.float32(0), np.where(chance < share, np.float32(255), image))


@dataclass(frozen=True)
class Operation:
    """One augmentation, and the digit it is for (None: every one)."""

    apply: Callable[[np.ndarray, np.random.Generator], np.ndarray]
    digit: int | None = None


OPERATIONS = {
    operation.apply.__name__: operation
    for operation in (
        Operation(upstroke, digit=1),
        Operation(bar, digit=7),
        Operation(affine),
        Operation(misplace),
        Operation(elastic),
        Operation(stroke),
        Operation(outline),
        Operation(tone),
        Operation(contrast),
        Operation(occlude),
        Operation(grey_ground),
        Operation(clouds),
        Operation(band),
        Operation(scribble),
        Operation(dots),
        Operation(specks),
        Operation(blots),
        Operation(blur),
        Operation(motion_blur),
        Operation(frost),
        Operation(noise),
        Operation(grain),
        Operation(salt_and_pepper),
    )
}


def augment(
    images: np.ndarray, labels: np.ndarray, probabilities: dict[str, float], rng: np.random.Generator
) -> np.ndarray:
    """Return augmented copies of ``images``, (N, 28, 28) uint8 or float, 0-255, as float32, whole numbers 0-255.

    ``labels``: (N,) integers, for the operations that belong to one digit. ``probabilities``: the share of the images
    that each operation is applied to, by its name in OPERATIONS; one that is not named is not applied. Raises KeyError
    where a name is unknown.
    """
    if unknown := set(probabilities) - set(OPERATIONS):
        raise KeyError(f"no such augmentation: {', '.join(sorted(unknown))}")
    chosen = [(operation, probabilities[name]) for name, operation in OPERATIONS.items() if name in probabilities]
    pairs = zip(images, labels, strict=True)
    return np.stack([_augment_one(image.astype(np.float32), int(label), chosen, rng) for image, label in pairs])


def _augment_one(
    image: np.ndarray, label: int, chosen: list[tuple[Operation, float]], rng: np.random.Generator
) -> np.ndarray:
    for operation, probability in chosen:
        if operation.digit in (None, label) and rng.random() < probability:
            image = operation.apply(image, rng)
    # The network will be given uint8 images: train it on whole numbers too.
    return np.round(np.clip(image, 0, 255)).astype(np.float32)
