"""Which digit to look at: the last one read, one of our own, or one of MNIST's."""

import numpy as np
import streamlit as st

from inference.mnist import MnistUnavailable
from inference.samples import DIGITS, written
from ui import results
from ui.answer import LAST_DIGIT
from ui.texts import said, text

SAMPLE = 4
SOURCE = "looked_at"  # in the session's state: which of the three
SHOWN_LAST = "looked_at_last"  # and the last digit that was offered here
WIDTH = 240  # pixels


def choose_digit() -> np.ndarray | None:
    """Ask for a digit, (28, 28) uint8, white on black; None where it cannot be had, which is then said.

    What was chosen is kept for the session and the same wherever it is asked; a digit that was just read comes first.
    """
    sources = {"sample": text("choice.sample"), "mnist": text("choice.mnist")}
    last = st.session_state.get(LAST_DIGIT)
    if last is not None:
        sources = {"last": text("choice.last"), **sources}
        if last is not st.session_state.get(SHOWN_LAST):
            st.session_state[SHOWN_LAST], st.session_state[SOURCE] = last, "last"
    options = {"format_func": sources.get, "key": SOURCE, "persist_state": "session"}
    source = st.radio(text("choice.title"), sources, **options)
    if source == "last":
        return last
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


def has_last_digit() -> bool:
    """Tell whether a digit was read in this session."""
    return st.session_state.get(LAST_DIGIT) is not None


def sample(digit: int) -> np.ndarray:
    """Return a digit of our own, (28, 28) uint8, white on black."""
    return np.pad(written(digit, 24, pen=0.1), 2)


def look_at_last() -> None:
    """Have the last digit read be the one that is looked at, whatever was chosen before."""
    st.session_state.pop(SHOWN_LAST, None)
