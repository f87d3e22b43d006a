"""The sheet of paper in a photo of more than that: a page on a table, a card in a hand."""

import cv2
import numpy as np

from inference.ground import reduced

# The sheet is looked for on a copy whose longer side is this.
SIDE = 160
# It covers between these shares of the photo, is lighter by so much, 0-255, than what is beside it, and fills so much
# of its convex hull.
LEAST, MOST, LIGHTER, SOLID = 0.04, 0.9, 30, 0.85
# So much of its width is left out along its edge.
EDGE = 0.03


def find_sheet(rgb: np.ndarray) -> np.ndarray | None:
    """Return where the photo, (R, C, 3) uint8, shows a light sheet on darker things: (R, C) bool; None without one.

    Otsu's threshold (N. Otsu, 1979) parts light from dark, where veins and grain are smoothed away; the sheet is the
    convex hull of the largest light piece, if that is nearly convex itself.
    """
    small = cv2.cvtColor(reduced(rgb, SIDE), cv2.COLOR_RGB2GRAY)
    if min(small.shape) < 32:
        return None
    smooth = cv2.medianBlur(small, 5)
    _, light = cv2.threshold(smooth, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    # Writing is no hole in the sheet.
    light = cv2.morphologyEx(light, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(light, connectivity=4)
    if len(stats) == 1:
        return None
    label = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    piece = (labels == label).astype(np.uint8)
    outlines, _ = cv2.findContours(piece, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    outline = max(outlines, key=cv2.contourArea)
    hull = cv2.convexHull(outline)
    area = cv2.contourArea(hull)
    if not LEAST < area / small.size < MOST or cv2.contourArea(outline) < SOLID * area:
        return None
    region = np.zeros(small.shape, np.uint8)
    cv2.fillConvexPoly(region, hull, 1)
    if np.median(smooth[piece > 0]) - np.median(smooth[region == 0]) < LIGHTER:
        return None
    margin = 1 + round(EDGE * np.sqrt(area))
    # Beyond the photo there may be more of the sheet: only the edges that are seen are left out.
    inner = cv2.erode(region, np.ones((2 * margin + 1, 2 * margin + 1), np.uint8), borderValue=1)
    if not inner.any():
        return None
    return cv2.resize(inner, rgb.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
