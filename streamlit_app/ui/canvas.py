"""The drawing canvas."""

from dataclasses import dataclass

import cv2
import numpy as np
import streamlit as st

from ui.given import Photo
from ui.pictures import data_url
from ui.texts import text

SIDE = 280
BRUSH, THINNEST, THICKEST = 20, 8, 40
# Above the sheet the canvas goes on: the component's toolbar, unseen until a mouse comes, lies over its first 30 pixels
# on the right and takes a finger's touch there.
MARGIN = 32
DESK = (200, 206, 205)  # around the sheet


@dataclass
class _Drawing:
    """What this session has drawn. A new ``version`` is a new, empty canvas.

    ``start`` is what the canvas is drawn with when it appears: the page may have been left and come back to.
    """

    version: int = 0
    start: dict | None = None
    strokes: dict | None = None
    image: np.ndarray | None = None


def ask_drawing() -> Photo | None:
    """Show the canvas and return what is drawn on it, black on white; None while it is empty."""
    # Imported here: it is of use to those who draw only, and cannot be imported without a running dashboard.
    from streamlit_drawable_canvas import st_canvas

    drawing = st.session_state.setdefault("drawing", _Drawing())
    key = f"canvas_{drawing.version}"
    if key not in st.session_state:
        drawing.start = drawing.strokes
    st.caption(text("input.draw_hint"))
    st.space(16)  # the canvas shows its toolbar here when the mouse is over it
    place = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", width=SIDE):
        brush = st.slider(text("input.brush"), THINNEST, THICKEST, BRUSH, 2, key="brush", persist_state="session")
        st.button(text("input.clear"), on_click=_clear)
    with place:
        result = st_canvas(
            stroke_width=brush,
            stroke_color="#000000",
            background_image=_sheet(),
            width=SIDE,
            height=MARGIN + SIDE,
            initial_drawing=drawing.start,
            return_image_data=True,
            key=key,
        )
    # After coming back there is no image until the next stroke: the one remembered stands.
    if result.image_data is not None:
        drawing.strokes, drawing.image = result.json_data, on_paper(result.image_data)
    if drawing.image is None or not (drawing.strokes or {}).get("objects"):
        return None
    return Photo(drawing.image, name=text("input.draw"), thing=("drawing", drawing.version))


def on_paper(drawn: np.ndarray) -> np.ndarray:
    """Return the strokes of the canvas, (MARGIN + SIDE, SIDE, 4) black on nothing, on white: (SIDE, SIDE, 3) uint8."""
    return cv2.cvtColor(255 - np.ascontiguousarray(drawn[MARGIN:, :, 3]), cv2.COLOR_GRAY2RGB)


def _sheet() -> str:
    """Return what lies under the strokes: a white sheet, and the desk above it."""
    picture = np.full((MARGIN + SIDE, SIDE, 3), 255, np.uint8)
    picture[:MARGIN] = DESK
    return data_url(picture, exact=True)


def _clear() -> None:
    st.session_state.drawing = _Drawing(version=st.session_state.drawing.version + 1)
