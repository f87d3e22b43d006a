"""The four ways to give a digit. Each shows its widgets and returns what was given, or None so far."""

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from inference.mnist import MnistUnavailable
from inference.photo import Box
from inference.samples import photo
from ui import results
from ui.canvas import canvas
from ui.crop import MARK, ask_mark
from ui.pictures import picture
from ui.texts import said, text
from ui.words import number

SAMPLE_DIGIT = 4
UPLOADED = "uploaded"  # in the session's state: the name and the bytes of the photo


@dataclass(frozen=True)
class Photo:
    """Something to take through the eleven steps: a file's bytes, or pixels (R, C, 3 or 4) uint8.

    ``box`` and ``rotation``: what the person marked in it, as open_photo takes them.
    """

    source: bytes | np.ndarray
    box: Box | None = None
    rotation: float = 0.0


@dataclass(frozen=True)
class TestImage:
    """An image of MNIST, (28, 28) uint8: what the network reads, with the digit that it is known to be."""

    __test__ = False  # pytest would otherwise collect it

    image: np.ndarray
    label: int


@dataclass(frozen=True)
class Mode:
    """One way to give a digit: its widgets, and whether what it gives is a photo."""

    ask: Callable[[], Photo | TestImage | None]
    gives_photos: bool


def _upload() -> Photo | None:
    file = st.file_uploader(
        text("input.file"),
        type=["jpg", "jpeg", "jfif", "png", "heic", "heif", "avif", "webp", "gif", "bmp", "tif", "tiff"],
        key="file",
        on_change=_forget_upload,
    )
    if file is not None:
        st.session_state[UPLOADED] = (file.name, file.getvalue())
        return _markable(file.getvalue())
    if UPLOADED in st.session_state:
        # The page was left and come back to: the uploader is empty then, but nobody took the photo away.
        name, data = st.session_state[UPLOADED]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(text("input.still_here", name=name))
            st.button(text("input.remove"), on_click=_forget_upload)
        return _markable(data)
    if st.toggle(text("input.sample"), key="sample"):
        return Photo(photo(SAMPLE_DIGIT))
    st.caption(text("input.hint"))
    return None


def _forget_upload() -> None:
    st.session_state.pop(UPLOADED, None)
    st.session_state.pop(MARK, None)


def _markable(data: bytes) -> Photo:
    """Return a photo with what the person marks in it."""
    mark = ask_mark(data)
    return Photo(data, mark.box, mark.rotation)


def _camera() -> Photo | None:
    file = st.camera_input(text("input.camera_hint"), resolution="720p", key="camera")
    return None if file is None else _markable(file.getvalue())


def _draw() -> Photo | None:
    drawn = canvas()
    return None if drawn is None else Photo(drawn)


def _mnist() -> TestImage | None:
    try:
        images, labels = results.mnist_test()
    except MnistUnavailable as error:
        st.info(said(str(error)))
        if results.may_download_mnist() and st.button(text("input.mnist_download")):
            _download_mnist()
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        index = st.number_input(
            text("input.mnist_index", last=number(len(images) - 1)),
            0,
            len(images) - 1,
            st.session_state.setdefault("mnist_index", 0),
            key=f"mnist_index_{st.session_state.setdefault('mnist_choices', 0)}",
            width=200,
        )
        st.session_state.mnist_index = index
        st.button(text("input.mnist_random"), on_click=_choose_at_random, args=(len(images),))
    picture(images[index], "", box=224, alt=text("input.mnist_alt", index=index))
    st.caption(text("input.mnist_label", label=labels[index]))
    return TestImage(images[index], int(labels[index]))


def _choose_at_random(count: int) -> None:
    st.session_state.mnist_index = random.randrange(count)
    # A new box: the one there may hold a number that is out of range, and would go on showing it.
    st.session_state.mnist_choices += 1


def _download_mnist() -> None:
    try:
        with st.spinner(text("input.mnist_downloading")):
            results.download_mnist()
    except MnistUnavailable as error:
        st.error(said(str(error)))
    else:
        st.rerun()


MODES = {
    "upload": Mode(_upload, True),
    "camera": Mode(_camera, True),
    "draw": Mode(_draw, False),
    "mnist": Mode(_mnist, False),
}
