"""Opening what a person gives: the one guarded place where bytes become pixels."""

import io
import math
import numbers
import os
import stat
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import cv2
import numpy as np
from PIL import ExifTags, Image

from inference.limits import Limits
from inference.scans import is_excessive

# What is wrong with a file is said in a PhotoError, once: Pillow's warnings would stand beside it on the terminal.
warnings.filterwarnings("ignore", module=r"PIL\b")

MIN_SIDE = 8
# The longest side that the steps work on: a pen stroke on a whole sheet is still two pixels wide, and an answer
# takes tens of milliseconds. Larger photos are reduced as they are decoded.
WORKING_SIDE = 1024
# A JPEG may come out a little smaller, where that saves decoding it whole.
LEAST_SIDE = 768
# So many pixels are converted at a time: the pixels of a large photo exist once, in the decoder.
BAND_PIXELS = 4_000_000

# How a file of each format begins. A format is told by this alone, and no other is opened.
SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
}
AVIF_BRANDS = {b"avif", b"avis"}
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
HEAD_BYTES = 64


class PhotoError(ValueError):
    """A photo that cannot be read. ``code`` is for programs; the message is one sentence for people."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


Source = bytes | str | os.PathLike | BinaryIO | np.ndarray


class Box(NamedTuple):
    """A part of a photo, in whole pixels of the photo as it is given, upright."""

    row: int
    column: int
    height: int
    width: int


@dataclass(frozen=True)
class OpenedPhoto:
    """A photo to work on: ``pixels`` as open_photo returns them, reduced from ``rows`` × ``columns``, upright."""

    pixels: np.ndarray
    rows: int
    columns: int


def open_photo(source: Source, *, box: tuple[int, int, int, int] | None = None, rotation: float = 0.0) -> np.ndarray:
    """Return an image file as pixels, upright: (R, C, 3) RGB or (R, C, 4) RGBA, uint8, 0-255.

    ``source`` is the file's bytes, its path, an open binary file, or pixels already: (R, C), (R, C, 3) or
    (R, C, 4) uint8. The format is told by content, not by name: PNG, JPEG, HEIC, AVIF, WebP, GIF, BMP or TIFF; of an
    animation the first frame is taken; the EXIF orientation is applied; alpha is kept only where something is
    transparent; an image with a side longer than WORKING_SIDE is reduced to it.

    ``box``, (row, column, height, width) in the photo's own pixels, upright: only this part is returned, with as much
    detail as the photo has of it. ``rotation``: then that is turned counter-clockwise by so many degrees; the corners
    that this opens are filled with the colour at the edge.

    Raises PhotoError, with ``code`` one of: not_found, empty, not_an_image, damaged, too_large, too_small, bad_box,
    bad_rotation.
    """
    if not (isinstance(rotation, numbers.Real) and math.isfinite(rotation)):
        raise PhotoError("bad_rotation", f"The rotation must be a number of degrees, not {rotation!r}.")
    return _rotated(open_measured(source, box=box).pixels, rotation)


def open_measured(
    source: Source, working_side: int = WORKING_SIDE, box: tuple[int, int, int, int] | None = None
) -> OpenedPhoto:
    """Open as open_photo does, with ``working_side`` in the place of WORKING_SIDE; the photo's own size is kept.

    With a ``box`` the photo is that part: ``rows`` and ``columns`` are its size. Raises PhotoError as open_photo does.
    """
    if isinstance(source, np.ndarray):
        pixels = _from_array(source)
        part = _checked(box, *pixels.shape[:2])
        return OpenedPhoto(_reduced(_without_idle_alpha(_cut(pixels, part)), working_side), part.height, part.width)
    with _opened(source) as file:
        image = _recognised(file)
        transposed, *_ = way = _way_up(image)
        columns, rows = image.size
        part = _checked(box, *((columns, rows) if transposed else (rows, columns)))
        try:
            pixels = _decoded(image, file, _as_stored(part, way, rows, columns), working_side)
        except Exception as error:  # as in _recognised
            raise _damaged() from error
    return OpenedPhoto(_reduced(_without_idle_alpha(_upright(pixels, way)), working_side), part.height, part.width)


# --- From a source to a decoder that knows the image's size --------------------------------------------------------


def _opened(source: Source) -> BinaryIO:
    """Return a source as a file to read from its beginning; a file on disk is not read as a whole."""
    if isinstance(source, bytes | bytearray | memoryview):
        return io.BytesIO(source)
    try:
        if hasattr(source, "read") and isinstance(data := source.read(), bytes):
            return io.BytesIO(data)
        if not isinstance(source, str | os.PathLike):
            raise PhotoError(
                "not_an_image",
                f"A photo is bytes, a path, an open binary file or an array of pixels, not {type(source).__name__}.",
            )
        # A pipe or a device would be waited for, maybe for ever.
        if not stat.S_ISREG(os.stat(source).st_mode) and not os.path.isdir(source):
            raise PhotoError("not_found", "This file cannot be opened: it is a pipe or a device.")
        return Path(source).open("rb")
    except PhotoError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a file that is closed, a name that none can have
        reason = getattr(error, "strerror", None) or str(error)
        raise PhotoError("not_found", f"This file cannot be opened: {reason}.") from error


def _format_of(head: bytes) -> str | None:
    """Return the format of a file by its first HEAD_BYTES, None where it is none that is opened."""
    for signature, name in SIGNATURES.items():
        if head.startswith(signature):
            return name
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return "BMP"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        brands = {head[start : start + 4] for start in range(8, min(int.from_bytes(head[:4]), HEAD_BYTES), 4)}
        return "AVIF" if brands & AVIF_BRANDS else "HEIF" if brands & HEIF_BRANDS else None
    return None


def no_image(head: bytes) -> PhotoError | None:
    """Return why a file that begins with ``head``, HEAD_BYTES or all of it, is no image; None where it is one."""
    if not head:
        return PhotoError("empty", "The file is empty: choose a photo of a digit.")
    if head.startswith(b"PK\x03\x04"):
        return PhotoError(
            "not_an_image",
            "This file is a ZIP and not a photo: unpack it, or give it where many photos are read (Many, /api/batch).",
        )
    if _format_of(head) is None:
        return PhotoError(
            "not_an_image",
            "This file is not an image that can be read: use JPEG, PNG, HEIC, AVIF, WebP, GIF, BMP or TIFF.",
        )
    return None


def _recognised(file: BinaryIO) -> Any:
    """Return the decoder of a file, nothing decoded yet: Pillow's image, or pillow_heif's; both have a ``size``."""
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if problem := no_image(head):
        raise problem
    kind = _format_of(head)
    if kind == "JPEG":
        excessive = is_excessive(file.read())
        file.seek(0)
        if excessive:
            raise PhotoError(
                "damaged", "The image file is put together in an unusual way: save it again as a usual photo."
            )
    try:
        image = _heif(file) if kind == "HEIF" else Image.open(file, formats=(kind,))
        columns, rows = image.size  # raises where a HEIF holds no picture
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except Exception as error:  # the decoders raise many kinds on damaged files
        raise _damaged() from error
    if rows * columns > most_pixels():
        raise _too_large()
    _check_sides(rows, columns)
    return image


def _heif(file: BinaryIO) -> Any:
    # Imported here: its libraries take 10 MiB, and most photos are not HEIF.
    import pillow_heif

    return pillow_heif.open_heif(file, convert_hdr_to_8bit=True)


def most_pixels() -> int:
    """Return how many pixels a photo may have; raise LimitError where the environment's limit is no number."""
    return Limits.from_environment().megapixels * 1_000_000


