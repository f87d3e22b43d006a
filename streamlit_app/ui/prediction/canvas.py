"""A drawing: the sheet, the pen, and what this session has drawn."""

from dataclasses import dataclass

import streamlit as st

from ui.given import Photo
from ui.prediction import sheet
from ui.texts import text

SIDE = 340  # pixels: all that a phone has
PEN, THINNEST, THICKEST = 24, 10, 48


@dataclass
class _Drawing:
    """What this session has drawn: its strokes, how wide the pen is, and which drawing of the session it is."""

    strokes: tuple[sheet.Stroke, ...] = ()
    pen: float = PEN
    number: int = 0


def ask_drawing() -> Photo | None:
    """Show the sheet and return what is drawn on it, black on white; None while it is empty.

    The drawing stays while the mode or the page is another one.
    """
    drawing = st.session_state.setdefault("drawing", _Drawing())
    st.caption(text("input.draw_hint"))
    now = sheet.ask_strokes(
        "sheet",
        size=(SIDE, SIDE),
        label=text("input.sheet_alt"),
        pen=drawing.pen,
        colour="#000000",
        start=drawing.strokes,
        tools=sheet.Tools(text("input.undo"), text("input.clear"), text("input.pen"), THINNEST, THICKEST),
    )
    strokes, drawing.pen = now.strokes, now.pen
    if drawing.strokes and not strokes:
        drawing.number += 1  # an empty sheet begins a new drawing
    drawing.strokes = strokes
    if not strokes:
        return None
    return Photo(sheet.drawn(strokes, SIDE), name=text("input.draw"), thing=("drawing", drawing.number))
