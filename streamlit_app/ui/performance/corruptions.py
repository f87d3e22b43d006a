"""The fifteen corruptions of MNIST-C with a strength, to try on a digit of one's own.

Each takes an image (28, 28) float32, 0-255, white on black, a strength 0-1 and a generator, and returns an image of the
same form; 0 leaves the image as it is. They are written after the paper's descriptions and are no copies of its code:
nothing is trained on them or measured with them. Source: N. Mu, J. Gilmer, "MNIST-C", 2019.
"""

import cv2
import numpy as np

SIZE = 28
ROWS, COLUMNS = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
MIDDLE = (SIZE - 1) / 2

Image = np.ndarray


def shot_noise(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Draw each pixel from a Poisson distribution of its own brightness: the fewer quanta, the more noise."""
    if strength == 0:
        return image
    quanta = 100 * (1 - strength) ** 3 + 2
    return rng.poisson(image * (quanta / 255)).astype(np.float32) * (255 / quanta)


def impulse_noise(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Make up to half of the pixels black or white."""
    chance = rng.random(image.shape)
    return np.where(chance < strength / 4, 0.0, np.where(chance < strength / 2, 255.0, image))


def glass_blur(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Take every pixel from up to three pixels away."""
    away = 3 * strength * rng.uniform(-1, 1, (2, SIZE, SIZE)).astype(np.float32)
    return cv2.remap(image, COLUMNS + away[0], ROWS + away[1], cv2.INTER_LINEAR)


def motion_blur(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Smear along a slanted line of up to 13 pixels."""
    length = 12 * strength
    steps = np.linspace(-length / 2, length / 2, 25)
    shifted = [_warp(image, np.eye(2), (step * 0.8, -step * 0.6)) for step in steps]
    return np.mean(shifted, axis=0)


def shear(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Slant by up to one pixel a row."""
    return _warp(image, np.array([[1, -strength], [0, 1]]))


def scale(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Reduce to down to a third."""
    return _warp(image, np.eye(2) * (1 - 0.67 * strength))


def rotate(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Turn by up to 90 degrees, counter-clockwise."""
    angle = strength * np.pi / 2
    return _warp(image, np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]))


def brightness(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Add up to 230 to every pixel, cut at white."""
    return image + 230 * strength


def translate(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Shift by up to ten pixels down and to the right."""
    return _warp(image, np.eye(2), (10 * strength, 7 * strength))


def stripe(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Turn a band in the middle into its negative, up to 12 pixels wide."""
    inside = np.abs(COLUMNS - MIDDLE) < 6 * strength
    return np.where(inside, 255 - image, image)


def fog(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Lay soft clouds over it."""
    coarse = [rng.random((cells, cells), np.float32) for cells in (2, 4, 8)]
    fine = [cv2.resize(one, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC) for one in coarse]
    cloud = np.average(fine, axis=0, weights=(4, 2, 1))
    cover = 0.85 * strength
    return image * (1 - cover) + 255 * cover * np.clip(0.35 + cloud * 0.65, 0, 1)


def spatter(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Spatter up to a quarter of it with light drops."""
    field = cv2.GaussianBlur(rng.normal(size=image.shape).astype(np.float32), (0, 0), 1.2)
    drops = field > np.quantile(field, 1 - 0.25 * strength)
    return np.where(drops & (strength > 0), np.maximum(image, 190), image)


def dotted_line(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Set up to four dotted lines over it."""
    return _with_paths(image, [_dotted(rng, y) for y in (14, 8, 20, 4)], 4 * strength)


def zigzag(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Set up to four zigzag lines over it."""
    return _with_paths(image, [_jagged(rng, y) for y in (14, 8, 20, 4)], 4 * strength)


def canny_edges(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Fade to its edges. Source: J. Canny, 1986."""
    edges = cv2.Canny(np.clip(image, 0, 255).astype(np.uint8), 60, 160).astype(np.float32)
    return image * (1 - strength) + edges * strength


CORRUPTIONS = {
    corrupt.__name__: corrupt
    for corrupt in (
        shot_noise,
        impulse_noise,
        glass_blur,
        motion_blur,
        shear,
        scale,
        rotate,
        brightness,
        translate,
        stripe,
        fog,
        spatter,
        dotted_line,
        zigzag,
        canny_edges,
    )
}


def corrupted(digit: np.ndarray, name: str, strength: float, seed: int = 0) -> np.ndarray:
    """Return a digit (28, 28) uint8 under the corruption of this name; the same seed makes the same one."""
    made = CORRUPTIONS[name](digit.astype(np.float32), strength, np.random.default_rng(seed))
    return np.round(np.clip(made, 0, 255)).astype(np.uint8)


def _warp(image: Image, matrix: np.ndarray, shift: tuple[float, float] = (0.0, 0.0)) -> Image:
    """Transform about the middle, then shift by (columns, rows)."""
    centre = np.full(2, MIDDLE)
    offset = centre - matrix @ centre + shift
    return cv2.warpAffine(image, np.column_stack([matrix, offset]), (SIZE, SIZE), flags=cv2.INTER_LINEAR)


def _with_paths(image: Image, paths: list[Image], count: float) -> Image:
    """Lay the first ``count`` of these pictures of a line over the image; part of one is drawn faintly."""
    for place, path in enumerate(paths):
        image = np.maximum(image, path * min(1.0, max(0.0, count - place)))
    return image


def _dotted(rng: np.random.Generator, row: int) -> Image:
    path = np.zeros((SIZE, SIZE), np.float32)
    rows = np.clip(np.round(row + rng.uniform(-0.3, 0.3) * (np.arange(0, SIZE, 3) - MIDDLE)), 0, SIZE - 1).astype(int)
    path[rows, np.arange(0, SIZE, 3)] = 255
    return path


def _jagged(rng: np.random.Generator, row: int) -> Image:
    path = np.zeros((SIZE, SIZE), np.uint8)
    columns = np.arange(0, SIZE + 4, 4)
    rows = row + rng.uniform(2, 4) * np.where(np.arange(len(columns)) % 2, 1, -1)
    points = np.stack([columns, rows], axis=1).round().astype(np.int32)
    return cv2.polylines(path, [points], False, 255, 1).astype(np.float32)
