"""Digits of our own making, for the pages, the benchmark and the tests: the same from the same seed everywhere."""

import cv2
import numpy as np

Stroke = np.ndarray  # (points, 2) float32: column and row, 0-1, in the order in which the pen passes them

DIGITS = tuple(range(10))
CANVAS_SIDE, CANVAS_PEN = 280, 20 / 280  # the drawing canvas of the page and its pen, as a share of the side
PAPER, LINES, INK = (236, 232, 222), (205, 214, 222), (32, 52, 120)


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
# As most of Europe writes them: the 1 with an upstroke, the 7 with a bar.
EUROPEAN: dict[int, tuple[Stroke, ...]] = {
    1: (_line((0.30, 0.36), (0.54, 0.12), (0.47, 0.88)),),
    7: (*STROKES[7], _line((0.42, 0.52), (0.78, 0.50))),
}


def written(
    digit: int, side: int, pen: float = CANVAS_PEN, seed: int | None = None, european: bool = False
) -> np.ndarray:
    """Return a digit, (side, side) uint8, white on black.

    ``pen``: the stroke's width as a share of the side; ``seed``: each makes the hand a little different, None follows
    the strokes exactly; ``european``: the 1 with an upstroke, the 7 with a bar, the others as ever.
    """
    strokes = EUROPEAN.get(digit, STROKES[digit]) if european else STROKES[digit]
    if seed is not None:
        strokes = _varied(strokes, np.random.default_rng([seed, digit]))
    scale = 4  # drawn larger and reduced: soft edges
    canvas = np.zeros((side * scale, side * scale), np.uint8)
    for stroke in strokes:
        points = np.round(stroke * side * scale).astype(np.int32)
        cv2.polylines(canvas, [points], False, 255, thickness=max(1, round(pen * side * scale)))
    return cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA)


def _varied(strokes: tuple[Stroke, ...], rng: np.random.Generator) -> list[Stroke]:
    """Slant, narrow and bend all strokes together, so that what meets goes on meeting."""
    slant, width, phase = rng.uniform(-0.12, 0.12), rng.uniform(0.88, 1.06), rng.uniform(0, 2 * np.pi, 2)
    matrix = np.array([[width, 0], [-slant, 1]])
    return [0.5 + (stroke - 0.5) @ matrix + 0.015 * np.sin(6 * stroke[:, ::-1] + phase) for stroke in strokes]


def drawing(digit: int, seed: int = 0, side: int = CANVAS_SIDE, european: bool = False) -> np.ndarray:
    """Return what the drawing canvas gives: (side, side, 4) RGBA uint8, black on white."""
    grey = 255 - written(digit, side, CANVAS_PEN, seed, european)
    return np.dstack([grey, grey, grey, np.full_like(grey, 255)])


def photo(digit: int, rows: int = 480, columns: int = 480, seed: int = 0, european: bool = False) -> np.ndarray:
    """Return a photo of a digit on squared paper, (rows, columns, 3) RGB uint8: blue pen, a soft shadow, grain."""
    rng = np.random.default_rng([seed, digit])
    short = min(rows, columns)
    picture = np.full((rows, columns, 3), PAPER, np.uint8)
    for offset in range(max(1, short // 480)):
        picture[offset :: short // 12] = picture[:, offset :: short // 12] = LINES
    side = round(rng.uniform(0.55, 0.65) * short)
    top, left = ((length - side) // 2 + round(rng.uniform(-0.08, 0.08) * short) for length in (rows, columns))
    ink = written(digit, side, rng.uniform(0.04, 0.06), seed, european)[..., None] / np.float32(255)
    sheet = picture[top : top + side, left : left + side]
    sheet[:] = sheet * (1 - ink) + np.array(INK, np.float32) * ink

    # Light and grain are soft: made small, and enlarged.
    down, right = np.mgrid[0:1:32j, 0:1:32j].astype(np.float32)
    light = 1 - 0.25 * (rng.uniform(0, 1) * right + rng.uniform(0, 1) * down)
    light *= 1 - 0.2 / (1 + np.exp((rng.uniform(0.3, 1.1) - right - rng.uniform(-0.3, 0.3) * down) / 0.05))
    light = cv2.resize(light, (columns, rows), interpolation=cv2.INTER_LINEAR)
    grain = 4 * rng.standard_normal((-(-rows // 2), -(-columns // 2)), np.float32)
    grain = cv2.resize(grain, (columns, rows), interpolation=cv2.INTER_LINEAR)
    for channel in range(3):  # one after the other: a third of the memory
        picture[..., channel] = np.clip(picture[..., channel] * light + grain, 0, 255)
    return picture


def encoded(rgb: np.ndarray, ending: str = ".png") -> bytes:
    """Return an image (R, C, 3) RGB uint8 as the bytes of a file of this kind."""
    return cv2.imencode(ending, cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))[1].tobytes()
