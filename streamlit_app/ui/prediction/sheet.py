"""A sheet to draw on, with a mouse, a pen or a finger: a component of our own, in sheet.js and sheet.css.

The pen's width is chosen beside the sheet and belongs to the stroke from its first point on, and what is drawn changes
only by the person's own hand: a rerun of the page, however late its answer comes, never takes a stroke away.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import streamlit as st

HTML = """<div class="sheet"><canvas role="img"></canvas>
<div class="tools">
<div class="buttons"><button type="button"></button><button type="button"></button></div>
<label><span class="title"></span><input type="range" step="2">
<span class="pen"><span class="dot"></span></span></label>
</div></div>"""
FOLDER = Path(__file__).parent
MOST_POINTS = 20_000  # of a drawing: more are not looked at
FINE = 4  # bits of a pixel's fractions, for OpenCV


@dataclass(frozen=True)
class Stroke:
    """One stroke of a pen this wide: its points (x, y) in the sheet's pixels, at least one. It may leave the sheet."""

    pen: float
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Tools:
    """What a person has beside a sheet: the titles of Undo, of Clear and of the pen's width, and its bounds."""

    undo: str
    clear: str
    width: str
    thinnest: int
    thickest: int


@dataclass(frozen=True)
class Sheet:
    """What is on a sheet, and how wide the pen is now."""

    strokes: tuple[Stroke, ...]
    pen: float


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
    tools: Tools | None = None,
) -> Sheet:
    """Show a sheet of ``size`` (height, width) pixels, smaller where there is less room, and return what is on it.

    ``start``: the strokes on it when it appears, or gets a new ``version``; ``pen``: how wide the pen is then;
    ``margin``: pixels above and below it where a stroke may begin, too; ``picture``: the URL of what it shows;
    ``only_last``: a new stroke takes the place of the last; ``label``: for those who do not see it. All lengths are in
    the sheet's own pixels, however large it is shown.
    """
    height, width = size
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
        "tools": tools and asdict(tools),
    }
    read = {name: (FOLDER / f"sheet.{name}").read_text("utf-8") for name in ("css", "js")}
    sheet = st.components.v2.component("digitlens_sheet", html=HTML, **read)
    told = sheet(data=data, key=key, on_strokes_change=lambda: None, on_pen_change=lambda: None)
    list_, chosen = told.get("strokes"), told.get("pen")
    strokes = start if list_ is None or list_["version"] != version else _strokes(list_["list"])
    return Sheet(strokes, pen if chosen is None else _pen(chosen))


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
            strokes.append(Stroke(_pen(one["pen"]), tuple(map(tuple, points.tolist()))))
    return tuple(strokes)


def _pen(told: Any) -> float:
    return min(max(float(told), 1.0), 100.0)
