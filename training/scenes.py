"""Synthetic photos of handwritten digits: MNIST's digits, set as ink into scenes that nobody took.

A benchmark of our own making against over-fitting to a few photos. CONDITIONS lists what people photograph and how:
each is a small composition of a ground, pens, a light and a camera, and scene() makes one photo of it. The same digit,
condition and seed give the same photo on every run. training/scene_benchmark.py measures with them.
"""

import zlib
from dataclasses import dataclass, field
from functools import partial

import cv2
import numpy as np

from training import scene_grounds, scene_light, scene_pens
from training.scene_grounds import Ground, Site, mapped
from training.scene_light import Camera, Light
from training.scene_pens import Pen

WRITING_PENS = (scene_pens.BALL_PEN, scene_pens.BALL_PEN, scene_pens.FINELINER, scene_pens.FELT_PEN)
EVERY_PEN = (*WRITING_PENS, scene_pens.MARKER)
EXERCISE_PENS = (*WRITING_PENS, scene_pens.THIN_PEN)
STRONG_PENS = (scene_pens.FINELINER, scene_pens.FELT_PEN, scene_pens.MARKER)


@dataclass(frozen=True)
class Condition:
    """What is photographed and how.

    ``about``: in words, for the tables; ``size``: the digit's longer side as a share of the photo's shorter one, from
    and to; ``sides``: the photo's longer side in pixels, from and to; ``turn``: the greatest rotation in degrees;
    ``tilt``: the perspective, from and to, about the share by which what is far is smaller; ``room``: the ground that
    is kept free around the digit, as a share of it, where there is so much; ``at_border``: the digit touches the
    border; ``has_glare``: lamps are mirrored in the ground; ``reduced``: painted so many times larger and then reduced;
    ``cut``: the photo is cut to the digit, with so much ground around it, as a share of it, from and to.
    """

    about: str
    ground: Ground = scene_grounds.white_paper
    pens: tuple[Pen, ...] = EVERY_PEN
    light: Light = scene_light.daylight
    camera: Camera = scene_light.phone
    size: tuple[float, float] = (0.15, 0.65)
    sides: tuple[int, int] = (400, 1600)
    turn: float = 6.0
    tilt: tuple[float, float] = (0, 0.08)
    room: float = 0.05
    at_border: bool = False
    has_glare: bool = False
    reduced: int = 1
    cut: tuple[float, float] | None = None


