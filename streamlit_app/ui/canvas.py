"""A drawing: the sheet, the pen, and what this session has drawn."""

from dataclasses import dataclass

import streamlit as st

from ui import sheet
from ui.given import Photo
from ui.texts import text

SIDE = 280
BRUSH, THINNEST, THICKEST = 20, 8, 40


@dataclass
class _Drawing:
    """What this session has drawn: its strokes, and which drawing of the session it is."""

    strokes: tuple[sheet.Stroke, ...] = ()
    number: int = 0


def ask_drawing() -> Photo | None:
    """Show the sheet and return what is drawn on it, black on white; None while it is empty.

    The drawing stays while the mode or the page is another one.
    """
    drawing = st.session_state.setdefault("drawing", _Drawing())
    st.caption(text("input.draw_hint"))
    place = st.container()
    brush = st.slider(
        text("input.brush"), THINNEST, THICKEST, BRUSH, 2, key="brush", persist_state="session", width=SIDE
    )
    with place:
        strokes = sheet.ask_strokes(
            "sheet",
            size=(SIDE, SIDE),
            label=text("input.sheet_alt"),
            pen=brush,
            colour="#000000",
            start=drawing.strokes,
            buttons=(text("input.undo"), text("input.clear")),
        )
    if drawing.strokes and not strokes:
        drawing.number += 1  # an empty sheet begins a new drawing
    drawing.strokes = strokes
    if not strokes:
        return None
    return Photo(sheet.drawn(strokes, SIDE), name=text("input.draw"), thing=("drawing", drawing.number))