def _too_large() -> PhotoError:
    return PhotoError("too_large", f"The image has over {most_pixels() // 1_000_000} megapixels: send a smaller one.")


def _damaged() -> PhotoError:
    return PhotoError("damaged", "The image file is damaged or incomplete: save or send it again.")


def _check_sides(rows: int, columns: int) -> None:
    if min(rows, columns) < MIN_SIDE:
        raise PhotoError(
            "too_small", f"The image is {columns}×{rows} pixels: at least {MIN_SIDE}×{MIN_SIDE} are needed."
        )


# --- From a decoder to pixels --------------------------------------------------------------------------------------


def _decoded(image: Any, file: BinaryIO, part: Box, working_side: int) -> np.ndarray:
    """Decode a part of an image, as it is stored: (R, C, 3 or 4) uint8, reduced, but seldom below ``working_side``.

    Each format in the way that needs least memory: a JPEG at 1/2, 1/4 or 1/8 of its size; of the others the decoder's
    own pixels, without a second copy of them all.
    """
    columns, rows = image.size
    if not isinstance(image, Image.Image):
        return _shrunk(_cut(np.asarray(image), part), working_side)
    if image.format == "WEBP":
        return _decoded_webp(file, part, working_side, has_alpha=image.mode == "RGBA")
    share = LEAST_SIDE / WORKING_SIDE * working_side / max(part.height, part.width)
    image.draft(None, (math.ceil(share * columns), math.ceil(share * rows)))  # JPEG only; others ignore it
    image.load()
    part = _scaled(part, image.size[1] / rows, image.size[0] / columns)
    factor = max(1, max(part.height, part.width) // working_side)
    span = _span(image)
    height = max(1, BAND_PIXELS // part.width // factor) * factor
    bands = []
    for top in range(part.row, part.row + part.height, height):
        bottom = min(top + height, part.row + part.height)
        band = _to_uint8(image.crop((part.column, top, part.column + part.width, bottom)), span)
        bands.append(_shrunk(band, working_side, factor))
    return np.concatenate(bands)


def _decoded_webp(file: BinaryIO, part: Box, working_side: int, *, has_alpha: bool) -> np.ndarray:
    """Decode with OpenCV: Pillow would hold the pixels of a WebP four times, to be ready for an animation."""
    flags, halved = cv2.IMREAD_UNCHANGED, 1
    if not has_alpha:
        halved = 2 if max(part.height, part.width) >= 2 * working_side else 1
        flags = cv2.IMREAD_REDUCED_COLOR_2 if halved == 2 else cv2.IMREAD_COLOR
        flags |= cv2.IMREAD_IGNORE_ORIENTATION
    file.seek(0)
    pixels = cv2.imdecode(np.frombuffer(file.read(), np.uint8), flags)
    if pixels is None:
        raise ValueError("OpenCV cannot decode this WebP.")
    small = _shrunk(_cut(pixels, _scaled(part, 1 / halved, 1 / halved)), working_side)
    return cv2.cvtColor(small, cv2.COLOR_BGRA2RGBA if has_alpha else cv2.COLOR_BGR2RGB)


def _span(image: Image.Image) -> tuple[float, float] | None:
    """Return the values that are black and white in a mode deeper than 8 bits, None for the others."""
    if not image.mode.startswith(("I", "F")):
        return None
    low, high = image.getextrema()
    usual = 65535.0 if image.mode.startswith("I;16") or high > 255 else 255.0
    if image.mode == "F" or low < 0 or high > usual:
        if not (math.isfinite(low) and math.isfinite(high)):
            raise ValueError("Pixels that are no numbers.")
        return low, high
    return 0.0, usual


def _to_uint8(image: Image.Image, span: tuple[float, float] | None) -> np.ndarray:
    """Return any Pillow mode as RGB or RGBA uint8; deeper than 8 bits is scaled by its ``span``."""
    if span is not None:
        low, high = span
        values = np.asarray(image, dtype=np.float32)
        grey = np.round((values - low) / max(high - low, 1e-9) * 255).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return np.asarray(image.convert("RGBA"))
    return np.asarray(image.convert("RGB"))


def _from_array(pixels: np.ndarray) -> np.ndarray:
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] not in (3, 4)):
        raise PhotoError(
            "not_an_image",
            f"An array must be (R, C), (R, C, 3) or (R, C, 4) uint8, not {pixels.shape} {pixels.dtype}.",
        )
    _check_sides(*pixels.shape[:2])
    return _in_colour(pixels)


