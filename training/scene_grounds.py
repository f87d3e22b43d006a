"""What the digit of a scene is written on: paper, boards, rough things, and what else lies or is printed there.

A ground is a function of a Site and a generator; it returns a picture (R, C, 3) float32, RGB 0-255, in even light,
without the digit.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from training.scene_pens import BLUE, DARK, noise

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Site:
    """Where the digit stands in the frame, known before anything is painted.

    ``rows``, ``columns``: the frame in pixels; ``sheet``: the homography from the sheet, in pixels about its middle, to
    the frame, (3, 3); ``digit``: the same from the digit's fields (training.scene_pens) to the frame; ``field_box``:
    row, column, height and width of the strokes in the field; ``box``: the same in the frame, in whole pixels.
    """

    rows: int
    columns: int
    sheet: np.ndarray
    digit: np.ndarray
    field_box: tuple[int, int, int, int]
    box: tuple[int, int, int, int]

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows, self.columns

    @property
    def short(self) -> int:
        return min(self.rows, self.columns)

    @property
    def size(self) -> int:
        """The digit's longer side in the frame, in pixels."""
        return max(self.box[2:])

    def on_sheet(self) -> tuple[np.ndarray, np.ndarray]:
        """Return column and row on the sheet of every pixel of the frame, each (R, C) float32."""
        a, b, c, d, e, f, g, h, i = np.linalg.inv(self.sheet).astype(np.float32).ravel()
        column, row = np.arange(self.columns, dtype=np.float32)[None], np.arange(self.rows, dtype=np.float32)[:, None]
        if abs(g) + abs(h) < 1e-9:
            return (a * column + b * row + c) / i, (d * column + e * row + f) / i
        below = g * column + h * row + i
        return (a * column + b * row + c) / below, (d * column + e * row + f) / below

    def around_digit(self, margin: float, place: int = 0) -> np.ndarray:
        """Return the corners, (4, 2) float32, column and row in the frame, of the box around the digit.

        ``margin``: how far it is from the strokes, as a share of their longer side; ``place``: 0 for this box, 1 for
        one as large on its right, and so on.
        """
        row, column, height, width = self.field_box
        away = margin * max(height, width)
        left, top, bottom = column - away + place * (width + 2 * away), row - away, row + height + away
        right = left + width + 2 * away
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
        return mapped(corners, self.digit)


Ground = Callable[[Site, np.random.Generator], np.ndarray]


