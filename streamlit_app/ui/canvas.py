"""The drawing canvas."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from ui.given import Photo
from ui.texts import text

SIDE = 280
BRUSH, THINNEST, THICKEST = 20, 8, 40
# Above the sheet the canvas goes on: the component's toolbar, unseen until a mouse comes, lies over its first 30 pixels
# on the right and takes a finger's touch there.
MARGIN = 32
# What marks that strip is drawn, as the strokes are: with a picture below them, the canvas forgets what is drawn on it
# until the picture is loaded.
STRIP = {
    "type": "rect",
    "originX": "left",
    "originY": "top",
    "left": 0,
    "top": 0,
    "width": SIDE,
    "height": MARGIN,
    "fill": "#c8cecd",
    "strokeWidth": 0,
    "selectable": False,
    "evented": False,
}


@dataclass
class _Drawing:
    """What this session has drawn. A new ``version`` is a new, empty canvas.

    ``start``: the strokes that the canvas has when it appears, for the page may have been left and come back to;
    ``strokes``: those that it has now; ``image``: the sheet with them, (SIDE, SIDE, 3) uint8, black on white.
    """

    version: int = 0
    start: tuple[dict, ...] = ()
    strokes: tuple[dict, ...] = ()
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
            background_color="#ffffff",
            width=SIDE,
            height=MARGIN + SIDE,
            initial_drawing={"objects": [STRIP, *drawing.start]},
            return_image_data=True,
            key=key,
        )
    # After coming back there is no image until the next stroke: the one remembered stands.
    if result.image_data is not None:
        objects = (result.json_data or {}).get("objects", [])
        drawing.strokes = tuple(one for one in objects if one["type"].lower() != STRIP["type"])
        drawing.image = np.ascontiguousarray(result.image_data[MARGIN:, :, :3])
    if drawing.image is None or not drawing.strokes:
        return None
    return Photo(drawing.image, name=text("input.draw"), thing=("drawing", drawing.version))


def _clear() -> None:
    st.session_state.drawing = _Drawing(version=st.session_state.drawing.version + 1)