CONDITIONS = {
    "paper": Condition("any pen on white or tinted paper", scene_grounds.any_paper),
    "thin_pen": Condition(
        "a line of 1.5 to 3 % of the digit's length", scene_grounds.any_paper, (scene_pens.THIN_PEN,)
    ),
    "pencil": Condition("pencil, often faint", scene_grounds.any_paper, (scene_pens.PENCIL,)),
    "coloured_ink": Condition(
        "red, green, orange, violet, light blue", pens=(scene_pens.COLOURED_PEN, scene_pens.COLOURED_FELT)
    ),
    "uneven_light": Condition("soft shadows, lamps, vignettes, a cast of colour", light=scene_light.uneven_light),
    "hard_shadow": Condition("the sharp shadow of a hand, a phone, a window", light=scene_light.hard_shadow),
    "ruled": Condition("ruled paper", scene_grounds.ruled_paper, EXERCISE_PENS, tilt=(0, 0.15)),
    "squared": Condition("squared paper", scene_grounds.squared_paper, EXERCISE_PENS, tilt=(0, 0.15)),
    "boxed": Condition(
        "a drawn or printed box around the digit", scene_grounds.boxed_paper, WRITING_PENS, size=(0.12, 0.5), room=0.4
    ),
    "sheet_edge": Condition(
        "a sheet on a table, its edges in the picture", scene_grounds.sheet_on_table, size=(0.1, 0.45), room=0.3
    ),
    "whiteboard": Condition(
        "a whiteboard with mirrored lamps",
        scene_grounds.whiteboard,
        (scene_pens.BOARD_MARKER,),
        scene_light.board_light,
        has_glare=True,
    ),
    "blackboard": Condition(
        "chalk on a board that was wiped", scene_grounds.blackboard, (scene_pens.CHALK,), scene_light.board_light
    ),
    "light_on_dark": Condition(
        "a light pen on dark paper or a dark screen", scene_grounds.dark_sheet, (scene_pens.GEL_PEN,)
    ),
    "cluttered": Condition(
        "print, pens and other things around", scene_grounds.cluttered, STRONG_PENS, size=(0.2, 0.5)
    ),
    "textured": Condition("wood, cloth, cardboard, plaster, crumpled paper", scene_grounds.rough, STRONG_PENS),
    "defocus": Condition("out of focus", scene_grounds.any_paper, camera=scene_light.out_of_focus),
    "motion": Condition("shaken", scene_grounds.any_paper, camera=scene_light.shaken),
    "noisy": Condition("a dark room, strong compression", scene_grounds.any_paper, camera=scene_light.noisy_phone),
    "far": Condition("5 to 12 % of the picture", pens=WRITING_PENS, size=(0.05, 0.12), sides=(900, 1600)),
    "at_border": Condition(
        "touching the border, up to 90 %", scene_grounds.any_paper, size=(0.25, 0.9), at_border=True
    ),
    "tilted": Condition("turned up to 15°, seen from the side", scene_grounds.any_paper, turn=15, tilt=(0.2, 0.45)),
    "small_image": Condition(
        "images of 40 to 140 pixels", scene_grounds.any_paper, size=(0.4, 0.85), sides=(160, 560), reduced=4
    ),
    "mixed": Condition(
        "any of these sheets in any of these lights with any of these cameras",
        scene_grounds.everyday,
        WRITING_PENS,
        scene_light.any_light,
        scene_light.any_camera,
        turn=10,
        tilt=(0, 0.25),
    ),
    "tight": Condition(
        "cut so tightly that the digit fills the photo and may be cut itself",
        scene_grounds.any_surface,
        size=(0.4, 0.85),
        sides=(160, 900),
        cut=(-0.015, 0.07),
    ),
    "form": Condition(
        "a scanned form: cells, punch holes, the other side shows through",
        scene_grounds.form,
        (*WRITING_PENS, scene_pens.PENCIL),
        scene_light.scanner_lamp,
        scene_light.scanner,
        size=(0.12, 0.5),
        turn=2,
        tilt=(0, 0),
        room=0.4,
    ),
    "squared_margin": Condition(
        "squared paper with a margin line, any light",
        scene_grounds.squared_paper_with_margin,
        EXERCISE_PENS,
        scene_light.any_light,
        tilt=(0, 0.15),
    ),
}
# Added later: they take their turns after the others, whose scenes stay the same.
LATER = ("tight", "form", "squared_margin")


@dataclass(frozen=True)
class Scene:
    """One photo and the truth about it.

    ``photo``: (R, C, 3) uint8, RGB; ``box``: row, column, height and width of the digit in it, in pixels.
    """

    photo: np.ndarray = field(repr=False)
    label: int
    condition: str
    seed: int
    box: tuple[int, int, int, int]


def scene(image: np.ndarray, label: int, condition: str, seed: int, is_written: bool = True) -> Scene:
    """Return a photo of a digit, (28, 28) uint8, white on black; the same for the same arguments on every run.

    Without ``is_written`` it is the same place before the digit was written there.

    Raises KeyError where the condition is not one of CONDITIONS, ValueError where the image has no ink,
    or a pen leaves none.
    """
    photo, box = _photo([image], condition, seed, is_written)
    return Scene(photo, label, condition, seed, box)


def row_of_digits(images: list[np.ndarray], condition: str, seed: int) -> np.ndarray:
    """Return a photo, (R, C, 3) uint8 RGB, of several digits side by side, each (28, 28) uint8, white on black.

    ``size`` and ``box`` of the condition are those of the whole row. Raises as scene() does.
    """
    return _photo(images, condition, seed)[0]


