"""What is no digit, of our own making: letters, look-alikes, scribbles, shapes, textures and pictures.

Each family lies in one half: thresholds are chosen on CHOOSE and reported on REPORT. The halves share no font, no
generator and no picture; the families in NEVER_CHOSEN_ON have no sister in CHOOSE at all. What is written becomes a
28×28 image like MNIST's, which the pens, grounds, lights and cameras of training/scenes.py make a photo of, as they do
with digits: nothing but the shape tells the two apart. The same seed gives the same photo on every run.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np
import skimage
from PIL import Image, ImageDraw, ImageFont

from inference import ink
from inference.samples import Stroke
from training.scenes import CONDITIONS, scene

CHOOSE, REPORT = "choose", "report"

# Where Debian puts fonts, and the packages that bring those used here.
FONTS_FOLDER = Path("/usr/share/fonts")
FONT_PACKAGES = (
    "fonts-breip",
    "fonts-bwht",
    "fonts-comic-neue",
    "fonts-dejavu-core",
    "fonts-dkg-handwriting",
    "fonts-ecolier-court",
    "fonts-femkeklaver",
    "fonts-humor-sans",
    "fonts-klee",
    "fonts-kristi",
    "fonts-liberation",
    "fonts-rufscript",
    "fonts-sil-andika",
    "fonts-tomsontalks",
)
# Hands of many people first, then what is printed.
FONTS = {
    CHOOSE: (
        "dkg.ttf",
        "femkeklaver.ttf",
        "BecauseWeBuild-Regular.otf",
        "BecauseWeCreate-Regular.otf",
        "BecauseWeLearn-Regular.otf",
        "Ecolier-court.ttf",
        "ComicNeue-Regular.otf",
        "Andika-Regular.ttf",
        "DejaVuSans.ttf",
        "DejaVuSerif.ttf",
    ),
    REPORT: (
        "breipfont.ttf",
        "Rufscript010.ttf",
        "BecauseWeConnect-Regular.otf",
        "BecauseWeMentor-Regular.otf",
        "BecauseWeOrganize-Regular.otf",
        "KleeOne-Regular.ttf",
        "Humor-Sans.ttf",
        "TomsonTalks.ttf",
        "Kristi.ttf",
        "LiberationSans-Regular.ttf",
        "LiberationSerif-Regular.ttf",
    ),
}

# Characters that a careful reader, too, takes for a digit where nothing else is written.
LOOK_ALIKES = "OoQDIlJij|!/ZzSsBbGqg&?${}"
LETTERS = "".join(c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" if c not in LOOK_ALIKES)
SYMBOLS = "#%@*+=~<>^"
# Of other scripts, without what looks like a digit there: з, б, ч, σ, ξ, ס, ろ, ち ...
FOREIGN = "αηκλμπψωΔΛΞΠΣΨΩЖШЩЮЯФДЦЙЫЪжшщюяфдцйыאבדהחטלמעפצקשת"
OTHER_SCRIPTS = ("DejaVuSans.ttf", "Andika-Regular.ttf")
KANA = "あえおかきけさせそたなにぬねはひふほまみむめもやゆよれわをん"
# In no font, by Unicode's definition.
NO_CHARACTER = "\uffff"

PICTURES = {
    CHOOSE: ("camera.png", "chelsea.png", "coffee.png", "hubble_deep_field.jpg", "ihc.png", "page.png", "rocket.jpg"),
    REPORT: ("astronaut.png", "cell.png", "coins.png", "horse.png", "moon.png", "motorcycle_left.png", "retina.jpg"),
}
SURFACES = {CHOOSE: ("brick.png",), REPORT: ("grass.png", "gravel.png")}

SIDE, BOX = 28, 20
# The width of a pen's stroke as a share of the character's size, at least.
PEN = 0.08
# What is written is drawn this large before it is reduced.
LARGE = 112


class FontsMissing(RuntimeError):
    """A font is not on this machine; the message is one sentence that says what to install."""


@dataclass(frozen=True)
class Family:
    """One kind of things that are no digits.

    ``about``: in words; ``half``: CHOOSE or REPORT; ``make``: a generator -> what is written, (28, 28) uint8, white on
    black, or, where ``is_photo``, a photo (R, C, 3) uint8 RGB; ``kind``: the families of one kind are sisters.
    """

    about: str
    kind: str
    half: str
    make: Callable[[np.random.Generator], np.ndarray]
    is_photo: bool = False


# --- Letters -------------------------------------------------------------------------------------------------


@cache
def _font(name: str) -> ImageFont.FreeTypeFont:
    path = next(FONTS_FOLDER.rglob(name), None)
    if path is None:
        packages = " ".join(FONT_PACKAGES)
        raise FontsMissing(f"The font {name} is missing: install Debian's fonts with apt-get install {packages}.")
    return ImageFont.truetype(str(path), LARGE)


def glyph(character: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> np.ndarray:
    """Return a character as a font draws it, (R, C) uint8, white on black, cut out with nothing around it."""
    left, top, right, bottom = (round(edge) for edge in font.getbbox(character))
    page = Image.new("L", (right - left + 2, bottom - top + 2))
    ImageDraw.Draw(page).text((1 - left, 1 - top), character, fill=255, font=font)
    return np.asarray(page)


def character(rng: np.random.Generator, fonts: tuple[str, ...], characters: str) -> np.ndarray:
    """One of the characters in one of the fonts, warped like a hand would."""
    name = fonts[rng.integers(len(fonts))]
    drawable = _drawable(name, characters)
    drawn = warped(glyph(drawable[rng.integers(len(drawable))], _font(name)), rng)
    # A pen, not a hairline: reduced to 20 pixels, nothing would be left of it.
    missing = round(PEN * max(drawn.shape) / 2 - ink.stroke_width(drawn > 127))
    if missing > 0:
        drawn = cv2.dilate(drawn, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (missing + 1, missing + 1)))
    return like_mnist(drawn)


@cache
def _drawable(name: str, characters: str) -> str:
    """Those of the characters that a font has: for others it draws nothing, or the sign for what is missing."""
    font = _font(name)
    missing = glyph(NO_CHARACTER, font)
    drawn = {one: glyph(one, font) for one in characters}
    return "".join(one for one, ink in drawn.items() if ink.any() and not np.array_equal(ink, missing))


def warped(drawn: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a drawing, (R, C) uint8, slanted, narrowed, turned and bent a little, as a hand does it."""
    size = max(drawn.shape)
    pad = size // 2
    padded = cv2.copyMakeBorder(drawn, pad, pad, pad, pad, cv2.BORDER_CONSTANT)
    rows, columns = np.mgrid[: padded.shape[0], : padded.shape[1]].astype(np.float32) / size
    rows, columns = rows - rows.mean(), columns - columns.mean()
    angle, slant, width = np.radians(rng.uniform(-8, 8)), rng.uniform(-0.2, 0.3), rng.uniform(0.8, 1.2)
    across = (np.cos(angle) * columns + np.sin(angle) * rows) / width + slant * rows
    down = np.cos(angle) * rows - np.sin(angle) * columns
    for _ in range(2):
        bend, phase, pace = rng.uniform(-0.025, 0.025, 2), rng.uniform(0, 2 * np.pi, 2), rng.uniform(4, 9, 2)
        across, down = (
            across + bend[0] * np.sin(pace[0] * down + phase[0]),
            down + bend[1] * np.sin(pace[1] * across + phase[1]),
        )
    maps = (
        np.float32(size * place + length / 2) for place, length in zip((across, down), padded.shape[::-1], strict=True)
    )
    return cv2.remap(padded, *maps, cv2.INTER_LINEAR)


