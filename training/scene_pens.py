"""Handwriting for the scenes: a 28×28 digit becomes a smooth stroke of any width, and a pen gives it its look.

A digit of MNIST is a coarse picture of a thick stroke. Enlarged as it is, it would show its pixels, and every pen would
be a marker. So its outline and its axis are found on a finer grid, as *fields* of distances, which stay smooth however
far they are enlarged; a pen then writes along the axis.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

# Cells of the fields for each pixel of the digit.
FINE = 6
SIDE = 28 * FINE
# The widest that ink lies from its axis, in cells: far outside, a field need not be exact.
FAR = 30.0
# Of a digit that was written clearly, at least this share of the ink lies along the middle line of its strokes. Below,
# loops are filled: about one in fifteen of MNIST's.
WRITTEN_ALONG = 0.93
# Half the width of the broadest stroke, in cells: what is broader is a blot.
BROADEST = 2.75 * FINE
# What is fainter than this in MNIST, 0-1, joins no strokes.
FAINT = 0.15


@dataclass(frozen=True)
class Handwriting:
    """One digit as two fields, each (SIDE, SIDE) float32, in cells: FINE cells are one of MNIST's pixels.

    ``axis``: the distance to the middle line of the strokes; ``outline``: the distance to the edge of the strokes as
    MNIST has them, positive inside; ``is_faithful``: the middle line is what was written. It is not where strokes have
    run together or a loop is filled, nor where a faint stroke was broken.
    """

    axis: np.ndarray
    outline: np.ndarray
    is_faithful: bool

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Row, column, height and width of the strokes' outline, in cells."""
        rows, columns = (np.flatnonzero((self.outline > 0).any(axis=side)) for side in (1, 0))
        return int(rows[0]), int(columns[0]), int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1

    def pen(self, width: float) -> np.ndarray:
        """Return the field of a stroke ``width`` cells wide along the axis: its distance inwards, positive in ink."""
        return np.float32(width / 2) - self.axis

    def marker(self, wider: float) -> np.ndarray:
        """Return the field of the strokes as they are, ``wider`` cells wider on each side (or narrower)."""
        return self.outline + np.float32(wider)