def _photo(
    images: list[np.ndarray], condition: str, seed: int, is_written: bool = True
) -> tuple[np.ndarray, tuple[int, int, int, int]]:
    """Return a photo of one digit, or of a row of them, and the box of what is written."""
    how = CONDITIONS[condition]
    rng = np.random.default_rng([seed, zlib.crc32(condition.encode())])
    hands = [scene_pens.handwriting(image) for image in images]
    pen = how.pens[int(rng.integers(len(how.pens)))]
    fields, widths = zip(*(scene_pens.stroke_field(hand, pen, rng) for hand in hands), strict=True)
    strokes, width = np.hstack(fields), max(widths)
    if not (strokes > 0).any():
        raise ValueError("No pen leaves a stroke of this image.")
    site = _site(how, strokes, rng)

    picture = how.ground(site, rng)
    # Written on a copy, it leaves no trace and draws the same numbers: the light and the camera stay.
    write(picture if is_written else picture.copy(), strokes, width, pen, site, rng)
    picture *= how.light(site, rng)
    if how.has_glare:
        scene_light.glare(picture, site, rng)
    camera = partial(scene_light.reduced, times=how.reduced) if how.reduced > 1 else how.camera
    photo, box = camera(picture, site, rng), tuple(edge // how.reduced for edge in site.box)
    return _cut(photo, box, how.cut, rng) if how.cut else (photo, box)


def _cut(
    photo: np.ndarray, box: tuple[int, int, int, int], room: tuple[float, float], rng: np.random.Generator
) -> tuple[np.ndarray, tuple[int, int, int, int]]:
    """Return the photo cut to the digit in its box, each side with a room of its own, and the box in it."""
    # Half of them are square, as people often cut.
    row, column, height, width = box
    longer = max(height, width)
    top, left, bottom, right = (round(share * longer) for share in rng.uniform(*room, 4))
    if rng.random() < 0.5:
        wider, higher = ((longer - length) // 2 for length in (width, height))
        top, left, bottom, right = top + higher, left + wider, bottom + higher, right + wider
    start, end = (max(0, row - top), max(0, column - left)), (row + height + bottom, column + width + right)
    part = np.ascontiguousarray(photo[start[0] : end[0], start[1] : end[1]])
    box = max(0, row - start[0]), max(0, column - start[1])
    return part, (*box, min(height, len(part) - box[0]), min(width, part.shape[1] - box[1]))


def _site(how: Condition, strokes: np.ndarray, rng: np.random.Generator) -> Site:
    """Choose the frame, how the sheet lies in it, and where on it the digit stands."""
    rows, columns = _frame(how, rng)
    short = min(rows, columns)
    sheet = _perspective(rows, columns, how, rng)
    ink = strokes > 0
    tops, lefts = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    field_box = int(tops[0]), int(lefts[0]), int(np.ptp(tops)) + 1, int(np.ptp(lefts)) + 1
    size = np.exp(rng.uniform(*np.log(how.size))) * short
    scale = size / max(field_box[2:])
    middle = field_box[1] + field_box[3] / 2, field_box[0] + field_box[2] / 2
    # A hand does not write quite along the lines.
    angle = np.radians(rng.uniform(-3, 3))
    turned = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    onto_sheet = np.eye(3)
    onto_sheet[:2, :2] = turned
    onto_sheet[:2, 2] = -turned @ middle
    digit = sheet @ onto_sheet
    # Seen so, it takes this box in the middle of the frame; then it is moved to its place.
    column, row, width, height = cv2.boundingRect(mapped(np.argwhere(ink)[:, ::-1], digit))
    down, right = _moved((row, column, height, width), (rows, columns), how, rng)
    digit = np.array([[1, 0, right], [0, 1, down], [0, 0, 1.0]]) @ digit
    top, left = max(0, row + down), max(0, column + right)
    bottom, end = min(rows, row + down + height), min(columns, column + right + width)
    return Site(rows, columns, sheet, digit, field_box, (top, left, bottom - top, end - left))


def _frame(how: Condition, rng: np.random.Generator) -> tuple[int, int]:
    """Return rows and columns as cameras and screens have them."""
    longer = np.exp(rng.uniform(*np.log(how.sides)))
    shorter = longer / (1, 4 / 3, 4 / 3, 3 / 2, 16 / 9)[int(rng.integers(5))]
    sides = [how.reduced * max(1, round(side / how.reduced)) for side in (longer, shorter)]
    return (sides[0], sides[1]) if rng.random() < 0.6 else (sides[1], sides[0])


def _perspective(rows: int, columns: int, how: Condition, rng: np.random.Generator) -> np.ndarray:
    """Return the homography from the sheet, in pixels about its middle, to the frame."""
    angle = np.radians(rng.uniform(-how.turn, how.turn))
    turned = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1.0]])
    # From which side the camera looks: what is far is smaller, and all is shorter in that direction.
    side, tilt = rng.uniform(0, 2 * np.pi), rng.uniform(*how.tilt)
    towards = np.array([np.cos(side), np.sin(side)])
    shorter = np.eye(3)
    shorter[:2, :2] -= 0.6 * tilt * np.outer(towards, towards)
    far = np.eye(3)
    far[2, :2] = 2 * tilt / (1 + tilt) * towards / max(rows, columns)
    centred = np.array([[1, 0, columns / 2], [0, 1, rows / 2], [0, 0, 1.0]])
    return centred @ far @ shorter @ turned


