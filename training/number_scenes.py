"""Synthetic photos of numbers: rows of MNIST's digits, written as one hand writes them.

As training/scenes.py does for one digit: grounds, pens, lights and cameras are the same. CONDITIONS lists what is
written and on what; page() makes one photo of it, the same for the same arguments on every run.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from training import scene_grounds, scene_light, scene_pens
from training.scene_grounds import Ground, Site, mapped
from training.scene_light import Camera, Light
from training.scene_pens import SIDE, Pen, handwriting
from training.scenes import EXERCISE_PENS, WRITING_PENS, write

# Where a line of writing is wide, its digits are as small as they must be.
LONGER_SIDE = 1600
MARGIN = 0.06
NO_DIGIT = -1


@dataclass(frozen=True)
class Condition:
    """What is written and on what; lengths are shares of the digits' height.

    ``about``: in words, for the tables; ``rows`` and ``digits``: how many rows, and digits in each, from and to;
    ``gap``: the ground between two neighbours' strokes, from and to; ``touching``: how many in a hundred neighbours
    touch; ``space``: how many in a hundred digits begin a new number; ``signs``: in each space stands + - x ÷ or =;
    ``cells``: each digit stands in its cell of a drawn table; ``height``: of the digits, as a share of the photo's
    shorter side, from and to; ``turn``: the greatest rotation in degrees; ``tilt``: the perspective, from and to.
    """

    about: str
    ground: Ground = scene_grounds.white_paper
    pens: tuple[Pen, ...] = WRITING_PENS
    light: Light = scene_light.daylight
    camera: Camera = scene_light.phone
    rows: tuple[int, int] = (1, 4)
    digits: tuple[int, int] = (1, 8)
    gap: tuple[float, float] = (0.12, 0.4)
    touching: int = 0
    space: int = 20
    signs: bool = False
    cells: bool = False
    height: tuple[float, float] = (0.06, 0.2)
    turn: float = 3.0
    tilt: tuple[float, float] = (0, 0.08)


CONDITIONS = {
    "plain": Condition("one row on white paper", rows=(1, 1)),
    "rows": Condition("two to four rows with spaces", scene_grounds.any_paper, rows=(2, 4)),
    "touching": Condition("half of the neighbours touch", touching=50, gap=(0.05, 0.3)),
    "small": Condition("the digits 2.5 to 5 % high", height=(0.025, 0.05), rows=(1, 4)),
    "signs": Condition("+ - x ÷ = between the numbers", signs=True, rows=(1, 2), space=40),
    "ruled": Condition("ruled paper", scene_grounds.ruled_paper, EXERCISE_PENS),
    "squared": Condition("squared paper", scene_grounds.squared_paper, EXERCISE_PENS),
    "table": Condition("each digit in a cell of a table", cells=True, digits=(2, 6)),
    "sloping": Condition("turned up to 12°, seen from the side", turn=12, tilt=(0.1, 0.3)),
    "pencil": Condition("pencil, often faint", scene_grounds.any_paper, (scene_pens.PENCIL,)),
    "uneven_light": Condition("soft shadows, lamps, a cast of colour", light=scene_light.uneven_light),
    "hard_shadow": Condition("the sharp shadow of a hand or a phone", light=scene_light.hard_shadow),
    "light_on_dark": Condition("a light pen on dark paper", scene_grounds.dark_sheet, (scene_pens.GEL_PEN,)),
    "noisy": Condition("a dark room, strong compression", scene_grounds.any_paper, camera=scene_light.noisy_phone),
}


@dataclass(frozen=True)
class NumberScene:
    """One photo and the truth about it.

    ``photo``: (R, C, 3) uint8, RGB; ``text``: as read_number writes it; ``boxes``: row, column, height and width of
    every digit in reading order, in pixels.
    """

    photo: np.ndarray = field(repr=False)
    text: str
    condition: str
    seed: int
    boxes: tuple[tuple[int, int, int, int], ...]


Draw = Callable[[], tuple[np.ndarray, int]]


@dataclass(frozen=True)
class _Glyph:
    """A digit or a sign, and where on the sheet it stands: ``axis``: the distance to the middle of its strokes, in
    cells; ``scale``: how high a cell is, ``row`` and ``column``: where the field begins, in digits' heights.
    """

    label: int
    axis: np.ndarray
    scale: float
    row: float = 0.0
    column: float = 0.0

    def strokes(self, width: float) -> np.ndarray:
        """Return what a pen writes, positive in ink, (SIDE, SIDE) float32 in cells; ``width`` in digits' heights."""
        # A field of this grid has no thinner line.
        return np.float32(max(2.5, width / self.scale) / 2) - self.axis


