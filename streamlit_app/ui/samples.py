"""Digits of our own making, drawn as a pen moves: the sample photo, the page icon, and the digits of the tests."""

from functools import cache

import cv2
import numpy as np

Stroke = np.ndarray  # (points, 2) float32: column and row, 0-1, in the order in which the pen passes them


def _line(*points: tuple[float, float]) -> Stroke:
    return np.array(points, np.float32)


def _arc(column: float, row: float, width: float, height: float, start: float, end: float) -> Stroke:
    """Part of an ellipse with these half axes, in degrees: 0 points right, 90 down."""
    angles = np.radians(np.linspace(start, end, 40))
    return np.stack([column + width * np.cos(angles), row + height * np.sin(angles)], axis=1).astype(np.float32)


def _figure_of_eight() -> Stroke:
    turn = np.linspace(0, 2 * np.pi, 80)
    return np.stack([0.5 + 0.22 * np.sin(2 * turn), 0.5 - 0.38 * np.cos(turn)], axis=1).astype(np.float32)


# One entry a digit: its strokes, each drawn without lifting the pen.
STROKES: dict[int, tuple[Stroke, ...]] = {
    0: (_arc(0.5, 0.5, 0.26, 0.38, -90, 280),),
    1: (_line((0.54, 0.12), (0.47, 0.88)),),
    2: (np.concatenate([_arc(0.49, 0.33, 0.22, 0.21, 195, 395), _line((0.26, 0.86), (0.78, 0.85))]),),
    3: (np.concatenate([_arc(0.47, 0.31, 0.22, 0.19, 215, 440), _arc(0.47, 0.69, 0.25, 0.2, -80, 145)]),),
    4: (_line((0.40, 0.12), (0.24, 0.58), (0.80, 0.56)), _line((0.64, 0.32), (0.58, 0.90))),
    5: (
        np.concatenate([_line((0.36, 0.13), (0.33, 0.46)), _arc(0.46, 0.65, 0.24, 0.22, 235, 505)]),
        _line((0.36, 0.13), (0.72, 0.12)),
    ),
    6: (np.concatenate([_arc(0.72, 0.62, 0.44, 0.52, 265, 185), _arc(0.5, 0.67, 0.22, 0.21, 180, -190)]),),
    7: (_line((0.25, 0.16), (0.75, 0.15), (0.45, 0.89)),),
    8: (_figure_of_eight(),),
    9: (np.concatenate([_arc(0.48, 0.32, 0.21, 0.2, 0, -360), _line((0.69, 0.34), (0.62, 0.89))]),),
}


def draw_digit(digit: int, side: int = 280, pen: float = 0.07) -> np.ndarray:
    """Return a drawn digit, (side, side) uint8, white on black; ``pen``: the stroke's width as a share of it."""
    scale = 4  # drawn larger and reduced: soft edges
    canvas = np.zeros((side * scale, side * scale), np.uint8)
    for stroke in STROKES[digit]:
        points = np.round(stroke * side * scale).astype(np.int32)
        cv2.polylines(canvas, [points], False, 255, thickness=max(1, round(pen * side * scale)))
    return cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA)


def paper_photo(digit: int, rows: int = 480, columns: int = 480) -> np.ndarray:
    """Return what a photo of a digit on squared paper looks like: (rows, columns, 3) RGB uint8.

    Blue ink, light that falls off towards one corner, and grain; the same for the same digit on every machine.
    """
    sheet = np.full((rows, columns, 3), (236, 232, 222), np.float32)
    pitch = max(12, min(rows, columns) // 12)
    sheet[::pitch] = sheet[:, ::pitch] = (205, 214, 222)
    side = round(0.62 * min(rows, columns))
    ink = np.zeros((rows, columns), np.float32)
    top, left = (rows - side) // 2, (columns - side) // 2
    ink[top : top + side, left : left + side] = draw_digit(digit, side, pen=0.055) / 255
    photo = sheet * (1 - ink[..., None]) + np.array((32, 52, 120), np.float32) * ink[..., None]
    down, right = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 1, columns), indexing="ij")
    light = 1.0 - 0.35 * (0.6 * right + 0.4 * down)
    grain = np.random.default_rng(digit).normal(0, 3, (rows, columns, 1))
    return np.clip(photo * light[..., None] + grain, 0, 255).astype(np.uint8)


@cache
def icon() -> bytes:
    """Return the page icon as a PNG file: a white 7 on a green disc."""
    side = 64
    disc = np.zeros((side * 4, side * 4), np.uint8)
    cv2.circle(disc, (side * 2, side * 2), side * 2 - 1, 255, -1)
    alpha = cv2.resize(disc, (side, side), interpolation=cv2.INTER_AREA)
    mark = np.zeros((side, side), np.float32)
    mark[8:56, 8:56] = draw_digit(7, 48, pen=0.13) / 255
    colour = np.array((15, 118, 110), np.float32) * (1 - mark[..., None]) + 255 * mark[..., None]
    rgba = np.dstack([colour.round().astype(np.uint8), alpha])
    return cv2.imencode(".png", cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA))[1].tobytes()
