"""Digits drawn by our own code as the tests need them beside inference/samples.py: as a file, a film, a mouse's way."""

from pathlib import Path

import cv2
import numpy as np

from inference import samples


def drawing(digit: int, side: int = samples.CANVAS_SIDE) -> np.ndarray:
    """Return a drawing as a file holds it, (side, side, 3) RGB uint8: black pen on white."""
    return samples.drawing(digit, side=side)[..., :3]


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
