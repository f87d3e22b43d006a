"""The ground of a photo: is it light or dark, what colour and how bright is it where, and how far ink stands out.

Pure functions on arrays. *Strength* is how much darker than the ground a pixel is, as a share of the ground: (R, C)
float32, 1 where no light is left, 0 on the ground, below 0 where it is brighter than expected.
"""

import cv2
import numpy as np


def ground_is_light(rgb: np.ndarray) -> bool:
    """Tell dark ink on a light ground (True) from light ink on a dark one: (R, C, 3) uint8.

    Ink is the minority: each pixel is compared with the median of its wide neighbourhood, and the side with the
    stronger deviations is the ink.
    """
    grey = cv2.cvtColor(reduced(rgb, 96), cv2.COLOR_RGB2GRAY)
    return _ink_is_dark(grey, share=0.7, deviations=2.0)


def writing_is_dark(rgb: np.ndarray) -> bool:
    """Tell dark from light writing on a page of many small strokes: (R, C, 3) uint8.

    As ground_is_light, but in a neighbourhood a few strokes wide, across which no shadow changes. A marker as wide as
    that misleads it: only small writing is told well.
    """
    grey = cv2.cvtColor(reduced(rgb, 512), cv2.COLOR_RGB2GRAY)
    return _ink_is_dark(grey, share=31 / min(grey.shape), deviations=3.0)


def _ink_is_dark(grey: np.ndarray, share: float, deviations: float) -> bool:
    """Whether what is darker than the median of its neighbourhood outweighs what is lighter.

    ``share``: the neighbourhood's width by the shorter side; ``deviations``: so many standard ones are noise.
    """
    deviation = grey.astype(np.float32) - _median(grey, share)
    noise = max(4.0, deviations * spread(deviation))
    darker = np.maximum(-deviation - noise, 0).sum()
    lighter = np.maximum(deviation - noise, 0).sum()
    return bool(darker >= lighter)


def ground_colour(rgb: np.ndarray) -> np.ndarray:
    """Return the median colour, (3,) float32, 0-255: the ground covers most of a photo of writing."""
    return np.median(reduced(rgb, 96).reshape(-1, 3), axis=0).astype(np.float32)


def darkness_grey(rgb: np.ndarray, light_ground: bool, colour: np.ndarray | None = None) -> np.ndarray:
    """Return a grey image in which ink of any colour stands out from the ground: (R, C, 3) -> (R, C) uint8.

    Every channel is divided by the ground's ``colour``, (3,), measured if it is not given, which takes a colour cast
    away; then the darkest channel counts on a light ground, the lightest on a dark one.
    """
    if not light_ground:
        red, green, blue = cv2.split(rgb)
        return cv2.max(cv2.max(red, green), blue)
    ground = np.maximum(ground_colour(rgb) if colour is None else colour, 1.0)
    level = float(ground.max())
    tables = [np.clip(np.arange(256) * (level / channel), 0, 255).astype(np.uint8) for channel in ground]
    red, green, blue = (cv2.LUT(channel, table) for channel, table in zip(cv2.split(rgb), tables, strict=True))
    return cv2.min(cv2.min(red, green), blue)


def closed_ground(grey: np.ndarray, width: int) -> np.ndarray:
    """Return what the sheet would look like without ink, (R, C) uint8, where no stroke is ``width`` pixels wide.

    A morphological closing fills what is darker than its surroundings and too narrow for a square of that side: the
    strokes go. A shadow's edge or a sheet's stays where it is, however sharp it is, which no smooth surface can follow
    (the black top-hat: F. Meyer, 1979).
    """
    kernel = np.ones((width, width), np.uint8)
    return cv2.morphologyEx(grey, cv2.MORPH_CLOSE, kernel)


def ink_strength(grey: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """Return 1 - grey / ground, (R, C) float32."""
    ratio = cv2.divide(grey, cv2.max(ground, 1), dtype=cv2.CV_32F)
    return cv2.subtract(1.0, ratio, dst=ratio)


def strokes_strength(grey: np.ndarray, width: int) -> np.ndarray:
    """Return the strength of strokes up to ``width`` pixels wide, (R, C) float32; dark ink on light is expected."""
    strength = ink_strength(grey, closed_ground(grey, width))
    # The closing follows the brightest grains of the ground: most of the photo is ground, and that much is noise.
    strength -= np.median(np.ascontiguousarray(sampled(strength, 100)))
    return strength


def sampled(image: np.ndarray, side: int = 200) -> np.ndarray:
    """Return every n-th pixel, enough to count by; a reduced copy would wash thin ink out."""
    stride = max(1, round(max(image.shape) / side))
    return image[::stride, ::stride]


def reduced_by_whole(image: np.ndarray, side: int) -> tuple[np.ndarray, int]:
    """Return a copy reduced by a whole number, whose longer side is about ``side``, and that number.

    What is left over at the right and at the bottom, less than a pixel of the copy, is cut away.
    """
    times = max(1, round(max(image.shape[:2]) / side))
    if times == 1:
        return image, 1
    rows, columns = (length // times for length in image.shape[:2])
    whole = image[: rows * times, : columns * times]
    return cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), times


def reduced(image: np.ndarray, side: int) -> np.ndarray:
    """Return a copy whose longer side is at most ``side``, by area averaging; the image itself if it is small."""
    scale = side / max(image.shape[:2])
    if scale >= 1:
        return image
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _median(grey: np.ndarray, share: float) -> np.ndarray:
    kernel = max(3, int(share * min(grey.shape)) | 1)
    pad = kernel // 2
    padded = cv2.copyMakeBorder(
        grey, pad, pad, pad, pad, cv2.BORDER_REFLECT_101 if pad < min(grey.shape) else cv2.BORDER_REPLICATE
    )
    return cv2.medianBlur(padded, kernel)[pad:-pad, pad:-pad]


def spread(values: np.ndarray) -> float:
    """Return a robust standard deviation: 1.48 times the median absolute deviation."""
    return float(1.4826 * np.median(np.abs(values - np.median(values))))
