"""The icon of the pages, drawn by code: there is no image file to keep."""

from functools import cache

import cv2
import numpy as np

from inference.samples import written

COLOUR = (15, 118, 110)


@cache
def icon() -> bytes:
    """Return the page icon as a PNG file: a white 7 on a green disc."""
    side = 64
    disc = np.zeros((side * 4, side * 4), np.uint8)
    cv2.circle(disc, (side * 2, side * 2), side * 2 - 1, 255, -1)
    alpha = cv2.resize(disc, (side, side), interpolation=cv2.INTER_AREA)
    mark = np.zeros((side, side, 1), np.float32)
    mark[8:56, 8:56, 0] = written(7, 48, pen=0.13) / 255
    colour = np.array(COLOUR, np.float32) * (1 - mark) + 255 * mark
    rgba = np.dstack([colour.round().astype(np.uint8), alpha])
    return cv2.imencode(".png", cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA))[1].tobytes()