def page(draw: Draw, condition: str, seed: int) -> NumberScene:
    """Return a photo of rows of numbers; the same for the same arguments on every run.

    ``draw`` gives the next digit, (28, 28) uint8 white on black, and its label. Raises KeyError where the condition is
    not one of CONDITIONS.
    """
    how = CONDITIONS[condition]
    rng = np.random.default_rng([seed, zlib.crc32(condition.encode())])
    pen = how.pens[int(rng.integers(len(how.pens)))]
    colour = pen.colours[int(rng.integers(len(pen.colours)))]
    pen = replace(pen, colours=(colour,), cover=(float(rng.uniform(*pen.cover)),) * 2)
    width = rng.uniform(*pen.width)
    lines = _lines(draw, how, width, rng)
    glyphs = [glyph for line, _ in lines for glyph in line]

    frame = LONGER_SIDE, int(LONGER_SIDE / (4 / 3, 3 / 2, 16 / 9)[int(rng.integers(3))])
    rows, columns = frame if rng.random() < 0.4 else frame[::-1]
    sheet = _sheet(glyphs, how, (rows, columns), rng)
    sites = [_site(glyph, glyph.strokes(width), sheet, (rows, columns)) for glyph in glyphs]

    picture = how.ground(sites[0], rng)
    if how.cells:
        _draw_table(picture, [line for line, _ in lines], sheet, width * rng.uniform(0.5, 1), sites[0].size)
    for glyph, site in zip(glyphs, sites, strict=True):
        write(picture, glyph.strokes(width), width / glyph.scale, pen, site, rng)
    picture *= how.light(sites[0], rng)
    boxes = tuple(site.box for glyph, site in zip(glyphs, sites, strict=True) if glyph.label != NO_DIGIT)
    return NumberScene(how.camera(picture, sites[0], rng), "\n".join(text for _, text in lines), condition, seed, boxes)


# --- What is written -----------------------------------------------------------------------------------------


def _lines(draw: Draw, how: Condition, width: float, rng: np.random.Generator) -> list[tuple[list[_Glyph], str]]:
    """Return every row: its glyphs in their places, and its text."""
    rows = int(rng.integers(how.rows[0], how.rows[1] + 1))
    in_table = int(rng.integers(how.digits[0], how.digits[1] + 1))
    pitch = rng.uniform(1.5, 2.4)
    lines = []
    for number in range(rows):
        count = in_table if how.cells else int(rng.integers(how.digits[0], how.digits[1] + 1))
        lines.append(_line(draw, how, count, width, number * pitch, rng))
    return lines


def _line(
    draw: Draw, how: Condition, count: int, width: float, row: float, rng: np.random.Generator
) -> tuple[list[_Glyph], str]:
    glyphs: list[_Glyph] = []
    text = ""
    start = 0.0 if how.cells else rng.uniform(0, 1)
    for place in range(count):
        glyph = _digit(*draw(), row, rng)
        # What stands in a cell of its own is a number.
        begins = bool(place) and (how.cells or 100 * rng.random() < how.space)
        if how.cells:
            # In the middle of its cell, more or less.
            _, left, _, wide = _extent(glyph, width)
            glyphs.append(replace(glyph, column=place * CELL + rng.uniform(-0.12, 0.12) - left - wide / 2))
        elif not glyphs:
            glyphs.append(replace(glyph, column=start))
        else:
            before = glyphs[-1]
            if begins and how.signs:
                before = _after(before, _sign(row, rng), rng.uniform(0.25, 0.6), width)
                glyphs.append(before)
                gap = rng.uniform(0.25, 0.6)
            elif begins:
                gap = rng.uniform(0.9, 1.6)
            elif 100 * rng.random() < how.touching and {before.label, glyph.label} != {1}:
                gap = -rng.uniform(0.2, 1.0) * width
            else:
                gap = rng.uniform(*how.gap)
            glyphs.append(_after(before, glyph, gap, width))
        text += (" " if begins else "") + str(glyph.label)
    return glyphs, text


