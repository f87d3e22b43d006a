"""Digits drawn by our own code as the tests need them beside inference/samples.py: as a file, a film, a mouse's way."""

from pathlib import Path

import cv2
import numpy as np

from inference import samples


def drawing(digit: int, side: int = samples.CANVAS_SIDE) -> np.ndarray:
    """Return a drawing as a file holds it, (side, side, 3) RGB uint8: black pen on white."""
    return samples.drawing(digit, side=side)[..., :3]


def two_digits(large: int, small: int, rotation: float = 0.0) -> np.ndarray:
    """Return a sheet, (900, 1200, 3) RGB uint8, with a large digit and a small one above on the right of it.

    The small one fills the rows 40 to 260 and the columns 940 to 1160, turned clockwise by ``rotation`` degrees.
    """
    sheet = np.full((900, 1200), 235, np.float32)
    sheet[60:860, 60:860] -= samples.written(large, 800, 0.07) * 0.8
    turn = cv2.getRotationMatrix2D((109.5, 109.5), -rotation, 1.0)
    sheet[40:260, 940:1160] -= cv2.warpAffine(samples.written(small, 220, 0.07), turn, (220, 220)) * 0.8
    return np.repeat(sheet.astype(np.uint8)[..., None], 3, axis=2)


def write_y4m(path: Path, rgb: np.ndarray, frames: int = 4) -> None:
    """Write a still picture (R, C, 3) RGB, with even sides, as the film that Chromium's fake camera plays."""
    rows, columns = rgb.shape[:2]
    planes = cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420).tobytes()
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{columns} H{rows} F10:1 Ip A1:1 C420jpeg\n".encode())
        for _ in range(frames):
            file.write(b"FRAME\n" + planes)


def mouse_paths(digit: int, side: int = samples.CANVAS_SIDE) -> list[list[tuple[float, float]]]:
    """Return the strokes of a digit as points (x, y) on a canvas of ``side`` pixels, in the order of drawing."""
    return [[(float(x), float(y)) for x, y in stroke * side] for stroke in samples.STROKES[digit]]
