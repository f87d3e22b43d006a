"""The ways to give one digit. Each shows its widgets and returns what was given, or None so far."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from ui.given import Photo, TestImage
from ui.prediction.canvas import ask_drawing
from ui.prediction.mnist_images import ask_test_image
from ui.prediction.upload import ask_upload, markable
from ui.texts import text

MANY = "many"  # the mode beside these: many photos at once


@dataclass(frozen=True)
class Mode:
    """One way to give a digit: its widgets, and whether what it gives is a photo."""

    ask: Callable[[], Photo | TestImage | None]
    gives_photos: bool


def _ask_camera() -> Photo | None:
    file = st.camera_input(text("input.camera_hint"), resolution="1080p", key="camera")
    st.caption(text("input.camera_advice"))
    return None if file is None else markable(file.getvalue(), text("input.camera"), preview=False)


MODES = {
    "upload": Mode(ask_upload, True),
    "camera": Mode(_ask_camera, True),
    "draw": Mode(ask_drawing, False),
    "mnist": Mode(ask_test_image, False),
}


def ask_mode() -> str:
    """Show the choice of modes and return the name of the chosen one: one of MODES, or MANY."""
    titles = {name: text(f"input.{name}") for name in (*MODES, MANY)}
    return st.segmented_control(
        text("input.mode"),
        titles,
        format_func=titles.get,
        default="upload",
        required=True,
        key="mode",
        persist_state="session",
        label_visibility="collapsed",
    )