# Of a table, in digits' heights.
CELL = 1.7


def _digit(image: np.ndarray, label: int, row: float, rng: np.random.Generator) -> _Glyph:
    hand = handwriting(image)
    top, _, height, wide = hand.box
    # MNIST's are made to fit a square: a wide one is as low as it is written.
    scale = min(rng.uniform(0.88, 1.12) / height, 1.15 / wide)
    return _Glyph(label, hand.axis, scale, row + rng.uniform(-0.08, 0.08) - (top + height / 2) * scale)


# Strokes from end to end, in shares of half the sign's width.
SIGNS = (
    (((-1, 0), (1, 0)), ((0, -1), (0, 1))),
    (((-1, 0), (1, 0)),),
    (((-0.8, -0.8), (0.8, 0.8)), ((0.8, -0.8), (-0.8, 0.8))),
    (((-1, 0), (1, 0)), ((0, -0.8), (0, -0.8)), ((0, 0.8), (0, 0.8))),
    (((-1, -0.35), (1, -0.35)), ((-1, 0.35), (1, 0.35))),
)


def _sign(row: float, rng: np.random.Generator) -> _Glyph:
    axis = np.ones((SIDE, SIDE), np.uint8)
    for start, end in SIGNS[int(rng.integers(len(SIGNS)))]:
        ends = SIDE / 2 + SIDE / 3 * (np.array([start, end]) + rng.uniform(-0.08, 0.08, (2, 2)))
        cv2.line(axis, *np.round(ends).astype(int).tolist(), 0, 1)
    axis = cv2.distanceTransform(axis, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    scale = rng.uniform(0.4, 0.65) / (2 / 3 * SIDE)
    return _Glyph(NO_DIGIT, axis, scale, row + rng.uniform(-0.1, 0.1) - SIDE / 2 * scale)


def _extent(glyph: _Glyph, width: float) -> tuple[float, float, float, float]:
    """Return row, column, height and width of a glyph's ink, in digits' heights."""
    left, top, wide, high = cv2.boundingRect((glyph.strokes(width) > 0).astype(np.uint8))
    at = glyph.row + top * glyph.scale, glyph.column + left * glyph.scale
    return *at, high * glyph.scale, wide * glyph.scale


# Rows in which two neighbours' outlines are compared, for each digit's height; what is this near counts as beside.
LEVELS, BESIDE = 40, 3


def _after(before: _Glyph, glyph: _Glyph, gap: float, width: float) -> _Glyph:
    """Return the glyph moved to the right of the one before, ``gap`` of ground between their outlines."""
    right, left = _outlines(before, width)[1], _outlines(glyph, width)[0]
    levels = np.arange(-BESIDE, BESIDE + 1)
    distances = [left[level] - right[other] for level in left for other in level + levels if int(other) in right]
    # One that lies wholly above or below the other is set beside its box.
    nearest = min(distances, default=min(left.values()) - max(right.values()))
    return replace(glyph, column=glyph.column + gap - nearest)


def _outlines(glyph: _Glyph, width: float) -> tuple[dict[int, float], dict[int, float]]:
    """Return where the ink begins and ends on every level, in digits' heights."""
    ink = glyph.strokes(width) > 0
    begins, ends = {}, {}
    for row in np.flatnonzero(ink.any(axis=1)):
        level = int(np.floor((glyph.row + row * glyph.scale) * LEVELS))
        columns = np.flatnonzero(ink[row]) * glyph.scale + glyph.column
        begins[level] = min(float(columns[0]), begins.get(level, np.inf))
        ends[level] = max(float(columns[-1]) + glyph.scale, ends.get(level, -np.inf))
    return begins, ends


# --- Where it is photographed --------------------------------------------------------------------------------


def _sheet(glyphs: list[_Glyph], how: Condition, frame: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return the homography from the sheet, in digits' heights, to the frame, so that all of the text is in it."""
    extents = np.array([_extent(glyph, 0.1) for glyph in glyphs])
    top, left = extents[:, :2].min(axis=0) - (0.6 if how.cells else 0.1)
    bottom, right = (extents[:, :2] + extents[:, 2:]).max(axis=0) + (0.6 if how.cells else 0.1)
    angle = np.radians(rng.uniform(-how.turn, how.turn))
    side, tilt = rng.uniform(0, 2 * np.pi), rng.uniform(*how.tilt)
    turned = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1.0]])
    far = np.eye(3)
    far[2, :2] = tilt * np.array([np.cos(side), np.sin(side)]) / max(bottom - top, right - left)
    centred = np.array([[1, 0, -(left + right) / 2], [0, 1, -(top + bottom) / 2], [0, 0, 1.0]])
    seen = far @ turned @ centred
    corners = mapped(np.array([[left, top], [right, top], [right, bottom], [left, bottom]]), seen)
    low, size = corners.min(axis=0), np.ptp(corners, axis=0)
    room = (1 - 2 * MARGIN) * np.array(frame[::-1])
    scale = min(rng.uniform(*how.height) * min(frame), *(room / size))
    at = MARGIN * np.array(frame[::-1]) + rng.uniform(0, 1, 2) * (room - scale * size) - scale * low
    return np.array([[scale, 0, at[0]], [0, scale, at[1]], [0, 0, 1.0]]) @ seen