def mapped(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return points (N, 2), column and row, seen through a homography (3, 3): (N, 2) float32."""
    return cv2.perspectiveTransform(points.astype(np.float64)[None], matrix)[0].astype(np.float32)


def _flat(shape: tuple[int, int], colour: Colour, shade: np.ndarray) -> np.ndarray:
    """Return a colour lightened and darkened by ``shade``, (R, C), in steps of 0-255."""
    return shade[..., None] + np.array(colour, np.float32)


def _over(picture: np.ndarray, mask: np.ndarray, colour: Colour, cover: float = 1.0) -> None:
    """Print a colour onto the picture, in place: ink that lets the ground through. ``mask``: (R, C) 0-1."""
    reduced = np.float32(cover) * mask
    for channel, value in enumerate(colour):
        picture[..., channel] *= 1 - reduced * np.float32(1 - value / 255)


def _lay(picture: np.ndarray, mask: np.ndarray, above: np.ndarray | Colour) -> None:
    """Lay something that hides the ground onto the picture, in place: (R, C, 3), or one colour."""
    picture += mask[..., None] * (np.asarray(above, np.float32) - picture)


def _pick(rng: np.random.Generator, choices: tuple) -> tuple:
    return choices[int(rng.integers(len(choices)))]


def _polygon(shape: tuple[int, int], corners: np.ndarray, soft: float = 0.0) -> np.ndarray:
    """Return the mask (R, C) float32, 0-1, of a polygon (N, 2), column and row; ``soft``: its rim in pixels."""
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.round(corners * 16).astype(np.int32)], 255, cv2.LINE_AA, shift=4)
    mask = mask.astype(np.float32) / 255
    return cv2.GaussianBlur(mask, (0, 0), soft) if soft > 0.3 else mask


def _line(shape: tuple[int, int], points: np.ndarray, width: float, *, closed: bool = False) -> np.ndarray:
    """Return the mask (R, C) float32, 0-1, of a line through points (N, 2), column and row."""
    mask = np.zeros(shape, np.uint8)
    thick = max(1, round(width))
    cv2.polylines(mask, [np.round(points * 16).astype(np.int32)], closed, 255, thick, cv2.LINE_AA, shift=4)
    # A line thinner than a pixel is a fainter one.
    return mask.astype(np.float32) * np.float32(min(1.0, width / thick) / 255)


# --- Sheets --------------------------------------------------------------------------------------------------

WHITE_PAPERS = ((250, 249, 246), (244, 244, 242), (252, 248, 238), (238, 240, 244), (246, 243, 236))
TINTED_PAPERS = (
    (244, 232, 190),
    (250, 240, 140),
    (214, 230, 244),
    (220, 240, 214),
    (246, 214, 218),
    (196, 166, 126),
    (190, 190, 184),
    (232, 206, 176),
)


def _paper_of(colour: Colour, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Paper of a colour: fine grain, fibres, and clouds that are hardly seen."""
    coarse = rng.uniform(0.2, 1.0)
    shade = coarse * 2.2 * noise(shape, rng, 1.6)
    shade += coarse * 1.8 * noise(shape, rng, rng.uniform(3, 7))
    shade += rng.uniform(0.2, 1.4) * noise(shape, rng, max(shape) / rng.uniform(3, 9))
    return _flat(shape, colour, shade)


def white_paper(site: Site, rng: np.random.Generator) -> np.ndarray:
    """A white sheet; of one in eight the other side shows through, faintly."""
    picture = _paper_of(_pick(rng, WHITE_PAPERS), site.shape, rng)
    if rng.random() < 0.12:
        mirrored = site.sheet @ np.diag([-1.0, 1.0, 1.0])
        _over(picture, cv2.GaussianBlur(_text(site, rng, mirrored), (0, 0), 1.5), (60, 60, 60), rng.uniform(0.03, 0.07))
    return picture


def any_paper(site: Site, rng: np.random.Generator) -> np.ndarray:
    """A white or a tinted sheet."""
    if rng.random() < 0.5:
        return white_paper(site, rng)
    return _paper_of(_pick(rng, TINTED_PAPERS), site.shape, rng)


# Grey-blue, blue, violet, green, grey, red: how the lines of exercise books are printed.
RULE_COLOURS = ((110, 140, 180), (90, 120, 200), (140, 130, 190), (120, 170, 150), (130, 130, 134), (200, 130, 130))


def _stripes(along: np.ndarray, pitch: float, width: float) -> np.ndarray:
    """Return lines ``pitch`` apart across a coordinate (R, C), ``width`` wide with soft rims: (R, C), 0-1."""
    away = np.abs(np.mod(along, np.float32(pitch)) - np.float32(pitch / 2))
    return np.clip(np.float32(width / 2 + 0.5) - away, 0, min(1.0, width))


def _print_lines(picture: np.ndarray, site: Site, rng: np.random.Generator, pitch: float, squared: bool) -> None:
    column, row = site.on_sheet()
    width = float(np.clip(pitch * rng.uniform(0.02, 0.06), 0.7, 6))
    lines = _stripes(row + rng.uniform(0, pitch), pitch, width)
    if squared:
        lines = np.maximum(lines, _stripes(column + rng.uniform(0, pitch), pitch, width))
    # Print is worn here and there.
    worn = np.clip(1 + 0.15 * noise(site.shape, rng, site.short / 12), 0.5, 1)
    _over(picture, lines * worn, _pick(rng, RULE_COLOURS), rng.uniform(0.4, 1.0))
    if not squared and rng.random() < 0.35:
        _print_margin(picture, site, rng, width)


def _print_margin(picture: np.ndarray, site: Site, rng: np.random.Generator, width: float) -> None:
    """Print the red line that exercise books have beside the writing, in place."""
    column, _ = site.on_sheet()
    left = site.box[1] - rng.uniform(0.3, 1.2) * site.size
    margin = np.clip(width / 2 + 0.5 - np.abs(column - np.float32(left - site.columns / 2)), 0, 1)
    _over(picture, margin, (214, 90, 100), rng.uniform(0.4, 0.8))


def ruled_paper(site: Site, rng: np.random.Generator) -> np.ndarray:
    """Ruled paper: the digit is from three quarters of a line to four lines high; some have a margin."""
    picture = white_paper(site, rng) if rng.random() < 0.8 else any_paper(site, rng)
    _print_lines(picture, site, rng, max(9.0, site.size / rng.uniform(0.75, 4)), squared=False)
    return picture


def squared_paper(site: Site, rng: np.random.Generator) -> np.ndarray:
    """Squared paper: the digit is from one to six squares high."""
    picture = white_paper(site, rng)
    _print_lines(picture, site, rng, max(7.0, site.size / rng.uniform(1, 6)), squared=True)
    return picture


def squared_paper_with_margin(site: Site, rng: np.random.Generator) -> np.ndarray:
    """Squared paper with the red line of a margin beside the digit."""
    picture = squared_paper(site, rng)
    _print_margin(picture, site, rng, max(1.0, site.size * rng.uniform(0.008, 0.03)))
    return picture


def boxed_paper(site: Site, rng: np.random.Generator) -> np.ndarray:
    """A box around the digit: drawn by hand, printed, or one of a row in a form."""
    picture = any_paper(site, rng)
    margin, kind = rng.uniform(0.12, 0.45), rng.random()
    width = max(1.0, site.size * rng.uniform(0.012, 0.05))
    if kind < 0.45:
        corners = site.around_digit(margin)
        steps = np.linspace(0, 4, 41)
        path = np.stack([np.interp(steps, np.arange(5), [*corners[:, axis], corners[0, axis]]) for axis in (0, 1)], 1)
        away = cv2.GaussianBlur(rng.standard_normal((41, 2)).astype(np.float32), (1, 9), 3)
        drawn = _line(site.shape, path + away * 0.035 * site.size, width)
        colour = _pick(rng, DARK + BLUE)
    else:
        places = (0,) if kind < 0.7 else range(-int(rng.integers(0, 4)), int(rng.integers(1, 4)))
        drawn = _cells(site, margin, places, width)
        colour = _pick(rng, (*DARK, (120, 120, 124), (90, 120, 170)))
    _over(picture, drawn, colour, rng.uniform(0.65, 1))
    return picture


def _cells(site: Site, margin: float, places: Iterable[int], width: float) -> np.ndarray:
    """Return the mask (R, C) float32, 0-1, of a row of printed boxes, the one at place 0 around the digit."""
    boxes = [_line(site.shape, site.around_digit(margin, place), width, closed=True) for place in places]
    return np.maximum.reduce(boxes)


def form(site: Site, rng: np.random.Generator) -> np.ndarray:
    """A form: a row of printed cells, what is printed on the other side shows through, and it may have punch holes."""
    level = rng.uniform(228, 254)
    picture = _flat(site.shape, (level, level, level), rng.uniform(0.3, 1.5) * noise(site.shape, rng, 1.6))
    behind = _text(site, rng, site.sheet @ np.diag([-1.0, 1.0, 1.0]))
    _over(picture, cv2.GaussianBlur(behind, (0, 0), 1.5), (60, 60, 60), rng.uniform(0.0, 0.15))
    places = range(-int(rng.integers(0, 4)), int(rng.integers(1, 4)))
    cells = _cells(site, rng.uniform(0.12, 0.45), places, max(1.0, site.size * rng.uniform(0.01, 0.04)))
    _over(picture, cells, _pick(rng, (*DARK, (120, 120, 124), (200, 120, 110), (110, 150, 190))), rng.uniform(0.5, 1))
    if rng.random() < 0.4:
        radius = site.short * rng.uniform(0.02, 0.04)
        kept_free = _polygon(site.shape, site.around_digit(0.3)) > 0
        turn = np.linspace(0, 2 * np.pi, 40)
        circle = radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        for row in (0.3, 0.7):
            hole = _polygon(site.shape, circle + np.array([2.2 * radius, row * site.rows]), 0.6)
            if not hole[kept_free].any():
                _lay(picture, hole, _pick(rng, ((20, 20, 22), (90, 90, 92), (160, 160, 160))))
    return picture


LETTERS = "aabcdeeefghiiklmnnoprrssttuvw"
FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX)


