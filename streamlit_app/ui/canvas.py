"""The drawing canvas."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from ui.texts import text

SIDE = 280
BRUSH = 20


@dataclass
class _Drawing:
    """What this session has drawn. A new ``version`` is a new, empty canvas.

    ``start`` is what the canvas is drawn with when it appears: the page may have been left and come back to.
    """

    version: int = 0
    start: dict | None = None
    strokes: dict | None = None
    image: np.ndarray | None = None


def canvas() -> np.ndarray | None:
    """Show the canvas and return what is drawn on it, (280, 280, 4) RGBA uint8, black on white; None while empty."""
    # Imported here: it is of use to those who draw only, and cannot be imported without a running dashboard.
    from streamlit_drawable_canvas import st_canvas

    drawing = st.session_state.setdefault("drawing", _Drawing())
    key = f"canvas_{drawing.version}"
    if key not in st.session_state:
        drawing.start = drawing.strokes
    st.caption(text("input.draw_hint"))
    st.space(16)  # the canvas shows its toolbar here when the mouse is over it
    result = st_canvas(
        stroke_width=BRUSH,
        stroke_color="#000000",
        background_color="#ffffff",
        width=SIDE,
        height=SIDE,
        initial_drawing=drawing.start,
        return_image_data=True,
        key=key,
    )
    # After coming back there is no image until the next stroke: the one remembered stands.
    if result.image_data is not None:
        drawing.strokes, drawing.image = result.json_data, result.image_data
    st.button(text("input.clear"), on_click=_clear)
    if drawing.image is None or not (drawing.strokes or {}).get("objects"):
        return None
    return drawing.image


def _clear() -> None:
    st.session_state.drawing = _Drawing(version=st.session_state.drawing.version + 1)
