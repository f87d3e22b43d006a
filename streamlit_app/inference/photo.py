"""Opening what a person gives: the one guarded place where bytes become pixels."""

import io
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image, ImageOps

from inference.limits import Limits
from inference.scans import is_excessive

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
MAX_PIXELS = Limits.from_environment().megapixels * 1_000_000
MIN_SIDE = 8
# The longest side that the steps work on: a pen stroke on a whole sheet is still two pixels wide, and an answer
# takes tens of milliseconds. Larger photos are reduced as they are decoded.
WORKING_SIDE = 1024
# A JPEG may come out a little smaller, where that saves decoding it whole.
LEAST_SIDE = 768


class PhotoError(ValueError):
    """A photo that cannot be read. ``code`` is for programs; the message is one sentence for people."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


Source = bytes | str | os.PathLike | BinaryIO | np.ndarray


@dataclass(frozen=True)
class OpenedPhoto:
    """A photo to work on: ``pixels`` as open_photo returns them, reduced from ``rows`` × ``columns``, upright."""

    pixels: np.ndarray
    rows: int
    columns: int


def open_photo(source: Source) -> np.ndarray:
    """Return an image file as pixels, upright: (R, C, 3) RGB or (R, C, 4) RGBA, uint8, 0-255.

    ``source`` is the file's bytes, its path, an open binary file, or pixels already: (R, C), (R, C, 3) or
    (R, C, 4) uint8. The format is told by content, not by name; of an animation the first frame is taken; the
    EXIF orientation is applied; alpha is kept only where something is transparent; an image with a side longer
    than WORKING_SIDE is reduced to it.

    Raises PhotoError, with ``code`` one of: not_found, empty, not_an_image, damaged, too_large, too_small.
    """
    return open_measured(source).pixels


def open_measured(source: Source, working_side: int = WORKING_SIDE) -> OpenedPhoto:
    """Open as open_photo does, with ``working_side`` in the place of WORKING_SIDE; the photo's own size is kept.

    Raises PhotoError as open_photo does.
    """
    if isinstance(source, np.ndarray):
        return OpenedPhoto(_reduced(_from_array(source), working_side), *source.shape[:2])
    data = _read(source)
    if not data:
        raise PhotoError("empty", "The file is empty: choose a photo of a digit.")
    if is_excessive(data):
        raise PhotoError("damaged", "The image file is put together in an unusual way: save it again as a usual photo.")
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except Exception as error:  # Pillow's readers raise many kinds on files that are no images
        raise PhotoError(
            "not_an_image", "This file is not an image that can be read: use PNG, JPEG, WebP, GIF, BMP or TIFF."
        ) from error
    columns, rows = image.size
    if rows * columns > MAX_PIXELS:
        raise _too_large()
    _check_sides(rows, columns)
    try:
        # JPEG can be decoded at 1/2, 1/4 or 1/8 size for a fraction of the time; other formats ignore this.
        share = LEAST_SIDE / WORKING_SIDE * working_side / max(columns, rows)
        image.draft(None, (math.ceil(share * columns), math.ceil(share * rows)))
        image.load()
        upright = ImageOps.exif_transpose(image)
        if upright.size != image.size:
            rows, columns = columns, rows
        pixels = _to_uint8(upright)
    except Exception as error:  # as above: damaged files raise many kinds
        raise PhotoError("damaged", "The image file is damaged or incomplete: save or send it again.") from error
    return OpenedPhoto(_reduced(pixels, working_side), rows, columns)


def _read(source: Source) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    if hasattr(source, "read"):
        return source.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise PhotoError("not_found", f"This file cannot be opened: {error.strerror}.") from error


def _too_large() -> PhotoError:
    return PhotoError("too_large", f"The image has over {MAX_PIXELS // 1_000_000} megapixels: send a smaller one.")


def _check_sides(rows: int, columns: int) -> None:
    if min(rows, columns) < MIN_SIDE:
        raise PhotoError(
            "too_small", f"The image is {columns}×{rows} pixels: at least {MIN_SIDE}×{MIN_SIDE} are needed."
        )


def _from_array(pixels: np.ndarray) -> np.ndarray:
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] not in (3, 4)):
        raise PhotoError(
            "not_an_image",
            f"An array must be (R, C), (R, C, 3) or (R, C, 4) uint8, not {pixels.shape} {pixels.dtype}.",
        )
    _check_sides(*pixels.shape[:2])
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    return _without_idle_alpha(pixels)


def _to_uint8(image: Image.Image) -> np.ndarray:
    """Return any Pillow mode as RGB or RGBA uint8; deeper than 8 bits is scaled by its own range."""
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, dtype=np.float64)
        low, high = (0.0, 65535.0) if image.mode.startswith("I;16") or values.max() > 255 else (0.0, 255.0)
        if image.mode == "F" or values.min() < 0 or values.max() > high:
            low, high = float(values.min()), float(values.max())
        grey = np.round((values - low) / max(high - low, 1e-9) * 255).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return _without_idle_alpha(np.asarray(image.convert("RGBA")))
    return np.asarray(image.convert("RGB"))


def _without_idle_alpha(pixels: np.ndarray) -> np.ndarray:
    if pixels.shape[2] == 4 and pixels[..., 3].min() == 255:
        return np.ascontiguousarray(pixels[..., :3])
    return pixels


def _reduced(pixels: np.ndarray, working_side: int) -> np.ndarray:
    rows, columns = pixels.shape[:2]
    scale = working_side / max(rows, columns)
    if scale >= 1:
        return pixels
    size = max(MIN_SIDE, round(columns * scale)), max(MIN_SIDE, round(rows * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