def like_mnist(drawn: np.ndarray) -> np.ndarray:
    """Return a drawing, (R, C) uint8, white on black, as MNIST has it: in 20×20, its centre of mass in the middle.

    Raises ValueError where it is empty.
    """
    box = cv2.boundingRect(drawn)
    if not box[2]:
        raise ValueError("The drawing is empty.")
    cut = drawn[box[1] : box[1] + box[3], box[0] : box[0] + box[2]]
    scale = BOX / max(cut.shape)
    size = max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale))
    small = cv2.resize(cut, size, interpolation=cv2.INTER_AREA)
    small = np.clip(small * (255.0 / max(1, small.max())), 0, 255)
    mass = small.sum()
    middle = [float((small.sum(axis=1 - axis) * np.arange(small.shape[axis])).sum() / mass) for axis in (0, 1)]
    row, column = (
        int(np.clip(round(SIDE / 2 - centre), 0, SIDE - length))
        for centre, length in zip(middle, small.shape, strict=True)
    )
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[row : row + small.shape[0], column : column + small.shape[1]] = np.round(small)
    return image


# --- Strokes -------------------------------------------------------------------------------------------------


def penned(strokes: list[Stroke], rng: np.random.Generator) -> np.ndarray:
    """Return strokes, each (points, 2) of column and row about 0-1, as a pen of MNIST's width draws them."""
    canvas = np.zeros((2 * LARGE, 2 * LARGE), np.uint8)
    width = round(rng.uniform(0.07, 0.12) * LARGE)
    for stroke in strokes:
        points = np.round((np.asarray(stroke) + 0.5) * LARGE).astype(np.int32)
        cv2.polylines(canvas, [points], False, 255, thickness=width, lineType=cv2.LINE_AA)
    left, top, columns, rows = cv2.boundingRect(canvas)
    return like_mnist(warped(canvas[top : top + rows, left : left + columns], rng))


