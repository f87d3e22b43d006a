"""Synthetic photos of numbers: rows of MNIST's digits, written as one hand writes them.

As training/scenes.py does for one digit: grounds, pens, lights and cameras are the same. CONDITIONS lists what is
written and on what; page() makes one photo of it, the same for the same arguments on every run.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from training import printed_pages, scene_grounds, scene_light, scene_pens
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
    touch; ``overlap``: how deep these lie in one another, in widths of the pen; ``zeros``: how many in a hundred digits
    are 0, besides; ``space``: how many in a hundred digits begin a new number; ``commas``: how many follow a decimal
    comma; ``signs``: in each space stands + - x ÷ or =; ``cells``: each digit stands in its cell of a drawn table;
    ``sums``: the rows end below each other, and a line is drawn above the last; ``printed``: words are printed above
    and before the rows; ``sizes``: of single digits, by the usual; ``height``: of the digits, as a share of the photo's
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
    overlap: tuple[float, float] = (0.2, 1.0)
    zeros: int = 0
    space: int = 20
    commas: int = 0
    signs: bool = False
    cells: bool = False
    sums: bool = False
    printed: bool = False
    sizes: tuple[float, float] = (0.88, 1.12)
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
    "overlapping": Condition(
        "half of the neighbours run into each other", touching=50, overlap=(0.8, 2.2), gap=(0.05, 0.3)
    ),
    "zeros": Condition("many zeros, touching ones too", zeros=50, touching=40, space=10),
    "phone": Condition("eight to twelve digits in a row", digits=(8, 12), space=25, height=(0.05, 0.1)),
    "sizes": Condition("digits from 0.65 to 1.5 of the usual size", sizes=(0.65, 1.5)),
    "commas": Condition("decimal commas", commas=20, digits=(3, 6)),
    "sums": Condition("sums, a line above the result", scene_grounds.any_paper, sums=True, rows=(3, 4), space=0),
    "form": Condition("a form: printed words, and cells", cells=True, printed=True, rows=(1, 3), digits=(3, 8)),
    "printed": Condition("words printed above and before the numbers", printed=True, rows=(1, 3), height=(0.05, 0.1)),
    "coloured": Condition("coloured pens", pens=(scene_pens.COLOURED_PEN, scene_pens.COLOURED_FELT)),
    "broad": Condition("markers", pens=(scene_pens.MARKER, scene_pens.BOARD_MARKER), gap=(0.2, 0.5)),
    "on_table": Condition("a sheet on a table", scene_grounds.sheet_on_table),
    "on_print": Condition("on a printed page", printed_pages.printed, rows=(1, 2), height=(0.05, 0.12)),
    "on_printed_numbers": Condition(
        "on a page with printed numbers, often as high as what is written",
        printed_pages.with_numbers,
        rows=(1, 2),
        digits=(3, 8),
        height=(0.02, 0.06),
    ),
}
# Printed numbers are digits, too: who learns what is none must not see them.
SHOW_PRINTED_DIGITS = ("on_printed_numbers",)
# Grounds that end, or leave a place free, around all that is written.
AROUND_ALL = (scene_grounds.sheet_on_table, printed_pages.printed, printed_pages.with_numbers)


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
    lines = _lines(_with_zeros(draw, how.zeros, rng), how, width, rng)
    glyphs = [glyph for line, _ in lines for glyph in line]

    frame = LONGER_SIDE, int(LONGER_SIDE / (4 / 3, 3 / 2, 16 / 9)[int(rng.integers(3))])
    rows, columns = frame if rng.random() < 0.4 else frame[::-1]
    sheet = _sheet(glyphs, how, (rows, columns), rng)
    sites = [_site(glyph, glyph.strokes(width), sheet, (rows, columns)) for glyph in glyphs]

    picture = how.ground(_around(sites, sheet) if how.ground in AROUND_ALL else sites[0], rng)
    if how.printed:
        _print_words(picture, glyphs, sheet, rng)
    if how.sums:
        _draw_sum(picture, [line for line, _ in lines], sheet, width * sites[0].size, rng)
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
    if how.sums:
        ends = [max(_extent(glyph, width)[1] + _extent(glyph, width)[3] for glyph in line) for line, _ in lines]
        lines = [
            ([replace(glyph, column=glyph.column + max(ends) - end) for glyph in line], text)
            for end, (line, text) in zip(ends, lines, strict=True)
        ]
    return lines


def _with_zeros(draw: Draw, percent: int, rng: np.random.Generator) -> Draw:
    """Return what draws as ``draw`` does, but passes over all up to the next 0 in so many of a hundred."""

    def drawn() -> tuple[np.ndarray, int]:
        only_zero = 100 * rng.random() < percent if percent else False
        while True:
            image, label = draw()
            if not only_zero or label == 0:
                return image, label

    return drawn


def _line(
    draw: Draw, how: Condition, count: int, width: float, row: float, rng: np.random.Generator
) -> tuple[list[_Glyph], str]:
    glyphs: list[_Glyph] = []
    text = ""
    start = 0.0 if how.cells else rng.uniform(0, 1)
    for place in range(count):
        glyph = _digit(*draw(), row, how.sizes, rng)
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
                gap = -rng.uniform(*how.overlap) * width
            elif how.commas and 100 * rng.random() < how.commas:
                before = _comma(before, row, width, rng)
                glyphs.append(before)
                gap = rng.uniform(0.05, 0.2)
            else:
                gap = rng.uniform(*how.gap)
            glyphs.append(_after(before, glyph, gap, width))
        text += (" " if begins else "") + str(glyph.label)
    return glyphs, text


# Of a table, in digits' heights.
CELL = 1.7


def _digit(image: np.ndarray, label: int, row: float, sizes: tuple[float, float], rng: np.random.Generator) -> _Glyph:
    hand = handwriting(image)
    top, _, height, wide = hand.box
    # MNIST's are made to fit a square: a wide one is as low as it is written.
    size = rng.uniform(*sizes)
    scale = min(size / height, 1.15 * max(1.0, size) / wide)
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


def _comma(before: _Glyph, row: float, width: float, rng: np.random.Generator) -> _Glyph:
    """A decimal comma, at the foot of the line to the right of a glyph."""
    axis = np.ones((SIDE, SIDE), np.uint8)
    start = SIDE / 2 + rng.uniform(-0.02, 0.02, 2) * SIDE
    cv2.line(
        axis, *np.round([start, start + SIDE * rng.uniform((-0.1, 0.12), (-0.03, 0.25))]).astype(int).tolist(), 0, 1
    )
    axis = cv2.distanceTransform(axis, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    scale = 1.0 / SIDE
    _, left, _, wide = _extent(before, width)
    column = left + wide + rng.uniform(0.1, 0.2)
    return _Glyph(NO_DIGIT, axis, scale, row + rng.uniform(-0.1, 0.05), column - SIDE / 2 * scale + 0.1)


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


def _around(sites: list[Site], sheet: np.ndarray) -> Site:
    """Return the site of all digits together, for grounds that end around what is written."""
    top, left = np.min([site.box[:2] for site in sites], axis=0)
    bottom, right = np.max([np.add(site.box[:2], site.box[2:]) for site in sites], axis=0)
    height, width = int(bottom - top), int(right - left)
    first = sites[0]
    # The field is the frame itself, without rotation.
    placed = np.array([[1, 0, left], [0, 1, top], [0, 0, 1.0]])
    return Site(
        first.rows, first.columns, first.sheet, placed, (0, 0, height, width), (int(top), int(left), height, width)
    )


# Of the field that words are printed on, cells for each digit's height.
PRINT_CELLS = 60
WORDS = (
    "Name",
    "Telefon",
    "Kundennummer",
    "Datum",
    "Betrag",
    "Total",
    "Adresse",
    "Menge",
    "Artikel",
    "please write here",
)


def _print_words(picture: np.ndarray, glyphs: list[_Glyph], sheet: np.ndarray, rng: np.random.Generator) -> None:
    """Print lines of words above, below and before what is written, in place; letters only."""
    extents = np.array([_extent(glyph, 0.1) for glyph in glyphs])
    top, left = extents[:, :2].min(axis=0)
    bottom, right = (extents[:, :2] + extents[:, 2:]).max(axis=0)
    height = rng.uniform(0.2, 0.45)
    reach = 4.0
    side_rows, side_columns = (
        int((end - start + 2 * reach) * PRINT_CELLS) for start, end in ((top, bottom), (left, right))
    )
    page = np.zeros((side_rows, side_columns), np.uint8)
    font, thick = int(rng.integers(len(scene_grounds.FONTS))), max(1, round(height * PRINT_CELLS / 7))
    font_scale = height * PRINT_CELLS / 21
    middles = [float(row + tall / 2) for row, _, tall, _ in extents]

    def put(row: float, column: float, words: str) -> None:
        at = round((column - left + reach) * PRINT_CELLS), round((row - top + reach) * PRINT_CELLS)
        cv2.putText(page, words, at, scene_grounds.FONTS[font], font_scale, 255, thick, cv2.LINE_AA)

    for row in (top - rng.uniform(0.9, 1.3), bottom + rng.uniform(0.9, 1.3) + height):
        for number in range(int(rng.integers(1, 3))):
            chosen = rng.choice(WORDS, int(rng.integers(2, 6)))
            put(row + (number if row > bottom else -number) * 2.2 * height, left, " ".join(chosen))
    word = str(rng.choice(WORDS[:-1]))
    put(middles[0] + height / 2, left - 0.5 - (0.6 if rng.random() < 0.5 else 0.9) - 0.95 * height * len(word), word)
    to_page = np.array([[1 / PRINT_CELLS, 0, left - reach], [0, 1 / PRINT_CELLS, top - reach], [0, 0, 1.0]])
    mask = cv2.warpPerspective(page, sheet @ to_page, picture.shape[1::-1], flags=cv2.INTER_AREA)
    picture *= 1 - np.float32(rng.uniform(0.6, 0.95) / 255) * mask[..., None]


def _draw_sum(
    picture: np.ndarray, lines: list[list[_Glyph]], sheet: np.ndarray, width: float, rng: np.random.Generator
) -> None:
    """Draw the line above the last row of a sum, in place."""
    extents = [np.array([_extent(glyph, 0.1) for glyph in line]) for line in lines]
    row = (max(extents[-2][:, 0] + extents[-2][:, 2]) + min(extents[-1][:, 0])) / 2
    left = min(extent[:, 1].min() for extent in extents) - rng.uniform(0.1, 0.6)
    right = max((extent[:, 1] + extent[:, 3]).max() for extent in extents) + rng.uniform(0.1, 0.4)
    ends = np.array([(left, row + rng.uniform(-0.06, 0.06)), (right, row + rng.uniform(-0.06, 0.06))])
    mask = np.zeros(picture.shape[:2], np.uint8)
    points = np.round(mapped(ends, sheet) * 16).astype(np.int32)
    cv2.polylines(mask, [points], False, 255, max(1, round(width)), cv2.LINE_AA, shift=4)
    picture *= 1 - np.float32(0.8 / 255) * mask[..., None]


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