def _in_colour(pixels: np.ndarray) -> np.ndarray:
    """Return grey, (R, C), or grey with alpha, (R, C, 2), as RGB or RGBA; colour as it is."""
    if pixels.ndim == 2:
        return np.repeat(pixels[..., None], 3, axis=2)
    return pixels[..., [0, 0, 0, 1]] if pixels.shape[2] == 2 else pixels


def _without_idle_alpha(pixels: np.ndarray) -> np.ndarray:
    if pixels.shape[2] == 4 and pixels[..., 3].min() == 255:
        return np.ascontiguousarray(pixels[..., :3])
    return pixels


def _shrunk(pixels: np.ndarray, working_side: int, factor: int | None = None) -> np.ndarray:
    """Reduce by a whole ``factor``, by default the largest that leaves ``working_side``: (R, C, 3 or 4)."""
    rows, columns = pixels.shape[:2]
    factor = factor or max(1, max(rows, columns) // working_side)
    if factor > 1:
        size = -(-columns // factor), -(-rows // factor)
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return _in_colour(pixels)


def _reduced(pixels: np.ndarray, working_side: int) -> np.ndarray:
    rows, columns = pixels.shape[:2]
    scale = working_side / max(rows, columns)
    if scale >= 1:
        return pixels
    size = max(MIN_SIDE, round(columns * scale)), max(MIN_SIDE, round(rows * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


# --- Parts, and which way is up ------------------------------------------------------------------------------------


def _checked(box: tuple[int, int, int, int] | None, rows: int, columns: int) -> Box:
    """Return a box as a Box, the whole photo without one; raise PhotoError where it cannot be cut out."""
    if box is None:
        return Box(0, 0, rows, columns)
    try:
        row, column, height, width = box
        part = Box(*(int(value) for value in (row, column, height, width)))
    except (TypeError, ValueError, OverflowError) as error:
        raise PhotoError("bad_box", f"A box is four whole numbers: row, column, height, width; not {box!r}.") from error
    if min(part.height, part.width) < MIN_SIDE:
        raise PhotoError(
            "bad_box",
            f"The box is {part.height} high and {part.width} wide: at least {MIN_SIDE} pixels each are needed.",
        )
    if min(part.row, part.column) < 0 or part.row + part.height > rows or part.column + part.width > columns:
        raise PhotoError(
            "bad_box", f"The box {tuple(part)} reaches out of the photo, which has {rows} rows and {columns} columns."
        )
    return part


def _cut(pixels: np.ndarray, part: Box) -> np.ndarray:
    return pixels[part.row : part.row + part.height, part.column : part.column + part.width]


def _scaled(part: Box, down: float, across: float) -> Box:
    """Return a box in an image that is smaller by these factors, nothing of it cut off."""
    row, column = math.floor(part.row * down), math.floor(part.column * across)
    bottom, right = math.ceil((part.row + part.height) * down), math.ceil((part.column + part.width) * across)
    return Box(row, column, bottom - row, right - column)


# EXIF's eight orientations: how stored pixels come upright. Transposed first, then the rows reversed, then the columns.
ORIENTATIONS = {
    1: (False, False, False),
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}


def _way_up(image: Any) -> tuple[bool, bool, bool]:
    """Return how the pixels that the decoder will give come upright: one of ORIENTATIONS."""
    if not isinstance(image, Image.Image) or image.format == "TIFF":
        return ORIENTATIONS[1]  # these decoders turn the pixels themselves
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    except Exception as error:  # as in _recognised
        raise _damaged() from error
    return ORIENTATIONS.get(orientation, ORIENTATIONS[1])


def _upright(pixels: np.ndarray, way: tuple[bool, bool, bool]) -> np.ndarray:
    transposed, rows_reversed, columns_reversed = way
    if transposed:
        pixels = pixels.swapaxes(0, 1)
    if rows_reversed:
        pixels = pixels[::-1]
    if columns_reversed:
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


def _as_stored(part: Box, way: tuple[bool, bool, bool], rows: int, columns: int) -> Box:
    """Return where a part of the upright photo lies in the stored one, which is ``rows`` × ``columns``."""
    transposed, rows_reversed, columns_reversed = way
    upright_rows, upright_columns = (columns, rows) if transposed else (rows, columns)
    row, column, height, width = part
    if rows_reversed:
        row = upright_rows - row - height
    if columns_reversed:
        column = upright_columns - column - width
    return Box(column, row, width, height) if transposed else Box(row, column, height, width)


def _rotated(pixels: np.ndarray, degrees: float) -> np.ndarray:
    """Turn counter-clockwise about the middle, on a canvas that holds all of it."""
    if degrees % 90 == 0:
        return np.ascontiguousarray(np.rot90(pixels, int(degrees // 90)))
    rows, columns = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D(((columns - 1) / 2, (rows - 1) / 2), degrees, 1.0)
    cosine, sine = np.abs(matrix[0, :2])
    size = math.ceil(columns * cosine + rows * sine), math.ceil(columns * sine + rows * cosine)
    matrix[:, 2] += (size[0] - columns) / 2, (size[1] - rows) / 2
    return cv2.warpAffine(pixels, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