def smooth(points: np.ndarray, is_closed: bool = False) -> np.ndarray:
    """Return a Catmull-Rom spline through points (N, 2), ten points a piece."""
    ends = (points[-1:], points[:2]) if is_closed else (points[:1], points[-1:])
    around = np.concatenate([ends[0], points, ends[1]])
    t = np.linspace(0, 1, 10)[:, None]
    pieces = []
    for a, b, c, d in zip(around, around[1:], around[2:], around[3:], strict=False):
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate(pieces)


def tangle(rng: np.random.Generator) -> np.ndarray:
    """A pen moved about without aim: a smooth line through many places."""
    return penned([smooth(rng.uniform(0, 1, (int(rng.integers(8, 16)), 2)))], rng)


def hatching(rng: np.random.Generator) -> np.ndarray:
    """To and fro, as what is crossed out; or curls, one after the other."""
    count = int(rng.integers(4, 8))
    if rng.random() < 0.5:
        along = np.linspace(0, 1, 2 * count)
        points = np.stack([np.tile([0.0, 1.0], count), along], axis=1) + rng.normal(0, 0.05, (2 * count, 2))
        line = smooth(points) if rng.random() < 0.5 else points
    else:
        turn = np.linspace(0, 2 * np.pi * count, 40 * count)
        size = rng.uniform(0.15, 0.4)
        line = np.stack([np.linspace(0, 1, len(turn)) + size * np.cos(turn), size * np.sin(turn) + 0.5], axis=1)
    turned = np.radians(rng.uniform(0, 180))
    matrix = np.array([[np.cos(turned), -np.sin(turned)], [np.sin(turned), np.cos(turned)]])
    return penned([(line - 0.5) @ matrix + 0.5], rng)


def made_up(rng: np.random.Generator) -> np.ndarray:
    """A character of no script: three to five straight or bent strokes between the places of a small grid."""
    strokes, places = [], rng.uniform(-0.08, 0.08, (3, 3, 2)) + np.stack(np.mgrid[:3, :3], axis=-1) * (0.35, 0.5)
    for _ in range(int(rng.integers(3, 6))):
        start, end = places.reshape(-1, 2)[rng.choice(9, 2, replace=False)]
        bend = rng.normal(0, 0.35, 2) if rng.random() < 0.7 else np.zeros(2)
        strokes.append(smooth(np.array([start, (start + end) / 2 + bend, end])))
    return penned(strokes, rng)