def handwriting(image: np.ndarray) -> Handwriting:
    """Return the fields of a digit, (28, 28) uint8, white on black, as MNIST's are.

    Raises ValueError where the image has no ink.
    """
    grey = cv2.resize(image.astype(np.float32) / 255, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    # MNIST's small loops are only a little darker than their rim: sharpened, they open.
    sharp = grey + 0.8 * (grey - cv2.GaussianBlur(grey, (0, 0), 1.8 * FINE))
    ink = cv2.GaussianBlur(sharp, (0, 0), 0.45 * FINE) > 0.42
    ink = _without_specks(ink)
    if not ink.any():
        raise ValueError("The image has no ink: a digit of 28×28 pixels, white on black, is wanted.")
    inside = cv2.distanceTransform(ink.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    outside = cv2.distanceTransform((~ink).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # A round blot may be thinned to nothing: its deepest place stays.
    middle = thinned(ink) | (inside == inside.max())
    axis = cv2.distanceTransform((~middle).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    typical = float(np.median(inside[middle]))
    along = (ink & (axis <= 1.25 * typical + 1)).sum() / ink.sum()
    (pieces, loops), (whole_pieces, whole_loops) = _pieces_and_loops(ink), _pieces_and_loops(grey > FAINT)
    is_stroke = typical <= BROADEST and along >= WRITTEN_ALONG
    is_faithful = is_stroke and pieces <= whole_pieces and loops >= whole_loops
    outline = np.clip(inside - outside, -FAR, FAR)
    return Handwriting(_smooth(np.minimum(axis, FAR)), _smooth(outline), bool(is_faithful))


def _smooth(field: np.ndarray) -> np.ndarray:
    """Take the steps of the grid out of a field."""
    return cv2.GaussianBlur(field, (0, 0), 0.25 * FINE)


def _without_specks(ink: np.ndarray) -> np.ndarray:
    """Drop the pieces of a mask (R, C) bool that are smaller than seven of MNIST's pixels: dirt of its scans."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    large = stats[:, cv2.CC_STAT_AREA] >= 7 * FINE**2
    large[0] = False
    return large[labels] if count > 1 else ink


def _pieces_and_loops(ink: np.ndarray) -> tuple[int, int]:
    """Return how many pieces the ink of a mask (R, C) has, and how many grounds it encloses."""
    ground = np.pad(~ink, 1, constant_values=True).astype(np.uint8)
    pieces = cv2.connectedComponents(_without_specks(ink).astype(np.uint8), connectivity=8)[0] - 1
    return pieces, cv2.connectedComponents(ground, connectivity=4)[0] - 2


# The eight neighbours in turn around a pixel, from the one above clockwise, as bits of a number.
_BITS = np.array([[128, 1, 2], [64, 0, 4], [32, 16, 8]], np.float32)


def _removable() -> np.ndarray:
    """Return, for both turns of the thinning, which neighbourhoods let a pixel go: (2, 256) uint8, 1 where it goes."""
    table = np.zeros((2, 256), np.uint8)
    for number in range(256):
        around = [number >> bit & 1 for bit in range(8)]
        above, right, below, left = around[0::2]
        steps = sum(around[i] == 0 and around[(i + 1) % 8] == 1 for i in range(8))
        if 2 <= sum(around) <= 6 and steps == 1:
            table[0, number] = above * right * below == 0 and right * below * left == 0
            table[1, number] = above * right * left == 0 and above * below * left == 0
    return table


_REMOVABLE = _removable()


def thinned(mask: np.ndarray) -> np.ndarray:
    """Return the middle line of the strokes of a mask, (R, C) bool -> (R, C) bool, one pixel wide, loops kept.

    Source: T. Y. Zhang, C. Y. Suen, "A fast parallel algorithm for thinning digital patterns", CACM 27, 1984.
    """
    ink = np.pad(mask, 1).astype(np.uint8)
    while True:
        before = int(ink.sum())
        for table in _REMOVABLE:
            around = cv2.filter2D(ink, cv2.CV_32F, _BITS, borderType=cv2.BORDER_CONSTANT).astype(np.uint8)
            ink[cv2.LUT(around, table) > 0] = 0
        if int(ink.sum()) == before:
            return ink[1:-1, 1:-1] > 0


def noise(shape: tuple[int, int], rng: np.random.Generator, size: float) -> np.ndarray:
    """Return smooth noise, (R, C) float32, mean 0, deviation about 1, whose grains are ``size`` pixels."""
    rows, columns = (max(2, int(np.ceil(length / max(size, 1.0)))) for length in shape)
    grains = rng.standard_normal((rows, columns), np.float32)
    if (rows, columns) == shape:
        return grains
    how = cv2.INTER_CUBIC if min(rows, columns) > 3 else cv2.INTER_LINEAR
    return cv2.resize(grains, shape[::-1], interpolation=how)


# --- What ink looks like -------------------------------------------------------------------------------------

# (R, C) coverage 0-1, the stroke's width in pixels, and a generator -> coverage.
Texture = Callable[[np.ndarray, float, np.random.Generator], np.ndarray]


def even(coverage: np.ndarray, width: float, rng: np.random.Generator) -> np.ndarray:
    """Ball pen and fineliner: the ink flows a little more here and a little less there."""
    flow = 1 + 0.09 * noise(coverage.shape, rng, max(3.0, 2 * width)) + 0.05 * noise(coverage.shape, rng, 1.5)
    return coverage * np.clip(flow, 0.6, 1)


def graphite(coverage: np.ndarray, width: float, rng: np.random.Generator) -> np.ndarray:
    """Pencil: only the paper's high grains take it."""
    grains = 0.22 * noise(coverage.shape, rng, max(1.2, 0.16 * width)) + 0.1 * noise(coverage.shape, rng, 2 * width)
    return coverage * np.clip(0.85 + grains, 0.25, 1)


def felt(coverage: np.ndarray, width: float, rng: np.random.Generator) -> np.ndarray:
    """Marker and felt pen: streaks along the way, a little more ink at the rim."""
    long = noise((coverage.shape[0], max(2, coverage.shape[1] // 6)), rng, max(1.0, 0.12 * width))
    streaks = cv2.resize(long, coverage.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return coverage * np.clip(0.97 + 0.05 * streaks + 0.04 * noise(coverage.shape, rng, width), 0.7, 1)


def chalk(coverage: np.ndarray, width: float, rng: np.random.Generator) -> np.ndarray:
    """Chalk: grains with gaps, as rough as the board, and ragged at the rim."""
    grains = noise(coverage.shape, rng, max(1.0, 0.09 * width))
    grains += 0.6 * noise(coverage.shape, rng, max(1.5, 0.3 * width))
    return coverage * np.clip(0.86 + 0.24 * grains, 0.12, 1)


@dataclass(frozen=True)
class Pen:
    """What is written with.

    ``width``: the stroke as a share of the digit's longer side, from and to; ``as_wide_as_mnist``: the strokes stay as
    they are, ``width`` is only what a texture takes for it; ``colours``: RGB 0-255, one is drawn; ``cover``: how much
    of the ground it hides, from and to; ``is_light``: it lies on the ground like chalk; ink instead lets the ground's
    own colour through.
    """

    width: tuple[float, float]
    colours: tuple[tuple[int, int, int], ...]
    texture: Texture = even
    cover: tuple[float, float] = (0.88, 1.0)
    as_wide_as_mnist: bool = False
    is_light: bool = False


DARK = ((22, 22, 26), (38, 38, 44), (54, 52, 56))
BLUE = ((26, 46, 132), (34, 60, 150), (24, 32, 96), (52, 74, 158))
COLOURS = (
    (196, 34, 40),
    (160, 24, 56),
    (24, 118, 64),
    (20, 92, 110),
    (112, 48, 150),
    (206, 92, 24),
    (212, 60, 140),
    (60, 140, 210),
    (118, 74, 40),
)
BALL_PEN = Pen((0.035, 0.075), DARK + BLUE + BLUE)
FINELINER = Pen((0.045, 0.09), DARK + BLUE)
THIN_PEN = Pen((0.014, 0.03), DARK + BLUE, cover=(0.8, 1.0))
FELT_PEN = Pen((0.08, 0.13), DARK + DARK + BLUE, felt)
MARKER = Pen((0.13, 0.13), DARK + DARK + BLUE, felt, (0.94, 1.0), as_wide_as_mnist=True)
PENCIL = Pen((0.035, 0.08), ((62, 62, 66), (84, 84, 88), (100, 98, 100)), graphite, (0.4, 0.95))
COLOURED_PEN = Pen((0.04, 0.09), COLOURS)
COLOURED_FELT = Pen((0.08, 0.14), COLOURS, felt, (0.85, 1.0))
BOARD_MARKER = Pen((0.05, 0.1), (*DARK, (24, 52, 150), (190, 30, 44), (20, 120, 70)), felt, (0.8, 1.0))
CHALKS = ((236, 236, 230), (240, 238, 228), (242, 226, 150), (240, 190, 200))
CHALK = Pen((0.055, 0.11), CHALKS, chalk, (0.7, 0.97), is_light=True)
LIGHT_COLOURS = ((240, 240, 240), (214, 214, 218), (226, 196, 120), (250, 160, 190), (150, 220, 250))
GEL_PEN = Pen((0.04, 0.09), LIGHT_COLOURS, even, (0.85, 1.0), is_light=True)


def stroke_field(hand: Handwriting, pen: Pen, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Return what a pen writes as a field, positive in ink, and the stroke's typical width, both in cells."""
    length = max(hand.box[2:])
    width = rng.uniform(*pen.width) * length
    if pen.as_wide_as_mnist or not hand.is_faithful:
        return hand.marker(rng.uniform(-0.35, 0.25) * FINE), width
    # A field of this grid has no thinner line.
    return hand.pen(max(width, 2.5)), max(width, 2.5)
