"""Digits written by code, from a seed: photos of paper and drawings, for the benchmark and the tests."""

import cv2
import numpy as np

# The strokes of each digit as a hand would write it: points (row, column) in a unit box, joined by a smooth curve.
STROKES = {
    0: [[(0.0, 0.5), (0.2, 0.18), (0.6, 0.12), (0.95, 0.4), (0.9, 0.75), (0.5, 0.88), (0.12, 0.75), (0.0, 0.5)]],
    1: [[(0.22, 0.28), (0.0, 0.58), (0.5, 0.55), (1.0, 0.52)]],
    2: [[(0.2, 0.15), (0.0, 0.5), (0.25, 0.82), (0.6, 0.5), (0.95, 0.12), (0.9, 0.45), (0.98, 0.88)]],
    3: [[(0.1, 0.2), (0.0, 0.55), (0.22, 0.8), (0.46, 0.45), (0.68, 0.85), (0.98, 0.5), (0.86, 0.12)]],
    4: [[(0.0, 0.4), (0.35, 0.25), (0.62, 0.1), (0.6, 0.5), (0.6, 0.92)], [(0.3, 0.68), (0.6, 0.66), (1.0, 0.62)]],
    5: [[(0.0, 0.85), (0.02, 0.3), (0.42, 0.25), (0.45, 0.6), (0.72, 0.85), (0.98, 0.5), (0.9, 0.12)]],
    6: [[(0.0, 0.7), (0.3, 0.3), (0.75, 0.15), (0.98, 0.5), (0.75, 0.85), (0.52, 0.55), (0.72, 0.2)]],
    7: [[(0.05, 0.12), (0.03, 0.5), (0.02, 0.86), (0.45, 0.62), (1.0, 0.38)]],
    8: [
        [(0.1, 0.7), (0.02, 0.4), (0.25, 0.2), (0.55, 0.6), (0.8, 0.82)],
        [(0.8, 0.82), (0.98, 0.5), (0.8, 0.18), (0.5, 0.5), (0.25, 0.8), (0.08, 0.68)],
    ],
    9: [[(0.15, 0.78), (0.0, 0.5), (0.25, 0.2), (0.5, 0.5), (0.2, 0.82), (0.6, 0.76), (1.0, 0.62)]],
}
# The brush of the drawing canvas.
CANVAS_SIDE, CANVAS_BRUSH = 280, 20


def written(digit: int, shape: tuple[int, int], height: float, width: float, rng: np.random.Generator) -> np.ndarray:
    """Return the ink of a hand-written ``digit``, (R, C) float32, 0 (none) to 1; not quite the same each time.

    ``height`` is the digit's as a share of the rows, ``width`` the stroke's in pixels.
    """
    ink = np.zeros(shape, np.uint8)
    extent = height * shape[0]
    origin = np.array(shape) / 2 - extent / 2 + rng.uniform(-0.05, 0.05, 2) * extent
    slant = rng.uniform(-0.15, 0.05)
    for stroke in STROKES[digit]:
        points = _curve(np.array(stroke) + rng.normal(0, 0.012, (len(stroke), 2)))
        points[:, 1] += slant * (points[:, 0] - 0.5)
        points = origin + extent * points
        # A pen presses now more, now less.
        widths = width * (1 + 0.15 * np.sin(np.linspace(0, rng.uniform(4, 9), len(points)) + rng.uniform(0, 6)))
        for start, end, thickness in zip(points[:-1], points[1:], widths[1:], strict=True):
            cv2.line(ink, _as_point(start), _as_point(end), 255, max(1, round(thickness)), cv2.LINE_AA)
    return ink.astype(np.float32) / 255


def photo(digit: int, rows: int, columns: int, seed: int = 0) -> np.ndarray:
    """Return a photo of a digit on a sheet, (R, C, 3) RGB uint8: blue pen, a shadow across it, warm light, grain."""
    rng = np.random.default_rng([seed, digit, rows, columns])
    ink = written(digit, (rows, columns), rng.uniform(0.35, 0.5), rows * rng.uniform(0.008, 0.014), rng)
    ink = cv2.GaussianBlur(ink, (0, 0), rows / 1500)
    row, column = np.mgrid[0:1:24j, 0:1:32j].astype(np.float32)
    slope = rng.uniform(-0.3, 0.3, 2)
    shadow = 1 / (1 + np.exp(-(column + 0.6 * row - rng.uniform(0.5, 1.1)) / 0.12))
    light = (0.9 + slope[0] * (row - 0.5) + slope[1] * (column - 0.5)) * (1 - 0.3 * shadow)
    light = cv2.resize(light, (columns, rows), interpolation=cv2.INTER_CUBIC)
    light -= 0.85 * ink * light
    grain = rng.standard_normal((rows // 2, columns // 2), np.float32)
    light += 0.015 * cv2.resize(grain, (columns, rows), interpolation=cv2.INTER_LINEAR)
    colour = np.array([236, 228, 210], np.float32) / 255
    picture = light[..., None] * colour
    picture[..., 2] += 0.12 * ink
    return np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)


def drawing(digit: int, seed: int = 0) -> np.ndarray:
    """Return what the drawing canvas gives: (280, 280, 4) RGBA uint8, black on white, brush 20."""
    rng = np.random.default_rng([seed, digit])
    ink = written(digit, (CANVAS_SIDE, CANVAS_SIDE), 0.65, CANVAS_BRUSH, rng)
    grey = np.round(255 * (1 - ink)).astype(np.uint8)
    return np.dstack([grey, grey, grey, np.full_like(grey, 255)])


def jpeg(rgb: np.ndarray) -> bytes:
    """Return the bytes of a JPEG file, quality 90, of (R, C, 3) RGB uint8."""
    return cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()


def _curve(points: np.ndarray, steps: int = 24) -> np.ndarray:
    """A Catmull-Rom spline through ``points``, (N, 2): E. Catmull, R. Rom, 1974."""
    before, after = points[:1] * 2 - points[1:2], points[-1:] * 2 - points[-2:-1]
    p = np.concatenate([before, points, after])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    parts = [
        0.5
        * (
            2 * p[i]
            + (p[i + 1] - p[i - 1]) * t
            + (2 * p[i - 1] - 5 * p[i] + 4 * p[i + 1] - p[i + 2]) * t**2
            + (3 * p[i] - p[i - 1] - 3 * p[i + 1] + p[i + 2]) * t**3
        )
        for i in range(1, len(points))
    ]
    return np.concatenate([*parts, points[-1:]])


def _as_point(point: np.ndarray) -> tuple[int, int]:
    return round(point[1]), round(point[0])