def _text(site: Site, rng: np.random.Generator, matrix: np.ndarray, height: float | None = None) -> np.ndarray:
    """Return a mask (R, C) float32, 0-1, of printed lines of words over the whole sheet, no numbers among them.

    ``height``: of a small letter in pixels.
    """
    height = height or rng.uniform(0.012, 0.02) * site.short
    side = int(1.6 * max(site.shape))
    page = np.zeros((side, side), np.uint8)
    font, scale = _pick(rng, FONTS), height / 14
    row, pitch = 2 * height, height * rng.uniform(2.4, 3.4)
    while row < side:
        if rng.random() < 0.88:
            words = ("".join(_pick(rng, LETTERS) for _ in range(rng.integers(2, 9))) for _ in range(60))
            line = " ".join(words).capitalize()[: max(4, int(side / (16 * scale) * rng.uniform(0.7, 1)))]
            cv2.putText(page, line, (8, round(row)), font, scale, 255, max(1, round(height / 6)), cv2.LINE_AA)
        row += pitch
    centred = matrix @ np.array([[1, 0, -side / 2], [0, 1, -side / 2], [0, 0, 1.0]])
    return cv2.warpPerspective(page, centred, site.shape[::-1]).astype(np.float32) / 255


# --- Boards and dark grounds ---------------------------------------------------------------------------------