def _site(glyph: _Glyph, strokes: np.ndarray, sheet: np.ndarray, frame: tuple[int, int]) -> Site:
    rows, columns = frame
    placed = sheet @ np.array([[glyph.scale, 0, glyph.column], [0, glyph.scale, glyph.row], [0, 0, 1.0]])
    left, top, wide, high = cv2.boundingRect((strokes > 0).astype(np.uint8))
    column, row, width, height = cv2.boundingRect(mapped(np.argwhere(strokes > 0)[:, ::-1], placed))
    return Site(rows, columns, _in_pixels(sheet), placed, (top, left, high, wide), (row, column, height, width))


def _in_pixels(sheet: np.ndarray) -> np.ndarray:
    """Return the homography for grounds: lengths on their sheet are pixels of the frame."""
    scale = np.sqrt(abs(np.linalg.det(sheet[:2, :2])))
    return sheet @ np.diag([1 / scale, 1 / scale, 1.0])


def _draw_table(
    picture: np.ndarray, lines: list[list[_Glyph]], sheet: np.ndarray, width: float, digit_size: float
) -> None:
    """Draw the lines of the table, in place."""
    middles = [np.mean([_extent(glyph, 0.1)[0] + _extent(glyph, 0.1)[2] / 2 for glyph in line]) for line in lines]
    pitch = middles[1] - middles[0] if len(middles) > 1 else 1.7
    edges = [middles[0] - pitch / 2 + pitch * number for number in range(len(lines) + 1)]
    columns = [CELL * (number - 0.5) for number in range(len(lines[0]) + 1)]
    ends = [[(columns[0], row), (columns[-1], row)] for row in edges]
    ends += [[(column, edges[0]), (column, edges[-1])] for column in columns]
    mask = np.zeros(picture.shape[:2], np.uint8)
    for line in ends:
        points = np.round(mapped(np.array(line), sheet) * 16).astype(np.int32)
        cv2.polylines(mask, [points], False, 255, max(1, round(width * digit_size)), cv2.LINE_AA, shift=4)
    picture *= 1 - np.float32(0.7 / 255) * mask[..., None]
