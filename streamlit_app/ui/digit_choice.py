"""Which digit to look at: the last one read, one of our own, or one of MNIST's."""

import numpy as np
import streamlit as st

from inference.mnist import MnistUnavailable
from inference.samples import DIGITS, written
from ui import results
from ui.answer import LAST_DIGIT
from ui.texts import said, text

SAMPLE = 4
WIDTH = 240  # pixels


def choose_digit() -> np.ndarray | None:
    """Ask for a digit, (28, 28) uint8, white on black; None where it cannot be had, which is then said.

    What was chosen is kept for the session, and is the same wherever it is asked.
    """
    sources = {"sample": text("choice.sample"), "mnist": text("choice.mnist")}
    if LAST_DIGIT in st.session_state:
        sources = {"last": text("choice.last"), **sources}
    options = {"format_func": sources.get, "key": "looked_at", "persist_state": "session"}
    source = st.radio(text("choice.title"), sources, **options)
    if source == "last":
        return st.session_state[LAST_DIGIT]
    if source == "sample":
        options = {"index": DIGITS.index(SAMPLE), "key": "looked_at_digit", "persist_state": "session", "width": WIDTH}
        return sample(st.selectbox(text("choice.digit"), DIGITS, **options))
    try:
        images, _ = results.mnist_test()
    except MnistUnavailable as error:
        st.info(said(str(error)))
        return None
    options = {"key": "looked_at_index", "persist_state": "session", "width": WIDTH}
    return images[st.number_input(text("choice.mnist_index"), 0, len(images) - 1, **options)]


def sample(digit: int) -> np.ndarray:
    """Return a digit of our own, (28, 28) uint8, white on black."""
    return np.pad(written(digit, 24, pen=0.1), 2)
