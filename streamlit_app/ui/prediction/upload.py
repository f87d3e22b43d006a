"""A photo from a file: chosen, dropped, pasted, or one of our examples; it stays while the page is left."""

from dataclasses import replace

import numpy as np
import streamlit as st

from inference import PhotoError, open_photo
from ui.examples import offer_examples
from ui.given import Photo
from ui.pictures import data_url, framed, shown
from ui.prediction.crop import ask_mark, forget_mark
from ui.prediction.paste import accept_pastes
from ui.recall import recalled
from ui.texts import text
from ui.words import escaped

TYPES = ["jpg", "jpeg", "jfif", "png", "heic", "heif", "avif", "webp", "gif", "bmp", "tif", "tiff"]
UPLOADED = "uploaded"  # in the session's state: the name and the bytes of the photo
PREVIEW = 800  # pixels of the photo as it is sent: twice as many as it is shown with


def ask_upload() -> Photo | None:
    """Show the upload field and the photo that is there."""
    accept_pastes()
    file = st.file_uploader(text("input.file"), type=TYPES, key="file", on_change=_forget)
    if file is not None:
        _keep(file.name, file.getvalue())
    if UPLOADED not in st.session_state:
        st.caption(text("input.hint"))
        offer_examples(_keep)
        return None
    name, data = st.session_state[UPLOADED]
    if file is None:  # an example; or the page was left and come back to, and nobody took the photo away
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(text("input.still_here", name=escaped(name)))
            st.button(text("input.remove"), on_click=_forget)
    return markable(data, name, preview=True)


def markable(data: bytes, name: str, *, preview: bool) -> Photo:
    """Return a photo with what the person marks in it; ``preview``: show it, unless it is shown to be marked."""
    given = Photo(data, name=name, thing=hash(data))
    try:
        pixels = recalled("preview", hash(data), lambda: framed(shown(open_photo(data), PREVIEW)))
    except PhotoError:
        return given  # the answer says what is wrong with it
    place = st.container()
    mark = ask_mark(data)
    if mark is not None:
        return replace(given, box=mark.box, rotation=mark.rotation)
    if preview:
        with place:
            _show(pixels)
    return given


def _show(pixels: np.ndarray) -> None:
    with st.container(key="given_photo"):
        st.image(data_url(pixels, exact=False), width="stretch", alt=text("answer.given_alt"))


def _keep(name: str, data: bytes) -> None:
    st.session_state[UPLOADED] = (name, data)


def _forget() -> None:
    st.session_state.pop(UPLOADED, None)
    forget_mark()
