"""Arrays as pictures for the page: pure functions on uint8 images, and the two calls that show them."""

import base64

import cv2
import numpy as np
import streamlit as st

from ui.tints import side_by_side

# Pictures up to this side are enlarged pixel by pixel, so that each pixel is seen; larger ones are reduced to it.
SHOWN_SIDE = 448
FEW_PIXELS = 200


def shown(image: np.ndarray, side: int = SHOWN_SIDE) -> np.ndarray:
    """Return an image (R, C[, 3 or 4]) as it is put on the page: (R', C'[, 3]), its longer side about ``side``.

    What is transparent is shown over a chequerboard.
    """
    if image.ndim == 3 and image.shape[2] == 4:
        image = over_chequerboard(image)
    longest = max(image.shape[:2])
    if longest <= FEW_PIXELS:
        factor = max(1, side // longest)
        return cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_NEAREST)
    if longest <= side:
        return image
    scale = side / longest
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def thumbnail(image: np.ndarray, side: int) -> np.ndarray:
    """Return an image (R, C[, 3 or 4]) with its longer side just ``side`` pixels long: (R', C'[, 3])."""
    if image.ndim == 3 and image.shape[2] == 4:
        image = over_chequerboard(image)
    scale = side / max(image.shape[:2])
    rows, columns = (max(1, round(length * scale)) for length in image.shape[:2])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    return cv2.resize(image, (columns, rows), interpolation=way)


def framed(image: np.ndarray) -> np.ndarray:
    """Return the image with a thin grey edge: white paper ends somewhere on a white page, black on a dark one."""
    return cv2.copyMakeBorder(image, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=(128,) * 3)


def over_chequerboard(rgba: np.ndarray) -> np.ndarray:
    """Return (R, C, 4) set on the grey squares that stand for "transparent": (R, C, 3)."""
    rows, columns = rgba.shape[:2]
    square = max(4, max(rows, columns) // 32)
    board = (np.arange(rows)[:, None] // square + np.arange(columns)[None, :] // square) % 2
    ground = np.where(board == 0, 214.0, 178.0)[..., None]
    alpha = rgba[..., 3:].astype(np.float32) / 255
    return np.round(rgba[..., :3] * alpha + ground * (1 - alpha)).astype(np.uint8)


def picture(image: np.ndarray, caption: str, *, box: int, alt: str) -> None:
    """Show an image inside a square of ``box`` pixels, its proportions kept."""
    prepared = framed(shown(image, max(box * 2, 224)))
    rows, columns = prepared.shape[:2]
    st.image(
        data_url(prepared, exact=max(image.shape[:2]) <= FEW_PIXELS),
        caption or None,
        width=max(1, round(box * columns / max(rows, columns))),
        alt=alt,
    )


def data_url(image: np.ndarray, *, exact: bool) -> str:
    """Return an image (R, C[, 3]) as text that a browser shows: PNG where every pixel counts, else JPEG.

    It travels with the page's own messages. A picture that the browser must fetch may be gone when it asks: every
    stroke of a drawing makes new ones. And so nobody's photo has an address on the server.
    """
    stored = cv2.cvtColor(image, cv2.COLOR_RGB2BGR) if image.ndim == 3 else image
    kind, options = ("png", [cv2.IMWRITE_PNG_COMPRESSION, 3]) if exact else ("jpeg", [cv2.IMWRITE_JPEG_QUALITY, 88])
    _, data = cv2.imencode(f".{kind}", stored, options)
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def mosaic(maps: np.ndarray, gap: int = 1) -> np.ndarray:
    """Return feature maps (R, C, filters) side by side in a grid, each with its own brightest point as white.

    (R', C', 3) RGB: dark blue where a filter finds nothing, yellow where it finds most of what it looks for, grey
    between the maps: a map may be dark to its edge.
    """
    count = maps.shape[-1]
    across = 2 ** int(np.ceil(np.log2(max(1.0, count**0.5))))
    brightest = np.maximum(maps.max(axis=(0, 1), keepdims=True), 1e-6)
    levels = np.clip(maps / brightest * 255, 0, 255).astype(np.uint8)
    coloured = [cv2.applyColorMap(levels[..., number], cv2.COLORMAP_VIRIDIS)[..., ::-1] for number in range(count)]
    return side_by_side(coloured, across, gap)