def whiteboard(site: Site, rng: np.random.Generator) -> np.ndarray:
    """A whiteboard: smooth, with what the sponge left, and now and then its frame."""
    colour = _pick(rng, ((236, 238, 240), (244, 244, 242), (228, 232, 236)))
    picture = _flat(site.shape, colour, 1.2 * noise(site.shape, rng, 30))
    for _ in range(int(rng.integers(1, 5))):
        points = rng.uniform(0, 1, (5, 2)) * site.shape[::-1]
        wiped = _line(site.shape, points.astype(np.float32), site.short * rng.uniform(0.05, 0.2))
        wiped = _blurred(wiped, site.short * rng.uniform(0.02, 0.06))
        _over(picture, wiped, _pick(rng, ((90, 90, 100), (80, 100, 180), (190, 90, 90))), rng.uniform(0.04, 0.16))
    if rng.random() < 0.25:
        _beside(picture, site, rng, (168, 170, 174), rng.uniform(0.02, 0.06))
    return picture


BOARDS = ((44, 74, 60), (38, 60, 52), (46, 48, 50), (34, 36, 40), (58, 72, 66))


def blackboard(site: Site, rng: np.random.Generator) -> np.ndarray:
    """A blackboard, green or grey, with the clouds of chalk that wiping leaves; now and then its wooden frame."""
    shade = 3 * noise(site.shape, rng, 1.3) + 2.5 * noise(site.shape, rng, site.short / 8)
    picture = _flat(site.shape, _pick(rng, BOARDS), shade)
    for _ in range(int(rng.integers(2, 7))):
        points = rng.uniform(-0.1, 1.1, (4, 2)) * site.shape[::-1]
        wiped = _line(site.shape, points.astype(np.float32), site.short * rng.uniform(0.08, 0.3))
        wiped = _blurred(wiped, site.short * rng.uniform(0.02, 0.07))
        wiped *= np.clip(0.8 + 0.3 * noise(site.shape, rng, 2.5), 0, 1.5)
        _lay(picture, rng.uniform(0.03, 0.16) * wiped, (222, 224, 220))
    if rng.random() < 0.2:
        _beside(picture, site, rng, (150, 108, 66), rng.uniform(0.02, 0.06))
    return picture


def dark_sheet(site: Site, rng: np.random.Generator) -> np.ndarray:
    """Dark paper, a slate, or a dark screen."""
    if rng.random() < 0.25:
        level = rng.uniform(8, 40)
        return _flat(site.shape, (level, level, level + 4), 0.6 * noise(site.shape, rng, 2))
    colour = _pick(rng, ((30, 30, 32), (44, 42, 42), (26, 38, 70), (70, 28, 36), (28, 56, 44), (66, 66, 70)))
    shade = rng.uniform(1, 4) * noise(site.shape, rng, 1.5) + 2 * noise(site.shape, rng, site.short / 6)
    return _flat(site.shape, colour, shade)