def _polygon(corners: int, rng: np.random.Generator, inner: float = 1.0) -> np.ndarray:
    """Corners on a circle, closed; with ``inner`` under 1, every second one lies nearer to the middle."""
    angles = np.linspace(0, 2 * np.pi, corners + 1) - np.pi / 2 + rng.uniform(-0.2, 0.2)
    far = np.where(np.arange(corners + 1) % 2, inner, 1.0) * 0.5
    return 0.5 + far[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def polygon(rng: np.random.Generator) -> np.ndarray:
    """A triangle, a pentagon, a star, a cross in a ring, a spiral or a sun."""
    which = int(rng.integers(6))
    turn = np.linspace(0, 2 * np.pi, 50)
    ring = 0.5 + 0.5 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    if which == 0:
        strokes = [_polygon(3, rng)]
    elif which == 1:
        strokes = [_polygon(5, rng)]
    elif which == 2:
        strokes = [_polygon(2 * int(rng.integers(5, 7)), rng, 0.4)]
    elif which == 3:
        strokes = [ring, [(0.5, 0), (0.5, 1)], [(0, 0.5), (1, 0.5)]]
    elif which == 4:
        turns = np.linspace(0, 2 * np.pi * rng.uniform(2.2, 3.5), 150)
        strokes = [0.5 + (turns / turns[-1] / 2)[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1)]
    else:
        rays = [0.5 + np.outer([0.3, 0.5], (np.cos(a), np.sin(a))) for a in np.linspace(0, 2 * np.pi, 9)[:-1]]
        strokes = [0.5 + 0.4 * (ring - 0.5), *rays]
    return penned(strokes, rng)


def blot(rng: np.random.Generator) -> np.ndarray:
    """Something filled: a spot, a wedge, a bar with a bite."""
    canvas = np.zeros((LARGE, LARGE), np.uint8)
    corners = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 9))))
    places = rng.uniform(0.6, 1, (len(corners), 1)) * np.stack([np.cos(corners), np.sin(corners)], axis=1)
    places = 0.5 + 0.5 * places * (1, rng.uniform(0.3, 1))
    outline = smooth(places, is_closed=True) if rng.random() < 0.6 else places
    cv2.fillPoly(canvas, [np.round(outline * LARGE).astype(np.int32)], 255)
    if rng.random() < 0.3:
        middle = tuple(int(place) for place in rng.integers(0, LARGE, 2))
        cv2.circle(canvas, middle, int(rng.integers(LARGE // 8, LARGE // 3)), 0, -1)
    return like_mnist(warped(canvas if canvas.any() else np.full_like(canvas, 255), rng))


def ring(rng: np.random.Generator) -> np.ndarray:
    """A closed line with dents, or with marks inside."""
    corners = np.linspace(0, 2 * np.pi, int(rng.integers(7, 11)))[:-1]
    has_marks = rng.random() < 0.5
    far = rng.uniform(0.9 if has_marks else 0.35, 1, (len(corners), 1))
    strokes = [smooth(0.5 + 0.5 * far * np.stack([np.cos(corners), np.sin(corners)], axis=1), is_closed=True)]
    for _ in range(int(rng.integers(2, 4)) if has_marks else 0):
        start = rng.uniform(0.25, 0.75, 2)
        strokes.append(np.array([start, start + rng.uniform(-0.25, 0.25, 2)]))
    return penned(strokes, rng)


def sign(rng: np.random.Generator) -> np.ndarray:
    """An arrow, a house, a heart, a diamond, a face, a fir or a wave."""
    which = int(rng.integers(7))
    turn = np.linspace(0, 2 * np.pi, 50)
    if which == 0:
        strokes = [[(0, 0.5), (1, 0.5)], [(0.65, 0.2), (1, 0.5), (0.65, 0.8)]]
        if rng.random() < 0.5:
            strokes = [np.asarray(stroke)[:, ::-1] for stroke in strokes]
    elif which == 1:
        strokes = [[(0.1, 1), (0.1, 0.45), (0.9, 0.45), (0.9, 1), (0.1, 1)], [(0, 0.5), (0.5, 0), (1, 0.5)]]
    elif which == 2:
        heart = [16 * np.sin(turn) ** 3, -(13 * np.cos(turn) - 5 * np.cos(2 * turn) - 2 * np.cos(3 * turn))]
        strokes = [0.5 + np.stack(heart, axis=1) / 34]
    elif which == 3:
        strokes = [[(0.5, 0), (0.9, 0.5), (0.5, 1), (0.1, 0.5), (0.5, 0)]]
    elif which == 4:
        ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
        mouth = 0.5 + 0.28 * ring[4:21]
        strokes = [0.5 + 0.5 * ring, mouth, [(0.35, 0.32), (0.35, 0.4)], [(0.65, 0.32), (0.65, 0.4)]]
    elif which == 5:
        tree = [(0.5, 0), (0.2, 0.4), (0.4, 0.4), (0.05, 0.8), (0.95, 0.8), (0.6, 0.4), (0.8, 0.4), (0.5, 0)]
        strokes = [tree, [(0.5, 0.8), (0.5, 1)]]
    else:
        along = np.linspace(0, 1, 60)
        strokes = [np.stack([along, 0.5 + 0.2 * np.sin(2 * np.pi * rng.uniform(2, 3) * along)], axis=1)]
    return penned(strokes, rng)


# --- Photos that show no writing -----------------------------------------------------------------------------


@cache
def _picture(name: str) -> np.ndarray:
    """One of the pictures that come with scikit-image, (R, C, 3) uint8."""
    with Image.open(Path(skimage.__file__).parent / "data" / name) as file:
        return np.asarray(file.convert("RGB"))


def picture(rng: np.random.Generator, names: tuple[str, ...]) -> np.ndarray:
    """A part of one of the pictures, mirrored or not, as large as small photos are."""
    whole = _picture(names[rng.integers(len(names))])
    rows, columns = (round(rng.uniform(0.35, 1) * length) for length in whole.shape[:2])
    top, left = (int(rng.integers(0, room + 1)) for room in (whole.shape[0] - rows, whole.shape[1] - columns))
    part = whole[top : top + rows, left : left + columns]
    if rng.random() < 0.5:
        part = part[:, ::-1]
    scale = rng.uniform(300, 900) / max(part.shape[:2])
    return cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def noise(rng: np.random.Generator) -> np.ndarray:
    """Noise with grains of any size, grey or coloured."""
    rows, columns = (int(side) for side in rng.integers(200, 700, 2))
    grain = np.exp(rng.uniform(0, np.log(60)))
    shape = max(2, round(rows / grain)), max(2, round(columns / grain))
    grains = rng.normal(128, rng.uniform(10, 60), (*shape, 3 if rng.random() < 0.5 else 1))
    even = cv2.resize(np.broadcast_to(grains, (*shape, 3)), (columns, rows), interpolation=cv2.INTER_CUBIC)
    return np.clip(even, 0, 255).astype(np.uint8)


def pattern(rng: np.random.Generator) -> np.ndarray:
    """Stripes, checks or dots from edge to edge."""
    rows, columns = (int(side) for side in rng.integers(200, 700, 2))
    down, across = np.mgrid[:rows, :columns].astype(np.float32)
    angle, pace = rng.uniform(0, np.pi), 2 * np.pi / rng.uniform(12, 90)
    one = np.sin(pace * (np.cos(angle) * across + np.sin(angle) * down))
    other = np.sin(pace * (np.cos(angle) * down - np.sin(angle) * across))
    shade = (one, np.sign(one * other), (one + other > rng.uniform(0.5, 1.5)) * 2.0 - 1)[int(rng.integers(3))]
    colours = rng.uniform(0, 255, (2, 3))
    mixed = colours[0] + (shade[..., None] + 1) / 2 * (colours[1] - colours[0])
    return np.clip(mixed + rng.normal(0, 4, mixed.shape), 0, 255).astype(np.uint8)


def _one_of(characters: str, fonts: tuple[str, ...]) -> Callable[[np.random.Generator], np.ndarray]:
    return partial(character, characters=characters, fonts=fonts)


# --- The families --------------------------------------------------------------------------------------------

KINDS = {
    "letters": "letters, without those that look like digits",
    "look_alikes": f"what looks like a digit: {' '.join(LOOK_ALIKES)}",
    "scribbles": "scribbles, crossings-out, curls",
    "shapes": "drawn shapes and signs",
    "textures": "noise, patterns, surfaces, from edge to edge",
    "pictures": "photos of other things (scikit-image's)",
    "symbols": " ".join(SYMBOLS),
    "kana": "Japanese letters",
}
# Reported apart: nobody could refuse them all.
APART = "look_alikes"
NEVER_CHOSEN_ON = ("symbols", "kana")

FAMILIES = {
    family.about: family
    for family in (
        Family("letters, first fonts", "letters", CHOOSE, _one_of(LETTERS, FONTS[CHOOSE])),
        Family("letters, second fonts", "letters", REPORT, _one_of(LETTERS, FONTS[REPORT])),
        Family("look-alikes, first fonts", APART, CHOOSE, _one_of(LOOK_ALIKES, FONTS[CHOOSE])),
        Family("look-alikes, second fonts", APART, REPORT, _one_of(LOOK_ALIKES, FONTS[REPORT])),
        Family("letters of other scripts", "letters", CHOOSE, _one_of(FOREIGN, OTHER_SCRIPTS)),
        Family("made-up characters", "letters", CHOOSE, made_up),
        Family("tangles", "scribbles", CHOOSE, tangle),
        Family("hatching and curls", "scribbles", REPORT, hatching),
        Family("polygons, stars, spirals", "shapes", CHOOSE, polygon),
        Family("spots, wedges", "shapes", CHOOSE, blot),
        Family("dented rings, rings with marks", "shapes", CHOOSE, ring),
        Family("arrows, houses, hearts, faces", "shapes", REPORT, sign),
        Family("noise", "textures", CHOOSE, noise, is_photo=True),
        Family("bricks", "textures", CHOOSE, partial(picture, names=SURFACES[CHOOSE]), is_photo=True),
        Family("stripes, checks, dots", "textures", REPORT, pattern, is_photo=True),
        Family("grass, gravel", "textures", REPORT, partial(picture, names=SURFACES[REPORT]), is_photo=True),
        Family("first pictures", "pictures", CHOOSE, partial(picture, names=PICTURES[CHOOSE]), is_photo=True),
        Family("second pictures", "pictures", REPORT, partial(picture, names=PICTURES[REPORT]), is_photo=True),
        Family("symbols", "symbols", REPORT, _one_of(SYMBOLS, FONTS[REPORT])),
        Family("kana", "kana", REPORT, _one_of(KANA, ("KleeOne-Regular.ttf",))),
    )
}


def written(family: Family, seed: int) -> np.ndarray:
    """Return what a family gives for a seed: (28, 28) uint8, or a photo (R, C, 3) uint8 where ``is_photo``."""
    return family.make(np.random.default_rng([seed, zlib.crc32(family.about.encode())]))


def photo(family: Family, seed: int) -> np.ndarray:
    """Return a photo of what a family gives for a seed, (R, C, 3) uint8 RGB; the conditions of scenes take turns."""
    made = written(family, seed)
    if family.is_photo:
        return made
    conditions = list(CONDITIONS)
    return scene(made, -1, conditions[seed % len(conditions)], seed).photo
