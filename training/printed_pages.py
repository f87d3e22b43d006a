"""Pages that people photograph with print on them, or with nothing: what stands there is letters, and no digit.

The sheets, lights and cameras are those of training/scenes.py. PAGES lists the kinds; empty_page() makes a photo of one
without a number, and printed() is a ground for training/number_scenes.py, with print around what is written. The fonts
lie in two halves, so that what is chosen on one is checked on the other; both are among non_digits.FONT_PACKAGES.
"""

import zlib
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
from PIL import Image, ImageDraw

from training import scene_grounds, scene_light
from training.non_digits import CHOOSE, REPORT, font_of
from training.scene_grounds import Site, mapped

FONTS = {
    CHOOSE: (
        "DejaVuSans.ttf",
        "DejaVuSerif.ttf",
        "LiberationSans-Regular.ttf",
        "LiberationSerif-Regular.ttf",
        "Andika-Regular.ttf",
    ),
    REPORT: (
        "NanumSquareL.ttf",
        "NanumMyeongjoEcoR.ttf",
        "NanumGothicEcoR.ttf",
        "LiberationMono-Regular.ttf",
        "ComicNeue-Regular.otf",
    ),
}
TEXT = """
Name Vorname Strasse Ort Datum Unterschrift Telefon Betrag Total Kundin please write in capital letters the
amount of your order Zahlung bar Quittung Brot Milch Kaffee Zucker Salat Apfel Birnen und der die das nicht
aber weil so lange wie it was a bright cold day in April and all clocks were striking Le petit prince qui
voulait un mouton Observations Remarques Signature Prenom Adresse Code Ville Pays Oui Non Question Antwort
Solution Beispiel
"""
WORDS = TEXT.split()
# Printed numbers, in words' places: telephones, years, prices, article numbers, of so many digits.
LENGTHS = (1, 2, 3, 4, 4, 5, 6, 8)
# The page's side in pixels, before the photo is taken; the sheet's middle is its middle.
SIDE = 2000

# Draws a word at a column and a row, and tells how wide it is, in pixels.
Put = Callable[[float, float, str], float]
# Gives the next word.
Say = Callable[[np.random.Generator], str]
# Draws a page's text, word after word, in letters of a height.
Layout = Callable[[Put, Say, float, np.random.Generator], None]


def word(rng: np.random.Generator) -> str:
    """A word without digits."""
    return str(rng.choice(WORDS))


def word_or_number(rng: np.random.Generator) -> str:
    """A word, or one time in five a number."""
    if rng.random() < 0.8:
        return word(rng)
    return "".join(str(digit) for digit in rng.integers(0, 10, LENGTHS[int(rng.integers(len(LENGTHS)))]))


def _lines(
    put: Put,
    say: Say,
    height: float,
    rng: np.random.Generator,
    *,
    left: float,
    right: float,
    pitch: float,
    filled: float,
) -> None:
    """Lines of words between two margins, of which ``filled`` are not empty."""
    row = 0.04 * SIDE
    while row < 0.97 * SIDE:
        column = left * SIDE
        end = (left + (right - left) * rng.uniform(0.6, 1)) * SIDE if rng.random() < filled else column
        while column < end:
            column += put(column, row, say(rng)) + 0.6 * height
        row += pitch * height


def paragraph(put: Put, say: Say, height: float, rng: np.random.Generator) -> None:
    """A letter or a page of a book: line after line."""
    _lines(put, say, height, rng, left=0.04, right=0.96, pitch=rng.uniform(1.9, 2.8), filled=0.92)


def receipt(put: Put, say: Say, height: float, rng: np.random.Generator) -> None:
    """A receipt: short lines, close together, in the middle."""
    left = rng.uniform(0.2, 0.4)
    _lines(put, say, height, rng, left=left, right=left + rng.uniform(0.25, 0.4), pitch=1.8, filled=0.95)


def form(put: Put, say: Say, height: float, rng: np.random.Generator) -> None:
    """A form: a word or two at the left of each line, some in a second column; what is to be filled in is empty."""
    row, pitch = 0.05 * SIDE, rng.uniform(3, 6) * height
    while row < 0.95 * SIDE:
        for start in (0.06, 0.5)[: int(rng.integers(1, 3))]:
            column = start * SIDE
            for _ in range(int(rng.integers(1, 4))):
                column += put(column, row, say(rng)) + 0.6 * height
        row += pitch


def headline(put: Put, say: Say, height: float, rng: np.random.Generator) -> None:
    """A few large words: a title, a sign, a label on a box."""
    for row in np.arange(0.3, 0.7, 4 * height / SIDE) * SIDE:
        column = 0.2 * SIDE
        for _ in range(int(rng.integers(1, 4))):
            column += 1.6 * put(column, row, say(rng)) + height


# The layout of a page, and how high its small letters are, from and to, as a share of the page.
LAYOUTS: dict[str, tuple[Layout, tuple[float, float]]] = {
    "paragraph": (paragraph, (0.006, 0.018)),
    "receipt": (receipt, (0.006, 0.014)),
    "form": (form, (0.006, 0.016)),
    "headline": (headline, (0.02, 0.05)),
}


