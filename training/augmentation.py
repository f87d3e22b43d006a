"""Augmentation: what people's digits do that MNIST's do not, or not often enough.

Every operation takes and returns one image (28, 28) float32, white digit on black, 0-255, and draws its own
parameters from the generator it is given, so that a seed repeats a run. OPERATIONS is the whole list, in order.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

SIZE = 28


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
    """Rotate up to 15 degrees, zoom 0.85-1.15 a side, shear up to 0.15, shift up to 2 pixels: slant and placing."""
    angle = np.deg2rad(rng.uniform(-15, 15))
    zoom_column, zoom_row = rng.uniform(0.88, 1.14) * rng.uniform(0.94, 1.06, 2)
    shear = rng.uniform(-0.15, 0.15)
    cosine, sine = np.cos(angle), np.sin(angle)
    matrix = np.array([[cosine, -sine], [sine, cosine]]) @ np.array([[zoom_column, shear], [0.0, zoom_row]])
    centre = np.full(2, (SIZE - 1) / 2)
    shift = centre - matrix @ centre + rng.uniform(-2, 2, 2)
    return cv2.warpAffine(image, np.column_stack([matrix, shift]), (SIZE, SIZE), flags=cv2.INTER_LINEAR)


def elastic(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Displace smoothly, up to about 1.5 pixels: an unsteady hand (Simard, Steinkraus, Platt, ICDAR 2003)."""
    field = cv2.GaussianBlur(rng.uniform(-1, 1, (SIZE, SIZE, 2)).astype(np.float32), (0, 0), rng.uniform(3.5, 5.0))
    field *= rng.uniform(0.5, 1.5) / (np.abs(field).max() + 1e-6)
    row, column = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    return cv2.remap(image, column + field[..., 0], row + field[..., 1], cv2.INTER_LINEAR)


def stroke(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Blend with its dilation or erosion (3x3 cross): thicker and thinner pens."""
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    amount = rng.uniform(-0.55, 0.8)
    other = cv2.dilate(image, cross) if amount > 0 else cv2.erode(image, cross)
    return image + abs(amount) * (other - image)


def blur(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Gaussian blur, sigma 0.4-1.1 pixels: an unsharp photo, reduced."""
    return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.1))


def tone(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Gamma 0.5-2: ink that fades along the stroke, or edges that were hardened."""
    return 255 * (np.clip(image, 0, 255) / 255) ** math.exp(rng.uniform(-0.7, 0.7))


def contrast(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ink at 50-100 % on a ground that is lifted by up to 40, evenly or along a slope: faint ink, uneven light."""
    row, column = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32) / (SIZE - 1) - 0.5
    slope = rng.uniform(-1, 1, 2).astype(np.float32)
    ground = rng.uniform(0, 25) + 15 * (slope[0] * row + slope[1] * column)
    return np.maximum(image * rng.uniform(0.5, 1.0), np.maximum(ground, 0))


def noise(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Gaussian noise, sigma 4-25: sensor noise, paper grain."""
    return image + rng.normal(0, rng.uniform(4, 25), image.shape).astype(np.float32)


def specks(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One to four specks of 1-2 pixels: dust, or what is left of a neighbour's stroke."""
    image = image.copy()
    for _ in range(rng.integers(1, 5)):
        row, column = rng.integers(0, SIZE - 1, 2)
        extent_row, extent_column = rng.integers(1, 3, 2)
        image[row : row + extent_row, column : column + extent_column] = rng.uniform(80, 255)
    return image


@dataclass(frozen=True)
class Operation:
    """One augmentation, the share of images it is applied to, and the digit it is for (None: every one)."""

    apply: Callable[[np.ndarray, np.random.Generator], np.ndarray]
    probability: float
    digit: int | None = None


OPERATIONS = (
    Operation(upstroke, 0.2, digit=1),
    Operation(bar, 0.2, digit=7),
    Operation(affine, 1.0),
    Operation(elastic, 0.5),
    Operation(stroke, 0.5),
    Operation(blur, 0.15),
    Operation(tone, 0.25),
    Operation(contrast, 0.10),
    Operation(noise, 0.10),
    Operation(specks, 0.05),
)


def augment(images: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return augmented copies of ``images``, (N, 28, 28) uint8 or float, 0-255, as float32, whole numbers 0-255.

    ``labels``: (N,) integers, for the operations that belong to one digit.
    """
    pairs = zip(images, labels, strict=True)
    return np.stack([_augment_one(image.astype(np.float32), int(label), rng) for image, label in pairs])


def _augment_one(image: np.ndarray, label: int, rng: np.random.Generator) -> np.ndarray:
    for operation in OPERATIONS:
        if operation.digit in (None, label) and rng.random() < operation.probability:
            image = operation.apply(image, rng)
    # The network will be given uint8 images: train it on whole numbers too.
    return np.round(np.clip(image, 0, 255)).astype(np.float32)
