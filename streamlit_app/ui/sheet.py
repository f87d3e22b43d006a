"""A sheet to draw on, with a mouse, a pen or a finger: a component of our own, in sheet.js and sheet.css.

The pen's width belongs to the stroke from its first point on, and what is drawn changes only by the person's own hand:
a rerun of the page, however late its answer comes, never takes a stroke away.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import streamlit as st

HTML = """<div class="sheet"><canvas role="img"></canvas>
<div class="buttons"><button type="button"></button><button type="button"></button></div></div>"""
FOLDER = Path(__file__).parent
MOST_POINTS = 20_000  # of a drawing: more are not looked at
FINE = 4  # bits of a pixel's fractions, for OpenCV


@dataclass(frozen=True)
class Stroke:
    """One stroke of a pen this wide: its points (x, y) in the sheet's pixels, at least one. It may leave the sheet."""

    pen: float
    points: tuple[tuple[float, float], ...]


def ask_strokes(
    key: str,
    *,
    size: tuple[int, int],
    label: str,
    pen: float,
    colour: str,
    start: tuple[Stroke, ...],
    version: int = 0,
    margin: int = 0,
    picture: str | None = None,
    only_last: bool = False,
    buttons: tuple[str, str] | None = None,
) -> tuple[Stroke, ...]:
    """Show a sheet of ``size`` (height, width) pixels, and return the strokes that are on it.

    ``start``: those on it when it appears, or gets a new ``version``; ``margin``: pixels above and below it where a
    stroke may begin, too; ``picture``: the URL of what it shows; ``only_last``: a new stroke takes the place of the
    last; ``buttons``: the titles of Undo and Clear; ``label``: for those who do not see it.
    """
    height, width = size
    undo, clear = buttons or (None, None)
    data = {
        "height": height,
        "width": width,
        "label": label,
        "pen": pen,
        "colour": colour,
        "strokes": [{"pen": stroke.pen, "points": stroke.points} for stroke in start],
        "version": version,
        "margin": margin,
        "picture": picture,
        "only_last": only_last,
        "undo": undo,
        "clear": clear,
    }
    read = {name: (FOLDER / f"sheet.{name}").read_text("utf-8") for name in ("css", "js")}
    sheet = st.components.v2.component("digitlens_sheet", html=HTML, **read)
    told = sheet(data=data, key=key, on_strokes_change=lambda: None, width="content").get("strokes")
    return start if told is None or told["version"] != version else _strokes(told["list"])


def drawn(strokes: tuple[Stroke, ...], side: int) -> np.ndarray:
    """Return a white sheet with black strokes on it, (side, side, 3) uint8."""
    sheet = np.full((side, side, 3), 255, np.uint8)
    for stroke in strokes:
        points = np.round(np.array(stroke.points) * 2**FINE).astype(np.int32)
        if len(points) == 1:
            points = np.repeat(points, 2, axis=0)  # a dot
        cv2.polylines(sheet, [points], False, (0, 0, 0), max(1, round(stroke.pen)), cv2.LINE_AA, FINE)
    return sheet


def _strokes(told: list[dict[str, Any]]) -> tuple[Stroke, ...]:
    """Return the strokes that the browser tells, as far as they may be: it could tell anything."""
    strokes, left = [], MOST_POINTS
    for one in told:
        points = np.clip(np.array(one["points"][:left], np.float64).reshape(-1, 2), -1000, 2000)
        left -= len(points)
        if len(points):
            strokes.append(Stroke(min(max(float(one["pen"]), 1.0), 100.0), tuple(map(tuple, points.tolist()))))
    return tuple(strokes)