def _beside(picture: np.ndarray, site: Site, rng: np.random.Generator, colour: Colour, width: float) -> None:
    """Lay a straight rail along that border of the frame that is farthest from the digit."""
    row, column, height, side = site.box
    rooms = (row, site.rows - row - height, column, site.columns - column - side)
    farthest = int(np.argmax(rooms))
    thick = min(max(3, round(width * site.short)), max(3, rooms[farthest] // 2))
    place = (slice(0, thick), slice(-thick, None))[farthest % 2]
    rail = picture[place] if farthest < 2 else picture[:, place]
    rail[:] = np.array(colour, np.float32) + 5 * rng.standard_normal((*rail.shape[:2], 1)).astype(np.float32)
    edge = rail[-2:] if farthest == 0 else rail[:2] if farthest == 1 else rail[:, -2:] if farthest == 2 else rail[:, :2]
    edge *= 0.6


def _blurred(mask: np.ndarray, sigma: float) -> np.ndarray:
    """A wide Gaussian blur, on a copy as small as it allows."""
    step = max(1, int(sigma / 3))
    small = cv2.resize(mask, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA) if step > 1 else mask
    return cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma / step), mask.shape[::-1], interpolation=cv2.INTER_LINEAR)


# --- Rough grounds -------------------------------------------------------------------------------------------


def _pattern(site: Site, rng: np.random.Generator, long: float, across: float) -> np.ndarray:
    """Return noise (R, C), deviation about 1, drawn out along the sheet: grains ``long`` by ``across`` pixels."""
    tile = noise((256, 256), rng, 2.0)
    column, row = site.on_sheet()
    angle = rng.uniform(0, np.pi)
    along = (math.cos(angle) * column + math.sin(angle) * row) / np.float32(long)
    over = (math.cos(angle) * row - math.sin(angle) * column) / np.float32(across)
    # Where the tile ends, another board begins.
    where = np.mod(2 * along, 255).astype(np.float32), np.mod(2 * over, 255).astype(np.float32)
    return cv2.remap(tile, *where, cv2.INTER_LINEAR)


def wood(site: Site, rng: np.random.Generator) -> np.ndarray:
    """Light wood or parquet: grain along the boards."""
    colour = _pick(rng, ((214, 178, 132), (226, 200, 160), (196, 158, 112), (206, 186, 160)))
    grain = _pattern(site, rng, site.short * rng.uniform(0.3, 0.8), site.short * rng.uniform(0.006, 0.02))
    wide = _pattern(site, rng, site.short * rng.uniform(0.8, 1.5), site.short * rng.uniform(0.05, 0.12))
    return _flat(site.shape, colour, rng.uniform(3, 7) * grain + rng.uniform(3, 9) * wide)


def cloth(site: Site, rng: np.random.Generator) -> np.ndarray:
    """Woven cloth in a light colour."""
    column, row = site.on_sheet()
    colour = _pick(rng, ((226, 222, 212), (206, 214, 222), (228, 208, 196), (196, 204, 190)))
    pitch = max(3.0, site.short * rng.uniform(0.006, 0.014))
    weave = np.sin(column * np.float32(2 * np.pi / pitch)) * np.sin(row * np.float32(2 * np.pi / pitch))
    uneven = 1 + 0.4 * noise(site.shape, rng, pitch * 2)
    shade = rng.uniform(4, 10) * weave * uneven + 3 * noise(site.shape, rng, site.short / 6)
    return _flat(site.shape, colour, shade)


def cardboard(site: Site, rng: np.random.Generator) -> np.ndarray:
    """Brown cardboard: its waves show, and fibres."""
    column, _ = site.on_sheet()
    pitch = max(5.0, site.short * rng.uniform(0.012, 0.03))
    waves = np.sin(column * np.float32(2 * np.pi / pitch))
    shade = rng.uniform(1, 4) * waves + 4 * noise(site.shape, rng, 2.2) + 4 * noise(site.shape, rng, site.short / 9)
    shade -= 14 * np.clip(noise(site.shape, rng, 3) - 2.2, 0, 1.5)
    return _flat(site.shape, _pick(rng, ((190, 152, 110), (178, 144, 104), (204, 172, 134))), shade)


