"""Digits drawn by our own code, as the tests need them: as files, before a camera, and as movements of a mouse."""

from pathlib import Path

import cv2
import numpy as np

from ui.samples import STROKES, draw_digit, paper_photo

DIGITS = tuple(STROKES)


def drawing(digit: int, side: int = 280) -> np.ndarray:
    """Return a digit as drawn on the page's canvas, (side, side, 3) RGB uint8: black pen on white."""
    return np.repeat(255 - draw_digit(digit, side)[..., None], 3, axis=2)


def photo(digit: int, rows: int = 480, columns: int = 480) -> np.ndarray:
    """Return a digit on squared paper in uneven light, (rows, columns, 3) RGB uint8."""
    return paper_photo(digit, rows, columns)


def encoded(rgb: np.ndarray, ending: str = ".png") -> bytes:
    """Return an image (R, C, 3) RGB as the bytes of a file of this kind."""
    done, data = cv2.imencode(ending, cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    assert done
    return data.tobytes()


def write_y4m(path: Path, rgb: np.ndarray, frames: int = 4) -> None:
    """Write a still picture (R, C, 3) RGB, with even sides, as the film that Chromium's fake camera plays."""
    rows, columns = rgb.shape[:2]
    planes = cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420).tobytes()
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{columns} H{rows} F10:1 Ip A1:1 C420jpeg\n".encode())
        for _ in range(frames):
            file.write(b"FRAME\n" + planes)


def mouse_paths(digit: int, side: int = 280) -> list[list[tuple[float, float]]]:
    """Return the strokes of a digit as points (x, y) on a canvas of ``side`` pixels, in the order of drawing."""
    return [[(float(x), float(y)) for x, y in stroke * side] for stroke in STROKES[digit]]