def text(site: Site, layout: str, half: str, rng: np.random.Generator, say: Say = word) -> np.ndarray:
    """Return the print on a sheet, (R, C) float32, 0-1, with the place of what is written left free."""
    draw_all, heights = LAYOUTS[layout]
    height = rng.uniform(*heights) * SIDE
    page = Image.new("L", (SIDE, SIDE))
    pen = ImageDraw.Draw(page)
    fonts = FONTS[half]
    face = font_of(fonts[int(rng.integers(len(fonts)))]).font_variant(size=round(1.9 * height))
    onto_frame = site.sheet @ _centred(max(site.shape))
    row, column, tall, wide = site.box
    margin = 0.4 * tall

    def put(left: float, top: float, word: str) -> float:
        box = np.array(pen.textbbox((left, top), word, font=face), np.float64)
        corners = mapped(np.array([[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]]), onto_frame)
        (first, above), (last, below) = corners.min(axis=0), corners.max(axis=0)
        is_free = (
            last < column - margin
            or first > column + wide + margin
            or below < row - margin
            or above > row + tall + margin
        )
        if is_free or tall == 0:
            pen.text((left, top), word, fill=255, font=face)
        return box[2] - box[0]

    draw_all(put, say, height, rng)
    return cv2.warpPerspective(np.asarray(page), onto_frame, site.shape[::-1], flags=cv2.INTER_AREA) / np.float32(255)


def _centred(side: int) -> np.ndarray:
    """Return the matrix from the page's pixels to a sheet of that side, about its middle."""
    scale = side / SIDE
    return np.array([[scale, 0, -side / 2], [0, scale, -side / 2], [0, 0, 1.0]])


def printed(
    site: Site, rng: np.random.Generator, half: str = CHOOSE, layout: str | None = None, say: Say = word
) -> np.ndarray:
    """A printed page, one of LAYOUTS, with the place of what is written left free."""
    picture = scene_grounds.any_paper(site, rng)
    layout = layout or list(LAYOUTS)[int(rng.integers(len(LAYOUTS)))]
    cover = rng.uniform(0.6, 0.95)
    picture *= 1 - np.float32(cover) * text(site, layout, half, rng, say)[..., None]
    if layout == "form":
        _print_fields(picture, site, rng)
    return picture


def with_numbers(site: Site, rng: np.random.Generator) -> np.ndarray:
    """A printed page with numbers among its words."""
    return printed(site, rng, say=word_or_number)


def _print_fields(picture: np.ndarray, site: Site, rng: np.random.Generator) -> None:
    """Print what is to be filled in, in place: long lines under it."""
    side = max(site.shape)
    mask = np.zeros(site.shape, np.uint8)
    for row in np.arange(-0.45, 0.45, rng.uniform(0.05, 0.1)) * side:
        ends = mapped(np.array([[rng.uniform(-0.45, 0), row], [rng.uniform(0.1, 0.45) * side, row]]), site.sheet)
        inside = (site.box[0] - 0.2 * site.box[2] < ends[:, 1]) & (ends[:, 1] < site.box[0] + 1.2 * site.box[2])
        if not inside.any():
            cv2.line(mask, *np.round(ends).astype(int).tolist(), 255, max(1, side // 800), cv2.LINE_AA)
    picture *= 1 - np.float32(0.6 / 255) * mask[..., None]


PAGES: dict[str, Callable[..., np.ndarray]] = {
    **{name: partial(printed, layout=name) for name in LAYOUTS},
    "blank": scene_grounds.any_paper,
    "ruled": scene_grounds.ruled_paper,
    "squared": scene_grounds.squared_paper,
    "sheet_on_table": scene_grounds.sheet_on_table,
    "surface": scene_grounds.rough,
    "table": scene_grounds.table,
}


def empty_page(kind: str, seed: int, half: str = CHOOSE) -> np.ndarray:
    """Return a photo of a page without a number, (R, C, 3) uint8 RGB: one of PAGES, with the fonts of one half."""
    rng = np.random.default_rng([seed, zlib.crc32((kind + half).encode())])
    columns = 1600
    rows = int(columns / (4 / 3, 3 / 2)[int(rng.integers(2))])
    rows, columns = (rows, columns) if rng.random() < 0.4 else (columns, rows)
    turn = np.radians(rng.uniform(-4, 4))
    turned = np.array([[np.cos(turn), -np.sin(turn), columns / 2], [np.sin(turn), np.cos(turn), rows / 2], [0, 0, 1.0]])
    turned = turned @ np.array([[1, 0, 0], [0, 1, 0], [*rng.uniform(-0.1, 0.1, 2) / max(rows, columns), 1.0]])
    # As if a number of usual size stood in the middle: lines and sheets are measured by it.
    size = round(rng.uniform(0.06, 0.15) * min(rows, columns))
    row, column = (rows - size) // 2, (columns - 3 * size) // 2
    placed = np.array([[1, 0, column], [0, 1, row], [0, 0, 1.0]])
    is_text = kind in LAYOUTS
    box = (row, column, 0 if is_text else size, 0 if is_text else 3 * size)
    site = Site(rows, columns, turned, placed, (0, 0, size, 3 * size), box)
    picture = PAGES[kind](site, rng, half=half) if is_text else PAGES[kind](site, rng)
    lit = picture * scene_light.any_light(site, rng)
    camera = scene_light.phone if rng.random() < 0.8 else scene_light.noisy_phone
    return camera(lit, site, rng)