def concrete(site: Site, rng: np.random.Generator) -> np.ndarray:
    """A wall, plaster or stone: blotches of every size."""
    colour = _pick(rng, ((190, 188, 182), (206, 200, 190), (222, 218, 208), (176, 178, 180)))
    shade = sum(rng.uniform(2, 5) * noise(site.shape, rng, size) for size in (1.5, 5, site.short / 30, site.short / 7))
    return _flat(site.shape, colour, shade)


def crumpled_paper(site: Site, rng: np.random.Generator) -> np.ndarray:
    """Paper that was crumpled or folded: every facet and fold has its own shade."""
    picture = white_paper(site, rng)
    column, row = site.on_sheet()
    shade = np.zeros(site.shape, np.float32)
    folds = int(rng.integers(1, 3)) if rng.random() < 0.4 else int(rng.integers(7, 14))
    for _ in range(folds):
        angle, away = rng.uniform(0, np.pi), rng.uniform(-0.5, 0.5) * site.short
        across = math.cos(angle) * column + math.sin(angle) * row - np.float32(away)
        soft = np.float32(site.short * rng.uniform(0.004, 0.012))
        # A step of light at the fold that fades away from it, and the fold's own bright or dark line.
        reach = np.float32(site.short * rng.uniform(0.08, 0.35))
        side = across / (np.abs(across) + soft)
        shade += rng.uniform(-12, 12) * side * np.exp(-np.abs(across) / reach)
        shade += rng.uniform(-10, 8) * np.exp(-np.square(across / soft))
    picture += shade[..., None]
    return picture


def rough(site: Site, rng: np.random.Generator) -> np.ndarray:
    """One of the rough grounds."""
    return _pick(rng, (wood, cloth, cardboard, concrete, crumpled_paper))(site, rng)


# --- A sheet on a table --------------------------------------------------------------------------------------


def table(site: Site, rng: np.random.Generator) -> np.ndarray:
    """What a sheet lies on: wood, cloth, or plain and dark or light."""
    kind = rng.random()
    if kind < 0.45:
        picture = wood(site, rng)
        return picture * np.float32(rng.uniform(0.35, 1.0))
    if kind < 0.6:
        return cloth(site, rng) * np.float32(rng.uniform(0.4, 1.0))
    colour = _pick(rng, ((40, 40, 44), (90, 86, 84), (120, 84, 60), (60, 76, 98), (200, 196, 190), (150, 40, 46)))
    return _flat(site.shape, colour, 2 * noise(site.shape, rng, 2) + 3 * noise(site.shape, rng, site.short / 5))


def sheet_on_table(site: Site, rng: np.random.Generator) -> np.ndarray:
    """A sheet or a note whose edges are in the picture, on a table."""
    picture = table(site, rng)
    _lay_sheet(picture, any_paper(site, rng), site, rng, rng.uniform(0.25, 0.9))
    return picture


def _lay_sheet(picture: np.ndarray, sheet: np.ndarray, site: Site, rng: np.random.Generator, margin: float) -> None:
    """Lay a sheet under the digit with the shadow of its edge, in place."""
    corners = site.around_digit(margin)
    # A sheet is larger than its digit; some edges are near the photo's border or beyond it.
    for edge in range(4):
        out = corners[edge] - corners[(edge + 3) % 4]
        reach = rng.uniform(0, 1.5) * site.size if rng.random() < 0.6 else rng.uniform(0.2, 1.2) * max(site.shape)
        far = out / np.linalg.norm(out) * reach
        corners[edge] += far
        corners[(edge + 1) % 4] += far
    corners += rng.uniform(-0.03, 0.03, (4, 2)).astype(np.float32) * site.size
    away = rng.uniform(-0.02, 0.02, 2).astype(np.float32) * site.short
    shadow = _polygon(site.shape, corners + away, site.short * rng.uniform(0.004, 0.012))
    picture *= (1 - np.float32(rng.uniform(0.15, 0.5)) * shadow)[..., None]
    _lay(picture, _polygon(site.shape, corners, 0.6), sheet)