def _moved(
    box: tuple[int, int, int, int], frame: tuple[int, int], how: Condition, rng: np.random.Generator
) -> tuple[int, int]:
    """Return by how many rows and columns the digit is moved from the middle of the frame to its place."""
    moves = []
    for start, length, whole in zip(box[:2], box[2:], frame, strict=True):
        margin = min(how.room * max(box[2:]), 0.8 * (whole - length) / 2)
        lowest, highest = margin, whole - margin - length
        moves.append(round(rng.uniform(min(lowest, highest), max(lowest, highest))) - start)
    if how.at_border:
        side = int(rng.integers(4))
        axis, length, whole = side // 2, box[2:][side // 2], frame[side // 2]
        # From a pixel away to a little cut off: the digit can still be read.
        over = round(rng.uniform(-0.01, 0.04) * length)
        moves[axis] = (-over if side % 2 else whole - length + over) - box[axis]
    return moves[0], moves[1]


def write(
    picture: np.ndarray, strokes: np.ndarray, width: float, pen: Pen, site: Site, rng: np.random.Generator
) -> None:
    """Set the strokes onto the picture as a pen does, in place."""
    row, column, height, side = site.box
    margin = 4
    top, left = max(0, row - margin), max(0, column - margin)
    bottom, right = min(site.rows, row + height + margin), min(site.columns, column + side + margin)
    to_part = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1.0]]) @ site.digit
    part = cv2.warpPerspective(
        strokes,
        to_part,
        (right - left, bottom - top),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=-scene_pens.FAR,
    )
    scale = site.size / max(site.field_box[2:])
    coverage = np.clip(part * np.float32(scale) / np.float32(1.3) + np.float32(0.5), 0, 1)
    coverage = pen.texture(coverage, width * scale, rng) * np.float32(rng.uniform(*pen.cover))
    colour = np.array(pen.colours[int(rng.integers(len(pen.colours)))], np.float32)
    ground = picture[top:bottom, left:right]
    # Chalk lies on the ground; ink lets the ground's colour through.
    inked = colour if pen.is_light else ground * (colour / 255)
    ground += coverage[..., None] * (inked - ground)


def is_writable(image: np.ndarray) -> bool:
    """Tell whether a thin pen can write a digit, (28, 28) uint8: no loop of it is filled, no stroke broken."""
    return scene_pens.handwriting(image).is_faithful