def everyday(site: Site, rng: np.random.Generator) -> np.ndarray:
    """Any sheet, whole or on a table, lined or not, folded or not."""
    return _pick(rng, (any_paper, ruled_paper, squared_paper, sheet_on_table, crumpled_paper))(site, rng)


def any_surface(site: Site, rng: np.random.Generator) -> np.ndarray:
    """What people write on, without lines: paper, a whiteboard, something rough."""
    return _pick(rng, (any_paper, any_paper, whiteboard, rough))(site, rng)


# --- Clutter -------------------------------------------------------------------------------------------------


def cluttered(site: Site, rng: np.random.Generator) -> np.ndarray:
    """A sheet among other things: print, pens, books, a ring of coffee; the digit's own place is free."""
    kind = rng.random()
    if kind < 0.35:
        # A note on a printed page.
        picture = white_paper(site, rng)
        _over(picture, _text(site, rng, site.sheet, rng.uniform(0.014, 0.026) * site.short), (30, 30, 34), 0.85)
        note = _paper_of(_pick(rng, TINTED_PAPERS[:5] + WHITE_PAPERS), site.shape, rng)
        _lay_sheet(picture, note, site, rng, rng.uniform(0.2, 0.5))
        return picture
    if kind < 0.65:
        # Print above and below on the same sheet.
        picture = white_paper(site, rng)
        text = _text(site, rng, site.sheet, rng.uniform(0.012, 0.024) * site.short)
        free = _polygon(site.shape, site.around_digit(rng.uniform(0.2, 0.35)))
        # Whole lines stay or go: no letter is cut.
        rows = np.flatnonzero(free.any(axis=1))
        text[max(0, rows[0]) : rows[-1] + 1] = 0
        _over(picture, text, (36, 36, 40), rng.uniform(0.6, 0.95))
    else:
        picture = table(site, rng)
        _lay_sheet(picture, white_paper(site, rng), site, rng, rng.uniform(0.3, 0.8))
    for _ in range(int(rng.integers(1, 4))):
        _put_thing(picture, site, rng)
    return picture


THINGS = ((200, 60, 50), (240, 190, 60), (50, 90, 160), (40, 40, 44), (90, 150, 90), (220, 220, 224), (130, 90, 60))


def _put_thing(picture: np.ndarray, site: Site, rng: np.random.Generator) -> None:
    """Put a pen, a book or a ring of coffee beside the digit, in place; nothing where there is no room."""
    # Far enough away to be taken for no part of a number.
    kept_free = _polygon(site.shape, site.around_digit(0.45)) > 0
    for _ in range(6):
        start = rng.uniform(-0.05, 1.05, 2) * site.shape[::-1]
        angle = rng.uniform(0, 2 * np.pi)
        way, kind = np.array([math.cos(angle), math.sin(angle)]), rng.random()
        if kind < 0.5:
            end = start + rng.uniform(0.5, 1.0) * site.short * way
            mask = _line(site.shape, np.stack([start, end]), rng.uniform(0.025, 0.045) * site.short)
        elif kind < 0.8:
            long, across = rng.uniform(0.15, 0.5, (2, 1)) * site.short * np.array([way, (-way[1], way[0])])
            mask = _polygon(site.shape, np.stack([start, start + long, start + long + across, start + across]))
        else:
            turn = np.linspace(0, rng.uniform(4.5, 6.2), 60)
            ring = start + rng.uniform(0.08, 0.16) * site.short * np.stack([np.cos(turn), np.sin(turn)], axis=1)
            mask = _line(site.shape, ring, 0.008 * site.short)
        if not mask.any() or mask[kept_free].any():
            continue
        if kind >= 0.8:
            _over(picture, _blurred(mask, 1.5), (150, 100, 50), rng.uniform(0.3, 0.6))
            return
        moved = np.float32([[1, 0, 0.008 * site.short], [0, 1, 0.012 * site.short]])
        shadow = _blurred(cv2.warpAffine(mask, moved, site.shape[::-1]), 0.01 * site.short)
        picture *= (1 - 0.35 * shadow)[..., None]
        colour = np.array(_pick(rng, THINGS), np.float32)
        _lay(picture, mask, colour + 6 * noise(site.shape, rng, 0.06 * site.short)[..., None])
        return
